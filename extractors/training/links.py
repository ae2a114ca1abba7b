"""The head that says which phrase fills which slot of a number; `extractors/trained.py` runs it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn
from torch.nn import functional

from extractors.result_slots import SLOTS
from extractors.training.pools import max_of, stretches, sum_of

if TYPE_CHECKING:
    from extractors.training.network import Batch

HIDDEN, PAIR = 192, 96


class Links(nn.Module):
    """Weighs phrases for numbers.

    A number is itself, the tokens on either side, and the mean of what is around it; a phrase its first and
    last token, its mean, and the tokens on either side; both together also what stands between them
    (`extractors/sight.py`).

    Args:
        width: of a token's vector.
        drop: dropout.
    """

    def __init__(self, width: int, drop: nn.Module) -> None:
        super().__init__()
        slots = len(SLOTS)
        self.number, self.phrase = nn.Linear(4 * width, HIDDEN), nn.Linear(5 * width, HIDDEN)
        self.between = nn.Linear(width, HIDDEN, bias=False)
        self.pn, self.pc = nn.Linear(HIDDEN, slots * PAIR), nn.Linear(HIDDEN, slots * PAIR)
        self.an, self.ac = nn.Linear(HIDDEN, HIDDEN), nn.Linear(HIDDEN, HIDDEN)
        self.aw = nn.Linear(slots, HIDDEN, bias=False)
        self.u, self.null = nn.Linear(HIDDEN, slots), nn.Linear(HIDDEN, slots)
        self.drop = drop
        for layer in (self.u, self.null, self.pc):
            nn.init.normal_(layer.weight, std=0.02)
            nn.init.zeros_(layer.bias)
        # How much the table counts beside the head.
        self.sa = nn.Parameter(torch.full((slots,), 0.7))

    def forward(self, vectors: Tensor, habits: Tensor, b: Batch) -> tuple[Tensor, Tensor]:
        """Return the chance of each option, and of none, to fill each slot.

        Args:
            vectors: of the tokens.
            habits: what an annotator adds for leaving each slot empty, shape (choices, slots).
            b: the batch.
        """
        choices, slots = len(b.choice_number), len(SLOTS)
        if not choices:
            return b.option_table, b.empty_table
        sums = functional.pad(vectors.cumsum(0), (0, 0, 1, 0))
        wide = functional.pad(vectors, (0, 0, 1, 1))
        places, around = b.numbers[b.choice_number], b.choice_around
        seen = [stretches(sums, places), *_beside(wide, places), stretches(sums, around)]
        near = self.drop(functional.relu(self.number(torch.cat(seen, 1))))
        places, owner = b.option_places, b.option_choice
        seen = [vectors[places[:, 0]], vectors[places[:, 1] - 1], stretches(sums, places)]
        phrases = self.drop(functional.relu(self.phrase(torch.cat([*seen, *_beside(wide, places)], 1))))
        both = self.an(near)[owner] + self.ac(phrases) + self.aw(b.option_table / 4)
        both = functional.relu(both + self.between(stretches(sums, b.option_between)))
        pair = (self.pn(near)[owner] * self.pc(phrases)).view(-1, slots, PAIR).sum(-1) / PAIR**0.5
        scores = self.u(both) + pair + self.sa * b.option_table
        empty = self.null(near) + habits + self.sa * b.empty_table
        top = torch.maximum(max_of(scores.detach(), owner, choices), empty.detach())
        scores, empty = torch.exp(scores - top[owner]), torch.exp(empty - top)
        whole = sum_of(scores, owner, choices) + empty
        return scores / whole[owner], empty / whole


def _beside(wide: Tensor, places: Tensor) -> tuple[Tensor, Tensor]:
    return wide[places[:, 0]], wide[places[:, 1] + 1]
