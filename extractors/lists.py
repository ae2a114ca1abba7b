"""Things that stand in a list: numbers joined by commas and "and", and the phrases that go with them."""

from __future__ import annotations

import re

# "the GSM8K dataset and the MATH dataset" is a list of two names.
_COORDINATED = re.compile(
    r"""\s{0,10}(?:,|;|/|and|or|,\ {0,4}and|&)\s{0,10}|\s(?:and|or)\ (?:the|our|an?|its|their)\s
    |\s+(?:benchmark|data\ ?set|corpus)s?,?\ and\s+(?:the\s+)?""",
    re.IGNORECASE | re.VERBOSE,
)
_LOOSE = re.compile(r"[,;/(]|\band\b|\bto\b")
_FAR = 60  # characters between two of a list, at most


def parallel(
    spans: list[tuple[int, int]], text: str, *, loose: bool = False, asides: bool = False
) -> list[tuple[int, int]]:
    """Find runs joined by commas, "and" or "/".

    Args:
        spans: things in text order.
        text: what they stand in.
        loose: let words stand between, as in "74% on A and 51% on B".
        asides: let what stands alone in brackets behind a thing interrupt no run; it is in none itself.

    Returns:
        For each, its place in its run and the length of the run.
    """
    passed = _asides(spans, text) if asides else set()
    runs: list[list[int]] = []
    last = 0  # the end of the one before
    for i, (start, end) in enumerate(spans):
        if i in passed:
            last = end + 1
            continue
        gap = text[last:start] if runs and start - last <= _FAR else ""
        if _COORDINATED.fullmatch(gap) or (loose and _LOOSE.search(gap)):
            runs[-1].append(i)
        else:
            runs.append([i])
        last = end
    found = {i: (place, len(run)) for run in runs for place, i in enumerate(run)}
    return [found.get(i, (0, 1)) for i in range(len(spans))]


def _asides(spans: list[tuple[int, int]], text: str) -> set[int]:
    """Return which of the things stand alone in brackets behind another, as in "AB (MRI), CD (CT) and EF"."""
    out: set[int] = set()
    for i in range(1, len(spans)):
        start, end = spans[i]
        before = text[spans[i - 1][1] : start]
        if before.strip() == "(" and text[end : end + 1] == ")":
            out.add(i)
    return out


def runs(places: list[tuple[int, int]]) -> list[list[int]]:
    """Return the lists of two or more that `parallel` has found."""
    out: list[list[int]] = []
    for i, (place, length) in enumerate(places):
        if length > 1:
            if place == 0:
                out.append([])
            out[-1].append(i)
    return out
