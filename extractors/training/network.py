"""What is trained: the first layers of a BERT, and heads over its states; `extractors/trained.py` runs it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional
from transformers import AutoConfig, AutoModel

from extractors.encoder import WINDOW
from extractors.linear import KINDS, OUTPUTS
from extractors.looks import LOOKS, MARKS
from extractors.number_cues import TARGETS
from extractors.result_slots import SLOTS
from extractors.sight import Ints, around, between
from extractors.trained import NUMBERS
from extractors.training.examples import TYPES, Choice, Example
from extractors.training.links import HIDDEN, Links
from extractors.training.pools import count_of, max_of, mean_of, sum_of
from extractors.wordpieces import WordPieces

# Of what an annotator may list more readily than another: roles and types, numbers, slots left empty.
HABITS = (len(OUTPUTS) + len(TYPES), len(NUMBERS), len(SLOTS))
_SOON = 20.0  # habits are learnt by so much larger steps than the rest, which would else take them on
# What a head's loss counts: roles, types, kind of paper, numbers, slots.
WORTH = (1.0, 0.3, 0.3, 1.0, 0.5)


@dataclass
class Batch:
    """Papers side by side: everything of one kind in one tensor, with whose it is."""

    ids: Tensor
    marks: Tensor
    mask: Tensor
    states: Tensor  # which states of the transformer are word pieces
    tokens: Tensor  # and of which token
    token_paper: Tensor
    places: Tensor
    owners: Tensor
    name_paper: Tensor
    annotator: Tensor  # of each paper
    looks: Tensor
    roles: Tensor
    worth: Tensor
    types: Tensor
    kind: Tensor
    numbers: Tensor
    number_paper: Tensor
    number_table: Tensor
    categories: Tensor
    number_kinds: Tensor
    option_places: Tensor
    option_between: Tensor
    option_choice: Tensor
    option_table: Tensor
    right: Tensor
    choice_number: Tensor
    choice_around: Tensor
    empty_table: Tensor
    empty_right: Tensor
    papers: int = 0
    hard: bool = True  # what is wanted are classes, not chances of them

    def to(self, device: torch.device) -> Batch:
        """Return the same on a device."""
        moved: dict[str, Any] = {n: x.to(device) for n, x in vars(self).items() if isinstance(x, Tensor)}
        return replace(self, **moved)


def collate(papers: Sequence[Example], pieces: WordPieces, *, annotated: bool) -> Batch:
    """Put papers side by side.

    Args:
        papers: the papers.
        pieces: the vocabulary.
        annotated: leave out choices of which nobody has said what is right.
    """
    rows, row_marks, tokens = _rows(papers, pieces)
    ids, marked = _padded(rows, row_marks)
    length = ids.shape[1]
    shift = {
        "token": np.cumsum([0, *(len(p.pieces) for p in papers)]),
        "name": np.cumsum([0, *(len(p.names) for p in papers)]),
        "number": np.cumsum([0, *(len(p.numbers) for p in papers)]),
    }

    def flat(name: str, of: str = "") -> Tensor:
        return _flat([getattr(p, name) + (shift[of][i] if of else 0) for i, p in enumerate(papers)])

    choices = [
        (i, c) for i, p in enumerate(papers) for c in p.choices if c.right is not None or not annotated
    ]
    sights, gaps = _sights([(papers[i], c, shift["token"][i]) for i, c in choices])
    right = [c.right if c.right is not None else np.zeros_like(c.table) for _, c in choices]
    return Batch(
        ids=torch.from_numpy(ids),
        marks=torch.from_numpy(marked),
        mask=torch.from_numpy((np.arange(length) < np.array([[len(r)] for r in rows])).astype(np.int64)),
        states=_flat([np.arange(1, len(r) - 1) + i * length for i, r in enumerate(rows)]),
        tokens=_flat([np.array(t, dtype=np.int64) + shift["token"][i] for i, t in enumerate(tokens)]),
        token_paper=_flat([np.full(len(p.pieces), i) for i, p in enumerate(papers)]),
        places=flat("places", "token"),
        owners=flat("owners", "name"),
        name_paper=_flat([np.full(len(p.names), i) for i, p in enumerate(papers)]),
        annotator=torch.tensor([p.annotator for p in papers]),
        looks=flat("looks").float(),
        roles=flat("roles").float(),
        worth=flat("worth").float(),
        types=flat("types"),
        kind=torch.from_numpy(np.stack([p.kind for p in papers])),
        numbers=flat("numbers", "token"),
        number_paper=_flat([np.full(len(p.numbers), i) for i, p in enumerate(papers)]),
        number_table=flat("number_table").float(),
        categories=flat("categories"),
        number_kinds=flat("number_kinds"),
        option_places=_flat([c.places + shift["token"][i] for i, c in choices], (0, 2)),
        option_between=gaps,
        option_choice=_flat([np.full(len(c.places), k) for k, (_, c) in enumerate(choices)], (0,)),
        option_table=_flat([c.table[:-1] for _, c in choices], (0, len(SLOTS))).float(),
        right=_flat([r[:-1] for r in right], (0, len(SLOTS))).float(),
        choice_number=_flat([np.array([c.number + shift["number"][i]]) for i, c in choices], (0,)),
        choice_around=sights,
        empty_table=_flat([c.table[-1:] for _, c in choices], (0, len(SLOTS))).float(),
        empty_right=_flat([r[-1:] for r in right], (0, len(SLOTS))).float(),
        papers=len(papers),
        hard=all(p.facts is not None for p in papers),
    )


def _padded(rows: Sequence[list[int]], marks: Sequence[list[int]]) -> tuple[Ints, Ints]:
    """Return the word pieces of papers and their marks as rows of one length."""
    length = max(map(len, rows))
    # Few different lengths: kernels are made anew for each.
    length = -(-length // 32) * 32
    ids, marked = (np.zeros((len(rows), length), dtype=np.int64) for _ in range(2))
    for i, (row, of_row) in enumerate(zip(rows, marks, strict=True)):
        ids[i, : len(row)] = row
        marked[i, 1 : len(row) - 1] = of_row
    return ids, marked


def _sights(asked: Sequence[tuple[Example, Choice, int]]) -> tuple[Tensor, Tensor]:
    """Return the token ranges around each number, and between it and each of its phrases."""
    sights = [around(p.numbers[[c.number]], len(p.pieces)) + shift for p, c, shift in asked]
    gaps = [between(p.numbers[[c.number] * len(c.places)], c.places) + shift for p, c, shift in asked]
    return _flat(sights, (0, 2)), _flat(gaps, (0, 2))


def _rows(
    papers: Sequence[Example], pieces: WordPieces
) -> tuple[list[list[int]], list[list[int]], list[list[int]]]:
    """Return the word pieces of each paper's first window, and the mark and the token of each."""
    rows: list[list[int]] = []
    marked: list[list[int]] = []
    tokens: list[list[int]] = []
    for paper in papers:
        row: list[int] = []
        owner: list[int] = []
        for i, token in enumerate(paper.pieces):
            if len(row) + len(token) > WINDOW:
                break
            row += token
            owner += [i] * len(token)
        rows.append([pieces.first, *row, pieces.last])
        marked.append([paper.marks[i] for i in owner])
        tokens.append(owner)
    return rows, marked, tokens


def _flat(parts: Sequence[Any], empty: tuple[int, ...] = (0,)) -> Tensor:
    return torch.from_numpy(np.concatenate(parts)) if parts else torch.zeros(empty, dtype=torch.int64)


@dataclass
class Answer:
    """What the network says of a batch: log odds of roles, types, kinds and numbers; chances of options."""

    roles: Tensor
    types: Tensor
    kind: Tensor
    numbers: Tensor
    options: Tensor
    empty: Tensor


class Network(nn.Module):
    """A transformer's first layers and the heads.

    Args:
        base: folder of a BERT, or another encoder with its word pieces, in the Hugging Face format.
        layers: how many of its layers to keep; 0 for all.
        dropout: in the heads.
        inner: dropout in the layers, which doubles the time of a step on a CPU.
        pieces: the word pieces by number, where the base may number them otherwise.
        annotators: how many there are. What those after the first list more or less readily than the first
            is learnt apart, and not written with the heads (after Rodrigues and Pereira 2018, "Deep learning
            from crowds", whose layer for each annotator is a bias here).
    """

    numbering: Tensor

    def __init__(
        self,
        base: str,
        layers: int = 3,
        dropout: float = 0.2,
        inner: float = 0.0,
        pieces: Sequence[str] = (),
        annotators: int = 1,
    ) -> None:
        super().__init__()
        config = AutoConfig.from_pretrained(base)
        config.num_hidden_layers = layers or config.num_hidden_layers
        config.attention_probs_dropout_prob = config.hidden_dropout_prob = inner
        self.encoder = AutoModel.from_pretrained(base, config=config, add_pooling_layer=False)
        width = self.width = int(config.hidden_size)
        numbers = torch.from_numpy(_numbering(Path(base) / "vocab.txt", pieces))
        self.register_buffer("numbering", numbers, persistent=False)
        self.marks = nn.Embedding(MARKS, width)
        nn.init.zeros_(self.marks.weight)
        self.span = nn.Linear(3 * width, HIDDEN)
        self.paper, self.hid = nn.Linear(width, HIDDEN), nn.Linear(2 * HIDDEN, HIDDEN)
        self.count = nn.Embedding(8, HIDDEN)
        self.look = nn.Linear(len(LOOKS), HIDDEN, bias=False)
        self.out = nn.Linear(HIDDEN, len(OUTPUTS) + len(TYPES))
        self.kind = nn.Linear(HIDDEN, len(KINDS))
        self.nh, self.no = nn.Linear(3 * width, HIDDEN), nn.Linear(HIDDEN, len(NUMBERS))
        self.drop = nn.Dropout(dropout)
        self.links = Links(width, self.drop)
        for layer in (self.out, self.no):
            nn.init.normal_(layer.weight, std=0.02)
            nn.init.zeros_(layer.bias)
        nn.init.normal_(self.count.weight, std=0.05)
        # How much the table counts beside the head.
        self.na = nn.Parameter(torch.full((len(TARGETS),), 0.5))
        self.habits = nn.Parameter(torch.zeros(annotators - 1, sum(HABITS)))

    @property
    def device(self) -> torch.device:
        """Where it is."""
        return self.marks.weight.device

    def inner(self) -> list[nn.Parameter]:
        """Return the weights of the transformer, the marks of its tokens among them."""
        return [*self.encoder.parameters(), self.marks.weight]

    def outer(self) -> list[nn.Parameter]:
        """Return the weights of the heads."""
        own = {id(p) for p in self.inner()}
        return [p for p in self.parameters() if id(p) not in own]

    def heads(self) -> dict[str, Tensor]:
        """Return the weights of everything but the transformer, by the names that `Trained` knows."""
        others = ("encoder.", "marks.", "habits")
        named = {n: p for n, p in self.named_parameters() if not n.startswith(others)}
        out = {n.removesuffix(".weight"): p.T if p.ndim == 2 else p for n, p in named.items()}
        return out | {"count": self.count.weight}

    def read(self, ids: Tensor, marks: Tensor, mask: Tensor) -> Tensor:
        """Return the transformer's states, shape (papers, pieces, width)."""
        words = self.encoder.get_input_embeddings()(self.numbering[ids]) + self.marks(marks)
        with torch.autocast(ids.device.type, dtype=torch.bfloat16, enabled=_halves(ids.device)):
            states: Tensor = self.encoder(inputs_embeds=words, attention_mask=mask).last_hidden_state
        return states.float()

    def forward(self, b: Batch) -> Answer:
        """Read a batch."""
        states = self.read(b.ids, b.marks, b.mask)
        total = len(b.token_paper)
        vectors = self.drop(mean_of(states.reshape(-1, self.width)[b.states], b.tokens, total))
        names, papers = len(b.looks), len(b.ids)
        spans = self._spans(self.span, vectors, b.places)
        paper = self.paper(mean_of(vectors, b.token_paper, papers))
        count = count_of(b.owners, names).clamp(max=7).long()
        pooled = torch.cat([mean_of(spans, b.owners, names), max_of(spans, b.owners, names)], 1)
        seen = self.hid(pooled) + paper[b.name_paper] + self.count(count) + self.look(b.looks)
        habits = functional.pad(self.habits * _SOON, (0, 0, 1, 0))[b.annotator]
        of_names, of_numbers, of_empty = torch.split(habits, list(HABITS), dim=1)
        out = self.out(self.drop(functional.relu(seen))) + of_names[b.name_paper]
        numbers = self.no(self._numbers(vectors, b.numbers)) + of_numbers[b.number_paper]
        known = functional.pad(b.number_table.clamp(-6, 6) * self.na, (1, 0))
        options, empty = self.links(vectors, of_empty[b.number_paper[b.choice_number]], b)
        return Answer(
            out[:, : len(OUTPUTS)],
            out[:, len(OUTPUTS) :],
            self.kind(functional.relu(paper)),
            numbers + known,
            options,
            empty,
        )

    def _spans(self, layer: nn.Linear, vectors: Tensor, places: Tensor) -> Tensor:
        first, last, mean = torch.split(layer.weight.T, self.width)
        low, high = places[:, 0], places[:, 1]
        sums = functional.pad((vectors @ mean).cumsum(0), (0, 0, 1, 0))
        between = (sums[high] - sums[low]) / (high - low)[:, None]
        found = (vectors @ first)[low] + (vectors @ last)[high - 1] + between + layer.bias
        return self.drop(functional.relu(found))

    def _numbers(self, vectors: Tensor, places: Tensor) -> Tensor:
        low, high = places[:, 0], places[:, 1]
        sums = functional.pad(vectors.cumsum(0), (0, 0, 1, 0))
        own = (sums[high] - sums[low]) / (high - low)[:, None]
        wide = functional.pad(vectors, (0, 0, 1, 1))
        return self.drop(functional.relu(self.nh(torch.cat([own, wide[low], wide[high + 1]], 1))))


def _halves(device: torch.device) -> bool:
    """Whether 16 bits are faster there."""
    return device.type != "cpu" or torch.cpu._is_amx_tile_supported()


def _numbering(vocabulary: Path, pieces: Sequence[str]) -> npt.NDArray[np.int64]:
    """Return the base's number of every word piece."""
    theirs = vocabulary.read_text(encoding="utf-8").split("\n")
    if not pieces:
        return np.arange(len(theirs))
    number = {piece: i for i, piece in enumerate(theirs)}
    other = {"[CLS]": "<s>", "[SEP]": "</s>", "[PAD]": "<pad>", "[MASK]": "<mask>"}
    unknown = number["[UNK]"]
    if "<s>" not in number:
        other = {}
    return np.array([number.get(other.get(piece, piece), unknown) for piece in pieces])


def loss(b: Batch, said: Answer, worth: Sequence[float] = WORTH) -> Tensor:
    """Return the loss of a batch, summed over its papers; what is wanted are classes, or chances of them."""
    roles = functional.binary_cross_entropy_with_logits(said.roles, b.roles, reduction="none")
    total = worth[0] * (roles * b.worth).sum()
    total = total + worth[1] * _wrong(said.types, b.types, b.roles[:, [0, 5]].sum(1).clamp(max=1))
    total = total + worth[2] * _wrong(said.kind, b.kind)
    if len(b.numbers):
        total = total + worth[3] * _wrong(said.numbers[:, :3], b.categories)
        total = total + worth[3] * 0.5 * _wrong(said.numbers[:, 3:], b.number_kinds)
    if len(b.choice_number):
        choices = len(b.choice_number)
        wanted = sum_of(b.right, b.option_choice, choices) + b.empty_right
        if b.hard:  # any of the right ones will do
            got = sum_of(said.options * b.right, b.option_choice, choices) + said.empty * b.empty_right
            total = total - worth[4] * torch.log(got[wanted > 0] + 1e-7).sum()
        else:
            total = total - worth[4] * (b.right * torch.log(said.options + 1e-7)).sum()
            total = total - worth[4] * (b.empty_right * torch.log(said.empty + 1e-7)).sum()
    return total


def _wrong(odds: Tensor, wanted: Tensor, worth: Tensor | None = None) -> Tensor:
    """Cross entropy with classes, -1 where none is known, or with chances, worth what is said."""
    if wanted.ndim == 2:
        each = -(wanted.float() * torch.log_softmax(odds, 1)).sum(1)
        return (each if worth is None else each * worth).sum()
    known = wanted >= 0
    return (
        functional.cross_entropy(odds[known], wanted[known], reduction="sum")
        if known.any()
        else odds.sum() * 0
    )
