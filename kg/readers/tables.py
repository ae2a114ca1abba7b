"""CSV and TSV with a header line; delimiter found by trying, quoted line ends honoured."""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterator, Mapping

from kg.model import Paper
from kg.readers.base import Options, Problem
from kg.readers.record import check_columns, columns_for, missing_title_hint, paper_from_record
from kg.readers.stream import MAX_LINE, Head, Stream

DELIMITERS = ",\t;|"
# No abstract has more line ends; a quote that is still open then was never meant as one.
MAX_RECORD_LINES = 500
csv.field_size_limit(MAX_LINE)

Row = tuple[int, list[str] | None]
"""Line number with the cells, or None where a quote opens and never closes."""


class Tables:
    """Reader of delimited tables."""

    name = "csv"

    def sniff(self, head: Head) -> float:
        """Recognise the file's suffix, or a header line with a title and another column that we know."""
        if head.suffix in (".csv", ".tsv", ".tab"):
            return 0.8
        # A sentence may have "Name" before a comma; a header has more names that we know.
        columns = columns_for(header_of(head.text), {})
        return 0.8 if "title" in columns and len(columns) > 1 else 0.0

    def read(self, stream: Stream, options: Options) -> Iterator[Paper | Problem]:
        """Yield one paper per row; locators are the lines on which rows begin."""
        delimiter = best_delimiter(first_line(stream.head.text))
        rows = _rows(stream.lines(), delimiter)
        header = next(rows, (1, None))[1]
        if header is None:
            yield stream.problem("line 1", "the header opens a quote that never closes", "correct the header")
            return
        header = [name.strip().lstrip("\ufeff") for name in header]
        columns = columns_for(header, options.mapping)
        check_columns(stream.name, header, columns, options.mapping)
        if "title" not in columns:
            yield stream.problem("line 1", "no column is a title", missing_title_hint(header))
            return
        for number, cells in rows:
            yield _paper(cells, header, columns, stream, number)


def _paper(
    cells: list[str] | None,
    header: list[str],
    columns: Mapping[str, list[str]],
    stream: Stream,
    number: int,
) -> Paper | Problem:
    locator = f"line {number}"
    if cells is None:
        return stream.problem(
            locator, "opens a quote that never closes", "close it, or double a quote inside a cell"
        )
    if len(cells) != len(header):
        reason = f"has {len(cells)} cells where the header has {len(header)}"
        return stream.problem(locator, reason, "quote cells that hold the delimiter or a line end")
    return paper_from_record(dict(zip(header, cells, strict=True)), stream, locator, columns)


def first_line(text: str) -> str:
    """Return the first line that is not blank."""
    return next((line for line in text.splitlines() if line.strip()), "")


def best_delimiter(line: str) -> str:
    """Return the delimiter that gives the header a title column, and the most columns."""

    def merit(delimiter: str) -> tuple[bool, int]:
        names = next(csv.reader([line], delimiter=delimiter), [])
        return "title" in columns_for(names, {}), len(names)

    return max(DELIMITERS, key=merit)


def header_of(text: str) -> list[str]:
    """Return the names in the header line of a table, as well as its start shows them."""
    line = first_line(text)
    if len(line) > 10_000:
        return []
    try:
        names = next(csv.reader([line], delimiter=best_delimiter(line)), [])
    except csv.Error:
        return []
    return [name for name in names if len(name) < 60]


def _rows(lines: Iterator[tuple[int, str]], delimiter: str) -> Iterator[Row]:
    """Yield the rows that are not blank, reading on after the first line of one that never ends."""
    again: deque[tuple[int, str]] = deque()
    while True:
        taken: list[tuple[int, str]] = []
        feeder = _Feeder(lines, again, taken)
        try:
            cells = next(csv.reader(feeder, delimiter=delimiter), None)
        except csv.Error:
            cells, feeder.dry = None, True
        if not taken:
            return
        if feeder.dry:
            again.extendleft(reversed(taken[1:]))
            yield taken[0][0], None
        elif cells and any(cell.strip() for cell in cells):
            yield taken[0][0], cells


class _Feeder:
    """Hands lines to one `csv.reader` for one record and notices when it wants more than there are."""

    def __init__(
        self, lines: Iterator[tuple[int, str]], again: deque[tuple[int, str]], taken: list[tuple[int, str]]
    ) -> None:
        self._lines = lines
        self._again = again
        self._taken = taken
        self.dry = False

    def __iter__(self) -> _Feeder:
        return self

    def __next__(self) -> str:
        found = None
        if len(self._taken) < MAX_RECORD_LINES:
            found = self._again.popleft() if self._again else next(self._lines, None)
        if found is None:
            self.dry = bool(self._taken)
            raise StopIteration
        self._taken.append(found)
        return found[1] + "\n"
