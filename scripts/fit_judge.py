#!/usr/bin/env python3
"""Fit `extractors/data/weights.tsv` and `kinds.tsv` to annotated papers.

    python scripts/fit_judge.py TRAIN_DIR [--rows 3000] [--held-out 820]

TRAIN_DIR holds papers.jsonl (id, title, abstract) and facts.jsonl (same ids, the guide's format). Logistic
regression with an L1 penalty, by proximal AdaGrad (Duchi, Hazan, Singer 2011, "Adaptive subgradient methods
for online learning and stochastic optimization"), in numpy. Fitted twice: once to find which features carry
weight, once on those alone. Thresholds are chosen on the last papers, which that fit has not seen; the
weights that are written are then fitted to all papers. Deterministic.
"""

from __future__ import annotations

import argparse
import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from multiprocessing import Pool
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import spacy

from extractors.abbreviations import Abbreviations
from extractors.candidates import Reading, read
from extractors.doc import make_doc
from extractors.features import annotate
from extractors.judge import Thing, choose
from extractors.kinds import paper_features
from extractors.linear import BIAS, KINDS, OUTPUTS, ROLES, THRESHOLD, Floats
from extractors.sentences import Sentences
from kg.score import _forms, _match, _named, normalise, same_exactly, same_relaxed

DATA = Path(__file__).resolve().parent.parent / "extractors" / "data"
LEAST = 8  # a feature must hold in so many papers
L1 = 1e-5
SLACK = 0.003
Facts = dict[str, Any]
Ints = npt.NDArray[np.int64]


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
    table = {role: _labels(reading, facts, role) for role in ROLES}
    stances = _stances(facts)
    out = Paper(facts, [], [], [], [], sorted(paper_features(doc.text, len(record["title"]))))
    for key, candidate in reading.candidates.items():
        text = reading.written(candidate.places[0])
        stance = stances.get(normalise(text), -1)
        out.names.append(candidate.partner if candidate.short and candidate.partner else key)
        out.texts.append(text)
        out.features.append(sorted(candidate.features))
        out.labels.append([*(table[role].get(key, 0) for role in ROLES), stance])
    return out


_NLP = spacy.blank("en")


def _stances(facts: Facts) -> dict[tuple[str, ...], int]:
    return {
        normalise(form): int(item.get("stance") == "studies")
        for item in facts["targets"]
        for form in (item["name"], *item["aliases"])
    }


def _labels(reading: Reading, facts: Facts, role: str) -> dict[tuple[str, ...], int]:
    """Label candidates: 1 for the annotated name, or the nearest phrase where none is equal; -1 overlaps."""
    items: dict[tuple[str, ...], dict[str, Any]] = {}
    for key, candidate in reading.candidates.items():
        partner = reading.candidates.get(candidate.partner) if candidate.partner else None
        aliases = [reading.written(partner.places[0])] if partner else []
        items[key] = {"name": reading.written(candidate.places[0]), "aliases": aliases}
    labels: dict[tuple[str, ...], int] = {}
    for gold in _named(facts, role):
        equal = [key for key, item in items.items() if same_exactly(gold, item)]
        near = [key for key, item in items.items() if key not in equal and same_relaxed(gold, item)]
        if not equal and near:
            wanted = set(_forms(gold)[0])
            near.sort(key=lambda key: (-len(wanted & set(key)) / len(wanted | set(key)), -len(key), key))
            equal, near = near[:1], near[1:]
        labels.update(dict.fromkeys(equal, 1))
        for key in near:
            labels.setdefault(key, -1)
    return labels


class Matrix:
    """Sparse rows of feature numbers."""

    def __init__(self, cases: Sequence[Sequence[str]], vocabulary: Sequence[str]) -> None:
        number = {feature: i for i, feature in enumerate(vocabulary)}
        rows = [[number[f] for f in case if f in number] for case in cases]
        self.size = len(vocabulary)
        self.lengths: Ints = np.array([len(row) for row in rows], dtype=np.int64)
        self.starts: Ints = np.concatenate([[0], np.cumsum(self.lengths)[:-1]])
        self.flat: Ints = np.array([i for row in rows for i in row], dtype=np.int64)

    def part(self, rows: Ints) -> tuple[Ints, Ints]:
        """Return the feature numbers of some rows, and to which of these rows each belongs."""
        lengths = self.lengths[rows]
        owner = np.repeat(np.arange(len(rows)), lengths)
        shift = self.starts[rows] - np.concatenate([[0], np.cumsum(lengths)[:-1]])
        return self.flat[np.repeat(shift, lengths) + np.arange(len(owner))], owner

    def probabilities(self, weights: Floats, bias: float) -> Floats:
        """Return the probability of every row."""
        owner = np.repeat(np.arange(len(self.lengths)), self.lengths)
        total = np.bincount(owner, weights=weights[self.flat], minlength=len(self.lengths))
        probabilities: Floats = 1 / (1 + np.exp(-total - bias))
        return probabilities


def fit(
    matrix: Matrix,
    rows: Ints,
    wanted: Floats,
    worth: Floats,
    unseen: npt.NDArray[np.bool_],
    *,
    epochs: int = 12,
) -> tuple[Floats, float]:
    """Fit one output on some rows; `worth` weighs every row, features that are `unseen` get no weight."""
    random = np.random.default_rng(0)
    weights, bias = np.zeros(matrix.size), -3.0
    seen, seen_bias, rate = np.full(matrix.size, 1e-6), 1e-6, 0.15
    batch = min(3000, max(len(rows) // 30, 1))
    for _ in range(epochs):
        order = random.permutation(rows)
        for at in range(0, len(order), batch):
            part = order[at : at + batch]
            flat, owner = matrix.part(part)
            total = np.bincount(owner, weights=weights[flat], minlength=len(part)) + bias
            error = (1 / (1 + np.exp(-total)) - wanted[part]) * worth[part] / len(part)
            slope = np.bincount(flat, weights=error[owner], minlength=matrix.size)
            seen += slope * slope
            step = rate / np.sqrt(seen)
            moved = weights - step * slope
            weights = np.sign(moved) * np.maximum(
                np.abs(moved) - step * L1 * ((slope != 0) | (weights != 0)), 0
            )
            weights[unseen] = 0.0
            seen_bias += float(error.sum()) ** 2
            bias -= rate / np.sqrt(seen_bias) * float(error.sum())
        rate *= 0.88
    return weights, bias


def targets_of(papers: Sequence[Paper]) -> list[tuple[Floats, Floats]]:
    """Return for each output what is wanted of every candidate, and what the candidate is worth."""
    labels = np.array([row for paper in papers for row in paper.labels], dtype=np.float64)
    out = []
    for i, output in enumerate(OUTPUTS):
        column = labels[:, i]
        worth = np.where(column < 0, 0.0 if output == "studies" else 0.3, 1.0)
        out.append(((column > 0).astype(np.float64), worth))
    return out


def vocabulary_of(cases: Sequence[Sequence[str]], least: int) -> list[str]:
    """Return the features that hold often enough, without those made of bare numbers."""
    counts = Counter(feature for case in cases for feature in set(case))
    return sorted(
        f for f, n in counts.items() if n >= least and not re.search(r"(?:has|from|head|last2)=.*\d", f)
    )


# What everybody knows today was introduced by somebody once: the papers that are fitted here are recent,
# those that are read need not be. So that a name is known says nothing where the text seems to introduce it.
BLIND = {ROLES.index("introduces"): ("cued=",)}


def _unseen(names: Sequence[str], prefixes: tuple[str, ...]) -> npt.NDArray[np.bool_]:
    return np.array([name.startswith(prefixes) for name in names]) if prefixes else np.zeros(len(names), bool)


def fit_all(
    cases: Sequence[Sequence[str]],
    wants: Sequence[tuple[Floats, Floats]],
    rows: Ints,
    vocabulary: list[str],
    keep: int,
    blind: Mapping[int, tuple[str, ...]],
) -> tuple[list[str], list[tuple[Floats, float]], Matrix]:
    """Fit every output twice: to find the features that carry weight, then on those alone."""
    matrix = Matrix(cases, vocabulary)
    often = np.sqrt(np.minimum(np.bincount(matrix.flat, minlength=matrix.size), 2000))
    rank = np.zeros(matrix.size)
    for number, (wanted, worth) in enumerate(wants):
        rows_here = rows[worth[rows] > 0]
        found, _ = fit(matrix, rows_here, wanted, worth, _unseen(vocabulary, blind.get(number, ())))
        rank = np.maximum(rank, np.abs(found) * often)
    kept = sorted(np.argsort(-rank, kind="stable")[:keep].tolist())
    names = [vocabulary[i] for i in kept]
    matrix = Matrix(cases, names)
    fits = [
        fit(matrix, rows[worth[rows] > 0], wanted, worth, _unseen(names, blind.get(number, ())))
        for number, (wanted, worth) in enumerate(wants)
    ]
    return names, fits, matrix


def write(
    path: Path,
    outputs: Sequence[str],
    names: list[str],
    fits: list[tuple[Floats, float]],
    limits: Sequence[float],
) -> None:
    """Write a table of weights."""
    table = np.stack([weights for weights, _ in fits], axis=1)
    lines = [
        "# What each feature speaks for, in log odds. Written by scripts/fit_judge.py.",
        "\t".join(("feature", *outputs)),
        "\t".join((BIAS, *(f"{bias:.2f}" for _, bias in fits))),
        "\t".join((THRESHOLD, *(f"{limit:.2f}" for limit in limits))),
    ]
    for name, row in zip(names, table, strict=True):
        if np.abs(row).max() >= 0.05:
            lines.append("\t".join((name, *("" if abs(x) < 0.005 else f"{x:.2f}" for x in row))))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{path.name}: {len(lines) - 4} features, {path.stat().st_size // 1024} kB")


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
                wanted = _named(paper.facts, role)
                chosen = choose(things, {**limits, role: limit})[role]
                guessed = [{"name": n[0], "aliases": n[1:4]} for n in (list(t.forms) for t in chosen)]
                hit += len(_match(wanted, guessed, same_relaxed))
                gold, found = gold + len(wanted), found + len(guessed)
            results.append((2 * hit / max(gold + found, 1), limit))
        best = max(value for value, _ in results)
        # The curve is flat at its top; on papers of another kind probabilities are lower, so the lowest wins.
        limits[role] = min(limit for value, limit in results if value >= best - SLACK)
        print(f"{role}: threshold {limits[role]:.2f}, relaxed F1 {best:.3f}")
    return limits


def _lines(path: Path) -> list[Facts]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def main() -> None:
    """Fit, tune, fit again, write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rows", type=int, default=3000, help="features to keep")
    parser.add_argument("--held-out", type=int, default=820, help="last papers, for thresholds")
    parser.add_argument("--only-seen", action="store_true", help="do not fit again with the held-out papers")
    args = parser.parse_args()
    jobs = zip(_lines(args.folder / "papers.jsonl"), _lines(args.folder / "facts.jsonl"), strict=True)
    with Pool() as pool:
        papers = pool.map(_examples, list(jobs), 16)
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
    write(DATA / "weights.tsv", OUTPUTS, names, fits, [*(limits[role] for role in ROLES), 0.5])
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
    write(DATA / "kinds.tsv", KINDS, names, fits, [0.5] * len(KINDS))


if __name__ == "__main__":
    main()
