from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from io import StringIO
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.export.tables import (
    edge_columns,
    joined,
    node_columns,
    split,
    write_edges,
    write_edges_csv,
    write_nodes,
    write_nodes_csv,
)
from kg.graph import GraphData, TableWriter
from kg.schema import schema
from kg.stores import EmbeddedStore
from kg.stores.networkx_store import NetworkXStore

HOSTILE = 'a|b\\|c\n"d",\r\n=cmd()\x00\x07 é\u2028'


class Rows:
    """A store of nothing but rows."""

    def __init__(self, nodes: list[dict[str, Any]], edges: list[dict[str, Any]]) -> None:
        self._nodes, self._edges = nodes, edges

    def nodes(self) -> Iterator[dict[str, Any]]:
        return iter(self._nodes)

    def edges(self) -> Iterator[dict[str, Any]]:
        return iter(self._edges)


def source(store: object) -> Any:  # noqa: ANN401 - stands in for a workspace
    return SimpleNamespace(store=store)


def small() -> GraphData:
    tables = {name: TableWriter(name) for name in (*schema().nodes, *schema().edges)}
    common = {"aliases": [], "search_text": "", "support": 1}
    tables["Paper"].add({"id": "paper:a", "name": "EWC", "abstract": "", "year": 2017, **common})
    tables["Method"].add({"id": "m:e", "name": "EWC", **common, "aliases": ["a|b", "é"], "kind": "method"})
    tables["Problem"].add({"id": "p:f", "name": "forgetting", **common})
    quote = {
        "field": "title",
        "quote": "EWC",
        "quote_start": 0,
        "quote_end": 3,
        "extractor": "x",
        "version": "1",
    }
    evidence = {"paper": "paper:a", "mention_start": 0, "mention_end": 3, "confidence": 0.5, "origin": "text"}
    ends = {"from": "m:e", "to": "p:f", "from_type": "Method", "to_type": "Problem"}
    tables["TARGETS"].add({"id": "e1", **ends, "stance": "mitigates", **quote, **evidence})
    ends = {"from": "paper:a", "to": "m:e", "from_type": "Paper", "to_type": "Method"}
    tables["INTRODUCES"].add({"id": "e2", **ends, **quote, **evidence})
    return GraphData(
        {name: tables[name].table() for name in schema().nodes},
        {name: tables[name].table() for name in schema().edges},
    )


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> EmbeddedStore:
    path = tmp_path_factory.mktemp("store") / "graph.kglite"
    EmbeddedStore.create(path, small())
    return EmbeddedStore(path)


def text(write: Any, store: object) -> str:  # noqa: ANN401 - one of the four writers
    stream = StringIO()
    count = write(source(store), stream)
    assert count == stream.getvalue().count("\n") - (write in (write_nodes_csv, write_edges_csv))
    return stream.getvalue()


def test_edges_have_their_columns_in_the_promised_order() -> None:
    assert edge_columns() == (
        *("id", "type", "from", "to", "paper", "field", "quote_start", "quote_end", "quote"),
        *("mention_start", "mention_end", "origin", "confidence", "extractor", "version"),
        *("stance", "outcome", "reason", "from_type", "to_type"),
    )


def test_every_property_of_the_schema_has_one_column() -> None:
    nodes = {name for kind in schema().nodes.values() for name in kind.properties} | {"type"}
    assert node_columns()[:5] == ("id", "type", "name", "aliases", "support")
    assert sorted(node_columns()) == sorted(nodes)
    edges = {name for kind in schema().edges.values() for name in kind.properties}
    assert sorted(edge_columns()) == sorted(edges | {"type", "from", "to", "from_type", "to_type"})


def test_jsonl_gives_back_every_row_of_the_store(store: EmbeddedStore) -> None:
    nodes = [json.loads(line) for line in text(write_nodes, store).splitlines()]
    edges = [json.loads(line) for line in text(write_edges, store).splitlines()]
    assert nodes == list(store.nodes())
    assert edges == list(store.edges())
    assert list(edges[0])[:4] == ["id", "type", "from", "to"]


@pytest.mark.parametrize("write", [write_nodes, write_edges, write_nodes_csv, write_edges_csv])
def test_two_stores_of_one_graph_give_the_same_lines(store: EmbeddedStore, write: Any) -> None:  # noqa: ANN401
    # The embedded store orders types as the schema does, the other by name.
    ours, theirs = text(write, store), text(write, NetworkXStore.copy_of(store))
    assert sorted(ours.splitlines()) == sorted(theirs.splitlines())


def test_csv_reads_back_with_the_csv_module_and_with_pandas(store: EmbeddedStore) -> None:
    content = text(write_nodes_csv, store)
    rows = {row["id"]: row for row in csv.DictReader(StringIO(content, newline=""))}
    assert tuple(next(iter(rows.values()))) == node_columns()
    assert split(rows["m:e"]["aliases"]) == ["a|b", "é"]
    assert (rows["paper:a"]["year"], rows["m:e"]["year"]) == ("2017", "")
    frame = pd.read_csv(StringIO(content), dtype={"year": "Int64"}).set_index("id")
    assert frame["year"].dropna().to_dict() == {"paper:a": 2017}


def test_strings_are_quoted_and_missing_values_are_not(store: EmbeddedStore) -> None:
    header, *lines = text(write_edges_csv, store).splitlines()
    assert header.startswith('"id","type","from","to"')
    (edge,) = (line for line in lines if line.startswith('"e1"'))
    assert edge.endswith('0,3,"text",0.5,"x","1","mitigates",,,"Method","Problem"')


@pytest.mark.parametrize("write", [write_nodes, write_nodes_csv])
def test_hostile_names_come_back_as_they_were(write: Any) -> None:  # noqa: ANN401
    node = {"type": "Method", "id": "m:1", "name": HOSTILE, "aliases": [HOSTILE, "|", "\\"], "support": 1}
    stream = StringIO(newline="")
    write(source(Rows([node], [])), stream)
    if write is write_nodes:
        assert json.loads(stream.getvalue()) == node
        return
    (row,) = csv.DictReader(StringIO(stream.getvalue(), newline=""))
    assert row["name"] == HOSTILE
    assert split(row["aliases"]) == [HOSTILE, "|", "\\"]


@given(
    st.text(alphabet=st.characters(exclude_categories=["Cs"])),
    st.floats(allow_nan=False, allow_infinity=False),
)
def test_any_text_and_number_survive_csv(name: str, value: float) -> None:
    stream = StringIO(newline="")
    write_nodes_csv(source(Rows([{"type": "Result", "id": "r", "name": name, "value": value}], [])), stream)
    (row,) = csv.DictReader(StringIO(stream.getvalue(), newline=""))
    assert (row["name"], float(row["value"])) == (name, value)


@given(st.lists(st.text(alphabet="a|\\\n", min_size=1)))
def test_a_joined_list_can_be_split_again(items: list[str]) -> None:
    assert split(joined(items)) == items


def test_empty_items_inside_a_list_stay() -> None:
    assert split(joined(["", "a", ""])) == ["", "a", ""]


def test_a_list_that_was_not_joined_by_us_is_refused() -> None:
    with pytest.raises(ValueError, match="lone backslash"):
        split("a|b\\")
