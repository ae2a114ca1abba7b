#!/usr/bin/env python3
"""Fit `extractors/data/weights.tsv` and `kinds.tsv` to annotated papers.

    python -m scripts.fit_judge TRAIN_DIR [TRAIN_DIR ...] [--rows 3000] [--held-out 820] [--only-seen]

Each TRAIN_DIR holds papers.jsonl (id, title, abstract) and facts.jsonl (same ids, the guide's format). The
packaged tables are fitted to ../shared/train and to `learnt.jsonl`, `learnt-2.jsonl` and `learnt-3.jsonl` of
`benchmarks/annotations`, with `--rows 6000 --only-seen`, thresholds by held-out papers. Logistic regression
with an L1 penalty, by proximal AdaGrad (Duchi, Hazan, Singer 2011, "Adaptive subgradient methods for online
learning and stochastic optimization"), in numpy. Fitted twice: once to find which features carry weight, once
on those alone. Thresholds are chosen on the last papers, which that fit has not seen; unless `--only-seen`
says otherwise, the weights that are written are then fitted to all papers. Deterministic.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing import Pool
from pathlib import Path

import numpy as np

from extractors import FAST, load
from extractors.abbreviations import Abbreviations
from extractors.candidates import read
from extractors.doc import make_doc
from extractors.features import annotate
from extractors.judge import Thing, choose
from extractors.kinds import paper_features
from extractors.linear import BIAS, KINDS, OUTPUTS, ROLES, THRESHOLD, Floats
from extractors.sentences import Sentences
from extractors.training.gold import labels, stances
from kg.score import match, named, normalise, same_relaxed
from scripts.linear_fit import DATA, LEAST, Facts, fit_all, read_lines, vocabulary_of, write

SLACK = 0.003


@dataclass
class Paper:
    """One annotated paper, read."""

    facts: Facts
    names: list[tuple[str, ...]]  # normalised name of each candidate, shared with its long form
    texts: list[str]
    features: list[list[str]]
    labels: list[list[int]]  # 1 is one, 0 is none, -1 overlaps one
    words: list[str]


def _examples(job: tuple[Facts, Facts]) -> Paper:
    record, facts = job
    doc = make_doc(_NLP, record["title"], record["abstract"])
    doc = Abbreviations()(Sentences()(doc))
    reading = read(doc)
    annotate(reading)
    table = {role: labels(reading, facts, role) for role in ROLES}
    stance_of = stances(facts)
    out = Paper(facts, [], [], [], [], sorted(paper_features(doc.text, len(record["title"]))))
    for key, candidate in reading.candidates.items():
        text = reading.written(candidate.places[0])
        stance = stance_of.get(normalise(text), -1)
        out.names.append(candidate.partner if candidate.short and candidate.partner else key)
        out.texts.append(text)
        out.features.append(sorted(candidate.features))
        out.labels.append([*(table[role].get(key, 0) for role in ROLES), stance])
    return out


def _shared(paper: Paper) -> Paper:
    """Return a paper whose features are the same strings as other papers'; a hundred million are too many."""
    paper.features = [[sys.intern(f) for f in case] for case in paper.features]
    return paper


_NLP = load(FAST)


def targets_of(papers: Sequence[Paper]) -> list[tuple[Floats, Floats]]:
    """Return for each output what is wanted of every candidate, and what the candidate is worth."""
    labels = np.array([row for paper in papers for row in paper.labels], dtype=np.float64)
    out = []
    for i, output in enumerate(OUTPUTS):
        column = labels[:, i]
        worth = np.where(column < 0, 0.0 if output == "studies" else 0.3, 1.0)
        out.append(((column > 0).astype(np.float64), worth))
    return out


# What everybody knows today was introduced by somebody once: the papers that are fitted here are recent,
# those that are read need not be. So that a name is known says nothing where the text seems to introduce it.
BLIND = {ROLES.index("introduces"): ("cued=",)}


def things_of(paper: Paper, table: Floats) -> dict[str, Thing]:
    """Return the candidates of a paper with their probabilities, as the judge sees them."""
    things: dict[str, Thing] = {}
    for name, text, row in zip(paper.names, paper.texts, table.tolist(), strict=True):
        thing = things.setdefault(" ".join(name), Thing(" ".join(name)))
        thing.forms.setdefault(text, [])
        thing.roles = [max(a, b) for a, b in zip(thing.roles, row, strict=True)]
    return things


def tune(papers: Sequence[Paper], tables: Sequence[Floats]) -> dict[str, float]:
    """Choose for each role the threshold with the best relaxed F1."""
    limits = {role: 0.3 for role in ROLES}
    ready = [things_of(paper, table) for paper, table in zip(papers, tables, strict=True)]
    for role in ("introduces", "resources", "metrics", "compares", "targets", "tasks", "uses"):
        results = []
        for limit in np.arange(0.1, 0.56, 0.03).round(2).tolist():
            hit = gold = found = 0
            for paper, things in zip(papers, ready, strict=True):
                wanted = named(paper.facts, role)
                chosen = choose(things, {**limits, role: limit})[role]
                guessed = [{"name": n[0], "aliases": n[1:4]} for n in (list(t.forms) for t in chosen)]
                hit += len(match(wanted, guessed, same_relaxed))
                gold, found = gold + len(wanted), found + len(guessed)
            results.append((2 * hit / max(gold + found, 1), limit))
        best = max(value for value, _ in results)
        # The curve is flat at its top; on papers of another kind probabilities are lower, so the lowest wins.
        limits[role] = min(limit for value, limit in results if value >= best - SLACK)
        print(f"{role}: threshold {limits[role]:.2f}, relaxed F1 {best:.3f}")
    return limits


def _write(
    table: str,
    outputs: Sequence[str],
    names: list[str],
    fits: Sequence[tuple[Floats, float]],
    limits: Sequence[float],
) -> None:
    constants = {BIAS: [bias for _, bias in fits], THRESHOLD: limits}
    weights = [weights for weights, _ in fits]
    write(DATA / f"{table}.tsv", "fit_judge.py", outputs, constants, names, weights)


def main() -> None:
    """Fit, tune, fit again, write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--rows", type=int, default=3000, help="features to keep")
    parser.add_argument("--held-out", type=int, default=820, help="last papers, for thresholds")
    parser.add_argument("--only-seen", action="store_true", help="do not fit again with the held-out papers")
    args = parser.parse_args()
    jobs = [
        job
        for folder in args.folders
        for job in zip(read_lines(folder / "papers.jsonl"), read_lines(folder / "facts.jsonl"), strict=True)
    ]
    with Pool() as pool:
        papers = [_shared(paper) for paper in pool.imap(_examples, jobs, 16)]
    seen = len(papers) - args.held_out
    cases = [case for paper in papers for case in paper.features]
    owner = np.array([i for i, paper in enumerate(papers) for _ in paper.features])
    wants = targets_of(papers)
    vocabulary = vocabulary_of(
        [[f for case in paper.features for f in case] for paper in papers[:seen]], LEAST
    )
    rows = np.flatnonzero(owner < seen)
    names, fits, matrix = fit_all(cases, wants, rows, vocabulary, args.rows, BLIND)
    table = np.stack([matrix.probabilities(*one) for one in fits], axis=1)
    limits = tune(papers[seen:], [table[owner == i] for i in range(seen, len(papers))])
    if not args.only_seen:
        names, fits, _ = fit_all(cases, wants, np.arange(len(cases)), vocabulary, args.rows, BLIND)
    _write("weights", OUTPUTS, names, fits, [*(limits[role] for role in ROLES), 0.5])
    kinds(papers, seen, only_seen=args.only_seen)


def kinds(papers: Sequence[Paper], seen: int, *, only_seen: bool) -> None:
    """Fit the kinds of papers."""
    cases = [paper.words for paper in papers]
    wants = [
        (np.array([float(paper.facts["kind"] == kind) for paper in papers]), np.ones(len(papers)))
        for kind in KINDS
    ]
    vocabulary = vocabulary_of(cases, LEAST)
    names, fits, matrix = fit_all(cases, wants, np.arange(seen), vocabulary, 600, {})
    guess = np.stack([matrix.probabilities(*one) for one in fits], axis=1)[seen:].argmax(1)
    right = [KINDS[g] == paper.facts["kind"] for g, paper in zip(guess, papers[seen:], strict=True)]
    print(f"kind: {np.mean(right):.3f} of held-out papers right")
    if not only_seen:
        names, fits, _ = fit_all(cases, wants, np.arange(len(papers)), vocabulary, 600, {})
    _write("kinds", KINDS, names, fits, [0.5] * len(KINDS))


if __name__ == "__main__":
    main()
