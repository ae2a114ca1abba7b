"""Takes the least useful neurons out of a trained transformer's feed-forward layers, without training again.

What is left is made to give what the whole gave: an optimal brain surgeon over the neurons of each layer
(Hassibi, Stork 1993; for whole neurons Kurtic, Frantar, Alistarh 2023, "ZipLM"), on texts of the user's.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from extractors.training.examples import Example
from extractors.training.network import Network, collate
from extractors.wordpieces import WordPieces

_DAMPING = 1e-3  # of the mean square of an activation
_SIZE = 16


def slim(network: Network, papers: Sequence[Example], pieces: WordPieces, kept: int) -> list[float]:
    """Keep some neurons of every layer, in place.

    Args:
        network: trained.
        papers: whose texts the neurons are weighed on.
        pieces: the vocabulary.
        kept: neurons of a layer that stay; a layer that has no more is left as it is.

    Returns:
        For each layer the part of the mean square of its output that is lost.
    """
    network.eval()
    lost: list[float] = []
    for layer in network.encoder.encoder.layer:
        into, out = layer.intermediate.dense, layer.output.dense
        if out.in_features <= kept:
            lost.append(0.0)
            continue
        square = _products(network, out, papers, pieces)
        left, weight, part = _chosen(square, _with_bias(out), kept)
        layer.intermediate.dense = _linear(into.weight[left], into.bias[left])
        layer.output.dense = _linear(weight[:, :-1].to(out.weight), weight[:, -1].to(out.weight))
        lost.append(part)
    return lost


@torch.no_grad()
def _products(network: Network, out: nn.Linear, papers: Sequence[Example], pieces: WordPieces) -> Tensor:
    """Return the sum over all word pieces of the products of neurons; one more, the last, is always 1."""
    total = torch.zeros(out.in_features + 1, out.in_features + 1, dtype=torch.float64)
    seen: list[Tensor] = []
    handle = out.register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0]))
    ordered = sorted(papers, key=lambda paper: len(paper.pieces))
    try:
        for first in range(0, len(ordered), _SIZE):
            batch = collate(ordered[first : first + _SIZE], pieces, annotated=True).to(network.device)
            network.read(batch.ids, batch.marks, batch.mask)
            rows = seen.pop()[batch.mask.bool()].float()
            rows = torch.cat([rows, torch.ones_like(rows[:, :1])], 1)
            total += (rows.T @ rows).double().cpu()
    finally:
        handle.remove()
    return total


@torch.no_grad()
def _with_bias(layer: nn.Linear) -> Tensor:
    return torch.cat([layer.weight, layer.bias[:, None]], 1).double().cpu()


def _chosen(square: Tensor, weight: Tensor, kept: int) -> tuple[Tensor, Tensor, float]:
    """Take out the neuron whose loss the others make up for best, until only `kept` are left.

    Args:
        square: products of the neurons, the always-1 one last, which stays.
        weight: of what reads them, shape (outputs, neurons + 1).
        kept: how many stay.

    Returns:
        The neurons that stay, the weight that reads them, and the lost part of the output's mean square.
    """
    count = len(square) - 1
    square = square + torch.eye(count + 1, dtype=square.dtype) * (_DAMPING * square.diagonal()[:count].mean())
    whole = float(((weight @ square) * weight).sum())
    before, weight = weight, weight.clone()
    inverse = torch.linalg.inv(square)
    alive = torch.ones(count, dtype=torch.bool)
    for _ in range(count - kept):
        price = (weight[:, :count] ** 2).sum(0) / inverse.diagonal()[:count]
        price[~alive] = torch.inf
        worst = int(price.argmin())
        row = inverse[worst] / inverse[worst, worst]
        weight -= weight[:, worst : worst + 1] * row
        inverse -= inverse[:, worst : worst + 1] * row
        alive[worst] = False
        weight[:, worst] = 0.0
        inverse[worst], inverse[:, worst], inverse[worst, worst] = 0.0, 0.0, 1.0
    off = weight - before
    left = torch.cat([alive.nonzero()[:, 0], torch.tensor([count])])
    return left[:-1], weight[:, left].float(), float(((off @ square) * off).sum()) / whole


def _linear(weight: Tensor, bias: Tensor) -> nn.Linear:
    out = nn.Linear(weight.shape[1], weight.shape[0], device=weight.device)
    out.weight, out.bias = nn.Parameter(weight.detach().clone()), nn.Parameter(bias.detach().clone())
    return out
