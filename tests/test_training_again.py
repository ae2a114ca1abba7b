"""Training that goes on from a model folder, and annotators who differ; only where PyTorch is installed."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from extractors.linear import OUTPUTS
from extractors.trained import SHIPPED, trained
from extractors.training.examples import Example, examples
from extractors.wordpieces import WordPieces
from tests.test_training import FACTS, NO_TORCH, PAPER, run

pytestmark = pytest.mark.skipif(
    bool(NO_TORCH), reason=f"needs the extra 'train' (missing: {', '.join(NO_TORCH)})"
)


@pytest.fixture(scope="module")
def pieces() -> WordPieces:
    return trained(SHIPPED).pieces


@pytest.fixture(scope="module")
def example(pieces: WordPieces) -> Example:
    return next(examples([(PAPER, FACTS)], pieces))


def test_what_is_recovered_says_what_the_folder_says(example: Example, pieces: WordPieces) -> None:
    import torch

    from extractors.training.__main__ import base_model
    from extractors.training.recover import recover

    model = trained(SHIPPED)
    flat = [piece for token in example.pieces for piece in token]
    marks = [m for token, m in zip(example.pieces, example.marks, strict=True) for _ in token]
    network = recover(Path(SHIPPED), base_model()).eval()
    ids = torch.tensor([[pieces.first, *flat, pieces.last]])
    with torch.no_grad():
        states = network.read(ids, torch.tensor([[0, *marks, 0]]), torch.ones_like(ids))[0, 1:-1].numpy()
    said = model.states(flat, marks)
    # Activations have 8 bits there; weights are the same.
    assert np.corrcoef(said.ravel(), states.ravel())[0, 1] > 0.98
    with np.load(Path(SHIPPED) / "heads.npz") as stored:
        for name, weight in network.heads().items():
            assert np.array_equal(weight.detach().numpy().astype(np.float16), stored[name]), name


def test_a_folder_without_a_model_is_one_clear_line(tmp_path: Path) -> None:
    from extractors.training.__main__ import base_model
    from extractors.training.recover import recover
    from kg.errors import InputError

    with pytest.raises(InputError, match="no trained model here"):
        recover(tmp_path, base_model())
    (tmp_path / "vocab.txt").write_text("[PAD]\n", encoding="utf-8")
    with pytest.raises(InputError, match="other word pieces"):
        recover(Path(SHIPPED), tmp_path)


def test_each_annotator_has_habits_of_its_own(example: Example, pieces: WordPieces) -> None:
    from extractors.training.__main__ import base_model
    from extractors.training.fit import Plan, fit, predict
    from extractors.training.recover import recover

    accuracy = example.names.index("accuracy")
    metrics = OUTPUTS.index("metrics")
    rare = replace(example, roles=example.roles.copy(), annotator=1)
    rare.roles[accuracy, metrics] = 0  # the second annotator never lists it
    network = recover(Path(SHIPPED), base_model(), annotators=2)
    before = {name: x.clone() for name, x in network.heads().items()}
    fit(network, [example, rare] * 24, pieces, Plan(10, 1e-4, 1e-3, size=2), say=lambda _: None)
    first, second = (one.roles[accuracy, metrics] for one in predict(network, [example, rare], pieces))
    assert first > 0.65 and second < 0.4
    assert set(network.heads()) == set(before)  # habits are not written


def test_the_command_goes_on_from_a_folder(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    for name, record in (("papers", PAPER), ("facts", FACTS)):
        rows = [
            json.dumps(record | {"id": str(i)} | ({"annotator": "B"} if i % 2 and name == "facts" else {}))
            for i in range(12)
        ]
        (folder / f"{name}.jsonl").write_text("\n".join(rows), encoding="utf-8")
    out = tmp_path / "model"
    done = run(str(folder), "--out", str(out), "--from", "shipped", "--epochs", "1", "--folds", "2")
    assert done.returncode == 0, done.stderr
    about, own = (json.loads((f / "model.json").read_text("utf-8")) for f in (out, Path(SHIPPED)))
    assert (about["layers"], about["neurons"]) == (own["layers"], own["neurons"])
    assert about["papers"] == 12
    again = run(str(folder), "--out", str(out), "--epochs", "1", "--folds", "2")
    assert "was made by another command; give another --work" in again.stderr
    both = run(str(folder), "--out", str(out), "--from", "shipped", "--layers", "2")
    assert both.returncode == 1 and "leave out --teacher" in both.stderr


def test_what_rows_were_fitted_to_is_read_again_without_torch() -> None:
    from extractors.row_heads import RowHead
    from extractors.training.rows import Cases, Recipe, arrays, fit, probabilities

    # The second cue and the second part decide alike; the shared part says nothing.
    random = np.random.default_rng(0)
    wanted = random.random(300) < 0.4
    cues = [["known", "yes" if one else "no"] for one in wanted.tolist()]
    shared = random.normal(size=(1, 3)).astype(np.float32)
    own = (wanted[:, None] + random.normal(size=(300, 2)) / 4).astype(np.float32)
    every, first = np.arange(300), np.zeros(300, np.int64)
    recipe = Recipe(hidden=4, members=2, passes=20, batch=32, often=2)
    cases = Cases(cues, [(shared, first), (own, every)], wanted, recipe.often)
    members = fit(cases, every, recipe)
    found = probabilities(cases, members, every)
    assert found[wanted].min() > found[~wanted].max()
    again = RowHead(arrays(cases, members)).probabilities(cues, [shared, own])
    assert np.abs(again - found).max() < 0.01  # weights are stored in 16 bits
