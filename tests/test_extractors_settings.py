"""Conditions that no pattern of the number's sentence finds, and how far a score is trusted."""

from __future__ import annotations

import hashlib
import json
import math
import shutil
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

import extractors
from extractors import FAST
from extractors.result_scenes import Stage
from extractors.row_heads import FILE, RowHead, Views
from extractors.settings import find
from extractors.trained import SHIPPED
from kg.errors import InputError
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
            "We propose QuillNet. Experiments use 10-fold cross-validation. On ADHD-200, QuillNet achieves "
            "an accuracy of 71.5%.",
            "10-fold cross-validation",  # two settings side by side
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


def test_a_network_is_its_weights_and_a_rectified_layer() -> None:
    arrays = {
        "cues": np.array(["a", "b"]),
        "plain": np.array([0.5, -1.0]),
        "hidden": np.array([[1.0, 0.0], [0.0, -2.0]]),
        "parts": np.array([[1.0, 1.0], [0.0, 1.0], [2.0, 0.0]]),
        "bias": np.array([0.0, 1.0]),
        "out": np.array([1.0, -1.0]),
        "constant": np.array(0.25),
    }
    shared, own = np.array([[1.0, 1.0]]), np.array([[-1.0], [0.0]])
    # Hidden, by hand: [1 + 1 - 2, 1 + 2] and [1, 1 + 2 - 2]; what is no cue counts nothing.
    odds = [0.25 + 0.5 + 0 - 3, 0.25 - 1 + 1 - 1]
    found = RowHead(arrays).probabilities([["a", "?"], ["b"]], [shared, own])
    assert found == pytest.approx([1 / (1 + math.exp(-x)) for x in odds])
    assert len(RowHead(arrays).probabilities([], [shared, own[:0]])) == 0


def test_views_are_of_the_tokens_that_stand_there() -> None:
    doc = extractors.load().make_doc("QuillNet reaches 71.5% accuracy")
    doc.tensor = np.arange(len(doc) * 2, dtype=np.float64).reshape(-1, 2)
    first, number = (0, 8), (17, 22)
    views = Views(doc)
    phrase = views.phrases([first])
    assert phrase[0, :6].tolist() == [0, 1, 0, 1, 0, 1]  # ends and mean: one token
    assert phrase[0, 6:].tolist() == [0, 0, 2, 3]  # nothing before, "reaches" after
    assert views.gaps(number, [first, number])[:, 0].tolist() == [2, 0]
    assert views.number(number).shape == (1, 8)
    assert views.phrase(None).tolist() == [[0] * 10]
    assert views.mean().tolist() == [doc.tensor.mean(axis=0).tolist()]


def test_a_model_without_these_networks_goes_without(tmp_path: Path) -> None:
    folder = tmp_path / "own"
    shutil.copytree(SHIPPED, folder)
    about = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    del about["sha256"][FILE]
    (folder / "model.json").write_text(json.dumps(about), encoding="utf-8")
    title = "QuillNet: Training-Free Editing"
    text = (
        "We propose QuillNet, a training-free method based on SDXL. On GenEval, QuillNet achieves an "
        "accuracy of 71.5%."
    )
    without, known = number(title, text, str(folder)), number(title, text)
    assert (without.trust, without.condition) == (None, None)
    assert known.trust is not None
    assert known.condition == "training-free"


def test_networks_of_another_shape_are_one_clear_line(tmp_path: Path) -> None:
    folder = tmp_path / "odd"
    shutil.copytree(SHIPPED, folder)
    arrays = {"trust.cues": np.array(["a"])}
    np.savez(folder / FILE, **arrays)  # type: ignore[arg-type]
    about = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    about["sha256"][FILE] = hashlib.sha256((folder / FILE).read_bytes()).hexdigest()
    (folder / "model.json").write_text(json.dumps(about), encoding="utf-8")
    text = "We propose QuillNet. QuillNet achieves 71.5% accuracy on ImageNet."
    with pytest.raises(InputError, match=r"rows\.npz is of another shape"):
        number("QuillNet", text, str(folder))


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
