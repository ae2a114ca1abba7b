"""How far a score may be trusted as a whole: number, metric, place, method and conditions together.

Links have a confidence each, but what misleads in a list of scores is mostly what is left out. So careful
readers judged some thousands of rows against their abstracts (`benchmarks/rows`), and a small network
(`row_heads.py`), fitted by `scripts/fit_rows.py`, gives the share of such rows that they found right.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from math import prod

from extractors.row_heads import Floats, RowHead, Span
from extractors.settings import Settings, binned
from kg.model import Mention, Result

_LEVELS = (0.5, 0.6, 0.7, 0.75, 0.8, 0.83, 0.86, 0.88, 0.9, 0.92, 0.94, 0.96, 0.98, 0.99)
_CHANCES = (0.03, 0.06, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0, 1.5)
_TOKEN = re.compile(r"[\w'-]+|[^\s\w]")
_NUMBER = re.compile(r"(?<![\w.])\d")


def trust(
    settings: Settings, result: Result, missing: Sequence[float], same: int, head: RowHead
) -> float | None:
    """Return how likely a careful reader finds a score right as it stands; None for what is no linked score.

    Args:
        settings: of the paper.
        result: the score, its conditions set.
        missing: how likely each setting holds that is not among its conditions.
        same: how many numbers its sentence has.
        head: the network.
    """
    if result.metric is None or result.on is None:
        return None
    found = head.probabilities([list(cues(settings, result, missing, same))], parts(settings, result))
    return round(float(found[0]), 4)


def parts(settings: Settings, result: Result) -> list[Floats]:
    """Describe a score by vectors: the number, metric, place and method, its sentence, the paper."""
    views = settings.views
    slots = (result.metric, result.on, result.method)
    return [
        views.number(settings.span(result.evidence)),
        *(views.phrase(settings.span(slot) if slot else None) for slot in slots),
        views.mean(settings.quote(result)),
        views.mean(),
    ]


def cues(settings: Settings, result: Result, missing: Sequence[float], same: int) -> Iterator[str]:
    """Yield what speaks for or against a score (see `trust`)."""
    here = settings.span(result.evidence)
    quote = settings.quote(result)
    for slot, mention in (("metric", result.metric), ("on", result.on), ("method", result.method)):
        if mention is None:
            yield f"{slot}=none"
            yield f"{slot}=none subj={result.subject}"
        else:
            yield from _slot(settings, slot, mention, here, quote)
    yield from (f"sure>={level}" for level in _LEVELS if result.confidence >= level)
    yield from (f"missing>={chance}" for chance in _CHANCES if max(missing, default=0.0) >= chance)
    yield from (f"missed>={chance}" for chance in _CHANCES if sum(missing) >= chance)
    yield from (f"whole>={chance}" for chance in _CHANCES if prod(1 - p for p in missing) >= chance)
    own = result.method is not None and settings.plays(result.method.text, "introduces")
    yield f"subj={result.subject}"
    yield f"subj={result.subject} own={own}"
    yield f"unit={result.unit}"
    yield f"hedge={result.hedge}"
    yield f"split={result.split is not None}"
    conditions = result.condition.split("; ") if result.condition else []
    yield f"conditions={binned(len(conditions), (0, 1, 2))}"
    yield f"same={binned(same, (1, 2, 3, 5, 8))}"
    yield from settings.counts


def _slot(settings: Settings, slot: str, mention: Mention, here: Span, quote: Span) -> Iterator[str]:
    text = settings.layout.text
    start, end = settings.span(mention)
    yield from (f"{slot}>={level}" for level in _LEVELS if mention.score >= level)
    if quote[0] <= start < quote[1]:
        first, last, side = (end, here[0], "l") if start < here[0] else (here[1], start, "r")
        between = text[first:last] if first < last else ""
        yield f"{slot} side={side} {binned(len(between), (3, 10, 30, 70, 150))}"
        yield f"{slot} numbers={binned(len(_NUMBER.findall(between)), (0, 1, 2, 4))}"
    else:
        yield f"{slot} in={settings.where((start, end), here, quote)}"
    words = mention.text.lower().split()
    yield f"{slot} words={binned(len(words), (1, 2, 3))}"
    yield f"{slot} first={words[0]}"
    yield f"{slot} last={words[-1]}"
    yield f"{slot} shape={_shape(mention.text)}"
    yield f"{slot} label={mention.label}"
    yield f"{slot} before={_token(text[max(0, start - 30) : start], -1)}"
    yield f"{slot} behind={_token(text[end : end + 30], 0)}"
    yield f"{slot} introduced={settings.plays(mention.text, 'introduces')}"
    yield f"{slot} compared={settings.plays(mention.text, 'compares')}"


def _token(text: str, which: int) -> str:
    found = _TOKEN.findall(text)
    return found[which].lower() if found else ""


def _shape(text: str) -> str:
    return re.sub(r"[a-z]+", "a", re.sub(r"[A-Z]+", "A", re.sub(r"[\d.]+", "0", text)))[:12]
