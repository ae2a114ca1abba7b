"""The embedded store: kglite, in one file, no server."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import kglite

from kg.errors import QueryError, StoreError
from kg.graph import ENDS, GraphData
from kg.resources import data_dir
from kg.schema import schema
from kg.stores.base import ASIDE, Row, loads_csv

# Its advice on absent types and properties goes to stderr, where an empty graph would look broken.
kglite.set_query_warning_policy("silent")

_CUT = re.compile(rf"{ASIDE.pattern}|\bLIMIT\s+\$(?P<limit>\w+)(?=\s*\}})", re.DOTALL | re.IGNORECASE)


class EmbeddedStore:
    """A kglite file, opened for reading."""

    name = "embedded"

    def __init__(self, path: Path) -> None:
        try:
            self._graph = kglite.load(str(path))
        except (kglite.KgError, OSError, ValueError) as error:
            raise StoreError(
                f"{path}: the embedded store cannot be read ({error}); delete the file: it is rebuilt"
            ) from error
        self._graph.read_only(True)

    @classmethod
    def create(cls, path: Path, data: GraphData) -> None:
        """Write `data` to `path` (replaced whole, at the end: a reader never sees half a graph)."""
        from kg.stores.kglite_load import fill  # here: pandas takes longer to load than most questions

        scratch = path.with_name(f".kg-{path.stem}.tmp")
        scratch.unlink(missing_ok=True)
        graph = kglite.open(str(scratch), durable="off", lock=False)
        fill(graph, data)
        with warnings.catch_warnings():
            # It says that lists have no memory-mapped form; we load into memory.
            warnings.simplefilter("ignore", kglite.MappedFallbackWarning)
            graph.save(str(path))
            graph.close()
        scratch.unlink(missing_ok=True)

    @classmethod
    def of(cls, data: GraphData) -> EmbeddedStore:
        """Return a store that lives in memory alone."""
        with TemporaryDirectory() as folder:
            path = Path(folder) / "graph.kglite"
            cls.create(path, data)
            return cls(path)

    def cypher(
        self, query: str, params: Mapping[str, Any] | None = None, *, timeout: float | None = None
    ) -> list[Row]:
        """See `Store.cypher`."""
        return self.table(query, params, timeout=timeout)[1]

    def table(
        self, query: str, params: Mapping[str, Any] | None = None, *, timeout: float | None = None
    ) -> tuple[list[str], list[Row]]:
        """Do as `cypher`; return the names of the columns, which are there without rows too, and the rows."""
        result = self._view(query, params, timeout)
        return list(result.columns), list(result.to_list())

    def _view(
        self, query: str, params: Mapping[str, Any] | None = None, timeout: float | None = None
    ) -> kglite.ResultView:
        """Run a query; its rows become Python objects one by one, as they are read."""
        if loads_csv(query):
            # Read-only mode stops writing to the graph, not reading of files.
            raise QueryError("LOAD CSV reads files of this machine and is refused")
        limit = None if timeout is None else int(timeout * 1000)
        values = dict(params or {})
        try:
            result = self._graph.cypher(_cut(query, values), params=values, timeout_ms=limit)
        except (kglite.KgError, TypeError) as error:  # TypeError: a value it cannot take
            said = " ".join(str(error).split())
            if "read-only mode" in said:
                said = "the query writes; the graph is open for reading only"
            raise QueryError(said) from error
        assert isinstance(result, kglite.ResultView)  # noqa: S101 - no other output form was asked for
        return result

    def nodes(self, label: str | None = None) -> Iterator[Row]:
        """See `Store.nodes`."""
        for name, node in schema().nodes.items():
            if label in (None, name):
                columns = ", ".join(f"n.{p} AS {p}" for p in node.properties)
                rows = self._view(f"MATCH (n:{name}) RETURN {columns} ORDER BY id")
                yield from ({"type": name, **row} for row in rows)

    def edges(self, edge_type: str | None = None) -> Iterator[Row]:
        """See `Store.edges`."""
        for name, edge in schema().edges.items():
            if edge_type in (None, name):
                ends = "a.id AS `from`, b.id AS to, labels(a)[0] AS from_type, labels(b)[0] AS to_type"
                columns = ", ".join(f"r.{p} AS {p}" for p in edge.properties)
                rows = self._view(f"MATCH (a)-[r:`{name}`]->(b) RETURN {ends}, {columns} ORDER BY id")
                yield from ({"type": name, **row} for row in rows)

    def close(self) -> None:
        """See `Store.close`."""
        # Not by kglite's own close, which saves the file again: nothing is written here.
        self.__dict__.pop("_graph", None)


def _cut(query: str, params: Mapping[str, Any]) -> str:
    """Write the number into a subquery's last `LIMIT $name`.

    With a number there kglite keeps the best rows as it reads; with a parameter it sorts them all.
    """

    def put(found: re.Match[str]) -> str:
        number = params.get(found["limit"] or "")
        return f"LIMIT {number}" if type(number) is int and number >= 0 else found[0]

    return _CUT.sub(put, query)


def ddl() -> list[str]:
    """Return the generated constraint and index statements."""
    text = (data_dir("schema") / "generated" / "constraints.cypher").read_text(encoding="utf-8")
    return [line.rstrip(";") for line in text.splitlines() if line and not line.startswith("//")]


__all__ = ["ENDS", "EmbeddedStore", "ddl"]
