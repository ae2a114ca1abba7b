"""What a store must do."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Protocol, runtime_checkable

Row = dict[str, Any]
# Cypher reads \u0041 as "A" and takes a comment for a space, so this looks at the text as the server does.
_ESCAPE = re.compile(r"\\u+([0-9a-fA-F]{4})")
ASIDE = re.compile(r"/\*.*?\*/|//[^\r\n]*|`[^`]*`|'(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\"", re.DOTALL)
_LOAD = re.compile(r"\bLOAD\s+CSV\b", re.IGNORECASE)


class Store(Protocol):
    """A readable copy of the graph.

    A store that runs Cypher takes the portable subset that `kg.queries` checks; values travel as
    parameters only.
    """

    name: str

    def cypher(
        self, query: str, params: Mapping[str, Any] | None = None, *, timeout: float | None = None
    ) -> list[Row]:
        """Run a reading query and return its rows (column name to value).

        Raises:
            QueryError: if the query is wrong, writes, or takes longer than `timeout` seconds.
        """
        ...

    def table(
        self, query: str, params: Mapping[str, Any] | None = None, *, timeout: float | None = None
    ) -> tuple[list[str], list[Row]]:
        """Do as `cypher`; return the names of the columns, which are there without rows too, and the rows."""
        ...

    def nodes(self, label: str | None = None) -> Iterator[Row]:
        """Yield nodes (`type`, then their properties) of one label or of all, sorted by label and id."""
        ...

    def edges(self, edge_type: str | None = None) -> Iterator[Row]:
        """Yield edges (`type`, `from`, `to`, `from_type`, `to_type`, properties), sorted likewise."""
        ...

    def close(self) -> None:
        """Let go of files and connections."""
        ...


@runtime_checkable
class Writable(Protocol):
    """A store that is no cache: a server's database."""

    def write_table(
        self, query: str, params: Mapping[str, Any] | None = None, *, timeout: float | None = None
    ) -> tuple[list[str], list[Row]]:
        """Run a query that may write; return the names of its columns and the rows.

        Raises:
            QueryError: if it is wrong or takes too long.
        """
        ...


def loads_csv(query: str) -> bool:
    """Whether a query reads files of the machine it runs on, which no limit to reading the graph stops."""
    text = _ESCAPE.sub(lambda found: chr(int(found[1], 16)), query)
    return bool(_LOAD.search(ASIDE.sub(" ", text)))
