"""Conditions that no pattern of the number's sentence finds, and how far a score is trusted."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

import extractors
from extractors import FAST
from extractors.lexicon import rows
from extractors.result_scenes import Stage
from extractors.settings import find
from kg.graph.ranking import TRUSTED
from kg.model import Paper, Result

ROWS = Path(__file__).resolve().parent.parent / "benchmarks" / "rows" / "rows.jsonl"


def number(title: str, text: str, model: str = "") -> Result:
    """The first claimed number of a paper."""
    (facts,) = extractors.extract([Paper(title, text)], extractors.load(model))
    return facts.results[0]


@pytest.mark.parametrize(
    ("title", "text", "condition"),
    [
        (
            "QuillNet: Training-Free Editing",
            "We propose QuillNet, a training-free method based on SDXL. On GenEval, QuillNet achieves an "
            "accuracy of 71.5%.",
            "training-free",
        ),
        (
            "QuillNet: Zero-Shot Retrieval",
            "We propose QuillNet for zero-shot retrieval. On MSCOCO, QuillNet achieves a recall@1 of 71.5%.",
            "zero-shot",
        ),
        (
            "QuillNet",
            "We propose QuillNet. For single-step generation on ImageNet, QuillNet reaches an FID of 2.1.",
            "single-step",
        ),
        (
            "QuillNet",
            "We propose QuillNet. QuillNet achieves 71.5% accuracy on ImageNet, outperforming GPT-4.",
            None,
        ),
        (
            "QuillNet",
            "We propose QuillNet. On SQuAD, QuillNet achieves 80.1% accuracy in a zero-shot setting.",
            None,  # its split says so
        ),
        (
            "QuillNet: Zero-Shot Retrieval",
            "We propose QuillNet for zero-shot retrieval. On MSCOCO, QuillNet improves recall@1 by 3.5%.",
            None,  # not learnt for gains
        ),
    ],
)
def test_settings_of_other_sentences_are_conditions(title: str, text: str, condition: str | None) -> None:
    assert number(title, text).condition == condition


@pytest.mark.parametrize(
    ("text", "kind", "name"),
    [
        ("with Qwen2.5-1.5B it", "size", "5b"),
        ("with k=1.5 it", "size", "k=1"),
    ],
)
def test_sizes_are_not_cut_at_their_point(text: str, kind: str, name: str) -> None:
    found = find(Stage(text, text, [(0, len(text))], [], 0))
    assert (kind, name) not in [(setting.kind, setting.name) for setting in found]


def test_a_letter_that_grows_in_lower_case_moves_nothing() -> None:
    text = "made in İzmir, zero-shot"
    (setting,) = find(Stage(text, text, [(0, len(text))], [], 0))
    assert [text[a:b] for a, b in setting.places] == ["zero-shot"]


def test_a_plain_score_is_trusted_more_than_a_muddled_one() -> None:
    plain = number("QuillNet", "We propose QuillNet. QuillNet achieves 71.5% accuracy on ImageNet.")
    muddled = number("QuillNet", "We propose QuillNet. Accuracy for rotation is 71.5% with best probe.")
    assert plain.trust is not None
    assert muddled.trust is not None
    assert 1 >= plain.trust > TRUSTED > muddled.trust >= 0


def test_only_linked_scores_that_the_model_read_have_trust() -> None:
    text = "We propose QuillNet. On ImageNet, QuillNet improves accuracy by 3.5%."
    assert number("QuillNet", text).trust is None
    text = "We propose QuillNet. QuillNet achieves 71.5% accuracy on ImageNet."
    assert number("QuillNet", text, FAST).trust is None


@pytest.mark.parametrize(("table", "column"), [("settings", "holds"), ("trust", "right")])
def test_tables_have_every_feature_once(table: str, column: str) -> None:
    features = [row["feature"] for row in rows(table)]
    assert len(features) == len(set(features)) > 100
    assert all(float(row[column] or 0) == float(row[column] or 0) for row in rows(table))


def test_judged_rows_are_whole() -> None:
    judged = [json.loads(line) for line in ROWS.read_text(encoding="utf-8").splitlines()]
    places = Counter((row["id"], row["field"], row["start"]) for row in judged)
    assert max(places.values()) == 1
    assert list(places) == sorted(places)
    for row in judged:
        assert row["verdict"] in ("right", "doubtful", "wrong")
        assert ("fault" in row) <= (row["verdict"] != "right")
        assert len(row["sha256"]) == 64
        assert row["right"].keys() <= {"metric", "on", "method", "conditions"}
        assert {"metric", "on"} <= row["shown"].keys()
