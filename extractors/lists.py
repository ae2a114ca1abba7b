"""Things that stand in a list: numbers joined by commas and "and", and the phrases that go with them."""

from __future__ import annotations

import re

# "the GSM8K dataset and the MATH dataset" is a list of two names.
_COORDINATED = re.compile(
    r"\s{0,10}(?:,|;|/|and|or|, {0,4}and|&)\s{0,10}|\s+(?:benchmark|data ?set|corpus)s?,? and\s+(?:the\s+)?",
    re.IGNORECASE,
)
_LOOSE = re.compile(r"[,;/(]|\band\b|\bto\b")
_FAR = 60  # characters between two of a list, at most


def parallel(spans: list[tuple[int, int]], text: str, *, loose: bool = False) -> list[tuple[int, int]]:
    """Find runs joined by commas, "and" or "/".

    Args:
        spans: things in text order.
        text: what they stand in.
        loose: let words stand between, as in "74% on A and 51% on B".

    Returns:
        For each, its place in its run and the length of the run.
    """
    runs: list[list[int]] = []
    for i, (start, _) in enumerate(spans):
        gap = text[spans[i - 1][1] : start] if i and start - spans[i - 1][1] <= _FAR else ""
        if _COORDINATED.fullmatch(gap) or (loose and _LOOSE.search(gap)):
            runs[-1].append(i)
        else:
            runs.append([i])
    return [(place, len(run)) for run in runs for place, _ in enumerate(run)]


def runs(places: list[tuple[int, int]]) -> list[range]:
    """Return the lists of two or more that `parallel` has found."""
    return [range(i, i + length) for i, (place, length) in enumerate(places) if place == 0 and length > 1]
