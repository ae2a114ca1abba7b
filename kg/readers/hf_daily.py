"""Text dumps of the Hugging Face "Daily Papers" page, in the three shapes that copying it gives.

- glued: title and abstract on alternate lines, the first title run together with "Subscribe";
- blocks: title, abstract, "• N authors", "·" and a date, separated by blank lines;
- pairs: title and abstract, separated by blank lines.

The date in the page's header is the day the page was shown and says nothing about any paper. A date in a
block may lack its year (then no year is given) and be followed by a count of comments.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from kg.model import Paper
from kg.readers.base import Options, Problem
from kg.readers.ids import Ids
from kg.readers.record import make_paper
from kg.readers.stream import Head, Stream

_BANNER = "Get trending papers in your email inbox"
_MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*"
_DATE = re.compile(rf"({_MONTH}\.? \d{{1,2}}(?:, \d{{4}})?)(?: (\d+))?\Z")
_AUTHORS = re.compile(r"•\s*\d+ authors?\Z")
_HEADER = re.compile(
    rf"new|{_BANNER}.*|Subscribe|Daily Papers|by ?AK and the research community|{_MONTH} \d{{1,2}}"
)
_GLUE = "Subscribe"
_LONG = 200  # the longest title seen has 150 characters, the shortest abstract 260


@dataclass(slots=True)
class _Entry:
    """Lines that belong to one paper so far."""

    line: int
    title: str
    abstract: list[str] = field(default_factory=list)
    date_text: str | None = None


class HFDaily:
    """Reader of Daily Papers dumps."""

    name = "hf_daily"

    def sniff(self, head: Head) -> float:
        """Recognise the page's banner, or the author lines of its blocks."""
        lines = [line.strip() for line in head.text.splitlines()[:40]]
        if any(line.startswith(_BANNER) for line in lines[:10]):
            return 1.0
        return 0.9 if any(map(_AUTHORS.match, lines)) and "·" in lines else 0.0

    def read(self, stream: Stream, options: Options) -> Iterator[Paper | Problem]:
        """Yield one paper per entry, in the page's order; locators are the titles' lines."""
        blocks = any(_AUTHORS.match(line.strip()) for line in stream.head.text.splitlines())
        body = _body(stream.lines())
        for entry in _from_blocks(body) if blocks else _from_pairs(body):
            yield make_paper(
                stream,
                f"line {entry.line}",
                title=entry.title,
                abstract=" ".join(entry.abstract),
                ids=Ids(),
                dates=[entry.date_text] if entry.date_text else [],
            )


def _body(lines: Iterator[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    """Yield the stripped lines that are neither blank nor the page's header."""
    header = True
    for number, raw in lines:
        line = raw.strip()
        if not line:
            continue
        if header:
            if _HEADER.fullmatch(line):
                continue
            header = False
            line = line.removeprefix(_GLUE)
        yield number, line


def _from_blocks(lines: Iterator[tuple[int, str]]) -> Iterator[_Entry]:
    """Group lines into entries by the author line and date that end each."""
    entry: _Entry | None = None
    ended = False
    for number, line in lines:
        date = _DATE.match(line)
        if entry and (line == "·" or _AUTHORS.match(line)):
            ended = True
        elif entry and ended and date:
            entry.date_text = _stated_date(date)
        elif entry and not ended:
            entry.abstract.append(line)
        else:
            if entry:
                yield entry
            entry, ended = _Entry(number, line), False
    if entry:
        yield entry


def _stated_date(match: re.Match[str]) -> str:
    """Return the date without the count after it, unless that might be a year without its comma."""
    if match[2] and re.fullmatch(r"(?:19|20)\d\d", match[2]) and "," not in match[1]:
        return match[0]
    return match[1]


def _from_pairs(lines: Iterator[tuple[int, str]]) -> Iterator[_Entry]:
    """Pair titles with abstracts, allowing for an entry without abstract or with two paragraphs."""
    entry: _Entry | None = None
    held: tuple[int, str] | None = None  # a short line after a title: its abstract, or the next title
    for number, line in lines:
        if entry is None:
            entry = _Entry(number, line)
        elif held:
            if _is_prose(line):  # so the short line is the title of this abstract
                yield entry
                entry, held = _Entry(*held, [line]), None
            else:
                entry.abstract.append(held[1])
                yield entry
                entry, held = _Entry(number, line), None
        elif _is_prose(line):
            entry.abstract.append(line)
        elif entry.abstract:
            yield entry
            entry = _Entry(number, line)
        else:
            held = (number, line)
    if entry and held:
        if held[1].endswith((".", "!", "?")):
            entry.abstract.append(held[1])
        else:
            yield entry
            entry = _Entry(*held)
    if entry:
        yield entry


def _is_prose(line: str) -> bool:
    """Whether a line is long and has a sentence end, as abstracts do and titles do not."""
    return len(line) > _LONG and (line.endswith((".", "!", "?")) or ". " in line or len(line) > 2 * _LONG)
