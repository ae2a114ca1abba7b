"""Graph: what a notebook calls."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args, get_type_hints

import networkx as nx
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import kg
from kg.api import Graph
from kg.errors import KGError, NotFoundError, QueryError, StoreError, WorkspaceError
from kg.named import Name, NamedQueries
from kg.queries import Query, load_queries
from kg.rows import Asked, Rows
from kg.schema import schema
from kg.stores import EmbeddedStore
from tests.graphs import Builder, tiny

HOSTILE = "x'}) DETACH DELETE n // \"`$problem` */ RETURN 1 AS one; \\u0027 {{id}}"


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Graph]:
    path = tmp_path_factory.mktemp("api") / "tiny.kglite"
    EmbeddedStore.create(path, tiny())
    with Graph(EmbeddedStore(path)) as g:
        yield g


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Graph]:
    """A graph whose every name is a piece of Cypher."""
    b = Builder()
    p = b.paper("p", HOSTILE, "", 2024)
    ends = [
        b.node(label, "x", HOSTILE, (HOSTILE + "2",)) for label in ("Problem", "Method", "Task", "Dataset")
    ]
    b.edge("TARGETS", p, ends[0], p, HOSTILE, stance="mitigates")
    b.edge("TARGETS", ends[1], ends[0], p, HOSTILE, stance="mitigates")
    b.edge("ABOUT", p, ends[2], p, HOSTILE)
    b.edge("EVALUATED_ON", p, ends[3], p, HOSTILE)
    path = tmp_path_factory.mktemp("hostile") / "hostile.kglite"
    EmbeddedStore.create(path, b.data())
    with Graph(EmbeddedStore(path)) as g:
        yield g


def test_ask_says_which_query_it_ran(graph: Graph) -> None:
    rows = graph.ask("Which methods target forgetting?")
    assert rows == graph.methods_targeting("forgetting")
    assert str(rows.query) == (
        "methods_targeting(problem=['forgetting'], stance='mitigates', min_confidence=0.0, limit=100)"
    )


def test_rows_say_how_a_name_was_read(graph: Graph) -> None:
    assert graph.methods_targeting("CF").note == "read 'CF' as 'catastrophic forgetting'"
    assert graph.methods_targeting("forgetting").note == ""


def test_rows_show_themselves_as_a_table() -> None:
    rows = Rows(
        [
            {"name": "EWC", "year": 2016, "score": 0.5},
            {"name": "a\nb" + "c" * 60, "year": None, "score": 1.0},
        ],
        ["name", "year", "score"],
        Asked("cypher"),
        "read so",
    )
    assert repr(rows).splitlines() == [
        f"{'name':48}  year  score",
        f"{'-' * 48}  ----  -----",
        f"{'EWC':48}  2016  0.5",
        f"{'a b' + 'c' * 44}…        1",
        "2 rows; read so",
    ]
    assert repr(rows[:0]).splitlines() == ["name  year  score", "----  ----  -----", "0 rows; read so"]
    assert "30 rows (10 not shown)" in repr(Rows([{"n": 1}] * 30, ["n"], Asked("cypher")))


def test_rows_are_a_sequence_and_a_frame_with_whole_years(graph: Graph) -> None:
    rows = graph.timeline_of_problem("forgetting")
    assert len(rows) == 6
    assert rows[-1]["year"] is None
    assert rows[1:3] == [rows[1], rows[2]]
    frame = rows.df()
    assert list(frame.columns) == list(rows.columns)
    assert str(frame["year"].dtype) == "Int64"
    assert frame["year"].tolist()[:2] == [2016, 2019]
    assert frame["year"].isna().tolist() == [False] * 5 + [True]
    empty = graph.shortest_path("WikiBio", "EWC").df()
    assert isinstance(empty, pd.DataFrame)
    assert list(empty.columns)[:2] == ["step", "name"]


def test_a_frame_has_the_declared_types_with_rows_or_without(graph: Graph) -> None:
    types = {"str": "object", "int": "Int64", "float": "float64"}
    for name, query in load_queries().items():
        rows = Rows(
            [], [c.name for c in query.columns], Asked(name), types={c.name: c.type for c in query.columns}
        )
        expected = {c.name: types[c.type] for c in query.columns}
        assert {column: str(dtype) for column, dtype in rows.df().dtypes.items()} == expected
    full = graph.results_of_method("CLEAR")
    assert {str(full.df()[c].dtype) for c in ("value", "baseline_value")} == {
        "float64"
    }  # the latter is missing
    assert str(full.df()["baseline"].dtype) == "object"
    assert full.df().dtypes.equals(full[:0].df().dtypes)
    assert str(graph.search("nothing of the kind", "Task").df()["support"].dtype) == "Int64"
    assert str(graph.cypher("MATCH (p:Paper) RETURN p.year AS year").df()["year"].dtype) == "Int64"


def test_cypher_without_rows_keeps_its_columns(graph: Graph) -> None:
    rows = graph.cypher("MATCH (p:Paper {name: 'none'}) RETURN p.id AS id, p.year AS year")
    assert rows == []
    assert rows.columns == ("id", "year")
    assert list(rows.df().columns) == ["id", "year"]


def test_which_methods_and_how_well_is_one_question(graph: Graph) -> None:
    rows = graph.ask("Which methods target forgetting, and how well?")
    assert rows == graph.how_well("forgetting")
    assert {row["method"] for row in rows} == {row["method"] for row in graph.methods_targeting("forgetting")}


def test_cypher_takes_parameters_and_reads_only(graph: Graph) -> None:
    rows = graph.cypher("MATCH (p:Problem {name: $name}) RETURN p.id AS id", {"name": "hallucination"})
    assert rows == [{"id": "problem:hallucination"}]
    assert rows.columns == ("id",)
    before = graph.stats()
    for text in ("CREATE (x:Problem {id: 'x'})", "MATCH (n) DETACH DELETE n", "MATCH (n) SET n.name = 'x'"):
        with pytest.raises(QueryError):
            graph.cypher(text)
    with pytest.raises(QueryError):
        graph.cypher("MATCH (n RETURN")
    assert graph.stats() == before


def test_cypher_that_takes_too_long_is_stopped(graph: Graph) -> None:
    with pytest.raises(QueryError, match=r"(?i)time"):
        graph.cypher("MATCH (a) MATCH (b) MATCH (c) MATCH (d) RETURN count(*) AS n", timeout=0.01)


@pytest.mark.parametrize(
    ("text", "label", "found"),
    [
        ("forgetting", "Problem", ["forgetting", "catastrophic forgetting", "forgetting in language models"]),
        ("Catastrophic Forgettings", "Problem", ["catastrophic forgetting"]),
        ("CF", "Problem", ["catastrophic forgetting"]),
        ("plastic", "Problem", ["loss of plasticity"]),
        ("EWC", "Method", ["EWC", "Online EWC", "Prompt-EWC"]),
        ("cifar 100", "Dataset", ["CIFAR-100"]),
        ("nothing of the kind", "Task", []),
    ],
)
def test_search_finds_words_and_parts_of_words(graph: Graph, text: str, label: str, found: list[str]) -> None:
    rows = graph.search(text, label)
    assert [row["name"] for row in rows][: max(len(found), 1)] == found
    assert rows.columns == ("type", "name", "aliases", "support", "score", "id")
    assert all(0 <= row["score"] <= 1 for row in rows)


def test_search_looks_in_every_type_but_numbers(graph: Graph) -> None:
    assert {row["type"] for row in graph.search("continual learning", limit=50)} == {"Task", "Paper"}
    assert graph.search("94.5%") == []
    assert graph.search("94.5%", "Result")[0]["id"] == "result:ewc"


@pytest.mark.parametrize(
    "text", ["a:b AND (", '+-&&||!(){}[]^"~*?:\\/', "forgetting) OR (*", "ΑΩ", "NOT forgetting"]
)
def test_search_takes_any_marks(graph: Graph, text: str) -> None:
    graph_rows = graph.search(text) if any(c.isalnum() for c in text) else None
    assert graph_rows is None or graph_rows.columns[0] == "type"


def test_search_refuses_what_it_cannot_look_for(graph: Graph) -> None:
    with pytest.raises(QueryError, match="Did you mean 'Method'"):
        graph.search("x", "Metod")
    with pytest.raises(QueryError, match="empty"):
        graph.search("  ")
    with pytest.raises(QueryError, match="limit is 0"):
        graph.search("x", limit=0)


def test_show_gives_a_node_its_edges_and_quotes(graph: Graph) -> None:
    found = graph.show("catastrophic interference")
    (node,) = found["nodes"]
    assert (node["type"], node["id"], node["support"]) == ("Problem", "problem:catastrophic-forgetting", 5)
    assert node["aliases"] == ["CF", "catastrophic interference"]
    assert {group: len(edges) for group, edges in node["edges"].items()} == {
        "-BROADER->": 1,
        "<-TARGETS-": 10,
    }
    best = node["edges"]["<-TARGETS-"][0]
    assert (best["name"], best["stance"], best["title"], best["year"], best["quote"]) == (
        "EWC",
        "mitigates",
        "Overcoming catastrophic forgetting in neural networks",
        2016,
        "EWC mitigates catastrophic forgetting with the Fisher information.",
    )
    notes = {edge["paper"]: edge["note"] for edge in node["edges"]["<-TARGETS-"]}
    assert notes["paper:ewc"] == "methodkg summary"
    assert notes["paper:clear"] is None


def test_show_takes_papers_ids_and_names_of_several_nodes(graph: Graph) -> None:
    assert graph.show("1612.00796")["nodes"][0]["year"] == 2016
    assert graph.show("result:ewc")["nodes"][0]["value"] == 94.5
    assert [node["type"] for node in graph.show("Prompt-EWC")["nodes"]] == ["Method", "Paper"]
    with pytest.raises(NotFoundError, match="Did you mean"):
        graph.show("hallucinatoin")


def test_nodes_edges_and_the_networkx_graph_hold_the_same(graph: Graph) -> None:
    copy = graph.nx()
    assert isinstance(copy, nx.MultiDiGraph)
    assert set(copy) == {node["id"] for node in graph.nodes()}
    assert {key for _, _, key in copy.edges(keys=True)} == {edge["id"] for edge in graph.edges()}
    assert [node["name"] for node in graph.nodes("Benchmark")] == ["TRACE"]


def test_stats_count_everything(graph: Graph) -> None:
    counts = {row["type"]: row["count"] for row in graph.stats()}
    assert counts == tiny().counts()
    assert list(counts) == [*schema().nodes, *schema().edges]


@pytest.mark.parametrize("query", load_queries().values(), ids=list(load_queries()))
def test_every_query_is_a_method_with_the_headers_signature(query: Query) -> None:
    helper = getattr(NamedQueries, query.name)
    assert helper.__doc__ == query.about
    signature = list(inspect.signature(helper).parameters.values())[1:]
    hints = get_type_hints(helper)
    assert hints["return"] is Rows
    assert [p.name for p in signature] == [p.name for p in query.params]
    for given_, param in zip(signature, query.params, strict=True):
        assert (given_.kind is given_.KEYWORD_ONLY) != param.required
        assert given_.default is given_.empty if param.required else given_.default == param.default
        hint = hints[param.name]
        if param.labels:
            assert hint == (Name if param.required else Name | None)
        elif param.choices:
            assert get_args(hint) == param.choices
        else:
            kind = {"int": int, "float": float, "share": float, "str": str}[param.type]
            assert hint == (kind | None if param.listed else kind)


def test_every_method_answers_as_the_query_does(graph: Graph) -> None:
    calls: dict[str, tuple[Any, ...]] = {
        "evidence": ("x",),
        "open_problems": (),
        "shortest_path": ("EWC", "LoRA"),
    }
    texts = {
        "Problem": "forgetting",
        "Method": "EWC",
        "Task": "CL",
        "Dataset": "TRACE",
        "Paper": "1612.00796",
    }
    for name, query in load_queries().items():
        required = [p for p in query.params if p.required]
        given_ = calls[name] if name in calls else tuple(texts[p.labels[0]] for p in required)
        params = dict(zip((p.name for p in query.params), given_, strict=False))
        assert getattr(graph, name)(*given_) == graph.query(name, **params)


def test_a_name_of_cypher_code_is_a_name_like_any_other(hostile: Graph) -> None:
    before = hostile.stats()
    (row,) = hostile.methods_targeting(HOSTILE)
    assert (row["method"], row["problem"], row["title"], row["quote"]) == (HOSTILE,) * 4
    assert [r["problem"] for r in hostile.methods_targeting(HOSTILE + "2")] == [HOSTILE]
    assert [r["title"] for r in hostile.papers_on_task(HOSTILE)] == [HOSTILE]
    assert [r["dataset"] for r in hostile.datasets_of_task(HOSTILE)] == [HOSTILE]
    assert len(hostile.ask(f"what mitigates {HOSTILE}?")) == 1
    assert len(hostile.show(HOSTILE)["nodes"]) == 5
    assert hostile.search(HOSTILE)[0]["score"] == 1.0
    assert hostile.stats() == before


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    text=st.text(max_size=30) | st.sampled_from([HOSTILE, "`", "'", "$", "\\", "//", "{}", "\x00", "\ud800"])
)
def test_any_text_is_answered_or_refused_in_one_line(graph: Graph, text: str) -> None:
    for ask in (
        graph.search,
        graph.show,
        graph.ask,
        graph.methods_targeting,
        graph.claims_of_paper,
        graph.evidence,
    ):
        try:
            ask(text)
        except KGError as error:
            assert "\n" not in str(error).replace(text, "")


def test_an_unknown_query_or_parameter_is_refused(graph: Graph) -> None:
    with pytest.raises(QueryError, match="Did you mean 'lineage'"):
        graph.query("linage")
    with pytest.raises(QueryError, match="Did you mean 'method'"):
        graph.query("lineage", metod="EWC")


def test_a_graph_without_its_workspace_has_no_facts(graph: Graph) -> None:
    with pytest.raises(StoreError, match="workspace"):
        graph.papers()
    with pytest.raises(StoreError, match="workspace"):
        graph.facts()


def test_open_refuses_what_is_no_workspace(tmp_path: Path) -> None:
    with pytest.raises(WorkspaceError):
        kg.open(tmp_path / "nothing.kg")


def test_the_embedded_store_keeps_every_quote_of_every_type(tmp_path: Path) -> None:
    b = Builder()
    p = b.paper("p", "A and B", "We use A. We use B. Again A. Again B.", 2024)
    for label, name in (("Benchmark", "A"), ("Dataset", "B")):
        node = b.node(label, name.lower(), name)
        for words in (f"use {name}", f"Again {name}"):
            b.edge("EVALUATED_ON", p, node, p, words)
    EmbeddedStore.create(tmp_path / "two.kglite", b.data())
    with Graph(EmbeddedStore(tmp_path / "two.kglite")) as g:
        assert len(list(g.edges("EVALUATED_ON"))) == 4
