"""`kg_numbers`: every number of a paper with its unit, and whether it claims a result."""

from __future__ import annotations

from bisect import bisect_right
from math import exp

from spacy.tokens import Doc

from extractors.doc import Category, Quantity, set_numbers
from extractors.number_cues import cues, nudge, weigh
from extractors.quantities import Number, parse_quantity, scan
from extractors.tokens import Tokens, tokens_of
from extractors.unlatex import plain
from kg.model import ResultKind

__all__ = ["Numbers", "Quantity", "parse_quantity", "quantities", "sentence_bounds"]

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
    return _judged(tokens, doc._.kg_title_end, found) if found else []


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


def _judged(tokens: Tokens, title_end: int, found: list[Number]) -> list[Quantity]:
    text, shown = tokens.text, plain(tokens.text)
    out = []
    for number, around in zip(found, surroundings(tokens, shown, title_end, found), strict=True):
        scores = weigh(around)
        scores["result"] += nudge(shown, number)
        out.append(_quantity(text, tokens.starts, number, scores))
    return out


def _place(at: int, total: int) -> str:
    """Name the quarter of the abstract a sentence stands in; a snippet counts as the last one."""
    if total < 3:
        return "title" if at < 0 else "3"
    return "title" if at < 0 else str(min(3, 4 * at // max(total, 1)))


def _quantity(text: str, tokens: list[int], number: Number, scores: dict[str, float]) -> Quantity:
    category: Category = "none"
    score = scores["scale"]
    if scores["result"] > 0 and number.shape != "count":
        category, score = "result", scores["result"]
    elif scores["scale"] > 0:
        category = "scale"
    kind: ResultKind = max(_KINDS, key=lambda name: scores[name])
    if text[number.start : number.start + 4].lower() == "halv":
        kind = "reduction"
    baseline = number.baseline
    return Quantity(
        span_start=max(bisect_right(tokens, number.start) - 1, 0),
        span_end=bisect_right(tokens, number.end - 1),
        start=number.start,
        end=number.end,
        value=number.value,
        unit=number.unit,
        value_text=text[number.start : number.end],
        category=category,
        kind=kind,
        score=round(1.0 / (1.0 + exp(-min(abs(score), 30.0))), 4),
        rule=f"number:{number.shape}",
        baseline_value=baseline[0] if baseline else None,
        baseline_start=baseline[1] if baseline else None,
        baseline_end=baseline[2] if baseline else None,
    )
