#!/usr/bin/env python3
"""Fit `extractors/data/numbers_cues.tsv` and `numbers_slots.tsv` to annotated papers.

    python -m scripts.fit_numbers TRAIN_DIR [TRAIN_DIR ...] [--held-out 820] [--only-seen]

Each TRAIN_DIR holds papers.jsonl (id, title, abstract) and facts.jsonl (same ids, the guide's format). The
packaged tables are fitted to ../shared/train and to `learnt.jsonl`, `learnt-2.jsonl` and `learnt-3.jsonl` of
`benchmarks/annotations`, with their texts. `--held-out` takes the last papers of the last folder. What a
number is: logistic regressions over its cues. Which phrase fills a slot of a claimed number: a conditional
logit over the candidates and over leaving it empty. What the number before was given counts there too, and
is taken from fits that have not seen the paper, as it will not be known for a new one either. Every model is
fitted twice: to find the features that carry weight, then on those alone. The first fits leave the last
papers out and are measured on them; the tables that stay are then fitted to all papers. Deterministic.
"""

from __future__ import annotations

import argparse
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from spacy.language import Language
from spacy.tokens import Doc, Span

from extractors import FAST, load, number_cues, result_slots
from extractors.abbreviations import Abbreviations
from extractors.doc import make_doc, spans_of
from extractors.judge import judge
from extractors.linear import BIAS
from extractors.mentions import Mentions
from extractors.number_cues import TARGETS
from extractors.numbers import Numbers, quantities, surroundings
from extractors.quantities import scan
from extractors.result_choice import chain_cue, chain_empty
from extractors.result_scenes import stage
from extractors.result_slots import SLOTS, empty_cues, metric_heads, metric_names
from extractors.results import link_results, offered
from extractors.sentences import Sentences
from extractors.tokens import tokens_of
from extractors.training.gold import match_numbers, number_kinds, right_options
from extractors.unlatex import plain
from kg.model import Claim
from kg.score import score
from scripts.choice_fit import Choices, Claimed, annotated, fit_chained, fit_choice
from scripts.linear_fit import (
    DATA,
    LEAST,
    Facts,
    fit_all,
    read_lines,
    weightiest,
    write,
)

CUES, CUES_L1 = 1200, 3e-4
CHOICES, CHOICES_LEAST = 8000, 4  # four of ten papers claim no number
KINDS = TARGETS[2:]
# Words of the cues' own language, beside ordinary ones.
_OWN = frozenset(
    ("pct", "dec", "int", "ll", "rl", "metriclike", "misaligned", "inlist", "dataset", "benchmark")
)
_OWN |= {"metric", "method", "tool", "task", "problem", "none", "true", "false"}
_WORD = re.compile(r"[A-Za-z][A-Za-z-]+")
Slots = dict[str, str | None]


@dataclass
class Paper:
    """One annotated paper, read."""

    facts: Facts
    doc: Doc
    spans: list[tuple[Span, float, str]]
    claims: list[Claim]


def read_papers(folder: Path, nlp: Language, parts: Sequence[Callable[[Doc], Doc]]) -> list[Paper]:
    """Read every paper of a folder with the parts of a pipeline that come before its claims."""
    papers = []
    pairs = zip(read_lines(folder / "papers.jsonl"), read_lines(folder / "facts.jsonl"), strict=True)
    for record, facts in pairs:
        doc = make_doc(nlp, record["title"], record["abstract"])
        for part in parts:
            doc = part(doc)
        spans = spans_of(doc)
        papers.append(Paper(facts, doc, spans, judge(doc, spans)[1]))
    return papers


def ordinary(papers: Sequence[Paper]) -> frozenset[str]:
    """Return the words that are no names: mostly written small, in ten papers or more; and metrics."""
    small: Counter[str] = Counter()
    written: Counter[str] = Counter()
    for paper in papers:
        found = set(_WORD.findall(paper.doc.text))
        small.update(word for word in found if word.islower())
        written.update({word.lower() for word in found})
    words = frozenset(word for word, n in small.items() if n >= 10 and n >= 0.6 * written[word])
    return words | _OWN | {word for name in metric_names() for word in name.split()} | metric_heads()


def vocabulary_of(cases: Sequence[tuple[int, Sequence[str]]], words: frozenset[str], least: int) -> list[str]:
    """Return the features that hold in enough papers and are made of ordinary words.

    Args:
        cases: the paper of each case, and its features.
        words: ordinary words.
        least: a feature must hold in so many papers.
    """
    counts = Counter(feature for _, feature in {(paper, f) for paper, case in cases for f in case})
    return sorted(f for f, n in counts.items() if n >= least and _is_general(f, words))


def _is_general(feature: str, words: frozenset[str]) -> bool:
    said = feature.split("=", 1)[-1]
    return all(word.lower() in words for word in _WORD.findall(said))


def fit_cues(papers: Sequence[Paper], seen: int, words: frozenset[str]) -> None:
    """Fit what numbers are, and write the table; the first `seen` papers count."""
    cases: list[tuple[int, list[str]]] = []
    kinds: list[str] = []
    for i, paper in enumerate(papers[:seen]):
        tokens = tokens_of(paper.doc)
        found = scan(tokens.text)
        around = surroundings(tokens, plain(tokens.text), paper.doc._.kg_title_end, found)
        cases += [(i, cues) for cues in around]
        kinds += number_kinds(paper.facts, tokens.text, found)
    labels = np.array(kinds)
    known = np.isin(labels, KINDS)
    wants = [(known.astype(np.float64), np.ones(len(labels)))]
    wants.append(((labels == "scale").astype(np.float64), (~known).astype(np.float64)))
    wants += [((labels == kind).astype(np.float64), known.astype(np.float64)) for kind in KINDS]
    names, fits, _ = fit_all(
        [case for _, case in cases],
        wants,
        np.arange(len(cases)),
        vocabulary_of(cases, words, LEAST),
        CUES,
        {},
        l1=CUES_L1,
    )
    bias = {BIAS: [bias for _, bias in fits]}
    write(DATA / "numbers_cues.tsv", "fit_numbers.py", TARGETS, bias, names, [weights for weights, _ in fits])


def claimed_of(papers: Sequence[Paper]) -> list[Claimed]:
    """Return every number that counts as a result now, with its candidates."""
    out: list[Claimed] = []
    for at, paper in enumerate(papers):
        numbers = quantities(paper.doc)
        found = [n for n in numbers if n.category == "result"]
        gold = match_numbers(paper.facts, [(n.value, n.value_text, n.unit) for n in found])
        by_place = {n.start: gold.get(i) for i, n in enumerate(found)}
        layout = stage(paper.doc, numbers, paper.spans, paper.claims)
        for where, scene in layout.scenes:
            for i, number in enumerate(scene.numbers):
                options = offered(layout, where, scene, i)
                texts = [layout.raw[option.start : option.end] for option in options]
                result = by_place[number.start]
                right = right_options(result, texts, SLOTS) if result else _none_right(texts)
                cues = [*(option.cues for option in options), empty_cues(scene, i)]
                chain = [chain_cue(scene, i, True), chain_cue(scene, i, False)]
                chain += [chain_empty(scene, i, True), chain_empty(scene, i, False)]
                out.append(
                    Claimed(
                        at, result, cues, [text.lower() for text in texts], right,
                        len(out) - 1 if i else -1, (chain[0], chain[1], chain[2], chain[3]),
                    )
                )  # fmt: skip
    return out


def _none_right(texts: Sequence[str]) -> list[list[bool]]:
    return [[False] * (len(texts) + 1) for _ in SLOTS]


def fit_slots(papers: Sequence[Paper], seen: int, words: frozenset[str]) -> None:
    """Fit what fills the slots of a result, and write the table; the first `seen` papers count."""
    claimed = claimed_of(papers[:seen])
    cases = [(one.paper, option) for one in claimed for option in [*one.options, one.chain]]
    choices = Choices(claimed, vocabulary_of(cases, words, CHOICES_LEAST))
    known = np.flatnonzero([one.gold is not None for one in claimed])
    right = [
        np.array([ok for one in claimed for ok in one.right[s]], dtype=np.float64) for s in range(len(SLOTS))
    ]
    ranks = []
    for s, slot in enumerate(SLOTS):
        choices.link([annotated(one, slot) for one in claimed])
        ranks.append(fit_choice(choices, known, right[s]))
    kept = weightiest(choices.matrix, ranks, CHOICES)
    choices = Choices(claimed, [choices.names[i] for i in kept if i < len(choices.names)])
    weights = [fit_chained(choices, known, right[s], slot)[:-1] for s, slot in enumerate(SLOTS)]
    write(DATA / "numbers_slots.tsv", "fit_numbers.py", SLOTS, {}, choices.names, weights)


def fit_tables(papers: Sequence[Paper], seen: int, words: frozenset[str]) -> None:
    """Fit and write both tables; the second is fitted to what the first takes for results."""
    fit_cues(papers, seen, words)
    number_cues.forget_weights()
    fit_slots(papers, seen, words)
    result_slots.forget_weights()


def measure(papers: Sequence[Paper]) -> None:
    """Print how well papers are read with the tables as they are."""
    predicted = []
    for paper in papers:
        Numbers()(paper.doc)
        results, _ = link_results(paper.doc, paper.spans, paper.claims)
        found = []
        for result in results:
            slots = {slot: getattr(result, slot) for slot in SLOTS}
            own = {
                key: getattr(result, key) for key in ("value", "value_text", "unit", "kind", "baseline_value")
            }
            found.append({**own, **{slot: name.text if name else None for slot, name in slots.items()}})
        predicted.append({"id": paper.facts["id"], "results": found})
    scores = score([paper.facts for paper in papers], predicted)
    for name in ("results", "results_linked", "results_full"):
        row = scores[name]
        print(f"{name}: P {row['p']:.3f}, R {row['r']:.3f}, F1 {row['f1']:.3f}")


def main() -> None:
    """Fit, measure, fit again, write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--held-out", type=int, default=820, help="last papers, to measure on")
    parser.add_argument("--only-seen", action="store_true", help="do not fit again with the held-out papers")
    args = parser.parse_args()
    nlp = load(FAST)
    parts = (Sentences(), Abbreviations(), Numbers(), Mentions())
    papers = [paper for folder in args.folders for paper in read_papers(folder, nlp, parts)]
    seen = len(papers) - args.held_out
    words = ordinary(papers)
    fit_tables(papers, seen, words)
    measure(papers[seen:])
    if not args.only_seen:
        fit_tables(papers, len(papers), words)


if __name__ == "__main__":
    main()
