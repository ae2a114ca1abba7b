"""The computed graph: one Arrow table per node label and edge type, columns as the schema says.

Edge tables have four columns more than the schema: `from`, `to` (node ids), `from_type`, `to_type`.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from itertools import chain
from typing import Any, Protocol

import pyarrow as pa

from kg.errors import SchemaError
from kg.schema import EdgeType, Property, schema

ENDS = ("from", "to", "from_type", "to_type")
_ARROW = {"integer": pa.int64(), "double": pa.float64(), "boolean": pa.bool_()}
_FLUSH = 50_000


def _arrow_type(prop: Property) -> pa.DataType:
    kind = _ARROW.get(prop.range, pa.string())
    return pa.list_(kind) if prop.multivalued else kind


def arrow_schema(type_name: str) -> pa.Schema:
    """Return the columns of a node label or edge type."""
    if type_name in schema().nodes:
        properties = schema().nodes[type_name].properties
        ends: list[pa.Field] = []
    else:
        properties = schema().edges[type_name].properties
        ends = [pa.field(end, pa.string(), nullable=False) for end in ENDS]
    return pa.schema(
        [*ends, *(pa.field(p.name, _arrow_type(p), nullable=not p.required) for p in properties.values())]
    )


@dataclass
class GraphData:
    """The graph as tables, in sorted order of ids."""

    nodes: dict[str, pa.Table] = field(default_factory=dict)
    edges: dict[str, pa.Table] = field(default_factory=dict)

    @classmethod
    def of_rows(cls, nodes: Iterable[Mapping[str, Any]], edges: Iterable[Mapping[str, Any]]) -> GraphData:
        """Make the graph of rows such as `iter_nodes` and `iter_edges` yield, in any order.

        Raises:
            SchemaError: if a type is unknown, a row is none that the schema allows, or an edge has an end
                that is no node.
        """
        known = schema()
        writers = {name: TableWriter(name) for name in (*known.nodes, *known.edges)}
        labels: dict[str, str] = {}
        try:
            for row in nodes:
                _writer(writers, row, known.nodes).add(_untyped(row))
                labels[row["id"]] = row["type"]
            for row in edges:
                _writer(writers, row, known.edges).add(_untyped(row))
                for end in ("from", "to"):
                    if labels.get(row[end]) != row[f"{end}_type"]:
                        what = f"{row['type']} {row['id']!r}: {end!r} is {row[end]!r}"
                        raise SchemaError(f"{what}, and there is no such {row[f'{end}_type']}")
            tables = {name: writer.table() for name, writer in writers.items()}
        except (pa.ArrowInvalid, TypeError) as error:
            raise SchemaError(f"a value is not of its property's type: {error}") from error
        return cls({name: tables[name] for name in known.nodes}, {name: tables[name] for name in known.edges})

    def iter_nodes(self) -> Iterator[dict[str, Any]]:
        """Yield every node as a dict with its `type` first."""
        for label, table in self.nodes.items():
            yield from _rows(label, table)

    def iter_edges(self) -> Iterator[dict[str, Any]]:
        """Yield every edge as a dict with its `type` first, then `from`, `to` and the properties."""
        for edge_type, table in self.edges.items():
            yield from _rows(edge_type, table)

    def counts(self) -> dict[str, int]:
        """Return the number of rows of every label and type, in schema order."""
        return {name: table.num_rows for name, table in (*self.nodes.items(), *self.edges.items())}

    def hash(self) -> str:
        """Content hash of the whole graph: equal graphs, and only they, have equal hashes."""
        return rows_hash(chain(self.iter_nodes(), self.iter_edges()))


def rows_hash(rows: Iterable[Mapping[str, Any]]) -> str:
    """Content hash of rows in their order: nodes by label and id, then edges by type and id."""
    digest = hashlib.sha256()
    for row in rows:
        digest.update(json.dumps(row, sort_keys=True, ensure_ascii=False).encode() + b"\n")
    return digest.hexdigest()


def store_hash(store: Readable) -> str:
    """Content hash of what a store holds; equal to the `hash` of the graph it was made from."""
    return rows_hash(chain(store.nodes(), store.edges()))


class Readable(Protocol):
    """What gives nodes and edges back, as every `kg.stores.Store` does."""

    def nodes(self) -> Iterator[dict[str, Any]]:
        """Yield nodes by label and id."""
        ...

    def edges(self) -> Iterator[dict[str, Any]]:
        """Yield edges by type and id."""
        ...


def _writer(
    writers: Mapping[str, TableWriter], row: Mapping[str, Any], kinds: Mapping[str, object]
) -> TableWriter:
    kind = str(row.get("type"))
    if kind not in kinds:
        raise SchemaError(f"{row.get('id')!r}: its type is {row.get('type')!r}; known: {', '.join(kinds)}")
    return writers[kind]


def _untyped(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != "type"}


def _rows(type_name: str, table: pa.Table) -> Iterator[dict[str, Any]]:
    for batch in table.to_batches(max_chunksize=10_000):
        for row in batch.to_pylist():
            yield {"type": type_name, **row}


def _checks(type_name: str) -> Iterator[tuple[str, Callable[[Any], bool]]]:
    """Yield what each column must be: of an enum, within bounds, of a label that the edge joins."""
    known = schema()
    kind = known.nodes.get(type_name) or known.edges[type_name]
    for prop in kind.properties.values():
        if prop.range in known.enums:
            yield prop.name, frozenset(known.enums[prop.range]).__contains__
        elif prop.minimum is not None or prop.maximum is not None:
            low = -math.inf if prop.minimum is None else prop.minimum
            high = math.inf if prop.maximum is None else prop.maximum
            yield prop.name, partial(_within, low, high)
    if isinstance(kind, EdgeType):
        yield "from_type", frozenset(kind.subjects).__contains__
        yield "to_type", frozenset(kind.objects).__contains__


def _within(low: float, high: float, value: float) -> bool:
    return low <= value <= high


class TableWriter:
    """Collects rows of one type, checks them against the schema, keeps them compact."""

    def __init__(self, type_name: str) -> None:
        self.type_name = type_name
        self.columns = arrow_schema(type_name)
        self._required = [f.name for f in self.columns if not f.nullable]
        self._lists = [f.name for f in self.columns if pa.types.is_list(f.type)]
        self._checks = dict(_checks(type_name))
        self._rows: list[Mapping[str, Any]] = []
        self._batches: list[pa.RecordBatch] = []

    def add(self, row: Mapping[str, Any]) -> None:
        """Take one row.

        Raises:
            SchemaError: if a required value is missing, a key is unknown or (at the latest in `table`) a
                value is none that the schema allows.
        """
        for name in self._required:
            if row.get(name) is None:
                raise SchemaError(
                    f"{self.type_name} {row.get('id')!r}: has no {name!r}, which the schema requires"
                )
        for name in row:
            if name not in self.columns.names:
                raise SchemaError(f"{self.type_name} {row.get('id')!r}: {name!r} is not in the schema")
        # No list and an empty one are the same.
        missing: dict[str, Any] = {name: [] for name in self._lists if row.get(name) is None}
        self._rows.append({**row, **missing} if missing else row)
        if len(self._rows) >= _FLUSH:
            self._flush()

    def _flush(self) -> None:
        if self._rows:
            for name, check in self._checks.items():
                for row in self._rows:
                    if (value := row.get(name)) is not None and not check(value):
                        what = f"{self.type_name} {row.get('id')!r}"
                        raise SchemaError(f"{what}: {name} is {value!r}, which the schema forbids")
            self._batches.append(pa.RecordBatch.from_pylist(list(self._rows), schema=self.columns))
            self._rows = []

    def table(self) -> pa.Table:
        """Return all rows, sorted by id, equal ids once."""
        self._flush()
        table = pa.Table.from_batches(self._batches, schema=self.columns)
        table = table.take(pa.compute.sort_indices(table, sort_keys=[("id", "ascending")]))
        ids = table.column("id").to_pylist()
        keep = [i for i, key in enumerate(ids) if i == 0 or ids[i - 1] != key]
        return table if len(keep) == len(ids) else table.take(keep)
