"""`kg_mentions`: what is named where (methods, problems, tasks, data, metrics), in `doc.spans["kg"]`."""

from __future__ import annotations

from collections.abc import Iterator

from spacy.language import Language
from spacy.tokens import Doc, Span

from extractors.candidates import Candidate, Reading, read
from extractors.doc import SPANS_KEY, set_spans
from extractors.features import annotate
from extractors.linear import OUTPUTS, ROLES, weights
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
_FLOOR = 0.1
_BENCHMARK_NEXT = frozenset(("benchmark", "benchmarks", "leaderboard", "suite", "challenge"))
_TOOL_NEXT = frozenset(("toolkit", "library", "platform", "package", "software", "toolbox", "tool"))


class Mentions:
    """spaCy component; writes mention spans, and beside them in the group's attrs what the judge weighs.

    `attrs["names"]` holds for each span the normalised name of the thing it names (an acronym has its
    long form's), `attrs["roles"]` the probability of each role of `linear.OUTPUTS`, `attrs["reasons"]`
    the strongest feature of each.
    """

    def __init__(self, nlp: Language) -> None:
        self._nlp = nlp
        self._weights = weights()

    def __call__(self, doc: Doc) -> Doc:
        """Find the mentions of one Doc."""
        reading = read(doc)
        annotate(reading)
        candidates = list(reading.candidates.values())
        table = self._weights.probabilities([c.features for c in candidates])
        found: list[tuple[Span, float, str, str, list[float], list[str]]] = []
        for candidate, row in zip(candidates, table.tolist(), strict=True):
            best = max(range(len(ROLES)), key=row.__getitem__)
            if row[best] < _FLOOR and not candidate.known:
                continue
            label = _label(reading, candidate, ROLES[best])
            name = " ".join(_identity(candidate))
            reasons = [
                self._weights.strongest(candidate.features, i) if p >= _FLOOR else ""
                for i, p in enumerate(row[: len(ROLES)])
            ]
            score = max(row[best], _FLOOR)
            rule = "known" if candidate.known else reasons[best]
            for span in _spans(doc, candidate, label):
                found.append((span, score, rule, name, row, reasons))
        for number in doc._.kg_numbers or ():
            if number.category == "none":
                continue
            span = Span(doc, number.span_start, number.span_end, label=number.label)
            found.append((span, number.score, number.rule, "", [0.0] * len(OUTPUTS), [""] * len(ROLES)))
        found.sort(key=lambda item: (item[0].start, item[0].end, item[0].label_))
        set_spans(doc, [item[:3] for item in found])
        attrs = doc.spans[SPANS_KEY].attrs
        attrs["names"] = [item[3] for item in found]
        attrs["roles"] = [item[4] for item in found]
        attrs["reasons"] = [item[5] for item in found]
        return doc


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
    following = _following(reading, candidate)
    if label == "Dataset" and ("bench" in candidate.key[-1] or following & _BENCHMARK_NEXT):
        return "Benchmark"
    if role == "introduces":
        if "bench" in candidate.key[-1]:
            return "Benchmark"
        if following & _TOOL_NEXT:
            return "Tool"
    if label == "Method" and candidate.known == "Tool":
        return "Tool"
    return label


def _following(reading: Reading, candidate: Candidate) -> set[str]:
    """Return the words right after a candidate's places."""
    doc = reading.doc
    return {doc[place.end].lower_ for place in candidate.places if place.end < len(doc)}
