"""A conditional logit over the candidates for a slot of a claimed number, and over leaving it empty."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from scripts.linear_fit import SLOWER, Descent, Facts, Flags, Floats, Ints, Matrix

L1 = 1e-4
_EPOCHS, _STEPS, _FOLDS, _ROUNDS = 12, 100, 3, 2
_NO_CHAIN = "(none)"


@dataclass
class Claimed:
    """A number that counts as a result, with its candidates.

    Attributes:
        paper: which paper it stands in.
        gold: the annotated result, None where there is none.
        options: cues of every candidate, and last of leaving the slot empty.
        texts: the candidates' texts, in lower case.
        right: for every slot, which options are right.
        before: the number before it in its sentence (an index), -1 for none.
        chain: cues for a candidate that is the same or not the same as that number's, and for leaving a slot
            empty as that number did or did not.
    """

    paper: int
    gold: Facts | None
    options: list[list[str]]
    texts: list[str]
    right: list[list[bool]]
    before: int
    chain: tuple[str, str, str, str]


@dataclass
class Choices:
    """All claimed numbers as one matrix: a row for every option, the last of its features the chain's.

    Attributes:
        claimed: the numbers.
        names: the features kept.
        matrix: their rows.
        starts: where the options of each number begin, and the end of all.
        number: feature -> its place in `names`.
    """

    claimed: list[Claimed]
    names: list[str]
    matrix: Matrix = field(init=False)
    starts: Ints = field(init=False)
    number: dict[str, int] = field(init=False)

    def __post_init__(self) -> None:
        cases = [[*option, _NO_CHAIN] for one in self.claimed for option in one.options]
        self.matrix = Matrix(cases, [*self.names, _NO_CHAIN])
        self.starts = np.cumsum([0, *(len(one.options) for one in self.claimed)])
        self.number = {name: i for i, name in enumerate([*self.names, _NO_CHAIN])}
        self.last: Ints = self.matrix.starts + self.matrix.lengths - 1

    def chain_numbers(self, i: int, given: Sequence[str | None]) -> list[int]:
        """Return the chain's feature for every option of a number, when the one before was given a text."""
        one = self.claimed[i]
        none = self.number[_NO_CHAIN]
        if one.before < 0:
            return [none] * len(one.options)
        same, other, stays, ends = (self.number.get(cue, none) for cue in one.chain)
        before = given[one.before]
        if before is None:
            return [*[none] * len(one.texts), stays]
        return [*(same if text == before else other for text in one.texts), ends]

    def link(self, given: Sequence[str | None]) -> None:
        """Set the chain's features of all rows to what every number is said to be given."""
        self.matrix.flat[self.last] = np.concatenate(
            [np.array(self.chain_numbers(i, given), dtype=np.int64) for i in range(len(self.claimed))]
        )


def annotated(one: Claimed, slot: str) -> str | None:
    """Return what is annotated for a slot, in lower case."""
    text = one.gold[slot] if one.gold else None
    return text.lower() if text else None


def fit_chained(choices: Choices, known: Ints, right: Floats, slot: str) -> Floats:
    """Fit one slot, the chain from what fits to other papers say."""
    given = [annotated(one, slot) for one in choices.claimed]
    fold = np.array([one.paper % _FOLDS for one in choices.claimed])
    for _ in range(_ROUNDS):
        guessed: list[str | None] = list(given)
        for part in range(_FOLDS):
            choices.link(given)
            weights = fit_choice(choices, known[fold[known] != part], right)
            decode(choices, weights, guessed, np.flatnonzero(fold == part))
        given = guessed
    choices.link(given)
    return fit_choice(choices, known, right)


def fit_choice(choices: Choices, rows: Ints, right: Floats) -> Floats:
    """Fit one slot: a conditional logit over the options of each number, of which several may be right.

    Args:
        choices: the numbers, linked.
        rows: which of them to fit to.
        right: for every option 1.0 if it is right.
    """
    random = np.random.default_rng(0)
    descent = Descent(choices.matrix.size, _last_only(choices.matrix.size), l1=L1)
    rows = rows[np.add.reduceat(right, choices.starts[:-1])[rows] > 0]
    sizes = np.diff(choices.starts)
    batch = max(len(rows) // _STEPS, 1)
    for _ in range(_EPOCHS):
        order = random.permutation(rows)
        for at in range(0, len(order), batch):
            part = order[at : at + batch]
            owner = np.repeat(np.arange(len(part)), sizes[part])
            first = np.cumsum(sizes[part]) - sizes[part]
            options = np.arange(len(owner)) - first[owner] + choices.starts[part][owner]
            flat, row = choices.matrix.part(options)
            total = np.bincount(row, weights=descent.weights[flat], minlength=len(options))
            size = np.exp(total - np.maximum.reduceat(total, first)[owner])
            good = size * right[options] + 1e-12 * right[options]
            error = size / np.add.reduceat(size, first)[owner] - good / np.add.reduceat(good, first)[owner]
            slope = np.bincount(flat, weights=error[row] / len(part), minlength=choices.matrix.size)
            descent.step(slope.astype(np.float64))
        descent.rate *= SLOWER
    return descent.weights


def _last_only(size: int) -> Flags:
    flags = np.zeros(size, dtype=np.bool_)
    flags[-1] = True
    return flags


def decode(choices: Choices, weights: Floats, given: list[str | None], rows: Ints) -> None:
    """Note what every number of `rows` is given, in order, in `given`."""
    choices.matrix.flat[choices.last] = choices.number[_NO_CHAIN]
    totals = choices.matrix.totals(weights)
    for i in rows.tolist():
        here = totals[choices.starts[i] : choices.starts[i + 1]]
        here = here + weights[choices.chain_numbers(i, given)]
        # The last option is to leave the slot empty, which wins when nothing is better.
        best = int(here[::-1].argmax())
        given[i] = choices.claimed[i].texts[len(here) - 1 - best] if best else None
