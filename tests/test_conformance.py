"""One graph, three engines, the same answers: every named question with many arguments on each of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

import kg
from kg.graph import GraphData
from kg.graph.data import store_hash
from kg.load import load
from kg.queries import Query, load_queries
from kg.stores import EmbeddedStore
from kg.stores.neo4j import Neo4jStore
from kg.stores.rdf import RdfStore
from kg.twins import answer
from kg.workspace import Workspace
from tests.conformance import cases, made
from tests.graphs import tiny

SHARED = Path(__file__).resolve().parent.parent.parent / "shared"
Rows = list[dict[str, object]]
Ask = Callable[[Query, dict[str, object]], Rows]


def _built(inputs: list[str], folder: Path) -> GraphData:
    kg.build(inputs, folder / "g.kg", model="fast")
    return Workspace.open(folder / "g.kg").graph()


@pytest.fixture(scope="module", params=["tiny", "made", "sample", "seeds"])
def graph(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[GraphData, int]:
    """A graph, and how many names of each parameter are tried."""
    folder = tmp_path_factory.mktemp("conformance")
    match request.param:
        case "tiny":
            return tiny(), 4
        case "made":
            return made(Random(2), 40), 3  # noqa: S311 - no secret
        case "sample":
            return _built(["sample"], folder), 3
    if not SHARED.is_dir():
        pytest.skip("the seed files are not beside this checkout")
    return _built([str(SHARED / "seeds" / "*.txt")], folder), 2


@pytest.fixture(scope="module")
def embedded(graph: tuple[GraphData, int]) -> EmbeddedStore:
    return EmbeddedStore.of(graph[0])


def _compare(graph: tuple[GraphData, int], embedded: EmbeddedStore, ask: Ask) -> None:
    """Ask everything of two engines."""
    data, most = graph
    for query, params in cases(data, most):
        wanted = embedded.cypher(query.cypher, params)
        assert ask(query, params) == wanted, (query.name, params)


def test_rdf_answers_as_the_embedded_store(graph: tuple[GraphData, int], embedded: EmbeddedStore) -> None:
    rdf = RdfStore.of(embedded)

    def ask(query: Query, params: dict[str, object]) -> Rows:
        if query.sparql is None:
            return embedded.cypher(query.cypher, params)
        types = {column.name: column.type for column in query.columns}
        return answer(lambda text: rdf.select(text)[1], query.sparql, params, types)

    _compare(graph, embedded, ask)


def test_neo4j_answers_as_the_embedded_store(
    graph: tuple[GraphData, int], embedded: EmbeddedStore, neo4j_store: Neo4jStore
) -> None:
    load(graph[0], neo4j_store)
    assert store_hash(neo4j_store) == graph[0].hash()
    _compare(graph, embedded, lambda query, params: neo4j_store.cypher(query.cypher, params))


def test_every_question_has_rows_for_some_argument() -> None:
    store = EmbeddedStore.of(tiny())
    answered = {query.name for query, params in cases(tiny(), 8) if store.cypher(query.cypher, params)}
    assert answered == set(load_queries())


def test_networkx_holds_the_same_graph_and_gives_it_back(
    graph: tuple[GraphData, int], embedded: EmbeddedStore
) -> None:
    again = kg.from_nx(kg.Graph(embedded).nx())
    assert store_hash(again.store) == graph[0].hash()
