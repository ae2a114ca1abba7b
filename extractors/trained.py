"""A trained model: a transformer that gives every token a vector, and small heads that read those vectors.

The transformer runs in ONNX Runtime, quantised to 8 bits; the heads are a few matrices, computed with NumPy.
Those for numbers and their links add to what the tables of weighted cues say (`number_cues.py`,
`result_slots.py`), by how much being learned too; that for roles needs no table. `extractors/training/` makes
such a folder; `data/model/` holds the one that comes with the package, with its card.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnxruntime
from spacy.tokens import Doc

from extractors.linear import OUTPUTS
from extractors.sight import Ints, around, between
from extractors.wordpieces import WordPieces
from kg.errors import InputError

Floats = npt.NDArray[np.floating[Any]]

SHIPPED = str(Path(__file__).parent / "data" / "model")
FAST = "fast"  # in place of a folder: no model, the tables of weighted cues speak alone
FORMAT = 4
NUMBERS = ("none", "result", "scale", "absolute", "improvement", "reduction", "ratio")
_MOST = 7  # places of a name that are told apart
_BLOCK, _REACH = 256, 2048  # places that are averaged at once, and the tokens they may begin within


class Trained:
    """A model that was read from its folder.

    Attributes:
        pieces: cuts tokens.
        width: of a token's vector.
        thresholds: the least probability that makes a thing play a role.
        about: the rest of `model.json`.

    Args:
        folder: with model.json, encoder.onnx, heads.npz and vocab.txt.

    Raises:
        InputError: if a file is missing, damaged or of another format.
    """

    def __init__(self, folder: Path) -> None:
        self.about = _described(folder)
        self.pieces = WordPieces((folder / "vocab.txt").read_text(encoding="utf-8").split("\n"))
        self.thresholds: dict[str, float] = self.about["thresholds"]
        self._curves: dict[str, tuple[list[float], list[float]]] = self.about["calibration"]
        with np.load(folder / "heads.npz") as arrays:
            self._w: dict[str, Floats] = {name: arrays[name].astype(np.float32) for name in arrays.files}
        options = onnxruntime.SessionOptions()
        # One thread: papers are read side by side by processes, which gains more than threads do.
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(
            folder / "encoder.onnx",
            options,
            providers=["CPUExecutionProvider"],
            disabled_optimizers=[
                "SkipLayerNormFusion"
            ],  # slower than the addition and the norm by themselves
        )
        self.width = int(self._w["span"].shape[0]) // 3

    def states(self, pieces: Sequence[int], marks: Sequence[int]) -> Floats:
        """Return the transformer's state at each word piece, shape (pieces, width); one window at most.

        Args:
            pieces: numbers of the word pieces.
            marks: how the token of each is written (`looks.marks`).
        """
        row = np.array([[self.pieces.first, *pieces, self.pieces.last]], dtype=np.int64)
        marked = np.array([[0, *marks, 0]], dtype=np.int64)
        states: Floats = self._session.run(None, {"ids": row, "marks": marked})[0][0, 1:-1]
        return states

    def names(self, vectors: Floats, places: Ints, owners: Ints, looks: Floats) -> Floats:
        """Read which roles the names of a paper play.

        Args:
            vectors: of the tokens, shape (tokens, width).
            places: token ranges where a name stands, shape (places, 2).
            owners: which name stands there, in ascending order.
            looks: what each name looks like, shape (names, `looks.LOOKS`).

        Returns:
            Probabilities, shape (names, `linear.OUTPUTS`).
        """
        count = np.bincount(owners, minlength=len(looks))
        starts = np.concatenate([[0], np.cumsum(count)[:-1]])
        spans = self._spans("span", vectors, places)
        means = np.add.reduceat(spans, starts, axis=0) / count[:, None].astype(np.float32)
        most = np.maximum.reduceat(spans, starts, axis=0)
        hidden = self._line("hid", np.concatenate([means, most], axis=1))
        hidden += self._paper(vectors) + self._w["count"][np.minimum(count, _MOST)] + looks @ self._w["look"]
        return _probability(self._line("out", np.maximum(hidden, 0))[:, : len(OUTPUTS)])

    def numbers(self, vectors: Floats, places: Ints, table: Floats) -> Floats:
        """Read what numbers are.

        Args:
            vectors: of the tokens.
            places: their token ranges, shape (numbers, 2).
            table: log odds by the table of weighted cues, shape (numbers, `number_cues.TARGETS`).

        Returns:
            Log odds, shape (numbers, `NUMBERS`): the first three exclude each other, so do the last four.
        """
        out = self._line("no", self._number(vectors, places))
        out[:, 1:] += np.clip(table, -6, 6) * self._w["na"]
        return out

    def slots(
        self, vectors: Floats, numbers: Ints, places: Ints, owners: Ints, table: Floats, empty: Floats
    ) -> tuple[Floats, Floats]:
        """Weigh which phrase fills which slot of which number.

        Args:
            vectors: of the tokens.
            numbers: their token ranges, shape (numbers, 2).
            places: token ranges of the phrases, shape (phrases, 2).
            owners: for which number a phrase is weighed.
            table: scores of the phrases by the table of weighted cues, shape (phrases, `result_slots.SLOTS`).
            empty: likewise of leaving a slot of a number empty, shape (numbers, `result_slots.SLOTS`).

        Returns:
            Scores in the same shapes; a slot's highest wins.
        """
        near = self._joined("links.number", around_numbers(vectors, numbers))
        table, empty = table.astype(np.float32), empty.astype(np.float32)
        none = empty * self.trust + self._line("links.null", near)
        if not len(places):
            return table, none
        phrases = self._joined("links.phrase", of_phrases(vectors, places))
        both = self._line("links.an", near)[owners] + self._line("links.ac", phrases)
        both += (table / 4) @ self._w["links.aw"]
        gaps = between(numbers[owners], places)
        full = gaps[:, 0] < gaps[:, 1]
        both[full] += means(vectors, gaps[full]) @ self._w["links.between"]
        shape = -1, table.shape[1], self._w["links.pn"].shape[1] // table.shape[1]
        pairs = self._line("links.pn", near).reshape(shape)[owners]
        pairs *= self._line("links.pc", phrases).reshape(shape)
        out = (
            table * self.trust + self._line("links.u", np.maximum(both, 0)) + pairs.sum(-1) / shape[2] ** 0.5
        )
        return out, none

    @property
    def trust(self) -> Floats:
        """How far the table of cues is trusted for each slot of a number, shape (`result_slots.SLOTS`,)."""
        return self._w["links.sa"]

    @trust.setter
    def trust(self, factors: Floats) -> None:
        self._w["links.sa"] = factors

    def calibrated(self, role: str, probability: float) -> float:
        """Return how often a claim of this role is right at this probability (isotonic, out of fold)."""
        curve = self._curves.get(role)
        return probability if curve is None else float(np.interp(probability, *curve))

    def _line(self, name: str, x: Floats) -> Floats:
        out: Floats = x @ self._w[name] + self._w[f"{name}.bias"]
        return out

    def _spans(self, name: str, vectors: Floats, places: Ints) -> Floats:
        """Describe stretches of tokens by the first, the last and the mean."""
        low, high = places[:, 0], places[:, 1]
        return self._joined(name, [vectors[low], vectors[high - 1], means(vectors, places)])

    def _joined(self, name: str, parts: Sequence[Floats]) -> Floats:
        # One product for each part: to put them side by side takes as long as to multiply them.
        weight = np.split(self._w[name], len(parts))
        found = self._w[f"{name}.bias"] + sum(part @ own for part, own in zip(parts, weight, strict=True))
        out: Floats = np.maximum(found, 0)
        return out

    def _paper(self, vectors: Floats) -> Floats:
        return self._line("paper", vectors.mean(axis=0, keepdims=True))

    def _number(self, vectors: Floats, places: Ints) -> Floats:
        """Describe numbers by themselves and the tokens on either side."""
        return self._joined("nh", [means(vectors, places), *_beside(vectors, places)])


def around_numbers(vectors: Floats, numbers: Ints) -> list[Floats]:
    """Describe numbers by themselves, the tokens on either side, and what is around them, four widths."""
    return [
        means(vectors, numbers),
        *_beside(vectors, numbers),
        means(vectors, around(numbers, len(vectors))),
    ]


def of_phrases(vectors: Floats, places: Ints) -> list[Floats]:
    """Describe phrases by their ends, their mean and the tokens on either side, five widths."""
    ends = vectors[places[:, 0]], vectors[places[:, 1] - 1]
    return [*ends, means(vectors, places), *_beside(vectors, places)]


def _beside(vectors: Floats, places: Ints) -> tuple[Floats, Floats]:
    """Return the vectors of the tokens right before and right after; zero where there is none."""
    low, high = places[:, :1], places[:, 1:]
    last = len(vectors) - 1
    before = np.where(low > 0, vectors[low[:, 0] - 1], np.float32(0))
    return before, np.where(high <= last, vectors[np.minimum(high[:, 0], last)], np.float32(0))


def means(vectors: Floats, places: Ints) -> Floats:
    """Return the mean vector of stretches of tokens, none of them empty."""
    out = np.empty((len(places), vectors.shape[1]), dtype=np.float32)
    order = np.argsort(places[:, 0])
    begins = places[order, 0]
    done = 0
    # A product with what is inside is the fastest way to add up; by blocks of places that stand together, so
    # that the time stays linear.
    while done < len(order):
        end = min(done + _BLOCK, int(np.searchsorted(begins, begins[done] + _REACH)))
        some, done = order[done:end], end
        low, high = places[some, :1], places[some, 1:]
        first, last = low[0, 0], high.max()
        at = np.arange(first, last)
        inside = ((low <= at) & (at < high)) / (high - low).astype(np.float32)
        out[some] = inside @ vectors[first:last]
    return out


def _probability(odds: Floats) -> Floats:
    out: Floats = 1 / (1 + np.exp(-odds))
    return out


def _described(folder: Path) -> dict[str, Any]:
    """Read model.json and check the files that it names."""
    try:
        about: dict[str, Any] = json.loads((folder / "model.json").read_text(encoding="utf-8"))
        damaged = [
            name
            for name, digest in about["sha256"].items()
            if hashlib.sha256((folder / name).read_bytes()).hexdigest() != digest
        ]
    except (OSError, ValueError, KeyError) as error:
        raise InputError(
            f"{folder}: no trained model here ({error}); give the folder that training wrote"
        ) from error
    if about.get("format") != FORMAT:
        raise InputError(
            f"{folder}: a model of format {about.get('format')}, this version reads {FORMAT}; train it again"
        )
    if damaged:
        raise InputError(f"{folder}: {', '.join(damaged)} differs from model.json; restore or train it again")
    return about


@cache
def trained(folder: str) -> Trained:
    """Return the model in a folder, read once.

    Raises:
        InputError: if it holds no sound model.
    """
    return Trained(Path(folder))


def trained_of(doc: Doc) -> Trained | None:
    """Return the model whose vectors `kg_encoder` left on a Doc; None where only the tables are to speak."""
    folder = doc._.kg_model
    return None if folder is None else trained(folder)


def model_version(folder: str) -> str:
    """Return a short digest that changes with the model's files.

    Raises:
        InputError: if the folder holds no sound model.
    """
    trained(folder)
    return hashlib.sha256((Path(folder) / "model.json").read_bytes()).hexdigest()[:12]
