"""A graph into a Neo4j database: `load`.

A second load writes what differs and nothing else: both sides come sorted by id and are read beside each
other. Every batch may be sent twice without harm, so a load that was
cut off is completed by running it again.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from types import TracebackType
from typing import Protocol

from kg.errors import StoreError
from kg.graph import GraphData
from kg.progress import Progress
from kg.schema import schema
from kg.stores.base import Row
from kg.stores.embedded import ddl
from kg.stores.neo4j import Neo4jStore, UnreachableError, ours_edge, ours_node

_WRITERS = 2  # of nodes: measured a quarter faster than one
_AWAIT = 3_600  # seconds for the indexes to be filled
_LONG = 8_000  # bytes: Neo4j's range index takes no text above 8,167
_MERGE_NODE = "UNWIND $rows AS row MERGE (n:`{label}` {{id: row.id}}) SET n = row RETURN count(n) AS done"
_DELETE_NODE = "UNWIND $rows AS id MATCH (n:`{label}` {{id: id}}) DETACH DELETE n RETURN count(*) AS done"
_MERGE_EDGE = (
    "UNWIND $rows AS row MATCH (a:`{start}` {{id: row.start}}) MATCH (b:`{stop}` {{id: row.stop}}) "
    "MERGE (a)-[r:`{name}` {{id: row.properties.id}}]->(b) SET r = row.properties RETURN count(r) AS done"
)
_DELETE_EDGE = "UNWIND $rows AS id MATCH ()-[r:`{name}` {{id: id}}]->() DELETE r RETURN count(*) AS done"


@dataclass(slots=True)
class Changes:
    """How many nodes or edges were written."""

    added: int = 0
    changed: int = 0
    withdrawn: int = 0

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.withdrawn)

    def __str__(self) -> str:
        return f"{self.added:,} added, {self.changed:,} changed, {self.withdrawn:,} withdrawn"


@dataclass(slots=True)
class Loaded:
    """What a load did.

    Attributes:
        where: the database.
        nodes: written nodes.
        edges: written edges.
        seconds: how long it took.
        notes: a line for each thing that the database cannot do as wished.
    """

    where: str
    nodes: Changes = field(default_factory=Changes)
    edges: Changes = field(default_factory=Changes)
    seconds: float = 0.0
    notes: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        changes = f"nodes {self.nodes}; edges {self.edges}" if self.nodes or self.edges else "nothing changed"
        return f"{self.where}: {changes}; {self.seconds:.1f} s"


class Source(Protocol):
    """What every store offers: nodes and edges of one type, sorted by id."""

    def nodes(self, label: str | None = None) -> Iterator[Row]:
        """Yield nodes; see `Store.nodes`."""
        ...

    def edges(self, edge_type: str | None = None) -> Iterator[Row]:
        """Yield edges; see `Store.edges`."""
        ...


def load(
    source: GraphData | Source, to: str | Neo4jStore, *, wipe: bool = False, batch: int = 5_000
) -> Loaded:
    """Make a database hold the graph of `source`, and of ours nothing else.

    Nodes that are not ours stay as they are; a relationship of somebody else goes only with a node of ours
    that the source does not have.

    Args:
        source: the graph.
        to: the database, or its address (see `Neo4jStore.connect`).
        wipe: first delete every node of ours; without it a database with another graph is refused.
        batch: rows of one transaction.

    Raises:
        StoreError: if the server cannot be reached or goes away (run it again to complete what is missing),
            the database holds another graph, or the source is this very database.
    """
    if not isinstance(to, Neo4jStore):
        with Neo4jStore.connect(to) as store:
            return load(source, store, wipe=wipe, batch=batch)
    try:
        return _Load(source, to, batch).run(wipe)
    except UnreachableError as error:
        again = "it again without --wipe" if wipe else "the same command again"
        raise UnreachableError(f"{error}; what was loaded stays: run {again} to complete it") from error


def count_nodes(store: Neo4jStore) -> dict[str, int]:
    """Return the number of nodes of ours, by label."""
    return {
        name: store.cypher(f"{ours_node(name)} RETURN count(n) AS count")[0]["count"]
        for name in schema().nodes
    }


class _Writer:
    """Sends batches from threads of its own, so that the next is prepared while the server works."""

    def __init__(self, store: Neo4jStore, bar: Progress, *, batch: int, threads: int = 1) -> None:
        self._store = store
        self._bar = bar
        self._batch = batch
        self._pool = ThreadPoolExecutor(threads)
        self._most = threads + 1
        self._rows: dict[str, list[object]] = {}
        self._sent: deque[tuple[Future[list[Row]], int]] = deque()

    def __enter__(self) -> _Writer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self.flush()
        finally:
            self._pool.shutdown(cancel_futures=True)

    def add(self, statement: str, row: object) -> None:
        """Run `statement` for a row, sooner or later; it reads $rows and returns how many were `done`."""
        rows = self._rows.setdefault(statement, [])
        rows.append(row)
        if len(rows) == self._batch:
            self._send(statement)

    def flush(self) -> None:
        """Send what is waiting and wait until all is written."""
        for statement in list(self._rows):
            self._send(statement)
        self._wait(0)

    def _send(self, statement: str) -> None:
        rows = self._rows.pop(statement)
        self._wait(self._most - 1)
        self._sent.append((self._pool.submit(self._store.write, statement, {"rows": rows}), len(rows)))

    def _wait(self, left: int) -> None:
        """Wait until at most so many batches are under way."""
        while len(self._sent) > left:
            future, count = self._sent.popleft()
            if (done := future.result()[0]["done"]) != count:
                raise StoreError(
                    f"{self._store.address}: {count - done:,} of {count:,} rows found no node or edge; "
                    "does something else write to it? Run the same command again"
                )
            self._bar.advance(count)


class _Load:
    """One load."""

    def __init__(self, source: GraphData | Source, store: Neo4jStore, batch: int) -> None:
        self.source = source
        self.store = store
        self.batch = batch
        self.loaded = Loaded(str(store.address))
        self.withdrawn: dict[str, list[str]] = {}
        self.unindexed: set[str] = set()

    def run(self, wipe: bool) -> Loaded:
        started = time.perf_counter()
        self._refuse_itself()
        self._define("CREATE CONSTRAINT")
        have = count_nodes(self.store)
        if wipe and any(have.values()):
            self._wipe(sum(have.values()))
            have = dict.fromkeys(have, 0)
        if any(have.values()) and not self._related(have):
            raise StoreError(
                f"{self.store.address}: holds {sum(have.values()):,} nodes of another graph: this one has "
                "not half of its papers; name another database, or --wipe to delete them first"
            )
        self._nodes(have)
        self._edges(not any(have.values()))
        if self.withdrawn:
            self._withdraw_nodes()
        # An index is filled faster from nodes that are there than one by one.
        self._define("CREATE INDEX", "CREATE FULLTEXT INDEX")
        self.loaded.seconds = time.perf_counter() - started
        return self.loaded

    def _define(self, *kinds: str) -> None:
        """Run the generated statements of these kinds and wait until they hold."""
        skipped = tuple(f"CREATE INDEX {_name_index(label)} " for label in self.unindexed)
        for statement in ddl():
            if statement.startswith(kinds) and not statement.startswith(skipped):
                self.store.write(statement)
        self.store.cypher(f"CALL db.awaitIndexes({_AWAIT})")

    def _refuse_itself(self) -> None:
        if isinstance(self.source, Neo4jStore):
            ask = "CALL db.info() YIELD id RETURN id"
            if self.source.cypher(ask) == self.store.cypher(ask):
                raise StoreError(
                    f"{self.store.address}: is where the graph comes from; name another database"
                )

    def _related(self, have: Mapping[str, int]) -> bool:
        """Whether the database holds a version of this graph: half of its papers, or else of its nodes."""
        labels = ["Paper"] if have["Paper"] else [label for label, count in have.items() if count]
        shared = sum(
            bool(row and stored)
            for label in labels
            for row, stored in _beside(_nodes(self.source, label), self.store.nodes(label))
        )
        return 2 * shared >= sum(have[label] for label in labels)

    def _wipe(self, count: int) -> None:
        with Progress("deleting", unit="nodes", total=count) as bar:
            # Edges first: a transaction holds all that it deletes, and a node may have very many.
            for edge in schema().edges.values():
                self._delete(f"{ours_edge(edge)} WITH r LIMIT $batch DELETE r")
            for label in schema().nodes:
                self._delete(f"{ours_node(label)} WITH n LIMIT $batch DETACH DELETE n", bar)

    def _delete(self, statement: str, bar: Progress | None = None) -> None:
        statement += " RETURN count(*) AS done"
        while done := self.store.write(statement, {"batch": self.batch})[0]["done"]:
            if bar:
                bar.advance(done)

    def _nodes(self, have: Mapping[str, int]) -> None:
        """Write nodes that are new or changed; note those that the source does not have."""
        with (
            Progress("nodes", unit="nodes", total=_total(self.source, schema().nodes)) as bar,
            _Writer(self.store, bar, batch=self.batch, threads=_WRITERS) as writer,
        ):
            for label in schema().nodes:
                stored = self.store.nodes(label) if have[label] else iter(())
                for row, old in _beside(_nodes(self.source, label), stored):
                    if row is None:
                        self.withdrawn.setdefault(label, []).append(old["id"] if old else "")
                        continue
                    if len(row["name"].encode()) > _LONG and label not in self.unindexed:
                        writer.flush()
                        self._leave_unindexed(label)
                    if _counted(self.loaded.nodes, row, old):
                        writer.add(_MERGE_NODE.format(label=label), _properties(row))
                    else:
                        bar.advance(1)

    def _leave_unindexed(self, label: str) -> None:
        self.store.write(f"DROP INDEX {_name_index(label)} IF EXISTS")
        self.unindexed.add(label)
        self.loaded.notes.append(
            f"{label}.name gets no index, since a name has more than {_LONG:,} bytes, too many for Neo4j's; "
            f"questions that name a {label} are slower"
        )

    def _edges(self, empty: bool) -> None:
        """Write edges that are new or changed; delete those that the source does not have."""
        # One thread: edges of two batches share nodes, so two threads block each other and were slower.
        with (
            Progress("edges", unit="edges", total=_total(self.source, schema().edges)) as bar,
            _Writer(self.store, bar, batch=self.batch) as writer,
        ):
            for name in schema().edges:
                stored = iter(()) if empty else self.store.edges(name)
                for row, old in _beside(_edges(self.source, name), stored):
                    if row is None:
                        self.loaded.edges.withdrawn += 1
                        writer.add(_DELETE_EDGE.format(name=name), old and old["id"])
                    elif _counted(self.loaded.edges, row, old):
                        merge = _MERGE_EDGE.format(name=name, start=row["from_type"], stop=row["to_type"])
                        ends = {"start": row["from"], "stop": row["to"]}
                        writer.add(merge, {**ends, "properties": _properties(row)})
                    else:
                        bar.advance(1)

    def _withdraw_nodes(self) -> None:
        """Delete nodes that the source does not have; no edge of ours hangs on them any more."""
        self.loaded.nodes.withdrawn = sum(map(len, self.withdrawn.values()))
        with (
            Progress("deleting", unit="nodes", total=self.loaded.nodes.withdrawn) as bar,
            _Writer(self.store, bar, batch=self.batch) as writer,
        ):
            for label, ids in self.withdrawn.items():
                for node in ids:
                    writer.add(_DELETE_NODE.format(label=label), node)


def _name_index(label: str) -> str:
    return f"{label.lower()}_name"


def _properties(row: Row) -> Row:
    ends = ("type", "from", "to", "from_type", "to_type")
    return {key: value for key, value in row.items() if value is not None and key not in ends}


def _counted(changes: Changes, row: Row, old: Row | None) -> bool:
    """Count a row of the source; whether it must be written."""
    if old is None:
        changes.added += 1
    elif row != old:
        changes.changed += 1
    else:
        return False
    return True


def _beside(rows: Iterator[Row], stored: Iterator[Row]) -> Iterator[tuple[Row | None, Row | None]]:
    """Yield the rows of one type beside those that are stored: equal ids together, else one is None."""
    left, right = _ascending(rows), _ascending(stored)
    row, old = next(left, None), next(right, None)
    while row or old:
        if old is None or (row and row["id"] < old["id"]):
            yield row, None
            row = next(left, None)
        elif row is None or old["id"] < row["id"]:
            yield None, old
            old = next(right, None)
        else:
            yield row, old
            row, old = next(left, None), next(right, None)


def _ascending(rows: Iterator[Row]) -> Iterator[Row]:
    last = ""
    for row in rows:
        if row["id"] <= last:
            raise StoreError(
                f"{row['type']} {row['id']!r} comes after {last!r}: a store must sort; report this"
            )
        last = row["id"]
        yield row


def _nodes(source: GraphData | Source, label: str) -> Iterator[Row]:
    if not isinstance(source, GraphData):
        return source.nodes(label)
    return GraphData(nodes={label: source.nodes[label]} if label in source.nodes else {}).iter_nodes()


def _edges(source: GraphData | Source, name: str) -> Iterator[Row]:
    if not isinstance(source, GraphData):
        return source.edges(name)
    return GraphData(edges={name: source.edges[name]} if name in source.edges else {}).iter_edges()


def _total(source: GraphData | Source, names: Iterable[str]) -> int | None:
    """Return how many nodes or edges there are, None where only reading them all would tell."""
    return sum(source.counts().get(name, 0) for name in names) if isinstance(source, GraphData) else None


__all__ = ["Changes", "Loaded", "Source", "count_nodes", "load"]
