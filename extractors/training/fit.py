"""The training loop: seeded, and resumable after every epoch."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from extractors.training.examples import Example
from extractors.training.network import Batch, Network, collate, loss
from extractors.wordpieces import WordPieces

Say = Callable[[str], None]
T = TypeVar("T")
_WARM = 0.06  # part of the steps in which the rate rises
_TOGETHER = 16  # batches' worth of papers that are sorted by length, so that little is padded


@dataclass(frozen=True, slots=True)
class Plan:
    """How long and how fast to learn.

    Attributes:
        epochs: passes over the papers.
        rate: of the transformer.
        head_rate: of the heads.
        size: papers a step.
        seed: of order and dropout.
    """

    epochs: int
    rate: float
    head_rate: float
    size: int = 16
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Read:
    """What a network says of one paper.

    Attributes:
        roles: probabilities, shape (names, outputs).
        types, kind: log odds.
        numbers: log odds, shape (numbers, `NUMBERS`).
        slots: for each choice the chance of every phrase and of none, shape (phrases + 1, slots).
    """

    roles: npt.NDArray[np.float32]
    types: npt.NDArray[np.float32]
    kind: npt.NDArray[np.float32]
    numbers: npt.NDArray[np.float32]
    slots: list[npt.NDArray[np.float32]]


def fit(
    network: Network,
    papers: Sequence[Example],
    pieces: WordPieces,
    plan: Plan,
    *,
    checkpoint: Path | None = None,
    say: Say = print,
) -> list[float]:
    """Train a network in place, and return the mean loss of every epoch that was run.

    Args:
        network: what learns, where it is.
        papers: annotated examples, or examples with another model's chances, or some of each.
        pieces: the vocabulary.
        plan: epochs and rates.
        checkpoint: file to go on from, where it is there, and to keep the state in after every epoch.
        say: takes a line after every epoch.
    """
    batches = [
        collate([papers[i] for i in part], pieces, annotated=True).to(network.device)
        for part in _batches(papers, plan)
    ]

    def wrong(batch: Batch) -> Tensor:
        return loss(batch, network(batch)) / batch.papers

    return descend(network, batches, wrong, plan, checkpoint=checkpoint, say=say)


def descend(
    network: Network,
    batches: Sequence[T],
    wrong: Callable[[T], Tensor],
    plan: Plan,
    *,
    more: Sequence[torch.nn.Parameter] = (),
    checkpoint: Path | None = None,
    say: Say = print,
) -> list[float]:
    """Take the steps of a plan: AdamW, the rate rising for a while and then falling to nothing.

    Args:
        network: what learns.
        batches: what it learns from, in another order each epoch.
        wrong: the loss of a batch.
        plan: epochs and rates.
        more: weights beside the network's that learn too.
        checkpoint: as for `fit`.
        say: takes a line after every epoch.

    Returns:
        The mean loss of every epoch that was run.
    """
    optimizer = torch.optim.AdamW(
        [
            {"params": network.inner(), "lr": plan.rate},
            {"params": [*network.outer(), *more], "lr": plan.head_rate},
        ],
        weight_decay=0.01,
        fused=True,
    )
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, _slope(plan.epochs * len(batches)))
    weights = [p for group in optimizer.param_groups for p in group["params"]]
    state: dict[str, Any] = {"network": network, "optimizer": optimizer, "schedule": schedule}
    done = _resume(checkpoint, state)
    losses: list[float] = []
    for epoch in range(done, plan.epochs):
        # Seeded by the epoch, so that training that was cut off goes on as it would have.
        torch.manual_seed(plan.seed * 1000 + epoch)
        order = list(range(len(batches)))
        random.Random(plan.seed * 1000 + epoch).shuffle(order)  # noqa: S311 - no secret
        network.train()
        total, started = torch.zeros((), device=network.device), time.perf_counter()
        for i in order:
            now = wrong(batches[i])
            optimizer.zero_grad()
            now.backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_(weights, 5.0)
            optimizer.step()
            schedule.step()
            total += now.detach()
        if checkpoint is not None:
            _keep(checkpoint, epoch + 1, state)
        losses.append(float(total) / len(batches))
        seconds = time.perf_counter() - started
        say(f"epoch {epoch + 1} of {plan.epochs}: loss {losses[-1]:.3f}, {seconds:.0f} s")
    network.eval()
    return losses


def _slope(steps: int) -> Callable[[int], float]:
    """Return by what the rate is multiplied at each of so many steps."""
    return lambda k: min((k + 1) / (_WARM * steps + 1), max(0.0, (steps - k) / (steps * (1 - _WARM))))


def _batches(papers: Sequence[Example], plan: Plan) -> list[list[int]]:
    """Group papers of about one length: annotated ones, and those of which another model spoke, apart."""
    order = random.Random(plan.seed)  # noqa: S311 - no secret
    out: list[list[int]] = []
    for annotated in (True, False):
        index = [i for i, paper in enumerate(papers) if (paper.facts is not None) == annotated]
        order.shuffle(index)
        for at in range(0, len(index), plan.size * _TOGETHER):
            part = sorted(index[at : at + plan.size * _TOGETHER], key=lambda i: len(papers[i].pieces))
            out += [part[k : k + plan.size] for k in range(0, len(part), plan.size)]
    return out


def _resume(checkpoint: Path | None, state: dict[str, Any]) -> int:
    if checkpoint is None or not checkpoint.is_file():
        return 0
    saved = torch.load(checkpoint, weights_only=True, map_location="cpu")
    for name, part in state.items():
        part.load_state_dict(saved[name])
    return int(saved["epoch"])


def _keep(checkpoint: Path, epoch: int, state: dict[str, Any]) -> None:
    new = checkpoint.with_suffix(".new")
    torch.save({name: part.state_dict() for name, part in state.items()} | {"epoch": epoch}, new)
    new.replace(checkpoint)


@torch.no_grad()
def predict(network: Network, papers: Sequence[Example], pieces: WordPieces, *, size: int = 32) -> list[Read]:
    """Return what a network says of papers, in their order."""
    network.eval()
    order = sorted(range(len(papers)), key=lambda i: len(papers[i].pieces))
    out: dict[int, Read] = {}
    for at in range(0, len(order), size):
        part = order[at : at + size]
        together = [papers[i] for i in part]
        said = network(collate(together, pieces, annotated=False).to(network.device))
        roles, types, kind, number, option, empty = (
            x.float().cpu().numpy()
            for x in (
                torch.sigmoid(said.roles),
                said.types,
                said.kind,
                said.numbers,
                said.options,
                said.empty,
            )
        )
        names = _cuts(len(p.names) for p in together)
        numbers = _cuts(len(p.numbers) for p in together)
        options = _cuts(len(c.places) for p in together for c in p.choices)
        each = iter([np.concatenate([option[a:b], empty[k : k + 1]]) for k, (a, b) in enumerate(options)])
        for k, i in enumerate(part):
            (a, b), (c, d) = names[k], numbers[k]
            slots = [next(each) for _ in papers[i].choices]
            out[i] = Read(roles[a:b], types[a:b], kind[k], number[c:d], slots)
    return [out[i] for i in range(len(papers))]


def _cuts(sizes: Iterator[int] | Any) -> list[tuple[int, int]]:  # noqa: ANN401 - any iterable of numbers
    out: list[tuple[int, int]] = []
    at = 0
    for size in sizes:
        out.append((at, at + size))
        at += size
    return out
