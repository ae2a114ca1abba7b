"""What every reader shares: the protocol, and what it says about a record that cannot be read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from kg.model import Paper, Source
    from kg.readers.stream import Head, Stream


@dataclass(frozen=True, slots=True)
class Problem:
    """A record that could not be read, or was not read in full.

    Attributes:
        source: base name of the file, or the query.
        locator: place in it: line, record, key; empty when the whole input is meant.
        reason: what is wrong, with the value where it is short.
        hint: what to do about it.
    """

    source: str
    locator: str
    reason: str
    hint: str

    def __str__(self) -> str:
        """Return one line: where, what, what to do."""
        where = f"{self.source}, {self.locator}" if self.locator else self.source
        line = f"{where}: {self.reason}" + (f"; {self.hint}" if self.hint else "")
        return " ".join(line.split())


@dataclass(frozen=True, slots=True)
class Options:
    """What the caller of `read` asked for, handed on to every reader.

    Attributes:
        mapping: our field name -> the source's column name.
        cache_dir: where fetched pages are kept.
    """

    mapping: Mapping[str, str] = field(default_factory=dict)
    cache_dir: Path | None = None


class Place(Protocol):
    """What a record comes from, as far as papers and problems name it."""

    def problem(self, locator: str, reason: str, hint: str = "") -> Problem:
        """Describe what is wrong at `locator`."""
        ...

    def origin(self, locator: str, note: str | None = None) -> Source:
        """Return the `Source` of the record at `locator`."""
        ...


class Reader(Protocol):
    """One file format."""

    name: str

    def sniff(self, head: Head) -> float:
        """Return how sure it is, in [0, 1], that a file that starts like `head` is in this format."""
        ...

    def read(self, stream: Stream, options: Options) -> Iterator[Paper | Problem]:
        """Yield the papers of one file, and a `Problem` for each record that is none."""
        ...
