"""What an export reads from, and how a record becomes a line."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import IO, Any, Protocol

from kg.errors import SchemaError
from kg.model import Paper, PaperFacts

Row = dict[str, Any]

# JSON allows these raw, but `str.splitlines` and JavaScript take the first three for ends of lines, and
# half a surrogate pair has no UTF-8 form.
_ESCAPED = re.compile("[\x85\u2028\u2029\ud800-\udfff]")


class GraphRows(Protocol):
    """The two methods of `kg.stores.Store` that an export calls."""

    def nodes(self) -> Iterator[Row]:
        """Yield every node: `type`, then its properties."""
        ...

    def edges(self) -> Iterator[Row]:
        """Yield every edge: `type`, `from`, `to`, `from_type`, `to_type`, then its properties."""
        ...


class Exportable(Protocol):
    """What can be exported."""

    @property
    def store(self) -> GraphRows:
        """The graph."""
        ...

    def papers(self) -> Iterable[Paper]:
        """Return every paper, in the order of the file to write."""
        ...

    def facts(self) -> Iterable[tuple[Paper, PaperFacts]]:
        """Return every paper that has been read, with its facts."""
        ...


def json_text(record: Mapping[str, Any]) -> str:
    """Return a record as JSON in one line, without its line end.

    Raises:
        SchemaError: if it holds a number that JSON cannot say (infinite, or not a number).
    """
    try:
        text = json.dumps(record, ensure_ascii=False, allow_nan=False)
    except ValueError as error:
        raise SchemaError(
            f"{record.get('id')!r}: holds a number that is infinite or none: {record!r:.300}"
        ) from error
    return _ESCAPED.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def write_jsonl(records: Iterable[Mapping[str, Any]], stream: IO[str]) -> int:
    """Write one JSON object a line and return how many there were."""
    count = 0
    for record in records:
        stream.write(json_text(record) + "\n")
        count += 1
    return count
