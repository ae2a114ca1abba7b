"""Filling a kglite store from the graph's tables, by way of pandas."""

from __future__ import annotations

from typing import Any

import kglite
import pandas as pd
import pyarrow as pa

from kg.errors import StoreError
from kg.graph import GraphData
from kg.stores.embedded import ddl


def fill(graph: kglite.KnowledgeGraph, data: GraphData) -> None:
    """Put nodes, indexes and edges into an empty store.

    Raises:
        StoreError: if something was lost.
    """
    for label, table in data.nodes.items():
        if table.num_rows:
            graph.add_nodes(_frame(table), label, "id", "name")
    for statement in ddl():
        graph.cypher(statement)
    for edge_type, table in data.edges.items():
        _add_edges(graph, edge_type, table)


def _frame(table: pa.Table) -> pd.DataFrame:
    """Return a table as kglite takes it: nullable integers, list columns as Python lists."""
    frame: pd.DataFrame = table.to_pandas(
        types_mapper=lambda kind: pd.Int64Dtype() if kind == pa.int64() else None
    )
    for column in table.schema:
        if pa.types.is_list(column.type):
            frame[column.name] = table.column(column.name).to_pylist()
    return frame


def _add_edges(graph: kglite.KnowledgeGraph, edge_type: str, table: pa.Table) -> None:
    """Load all edges of a type; parallel ones stay apart.

    kglite's bulk load keeps parallel edges only the first time it meets a type from a source label; later
    ones it merges. So one bulk load each, and what is left goes in by Cypher.

    Raises:
        StoreError: if an edge was lost all the same.
    """
    loaded: set[str] = set()
    for ends, part in _frame(table).groupby(["from_type", "to_type"], sort=True):
        start, end = map(str, ends)
        rows = part.drop(columns=["from_type", "to_type"])
        if start not in loaded:
            loaded.add(start)
            graph.add_relationships(rows, edge_type, start, "from", end, "to")
            continue
        match = f"MATCH (a:{start} {{id: row.start}}) MATCH (b:{end} {{id: row.stop}})"
        create = f"UNWIND $rows AS row {match} CREATE (a)-[r:`{edge_type}`]->(b) SET r += row.more"
        graph.cypher(create, params={"rows": [_row(values) for values in rows.to_dict("records")]})
    count = graph.cypher(f"MATCH ()-[r:`{edge_type}`]->() RETURN count(r) AS count")
    kept = count.to_list()[0]["count"] if isinstance(count, kglite.ResultView) else None
    if kept != table.num_rows:
        raise StoreError(f"the embedded store kept {kept} of {table.num_rows} {edge_type} edges; report this")


def _row(values: dict[Any, Any]) -> dict[str, Any]:
    more = {str(k): v for k, v in values.items() if k not in ("from", "to") and not pd.isna(v)}
    return {"start": values["from"], "stop": values["to"], "more": more}
