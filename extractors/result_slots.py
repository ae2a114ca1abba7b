"""Which phrase fills a slot of a claimed number: metric, what it was measured on, method, baseline.

Every noun phrase around the number is a candidate; a linear model over a few cues (side, distance,
preposition, the words between, agreement of parallel lists) scores it for each slot against
leaving the slot empty. The weights in `data/numbers_slots.tsv` are a conditional logistic regression's
(`scripts/fit_numbers.py`), one line a cue.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from extractors.lexicon import sections
from extractors.number_cues import unit_class, weight_rows
from extractors.numbers import Quantity
from extractors.phrases import Phrase, phrases
from extractors.units import WORD_NUMBERS, rows

SLOTS = ("metric", "on", "method", "baseline")
WINDOW = 14  # phrases to either side of a number that are offered to it
_NOTHING = (0.0,) * len(SLOTS)
_WORDS = sections("numbers_words")
_PREPOSITIONS = frozenset({"on", "across", "for", "in", "than", "over"})
_JOINS = _PREPOSITIONS | {"to", "of", "by", "compared"}
_RIVAL = re.compile(
    r"\b(?:compar\w+|than|over|outperform\w*|surpass\w*|exceed\w*|versus|vs|against|relative|beat\w*)\b"
)
_SIDE = re.compile(r"\b(?:while|whereas|but|although)\b|;")
_TOKEN = re.compile(r"\d[\d.,]*|\w[\w-]*|[^\s\w]")
_NAME = re.compile(r"[^\W_a-z]")
_PLURALS = ("benchmarks", "datasets", "corpora")
# What is kept of the words between a phrase and a number, to say how they are joined.
_PATH = frozenset({"from", "to", "by", "of", "with", "while", "and", "over", "on", "in", "for", "at"})
_VERBS = ("achiev", "improv", "reduc", "outperform", "increas", "decreas", "compared")
_MARKS = frozenset(",;:()")
_AND = re.compile(r"\b(?:and|or)\b|[&/]")


@dataclass(frozen=True, slots=True)
class Scene:
    """One sentence with its phrases and the claimed numbers in it.

    Attributes:
        text: the Doc's text with LaTeX blanked (same length).
        numbers: claimed results in it, in order.
        phrases: its noun phrases, in order.
        lists: for each phrase its place in a parallel list and the list's length.
        groups: for each number likewise.
        labels: label of the mention over a phrase, by phrase.
        looks: what each phrase looks like (see `nature`).
        starts: where the numbers start.
        places: where the phrases start.
        inner: mentions inside each phrase that are shorter than it.
        main: forms of the paper's main method, in lower case.
        ordered: whether the sentence says "respectively".
    """

    text: str
    numbers: list[Quantity]
    phrases: list[Phrase]
    lists: list[tuple[int, int]]
    groups: list[tuple[int, int]]
    labels: list[str]
    looks: list[str]
    starts: list[int]
    places: list[int]
    inner: list[list[tuple[int, int, str]]]
    main: frozenset[str]
    ordered: bool


@dataclass(frozen=True, slots=True)
class Candidate:
    """A phrase that might fill a slot, and what speaks for it."""

    start: int
    end: int
    cues: list[str]


def find_phrases(text: str, low: int, high: int, taken: list[tuple[int, int]], split: bool) -> list[Phrase]:
    """Return the candidate phrases of a sentence, trimmed; with `split`, "Precision/Recall" is two."""
    out = []
    for phrase in phrases(text, low, high, taken, split_slash=split):
        if phrase.before == "same" and phrase.words[-1] in _WORDS["generic"] and len(phrase.words) == 1:
            continue  # "on the same benchmark" names nothing
        first, last = 0, len(phrase.words)
        while first < last - 1 and phrase.words[first] in _WORDS["vague"]:
            first += 1
        while first < last and phrase.words[last - 1] in _WORDS["changes"]:
            last -= 1
        if (
            last - first > 1
            and phrase.words[last - 1] == "scores"
            and phrase.after == "#"
            and last == len(phrase.words)
        ):
            last -= 1  # a verb: "FooNet scores 45"
        if first < last and not (last - first == 1 and phrase.words[first] in _WORDS["empty"]):
            out.append(_named(text, phrase.part(first, last)))
    return out


def _named(text: str, phrase: Phrase) -> Phrase:
    """Reduce "the real-world XY20k dataset" to "XY20k".

    A phrase without a name, or all name, is left alone, and so are "three public QA datasets" and "medical QA
    benchmarks", whose name is not "QA".
    """
    last = len(phrase.words)
    while last and phrase.words[last - 1] in _WORDS["generic"]:
        last -= 1
    if last in (0, len(phrase.words)):
        return phrase
    first = 0
    while first < last and not _is_name(text, phrase.spans[first]):
        first += 1
    several = phrase.words[0] in WORD_NUMBERS or phrase.before == "#" or phrase.words[-1] in _PLURALS
    return phrase if first == last or (first and several) else phrase.part(first, last)


def _is_name(text: str, span: tuple[int, int]) -> bool:
    """Whether a word looks like a name: a capital or a figure in it."""
    return _NAME.search(text, span[0], span[1]) is not None


def candidates(scene: Scene, at: int) -> list[Candidate]:
    """Return the phrases around number `at` of a scene with their cues."""
    number = scene.numbers[at]
    middle = bisect_left(scene.places, number.start)
    out = []
    for j in range(max(0, middle - WINDOW), min(len(scene.phrases), middle + WINDOW)):
        phrase = scene.phrases[j]
        found = _cues(scene, at, j, middle)
        out.append(Candidate(phrase.start, phrase.end, found))
        out += _pieces(scene, j, found)
        place, length = scene.lists[j]
        if place == 0 and 1 < length < 5 and length != scene.groups[at][1]:
            last = scene.phrases[scene.lists.index((length - 1, length), j)]
            # Two names apart by a comma alone are no list: "On XY, AB reaches 9%".
            if length > 2 or _AND.search(scene.text, phrase.end, last.start):
                out.append(Candidate(phrase.start, last.end, [*found, "whole"]))
    return out


def _pieces(scene: Scene, j: int, found: list[str]) -> list[Candidate]:
    """Cut "XY-1k top-1 accuracy" into what it was measured on and the metric, and lift out inner mentions."""
    phrase, text = scene.phrases[j], scene.text
    words = len(phrase.words)
    cut = 0
    while cut < words - 1 and _is_name(text, phrase.spans[cut]):
        cut += 1
    out = []
    look = scene.looks[j]
    where = [cue for cue in found if cue[0] in "LR" or cue == "bias"]
    if cut and words > 1:
        out.append(
            Candidate(phrase.start, phrase.spans[cut - 1][1], [*where, "piece=name", f"piece=name|{look}"])
        )
        if look.startswith("metric"):
            out.append(Candidate(phrase.spans[cut][0], phrase.end, [*found, "piece=rest"]))
    for start, end, label in scene.inner[j]:
        own = [f"piece=M|{label}", f"piece=M|{label}|{phrase.before}", f"piece=M|{label}|{look}"]
        out.append(Candidate(start, end, [*where, *own]))
    return out


def _cues(scene: Scene, at: int, j: int, middle: int) -> list[str]:
    number, phrase = scene.numbers[at], scene.phrases[j]
    left = j < middle
    side = "L" if left else "R"
    span = (phrase.end, number.start) if left else (number.end, phrase.start)
    gap = scene.text[span[0] : span[1]]
    words = ["#" if w[0].isdigit() else w.lower() for w in _TOKEN.findall(gap)]
    steps = min(middle - 1 - j if left else j - middle, 5)
    others = min(max(bisect_left(scene.starts, span[1]) - bisect_left(scene.starts, span[0]), 0), 3)
    near = f"{side}{steps}"
    look = scene.looks[j]
    unit = unit_class(number.unit, number.value, "")
    label = scene.labels[j]
    found = [
        "bias", near, f"{near}n{others}", f"{near}|{phrase.before}", f"{side}|{phrase.before}",
        f"before={phrase.before}",
        f"after={phrase.after}", f"{side}|{phrase.after}", f"{look}", f"{look}|{near}",
        f"{look}|{phrase.before}",
        f"M={label}", f"M={label}|{side}n{others}", f"M={label}|{phrase.before}", f"head={phrase.words[-1]}",
        f"{number.kind}|{near}", f"{number.kind}|{side}|{phrase.before}", f"{unit}|{look}", f"{unit}|{near}",
        f"words={min(len(phrase.words), 6)}", f"opens={phrase.words[0]}", f"head={phrase.words[-1]}|{side}",
        f"{phrase.before}|head={phrase.words[-1]}", f"{phrase.before}|{phrase.after}",
        f"{look}|{phrase.before}|{phrase.after}", f"{look}|{near}|{phrase.before}",
        f"{number.kind}|{look}|{side}|{phrase.before}",
        f"{look}|{side}marks={''.join(sorted(_MARKS.intersection(words)))}",
    ]  # fmt: skip
    path = [word for word in words if word in _PATH or word.startswith(_VERBS)]
    found.append(f"{side}path={' '.join(path[:4])}|{len(path) > 4}")
    found.append(f"{look}|{found[-1]}")
    if len(words) <= 4:
        found.append(f"{side}gap=" + " ".join(words))
        found.append(f"{look}|{side}gap=" + " ".join(words))
    else:
        found.append(f"{side}in=" + " ".join(words[:2] if not left else words[-2:]))
        found.append(f"{side}out=" + " ".join(words[-2:] if not left else words[:2]))
    if _RIVAL.search(gap):
        found += [f"rival|{side}", f"rival|{phrase.before}"]
    if _SIDE.search(gap):
        found.append(f"clause|{side}")
    if j == 0:
        found.append(f"first|{phrase.before}")
    if " ".join(phrase.words) in scene.main:
        found += ["main", f"main|{side}n{others}"]
    found += _agreement(scene, at, j, side)
    return found


def _agreement(scene: Scene, at: int, j: int, side: str) -> list[str]:
    """Cues from parallel lists: the second of two numbers belongs with the second of two names."""
    place, length = scene.lists[j]
    number_place, numbers = scene.groups[at]
    if length == 1:
        return ["alone"]
    if length == numbers:
        agrees = "aligned" if place == number_place else "misaligned"
        return [agrees, f"{agrees}|{side}", f"{agrees}|{side}|{scene.ordered}", f"{agrees}|{length}"]
    if numbers > length and numbers % length == 0:
        ratio = numbers // length
        here = number_place // ratio == place
        there = number_place % length == place
        return [f"block={here}|{side}", f"cycle={there}|{side}"]
    return [f"inlist|{side}", f"inlist{min(place, 2)}|{side}"]


def empty_cues(scene: Scene, at: int) -> list[str]:
    """Return what speaks for leaving a slot of a number empty."""
    number = scene.numbers[at]
    unit = unit_class(number.unit, number.value, "")
    looks = set(scene.looks[:40])
    opening = scene.phrases[0] if scene.phrases else None
    left = _TOKEN.findall(scene.text[max(0, number.start - 40) : number.start].lower())[-2:]
    right = _TOKEN.findall(scene.text[number.end : number.end + 40].lower())[:2]
    longer = _TOKEN.findall(scene.text[max(0, number.start - 60) : number.start].lower())[-3:]
    place, length = scene.groups[at]
    befores = [phrase.before for phrase in scene.phrases[:40]]
    return [
        "empty", f"empty|{number.kind}", f"empty|{unit}", f"empty|{number.kind}|{unit}",
        *(f"empty|has={look}" for look in sorted(looks)), f"empty|n={min(len(scene.numbers), 5)}",
        f"empty|at={min(at, 3)}", f"empty|l={' '.join(left)}", f"empty|r={' '.join(right)}",
        *(f"empty|l1={word}" for word in left[-1:]), *(f"empty|r1={word}" for word in right[:1]),
        f"empty|open={opening.before if opening else '^'}", f"empty|main={scene.main != frozenset()}",
        *(f"empty|has={p.before}+" for p in scene.phrases[:40] if p.before in _PREPOSITIONS),
        *(f"empty|M={label}" for label in sorted(set(scene.labels[:40]))),
        f"empty|l3={' '.join(longer)}", f"empty|{number.kind}|n={min(len(scene.numbers), 5)}",
        f"empty|{place} of {length}",
        *(f"empty|{number.kind}|{word}+" for word in sorted(_JOINS.intersection(befores))),
        *(f"empty|head={word}" for word in sorted({phrase.words[-1] for phrase in scene.phrases[:40]})),
    ]  # fmt: skip


def weigh(found: list[str]) -> tuple[float, ...]:
    """Return the score of every slot: the sum of the cues' weights."""
    get = _weights().get
    rows_found = [row for cue in found if (row := get(cue)) is not None]
    return tuple(map(sum, zip(*rows_found, strict=True))) if rows_found else _NOTHING


def nature(text: str, phrase: Phrase) -> str:
    """What a phrase looks like: a metric's name, a resource, a task, a name, or plain words."""
    head = phrase.words[-1]
    known = metric_names()
    if " ".join(phrase.words) in known:
        return "metric"
    if head in known or head.rstrip("s") in known or head in metric_heads():
        return "metriclike"
    if head in _WORDS["resources"]:
        return "resource"
    written = text[phrase.start : phrase.end]
    if _NAME.search(written, 1):
        return "name"
    return "title" if written[0].isupper() else "plain"


@cache
def metric_names() -> frozenset[str]:
    """Names and acronyms of metrics, in lower case."""
    names: set[str] = set()
    for row in rows("metrics.tsv")[1:]:
        names |= {name.strip().lower() for name in [row[0], *row[1].split("|")] if name.strip()}
    return frozenset(names)


@cache
def metric_heads() -> frozenset[str]:
    """Last words that several metrics share, such as "error" or "rate"."""
    count: dict[str, int] = {}
    for name in metric_names():
        if " " in name:
            count[name.rsplit(" ", 1)[1]] = count.get(name.rsplit(" ", 1)[1], 0) + 1
    return _WORDS["heads"] | {head for head, n in count.items() if n > 1}


@cache
def _weights() -> Mapping[str, tuple[float, ...]]:
    return weight_rows("numbers_slots", SLOTS)


def slot_weight(cue: str, slot: int) -> float:
    """Return one cue's weight for one slot (an index into `SLOTS`)."""
    return _weights().get(cue, _NOTHING)[slot]


def forget_weights() -> None:
    """Forget the table that was read, because it has been written anew."""
    _weights.cache_clear()
