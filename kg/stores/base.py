"""What a store must do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Protocol

Row = dict[str, Any]


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

    def nodes(self, label: str | None = None) -> Iterator[Row]:
        """Yield nodes (`type`, then their properties) of one label or of all, sorted by label and id."""
        ...

    def edges(self, edge_type: str | None = None) -> Iterator[Row]:
        """Yield edges (`type`, `from`, `to`, `from_type`, `to_type`, properties), sorted likewise."""
        ...

    def close(self) -> None:
        """Let go of files and connections."""
        ...
