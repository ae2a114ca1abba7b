"""Query files: what the loader takes and refuses, and what each query answers on the tiny graph."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kg.api import Graph
from kg.errors import QueryError
from kg.queries import bind, find_query, load_queries, read_query
from kg.stores import EmbeddedStore
from tests.graphs import tiny

HEADER = """// about: Papers of a year.
// param: year: int = 2023 - the year
// returns: paper: str - id
// returns: title: str - title
// sparql: none - a test
// ask: papers of a year
"""
BODY = "MATCH (p:Paper)\nWHERE p.year = $year\nRETURN p.id AS paper, p.name AS title\nORDER BY p.name, p.id\n"


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Graph]:
    path = tmp_path_factory.mktemp("queries") / "tiny.kglite"
    EmbeddedStore.create(path, tiny())
    with Graph(EmbeddedStore(path)) as g:
        yield g


def pick(rows: Any, *columns: str) -> list[tuple[Any, ...]]:  # noqa: ANN401  # Rows, or any sequence of dicts
    return [tuple(row[column] for column in columns) for row in rows]


def write(folder: Path, text: str) -> Path:
    path = folder / "of_year.cypher"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_query_file_is_read_whole(tmp_path: Path) -> None:
    query = read_query(write(tmp_path, HEADER + BODY))
    assert (query.name, query.about) == ("of_year", "Papers of a year.")
    assert [(p.name, p.type, p.required, p.default) for p in query.params] == [("year", "int", False, 2023)]
    assert [(c.name, c.type, c.optional) for c in query.columns] == [
        ("paper", "str", False),
        ("title", "str", False),
    ]
    assert query.usage() == ["[year=2023]"]
    assert query.cypher == BODY.strip()


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("// about: Papers of a year.\n", "", "lacks `// about:`"),
        ("// ask: papers of a year\n", "", "lacks `// ask:`"),
        ("// ask:", "// aks:", "unknown header key 'aks'. Did you mean 'ask'?"),
        ("// about: Papers", "// Papers", "a header line reads"),
        ("year: int = 2023 - the year", "year: integer - the year", "unknown type 'integer'. Did you mean"),
        ("year: int = 2023 - the year", "year: int = soon - the year", "default 'soon' is no int"),
        ("year: int = 2023 - the year", "year: share = 85 - the year", "default '85' is no share"),
        ("year: int = 2023 - the year", "year: share = nan - the year", "default 'nan' is no share"),
        ("year: int = 2023 - the year", "year: int = 2023", "a parameter reads"),
        ("year: int = 2023 - the year", "year: Paper = 7 - the year", "the default of a name is `none`"),
        ("year: int = 2023 - the year", "year: Stance|any = no - the year", "default 'no' is none of"),
        ("paper: str - id", "paper: string - id", "a column reads"),
        (
            "paper: str - id",
            "id: str - id",
            "the header's columns (id, title) are not those that RETURN gives",
        ),
        ("// returns: title: str - title\n", "", "are not those that RETURN gives (paper, title)"),
        ("$year", "$years", "uses $years, which no `param` line declares"),
        ("WHERE p.year = $year\n", "", "never uses the declared parameter 'year'"),
        ("papers of a year", "papers of {yaer}", "no parameter 'yaer'. Did you mean 'year'?"),
        ("papers of a year", "{year}?", "has no words of its own"),
        ("papers of a year", "papers [year=2023]", "which is no choice"),
        (BODY, "", "has no query after its header"),
    ],
)
def test_a_wrong_header_is_refused(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert old in HEADER + BODY
    with pytest.raises(QueryError) as caught:
        read_query(write(tmp_path, (HEADER + BODY).replace(old, new)))
    assert message in str(caught.value)


def test_there_are_the_twenty_one_questions() -> None:
    assert sorted(EXAMPLES) == list(load_queries())


def test_an_unknown_query_names_the_nearest() -> None:
    with pytest.raises(QueryError, match="Did you mean 'methods_targeting'"):
        find_query("method_targetting")


def test_arguments_by_position_are_bound_in_the_order_of_the_header() -> None:
    assert bind("methods_targeting", ["forgetting"], {"limit": 3}) == {"problem": "forgetting", "limit": 3}
    with pytest.raises(QueryError, match="by position"):
        bind("methods_targeting", ["forgetting"], {"problem": "x"})
    with pytest.raises(QueryError, match="takes 1 arguments"):
        bind("evidence", ["a", "b"], {})


EXAMPLES: dict[str, dict[str, Any]] = {
    "baseline_drift": {"method": "EWC"},
    "claims": {},
    "claims_of_paper": {"paper": "1612.00796"},
    "co_used_methods": {"method": "LoRA"},
    "compared_with": {"method": "EWC"},
    "contradictions": {},
    "datasets_of_task": {"task": "continual learning"},
    "evidence": {"edge": "targets:72b91098867c"},
    "how_well": {"problem": "forgetting"},
    "leaderboard": {"dataset": "Permuted MNIST"},
    "lineage": {"method": "Prompt-EWC"},
    "methods_targeting": {"problem": "forgetting", "stance": "any"},
    "neighbours": {"node": "EWC"},
    "open_problems": {},
    "papers_on_task": {"task": "continual learning"},
    "problems_of_method": {"method": "EWC"},
    "related_papers": {"paper": "paper:o-lora"},
    "results_of_method": {"method": "EWC"},
    "shortest_path": {"source": "EWC", "target": "TRACE"},
    "sota_timeline": {"dataset": "Permuted MNIST"},
    "timeline_of_problem": {"problem": "forgetting"},
}


@pytest.mark.parametrize("name", list(load_queries()))
def test_rows_are_what_the_header_says_and_quotes_are_in_the_papers(graph: Graph, name: str) -> None:
    rows = graph.query(name, **EXAMPLES[name])
    assert rows
    texts = {p["id"]: (p["name"], p["abstract"]) for p in graph.nodes("Paper")}
    kinds = {"str": str, "int": int, "float": float}
    for row in rows:
        assert tuple(row) == rows.columns
        for column in find_query(name).columns:
            value = row[column.name]
            assert (value is None and column.optional) or type(value) is kinds[column.type], (column, row)
        if row.get("quote") and row.get("paper"):
            assert any(row["quote"] in text for text in texts[row["paper"]])


@pytest.mark.parametrize("name", list(load_queries()))
def test_what_must_be_said_of_a_text_is_said_with_every_quote_of_it(graph: Graph, name: str) -> None:
    columns = [column.name for column in find_query(name).columns]
    assert ("quote" in columns) == (columns[-1] == "note")
    rows = graph.query(name, **EXAMPLES[name])
    notes = {p["id"]: p["note"] for p in graph.nodes("Paper")}
    assert notes["paper:ewc"] == "methodkg summary"
    for row in rows:
        if "quote" in row:
            paper = row.get("paper", "paper:ewc")  # claims are asked of this one
            assert row["note"] == notes.get(paper)


@pytest.mark.parametrize(
    "name", [n for n, q in load_queries().items() if any(p.name == "limit" for p in q.params)]
)
def test_a_limit_cuts_the_same_rows(graph: Graph, name: str) -> None:
    rows = graph.query(name, **EXAMPLES[name])
    assert graph.query(name, **EXAMPLES[name], limit=1) == list(rows[:1])
    assert graph.query(name, **EXAMPLES[name], limit=0) == []


EWC = ("EWC", "catastrophic forgetting", "mitigates", "paper:ewc", 2016, 0.95)
O_LORA = ("O-LoRA", "catastrophic forgetting", "mitigates", "paper:o-lora", 2023, 0.85)
OGP = ("OGP", *O_LORA[1:])
CLEAR = ("CLEAR", "catastrophic forgetting", "mitigates", "paper:clear", 2019, 0.7)
REHEARSAL = (None, "forgetting in language models", "mitigates", "paper:rehearsal", None, 0.9)
STUDY = (None, "catastrophic forgetting", "studies", "paper:forgetting-study", 2023, 0.9)
TRACE = (None, "catastrophic forgetting", "studies", "paper:trace", 2023, 0.9)
SHORT = ("method", "problem", "stance", "paper", "year", "confidence")


def test_methods_targeting_reaches_narrower_problems_and_names_each_paper_once(graph: Graph) -> None:
    rows = graph.methods_targeting("forgetting")
    fixed = ("method", "problem", "stance", "paper", "title", "year", "quote", "confidence")
    assert rows.columns == (*fixed, "note")
    assert pick(rows, *SHORT) == [EWC, O_LORA, OGP, CLEAR, REHEARSAL]
    assert rows[0]["title"] == "Overcoming catastrophic forgetting in neural networks"
    assert rows[0]["quote"] == "EWC mitigates catastrophic forgetting with the Fisher information."


def test_two_methods_are_compared_with_each_other_alone(graph: Graph) -> None:
    every = graph.compared_with("EWC")
    others = {row["other"] if row["method"] == "EWC" else row["method"] for row in every} - {None}
    assert len(others) > 1
    for other in others:
        rows = graph.compared_with("EWC", other=other)
        assert rows
        assert all(other in (row["method"], row["other"]) for row in rows)


def test_methods_targeting_takes_any_stance(graph: Graph) -> None:
    every = [EWC, O_LORA, OGP, CLEAR, STUDY, REHEARSAL, TRACE]
    assert pick(graph.methods_targeting("forgetting", stance="any"), *SHORT) == every
    assert pick(graph.methods_targeting("forgetting", stance="studies"), *SHORT) == [STUDY, TRACE]


def test_methods_targeting_of_the_narrower_problem_leaves_its_sibling_out(graph: Graph) -> None:
    assert pick(graph.methods_targeting("CF"), *SHORT) == [EWC, O_LORA, OGP, CLEAR]


def test_methods_targeting_takes_several_problems_at_once(graph: Graph) -> None:
    rows = graph.methods_targeting(["hallucination", "forgetting in language models"])
    assert pick(rows, "method") == [("SelfCheckGPT",), (None,)]
    again = graph.methods_targeting(["forgetting", "catastrophic forgetting"])
    assert again == graph.methods_targeting("forgetting")


def test_methods_targeting_leaves_out_what_is_less_sure(graph: Graph) -> None:
    assert pick(graph.methods_targeting("forgetting", min_confidence=0.86), *SHORT) == [EWC, REHEARSAL]


def test_problems_of_method(graph: Graph) -> None:
    rows = graph.problems_of_method("EWC")
    expected = [("EWC", "catastrophic forgetting", "mitigates", 1, "paper:ewc", 0.95)]
    assert pick(rows, "method", "problem", "stance", "papers", "paper", "confidence") == expected
    assert graph.problems_of_method("EWC", stance="studies") == []


def test_papers_on_task_are_newest_first_with_narrower_tasks(graph: Graph) -> None:
    assert pick(graph.papers_on_task("lifelong learning"), "paper", "year", "task", "kind") == [
        ("paper:forgetting-study", 2023, "continual learning", "analysis"),
        ("paper:o-lora", 2023, "continual learning", "method"),
        ("paper:trace", 2023, "continual learning", "resource"),
        ("paper:clear", 2019, "continual learning", "method"),
        ("paper:online-ewc", 2018, "task-incremental continual learning", "method"),
        ("paper:ewc", 2016, "continual learning", "method"),
    ]


def test_datasets_of_task_counts_papers_not_edges(graph: Graph) -> None:
    assert pick(graph.datasets_of_task("continual learning"), "dataset", "type", "papers", "paper") == [
        ("Permuted MNIST", "Dataset", 3, "paper:ewc"),
        ("TRACE", "Benchmark", 2, "paper:o-lora"),
        ("CIFAR-100", "Dataset", 1, "paper:clear"),
    ]


def test_leaderboard_is_sorted_by_value(graph: Graph) -> None:
    rows = graph.leaderboard("pMNIST")
    assert pick(rows, "metric", "value", "unit", "method", "baseline", "baseline_value", "paper") == [
        ("accuracy", 96.0, "%", "CLEAR", None, None, "paper:clear"),
        ("accuracy", 94.5, "%", "EWC", "SGD", 71.2, "paper:ewc"),
        ("accuracy", 93.1, "%", "EWC", None, None, "paper:clear"),
    ]


def test_leaderboard_takes_a_benchmark_a_metric_and_a_kind(graph: Graph) -> None:
    assert pick(graph.leaderboard("TRACE"), "value", "kind") == [(47.5, "absolute")]
    assert pick(graph.leaderboard("TRACE", kind="any"), "value", "kind") == [
        (47.5, "absolute"),
        (3.1, "improvement"),
    ]
    assert pick(graph.leaderboard("TRACE", metric="accuracy", kind="any"), "value") == [(47.5,)]
    assert graph.leaderboard("TRACE", metric="AUC-PR") == []


def test_claims_of_paper_come_in_the_order_of_its_text(graph: Graph) -> None:
    rows = graph.claims_of_paper("Prompt-EWC")
    assert pick(rows, "subject", "relation", "object", "says", "field") == [
        ("Prompt-EWC", "INTRODUCES", "Prompt-EWC", None, "title"),
        ("Prompt-EWC", "USES", "Online EWC", None, "abstract"),
        ("Prompt-EWC", "USES", "Online EWC", None, "abstract"),
        ("Prompt-EWC", "USES", "LoRA", None, "abstract"),
        ("Prompt-EWC", "USES", "LoRA", None, "abstract"),
    ]


def test_claims_of_paper_are_all_its_edges(graph: Graph) -> None:
    for paper in graph.nodes("Paper"):
        edges = {edge["id"] for edge in graph.edges() if edge.get("paper") == paper["id"]}
        assert {row["edge"] for row in graph.claims_of_paper(paper["id"])} == edges


def test_results_of_method(graph: Graph) -> None:
    rows = graph.results_of_method("CLEAR")
    assert pick(rows, "method", "metric", "value", "measured_on", "baseline", "paper") == [
        ("CLEAR", "accuracy", 71.0, "CIFAR-100", None, "paper:clear"),
        ("CLEAR", "accuracy", 96.0, "Permuted MNIST", None, "paper:clear"),
    ]


def test_compared_with_looks_from_both_sides(graph: Graph) -> None:
    assert pick(graph.compared_with("EWC"), "method", "outcome", "other", "paper") == [
        ("CLEAR", "unknown", "EWC", "paper:clear"),
        ("Online EWC", "matches", "EWC", "paper:online-ewc"),
        ("EWC", "outperforms", "SGD", "paper:ewc"),
    ]
    assert pick(graph.compared_with("EWC", outcome="matches"), "method", "other") == [("Online EWC", "EWC")]


def test_compared_with_keeps_a_contribution_without_a_name(graph: Graph) -> None:
    rows = graph.compared_with("O-LoRA")
    assert pick(rows, "method", "outcome", "other", "paper", "year") == [
        (None, "trails", "O-LoRA", "paper:rehearsal", None)
    ]


def test_lineage_goes_three_steps_back(graph: Graph) -> None:
    assert pick(graph.lineage("Prompt-EWC"), "depth", "ancestor", "via", "paper") == [
        (1, "LoRA", "Prompt-EWC", "paper:prompt-ewc"),
        (1, "Online EWC", "Prompt-EWC", "paper:prompt-ewc"),
        (2, "EWC", "Online EWC", "paper:online-ewc"),
        (3, "Fisher information", "EWC", "paper:ewc"),
    ]


def test_co_used_methods_count_papers(graph: Graph) -> None:
    assert pick(graph.co_used_methods("LoRA"), "method", "papers", "paper") == [
        ("Online EWC", 1, "paper:prompt-ewc"),
        ("experience replay", 1, "paper:o-lora"),
    ]


def test_timeline_counts_each_year_and_puts_missing_years_last(graph: Graph) -> None:
    assert pick(graph.timeline_of_problem("forgetting"), "year", "papers", "paper", "stance") == [
        (2016, 1, "paper:ewc", "mitigates"),
        (2019, 1, "paper:clear", "mitigates"),
        (2023, 3, "paper:forgetting-study", "studies"),
        (2023, 3, "paper:o-lora", "mitigates"),
        (2023, 3, "paper:trace", "studies"),
        (None, 1, "paper:rehearsal", "mitigates"),
    ]
    assert len(graph.timeline_of_problem("forgetting", stance="studies")) == 2


def test_related_papers_are_weighed(graph: Graph) -> None:
    columns = ("paper", "score", "problems", "methods", "tasks", "datasets")
    assert pick(graph.related_papers("O-LoRA: orthogonal"), *columns) == [
        ("paper:trace", 8, 1, 1, 1, 1),
        ("paper:clear", 7, 1, 1, 1, 0),
        ("paper:forgetting-study", 5, 1, 0, 1, 0),
        ("paper:ewc", 5, 1, 0, 1, 0),
        ("paper:rehearsal", 5, 0, 2, 0, 1),
        ("paper:prompt-ewc", 2, 0, 1, 0, 0),
    ]


def test_open_problems_are_studied_and_mitigated_nowhere_near(graph: Graph) -> None:
    assert pick(graph.open_problems(), "problem", "papers", "paper") == [
        ("loss of plasticity", 2, "paper:plasticity")
    ]
    assert graph.open_problems(min_papers=3) == []


def test_neighbours_count_papers_and_point_both_ways(graph: Graph) -> None:
    rows = graph.neighbours("hallucination")
    assert pick(rows, "direction", "relation", "says", "type", "name", "papers") == [
        ("in", "TARGETS", "mitigates", "Method", "SelfCheckGPT", 1),
        ("in", "TARGETS", "mitigates", "Paper", "SelfCheckGPT: zero-resource hallucination detection", 1),
    ]


def test_evidence_of_a_text_edge_and_of_a_decision(graph: Graph) -> None:
    edge = next(e for e in graph.edges("USES") if e["from"] == "method:online-ewc")
    columns = ("subject", "relation", "object", "paper", "quote", "quote_start", "mention_start", "origin")
    quote = "Online EWC extends EWC to long task-incremental continual learning."
    said = ("Online EWC", "USES", "EWC", "paper:online-ewc", quote, 0, 11, "text")
    assert pick(graph.evidence(edge["id"]), *columns) == [said]
    decision = next(e for e in graph.edges("BROADER") if e["from"] == "problem:forgetting-lm")
    decided = ("forgetting in language models", "forgetting", "decision", "by hand", None, None)
    rows = graph.evidence(decision["id"])
    assert pick(rows, "subject", "object", "origin", "reason", "quote", "paper") == [decided]
    assert graph.evidence("no-such-edge") == []


def test_shortest_path_is_one_chain_step_by_step(graph: Graph) -> None:
    rows = graph.shortest_path("Prompt-EWC", "Permuted MNIST")
    assert pick(rows, "step", "name", "direction", "relation", "other")[-1][-1] == "Permuted MNIST"
    assert [row["step"] for row in rows] == [1, 2]
    assert pick(rows, "name", "direction", "relation", "other") in (
        [("Prompt-EWC", "->", "USES", "Online EWC"), ("Online EWC", "->", "EVALUATED_ON", "Permuted MNIST")],
    )
    assert rows == graph.shortest_path("Prompt-EWC", "Permuted MNIST")
    assert graph.shortest_path("WikiBio", "EWC") == []
    assert graph.shortest_path("EWC", "EWC") == []
