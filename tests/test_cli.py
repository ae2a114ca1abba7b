from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

import kg


def run(*words: str, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "kg", *words],
        capture_output=True,
        text=True,
        encoding="utf-8",
        input=stdin,
        check=False,
    )


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The packaged sample, built once."""
    path = tmp_path_factory.mktemp("cli") / "landmarks.kg"
    kg.build(["sample"], path)
    return str(path)


def test_the_main_question_is_answered_with_quotes(graph: str) -> None:
    done = run("ask", graph, "which methods target forgetting?", "-f", "json")
    assert done.returncode == 0
    assert "ran methods_targeting" in done.stderr
    rows = json.loads(done.stdout)
    assert {"EWC", "LwF"} <= {row["method"] for row in rows}
    papers = {paper.id: paper for paper in kg.open(graph).papers()}
    for row in rows:
        assert row["quote"] in papers[row["paper"]].title + "\n" + papers[row["paper"]].abstract


def test_query_and_ask_give_the_same_rows(graph: str) -> None:
    asked = run("ask", graph, "which methods target forgetting?", "-f", "jsonl")
    queried = run("query", graph, "methods_targeting", "forgetting", "-f", "jsonl")
    assert asked.stdout == queried.stdout != ""


def test_every_format_has_the_same_rows(graph: str) -> None:
    words = ("query", graph, "methods_targeting", "forgetting", "--format")
    rows = json.loads(run(*words, "json").stdout)
    assert [json.loads(line) for line in run(*words, "jsonl").stdout.splitlines()] == rows
    table = list(csv.DictReader(io.StringIO(run(*words, "csv").stdout)))
    assert [row["quote"] for row in table] == [row["quote"] for row in rows]
    assert len(run(*words, "md").stdout.splitlines()) == len(rows) + 2
    assert run(*words, "table").stdout.count("“") == len(rows)
    # A summary is nowhere shown as the paper's own words.
    assert {row["note"] for row in rows} == {row["note"] for row in table} == {"methodkg summary"}
    assert run(*words, "md").stdout.count("methodkg summary") == len(rows)
    assert run(*words, "table").stdout.count("[methodkg summary]") == len(rows)


def test_a_question_that_no_query_answers_exits_with_3_and_the_nearest(graph: str) -> None:
    done = run("ask", graph, "how is the weather?")
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr.startswith("kg: no query answers 'how is the weather?'")
    assert done.stderr.count("\n") == 1


def test_an_unknown_name_exits_with_3_and_suggests(graph: str) -> None:
    done = run("query", graph, "methods_targeting", "catastrophic forgeting")
    assert done.returncode == 3
    assert "catastrophic forgetting" in done.stderr


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("query", "{graph}", "methods_targetting", "x"), "Did you mean 'methods_targeting'"),
        (("query", "{graph}", "methods_targeting", "forgetting", "-p", "stance=mitigate"), "'mitigates'"),
        (("query", "{graph}", "methods_targeting", "forgetting", "-p", "nonsense"), "expected NAME=VALUE"),
        (("cypher", "{graph}", "CREATE (n:Method {{id: 'x'}})"), "read"),
        (("cypher", "{graph}", "MATCH (n RETURN n"), "syntax error"),
        (("export", "{graph}", "-f", "grapml"), "graphml"),
        (("show", "nowhere.kg", "EWC"), "there is no such graph; make one with `kg build"),
        (("build", "nowhere.jsonl", "-o", "{graph}2"), "nowhere.jsonl"),
        (("build", "sample", "-o", "{graph}2", "--map", "title"), "expected FIELD=COLUMN"),
        (("build", "sample", "-o", "{graph}2", "--reader", "jsnl"), "jsnl"),
        (("schema", "-f", "rdfs"), "choose md, cypher"),
    ],
)
def test_bad_input_is_one_clear_line(graph: str, words: tuple[str, ...], message: str) -> None:
    done = run(*(word.format(graph=graph) for word in words))
    assert done.returncode in (1, 2, 3)
    assert done.stdout == ""
    assert message in done.stderr
    assert done.stderr.startswith("kg: ")
    assert done.stderr.count("\n") == 1, done.stderr


def test_wrong_usage_exits_with_2(graph: str) -> None:
    assert run("query", graph, "methods_targeting", "forgetting", "--format", "xml").returncode == 2
    assert run("build").returncode == 2
    assert run("show", graph, "EWC", "-f", "csv").returncode == 2
    assert json.loads(run("show", graph, "EWC", "-f", "json").stdout)["nodes"]


def test_cypher_prints_rows(graph: str) -> None:
    text = "MATCH (p:Problem) WHERE p.name CONTAINS $part RETURN p.name AS name ORDER BY name"
    done = run("cypher", graph, text, "-p", "part=forgetting", "-f", "jsonl")
    assert {"name": "catastrophic forgetting"} in [json.loads(line) for line in done.stdout.splitlines()]
    assert run("cypher", graph, text, "-p", "part=zzz", "-f", "csv").stdout == "name\n"


def test_show_says_that_a_summary_is_a_summary(graph: str) -> None:
    done = run("show", graph, "Learning without Forgetting")
    assert "methodkg summary" in done.stdout
    for name in ("EWC", "Learning without Forgetting"):
        shown = run("show", graph, name).stdout
        squeezed = " ".join(shown.split())
        assert squeezed.count("”") == squeezed.count(") [methodkg summary]") > 0
    claims = " ".join(run("query", graph, "claims_of_paper", "Learning without Forgetting").stdout.split())
    assert claims.count("“") == claims.count("” [methodkg summary]") > 0


def test_stdin_is_an_input(tmp_path: Path) -> None:
    line = json.dumps({"title": "Foo", "abstract": "We propose Foo, which mitigates mode collapse."})
    done = run("build", "-", "-o", str(tmp_path / "g.kg"), stdin=line + "\n")
    assert done.returncode == 0, done.stderr
    assert "1 papers from 1 records" in done.stderr


def test_facts_are_exported_in_the_guides_format(graph: str) -> None:
    done = run("export", graph, "-f", "facts")
    records = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(records) == 48
    assert all(
        {"id", "title", "kind", "introduces", "targets", "results", "scale"} <= set(r) for r in records
    )


def test_doctor_finds_a_healthy_graph_healthy_and_a_broken_one_broken(graph: str, tmp_path: Path) -> None:
    assert run("doctor", graph).returncode == 0
    kg.build(["sample"], tmp_path / "g.kg")
    shard = next((tmp_path / "g.kg" / "facts").glob("*.parquet"))
    shard.write_bytes(shard.read_bytes()[:-100])
    done = run("doctor", str(tmp_path / "g.kg"))
    assert done.returncode == 1
    assert "FAIL" in done.stdout
    assert shard.name in done.stdout


def test_a_closed_pipe_is_quiet(graph: str) -> None:
    command = f"{sys.executable} -m kg export {graph} -f edges | head -1"
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command], capture_output=True, text=True, check=False
    )
    assert done.stderr == ""
    assert done.stdout.count("\n") == 1


def test_every_command_explains_itself() -> None:
    listed = run("--help").stdout
    commands = "build add query ask cypher search show export draw stats extract evaluate schema doctor"
    for name in commands.split(" "):
        assert name in listed
        assert run(name, "--help").returncode == 0
