"""RIS records, as reference managers and publishers export them; streamed record by record."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import rispy

from kg.model import Paper
from kg.readers.base import Options, Problem
from kg.readers.ids import find_ids
from kg.readers.record import as_text, as_texts, make_paper
from kg.readers.stream import Head, Stream

_TYPE = re.compile(r"^\ufeff?TY  ?-", re.M)
_TAG = re.compile(r"([A-Z][A-Z0-9])  ?-(?: |\Z)")
MAX_RECORD_LINES = 5_000


class Ris:
    """Reader of RIS records."""

    name = "ris"

    def sniff(self, head: Head) -> float:
        """Recognise the line that starts a record."""
        if _TYPE.search(head.text):
            return 0.9
        return 0.5 if head.suffix == ".ris" else 0.0

    def read(self, stream: Stream, options: Options) -> Iterator[Paper | Problem]:
        """Yield one paper per record; locators are the lines of the TY tags."""
        count = 0
        for number, lines, ended in _records(stream.lines()):
            count += 1
            locator = f"line {number}"
            records = rispy.loads("\n".join([*lines, "ER  - "]))
            if not records:
                yield stream.problem(
                    locator, "cannot be parsed", "a record starts with 'TY  - ' and ends with 'ER  - '"
                )
                continue
            if not ended:
                yield stream.problem(
                    locator, "has no ER line: what is there was read", "is the file complete?"
                )
            yield _paper(records[0], stream, locator)
        if not count:
            yield stream.problem("", "holds no RIS record", "a record starts with a line 'TY  - JOUR'")


def _records(lines: Iterator[tuple[int, str]]) -> Iterator[tuple[int, list[str], bool]]:
    """Yield the first line's number, the lines, and whether an ER line ended them."""
    start = 0
    record: list[str] = []
    for number, raw in lines:
        tag = _TAG.match(raw.lstrip("\ufeff"))
        # One space after the tag is wrong but common; rispy wants two.
        line = f"{tag[1]}  - {raw[tag.end() :]}" if tag else raw
        if tag and tag[1] == "TY":
            if record:
                yield start, record, False
            start, record = number, [line]
        elif tag and tag[1] == "ER":
            if record:
                yield start, record, True
            record = []
        elif record and len(record) < MAX_RECORD_LINES:
            record.append(line)
    if record:
        yield start, record, False


def _paper(record: Mapping[str, object], stream: Stream, locator: str) -> Paper | Problem:
    def first(*names: str) -> str:
        return next(filter(None, (as_text(record.get(name)) for name in names)), "")

    # rispy's names of DO, AN, ID, M1-M3, C7, UR, L1, L2, N1.
    names = (
        "doi",
        "accession_number",
        "id",
        "number",
        "type_of_work",
        "custom7",
        "urls",
        "file_attachments1",
        "file_attachments2",
        "notes",
    )
    ids = [text for name in names for text in as_texts(record.get(name))]
    return make_paper(
        stream,
        locator,
        title=first("primary_title", "title", "translated_title"),
        abstract=first("abstract", "notes_abstract"),
        ids=find_ids(ids),
        dates=[record.get(name) for name in ("date", "publication_year", "year") if record.get(name)],
    )
