"""`kg_numbers`: every number of a paper with its unit, and whether it claims a result."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from math import exp

import numpy as np
from spacy.tokens import Doc

from extractors.doc import Category, Quantity, set_numbers
from extractors.lists import parallel, runs
from extractors.number_cues import NEVER, TARGETS, change, cues, nudge, reached, weigh
from extractors.quantities import Number, parse_quantity, scan
from extractors.tokens import Tokens, tokens_of
from extractors.trained import Floats, Trained, trained_of
from extractors.unlatex import plain
from kg.model import ResultKind

__all__ = ["Numbers", "Quantity", "parse_quantity", "quantities", "sentence_bounds"]

_COUNT = -99.0  # added to the log odds of a count to be a result
Verdict = tuple[Category, ResultKind, float]
_KINDS: tuple[ResultKind, ...] = ("absolute", "improvement", "reduction", "ratio")


class Numbers:
    """spaCy component; assigns `doc._.kg_numbers`, a dict for each `Quantity` (see `doc.numbers_of`)."""

    def __call__(self, doc: Doc) -> Doc:
        """Read one Doc."""
        set_numbers(doc, quantities(doc))
        return doc


def quantities(doc: Doc) -> list[Quantity]:
    """Return the numbers of a Doc, in text order; leaves the Doc as it is."""
    tokens = tokens_of(doc)
    found = scan(tokens.text)
    return _judged(doc, tokens, found) if found else []


def sentence_bounds(tokens: Tokens, title_end: int) -> list[tuple[int, int]]:
    """Return the character ranges of the sentences, cut at the title's end.

    Where no component has set sentences, the title is one and the abstract another.
    """
    if not tokens.starts:
        return []
    first = [i for i, opens in enumerate(tokens.opens) if opens]
    out = []
    for here, after in zip(first, [*first[1:], len(tokens.ends)], strict=True):
        low, high = tokens.starts[here], tokens.ends[after - 1]
        if low < title_end < high:
            out.append((low, title_end))
            low = min(title_end + 2, high)
        out.append((low, high))
    return out


def surroundings(tokens: Tokens, shown: str, title_end: int, found: list[Number]) -> list[list[str]]:
    """Return the cues of every number that was scanned in a text, whose LaTeX is blanked in `shown`."""
    bounds = sentence_bounds(tokens, title_end)
    starts = [start for start, _ in bounds]
    in_title = bisect_right(starts, title_end - 1) if title_end else 0
    out = []
    rival = 0
    for number in found:
        at = max(bisect_right(starts, number.start) - 1, 0)
        low, high = bounds[at]
        if number.start < title_end:
            high = min(high, title_end)
        place = _place(at - in_title, len(bounds) - in_title)
        out.append(cues(shown, number, low, max(high, number.end), place))
        if number.start == rival:
            out[-1].append("rival")
        rival = number.baseline[1] if number.baseline else 0
    return out


def token_range(starts: Sequence[int], start: int, end: int) -> tuple[int, int]:
    """Return the tokens that a stretch of characters touches, half-open; `starts` is where tokens begin."""
    first = max(bisect_right(starts, start) - 1, 0)
    return first, max(bisect_right(starts, end - 1), first + 1)


def _judged(doc: Doc, tokens: Tokens, found: list[Number]) -> list[Quantity]:
    shown = plain(tokens.text)
    tables = [weigh(around) for around in surroundings(tokens, shown, doc._.kg_title_end, found)]
    nudges = [_COUNT if number.shape == "count" else nudge(shown, number) for number in found]
    model = trained_of(doc)
    if model is None:
        verdicts = [_by_table(scores, extra) for scores, extra in zip(tables, nudges, strict=True)]
    else:
        verdicts = _by_model(model, doc, tokens, found, tables, nudges)
    return [
        _quantity(tokens, number, category, _kind(shown, number, kind), score)
        for number, (category, kind, score) in zip(found, verdicts, strict=True)
    ]


def _kind(shown: str, number: Number, kind: ResultKind) -> ResultKind:
    """Put right what a number was judged to be, where the words around it are plain."""
    if plainly := change(shown, number):
        return plainly
    return "absolute" if kind == "improvement" and reached(shown, number) else kind


def _by_table(scores: Mapping[str, float], extra: float) -> Verdict:
    kind = max(_KINDS, key=lambda name: scores[name])
    if (result := scores["result"] + extra) > 0:
        return "result", kind, _probability(result)
    category: Category = "scale" if scores["scale"] > 0 else "none"
    return category, kind, _probability(abs(scores["scale"]))


def _by_model(
    model: Trained,
    doc: Doc,
    tokens: Tokens,
    found: list[Number],
    tables: list[dict[str, float]],
    nudges: list[float],
) -> list[Verdict]:
    places = np.array([token_range(tokens.starts, number.start, number.end) for number in found])
    odds = model.numbers(
        doc.tensor, places, np.array([[scores[name] for name in TARGETS] for scores in tables])
    )
    odds[:, 1] += nudges
    _agree(odds, found, nudges, plain(tokens.text))
    chances = np.exp(odds[:, :3] - odds[:, :3].max(axis=1, keepdims=True))
    chances /= chances.sum(axis=1, keepdims=True)
    out: list[Verdict] = []
    for (none, result, scale), kind in zip(
        chances.tolist(), odds[:, 3:].argmax(axis=1).tolist(), strict=True
    ):
        if result >= model.thresholds["results"]:
            out.append(("result", _KINDS[kind], model.calibrated("results", result)))
        else:
            out.append(("scale" if scale > none else "none", _KINDS[kind], max(scale, none)))
    return out


def _agree(odds: Floats, found: list[Number], nudges: list[float], shown: str) -> None:
    """Let numbers of one list and one unit be judged together: one is a result if the others are."""
    for run in runs(parallel([(number.start, number.end) for number in found], shown)):
        if len({found[i].unit for i in run}) == 1 and min(nudges[i] for i in run) > NEVER:
            odds[run] = odds[run].mean(axis=0)


def _probability(odds: float) -> float:
    return 1.0 / (1.0 + exp(-min(odds, 30.0)))


def _place(at: int, total: int) -> str:
    """Name the quarter of the abstract a sentence stands in; a snippet counts as the last one."""
    if total < 3:
        return "title" if at < 0 else "3"
    return "title" if at < 0 else str(min(3, 4 * at // max(total, 1)))


def _quantity(tokens: Tokens, number: Number, category: Category, kind: ResultKind, score: float) -> Quantity:
    text = tokens.text[number.start : number.end]
    baseline = number.baseline
    return Quantity(
        span_start=max(bisect_right(tokens.starts, number.start) - 1, 0),
        span_end=bisect_right(tokens.starts, number.end - 1),
        start=number.start,
        end=number.end,
        value=number.value,
        unit=number.unit,
        value_text=text,
        category=category,
        kind="reduction" if text[:4].lower() == "halv" else kind,
        score=round(score, 4),
        rule=f"number:{number.shape}",
        baseline_value=baseline[0] if baseline else None,
        baseline_start=baseline[1] if baseline else None,
        baseline_end=baseline[2] if baseline else None,
    )
