"""Dates as sources write them. What is not said stays unknown: no year is ever guessed."""

from __future__ import annotations

import datetime as dt
import math
import re

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NAME = r"(?P<month>[A-Za-z]{3,9})\.?"
_YEAR = r"(?P<year>(?:1[5-9]|20)\d{2})"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_ISO = re.compile(rf"{_YEAR}(?:[-/](?P<month>\d{{1,2}})(?:[-/](?P<day>\d{{1,2}}))?)?(?:[T ]\d.*|/.*)?\Z")
_WORDS = [
    re.compile(rf"(?:[A-Za-z]{{3,9}},?\s+)?{_DAY}\s+{_NAME},?\s+{_YEAR}\b.*\Z", re.S),
    re.compile(rf"{_NAME}\s+{_DAY},\s*{_YEAR}\b.*\Z", re.S),
    re.compile(rf"{_NAME},?\s+{_YEAR}\Z"),
]
_SLASHED = re.compile(rf"\d{{1,2}}[/.]\d{{1,2}}[/.]{_YEAR}\Z")
_MAX_YEAR = 2100


def parse_date(value: object) -> tuple[int | None, str | None]:
    """Return `(year, ISO date)` of a date in any of the usual spellings, each None if not stated.

    "2024-05-30T10:00:00Z", "2024/05/30", "2024-05", 2024, "30 May 2024", "May 30, 2024" and
    "Mon, 2 Apr 2007 19:18:42 GMT" are read; "03/04/2024" has a year but no day, since countries
    disagree; "May 30" has neither.
    """
    if isinstance(value, dt.date):  # datetime is a date
        return value.year, value.strftime("%Y-%m-%d")
    if isinstance(value, bool) or value is None:
        return None, None
    if isinstance(value, float):
        if not math.isfinite(value) or value != int(value):
            return None, None
        value = int(value)
    if not isinstance(value, int | str):
        return None, None
    text = str(value).strip().removesuffix(".0")
    for pattern in (_ISO, *_WORDS, _SLASHED):
        match = pattern.match(text)
        if match:
            return _from_parts(**match.groupdict())
    return None, None


def _from_parts(year: str, month: str | None = None, day: str | None = None) -> tuple[int | None, str | None]:
    number = int(year)
    if number > _MAX_YEAR:
        return None, None
    if month is None or day is None:
        return number, None
    if month.isdigit():
        index = int(month)
    elif month[:3].lower() in _MONTHS:
        index = _MONTHS.index(month[:3].lower()) + 1
    else:
        return number, None
    try:
        return number, dt.date(number, index, int(day)).isoformat()
    except ValueError:  # 31 February: the year is still said
        return number, None
