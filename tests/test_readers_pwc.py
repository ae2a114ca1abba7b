from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import kg
from kg.model import Paper
from kg.pipeline import add, build
from kg.readers import Problem, read
from kg.workspace import Workspace

DUMP = Path(__file__).parent / "fixtures" / "readers" / "evaluation_tables.json"
# Says of Gate-Net what the leaderboard says, and of its F1 score something else.
ABSTRACT = (
    "We introduce Gate-Net, a model for door opening. Gate-Net achieves 87.2% accuracy on the DoorBench "
    "benchmark. Gate-Net achieves an F1 of 0.91 on the DoorBench benchmark."
)


def load(path: Path) -> tuple[list[Paper], list[str]]:
    problems: list[Problem] = []
    papers = list(read([str(path)], on_problem=problems.append))
    return papers, [str(problem) for problem in problems]


def test_every_row_with_a_number_is_a_record_of_its_paper() -> None:
    papers, _ = load(DUMP)
    assert [(p.title, p.arxiv, p.date, p.table) for p in papers] == [
        (
            "Opening Gates One by One",
            "2301.07001",
            "2023-01-16",
            "Gate-Net | Accuracy | 87.2% | DoorBench | Door Opening | Papers with Code\n"
            "Gate-Net | F1 | 0.81 | DoorBench | Door Opening | Papers with Code",
        ),
        (
            "Opening Gates One by One",
            "2301.07001",
            "2023-01-16",
            "Gate-Net / large | Accuracy | 88.4 ± 0.3 | DoorBench | Door Opening "
            "| with extra training data | Papers with Code",
        ),
        (
            "Doors Worth Remembering",
            None,
            "2024-11-22",
            "Door-RNN | F1 | 0.79 | DoorBench | Door Opening | Papers with Code",
        ),
        (
            "Doors Worth Remembering",
            None,
            "2024-11-22",
            "Door-RNN | Steps | 1,234 | GateSet | Gate Opening | Papers with Code",
        ),
    ]
    (source,) = papers[-1].sources
    assert (source.reader, source.locator) == ("pwc", "record 1, Gate Opening on GateSet, row 1")


def test_what_is_no_number_and_whose_paper_is_unknown_is_reported_in_one_line() -> None:
    _, problems = load(DUMP)
    assert problems == [
        "evaluation_tables.json, record 1, Door Opening on DoorBench, row 3: Accuracy is 'about 80', "
        "which is not one number, and was skipped",
        "evaluation_tables.json, record 1, Door Opening on DoorBench, row 4: names no paper, and was skipped",
        "evaluation_tables.json, record 3: is no task: it has no 'task'; give evaluation-tables.json",
    ]


@pytest.mark.parametrize(
    "damage",
    [
        {"datasets": None},
        {"datasets": ["DoorBench", 3]},
        {"datasets": [{"dataset": "DoorBench", "sota": []}]},
        {"datasets": [{"dataset": "DoorBench", "sota": {"rows": [None, {}, {"model_name": 1}]}}]},
        {"datasets": [{"dataset": {}, "sota": {"rows": [{"model_name": "A", "metrics": {"F1": []}}]}}]},
        {"subtasks": {"task": 1}, "datasets": {}},
    ],
)
def test_a_damaged_table_is_reported_or_empty_and_never_raises(tmp_path: Path, damage: Any) -> None:  # noqa: ANN401
    path = tmp_path / "tables.json"
    path.write_text(json.dumps([{"task": "Door Opening", "datasets": [], "subtasks": [], **damage}]))
    papers, problems = load(path)
    assert not papers
    assert problems


@pytest.mark.parametrize(
    ("value", "line"),
    [
        (0.79, "0.79"),
        (3, "3"),
        (1e-05, "0.00001"),
        ("1,234", "1,234"),
        (True, None),
        ([1], None),
        ("1e5", None),
    ],
)
def test_a_value_may_be_a_json_number(tmp_path: Path, value: object, line: str | None) -> None:
    row = {"model_name": "A", "paper_title": "B", "metrics": {"F1": value}}
    tables = [{"task": "T", "datasets": [{"dataset": "D", "sota": {"rows": [row]}}], "subtasks": []}]
    path = tmp_path / "tables.json"
    path.write_text(json.dumps(tables))
    papers, problems = load(path)
    assert [p.table.split(" | ")[2] for p in papers] == ([line] if line else [])
    assert bool(problems) == (line is None)


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> Iterator[kg.Graph]:
    """A graph of the dump and of one abstract that confirms one of its rows and contradicts another."""
    folder = tmp_path_factory.mktemp("pwc")
    pile = folder / "pile.jsonl"
    record = {"title": "Opening Gates One by One", "abstract": ABSTRACT, "arxiv": "2301.07001"}
    pile.write_text(json.dumps(record) + "\n")
    build([str(pile), str(DUMP)], folder / "a.kg", model="fast")
    with kg.open(folder / "a.kg") as opened:
        yield opened


def claimed(graph: kg.Graph) -> dict[tuple[str, str, str, str], float]:
    """Return (field, method, metric, dataset) -> value for every number that is linked to all three."""
    rows = graph.cypher(
        "MATCH (p:Paper)-[e:REPORTS]->(r:Result) MATCH (r)-[:OF]->(m:Method) "
        "MATCH (r)-[:MEASURES]->(k:Metric) MATCH (r)-[:`ON`]->(d:Dataset|Benchmark) "
        "RETURN e.field AS field, m.name AS method, k.name AS metric, "
        "d.name AS dataset, r.value AS value ORDER BY r.id"
    )
    return {(r["field"], r["method"], r["metric"], r["dataset"]): r["value"] for r in rows}


def test_a_row_and_an_abstract_meet_at_the_same_nodes(graph: kg.Graph) -> None:
    values = claimed(graph)
    said = {k: v for k, v in values.items() if k[0] == "abstract"}
    assert len(said) == 2
    for (_, method, metric, dataset), value in said.items():
        row = values["table", method, metric, dataset]
        assert (row == value) == (value == 87.2)
    assert len(values) == 2 + 5


def test_a_row_that_contradicts_an_abstract_is_found_and_one_that_confirms_it_is_not(graph: kg.Graph) -> None:
    (row,) = graph.query("contradictions")
    assert (row["value_text"], row["source"], row["difference"]) == ("0.81", "pwc", 10.0)
    assert row["quote"] == "Gate-Net | F1 | 0.81 | DoorBench | Door Opening | Papers with Code"
    assert row["other_value_text"] == "0.91"
    assert row["other_quote"] == "Gate-Net achieves an F1 of 0.91 on the DoorBench benchmark."


def test_the_paper_is_one_and_its_rows_name_their_source(graph: kg.Graph) -> None:
    papers = {node["name"]: node for node in graph.nodes("Paper")}
    assert set(papers) == {"Opening Gates One by One", "Doors Worth Remembering"}
    assert papers["Opening Gates One by One"]["abstract"] == ABSTRACT
    edges = [edge for edge in graph.edges() if edge["field"] == "table"]
    assert edges
    for edge in edges:
        assert (edge["extractor"], edge["origin"]) == ("pwc", "text")
        assert edge["quote"].endswith("| Papers with Code")
        text = next(p["table"] for p in papers.values() if p["id"] == edge["paper"])
        assert text[edge["quote_start"] : edge["quote_end"]] == edge["quote"]
    assert not any(edge["extractor"] == "pwc" for edge in graph.edges() if edge["field"] != "table")


def test_a_row_says_nothing_of_another_method_of_its_paper(graph: kg.Graph) -> None:
    rows = [edge for edge in graph.edges() if edge["field"] == "table"]
    assert {edge["from_type"] for edge in rows} == {"Paper", "Result"}


def test_rows_are_facts_of_the_graph_and_not_of_the_annotation_guide(graph: kg.Graph, tmp_path: Path) -> None:
    from kg.export import export

    export(graph, "facts", tmp_path / "facts.jsonl")
    lines = (tmp_path / "facts.jsonl").read_text(encoding="utf-8").splitlines()
    facts = {paper["title"]: paper for paper in map(json.loads, lines)}
    assert facts["Doors Worth Remembering"]["results"] == []
    assert {r["value"] for r in facts["Opening Gates One by One"]["results"]} == {87.2, 0.91}


def test_adding_a_leaderboard_reads_no_text_again_and_gives_what_a_build_gives(tmp_path: Path) -> None:
    pile = tmp_path / "pile.jsonl"
    records = [{"title": "Opening Gates One by One", "abstract": ABSTRACT, "arxiv": "2301.07001"}]
    pile.write_text("".join(json.dumps(record) + "\n" for record in records))
    build([str(pile)], tmp_path / "a.kg", model="fast")
    added = add([str(DUMP)], tmp_path / "a.kg", model="fast")
    assert added.extracted == 1  # the title that only the leaderboard knows
    whole = build([str(DUMP), str(pile)], tmp_path / "b.kg", model="fast")
    assert added.graph_hash == whole.graph_hash
    assert not whole.refused
    again = build([str(pile)], tmp_path / "a.kg", model="fast")
    assert again.counts["Result"] == 2
    assert not any(p.table for p in Workspace.open(tmp_path / "a.kg").papers())


def test_the_rows_survive_rdf(graph: kg.Graph, tmp_path: Path) -> None:
    from kg.export import export
    from kg.graph.data import store_hash

    path = tmp_path / "graph.trig"
    export(graph, "trig", path, with_text=True)
    with kg.open(path) as back:
        assert store_hash(back.store) == store_hash(graph.store)
