"""Which phrases fill the slots of the numbers of a sentence, once each has been weighed.

A number is read after the one before it. Numbers that stand in a list are read together: either they share
what fills a slot, or a list of as many phrases fills it in turn ("9.8% and 5.7% on GSM8K and MATH"). So are
numbers that are joined to the phrases next to them by the same words ("9.8% on GSM8K and 5.7% on MATH").
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log

from extractors.lists import parallel, runs
from extractors.numbers import Quantity
from extractors.result_slots import SLOTS, WINDOW, Candidate, Scene, slot_weight

# Numbers in a list that are read together, at most; each has some dozens of phrases.
_TOGETHER = 12
# Log probability of a phrase that a number was not offered, or nearly not.
_LEAST = -5.0
# What speaks for a list of as many phrases as numbers, as log odds: alone, and with "respectively".
_LISTED, _ORDERED = 1.0, 5.0
_FAR = 200  # characters behind a number where "respectively" is looked for
_ALIKE = 2.0  # and for phrases that stand each next to its number
_HOPELESS = 20.0  # log odds of an empty slot over the best phrase
_UNSURE, _ABOUT = 0.5, 0.3  # probability, and part of it, for `_or_main`
_PARTS = frozenset({"whole", "piece=rest"})  # other phrases with the cues of the one they hold
_MAIN, _PLAIN = frozenset({"main", "absent"}), frozenset({"plain", "metriclike", "resource"})
_DETERMINER = re.compile(r"\b(?:the|an?|our|its|their)$")
_STEP = 90  # characters between numbers that are built alike, at most
_LINK = 25  # characters between such a number and the phrase next to it, at most

Place = tuple[int, int]
Choice = tuple[int, int, float]  # where a phrase stands, and how probably it fills the slot
Scores = Sequence[float]
Chances = dict[Place | None, float]  # log probability of each phrase, under None of leaving a slot empty
Way = tuple[
    Sequence[Place | None], float
]  # what fills a slot of each number of a list, and what speaks for it


@dataclass(slots=True)
class Offer:
    """What may fill the slots of one number.

    Attributes:
        number: the number.
        options: the phrases.
        scores: of each phrase for each of `SLOTS`.
        empty: of leaving each slot empty.
    """

    number: Quantity
    options: list[Candidate]
    scores: Sequence[Scores]
    empty: Scores


def choose(scene: Scene, offers: Sequence[Offer]) -> list[dict[str, Choice]]:
    """Fill the slots of every number of one sentence, in order."""
    out: list[dict[str, Choice]] = []
    for i, offer in enumerate(offers):
        chosen: dict[str, Choice] = {}
        texts = [scene.text[option.start : option.end].lower() for option in offer.options]
        for s, slot in enumerate(SLOTS):
            before = out[-1].get(slot) if out else None
            totals = [scores[s] for scores in offer.scores]
            if before is not None:
                wanted = scene.text[before[0] : before[1]].lower()
                extra = {same: slot_weight(chain_cue(scene, i, same), s) for same in (True, False)}
                totals = [total + extra[text == wanted] for total, text in zip(totals, texts, strict=True)]
            floor = offer.empty[s] + (slot_weight(chain_empty(scene, i, before is None), s) if i else 0.0)
            taken = chosen.get("metric") if slot == "on" else None
            best = _likeliest(offer.options, totals, texts, floor, taken)
            if best and slot == "method":
                best = _or_main(offer.options, totals, floor, best)
            if best:
                chosen[slot] = best
        out.append(chosen)
    _in_lists(scene, offers, out)
    for numbers, places in _built_alike(scene):
        _in_turn(scene, numbers, places, offers, out)
    return out


def _in_lists(scene: Scene, offers: Sequence[Offer], chosen: list[dict[str, Choice]]) -> None:
    """Choose anew for numbers that stand in a list, which share a phrase or divide a list of phrases."""
    lists_of_phrases = runs(scene.lists)
    for numbers in runs(parallel([(number.start, number.end) for number in scene.numbers], scene.text)):
        if len(numbers) > _TOGETHER:
            continue
        every = [[_chances(offers[i], s) for i in numbers] for s in range(len(SLOTS))]
        around = _around(scene, numbers, lists_of_phrases)
        lists = _divided(scene, len(numbers), around)
        ordered = _respectively(scene, numbers)
        barred = _barred(lists, 1 if ordered else len(numbers))
        barred |= _heads(scene, len(numbers), around)
        bonus = _ORDERED if ordered else _LISTED
        owners = [_owner(every, places, barred) for places in lists]
        used: list[list[int]] = []
        for s, slot in enumerate(SLOTS):
            if slot == "on":  # what is the metric is not also what it was measured on
                for chances, i in zip(every[s], numbers, strict=True):
                    if metric := chosen[i].get("metric"):
                        chances.pop(metric[:2], None)
            # "91.2 F1 and 85.6 EM": what has two units is measured by two metrics.
            units = {scene.numbers[i].unit for i in numbers} if slot == "metric" else set()
            ways = _shared(every[s], barred) if len(units) < 2 else [_apart(every[s])]
            ways += [
                (places, bonus + _sum(every[s], places))
                for places, owner in zip(lists, owners, strict=True)
                if owner == s and _pattern(places) not in used
            ]
            found = _together(scene, ways)
            # Of "precision/recall of 1/2 and 3/4 on C and D" one list goes by pairs, the other by turns.
            pattern = _pattern([choice and choice[:2] for choice in found])
            if 1 < len(set(pattern)) < len(numbers):
                used.append(pattern)
            for i, choice in zip(numbers, found, strict=True):
                chosen[i].pop(slot, None)
                if choice:
                    chosen[i][slot] = choice


def _built_alike(scene: Scene) -> list[tuple[range, list[Place]]]:
    """Return runs of numbers that the same words join to the phrases next to them, with those phrases.

    Such as "9.8% on GSM8K and 5.7% on MATH", "FooNet (9.8%), BarNet (5.7%)", "mAP by 9.8 and FPS by 5.7".
    """
    out = []
    nearest = [bisect_left(scene.places, start) for start in scene.starts]
    for side in (-1, 0):
        first = 0
        for i in range(1, len(nearest) + 1):
            if i < len(nearest) and _follows(scene, nearest, i, side):
                continue
            if i - first > 1:
                there = [scene.phrases[j + side] for j in nearest[first:i]]
                out.append((range(first, i), [(phrase.start, phrase.end) for phrase in there]))
            first = i
    return out


def _follows(scene: Scene, nearest: list[int], i: int, side: int) -> bool:
    """Whether number `i` has another phrase than the one before it, joined to it by the same words."""
    close = scene.numbers[i].start - scene.numbers[i - 1].end < _STEP
    if not close or nearest[i - 1] + side < 0 or nearest[i] + side >= len(scene.phrases):
        return False
    link = _link(scene, i, nearest[i] + side)
    return (
        nearest[i] > nearest[i - 1]
        and link is not None
        and link == _link(scene, i - 1, nearest[i - 1] + side)
    )


def _link(scene: Scene, i: int, j: int) -> str | None:
    """Return what stands between a number and a phrase next to it, None where it is too long."""
    number, phrase = scene.numbers[i], scene.phrases[j]
    low, high = (phrase.end, number.start) if phrase.start < number.start else (number.end, phrase.start)
    return _DETERMINER.sub("", scene.text[low:high].strip().lower()).strip() if high - low < _LINK else None


def _in_turn(
    scene: Scene,
    numbers: range,
    places: list[Place],
    offers: Sequence[Offer],
    chosen: list[dict[str, Choice]],
) -> None:
    """Let the phrases next to some numbers fill a slot of them in turn, where that is likelier."""
    if len(numbers) > _TOGETHER:
        return
    every = [[_chances(offers[i], s) for i in numbers] for s in range(len(SLOTS))]
    gains = [_sum(chances, places) - _apart(chances)[1] for chances in every]
    s = gains.index(max(gains))
    slot = SLOTS[s]
    now = [choice[:2] if (choice := chosen[i].get(slot)) else None for i in numbers]
    found = _together(scene, [(now, _sum(every[s], now)), (places, _ALIKE + _sum(every[s], places))])
    if [choice and choice[:2] for choice in found] == now:
        return
    for i, choice in zip(numbers, found, strict=True):
        if choice:
            chosen[i][slot] = choice
            if slot == "on" and (metric := chosen[i].get("metric")) and metric[:2] == choice[:2]:
                del chosen[i]["metric"]


def _pattern(places: Sequence[Place | None]) -> list[int]:
    """Return where each of the places comes first, such as 0, 1, 0, 1."""
    return [places.index(place) for place in places]


def _around(scene: Scene, numbers: list[int], found: list[list[int]]) -> list[list[int]]:
    """Return the lists of phrases near some numbers."""
    middle = bisect_left(scene.places, scene.starts[numbers[0]])
    low = bisect_left(found, middle - WINDOW, key=lambda run: run[0])
    return found[low : bisect_left(found, middle + WINDOW, key=lambda run: run[0])]


def _divided(scene: Scene, count: int, found: list[list[int]]) -> list[list[Place]]:
    """Return the ways in which lists of phrases may be divided among so many numbers.

    Of four numbers and two names the first two belong to the first name ("A/B of 1/2 and 3/4 for C and D"),
    or the first and the third.
    """
    out = []
    for run in found:
        if _headed(scene, run, count):
            run = run[1:]
        places = [(scene.phrases[j].start, scene.phrases[j].end) for j in run]
        if count % len(run) == 0:
            out.append([places[i * len(run) // count] for i in range(count)])
            if count > len(run):
                out.append([places[i % len(run)] for i in range(count)])
    return out


def _headed(scene: Scene, run: list[int], count: int) -> bool:
    """Whether a list of phrases is `count` names and before them what they are: "two models, AB and XY"."""
    return len(run) == count + 1 and scene.looks[run[0]] in ("plain", "resource")


def _heads(scene: Scene, count: int, found: list[list[int]]) -> set[Place | None]:
    """Return those first phrases, by themselves and with their names: all numbers cannot share them."""
    out: set[Place | None] = set()
    for run in found:
        if _headed(scene, run, count):
            first, last = scene.phrases[run[0]], scene.phrases[run[-1]]
            out |= {(first.start, first.end), (first.start, last.end)}
    return out


def _chances(offer: Offer, s: int) -> Chances:
    out: Chances = {None: offer.empty[s]}
    for option, scores in zip(offer.options, offer.scores, strict=True):
        place = option.start, option.end
        out[place] = max(out.get(place, scores[s]), scores[s])
    top = max(out.values())
    total = top + log(sum(exp(score - top) for score in out.values()))
    return {place: score - total for place, score in out.items()}


def _barred(lists: list[list[Place]], least: int) -> set[Place | None]:
    """Return what numbers cannot share: who lists as many names as numbers means each of them.

    So no name of a list of `least` or more goes for all numbers, nor does the list as a whole.
    """
    out: set[Place | None] = set()
    for places in lists:
        if len(set(places)) >= least:
            out |= {*places, (places[0][0], places[-1][1])}
    return out


def _respectively(scene: Scene, numbers: list[int]) -> bool:
    """Whether that word stands behind a list of numbers, or behind others as long that follow it."""
    start = scene.numbers[numbers[-1]].end
    at = scene.text.find("respectively", start, start + _FAR) if scene.ordered else -1
    between = bisect_left(scene.starts, at) - numbers[-1] - 1
    return at >= 0 and between % len(numbers) == 0


def _owner(every: list[list[Chances]], places: list[Place], barred: set[Place | None]) -> int:
    """Return the slot for which most speaks that a list of phrases fills it; it fills no other."""
    gains = [_sum(chances, places) - max(score for _, score in _shared(chances, barred)) for chances in every]
    return gains.index(max(gains))


def _shared(chances: list[Chances], barred: set[Place | None]) -> list[Way]:
    """Return every phrase that all numbers might share, and that they all have none."""
    known = dict.fromkeys(place for one in chances for place in one)
    ways: list[list[Place | None]] = [[place] * len(chances) for place in known if place not in barred]
    return [(places, _sum(chances, places)) for places in ways]


def _apart(chances: list[Chances]) -> Way:
    """Return what is likeliest for each number by itself."""
    places = [max(one, key=lambda place: one[place]) for one in chances]
    return places, _sum(chances, places)


def _sum(chances: list[Chances], places: Sequence[Place | None]) -> float:
    return sum(max(one.get(place, _LEAST), _LEAST) for place, one in zip(places, chances, strict=True))


def _together(scene: Scene, ways: list[Way]) -> list[Choice | None]:
    """Return what fills a slot of each number of a list, with its probability."""
    best, top = max(ways, key=lambda way: way[1])
    odds = [(way, exp(score - top)) for way, score in ways]
    total = sum(odd for _, odd in odds)
    out: list[Choice | None] = []
    for i, place in enumerate(best):
        own = _said(scene, place)
        like = sum(odd for way, odd in odds if _alike(_said(scene, way[i]), own))
        out.append(None if place is None else (*place, like / total))
    return out


def _said(scene: Scene, place: Place | None) -> str | None:
    return None if place is None else scene.text[place[0] : place[1]].lower()


def _alike(one: str | None, other: str | None) -> bool:
    return one is other is None or bool(one and other and (one in other or other in one))


def _likeliest(
    options: list[Candidate], totals: list[float], texts: list[str], floor: float, taken: Choice | None
) -> Choice | None:
    """Return the best option with its probability, None where leaving the slot empty (`floor`) is as good."""
    free = [
        k
        for k, option in enumerate(options)
        if taken is None or option.end <= taken[0] or taken[1] <= option.start
    ]
    whole = [
        k for k, option in enumerate(options) if taken is None or taken[:2] != (option.start, option.end)
    ]
    if not whole:
        return None
    best = max(whole, key=lambda k: totals[k])
    if floor - totals[best] > _HOPELESS:
        return None
    # Scores are a conditional logit's: their exponentials are in proportion to the probabilities. "Accuracy"
    # and "top-1 accuracy" are one answer, and together outweigh an empty slot.
    odds = [exp(total - totals[best]) for total in totals]
    none = exp(floor - totals[best])
    same = odds[best] + sum(odds[k] for k in free if k != best and _says(texts[k], texts[best]))
    if same <= none:
        return None
    option = options[best]
    return option.start, option.end, same / (sum(odds) + none)


def _says(one: str, other: str) -> bool:
    """Whether one of two texts holds the words of the other."""
    return f" {one} " in f" {other} " or f" {other} " in f" {one} "


def _or_main(options: list[Candidate], totals: list[float], floor: float, best: Choice) -> Choice:
    """Prefer the paper's main method to unsure plain words ("a linear classifier"), if about as likely.

    It must be likelier than an empty slot (`floor`). Its probability is reckoned from the other's.
    """
    if best[2] >= _UNSURE:
        return best
    own = next(k for k, option in enumerate(options) if (option.start, option.end) == best[:2])
    mains = [
        k
        for k, option in enumerate(options)
        if totals[k] > floor and not _MAIN.isdisjoint(option.cues) and _PARTS.isdisjoint(option.cues)
    ]
    if own in mains or _PLAIN.isdisjoint(options[own].cues) or not mains:
        return best
    main = max(mains, key=lambda k: totals[k])
    odds = exp(totals[main] - totals[own])
    return (options[main].start, options[main].end, best[2] * odds) if odds >= _ABOUT else best


def chain_cue(scene: Scene, i: int, same: bool) -> str:
    """Cue from whether a candidate is what the number before it in the same sentence was given."""
    return f"chain={same}|{scene.groups[i][0] > 0}"


def chain_empty(scene: Scene, i: int, was_empty: bool) -> str:
    """Cue for leaving a slot empty, from whether the number before left it so."""
    return f"chain=empty={was_empty}|{scene.groups[i][0] > 0}"
