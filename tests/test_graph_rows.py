from __future__ import annotations

from itertools import chain
from typing import Any

import networkx as nx
import pytest

from kg.errors import SchemaError
from kg.graph import GraphData
from kg.stores.networkx_store import NetworkXStore, from_networkx
from tests.graphs import tiny

Row = dict[str, Any]


def _rows() -> tuple[list[Row], list[Row]]:
    data = tiny()
    return list(data.iter_nodes()), list(data.iter_edges())


def _nx() -> nx.MultiDiGraph[str]:
    return NetworkXStore(*_rows()).graph


def test_rows_in_any_order_give_the_graph_again() -> None:
    nodes, edges = _rows()
    assert GraphData.of_rows(reversed(nodes), reversed(edges)).hash() == tiny().hash()
    assert GraphData.of_rows([], []).hash() == GraphData().hash()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"type": "Methd"}, "'method:ewc': its type is 'Methd'; known: Paper, Method"),
        ({"type": None}, "its type is None"),
        ({"name": None}, "Method 'method:ewc': has no 'name', which the schema requires"),
        ({"rank": 1}, "'rank' is not in the schema"),
        ({"kind": "toy"}, "kind is 'toy', which the schema forbids"),
        ({"support": "many"}, "a value is not of its property's type"),
        ({"support": -1}, "support is -1, which the schema forbids"),
        ({"name": 7}, "a value is not of its property's type"),
        ({"id": "method:other"}, "is 'method:ewc', and there is no such Method"),
    ],
)
def test_a_row_that_the_schema_does_not_allow_is_refused(change: Row, message: str) -> None:
    nodes, edges = _rows()
    nodes = [row | change if row["id"] == "method:ewc" else row for row in nodes]
    with pytest.raises(SchemaError) as caught:
        GraphData.of_rows(nodes, edges)
    assert message in str(caught.value)


def test_an_edge_needs_both_its_ends() -> None:
    nodes, edges = _rows()
    with pytest.raises(SchemaError, match="'to' is 'problem:hallucination', and there is no such Problem"):
        GraphData.of_rows((row for row in nodes if row["id"] != "problem:hallucination"), edges)


def test_networkx_gives_the_graph_back() -> None:
    assert from_networkx(_nx()).hash() == tiny().hash()


def test_ends_and_ids_are_those_of_the_networkx_graph() -> None:
    graph = _nx()
    for data in chain((d for _, d in graph.nodes(data=True)), (d for *_, d in graph.edges(data=True))):
        del data["id"]
    assert from_networkx(graph).hash() == tiny().hash()
    nx.relabel_nodes(graph, {"method:ewc": "method:new"}, copy=False)
    assert "method:new" in {row["from"] for row in from_networkx(graph).iter_edges()}


def test_a_foreign_networkx_graph_is_one_clear_line() -> None:
    with pytest.raises(
        SchemaError, match=r"expected a MultiDiGraph as `kg\.Graph\.nx` makes it; this is a Graph"
    ):
        from_networkx(nx.path_graph(3))
    with pytest.raises(SchemaError, match="0: its type is None; known: Paper"):
        from_networkx(nx.MultiDiGraph(nx.path_graph(3)))
