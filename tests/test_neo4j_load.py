"""Loading a graph into a real Neo4j server: once, again, changed, cut off, beside other people's nodes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kg.api import Graph
from kg.errors import StoreError
from kg.graph import GraphData
from kg.graph.data import store_hash
from kg.load import Changes, load
from kg.stores import EmbeddedStore
from kg.stores.base import Row
from kg.stores.neo4j import Neo4jStore
from kg.stores.networkx_store import NetworkXStore
from tests.conformance import made
from tests.graphs import Builder, tiny
from tests.neo4j_server import Server, running

NOTHING = Changes()


def two_papers(abstract: str = "EWC against forgetting.", *, second: bool = True) -> GraphData:
    b = Builder()
    p = b.paper("one", "One", abstract, 2020)
    b.node("Problem", "forgetting", "forgetting")
    b.edge("TARGETS", p, "problem:forgetting", p, "forgetting", stance="mitigates")
    if second:
        p = b.paper("two", "Two", "SGD again.", 2021)
        b.node("Method", "sgd", "SGD")
        b.edge("USES", p, "method:sgd", p, "SGD")
    return b.data()


def test_a_second_load_changes_nothing_and_says_so(neo4j_store: Neo4jStore, tmp_path: Path) -> None:
    data = tiny()
    first = load(data, neo4j_store, batch=7)
    assert first.nodes == Changes(added=sum(table.num_rows for table in data.nodes.values()))
    assert first.edges == Changes(added=sum(table.num_rows for table in data.edges.values()))
    assert store_hash(neo4j_store) == data.hash()
    EmbeddedStore.create(tmp_path / "tiny.kglite", data)
    again = load(EmbeddedStore(tmp_path / "tiny.kglite"), neo4j_store)
    assert (again.nodes, again.edges) == (NOTHING, NOTHING)
    assert "nothing changed" in str(again)
    assert load(NetworkXStore(data.iter_nodes(), data.iter_edges()), neo4j_store).nodes == NOTHING
    with pytest.raises(StoreError, match="where the graph comes from"):
        load(neo4j_store, neo4j_store, wipe=True)


def test_only_what_differs_is_written(neo4j_store: Neo4jStore) -> None:
    load(two_papers(), neo4j_store)
    changed = load(two_papers("EWC against forgetting, again.", second=False), neo4j_store)
    assert changed.nodes == Changes(changed=1, withdrawn=2)
    assert changed.edges == Changes(changed=1, withdrawn=1)
    assert store_hash(neo4j_store) == two_papers("EWC against forgetting, again.", second=False).hash()
    back = load(two_papers(), neo4j_store)
    assert (back.nodes, back.edges) == (Changes(added=2, changed=1), Changes(added=1, changed=1))
    assert store_hash(neo4j_store) == two_papers().hash()


def test_any_graph_becomes_any_later_one(neo4j_store: Neo4jStore) -> None:
    data = made(Random(1), 12)  # noqa: S311 - a graph, no secret
    load(data, neo4j_store, batch=50)
    assert store_hash(neo4j_store) == data.hash()
    half = GraphData(data.nodes, {name: t.slice(0, t.num_rows // 2) for name, t in data.edges.items()})
    load(half, neo4j_store)
    assert store_hash(neo4j_store) == half.hash()
    load(data, neo4j_store)
    assert store_hash(neo4j_store) == data.hash()


def test_another_graph_is_refused_and_wiped_when_asked_to(neo4j_store: Neo4jStore) -> None:
    load(two_papers(), neo4j_store)
    with pytest.raises(StoreError, match=r"holds 4 nodes of another graph.*--wipe"):
        load(tiny(), neo4j_store)
    assert store_hash(neo4j_store) == two_papers().hash()
    load(tiny(), neo4j_store, wipe=True, batch=5)
    assert store_hash(neo4j_store) == tiny().hash()


def test_what_is_not_ours_stays(neo4j_store: Neo4jStore) -> None:
    neo4j_store.write(
        "CREATE (a:Task {id: '17', name: 'buy milk'}), (b:Method {x: 1}), (c:Person {id: 'paper:one'}), "
        "(c)-[:USES {id: 'x'}]->(b), (a)-[:ABOUT]->(c)"
    )
    census = (
        "MATCH (n) WHERE n.search_text IS NULL OPTIONAL MATCH (n)-[r]->() RETURN count(n) AS n, count(r) AS r"
    )
    before = neo4j_store.cypher(census)
    load(tiny(), neo4j_store)
    neo4j_store.write("MATCH (p:Paper {id: 'paper:ewc'}) SET p:Starred, p.mine = 1")
    assert load(tiny(), neo4j_store).nodes == NOTHING
    assert store_hash(neo4j_store) == tiny().hash()
    with Graph(neo4j_store) as g:
        assert len(g.methods_targeting("forgetting")) > 3
        assert g.search("EWC")
        load(two_papers(), neo4j_store, wipe=True)
        assert neo4j_store.cypher(census) == before
        assert store_hash(neo4j_store) == two_papers().hash()


NASTY = st.text(st.characters(exclude_characters="\x00", codec="utf-8"), min_size=1, max_size=40)


@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    name=NASTY | st.sampled_from(["x'}) DETACH DELETE n //", '\\u0027"\\', "`$rows`", "\U0001f9ec" * 3000])
)
def test_any_name_is_a_name(neo4j_store: Neo4jStore, name: str) -> None:
    b = Builder()
    title = f"On {name}"
    p = b.paper("p", title, "", 2024)
    ends = [b.node(label, "x", name, (f"{name} too",)) for label in ("Problem", "Method")]
    for start in (p, ends[1]):
        b.edge("TARGETS", start, ends[0], p, title, stance="mitigates")
    data = b.data()
    loaded = load(data, neo4j_store)
    assert bool(loaded.notes) == (len(name.encode()) > 8000)
    assert store_hash(neo4j_store) == data.hash()
    graph = Graph(neo4j_store)
    if name.strip():
        (row,) = graph.methods_targeting(name.strip() if name.strip() == name else ends[0])
        assert (row["method"], row["problem"], row["title"]) == (name, name, title)


class _Killing:
    """A graph that kills the server when this many of its edges have been read."""

    def __init__(self, data: GraphData, server: Server, after: int) -> None:
        self.store = NetworkXStore(data.iter_nodes(), data.iter_edges())
        self.server = server
        self.left = after
        self.nodes = self.store.nodes

    def edges(self, edge_type: str | None = None) -> Iterator[Row]:
        for row in self.store.edges(edge_type):
            self.left -= 1
            if self.left == 0:
                self.server.kill()
            yield row


def test_a_load_that_was_cut_off_is_completed_by_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    password = "only-for-this-test"  # noqa: S105 - of a server that lives for seconds
    monkeypatch.setenv("NEO4J_PASSWORD", password)
    b = Builder()
    b.node("Problem", "forgetting", "forgetting")
    for i in range(total := 100):
        p = b.paper(f"{i:03}", f"On forgetting {i}", "", 2024)
        b.edge("TARGETS", p, "problem:forgetting", p, "forgetting", stance="studies")
    data = b.data()
    with running(tmp_path, password) as server, Neo4jStore.connect(server.uri, patience=1) as store:
        with pytest.raises(StoreError, match="run the same command again") as raised:
            load(_Killing(data, server, after=total // 2), store, batch=10)
        assert "\n" not in str(raised.value)
        assert password not in str(raised.value)
    with running(tmp_path, password) as server, Neo4jStore.connect(server.uri) as store:
        assert 0 < len(list(store.edges())) < total
        rest = load(data, store)
        assert 0 < rest.edges.added < total
        assert (rest.nodes, rest.edges.changed, rest.edges.withdrawn) == (NOTHING, 0, 0)
        assert store_hash(store) == data.hash()
        server.kill()  # it has nothing to lose, and its own end takes long
