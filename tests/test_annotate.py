from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rich.text import Text

import kg
from kg.annotate import annotate
from kg.decisions import fact_key, facts_of, is_finished
from kg.graph.evidence import sound
from kg.model import Paper, PaperFacts
from kg.score import read_papers, score
from kg.workspace import Workspace

EWC = "Overcoming catastrophic forgetting in neural networks"


def run(*words: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "kg", *words],
        capture_output=True,
        text=True,
        encoding="utf-8",
        input=stdin,
        check=False,
    )


def decide(graph: Path, answers: str, *words: str) -> subprocess.CompletedProcess[str]:
    """Annotate with one answer a word; "_" is an empty one, "~" stands for a blank inside one."""
    lines = "".join("\n" if a == "_" else a.replace("~", " ") + "\n" for a in answers.split())
    done = run("annotate", str(graph), "--annotator", "ann", *words, stdin=lines)
    assert done.returncode == 0, done.stderr
    return done


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("annotate") / "landmarks.kg"
    kg.build(["sample"], path)
    return path


@pytest.fixture
def graph(built: Path, tmp_path: Path) -> Path:
    """The packaged sample with nothing decided."""
    return Path(shutil.copytree(built, tmp_path / "landmarks.kg"))


def stored(graph: Path) -> list[dict[str, Any]]:
    text = (graph / "decisions.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def of_paper(graph: Path, title: str = EWC) -> tuple[Paper, PaperFacts]:
    return next((p, f) for p, f in Workspace.open(graph).facts() if p.title == title)


def names(graph: Path, title: str = EWC) -> list[str]:
    return [fact_key(fact) for fact in facts_of(of_paper(graph, title)[1])]


def test_a_session_accepts_rejects_corrects_and_adds(graph: Path) -> None:
    before = kg.build(["sample"], graph)
    known = names(graph)
    answers = ["r", "c tasks synaptic~consolidation -", *("a" for _ in known[2:])]
    end = "+ metrics quadratic~penalty _ n"
    done = decide(graph, " ".join([*answers, end]), "--paper", "1612.00796")
    assert "methodkg summary" in done.stdout
    assert "“EWC mitigates catastrophic forgetting by slowing down" in done.stdout
    counts = f"rejected 1, corrected 1, accepted {len(known) - 2}, added 1, papers finished 1"
    assert counts in done.stderr

    after = kg.build(["sample"], graph)
    assert (after.extracted, after.refused) == (0, ())
    assert after.graph_hash != before.graph_hash
    paper, facts = of_paper(graph)
    assert {"tasks: synaptic consolidation", "metrics: quadratic penalty", *known[2:]} == set(names(graph))
    assert all(fact.confidence == 1.0 for fact in facts_of(facts))
    rules = {fact_key(fact): fact.rule for fact in facts_of(facts)}
    assert {key for key, rule in rules.items() if rule == "decision:ann"} == set(rules) - set(known)
    assert sound(paper, facts) == (facts, [])
    with kg.open(graph) as g:
        (row,) = [e for e in g.edges("EVALUATED_BY") if "quadratic" in e["quote"] and e["from"] == paper.id]
        assert row["confidence"] == 1.0
        assert paper.abstract[row["mention_start"] : row["mention_end"]] == "quadratic penalty"
    assert run("doctor", str(graph)).returncode == 0


def test_decisions_are_in_the_graph_from_the_next_command_on(graph: Path) -> None:
    show = ("show", str(graph), EWC)
    assert "->" in run(*show).stdout
    decide(graph, "r " * len(names(graph)), "--paper", EWC)
    assert "->" not in run(*show).stdout


def test_the_end_of_the_input_quits_and_only_what_is_open_is_asked_again(graph: Path) -> None:
    first = decide(graph, "a r", "--paper", EWC)
    assert [line["verdict"] for line in stored(graph)] == ["accept", "reject"]
    assert "accepted 1, rejected 1" in first.stderr
    total = len(names(graph)) + 1
    assert f"3/{total} " in first.stdout
    again = decide(graph, "a " * (total - 2), "--paper", EWC)
    assert f"1/{total - 2} " in again.stdout
    assert f"{total - 1}/" not in again.stdout
    # Only the question whether something is missing is left.
    last = decide(graph, "n", "--paper", EWC)
    assert "1/" not in last.stdout
    assert "papers finished 1" in last.stderr
    assert "nothing left to decide" in decide(graph, "a", "--paper", EWC).stderr
    everything = decide(graph, "r", "--paper", EWC, "--all")
    assert "accepted by ann, 20" in everything.stdout
    assert names(graph)[0] == stored(graph)[2]["fact"]  # the first two facts are rejected now
    assert {"text_hash", "paper", "verdict", "fact", "annotator", "date"} <= set(stored(graph)[0])


def test_what_cannot_be_taken_is_said_in_one_line_and_asked_again(graph: Path) -> None:
    done = decide(graph, "x + nonsense targets plasticity catastrophic~Forgetting n", "--paper", EWC)
    assert "'x' is none of a, r, c, s, +, n, q" in done.stdout
    assert "'nonsense' is none of introduces, targets" in done.stdout
    assert "'plasticity' is not in the title or abstract; copy a name verbatim" in done.stdout
    assert "which write 'catastrophic forgetting'; copy it verbatim" in done.stdout
    assert "nothing was decided" in done.stderr
    assert not (graph / "decisions.jsonl").exists()
    known = next(key for key in names(graph) if key.partition(":")[0] in ("tasks", "uses", "datasets"))
    role, _, name = known.partition(": ")
    twice = decide(graph, f"+ {role} {name.replace(' ', '~')} _ 1 n", "--paper", EWC)
    assert f"{known} is there already" in twice.stdout
    same = decide(graph, "c _ _ _ _ n", "--paper", EWC)
    assert "nothing was changed" in same.stdout
    assert not (graph / "decisions.jsonl").exists()


def test_a_correction_may_change_the_role_and_what_belongs_to_it(graph: Path) -> None:
    keys = [key for key in names(graph) if key.startswith("targets: ")]
    assert keys
    decide(graph, "c compares _ trails -", "--paper", EWC, "--role", "targets")
    name = keys[0].removeprefix("targets: ")
    _, facts = of_paper(graph)
    (claim,) = [c for c in facts.claims if c.name.text == name and c.role == "compares"]
    assert (claim.outcome, claim.stance, claim.label, claim.aliases) == ("trails", None, "Method", ())
    # The role it had can be claimed once more: both are true then.
    answers = "".join("a " for _ in keys[1:]) + f"+ targets {name.replace(' ', '~')} studies _ 1 n"
    decide(graph, answers, "--paper", EWC, "--role", "targets", "--all")
    again = names(graph)
    assert {f"compares: {name}", f"targets: {name}"} <= set(again)


NUMBERS = {
    "title": "Foo: better parsing",
    "abstract": "We propose Foo, a parser. On CIFAR-100, Foo improves accuracy from 80.5% to 87.2% over Bar. "
    "Training takes 31.5% less time than Baz.",
}


@pytest.fixture
def numbers(tmp_path: Path) -> Path:
    (tmp_path / "n.jsonl").write_text(json.dumps(NUMBERS) + "\n")
    kg.build([str(tmp_path / "n.jsonl")], tmp_path / "n.kg")
    return tmp_path / "n.kg"


def test_numbers_are_corrected_and_added_with_their_slots(numbers: Path) -> None:
    known = [key for key in names(numbers, NUMBERS["title"]) if key.startswith("results")]
    parts = "c _ - CIFAR-100 Foo Bar _ _"
    decide(numbers, " ".join(parts if "87.2%" in key else "r" for key in known), "--role", "results")
    _, facts = of_paper(numbers, NUMBERS["title"])
    (one,) = facts.results
    assert (one.value, one.unit, one.baseline_value) == (87.2, "%", 80.5)
    assert one.metric is None
    assert one.on and one.method and one.baseline
    assert (one.on.text, one.method.text, one.baseline.text) == ("CIFAR-100", "Foo", "Bar")
    skipped = "s " * len(known)
    answers = f"{skipped} + results 1.5% 31.5% time - Foo Baz 12 - reduction q"
    done = decide(numbers, answers, "--role", "results", "--all")
    for part in ("1.5%", "12"):
        assert f"{part!r} is no number of the " in done.stdout
    two = of_paper(numbers, NUMBERS["title"])[1].results
    assert [(r.value_text, r.kind, r.baseline and r.baseline.text) for r in two] == [
        ("87.2%", one.kind, "Bar"),
        ("31.5%", "reduction", "Baz"),
    ]
    summary = kg.build([str(numbers.parent / "n.jsonl")], numbers)
    assert (summary.refused, summary.counts["Result"]) == ((), 2)


def test_the_kind_of_a_paper_is_decided(graph: Path) -> None:
    decide(graph, "a " * len(names(graph)) + "k sur n", "--paper", EWC)
    assert of_paper(graph)[1].kind == "survey"
    with kg.open(graph) as g:
        assert {n["kind"] for n in g.nodes("Paper") if n["name"] == EWC} == {"survey"}


def test_papers_come_in_one_order_and_as_many_as_are_wanted(graph: Path) -> None:
    titles = [paper.title for paper in Workspace.open(graph).papers()]
    shown = decide(graph, "n n n", "--limit", "2").stdout
    assert titles[0] in shown
    assert titles[1] in shown
    assert titles[2] not in shown
    decide(graph, "a " * len(names(graph, titles[0])) + "n", "--limit", "1")
    assert titles[1] in decide(graph, "n", "--limit", "1").stdout
    # With --all, what is undecided still comes first.
    assert titles[1] in decide(graph, "n", "--limit", "1", "--all").stdout


def test_finished_papers_are_exported_as_training_data(graph: Path, tmp_path: Path) -> None:
    out = tmp_path / "train"
    nothing = run("annotate", str(graph), "--export", str(out))
    assert (nothing.returncode, nothing.stdout) == (3, "")
    assert "no paper is finished" in nothing.stderr
    assert not out.exists()
    decide(graph, "r " + "a " * (len(names(graph)) - 1) + "n", "--paper", EWC)
    decide(graph, "a", "--paper", "Learning without Forgetting")
    done = run("annotate", str(graph), "--export", str(out))
    assert (done.returncode, done.stdout) == (0, "")
    assert "1 finished papers" in done.stderr
    (facts,) = read_papers(out / "facts.jsonl")
    (paper,) = read_papers(out / "papers.jsonl")
    assert facts["id"] == paper["id"]
    assert (paper["title"], facts["title"]) == (EWC, EWC)
    role, _, name = stored(graph)[0]["fact"].partition(": ")
    assert name not in [item if isinstance(item, str) else item["name"] for item in facts[role]]
    (exported,) = [f for f in map(json.loads, run("export", str(graph), "-f", "facts").stdout.splitlines())
                   if f["id"] == facts["id"]]  # fmt: skip
    assert exported == facts
    assert score([facts], [exported])["entities.exact"]["f1"] == 1.0
    evaluated = run("evaluate", "--gold", f"{out}/facts.jsonl", "--papers", f"{out}/papers.jsonl")
    assert "1 of 1 annotated papers found" in evaluated.stderr


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (("--role", "datasetts"), 2, "there is no role 'datasetts'. Did you mean 'datasets'"),
        (("--paper", "Overcoming catastrophic forgeting"), 3, "no Paper is called"),
        (("--export", "{tmp}", "--limit", "2"), 2, "--export asks nothing; leave out"),
        (("--export", "{graph}/manifest.json"), 3, "no paper is finished"),
    ],
)
def test_bad_input_is_one_clear_line(
    graph: Path, tmp_path: Path, words: tuple[str, ...], code: int, message: str
) -> None:
    done = run("annotate", str(graph), *(word.format(tmp=tmp_path, graph=graph) for word in words))
    assert (done.returncode, done.stdout) == (code, "")
    assert message in done.stderr
    assert done.stderr.startswith("kg: ")
    assert done.stderr.count("\n") == 1, done.stderr


def test_half_a_decision_is_reported_and_asked_for_again(graph: Path) -> None:
    decide(graph, "a a", "--paper", EWC)
    file = graph / "decisions.jsonl"
    file.write_bytes(file.read_bytes()[:-40])
    done = decide(graph, "r", "--paper", EWC)
    assert "decisions.jsonl:2: the last decision was not written whole and is ignored" in done.stdout
    assert [line["verdict"] for line in stored(graph)] == ["accept", "reject"]


def test_a_killed_session_keeps_every_decision(graph: Path) -> None:
    command = [sys.executable, "-m", "kg", "annotate", str(graph), "--annotator", "ann"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin and process.stdout
        process.stdin.write("a\nr\n")
        process.stdin.flush()
        for line in process.stdout:
            if line.startswith("3/"):
                break
        os.kill(process.pid, signal.SIGKILL)
    assert [line["verdict"] for line in stored(graph)] == ["accept", "reject"]
    assert not list(graph.glob(".kg-*.tmp"))


class Answers:
    """Somebody who answers at random, with words of the paper or without."""

    def __init__(self, answers: list[str]) -> None:
        self._answers: Iterator[str] = iter(answers)
        self.shown: list[Text] = []

    def ask(self, question: str, one_key: bool) -> str:
        try:
            return next(self._answers)
        except StopIteration:
            raise EOFError from None


words = st.one_of(
    st.sampled_from(["a", "r", "c", "s", "+", "n", "k", "", "-", "1", "2", "uses", "results", "targets"]),
    st.sampled_from(["87.2%", "80.5%", "31.5%", "Foo", "Bar", "CIFAR-100", "accuracy", "better", "ars"]),
    st.text(max_size=3),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(answers=st.lists(words, max_size=60))
def test_whatever_is_answered_the_facts_quote_the_paper(numbers: Path, answers: list[str]) -> None:
    file = numbers / "decisions.jsonl"
    file.unlink(missing_ok=True)
    workspace = Workspace.open(numbers)
    someone = Answers(answers)
    tally = annotate(workspace, someone.ask, someone.shown.append, annotator="any", again=True)
    refused: list[str] = []
    ((paper, facts),) = workspace.facts(refused)
    assert not refused
    assert sound(paper, facts) == (facts, [])
    # What the session believed is what another process reads.
    made = tally.total() - tally["papers"]
    assert made == (len(stored(numbers)) if file.exists() else 0)
    ((_, raw),) = workspace.extracted()
    mine = workspace.decisions()[0].get(paper.text_hash, {})
    assert is_finished(raw, mine) <= (tally["papers finished"] > 0)
    assert workspace.refresh()["refused"] == []
