from __future__ import annotations

import json
import re
from dataclasses import replace
from io import StringIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.errors import SchemaError
from kg.export import guide_facts, guide_papers
from kg.export.base import json_text
from kg.export.facts import write_facts, write_papers
from kg.model import Claim, Evidence, Label, Mention, Paper, PaperFacts, Result, Role, Scale, Source
from kg.score import FIELDS, read_papers, score

ABSTRACT = (
    "We present EWC (elastic weight consolidation), which overcomes forgetting on Split-MNIST: 92% accuracy."
)
PAPER = Paper("EWC overcomes forgetting", ABSTRACT, id="paper:ewc-1", year=2017, arxiv="1612.00796")
WHOLE = Evidence("abstract", 0, len(ABSTRACT), 0, 2)


def mention(text: str, label: Label) -> Mention:
    start = ABSTRACT.index(text)
    return Mention("abstract", start, start + len(text), text, label, 1.0, "test")


def claim(role: Role, text: str, label: Label, *aliases: str, **more: Any) -> Claim:  # noqa: ANN401
    forms = tuple(mention(alias, label) for alias in aliases)
    return Claim(role, mention(text, label), label, forms, (WHOLE,), 1.0, "test", **more)


RESULT = Result(92.0, "92%", "%", "absolute", WHOLE, 1.0, "test", metric=mention("accuracy", "Metric"))
FACTS = PaperFacts(
    PAPER.text_hash,
    "method",
    (),
    (
        claim("introduces", "EWC", "Method", "elastic weight consolidation"),
        claim("introduces", "Split-MNIST", "Dataset"),
        claim("targets", "forgetting", "Problem", stance="mitigates"),
        claim("datasets", "Split-MNIST", "Dataset"),
        claim("metrics", "accuracy", "Metric"),
    ),
    (RESULT,),
    (Scale("92%", None, WHOLE, "test"),),
    "test",
    "1",
)


def test_facts_are_written_as_the_guide_says() -> None:
    assert guide_facts(PAPER, FACTS) == {
        "id": "paper:ewc-1",
        "title": "EWC overcomes forgetting",
        "kind": "method",
        "introduces": [
            {"name": "EWC", "aliases": ["elastic weight consolidation"], "type": "Method"},
            {"name": "Split-MNIST", "aliases": [], "type": "Dataset"},
        ],
        "targets": [{"name": "forgetting", "aliases": [], "stance": "mitigates"}],
        "tasks": [],
        "uses": [],
        "compares": [],
        "datasets": ["Split-MNIST"],
        "benchmarks": [],
        "metrics": ["accuracy"],
        "results": [
            {
                "value": 92,
                "value_text": "92%",
                "unit": "%",
                "metric": "accuracy",
                "on": None,
                "method": None,
                "baseline": None,
                "baseline_value": None,
                "kind": "absolute",
            }
        ],
        "scale": [{"value_text": "92%", "of": None}],
    }


def test_the_keys_are_those_of_the_guides_example() -> None:
    guide = Path(__file__).resolve().parent.parent / "docs" / "annotation-guide.md"
    block = re.search(r"```json\n(.*?)```", guide.read_text(encoding="utf-8"), re.DOTALL)
    assert block
    example = json.loads(block[1])
    ours = guide_facts(PAPER, FACTS)
    assert list(ours) == list(example)
    for key in ("introduces", "targets", "results", "scale"):
        assert set(ours[key][0]) == set(example[key][0])


def test_claims_keep_their_order() -> None:
    turned = replace(FACTS, claims=FACTS.claims[::-1])
    assert guide_facts(PAPER, turned)["introduces"] == guide_facts(PAPER, FACTS)["introduces"][::-1]


@pytest.mark.parametrize(
    ("value", "written"), [(92.0, "92"), (-3.0, "-3"), (0.5, "0.5"), (1e15, "1000000000000000.0"), (7, "7")]
)
def test_whole_numbers_are_written_without_a_point(value: float, written: str) -> None:
    facts = replace(FACTS, results=(replace(RESULT, value=value, baseline_value=value),))
    found = guide_facts(PAPER, facts)["results"][0]
    assert json.dumps(found["value"]) == json.dumps(found["baseline_value"]) == written


def test_exported_facts_score_one_against_themselves(tmp_path: Path) -> None:
    path = tmp_path / "facts.jsonl"
    with path.open("w", encoding="utf-8") as stream:
        assert write_facts(source(), stream) == 1
    papers = read_papers(path)
    scores = score(papers, papers)
    assert {scores[f]["f1"] for f in FIELDS if scores[f]["gold"]} == {1.0}


def source() -> Any:  # noqa: ANN401 - stands in for a workspace
    return SimpleNamespace(papers=lambda: iter([PAPER]), facts=lambda: iter([(PAPER, FACTS)]), store=None)


def test_a_paper_says_what_is_known_of_it_and_no_more() -> None:
    read = Source("a.bib", "3", "bibtex"), Source("b.jsonl", "1", "jsonl", "methodkg summary")
    assert list(guide_papers([replace(PAPER, sources=read)])) == [
        {
            "id": "paper:ewc-1",
            "title": "EWC overcomes forgetting",
            "abstract": ABSTRACT,
            "sources": [
                {"uri": "a.bib", "locator": "3", "reader": "bibtex"},
                {"uri": "b.jsonl", "locator": "1", "reader": "jsonl", "note": "methodkg summary"},
            ],
            "year": 2017,
            "arxiv": "1612.00796",
        }
    ]
    assert list(*guide_papers([replace(PAPER, year=None, arxiv=None)])) == [
        "id",
        "title",
        "abstract",
        "sources",
    ]


def test_papers_are_written_one_a_line() -> None:
    stream = StringIO()
    assert write_papers(source(), stream) == 1
    assert json.loads(stream.getvalue())["id"] == PAPER.id


@given(st.dictionaries(st.text(), st.text() | st.lists(st.text()) | st.none() | st.floats(allow_nan=False)))
def test_any_record_is_one_line_that_reads_back(record: dict[str, Any]) -> None:
    finite = {key: None if value in (float("inf"), float("-inf")) else value for key, value in record.items()}
    text = json_text(finite)
    assert len(text.splitlines()) == 1
    assert json.loads(text.encode("utf-8")) == finite


def test_half_a_surrogate_pair_and_odd_line_ends_are_escaped() -> None:
    assert json_text({"a": "\ud800\u2028\x85é\x00"}) == r'{"a": "\ud800\u2028\u0085é\u0000"}'


def test_a_number_that_json_cannot_say_is_refused() -> None:
    with pytest.raises(SchemaError, match="'r:1'"):
        json_text({"id": "r:1", "value": float("nan")})
