"""Annotated abstracts as arrays: what the network reads, and what it should say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
from spacy.language import Language
from spacy.tokens import Doc

from extractors.candidates import Reading, read
from extractors.doc import make_doc, numbers_of, spans_of
from extractors.judge import judge
from extractors.linear import KINDS, OUTPUTS, ROLES
from extractors.looks import looks, marks
from extractors.number_cues import TARGETS, nudge
from extractors.number_cues import weigh as weigh_number
from extractors.numbers import surroundings, token_range
from extractors.pipeline import load
from extractors.quantities import Number, scan
from extractors.result_scenes import stage
from extractors.result_slots import SLOTS, empty_cues
from extractors.result_slots import weigh as weigh_slot
from extractors.results import offered
from extractors.tokens import tokens_of
from extractors.trained import FAST, NUMBERS
from extractors.training.gold import Facts, labels, match_numbers, number_kinds, right_options, stances
from extractors.unlatex import plain
from extractors.wordpieces import Pieces, WordPieces
from kg.score import normalise

Array = npt.NDArray[Any]
# What kind of paper it is and of what type a name is: learnt beside the rest, for what they teach the layers.
TYPES = ("Method", "Dataset", "Benchmark", "Metric", "Tool")
_OVERLAPS = 0.3  # what a phrase is worth that overlaps an annotated name
_MAY_BE = -1.0  # log odds from which a number is linked, as if it claimed a result


@dataclass(slots=True)
class Choice:
    """A number and the phrases that may fill its slots.

    Attributes:
        number: its place among the paper's numbers.
        places: token ranges of the phrases.
        texts: the phrases.
        table: scores of phrases by the tables, last of leaving the slot empty, shape (phrases + 1, slots).
        right: in the same shape which fill it rightly (or with what chance); None where nobody has said.
    """

    number: int
    places: Array
    texts: list[str]
    table: Array
    right: Array | None


@dataclass(slots=True)
class Example:
    """One paper.

    Attributes:
        facts: the annotation, None without one.
        pieces: word pieces of each token.
        marks: how each token is written, and whether it is in the title (`looks.marks`).
        names: identities of the names; forms: as each is written.
        places, owners: where names stand (token ranges), and which name each is, in ascending order.
        looks: what each name looks like, shape (names, `looks.LOOKS`).
        roles, worth: what roles they have, and what that is worth in training.
        types: index into `TYPES` of each name, -1 unknown; or chances.
        kind: index into `KINDS`, -1 unknown; or chances.
        numbers: token ranges; values: value, text and unit; nudges: what rules add to a result's log odds.
        number_table: log odds by the tables.
        categories, number_kinds: none, result, scale; kind of a result, -1 where it is none; or chances.
        choices: for the numbers that may be results.
        annotator: whose annotation it is; 0 is the one whose habits the model takes on.
    """

    facts: Facts | None
    pieces: list[Pieces]
    marks: list[int]
    names: list[str]
    forms: list[list[str]]
    places: Array
    owners: Array
    looks: Array
    roles: Array
    worth: Array
    types: Array
    kind: Array
    numbers: Array
    values: list[tuple[float, str, str | None]]
    nudges: Array
    number_table: Array
    categories: Array
    number_kinds: Array
    choices: list[Choice]
    annotator: int = 0


@cache
def _pipeline() -> Language:
    nlp = load(FAST)
    nlp.remove_pipe("kg_claims")
    return nlp


def examples(records: Iterable[tuple[Facts, Facts | None]], pieces: WordPieces) -> Iterator[Example]:
    """Turn papers (title, abstract) and their annotation, None without one, into examples."""
    nlp = _pipeline()
    for record, facts in records:
        doc = make_doc(nlp, record["title"], record["abstract"])
        yield _example(nlp(doc), facts, pieces)


def texts(records: Iterable[Facts], pieces: WordPieces) -> Iterator[tuple[list[int], list[int]]]:
    """Turn papers into word pieces and the mark of each."""
    nlp = _pipeline()
    for record in records:
        doc = make_doc(nlp, record["title"], record["abstract"])
        tokens = tokens_of(doc)
        marked = marks(tokens.texts, tokens.starts, doc._.kg_title_end)
        found = [pieces.of(text) for text in tokens.texts]
        yield (
            [piece for some in found for piece in some],
            [mark for some, mark in zip(found, marked, strict=True) for _ in some],
        )


def _example(doc: Doc, facts: Facts | None, pieces: WordPieces) -> Example:
    tokens = tokens_of(doc)
    reading = read(doc)
    candidates = list(reading.candidates.values())
    number: dict[str, int] = {}
    owner = [
        number.setdefault(" ".join(c.partner if c.short and c.partner else c.key), len(number))
        for c in candidates
    ]
    forms: list[list[str]] = [[] for _ in number]
    for name, candidate in zip(owner, candidates, strict=True):
        text = reading.written(candidate.places[0])
        if text not in forms[name]:
            forms[name].append(text)
    found = sorted((n, p.start, p.end) for n, c in zip(owner, candidates, strict=True) for p in c.places)
    roles, worth, types = _roles(reading, facts, owner, len(number))
    numbers = scan(tokens.text)
    shown = plain(tokens.text)
    cues = surroundings(tokens, shown, doc._.kg_title_end, numbers)
    odds = np.array([[weigh_number(c)[t] for t in TARGETS] for c in cues]).reshape(-1, len(TARGETS))
    nudges = np.array([nudge(shown, n) for n in numbers])
    kinds = number_kinds(facts, tokens.text, numbers) if facts else ["none"] * len(numbers)
    return Example(
        facts=facts,
        pieces=[pieces.of(text) for text in tokens.texts],
        marks=marks(tokens.texts, tokens.starts, doc._.kg_title_end),
        names=list(number),
        forms=forms,
        places=_ranges([(start, end) for _, start, end in found]),
        owners=np.array([n for n, _, _ in found], dtype=np.int64),
        looks=looks(reading, candidates, owner, len(number)),
        roles=roles,
        worth=worth,
        types=types,
        kind=np.array(KINDS.index(facts["kind"]) if facts and facts["kind"] in KINDS else -1),
        numbers=_ranges([token_range(tokens.starts, n.start, n.end) for n in numbers]),
        values=[(n.value, tokens.text[n.start : n.end], n.unit) for n in numbers],
        nudges=nudges,
        number_table=odds,
        categories=np.array([0 if k == "none" else 2 if k == "scale" else 1 for k in kinds], dtype=np.int64),
        number_kinds=np.array(
            [NUMBERS.index(k) - 3 if k in NUMBERS[3:] else -1 for k in kinds], dtype=np.int64
        ),
        choices=_choices(doc, facts, numbers, odds[:, 0] + nudges > _MAY_BE),
    )


def _ranges(found: list[tuple[int, int]]) -> Array:
    return np.array(found, dtype=np.int64).reshape(-1, 2)


def _roles(reading: Reading, facts: Facts | None, owner: list[int], names: int) -> tuple[Array, Array, Array]:
    """Return what is said of each name: its roles, what they are worth, and its type."""
    roles = np.zeros((names, len(OUTPUTS)))
    worth = np.ones((names, len(OUTPUTS)))
    types = np.full(names, -1, dtype=np.int64)
    if facts is None:
        return roles, worth, types
    for r, role in enumerate(ROLES):
        said = labels(reading, facts, role)
        for name, key in zip(owner, reading.candidates, strict=True):
            value = said.get(key, 0)
            roles[name, r] = max(roles[name, r], value)
            if value < 0:
                worth[name, r] = _OVERLAPS
    worth[roles > 0] = 1.0
    worth[:, len(ROLES)] = 0.0
    kinds = {normalise(form): "Benchmark" for form in facts["benchmarks"]}
    kinds |= {normalise(form): "Dataset" for form in facts["datasets"]}
    for item in facts["introduces"]:
        kinds |= {normalise(form): item["type"] for form in (item["name"], *item["aliases"])}
    stance = stances(facts)
    for name, candidate in zip(owner, reading.candidates.values(), strict=True):
        form = normalise(reading.written(candidate.places[0]))
        if form in stance:
            roles[name, len(ROLES)], worth[name, len(ROLES)] = stance[form], 1.0
        if kinds.get(form) in TYPES:
            types[name] = TYPES.index(kinds[form])  # type: ignore[arg-type]
    return roles, worth, types


def _choices(
    doc: Doc, facts: Facts | None, found: list[Number], likely: npt.NDArray[np.bool_]
) -> list[Choice]:
    """Lay out the numbers that are, or may well be, results, with the phrases around them."""
    quantities = numbers_of(doc)
    gold = match_numbers(facts, [(q.value, q.value_text, q.unit) for q in quantities]) if facts else {}
    taken = [
        replace(q, category="result")
        if i in gold or q.category == "result" or (likely[i] and found[i].shape != "count")
        else q
        for i, q in enumerate(quantities)
    ]
    spans = spans_of(doc)
    claims = judge(doc, spans)[1]
    layout = stage(doc, taken, [s for s in spans if s[0].label_ not in ("Number", "Scale")], claims)
    starts = tokens_of(doc).starts
    at = {quantity.start: i for i, quantity in enumerate(taken)}
    out: list[Choice] = []
    for where, scene in layout.scenes:
        for i, number in enumerate(scene.numbers):
            options = offered(layout, where, scene, i)
            texts = [layout.raw[option.start : option.end] for option in options]
            result = gold.get(at[number.start])
            out.append(
                Choice(
                    number=at[number.start],
                    places=_ranges([token_range(starts, o.start, o.end) for o in options]),
                    texts=texts,
                    table=np.array(
                        [*(weigh_slot(o.cues) for o in options), weigh_slot(empty_cues(scene, i))]
                    ),
                    right=np.array(right_options(result, texts, SLOTS), dtype=np.float32).T
                    if result
                    else None,
                )
            )
    return out
