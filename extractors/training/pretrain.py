"""Pre-training on abstracts without annotation: some word pieces are hidden, and guessed.

Devlin et al. 2019, "BERT"; Gururangan et al. 2020, "Don't stop pretraining", for going on with the texts that
are to be read. The guessing head is thrown away; the layers and the marks of tokens stay.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from extractors.encoder import WINDOW
from extractors.training.fit import Plan, Say, descend
from extractors.training.network import Network
from extractors.wordpieces import WordPieces

HIDDEN_SHARE = 0.2
_FULL = 24_576  # word pieces a step, about

# A text: its word pieces, and the mark of each.
Text = tuple[Sequence[int], Sequence[int]]


class Guesser(nn.Module):
    """Says which word piece stands at a place, by the likeness of its state to those of all pieces."""

    def __init__(self, network: Network) -> None:
        super().__init__()
        self.turn, self.norm = nn.Linear(network.width, network.width), nn.LayerNorm(network.width)
        self.bias = nn.Parameter(torch.zeros(network.encoder.get_input_embeddings().num_embeddings))

    def forward(self, states: Tensor, words: Tensor) -> Tensor:
        """Return log odds, shape (places, pieces)."""
        turned = self.norm(functional.gelu(self.turn(states)))
        odds: Tensor = turned @ words.T + self.bias
        return odds


def pretrain(
    network: Network,
    texts: Sequence[Text],
    pieces: WordPieces,
    plan: Plan,
    *,
    hidden: int,
    say: Say = print,
) -> None:
    """Let a network guess hidden word pieces; its layers learn, its heads do not.

    Args:
        network: what learns, where it is.
        texts: word pieces with marks.
        pieces: the vocabulary.
        plan: epochs and rates; `size` is not heard.
        hidden: number of the piece that hides others.
        say: takes a line after every epoch.
    """
    guesser = Guesser(network).to(network.device)
    batches = [tuple(t.to(network.device) for t in batch) for batch in _batches(texts, pieces, plan.seed)]
    common = len(network.numbering)

    def wrong(batch: tuple[Tensor, ...]) -> Tensor:
        ids, marks, mask = (x.long() for x in batch)
        chance = torch.rand(ids.shape, device=ids.device)
        asked = (chance < HIDDEN_SHARE) & (marks >= 0)
        # Of those that are asked for, one in ten stands there, one in ten is another.
        other = torch.randint(common - 1, ids.shape, device=ids.device)
        shown = torch.where(asked & (chance < 0.8 * HIDDEN_SHARE), hidden, ids)
        shown = torch.where(asked & (chance >= 0.9 * HIDDEN_SHARE), other, shown)
        states = network.read(shown, marks.clamp(min=0), mask)[asked]
        words = network.encoder.get_input_embeddings().weight
        with torch.autocast(ids.device.type, dtype=torch.bfloat16, enabled=ids.device.type != "cpu"):
            odds = guesser(states, words)
        return functional.cross_entropy(odds.float(), network.numbering[ids[asked]])

    descend(network, batches, wrong, plan, more=list(guesser.parameters()), say=say)


def _batches(texts: Sequence[Text], pieces: WordPieces, seed: int) -> Iterator[tuple[Tensor, Tensor, Tensor]]:
    """Put texts of about one length side by side; marks of what is no piece of a text are -1."""
    order = list(range(len(texts)))
    random.Random(seed).shuffle(order)  # noqa: S311 - no secret
    order.sort(key=lambda i: len(texts[i][0]) // 16)
    at = 0
    while at < len(order):
        most = min(len(texts[order[min(at + 512, len(order) - 1)]][0]), WINDOW) + 2
        part = order[at : at + max(1, _FULL // most)]
        at += len(part)
        rows = [texts[i] for i in part]
        length = min(max(len(row) for row, _ in rows), WINDOW) + 2
        ids = np.zeros((len(rows), length), dtype=np.int16)
        marks = np.full((len(rows), length), -1, dtype=np.int8)
        for i, (row, marked) in enumerate(rows):
            kept = min(len(row), WINDOW)
            ids[i, : kept + 2] = [pieces.first, *row[:kept], pieces.last]
            marks[i, 1 : kept + 1] = marked[:kept]
        mask = np.arange(length) < np.array([[min(len(row), WINDOW) + 2] for row, _ in rows])
        yield torch.from_numpy(ids), torch.from_numpy(marks), torch.from_numpy(mask)
