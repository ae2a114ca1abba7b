"""Fitting linear models over named features, and writing them as tables; shared by the scripts that fit.

Proximal AdaGrad with an L1 penalty (Duchi, Hazan, Singer 2011, "Adaptive subgradient methods for online
learning and stochastic optimization"), in numpy. Deterministic.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Facts = dict[str, Any]
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

DATA = Path(__file__).resolve().parent.parent / "extractors" / "data"
LEAST = 8  # a feature must hold in so many papers
L1 = 1e-5
RATE, SLOWER = 0.15, 0.88


class Matrix:
    """Sparse rows of feature numbers."""

    def __init__(self, cases: Sequence[Sequence[str]], vocabulary: Sequence[str]) -> None:
        number = {feature: i for i, feature in enumerate(vocabulary)}
        rows = [[number[f] for f in case if f in number] for case in cases]
        self.size = len(vocabulary)
        self.lengths: Ints = np.array([len(row) for row in rows], dtype=np.int64)
        self.starts: Ints = np.concatenate([[0], np.cumsum(self.lengths)[:-1]])
        self.flat: Ints = np.array([i for row in rows for i in row], dtype=np.int64)

    def part(self, rows: Ints) -> tuple[Ints, Ints]:
        """Return the feature numbers of some rows, and to which of these rows each belongs."""
        lengths = self.lengths[rows]
        owner = np.repeat(np.arange(len(rows)), lengths)
        shift = self.starts[rows] - np.concatenate([[0], np.cumsum(lengths)[:-1]])
        return self.flat[np.repeat(shift, lengths) + np.arange(len(owner))], owner

    def totals(self, weights: Floats) -> Floats:
        """Return the sum of the weights of every row."""
        owner = np.repeat(np.arange(len(self.lengths)), self.lengths)
        total = np.bincount(owner, weights=weights[self.flat], minlength=len(self.lengths))
        return total.astype(np.float64)

    def probabilities(self, weights: Floats, bias: float) -> Floats:
        """Return the probability of every row."""
        probabilities: Floats = 1 / (1 + np.exp(-self.totals(weights) - bias))
        return probabilities


class Descent:
    """Weights that step down a slope, each at its own rate; those without enough worth fall to zero.

    Attributes:
        weights: one for every feature.
        rate: the step's length; the caller lowers it.
    """

    def __init__(self, size: int, unseen: Flags | None = None, *, l1: float = L1) -> None:
        self.weights: Floats = np.zeros(size)
        self.rate = RATE
        self._seen: Floats = np.full(size, 1e-6)
        self._unseen = unseen
        self._l1 = l1

    def step(self, slope: Floats) -> None:
        """Take one step."""
        self._seen += slope * slope
        step = self.rate / np.sqrt(self._seen)
        moved = self.weights - step * slope
        held = (slope != 0) | (self.weights != 0)
        self.weights = np.sign(moved) * np.maximum(np.abs(moved) - step * self._l1 * held, 0)
        if self._unseen is not None:
            self.weights[self._unseen] = 0.0


def fit(
    matrix: Matrix,
    rows: Ints,
    wanted: Floats,
    worth: Floats,
    unseen: Flags,
    *,
    epochs: int = 12,
    l1: float = L1,
) -> tuple[Floats, float]:
    """Fit one output on some rows; `worth` weighs every row, features that are `unseen` get no weight."""
    random = np.random.default_rng(0)
    bias, seen_bias = -3.0, 1e-6
    descent = Descent(matrix.size, unseen, l1=l1)
    batch = min(3000, max(len(rows) // 30, 1))
    for _ in range(epochs):
        order = random.permutation(rows)
        for at in range(0, len(order), batch):
            part = order[at : at + batch]
            flat, owner = matrix.part(part)
            total = np.bincount(owner, weights=descent.weights[flat], minlength=len(part)) + bias
            error = (1 / (1 + np.exp(-total)) - wanted[part]) * worth[part] / len(part)
            descent.step(np.bincount(flat, weights=error[owner], minlength=matrix.size).astype(np.float64))
            seen_bias += float(error.sum()) ** 2
            bias -= descent.rate / np.sqrt(seen_bias) * float(error.sum())
        descent.rate *= SLOWER
    return descent.weights, bias


def vocabulary_of(cases: Sequence[Sequence[str]], least: int) -> list[str]:
    """Return the features that hold often enough, without those made of bare numbers."""
    counts = Counter(feature for case in cases for feature in set(case))
    return sorted(
        f for f, n in counts.items() if n >= least and not re.search(r"(?:has|from|head|last2)=.*\d", f)
    )


def _unseen(names: Sequence[str], prefixes: tuple[str, ...]) -> Flags:
    return np.array([name.startswith(prefixes) for name in names]) if prefixes else np.zeros(len(names), bool)


def weightiest(matrix: Matrix, ranks: Sequence[Floats], keep: int) -> list[int]:
    """Return the numbers of the features that carry most weight, over all outputs, in order."""
    often = np.sqrt(np.minimum(np.bincount(matrix.flat, minlength=matrix.size), 2000))
    rank = np.max([np.abs(weights) * often for weights in ranks], axis=0)
    return sorted(np.argsort(-rank, kind="stable")[:keep].tolist())


def fit_all(
    cases: Sequence[Sequence[str]],
    wants: Sequence[tuple[Floats, Floats]],
    rows: Ints,
    vocabulary: list[str],
    keep: int,
    blind: Mapping[int, tuple[str, ...]],
    *,
    l1: float = L1,
) -> tuple[list[str], list[tuple[Floats, float]], Matrix]:
    """Fit every output twice: to find the features that carry weight, then on those alone.

    Args:
        cases: the features of every case.
        wants: for each output what is wanted of every case, and what the case is worth (0: left out).
        rows: cases to fit to.
        vocabulary: features to look at.
        keep: how many to keep.
        blind: for an output, beginnings of the features that it may not look at.
        l1: penalty.

    Returns:
        The features kept, weights and bias of each output, and all cases as a matrix of the kept features.
    """

    def pass_over(matrix: Matrix, names: list[str]) -> list[tuple[Floats, float]]:
        return [
            fit(matrix, rows[worth[rows] > 0], wanted, worth, _unseen(names, blind.get(number, ())), l1=l1)
            for number, (wanted, worth) in enumerate(wants)
        ]

    matrix = Matrix(cases, vocabulary)
    kept = weightiest(matrix, [weights for weights, _ in pass_over(matrix, vocabulary)], keep)
    names = [vocabulary[i] for i in kept]
    matrix = Matrix(cases, names)
    return names, pass_over(matrix, names), matrix


def write(
    path: Path,
    script: str,
    outputs: Sequence[str],
    constants: Mapping[str, Sequence[float]],
    names: Sequence[str],
    weights: Sequence[Floats],
) -> None:
    """Write a table of weights.

    Args:
        path: where to.
        script: which script wrote it.
        outputs: names of the columns.
        constants: rows that are no features, such as the bias.
        names: the features.
        weights: for each output those of the features.
    """
    lines = [
        f"# What each feature speaks for, in log odds. Written by scripts/{script}.",
        "\t".join(("feature", *outputs)),
        *("\t".join((name, *(f"{value:.2f}" for value in row))) for name, row in constants.items()),
    ]
    before = len(lines)
    for name, row in zip(names, np.stack(weights, axis=1), strict=True):
        if np.abs(row).max() >= 0.05:
            lines.append("\t".join((name, *("" if abs(x) < 0.005 else f"{x:.2f}" for x in row))))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{path.name}: {len(lines) - before} features, {path.stat().st_size // 1024} kB")


def read_lines(path: Path) -> list[Facts]:
    """Read JSON lines."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
