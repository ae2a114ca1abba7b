"""Fitting the networks of `extractors/row_heads.py` to judged rows; for `scripts/fit_rows.py`.

A network that stays is several, fitted from other beginnings and set side by side: its log odds are
their mean.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.floating[Any]]
Flags = npt.NDArray[np.bool_]

RATE = 1e-3


@dataclass(frozen=True)
class Recipe:
    """How a network is fitted.

    Attributes:
        hidden: width of the hidden layer of one member.
        members: how many are set side by side.
        passes: over all cases.
        batch: cases at once.
        often: a cue must hold of so many cases.
        lost_inputs, lost_hidden: shares dropped out of the parts, and of the hidden layer.
        decay: of the weights.
    """

    hidden: int
    members: int
    passes: int
    batch: int
    often: int
    lost_inputs: float = 0.3
    lost_hidden: float = 0.5
    decay: float = 0.3


class Cases:
    """What a network is fitted to.

    Args:
        cues: of each case.
        parts: vectors, and which of them each case has.
        wanted: whether each case holds.
        often: a cue must hold of so many.
    """

    def __init__(
        self, cues: Sequence[Sequence[str]], parts: Sequence[tuple[Floats, Ints]], wanted: Flags, often: int
    ) -> None:
        count = Counter(cue for case in cues for cue in set(case))
        self.names = sorted(cue for cue, times in count.items() if times >= often)
        number = {cue: i for i, cue in enumerate(self.names)}
        known = [[number[cue] for cue in case if cue in number] for case in cues]
        longest = max(map(len, known))
        # Short cases are filled up with what counts nothing.
        self.cues = torch.tensor([case + [len(self.names)] * (longest - len(case)) for case in known])
        self._parts = [(torch.from_numpy(rows), torch.from_numpy(which)) for rows, which in parts]
        self.widths = [rows.shape[1] for rows, _ in parts]
        self.wanted = torch.from_numpy(wanted.astype(np.float32))

    def parts(self, some: Tensor) -> list[Tensor]:
        """Return the vectors of some cases."""
        return [rows[which[some]].float() for rows, which in self._parts]


class Head(nn.Module):
    """One member: cues and parts in, log odds out."""

    def __init__(self, cases: Cases, recipe: Recipe) -> None:
        super().__init__()
        size = len(cases.names)
        self.plain = nn.Embedding(size + 1, 1, padding_idx=size)
        self.hidden = nn.Embedding(size + 1, recipe.hidden, padding_idx=size)
        nn.init.zeros_(self.plain.weight)
        nn.init.normal_(self.hidden.weight, std=0.05)
        with torch.no_grad():
            self.hidden.weight[size] = 0
        self.parts = nn.ModuleList(nn.Linear(width, recipe.hidden) for width in cases.widths)
        self.out = nn.Linear(recipe.hidden, 1)
        self.inputs, self.drop = nn.Dropout(recipe.lost_inputs), nn.Dropout(recipe.lost_hidden)

    def forward(self, cues: Tensor, parts: Sequence[Tensor]) -> Tensor:
        """Return the log odds of some cases."""
        hidden = self.hidden(cues).sum(1)
        for layer, part in zip(self.parts, parts, strict=True):
            hidden = hidden + layer(self.inputs(part))
        odds: Tensor = self.plain(cues).sum(1) + self.out(self.drop(torch.relu(hidden)))
        return odds[:, 0]


def fit(cases: Cases, rows: Ints, recipe: Recipe) -> list[Head]:
    """Fit the members of a network to some cases. The same on the same machine."""
    members = []
    for seed in range(recipe.members):
        torch.manual_seed(seed)
        head = Head(cases, recipe)
        steps = torch.optim.AdamW(head.parameters(), lr=RATE, weight_decay=recipe.decay)
        for _ in range(recipe.passes):
            head.train()
            order = torch.from_numpy(rows)[torch.randperm(len(rows))]
            for some in torch.split(order, recipe.batch):
                found = head(cases.cues[some], cases.parts(some))
                loss = functional.binary_cross_entropy_with_logits(found, cases.wanted[some])
                steps.zero_grad()
                loss.backward()  # type: ignore[no-untyped-call]
                steps.step()
        members.append(head.eval())
    return members


def probabilities(cases: Cases, members: Sequence[Head], rows: Ints) -> Floats:
    """Return how likely some cases hold."""
    out = []
    with torch.no_grad():
        for some in torch.split(torch.from_numpy(rows), 2048):
            odds = [head(cases.cues[some], cases.parts(some)) for head in members]
            out.append(torch.sigmoid(torch.stack(odds).mean(0)))
    found: Floats = torch.cat(out).numpy()
    return found


def arrays(cases: Cases, members: Sequence[Head]) -> dict[str, npt.NDArray[Any]]:
    """Return the members side by side, as `RowHead` reads them."""
    count = len(members)
    with torch.no_grad():
        plain = torch.stack([head.plain.weight[:-1, 0] for head in members]).mean(0)
        hidden = torch.cat([head.hidden.weight[:-1] for head in members], 1)
        layers = [[part for part in head.parts if isinstance(part, nn.Linear)] for head in members]
        weights = [torch.cat([part.weight.T for part in some]) for some in layers]
        bias = [torch.stack([part.bias for part in some]).sum(0) for some in layers]
        out = torch.cat([head.out.weight[0] / count for head in members])
        constant = torch.stack([head.out.bias[0] for head in members]).mean()
    found = {
        "plain": plain,
        "hidden": hidden,
        "parts": torch.cat(weights, 1),
        "bias": torch.cat(bias),
        "out": out,
        "constant": constant,
    }
    return {"cues": np.array(cases.names), **{n: x.numpy().astype(np.float16) for n, x in found.items()}}
