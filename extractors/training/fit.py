"""The training loop: seeded, and resumable after every epoch."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from extractors.training.examples import Example
from extractors.training.network import Network, collate, loss
from extractors.wordpieces import WordPieces

Say = Callable[[str], None]
BATCH = 16
_WARM = 0.06  # part of the steps in which the rate rises
_TOGETHER = 16  # batches' worth of papers that are sorted by length, so that little is padded


@dataclass(frozen=True, slots=True)
class Plan:
    """How long and how fast to learn.

    Attributes:
        epochs: passes over the papers.
        rate: of the transformer.
        head_rate: of the heads.
        seed: of order and dropout.
    """

    epochs: int
    rate: float
    head_rate: float
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
) -> None:
    """Train a network in place.

    Args:
        network: what learns.
        papers: annotated examples, or examples with another model's chances.
        pieces: the vocabulary.
        plan: epochs and rates.
        checkpoint: file to go on from, where it is there, and to keep the state in after every epoch.
        say: takes a line after every epoch.
    """
    encoder = list(network.encoder.parameters())
    heads = [p for n, p in network.named_parameters() if not n.startswith("encoder.")]
    optimizer = torch.optim.AdamW(
        [{"params": encoder, "lr": plan.rate}, {"params": heads, "lr": plan.head_rate}],
        weight_decay=0.01,
        fused=True,
    )
    steps = plan.epochs * -(-len(papers) // BATCH)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda k: min((k + 1) / (_WARM * steps + 1), max(0.0, (steps - k) / (steps * (1 - _WARM))))
    )
    state: dict[str, Any] = {"network": network, "optimizer": optimizer, "schedule": schedule}
    done = _resume(checkpoint, state)
    for epoch in range(done, plan.epochs):
        # Seeded by the epoch, so that training that was cut off goes on as it would have.
        torch.manual_seed(plan.seed * 1000 + epoch)
        order = random.Random(plan.seed * 1000 + epoch)  # noqa: S311 - no secret
        network.train()
        total, started = 0.0, time.perf_counter()
        for part in _batches(papers, order):
            batch = collate([papers[i] for i in part], pieces, annotated=True)
            wrong = loss(batch, network(batch)) / len(part)
            optimizer.zero_grad()
            wrong.backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_(network.parameters(), 5.0)
            optimizer.step()
            schedule.step()
            total += float(wrong.detach()) * len(part)
        if checkpoint is not None:
            _keep(checkpoint, epoch + 1, state)
        seconds = time.perf_counter() - started
        say(f"epoch {epoch + 1} of {plan.epochs}: loss {total / len(papers):.3f}, {seconds:.0f} s")
    network.eval()


def _batches(papers: Sequence[Example], order: random.Random) -> list[list[int]]:
    index = list(range(len(papers)))
    order.shuffle(index)
    out: list[list[int]] = []
    for at in range(0, len(index), BATCH * _TOGETHER):
        part = sorted(index[at : at + BATCH * _TOGETHER], key=lambda i: len(papers[i].pieces))
        out += [part[k : k + BATCH] for k in range(0, len(part), BATCH)]
    order.shuffle(out)
    return out


def _resume(checkpoint: Path | None, state: dict[str, Any]) -> int:
    if checkpoint is None or not checkpoint.is_file():
        return 0
    saved = torch.load(checkpoint, weights_only=True)
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
        said = network(collate(together, pieces, annotated=False))
        names = _cuts(len(p.names) for p in together)
        numbers = _cuts(len(p.numbers) for p in together)
        options = _cuts(len(c.places) for p in together for c in p.choices)
        rows = [
            np.concatenate([said.options[a:b].numpy(), said.empty[k : k + 1].numpy()])
            for k, (a, b) in enumerate(options)
        ]
        each = iter(rows)
        for k, i in enumerate(part):
            (a, b), (c, d) = names[k], numbers[k]
            out[i] = Read(
                torch.sigmoid(said.roles[a:b]).numpy(),
                said.types[a:b].numpy(),
                said.kind[k].numpy(),
                said.numbers[c:d].numpy(),
                [next(each) for _ in papers[i].choices],
            )
    return [out[i] for i in range(len(papers))]


def _cuts(sizes: Iterator[int] | Any) -> list[tuple[int, int]]:  # noqa: ANN401 - any iterable of numbers
    out: list[tuple[int, int]] = []
    at = 0
    for size in sizes:
        out.append((at, at + size))
        at += size
    return out
