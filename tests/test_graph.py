from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from kg.errors import EvidenceError, SchemaError
from kg.graph import GraphData, TableWriter, build_graph
from kg.graph.evidence import sound
from kg.model import Paper, PaperFacts
from kg.resolve import Observations, resolve
from tests.make import claim, facts, mention, paper, result

EWC = paper(
    "EWC: remembering old tasks",
    "We propose elastic weight consolidation (EWC), with a Fisher penalty. "
    "EWC mitigates catastrophic forgetting. "
    "The Fisher penalty alone reduces drift. It builds on SGD. It beats LwF by 4.5% accuracy on MNIST.",
    id="paper:ewc",
)


def _facts() -> PaperFacts:
    return facts(
        EWC,
        claim(EWC, "introduces", "EWC", "Method", aliases=("elastic weight consolidation",)),
        claim(EWC, "introduces", "Fisher penalty", "Method"),
        claim(EWC, "targets", "catastrophic forgetting", "Problem"),
        claim(EWC, "uses", "SGD", "Method"),
        claim(EWC, "compares", "LwF", "Method"),
        claim(EWC, "datasets", "MNIST", "Dataset"),
        claim(EWC, "metrics", "accuracy", "Metric"),
        results=(
            result(EWC, 4.5, "4.5%", "%", kind="improvement", metric="accuracy", on="MNIST", method="EWC"),
        ),
    )


def _graph(*pairs: tuple[Paper, PaperFacts]) -> GraphData:
    seen = Observations()
    for _, one in pairs:
        seen.add(one)
    return build_graph(pairs, resolve(seen))


def _edges(graph: GraphData) -> set[tuple[str, str, str]]:
    names: dict[str, Any] = {node["id"]: node["name"] for node in graph.iter_nodes()}
    return {(names[e["from"]], e["type"], names[e["to"]]) for e in graph.iter_edges()}


def test_the_main_method_takes_the_edges_and_the_paper_keeps_its_own() -> None:
    edges = _edges(_graph((EWC, _facts())))
    for subject in ("EWC", EWC.title):
        assert (subject, "TARGETS", "catastrophic forgetting") in edges
    assert ("EWC", "USES", "SGD") in edges
    assert (EWC.title, "COMPARED_WITH", "LwF") in edges
    assert (EWC.title, "INTRODUCES", "Fisher penalty") in edges


def test_a_component_takes_an_edge_only_where_one_sentence_names_both() -> None:
    one = paper("Foo", "We propose Foo. Its Bar gate avoids drift. Foo handles noise.", id="paper:foo")
    edges = _edges(
        _graph(
            (
                one,
                facts(
                    one,
                    claim(one, "introduces", "Foo", "Method"),
                    claim(one, "introduces", "Bar gate", "Method"),
                    claim(one, "targets", "drift", "Problem"),
                    claim(one, "targets", "noise", "Problem"),
                ),
            )
        )
    )
    assert ("Bar gate", "TARGETS", "drift") in edges
    assert ("Bar gate", "TARGETS", "noise") not in edges
    assert ("Foo", "TARGETS", "drift") in edges


def test_a_used_method_targets_a_problem_only_where_a_sentence_says_so() -> None:
    one = paper(
        "Foo",
        "We study Bar and Baz. Bar (a net) greatly reduces drift. Baz has drift. O-Bar avoids noise.",
        id="paper:foo",
    )
    used = [claim(one, "uses", name, "Method") for name in ("Bar", "Baz")]
    targets = [claim(one, "targets", name, "Problem") for name in ("drift", "noise")]
    edges = _edges(_graph((one, facts(one, *used, *targets))))
    assert ("Bar", "TARGETS", "drift") in edges
    assert ("Baz", "TARGETS", "drift") not in edges
    assert ("Bar", "TARGETS", "noise") not in edges


def test_a_claimed_number_is_a_node_with_its_links() -> None:
    graph = _graph((EWC, _facts()))
    (row,) = graph.nodes["Result"].to_pylist()
    assert (row["value"], row["unit"], row["kind"], row["metric"]) == (4.5, "%", "improvement", "accuracy")
    about = [(t, o) for s, t, o in _edges(graph) if s == row["name"]]
    assert set(about) == {("OF", "EWC"), ("ON", "MNIST"), ("MEASURES", "accuracy")}


def test_every_text_edge_quotes_its_paper() -> None:
    for edge in _graph((EWC, _facts())).iter_edges():
        text = EWC.text(edge["field"])
        assert text[edge["quote_start"] : edge["quote_end"]] == edge["quote"]
        assert edge["quote_start"] <= edge["mention_start"] < edge["mention_end"] <= edge["quote_end"]


def test_a_fact_that_does_not_quote_is_refused() -> None:
    good = _facts()
    shifted = replace(good.claims[2], name=replace(good.claims[2].name, start=3))
    outside = replace(good.claims[2], evidence=(replace(good.claims[2].evidence[0], quote_end=10_000),))
    silent = replace(good.claims[2], evidence=())
    for broken in (shifted, outside, silent):
        with pytest.raises(EvidenceError, match="refused"):
            _graph((EWC, replace(good, claims=(broken,))))


def test_what_does_not_quote_is_left_out_and_the_rest_kept() -> None:
    good = _facts()
    broken = replace(good.claims[2], evidence=())
    kept, lines = sound(EWC, replace(good, claims=(*good.claims[:2], broken, *good.claims[3:])))
    assert kept.claims == (*good.claims[:2], *good.claims[3:])
    assert len(lines) == 1
    assert "catastrophic forgetting" in lines[0]
    assert sound(EWC, good) == (good, [])


def test_a_number_that_is_not_where_it_says_is_refused() -> None:
    good = _facts()
    wrong = replace(good.results[0], value_text="4.6%")
    nowhere = replace(good.results[0], baseline_value=3.0)
    astray = replace(good.results[0], metric=replace(mention(EWC, "accuracy", "Metric"), end=3))
    for broken in (wrong, nowhere, astray):
        with pytest.raises(EvidenceError, match="refused"):
            _graph((EWC, replace(good, results=(broken,))))


def test_a_number_that_reads_otherwise_is_refused() -> None:
    good = _facts()
    for broken in (replace(good.results[0], value=45.0), replace(good.results[0], unit="BLEU")):
        with pytest.raises(EvidenceError, match="reads"):
            _graph((EWC, replace(good, results=(broken,))))


def test_the_main_method_is_the_first_named_where_the_title_names_none() -> None:
    one = paper("On forgetting", "We propose Foo. A Bar gate helps. Foo avoids drift.", id="paper:foo")
    introduced = [claim(one, "introduces", name, "Method") for name in ("Bar gate", "Foo")]
    edges = _edges(_graph((one, facts(one, *introduced, claim(one, "targets", "drift", "Problem")))))
    assert ("Foo", "TARGETS", "drift") in edges
    assert ("Bar gate", "TARGETS", "drift") not in edges


def test_a_name_inside_a_word_of_the_title_is_not_named_by_it() -> None:
    one = paper("Cyclical learning", "We propose CYC. CL is a part. CYC avoids drift.", id="paper:cyc")
    introduced = [claim(one, "introduces", name, "Method") for name in ("CYC", "CL")]
    edges = _edges(_graph((one, facts(one, *introduced, claim(one, "targets", "drift", "Problem")))))
    assert ("CYC", "TARGETS", "drift") in edges


def test_the_order_of_papers_never_changes_the_graph() -> None:
    other = paper("Other", "SGD suffers from drift. We study drift.", id="paper:other")
    more = facts(other, claim(other, "targets", "drift", "Problem", stance="studies"))
    pairs = [(EWC, _facts()), (other, more)]
    assert _graph(*pairs).hash() == _graph(*reversed(pairs)).hash()


def test_the_hash_sees_every_change() -> None:
    base = _graph((EWC, _facts())).hash()
    assert base != _graph((replace(EWC, year=2017), _facts())).hash()
    assert base != _graph((EWC, replace(_facts(), kind="analysis"))).hash()


def test_a_writer_refuses_what_the_schema_does_not_know() -> None:
    writer = TableWriter("Metric")
    with pytest.raises(SchemaError, match="has no 'name'"):
        writer.add({"id": "metric:x"})
    with pytest.raises(SchemaError, match="'colour' is not in the schema"):
        writer.add({"id": "metric:x", "name": "x", "search_text": "x", "colour": "red"})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("origin", "banana"),
        ("field", "footnote"),
        ("confidence", 7.0),
        ("stance", "hates"),
        ("to_type", "Task"),
    ],
)
def test_a_writer_refuses_values_that_the_schema_forbids(name: str, value: object) -> None:
    (row, *_) = _graph((EWC, _facts())).edges["TARGETS"].to_pylist()
    writer = TableWriter("TARGETS")
    writer.add(row | {name: value})
    with pytest.raises(SchemaError, match=f"{name} is .* which the schema forbids"):
        writer.table()
