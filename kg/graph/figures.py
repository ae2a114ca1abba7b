"""Written numbers: the last place in which they are given, and how results of arithmetic are written."""

from __future__ import annotations

import re

_FIGURE = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+")


def last_place(text: str, value: float) -> float | None:
    """Return one unit of the last place in which a number is written; None for numbers in words.

    >>> last_place("87.2%", 87.2), last_place("1.2M", 1.2e6), last_place("twice", 2.0)
    (0.1, 100000.0, None)
    """
    for figure in reversed(_FIGURE.findall(re.sub(r"(?<=\d)\. (?=\d)", ".", text))):
        written = float(figure.replace(",", ""))
        places = len(figure.partition(".")[2])
        if written == abs(value):
            return float(f"1e-{places}")
        factor = abs(value) / written if written else 0.0
        if factor in (1e3, 1e6, 1e9, 1e12):
            return factor * float(f"1e-{places}")
    return None


def neat(value: float) -> float:
    """Drop the last digits, which binary fractions make up: 87.2 - 80.5 is 6.7."""
    return float(f"{value:.12g}") if abs(value) > 1e-12 else 0.0


def rounded(value: float) -> float:
    """Return a percentage to four places."""
    return round(value, 4)


def term(value: float) -> str:
    """Write a number as a term of a sum: a negative one in brackets."""
    return f"({value:.12g})" if value < 0 else f"{value:.12g}"
