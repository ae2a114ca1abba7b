#!/usr/bin/env python3
"""Fit how a trained model links numbers: the table of cues, and the heads that add to it.

    python -m scripts.fit_links TRAIN_DIR MODEL_DIR [--held-out 484] [--curves-of MODEL_DIR]

TRAIN_DIR holds papers.jsonl and facts.jsonl (the guide's format); MODEL_DIR a model, whose heads for
links go on from what they are, on the vectors that its transformer gives. The heads are told what the
table says of a phrase. A table that has seen a paper is surer of it than it will be of a new one, so
each paper's scores are those of a table that was fitted without it (stacked generalisation, Wolpert
1992). With `--held-out` the last papers are left out of everything, measured, and what is right there
calibrates the slots: for a model that has not seen them. Another's calibration is taken over with
`--curves-of`. The table is written to `extractors/data/numbers_slots.tsv`, the heads to MODEL_DIR.
Needs the extra `train`; deterministic.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

import extractors
from extractors import result_slots
from extractors.doc import make_doc, numbers_of, spans_of
from extractors.judge import judge
from extractors.numbers import token_range
from extractors.result_choice import Offer, choose
from extractors.result_scenes import stage
from extractors.result_slots import SLOTS
from extractors.results import offers_of, weigh_anew
from extractors.tokens import tokens_of
from extractors.trained import trained
from extractors.training.gold import match_numbers, right_options
from extractors.training.limits import Curve, Flags, isotonic
from kg.export.facts import guide_facts
from kg.model import Paper as Read
from kg.score import same_relaxed, score
from scripts.fit_numbers import Paper, fit_slots, ordinary
from scripts.linear_fit import Facts, read_lines

FOLDS = 5
EPOCHS, BATCH, RATE, DROPOUT = 8, 32, 5e-4, 0.2
NEAR_START = 1e-2  # what a weight costs for the square of its way from where it was
HEADS = ("ospan", "an", "ac", "pn", "pc", "u", "null")
Tensors = dict[str, torch.Tensor]
Floats = npt.NDArray[np.float32]


@dataclass
class Number:
    """An annotated number: token ranges, what the table says, and which options are right.

    Attributes:
        vectors: of its paper's tokens.
        place: its token range.
        options: those of the phrases, shape (phrases, 2).
        table: scores of the phrases, shape (phrases, slots).
        empty: of leaving a slot empty, shape (slots,).
        right: which phrases are right, shape (phrases, slots).
        none: whether a slot is to stay empty, shape (slots,).
    """

    vectors: Floats
    place: tuple[int, int]
    options: npt.NDArray[np.int64]
    table: Floats
    empty: Floats
    right: Floats
    none: Floats


def read_papers(folder: Path, model: str) -> list[Paper]:
    """Read the papers as the pipeline does, up to their claims."""
    nlp = extractors.load(model)
    pairs = zip(read_lines(folder / "papers.jsonl"), read_lines(folder / "facts.jsonl"), strict=True)
    papers = []
    for record, facts in pairs:
        doc = make_doc(nlp, record["title"], record["abstract"])
        for name, part in nlp.pipeline:
            if name != "kg_claims":
                doc = part(doc)
        spans = spans_of(doc)
        papers.append(Paper(facts, doc, spans, judge(doc, spans)[1]))
    return papers


def annotated(paper: Paper) -> dict[int, Facts]:
    """Return the annotated results of a paper by where their numbers start."""
    found = [n for n in numbers_of(paper.doc) if n.category == "result"]
    gold = match_numbers(paper.facts, [(n.value, n.value_text, n.unit) for n in found])
    return {n.start: gold[i] for i, n in enumerate(found) if i in gold}


def numbers_in(paper: Paper) -> Iterator[Number]:
    """Yield the annotated numbers of a paper with what the present table says."""
    gold = annotated(paper)
    layout = stage(paper.doc, numbers_of(paper.doc), paper.spans, paper.claims)
    starts = tokens_of(paper.doc).starts
    vectors = np.asarray(paper.doc.tensor, dtype=np.float32)
    for at, scene in layout.scenes:
        for offer in offers_of(layout, at, scene):
            result = gold.get(offer.number.start)
            if result is None or not offer.options:
                continue
            texts = [layout.raw[option.start : option.end] for option in offer.options]
            right = np.array(right_options(result, texts, SLOTS), dtype=np.float32).T
            places = [token_range(starts, option.start, option.end) for option in offer.options]
            yield Number(
                vectors,
                token_range(starts, offer.number.start, offer.number.end),
                np.array(places, dtype=np.int64),
                np.array(offer.scores, dtype=np.float32),
                np.array(offer.empty, dtype=np.float32),
                right[:-1],
                right[-1],
            )


def unseen(papers: Sequence[Paper], words: frozenset[str]) -> list[Number]:
    """Return the numbers of all papers, each weighed by a table that has not seen its paper."""
    out: list[Number] = []
    for fold in range(FOLDS):
        others = [paper for i, paper in enumerate(papers) if i % FOLDS != fold]
        fit_slots(others, len(others), words)
        result_slots.forget_weights()
        out += [number for paper in papers[fold::FOLDS] for number in numbers_in(paper)]
    fit_slots(papers, len(papers), words)
    result_slots.forget_weights()
    return out


def _means(vectors: Floats, places: npt.NDArray[np.int64]) -> Floats:
    sums = np.concatenate([np.zeros((1, vectors.shape[1]), np.float32), np.cumsum(vectors, axis=0)])
    lengths = (places[:, 1:] - places[:, :1]).astype(np.float32)
    out: Floats = (sums[places[:, 1]] - sums[places[:, 0]]) / lengths
    return out


class Batch:
    """Some numbers side by side, their phrases one below the other."""

    def __init__(self, numbers: Sequence[Number]) -> None:
        low = np.array([number.place for number in numbers])
        around = []
        for number, (start, end) in zip(numbers, low.tolist(), strict=True):
            vectors, nothing = number.vectors, np.zeros(number.vectors.shape[1], np.float32)
            own = _means(vectors, np.array([[start, end]]))[0]
            before = vectors[start - 1] if start else nothing
            around.append(np.concatenate([own, before, vectors[end] if end < len(vectors) else nothing]))
        self.around = torch.tensor(np.array(around))
        parts = [(n.vectors[n.options[:, 0]], n.vectors[n.options[:, 1] - 1], n) for n in numbers]
        phrases = [np.concatenate([a, b, _means(n.vectors, n.options)], axis=1) for a, b, n in parts]
        self.phrases = torch.tensor(np.concatenate(phrases))
        counts = torch.tensor([len(number.options) for number in numbers])
        self.owner = torch.repeat_interleave(torch.arange(len(numbers)), counts)
        self.table = torch.tensor(np.concatenate([number.table for number in numbers]))
        self.empty = torch.tensor(np.array([number.empty for number in numbers]))
        self.right = torch.tensor(np.concatenate([number.right for number in numbers]))
        self.none = torch.tensor(np.array([number.none for number in numbers]))


def loss(batch: Batch, w: Tensors, fixed: Tensors) -> torch.Tensor:
    """Return the mean negative log likelihood of what is right, as `Trained.slots` has the scores."""

    def line(name: str, x: torch.Tensor) -> torch.Tensor:
        return x @ w[name] + w[f"{name}.bias"]

    def drop(x: torch.Tensor) -> torch.Tensor:
        return torch.nn.functional.dropout(torch.relu(x), DROPOUT)

    near = drop(batch.around @ fixed["nh"] + fixed["nh.bias"])
    phrases = drop(line("ospan", batch.phrases))
    none = batch.empty * w["sa"] + line("null", near)
    both = line("an", near)[batch.owner] + line("ac", phrases) + (batch.table / 4) @ w["aw"]
    shape = -1, len(SLOTS), w["pn"].shape[1] // len(SLOTS)
    pairs = line("pn", near).reshape(shape)[batch.owner] * line("pc", phrases).reshape(shape)
    scores = batch.table * w["sa"] + line("u", torch.relu(both)) + pairs.sum(-1) / shape[2] ** 0.5
    scores, right = torch.cat([scores, none]), torch.cat([batch.right, batch.none])
    count = len(batch.around)
    owner = torch.cat([batch.owner, torch.arange(count)])
    top = torch.full((count, len(SLOTS)), -1e9)
    top = top.scatter_reduce(0, owner[:, None].expand(-1, len(SLOTS)), scores.detach(), "amax")
    odds = torch.exp(scores - top[owner])
    total, good = (torch.zeros_like(top).index_add(0, owner, x) for x in (odds, odds * right))
    known = torch.zeros_like(top).index_add(0, owner, right) > 0
    return -((torch.log(good + 1e-9) - torch.log(total)) * known).sum() / count


def tune(numbers: Sequence[Number], arrays: dict[str, Floats]) -> dict[str, Floats]:
    """Return the heads after some passes over the numbers."""
    torch.manual_seed(0)
    names = [*(part for head in HEADS for part in (head, f"{head}.bias")), "aw", "sa"]
    begun = {name: torch.tensor(arrays[name].astype(np.float32)) for name in names}
    fixed = {name: torch.tensor(arrays[name].astype(np.float32)) for name in ("nh", "nh.bias")}
    w = {name: value.clone().requires_grad_() for name, value in begun.items()}
    steps = EPOCHS * -(-len(numbers) // BATCH)
    descent = torch.optim.Adam(w.values(), lr=RATE)
    falling = torch.optim.lr_scheduler.LambdaLR(descent, lambda step: 1 - step / steps)
    for epoch in range(EPOCHS):
        order, total = torch.randperm(len(numbers)).tolist(), 0.0
        for at in range(0, len(order), BATCH):
            found = loss(Batch([numbers[i] for i in order[at : at + BATCH]]), w, fixed)
            away = sum(((w[name] - begun[name]) ** 2).sum() for name in names)
            descent.zero_grad()
            (found + NEAR_START * away).backward()  # type: ignore[no-untyped-call]
            descent.step()
            falling.step()
            total += found.item()
        print(f"epoch {epoch + 1}: {total * BATCH / len(order):.3f}")
    return {name: value.detach().numpy() for name, value in w.items()}


def write(folder: Path, arrays: dict[str, Floats], curves: dict[str, Curve]) -> None:
    """Write the heads, and the digest and calibration in model.json."""
    halves = {name: array.astype(np.float16) for name, array in arrays.items()}
    with (folder / "heads.npz").open("wb") as file:
        np.savez_compressed(file, **halves)  # type: ignore[arg-type]
    about = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    about["calibration"] |= curves
    about["sha256"]["heads.npz"] = hashlib.sha256((folder / "heads.npz").read_bytes()).hexdigest()
    (folder / "model.json").write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")


def chances(papers: Sequence[Paper]) -> dict[str, Curve]:
    """Fit for each slot how often what fills it is right at the probability that it has."""
    flags: dict[str, Flags] = {}
    for paper in papers:
        gold = annotated(paper)
        layout = stage(paper.doc, numbers_of(paper.doc), paper.spans, paper.claims)
        offers: list[list[Offer]] = [offers_of(layout, at, scene) for at, scene in layout.scenes]
        weigh_anew(paper.doc, tokens_of(paper.doc), [offer for some in offers for offer in some])
        for (_, scene), some in zip(layout.scenes, offers, strict=True):
            for number, chosen in zip(scene.numbers, choose(scene, some), strict=True):
                for slot, (start, end, chance) in chosen.items() if number.start in gold else ():
                    right = gold[number.start][slot]
                    ok = bool(right) and same_relaxed(layout.raw[start:end], right)
                    flags.setdefault(f"slot:{slot}", []).append((chance, ok))
    return {slot: isotonic(pairs) for slot, pairs in flags.items()}


def measure(folder: Path, papers: Sequence[Paper]) -> None:
    """Print how well the pipeline reads the numbers of some papers."""
    texts = []
    for paper in papers:
        end = paper.doc._.kg_title_end
        texts.append(Read(paper.doc.text[:end], paper.doc.text[end:].lstrip()))
    found = extractors.extract(texts, extractors.load(str(folder)))
    said = [
        guide_facts(text, facts) | {"id": paper.facts["id"]}
        for paper, text, facts in zip(papers, texts, found, strict=True)
    ]
    scores = score([paper.facts for paper in papers], said)
    for name in ("results", "results_linked", "results_full"):
        print(name, *(f"{key} {value:.3f}" for key, value in scores[name].items()))


def main() -> None:
    """Fit, tune, write, measure."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("model", type=Path)
    parser.add_argument("--held-out", type=int, default=0, help="last papers, to measure on")
    parser.add_argument("--curves-of", type=Path, help="a model whose calibration of slots is taken over")
    args = parser.parse_args()
    papers = read_papers(args.folder, str(args.model))
    seen = len(papers) - args.held_out
    numbers = unseen(papers[:seen], ordinary(papers[:seen]))
    print(f"{len(numbers)} annotated numbers")
    with np.load(args.model / "heads.npz") as stored:
        arrays = {name: stored[name] for name in stored.files}
    write(args.model, arrays | tune(numbers, arrays), {})
    trained.cache_clear()
    curves: dict[str, Curve] = {}
    if args.curves_of:
        others = json.loads((args.curves_of / "model.json").read_text(encoding="utf-8"))["calibration"]
        curves = {name: curve for name, curve in others.items() if name.startswith("slot:")}
    elif args.held_out:
        curves = chances(papers[seen:])
    with np.load(args.model / "heads.npz") as stored:
        write(args.model, dict(stored), curves)
    trained.cache_clear()
    if args.held_out:
        measure(args.model, papers[seen:])


if __name__ == "__main__":
    main()
