"""`kg_mentions`: what is named where (methods, problems, tasks, data, metrics), in `doc.spans["kg"]`."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from spacy.tokens import Doc, Span

from extractors.candidates import Candidate, Reading, read
from extractors.doc import SPANS_KEY, numbers_of, set_spans
from extractors.features import annotate
from extractors.linear import OUTPUTS, ROLES, Floats, weights
from extractors.looks import looks
from extractors.trained import Trained, trained_of
from kg.model import Label

# The role that speaks most for a candidate gives its label.
_LABEL: dict[str, Label] = {
    "introduces": "Method",
    "targets": "Problem",
    "tasks": "Task",
    "uses": "Method",
    "compares": "Method",
    "resources": "Dataset",
    "metrics": "Metric",
}
MIN_SCORE = 0.1
_KNOWN = 0.1  # the least score of a name that the registry knows
_BENCHMARK_NEXT = frozenset(("benchmark", "benchmarks", "leaderboard", "suite", "challenge"))
_TOOL_NEXT = frozenset(("toolkit", "library", "platform", "package", "software", "toolbox", "tool"))


class Mentions:
    """spaCy component; writes mention spans, and beside them in the group's attrs what the judge weighs.

    `attrs["names"]` holds for each span the normalised name of the thing it names (an acronym has its
    long form's), `attrs["roles"]` the probability of each role of `linear.OUTPUTS`, `attrs["reasons"]`
    the strongest feature of each, or "model".

    Args:
        min_score: names and numbers with a lower score, in [0, 1], are left out.
    """

    def __init__(self, min_score: float = MIN_SCORE) -> None:
        if not 0 <= min_score <= 1:
            raise ValueError(f"[kg_mentions] min_score is {min_score}; give a probability, from 0 to 1")
        self.min_score = min_score
        self._weights = weights()

    def __call__(self, doc: Doc) -> Doc:
        """Find the mentions of one Doc."""
        reading = read(doc)
        candidates = list(reading.candidates.values())
        least = min(self.min_score, MIN_SCORE)
        title_end: int = doc._.kg_title_end
        model = trained_of(doc)
        if model is None:
            annotate(reading)
            table = self._weights.probabilities([c.features for c in candidates])
        else:
            table = _read(model, reading, candidates)
        found: list[tuple[Span, float, str, str, list[float], list[str]]] = []
        for candidate, row in zip(candidates, table.tolist(), strict=True):
            best = max(range(len(ROLES)), key=row.__getitem__)
            score = max(row[best], _KNOWN) if candidate.known else row[best]
            if score < self.min_score:
                continue
            label = _label(reading, candidate, ROLES[best])
            name = " ".join(_identity(candidate))
            likely = [i for i, p in enumerate(row[: len(ROLES)]) if p >= least]
            reasons = [""] * len(ROLES)
            why = [] if model is not None else self._weights.strongest(candidate.features, likely)
            for i, reason in zip(likely, why or ["model"] * len(likely), strict=True):
                reasons[i] = reason
            rule = "known" if candidate.known else reasons[best]
            for span in _spans(doc, candidate, label):
                found.append((span, score, rule, name, row, reasons))
        for number in [] if doc._.kg_numbers is None else numbers_of(doc):
            if number.category == "none" or number.score < self.min_score:
                continue
            span = Span(doc, number.span_start, number.span_end, label=number.label)
            if span.start_char < title_end < span.end_char:
                continue
            found.append((span, number.score, number.rule, "", [0.0] * len(OUTPUTS), [""] * len(ROLES)))
        found.sort(key=lambda item: (item[0].start, item[0].end, item[0].label_))
        set_spans(doc, [item[:3] for item in found])
        attrs = doc.spans[SPANS_KEY].attrs
        attrs["names"] = [item[3] for item in found]
        attrs["roles"] = [item[4] for item in found]
        attrs["reasons"] = [item[5] for item in found]
        return doc


def _read(model: Trained, reading: Reading, candidates: list[Candidate]) -> Floats:
    """Return the probabilities by the model; an acronym and its long form share them."""
    if not candidates:
        return np.zeros((0, len(OUTPUTS)))
    number: dict[tuple[str, ...], int] = {}
    names = [number.setdefault(_identity(candidate), len(number)) for candidate in candidates]
    found = sorted(
        (name, place.start, place.end)
        for name, candidate in zip(names, candidates, strict=True)
        for place in candidate.places
    )
    roles = model.names(
        reading.doc.tensor,
        np.array([(start, end) for _, start, end in found]),
        np.array([name for name, _, _ in found]),
        looks(reading, candidates, names, len(number)),
    )
    out: Floats = roles[names].astype(np.float64)
    return out


def _identity(candidate: Candidate) -> tuple[str, ...]:
    """Return the name under which an acronym and its long form are one thing."""
    return candidate.partner if candidate.short and candidate.partner else candidate.key


def _spans(doc: Doc, candidate: Candidate, label: str) -> Iterator[Span]:
    """Yield every place as a span; none crosses from the title, since no noun phrase crosses a sentence."""
    title_end: int = doc._.kg_title_end
    for place in candidate.places:
        span = Span(doc, place.start, place.end, label=label)
        if span.start_char < title_end < span.end_char:
            continue
        yield span


def _label(reading: Reading, candidate: Candidate, role: str) -> Label:
    """Say what a candidate is: the registry's word for datasets and metrics, else by its best role."""
    if candidate.known in ("Dataset", "Benchmark") and role in (
        "resources",
        "introduces",
        "uses",
        "compares",
    ):
        return candidate.known  # type: ignore[return-value]
    if candidate.known == "Metric" and role == "metrics":
        return "Metric"
    label = _LABEL[role]
    bench = "bench" in candidate.key[-1]
    if label == "Dataset" and (bench or _following(reading, candidate) & _BENCHMARK_NEXT):
        return "Benchmark"
    if role == "introduces":
        if bench:
            return "Benchmark"
        if _following(reading, candidate) & _TOOL_NEXT:
            return "Tool"
    if label == "Method" and candidate.known == "Tool":
        return "Tool"
    return label


def _following(reading: Reading, candidate: Candidate) -> set[str]:
    """Return the words right after a candidate's places."""
    doc = reading.doc
    return {doc[place.end].lower_ for place in candidate.places if place.end < len(doc)}
