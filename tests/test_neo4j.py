"""The store on a real Neo4j server: it gives what the embedded store gives, and only reads."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from kg.api import Graph
from kg.errors import KGError, QueryError, StoreError, UsageError
from kg.graph.data import store_hash
from kg.load import load
from kg.queries import load_queries
from kg.stores import EmbeddedStore
from kg.stores.neo4j import Address, Neo4jStore, UnreachableError
from tests.graphs import tiny

ROOT = Path(__file__).resolve().parent.parent
ARGUMENTS = {
    "Problem": "forgetting",
    "Method": "EWC",
    "Task": "CL",
    "Dataset": "TRACE",
    "Paper": "1612.00796",
    "Metric": "accuracy",
}


@pytest.fixture
def both(neo4j_store: Neo4jStore, tmp_path: Path) -> Iterator[tuple[Graph, Graph]]:
    """The same graph in the embedded store and in Neo4j."""
    EmbeddedStore.create(tmp_path / "tiny.kglite", tiny())
    load(tiny(), neo4j_store)
    with Graph(EmbeddedStore(tmp_path / "tiny.kglite")) as embedded:
        yield embedded, Graph(neo4j_store)


def test_nodes_and_edges_come_back_as_they_were(both: tuple[Graph, Graph]) -> None:
    embedded, graph = both
    assert store_hash(graph.store) == tiny().hash()
    assert list(graph.nodes()) == list(embedded.nodes())
    assert list(graph.edges("USES")) == list(embedded.edges("USES"))
    assert {type(node["value"]) for node in graph.nodes("Result")} == {float}


def test_what_a_graph_does_it_does_on_neo4j(both: tuple[Graph, Graph], tmp_path: Path) -> None:
    embedded, graph = both
    assert graph.stats() == embedded.stats()
    assert graph.show("forgetting") == embedded.show("forgetting")
    for text in ("catastrophic forgetting", "EWC", "lora", "AND OR NOT ~ * (", "replay"):
        assert graph.search(text) == embedded.search(text)
    assert graph.ask("which methods target forgetting?") == embedded.ask("which methods target forgetting?")
    assert graph.draw(tmp_path / "a.html", about="EWC") == embedded.draw(tmp_path / "b.html", about="EWC")
    assert (tmp_path / "a.html").read_bytes() == (tmp_path / "b.html").read_bytes()
    assert set(graph.nx()) == set(embedded.nx())


def test_named_queries_give_the_same_rows(both: tuple[Graph, Graph]) -> None:
    embedded, graph = both
    edge = next(iter(embedded.edges("TARGETS")))["id"]
    for name, query in load_queries().items():
        required = [param for param in query.params if param.required]
        given = {p.name: ARGUMENTS[p.labels[0]] if p.labels else edge for p in required}
        if name == "shortest_path":
            given = dict(zip(given, ("EWC", "LoRA"), strict=True))
        assert graph.query(name, **given) == embedded.query(name, **given), name


def test_cypher_gives_columns_without_rows_and_plain_values(neo4j_store: Neo4jStore) -> None:
    assert neo4j_store.table("MATCH (n:Paper) RETURN n.id AS id, n.name AS name") == (["id", "name"], [])
    neo4j_store.write("CREATE (:Zoo {a: [1, 2]})-[:HAS {since: date('2020-01-31')}]->(:Zoo)")
    (row,) = neo4j_store.cypher("MATCH p = (n:Zoo)-[r:HAS]->() RETURN n, r, p, point({x: 1, y: 2}) AS at")
    assert (row["n"]["labels"], row["n"]["properties"], row["at"]) == (["Zoo"], {"a": [1, 2]}, [1.0, 2.0])
    assert (row["r"]["type"], row["r"]["properties"], row["r"]["start"]) == (
        "HAS",
        {"since": "2020-01-31"},
        row["n"]["id"],
    )
    assert row["p"]["relationships"] == [row["r"]]


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("CREATE (:Paper {id: 'x'})", "the query writes"),
        ("CREATE CONSTRAINT FOR (n:Zoo) REQUIRE n.id IS UNIQUE", "the query writes"),
        ("ALTER CURRENT USER SET PASSWORD FROM 'a' TO 'b'", "the query writes"),
        ("LOAD CSV FROM 'file:///etc/passwd' AS row RETURN row", "LOAD CSV"),
        ("LO\\u0041D/* */CSV FROM 'file:///etc/passwd' AS row RETURN row", "LOAD CSV"),
        ("LOAD // x\n CSV WITH HEADERS FROM 'file:///x' AS row RETURN row", "LOAD CSV"),
        ("RETURN 1 +", "expected an expression"),
        ("RETURN $missing", "missing"),
        ("RETURN 1 / 0", "by zero"),
    ],
)
def test_what_a_reader_may_not_do_is_refused_in_one_line(
    neo4j_store: Neo4jStore, query: str, said: str
) -> None:
    with pytest.raises(QueryError, match=said) as raised:
        neo4j_store.cypher(query)
    assert "\n" not in str(raised.value)


def test_a_slow_query_and_a_strange_parameter_are_refused(neo4j_store: Neo4jStore) -> None:
    slow = "UNWIND range(1, 1000000000) AS x WITH x WHERE x % 7 = 3 RETURN sum(x) AS total"
    with pytest.raises(QueryError, match=r"longer than 0\.2 seconds"):
        neo4j_store.cypher(slow, timeout=0.2)
    for value in (2**70, "\ud800", object()):
        with pytest.raises(QueryError, match="parameter"):
            neo4j_store.cypher("RETURN $x AS x", {"x": value})


def test_a_stream_may_be_left_early(both: tuple[Graph, Graph]) -> None:
    graph = both[1]
    for _ in range(3):
        assert next(graph.nodes())["type"] == "Paper"
    assert len(list(graph.nodes("Paper"))) == 11


def test_wrong_passwords_databases_and_hosts_are_said_in_one_line(
    neo4j_uri: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(StoreError, match="no database 'nowhere'"):
        Neo4jStore.connect(f"{neo4j_uri}?database=nowhere")
    monkeypatch.setenv("NEO4J_PASSWORD", "secret-and-wrong")
    for uri, kind, said in (
        (neo4j_uri, StoreError, "the user or password was refused"),
        ("neo4j://127.0.0.1:1", UnreachableError, "does not answer"),
        ("bolt://127.0.0.1:1", UnreachableError, "does not answer"),
    ):
        with pytest.raises(kind, match=said) as raised:
            Neo4jStore.connect(uri)
        assert "\n" not in str(raised.value)
        assert "secret" not in str(raised.value)
    monkeypatch.delenv("NEO4J_PASSWORD")
    with pytest.raises(UsageError, match="set NEO4J_PASSWORD"):
        Neo4jStore.connect(neo4j_uri)


def test_the_password_is_in_no_representation(neo4j_store: Neo4jStore, neo4j_uri: str) -> None:
    assert repr(neo4j_store) == f"<Neo4jStore, database 'neo4j' at {neo4j_uri}>"


def test_addresses_are_read_and_credentials_in_them_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NEO4J_DATABASE", raising=False)
    assert Address.of("bolt+ssc://[::1]:7000/?database=papers") == Address("bolt+ssc://[::1]:7000", "papers")
    assert Address.of("neo4j://h") == Address("neo4j://h", "neo4j")
    monkeypatch.setenv("NEO4J_DATABASE", "mine")
    assert Address.of("neo4j+s://h:1") == Address("neo4j+s://h:1", "mine")
    for text in (
        "neo4j://neo4j:hunter2@localhost",
        "neo4j://neo4j:hunter2",
        "neo4j://neo4j:hunter2/5@localhost",
        "neo4j://localhost?user=neo4j@hunter2",
    ):
        with pytest.raises(KGError) as raised:
            Address.of(text)
        assert "hunter2" not in str(raised.value)
    for text in ("http://h", "neo4j://", "neo4j://h/db", "neo4j://h?databse=x", "neo4jj://h"):
        with pytest.raises(UsageError, match="expected SCHEME"):
            Address.of(text)


def test_the_compose_file_asks_for_a_password_and_listens_at_home_only() -> None:
    text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    service = yaml.safe_load(text)["services"]["neo4j"]
    assert re.fullmatch(r"neo4j:5\.26(\.\d+)?-community", service["image"])
    assert service["environment"]["NEO4J_AUTH"].startswith("neo4j/${NEO4J_PASSWORD:?")
    assert all(port.startswith("127.0.0.1:") for port in service["ports"])
    assert "127.0.0.1:7687:7687" in service["ports"]
    assert service["healthcheck"]["test"][0] == "CMD-SHELL"
    assert service["volumes"] == ["neo4j-data:/data"]
