"""Two small networks that judge claimed scores by cues and by vectors of the model's transformer.

One says which settings of a paper hold of a number (`settings.py`), the other how likely a score is right as
a whole (`trust.py`). Both are in `rows.npz` of a model's folder, fitted by `scripts/fit_rows.py` to rows that
careful readers judged; a model without that file goes without.

Log odds are a weight for each cue, plus a hidden layer (rectified) over a vector for each cue and a
projection of the parts: what stands at and around number and phrases.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from spacy.tokens import Doc

from extractors.sight import between
from extractors.tokens import tokens_of
from extractors.trained import around_numbers, means, of_phrases, trained
from kg.errors import InputError

FILE = "rows.npz"
Floats = npt.NDArray[np.floating[Any]]
Span = tuple[int, int]


class Views:
    """Vectors of what stands in a Doc, by ranges of characters.

    Args:
        doc: with vectors of its tokens (`kg_encoder`).
    """

    def __init__(self, doc: Doc) -> None:
        self._vectors: Floats = doc.tensor
        tokens = tokens_of(doc)
        self._starts, self._ends = tokens.starts, tokens.ends
        self._means: dict[Span | None, Floats] = {}
        self._numbers: dict[Span, Floats] = {}

    def number(self, number: Span) -> Floats:
        """Describe a number: itself, the tokens beside it, and what is around it; shape (1, 4 x width)."""
        if number not in self._numbers:
            parts = around_numbers(self._vectors, self._places([number]))
            self._numbers[number] = np.concatenate(parts, axis=1)
        return self._numbers[number]

    def phrases(self, spans: Sequence[Span]) -> Floats:
        """Describe phrases: their ends, their mean, the tokens beside them; shape (phrases, 5 x width)."""
        return np.concatenate(of_phrases(self._vectors, self._places(spans)), axis=1)

    def phrase(self, span: Span | None) -> Floats:
        """Describe one phrase; zero without one."""
        return np.zeros((1, 5 * self._vectors.shape[1]), np.float32) if span is None else self.phrases([span])

    def gaps(self, number: Span, spans: Sequence[Span]) -> Floats:
        """Describe what stands between phrases and a number, zero for nothing; shape (phrases, width)."""
        places = self._places(spans)
        gaps = between(np.repeat(self._places([number]), len(places), axis=0), places)
        full = gaps[:, 0] < gaps[:, 1]
        out = np.zeros((len(places), self._vectors.shape[1]), np.float32)
        out[full] = means(self._vectors, gaps[full])
        return out

    def mean(self, span: Span | None = None) -> Floats:
        """Describe a sentence, or all of the text; shape (1, width)."""
        if span not in self._means:
            self._means[span] = (
                self._vectors.mean(axis=0, keepdims=True)
                if span is None
                else means(self._vectors, self._places([span]))
            )
        return self._means[span]

    def _places(self, spans: Sequence[Span]) -> npt.NDArray[np.int64]:
        found = []
        for low, high in spans:
            first = bisect_right(self._ends, low)
            found.append((first, max(first + 1, bisect_left(self._starts, high))))
        return np.array(found, dtype=np.int64).reshape(-1, 2)


class RowHead:
    """A fitted network.

    Args:
        arrays: by name: `cues` (texts), `plain` and `hidden` (their weights and vectors), `parts` (the
            projections, one below the other), `bias`, `out` and `constant` (of the log odds).
    """

    def __init__(self, arrays: Mapping[str, npt.NDArray[Any]]) -> None:
        self._row = {cue: i for i, cue in enumerate(arrays["cues"].tolist())}
        numbers = {name: array.astype(np.float32) for name, array in arrays.items() if name != "cues"}
        # A row of zeros for what is no cue, so that no sum is empty.
        self._plain = np.pad(numbers["plain"], (0, 1))
        self._hidden = np.pad(numbers["hidden"], ((0, 1), (0, 0)))
        self._parts, self._bias, self._out = numbers["parts"], numbers["bias"], numbers["out"]
        self._constant = float(numbers["constant"])

    def probabilities(self, cases: Sequence[Sequence[str]], parts: Sequence[Floats]) -> Floats:
        """Return the probability of each case.

        Args:
            cases: cues of each.
            parts: vectors, in the order that was fitted; each of shape (cases, its width), or (1, its width)
                where all cases share it.
        """
        if not cases:
            return np.zeros(0, np.float32)
        flat: list[int] = []
        starts: list[int] = []
        for cues in cases:
            starts.append(len(flat))
            # Sorted: sums of floats depend on their order.
            flat += sorted(self._row[cue] for cue in cues if cue in self._row)
            flat.append(len(self._row))
        hidden: Floats = self._bias + np.add.reduceat(self._hidden[flat], starts, axis=0)
        done = 0
        for part in parts:
            hidden = hidden + part @ self._parts[done : (done := done + part.shape[1])]
        odds = self._constant + np.add.reduceat(self._plain[flat], starts) + np.maximum(hidden, 0) @ self._out
        found: Floats = 1 / (1 + np.exp(-odds))
        return found


@dataclass(frozen=True, slots=True)
class RowHeads:
    """Those of a model.

    Attributes:
        settings: which settings hold of a number.
        trust: how likely a score is right.
    """

    settings: RowHead
    trust: RowHead


def row_heads(doc: Doc) -> RowHeads | None:
    """Return the networks of the model whose vectors a Doc has; None where it has none.

    Raises:
        InputError: if they are no such networks.
    """
    return None if doc._.kg_model is None else _read(doc._.kg_model)


@cache
def _read(folder: str) -> RowHeads | None:
    if FILE not in trained(folder).about["sha256"]:
        return None
    found: dict[str, dict[str, npt.NDArray[Any]]] = {}
    try:
        with np.load(Path(folder) / FILE) as arrays:
            for name in arrays.files:
                head, part = name.split(".")
                found.setdefault(head, {})[part] = arrays[name]
        return RowHeads(**{head: RowHead(parts) for head, parts in found.items()})
    except (ValueError, TypeError, KeyError) as error:
        raise InputError(
            f"{folder}: {FILE} is of another shape ({error}); restore it, or fit it again"
        ) from error
