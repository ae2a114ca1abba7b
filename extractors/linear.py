"""Logistic models over named features, as readable tables: `data/weights.tsv` (roles), `data/kinds.tsv`.

One row a feature, one column an output, blank for zero; `(bias)` and `(threshold)` are rows of their own.
Written by `scripts/fit_judge.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache

import numpy as np
import numpy.typing as npt

from extractors.lexicon import rows
from kg.model import PaperKind

# `resources` is datasets and benchmarks together: which of the two is a matter of words, not of role.
# `studies` is the stance towards a thing that is targeted.
ROLES = ("introduces", "targets", "tasks", "uses", "compares", "resources", "metrics")
OUTPUTS = (*ROLES, "studies")
KINDS: tuple[PaperKind, ...] = ("method", "resource", "survey", "analysis", "theory", "system", "position")
BIAS = "(bias)"
THRESHOLD = "(threshold)"

Floats = npt.NDArray[np.float64]


class Weights:
    """The weights of every feature for every output.

    Args:
        table: one record a feature: `feature`, and a number or "" under the name of each output.
        outputs: names of the columns, in the order of the probabilities.
    """

    def __init__(self, table: Iterable[dict[str, str]], outputs: Sequence[str] = OUTPUTS) -> None:
        self.outputs = tuple(outputs)
        self._row: dict[str, int] = {}
        values: list[list[float]] = []
        for record in table:
            self._row[record["feature"]] = len(values)
            values.append([float(record[output] or 0) for output in outputs])
        self._values: Floats = np.array(values, dtype=np.float64).reshape(len(values), len(self.outputs))
        limits = self._values[self._row[THRESHOLD]].tolist()
        self.thresholds: dict[str, float] = dict(zip(self.outputs, limits, strict=True))

    def probabilities(self, cases: Sequence[Iterable[str]]) -> Floats:
        """Return one row of probabilities, one for each output, for every set of features."""
        get = self._row.get
        bias = self._row[BIAS]
        flat: list[int] = []
        starts: list[int] = []
        for features in cases:
            starts.append(len(flat))
            flat.append(bias)
            # Sorted: sums of floats depend on their order, and that of a set on the process.
            flat += sorted(row for feature in features if (row := get(feature)) is not None)
        if not starts:
            return np.zeros((0, len(self.outputs)))
        scores: Floats = np.add.reduceat(self._values[flat], starts, axis=0)
        return 1.0 / (1.0 + np.exp(-scores))

    def strongest(self, features: Iterable[str], outputs: Sequence[int]) -> list[str]:
        """Return the feature that speaks most for each output: the rule's name in an explanation."""
        # Sorted, so that the first of equals is the same in every process.
        known = sorted(feature for feature in features if feature in self._row)
        if not known or not outputs:
            return ["prior"] * len(outputs)
        values = self._values[[self._row[feature] for feature in known]]
        best = values.argmax(axis=0).tolist()
        return [known[best[i]] if values[best[i], i] > 0 else "prior" for i in outputs]


@cache
def weights() -> Weights:
    """Return the table of roles, read once."""
    return Weights(rows("weights"))


@cache
def kind_weights() -> Weights:
    """Return the table of kinds of papers, read once."""
    return Weights(rows("kinds"), KINDS)
