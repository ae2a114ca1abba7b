#!/usr/bin/env python3
"""Fit how far a trained model trusts the table of cues when it links numbers, and calibrate what it says.

    python -m scripts.fit_links TRAIN_DIR MODEL_DIR [--held-out 484] [--curves-of MODEL_DIR]

TRAIN_DIR holds papers.jsonl and facts.jsonl (the guide's format); MODEL_DIR a model. Its heads add to what
the table says of a phrase, by a learnt factor for each slot (`links.sa`). A table that has seen a paper is
surer of it than it will be of a new one, so the factors are scaled by what links most numbers rightly where
every paper is read with a table that was fitted without it (stacked generalisation, Wolpert 1992). With
`--held-out` the last papers are left out of that, measured, and calibrate the slots: for a model that has not
seen them; another takes their curves over with `--curves-of`. Overwrites `extractors/data/numbers_slots.tsv`
while it runs, and with `--held-out` for good: run it in a copy of the checkout. Deterministic.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

import extractors
from extractors import result_slots
from extractors.doc import numbers_of
from extractors.result_choice import Choice, Offer, choose
from extractors.result_scenes import stage
from extractors.results import offers_of, weigh_anew
from extractors.tokens import tokens_of
from extractors.trained import Floats, Trained, trained
from extractors.training.gold import match_numbers
from extractors.training.limits import Curve, Flags, isotonic
from kg.export.facts import guide_facts
from kg.model import Paper as Read
from kg.score import same_relaxed, score
from scripts.fit_numbers import Paper, fit_slots, ordinary, read_papers
from scripts.linear_fit import DATA, Facts

FOLDS = 5
SCALES = (1.0, 0.9, 0.8, 0.7, 0.6)


def annotated(paper: Paper) -> dict[int, Facts]:
    """Return the annotated results of a paper by where their numbers start."""
    found = [n for n in numbers_of(paper.doc) if n.category == "result"]
    gold = match_numbers(paper.facts, [(n.value, n.value_text, n.unit) for n in found])
    return {n.start: gold[i] for i, n in enumerate(found) if i in gold}


def chosen(paper: Paper) -> Iterator[tuple[Facts, str, dict[str, Choice]]]:
    """Yield the annotated numbers of a paper, its text, and what fills their slots."""
    gold = annotated(paper)
    layout = stage(paper.doc, numbers_of(paper.doc), paper.spans, paper.claims)
    offers: list[list[Offer]] = [offers_of(layout, at, scene) for at, scene in layout.scenes]
    weigh_anew(paper.doc, tokens_of(paper.doc), [offer for some in offers for offer in some])
    for (_, scene), some in zip(layout.scenes, offers, strict=True):
        for number, slots in zip(scene.numbers, choose(scene, some), strict=True):
            if number.start in gold:
                yield gold[number.start], layout.raw, slots


def fits(gold: str | None, text: str, choice: Choice | None) -> bool:
    """Whether a slot is filled, or left empty, as annotated."""
    if choice is None or not gold:
        return choice is None and not gold
    return same_relaxed(text[choice[0] : choice[1]], gold)


def linked(papers: Sequence[Paper]) -> tuple[int, int]:
    """Count the annotated numbers, and those of which metric and place are right."""
    right = [
        all(fits(gold[slot], text, slots.get(slot)) for slot in ("metric", "on"))
        for paper in papers
        for gold, text, slots in chosen(paper)
    ]
    return len(right), sum(right)


def scale(papers: Sequence[Paper], words: frozenset[str], model: Trained) -> float:
    """Return the scale that links most numbers rightly by tables that have not seen their papers."""
    trust, right = model.trust, dict.fromkeys(SCALES, 0)
    for fold in range(FOLDS):
        others = [paper for i, paper in enumerate(papers) if i % FOLDS != fold]
        fit_slots(others, len(others), words)
        result_slots.forget_weights()
        for by in SCALES:
            model.trust = trust * np.float32(by)
            right[by] += linked(papers[fold::FOLDS])[1]
    model.trust = trust
    print("right by scale:", right, "of", linked(papers)[0])
    return max(SCALES, key=lambda by: right[by])


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
        for gold, text, slots in chosen(paper):
            for slot, choice in slots.items():
                pair = choice[2], bool(gold[slot]) and fits(gold[slot], text, choice)
                flags.setdefault(f"slot:{slot}", []).append(pair)
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
    """Fit, write, measure."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("model", type=Path)
    parser.add_argument("--held-out", type=int, default=0, help="last papers, to measure on")
    parser.add_argument("--curves-of", type=Path, help="a model whose calibration of slots is taken over")
    args = parser.parse_args()
    nlp = extractors.load(str(args.model))
    papers = read_papers(args.folder, nlp, [part for name, part in nlp.pipeline if name != "kg_claims"])
    seen = len(papers) - args.held_out
    words, table = ordinary(papers[:seen]), (DATA / "numbers_slots.tsv").read_bytes()
    model = trained(str(args.model))
    try:
        best = np.float32(scale(papers[:seen], words, model))
    finally:  # the tables of the folds are for measuring only
        (DATA / "numbers_slots.tsv").write_bytes(table)
        result_slots.forget_weights()
    model.trust = model.trust * best
    curves: dict[str, Curve] = {}
    if args.held_out:
        fit_slots(papers[:seen], seen, words)
        result_slots.forget_weights()
        curves = chances(papers[seen:])
    if args.curves_of:
        others = json.loads((args.curves_of / "model.json").read_text(encoding="utf-8"))["calibration"]
        curves = {name: curve for name, curve in others.items() if name.startswith("slot:")}
    with np.load(args.model / "heads.npz") as stored:
        write(args.model, dict(stored) | {"links.sa": model.trust}, curves)
    trained.cache_clear()
    if args.held_out:
        measure(args.model, papers[seen:])


if __name__ == "__main__":
    main()
