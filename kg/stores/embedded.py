"""The embedded store: kglite, in one file, no server."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import kglite
import pandas as pd
import pyarrow as pa

from kg.errors import QueryError, StoreError
from kg.graph import ENDS, GraphData
from kg.resources import data_dir
from kg.schema import schema
from kg.stores.base import Row

# Its advice on absent types and properties goes to stderr, where an empty graph would look broken.
kglite.set_query_warning_policy("silent")


def _frame(table: pa.Table) -> pd.DataFrame:
    """Return a table as kglite takes it: nullable integers, list columns as Python lists."""
    frame: pd.DataFrame = table.to_pandas(
        types_mapper=lambda kind: pd.Int64Dtype() if kind == pa.int64() else None
    )
    for column in table.schema:
        if pa.types.is_list(column.type):
            frame[column.name] = table.column(column.name).to_pylist()
    return frame


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
        scratch = path.with_name(path.name + ".tmp")
        scratch.unlink(missing_ok=True)
        graph = kglite.open(str(scratch), durable="off", lock=False)
        for label, table in data.nodes.items():
            if table.num_rows:
                graph.add_nodes(_frame(table), label, "id", "name")
        for edge_type, table in data.edges.items():
            frame = _frame(table)
            for ends, part in frame.groupby(["from_type", "to_type"], sort=True):
                start, end = map(str, ends)
                rows = part.drop(columns=["from_type", "to_type"])
                graph.add_relationships(rows, edge_type, start, "from", end, "to")
        for statement in ddl():
            graph.cypher(statement)
        graph.save(str(path))
        graph.close()
        scratch.unlink(missing_ok=True)

    def cypher(
        self, query: str, params: Mapping[str, Any] | None = None, *, timeout: float | None = None
    ) -> list[Row]:
        """See `Store.cypher`."""
        limit = None if timeout is None else int(timeout * 1000)
        try:
            result = self._graph.cypher(query, params=dict(params or {}), timeout_ms=limit)
        except kglite.KgError as error:
            raise QueryError(" ".join(str(error).split())) from error
        assert isinstance(result, kglite.ResultView)  # noqa: S101 - no other output form was asked for
        return list(result.to_list())

    def nodes(self, label: str | None = None) -> Iterator[Row]:
        """See `Store.nodes`."""
        for name, node in schema().nodes.items():
            if label in (None, name):
                columns = ", ".join(f"n.{p} AS {p}" for p in node.properties)
                rows = self.cypher(f"MATCH (n:{name}) RETURN {columns} ORDER BY id")
                yield from ({"type": name, **row} for row in rows)

    def edges(self, edge_type: str | None = None) -> Iterator[Row]:
        """See `Store.edges`."""
        for name, edge in schema().edges.items():
            if edge_type in (None, name):
                ends = "a.id AS `from`, b.id AS to, labels(a)[0] AS from_type, labels(b)[0] AS to_type"
                columns = ", ".join(f"r.{p} AS {p}" for p in edge.properties)
                rows = self.cypher(f"MATCH (a)-[r:`{name}`]->(b) RETURN {ends}, {columns} ORDER BY id")
                yield from ({"type": name, **row} for row in rows)

    def close(self) -> None:
        """See `Store.close`."""
        self._graph.close()


def ddl() -> list[str]:
    """Return the generated constraint and index statements."""
    text = (data_dir("schema") / "generated" / "constraints.cypher").read_text(encoding="utf-8")
    return [line.rstrip(";") for line in text.splitlines() if line and not line.startswith("//")]


__all__ = ["ENDS", "EmbeddedStore", "ddl"]
