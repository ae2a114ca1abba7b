"""Units of claimed numbers, and numbers written as words."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

from extractors.lexicon import sections
from kg.metrics import FILE as METRICS
from kg.metrics import name_rows

MAGNITUDES: dict[str, float] = {
    "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12, "k": 1e3, "K": 1e3, "M": 1e6, "B": 1e9,
    "T": 1e12, "mn": 1e6, "bn": 1e9,
}  # fmt: skip
WORD_NUMBERS: dict[str, float] = {
    "zero": 0.0, "one": 1.0, "two": 2.0, "three": 3.0, "four": 4.0, "five": 5.0, "six": 6.0,
    "seven": 7.0, "eight": 8.0, "nine": 9.0, "ten": 10.0, "eleven": 11.0, "twelve": 12.0, "thirteen": 13.0,
    "fourteen": 14.0, "fifteen": 15.0, "sixteen": 16.0, "seventeen": 17.0, "eighteen": 18.0,
    "nineteen": 19.0, "twenty": 20.0,
    "thirty": 30.0, "forty": 40.0, "fifty": 50.0, "sixty": 60.0, "seventy": 70.0,
    "eighty": 80.0, "ninety": 90.0,
    "hundred": 100.0, "a hundred": 100.0, "one hundred": 100.0,
    "thousand": 1000.0, "a thousand": 1000.0, "one thousand": 1000.0,
}  # fmt: skip


def rows(name: str) -> list[list[str]]:
    """Read a tab-separated list of `extractors/data`, or the registry of metrics with its header."""
    if name == METRICS:
        found = name_rows()
        return [list(found[0]), *(list(row.values()) for row in found)]
    text = files("extractors").joinpath("data", name).read_text(encoding="utf-8")
    return [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")]


# Blanks are put in brackets, because the pattern is used inside a verbose one.
_UNITS: list[tuple[str, str]] = [
    (re.sub(r"(?<!\[) ", "[ ]", row[0]), row[1]) for row in rows("units_written.tsv")
]

# One alternative a unit, longest first as listed: the blank, tie or hyphen before it belongs to it.
UNIT_PATTERN = r"[ -]{0,8}(?:" + "|".join(f"(?:{written})" for written, _ in _UNITS) + r")(?![A-Za-z0-9])"
_COMPILED = [(re.compile(written), unit) for written, unit in _UNITS]


@cache
def canonical_unit(written: str) -> str:
    """Return the unit as results store it ("percent" is "%"); a metric's own name stays as written."""
    text = re.sub(r"^[\s-]+", "", written)
    for pattern, unit in _COMPILED:
        match = pattern.fullmatch(text)
        if match:
            return unit if unit != "=" else re.sub(r"\s+", " ", text)
    return text


def metric_units() -> frozenset[str]:
    """Units that are names of metrics ("BLEU"), in lower case."""
    return sections("numbers_words")["metric_units"]
