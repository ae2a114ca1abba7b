from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from io import BytesIO, StringIO
from types import SimpleNamespace
from typing import Any

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.export.graphs import write_cytoscape, write_gexf, write_graphml, xml_text
from kg.export.tables import split

Row = dict[str, Any]
Read = Callable[[bytes], Any]

HOSTILE = 'a|b\\|c\n"d"<&>]]>\x00\x07\x1b é\ufffe\U0001f600'


class Rows:
    """A store of nothing but rows."""

    def __init__(self, nodes: list[Row], edges: list[Row]) -> None:
        self._nodes, self._edges = nodes, edges

    def nodes(self) -> Iterator[Row]:
        return iter(self._nodes)

    def edges(self) -> Iterator[Row]:
        return iter(self._edges)


NODES: list[Row] = [
    {
        "type": "Method",
        "id": "m:1",
        "name": HOSTILE,
        "aliases": [HOSTILE, "x"],
        "support": 2,
        "kind": "method",
    },
    {"type": "Problem", "id": "p:1", "name": "forgetting", "aliases": [], "support": 1},
    {"type": "Result", "id": "r:1", "name": "87%", "value": 87, "baseline_value": None, "unit": "%"},
    {"type": "Result", "id": "r:2", "name": "0.5", "value": 0.5, "unit": ""},
]
ENDS: Row = {"from": "m:1", "to": "p:1", "from_type": "Method", "to_type": "Problem"}
EDGES: list[Row] = [
    {
        "type": "TARGETS",
        **ENDS,
        "id": "1",
        "quote": HOSTILE,
        "quote_start": 0,
        "confidence": 1,
        "stance": "studies",
    },
    {"type": "TARGETS", **ENDS, "id": "2", "quote": "x", "quote_start": 1, "confidence": 0.5, "stance": None},
    {"type": "BROADER", "from": "p:1", "to": "p:1", "id": "3", "reason": "itself", "confidence": 1.0},
]


def written(write: Callable[..., int], nodes: list[Row], edges: list[Row]) -> bytes:
    stream = StringIO(newline="")
    source = SimpleNamespace(store=Rows(nodes, edges))
    assert write(source, stream) == len(nodes) + len(edges)
    return stream.getvalue().encode("utf-8")


def read_cytoscape(data: bytes) -> Any:  # noqa: ANN401 - a NetworkX graph
    return nx.cytoscape_graph(json.loads(data))


FORMATS = [
    pytest.param(write_graphml, lambda data: nx.read_graphml(BytesIO(data)), id="graphml"),
    pytest.param(write_gexf, lambda data: nx.read_gexf(BytesIO(data)), id="gexf"),
    pytest.param(write_cytoscape, read_cytoscape, id="cytoscape"),
]
every_format = pytest.mark.parametrize(("write", "read"), FORMATS)
only_xml = pytest.mark.parametrize(("write", "read"), FORMATS[:2])


@every_format
def test_networkx_reads_back_every_node_and_every_parallel_edge(
    write: Callable[..., int], read: Read
) -> None:
    graph = read(written(write, NODES, EDGES))
    assert graph.is_multigraph()
    assert graph.is_directed()
    assert set(graph) == {"m:1", "p:1", "r:1", "r:2"}
    assert sorted((u, v) for u, v in graph.edges()) == [("m:1", "p:1"), ("m:1", "p:1"), ("p:1", "p:1")]
    assert sorted(str(data["confidence"]) for *_, data in graph.edges(data=True)) in (
        ["0.5", "1.0", "1.0"],
        ["0.5", "1", "1.0"],
    )


@every_format
def test_an_empty_graph_can_be_written(write: Callable[..., int], read: Read) -> None:
    assert len(read(written(write, [], []))) == 0


@every_format
def test_the_same_graph_gives_the_same_bytes(write: Callable[..., int], read: Read) -> None:
    data = written(write, NODES, EDGES)
    assert data == written(write, NODES, EDGES)
    assert not re.search(rb"20\d\d-\d\d-\d\d", data)


@only_xml
def test_hostile_names_lose_only_what_xml_cannot_hold(write: Callable[..., int], read: Read) -> None:
    graph = read(written(write, NODES, EDGES))
    legal = 'a|b\\|c\n"d"<&>]]> é\U0001f600'
    node = graph.nodes["m:1"]
    assert (node["name"], node["label"]) == (legal, legal)
    assert split(node["aliases"]) == [legal, "x"]
    assert legal in {data.get("quote") for *_, data in graph.edges(data=True)}


@only_xml
def test_a_missing_value_is_left_out_and_an_empty_one_is_not(write: Callable[..., int], read: Read) -> None:
    graph = read(written(write, NODES, EDGES))
    assert "baseline_value" not in graph.nodes["r:1"]
    assert graph.nodes["r:2"]["unit"] == ""
    assert graph.nodes["p:1"]["aliases"] == ""


@only_xml
def test_a_property_has_one_type_though_stores_may_say_1_for_1_0(
    write: Callable[..., int], read: Read
) -> None:
    data = written(write, NODES, EDGES)
    titles = re.findall(rb'(?:title|attr\.name)="(value|confidence)"', data)
    assert sorted(titles) == [b"confidence", b"value"]
    assert [read(data).nodes[node]["value"] for node in ("r:1", "r:2")] == [87.0, 0.5]


def test_edge_types_are_labels_in_both_xml_formats() -> None:
    graphml = nx.read_graphml(BytesIO(written(write_graphml, NODES, EDGES)))
    gexf = nx.read_gexf(BytesIO(written(write_gexf, NODES, EDGES)))
    for graph, key in ((graphml, "type"), (gexf, "edge_type")):
        said = sorted((data["label"], data[key]) for *_, data in graph.edges(data=True))
        assert said == [("BROADER", "BROADER"), ("TARGETS", "TARGETS"), ("TARGETS", "TARGETS")]


def test_edge_ids_are_kept() -> None:
    gexf = nx.read_gexf(BytesIO(written(write_gexf, NODES, EDGES)))
    graphml = nx.read_graphml(BytesIO(written(write_graphml, NODES, EDGES)), edge_key_type=str)
    assert sorted(data["id"] for *_, data in gexf.edges(data=True)) == ["1", "2", "3"]
    assert isinstance(graphml, nx.MultiDiGraph)
    assert sorted(key for *_, key in graphml.edges(keys=True)) == ["1", "2", "3"]


def test_xml_files_say_that_they_are_utf_8() -> None:
    for write in (write_graphml, write_gexf):
        data = written(write, NODES, EDGES)
        assert data.startswith(b"<?xml version='1.0' encoding='utf-8'?>")
        assert "é".encode() in data
        assert b"\r" not in data


def test_cytoscape_elements_have_the_shape_cytoscape_js_takes() -> None:
    elements = json.loads(written(write_cytoscape, NODES, EDGES))["elements"]
    nodes, edges = ([element["data"] for element in elements[part]] for part in ("nodes", "edges"))
    assert nodes[0]["aliases"] == [HOSTILE, "x"]
    assert nodes[0]["name"] == HOSTILE
    assert (nodes[2]["result_value"], "baseline_value" in nodes[2]) == (87, False)
    assert [(e["id"], e["source"], e["target"], e["type"]) for e in edges] == [
        ("1", "m:1", "p:1", "TARGETS"),
        ("2", "m:1", "p:1", "TARGETS"),
        ("3", "p:1", "p:1", "BROADER"),
    ]
    assert len({item["id"] for item in nodes + edges}) == len(nodes + edges)


@given(st.lists(st.text(), min_size=1, max_size=3), st.text())
def test_any_text_can_be_reloaded(aliases: list[str], quote: str) -> None:
    nodes = [{**NODES[0], "name": aliases[0], "aliases": aliases}, NODES[1]]
    edges = [{**EDGES[0], "quote": quote}, {**EDGES[1], "quote": quote}]
    for entry in FORMATS[:2]:
        write, read = entry.values
        graph = read(written(write, nodes, edges))  # type: ignore[operator, arg-type]
        assert graph.nodes["m:1"]["name"] == xml_text(aliases[0])
        assert {data["quote"] for *_, data in graph.edges(data=True)} == {xml_text(quote)}


@given(st.text())
def test_text_made_fit_for_xml_stays_as_it_is(text: str) -> None:
    once = xml_text(text)
    assert xml_text(once) == once
    assert "\r" not in once
