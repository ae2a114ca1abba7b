from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import kg
from kg.decisions import (
    DONE,
    KIND,
    Decision,
    Fact,
    Latest,
    Verdict,
    append_decision,
    decided_facts,
    every_fact,
    fact_key,
    facts_of,
    is_finished,
    read_decisions,
    take,
)
from kg.errors import WorkspaceError
from kg.graph.evidence import sound
from kg.model import Claim, Evidence, Paper, PaperKind, Result
from kg.verbatim import Verbatim
from kg.workspace import Workspace
from tests.make import claim, result
from tests.make import facts as facts_with

PAPER = Paper(
    "BiPO: Bidirectional Partial Occlusion",
    "Text-to-motion synthesis suffers from mode collapse. We propose BiPO, which mitigates mode collapse. "
    "On HumanML3D, BiPO improves FID from 80.5% to 87.2% and outperforms ParCo. Mode collapse is rare.",
    id="paper:bipo",
)
FACTS = facts_with(
    PAPER,
    claim(PAPER, "introduces", "BiPO", "Method"),
    claim(PAPER, "targets", "mode collapse", "Problem"),
    claim(PAPER, "compares", "ParCo", "Method"),
    claim(PAPER, "datasets", "HumanML3D", "Dataset"),
    results=(result(PAPER, 87.2, "87.2%", "%", metric="FID", on="HumanML3D", method="BiPO"),),
)
KEYS = [fact_key(fact) for fact in facts_of(FACTS)]


def decision(
    verdict: Verdict, fact: Fact | None = None, *, key: str = "", kind: PaperKind | None = None
) -> Decision:
    return Decision(
        PAPER.text_hash,
        PAPER.id,
        verdict,
        key or (fact_key(fact) if fact else verdict),
        "ann",
        "2026-01-31",
        claim=fact if isinstance(fact, Claim) else None,
        result=fact if isinstance(fact, Result) else None,
        kind=kind,
    )


def added(name: str) -> Claim:
    words = Verbatim(PAPER, "decision:ann")
    places = words.places(name)
    return Claim("tasks", words.mention(places[0], "Task"), "Task", (), (places[0],), 1.0, "decision:ann")


def latest(*decisions: Decision) -> dict[str, Decision]:
    out: Latest = {}
    for one in decisions:
        take(out, one)
    return out.get(PAPER.text_hash, {})


KINDS: tuple[PaperKind, ...] = ("method", "survey")
facts = st.sampled_from(facts_of(FACTS))
decisions = st.one_of(
    facts.map(lambda fact: decision("accept", replace(fact, confidence=1.0))),
    facts.map(lambda fact: decision("reject", key=fact_key(fact))),
    facts.map(lambda fact: decision("correct", added("motion"), key=fact_key(fact))),
    st.sampled_from(["motion", "synthesis", "BiPO"]).map(lambda name: decision("add", added(name))),
    st.sampled_from(KINDS).map(lambda kind: decision("kind", key=KIND, kind=kind)),
    st.just(decision("done", key=DONE, kind="analysis")),
)


@settings(deadline=None)  # the first example loads spaCy
@given(st.lists(decisions, max_size=12))
def test_decided_facts_quote_the_paper_and_follow_the_last_decision(made: list[Decision]) -> None:
    mine = latest(*made)
    now, refused = decided_facts(PAPER, FACTS, mine)
    assert not refused
    assert sound(PAPER, now) == (now, [])
    keys = [fact_key(fact) for fact in facts_of(now)]
    assert len(set(keys)) == len(keys)
    outcomes = [fact for _, fact in every_fact(FACTS, mine) if fact is not None]
    assert {fact_key(fact) for fact in outcomes} == set(keys)
    for key, one in mine.items():
        if key in KEYS and one.verdict == "reject":
            assert key not in keys or key in {fact_key(d.outcome) for d in mine.values() if d.outcome}
        if one.outcome is not None:
            assert fact_key(one.outcome) in keys
    assert all(f.confidence == 1.0 for f in facts_of(now) if fact_key(f) in mine)


def test_what_nobody_decided_on_stays_as_it_was() -> None:
    assert decided_facts(PAPER, FACTS, {}) == (FACTS, [])
    (one, *rest) = facts_of(FACTS)
    now, _ = decided_facts(PAPER, FACTS, latest(decision("reject", key=fact_key(one))))
    assert facts_of(now) == rest


def test_an_accepted_fact_outlives_the_extractor_that_found_it() -> None:
    fact = replace(FACTS.claims[0], confidence=1.0)
    emptied = replace(FACTS, claims=(), results=())
    now, _ = decided_facts(PAPER, emptied, latest(decision("accept", fact)))
    assert now.claims == (fact,)
    assert fact.rule != "decision:ann"


def test_a_paper_is_finished_when_all_is_decided_and_nothing_is_missing() -> None:
    rejected = [decision("reject", key=key) for key in KEYS]
    done = decision("done", key=DONE, kind="method")
    assert not is_finished(FACTS, latest(*rejected))
    assert not is_finished(FACTS, latest(*rejected[1:], done))
    assert is_finished(FACTS, latest(*rejected, done))


def test_a_later_kind_counts() -> None:
    done = decision("done", key=DONE, kind="analysis")
    kind = decision("kind", key=KIND, kind="survey")
    assert decided_facts(PAPER, FACTS, latest(kind, done))[0].kind == "analysis"
    assert decided_facts(PAPER, FACTS, latest(done, kind))[0].kind == "survey"


@settings(max_examples=60, deadline=None)
@given(st.lists(decisions, min_size=1, max_size=5), st.data())
def test_a_crash_while_writing_costs_the_last_decision_only(
    tmp_path_factory: pytest.TempPathFactory, made: list[Decision], data: st.DataObject
) -> None:
    path = tmp_path_factory.mktemp("torn") / "decisions.jsonl"
    for one in made[:-1]:
        append_decision(path, one)
    size = path.stat().st_size if path.exists() else 0
    append_decision(path, made[-1])
    whole = path.read_bytes()
    cut = data.draw(st.integers(size, len(whole)))
    path.write_bytes(whole[:cut])
    found, problems = read_decisions(path)
    last = [made[-1]] if cut >= len(whole) - 1 else []  # only its line end is missing
    assert found.get(PAPER.text_hash, {}) == latest(*made[:-1], *last)
    assert len(problems) == (size < cut < len(whole) - 1)
    assert all(f"decisions.jsonl:{len(made)}: " in line for line in problems)
    # The next decision stands on a line of its own.
    append_decision(path, made[0])
    assert read_decisions(path) == ({PAPER.text_hash: latest(*made[:-1], *last, made[0])}, [])


@pytest.mark.parametrize(
    "line",
    ["{", "[]", '{"text_hash": "x"}', '{"verdict": "perhaps"}', "\x00\x00"],
)
def test_another_line_that_is_no_decision_is_named(tmp_path: Path, line: str) -> None:
    path = tmp_path / "decisions.jsonl"
    append_decision(path, decision("reject", key=KEYS[0]))
    path.write_text(path.read_text() + line + "\n")
    append_decision(path, decision("reject", key=KEYS[1]))
    with pytest.raises(WorkspaceError, match=r"decisions\.jsonl:2: is no decision .*; correct or delete"):
        read_decisions(path)


@pytest.mark.parametrize(
    ("verdict", "fact", "kind"),
    [
        ("accept", None, None),
        ("reject", FACTS.claims[0], None),
        ("kind", None, None),
        ("add", None, "method"),
    ],
)
def test_a_decision_that_says_too_little_or_too_much_is_none(
    verdict: Verdict, fact: Fact | None, kind: PaperKind | None
) -> None:
    with pytest.raises(ValueError, match="comes with"):
        decision(verdict, fact, kind=kind)


def test_a_decision_that_does_not_quote_its_paper_is_left_out_and_reported(tmp_path: Path) -> None:
    source = tmp_path / "p.jsonl"
    source.write_text(f'{{"title": "{PAPER.title}", "abstract": "{PAPER.abstract}"}}\n')
    kg.build([str(source)], tmp_path / "g.kg")
    workspace = Workspace.open(tmp_path / "g.kg")
    ((paper, facts),) = workspace.extracted()
    wrong = replace(facts.claims[0], evidence=(Evidence("abstract", 0, 9_999, 0, 9_999),))
    workspace.decide(replace(decision("accept", wrong), text_hash=paper.text_hash))
    summary = kg.build([str(source)], tmp_path / "g.kg")
    assert summary.extracted == 0
    (line,) = summary.refused
    assert "do not nest in the abstract" in line


def test_decisions_are_about_texts_and_hold_in_another_graph(tmp_path: Path) -> None:
    source = tmp_path / "p.jsonl"
    source.write_text(f'{{"title": "{PAPER.title}", "abstract": "{PAPER.abstract}"}}\n')
    first = kg.build([str(source)], tmp_path / "a.kg")
    workspace = Workspace.open(tmp_path / "a.kg")
    ((paper, read),) = workspace.extracted()
    for fact in facts_of(read):
        no = decision("reject", key=fact_key(fact))
        workspace.decide(replace(no, text_hash=paper.text_hash))
    decided = kg.build([str(source)], tmp_path / "a.kg")
    assert decided.graph_hash != first.graph_hash
    assert set(decided.counts.values()) == {0, 1}
    assert decided.counts["Paper"] == 1
    (tmp_path / "b.kg").mkdir()
    (tmp_path / "b.kg" / "decisions.jsonl").write_bytes((tmp_path / "a.kg" / "decisions.jsonl").read_bytes())
    assert kg.build([str(source)], tmp_path / "b.kg").graph_hash == decided.graph_hash
    (tmp_path / "a.kg" / "decisions.jsonl").unlink()
    assert kg.build([str(source)], tmp_path / "a.kg").graph_hash == first.graph_hash


def test_a_first_build_that_fails_leaves_decisions_alone(tmp_path: Path) -> None:
    append_decision(tmp_path / "decisions.jsonl", decision("reject", key=KEYS[0]))
    with pytest.raises(kg.KGError):
        kg.build([str(tmp_path / "missing.jsonl")], tmp_path)
    assert read_decisions(tmp_path / "decisions.jsonl")[0]


@settings(deadline=None)
@given(st.data())
def test_every_place_of_a_name_is_in_a_sentence_that_quotes_it(data: st.DataObject) -> None:
    text = data.draw(st.sampled_from([PAPER.title, PAPER.abstract]))
    start = data.draw(st.integers(0, len(text) - 1))
    name = text[start : data.draw(st.integers(start + 1, min(len(text), start + 30)))]
    places = Verbatim(PAPER, "r").places(name)
    assert places
    for place in places:
        field = PAPER.text(place.field)
        assert field[place.mention_start : place.mention_end] == name
        assert place.quote_start <= place.mention_start < place.mention_end <= place.quote_end <= len(field)


def test_a_number_is_not_found_inside_a_longer_one() -> None:
    words = Verbatim(PAPER, "r")
    assert [words.quote(p)[:12] for p in words.number_places("87.2%")] == ["On HumanML3D"]
    for part in ("7.2%", "87", "2%", ".2", "BiPO"):
        assert not words.number_places(part)
    assert words.baseline(words.number_places("87.2%")[0]) == (80.5, *_span("80.5%"))


def _span(text: str) -> tuple[int, int]:
    start = PAPER.abstract.index(text)
    return start, start + len(text)
