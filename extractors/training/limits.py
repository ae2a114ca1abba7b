"""Thresholds and calibration, chosen on papers that the network has not seen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from extractors.judge import LONG_FORM_ROLES, Thing, choose
from extractors.linear import ROLES
from extractors.result_slots import SLOTS
from extractors.training.examples import Example
from extractors.training.fit import Read
from extractors.training.gold import match_numbers
from kg.score import match, named, same_relaxed

# Roles that bar a thing from others come before them, as the judge has it.
_ORDER = ("introduces", "resources", "metrics", "compares", "targets", "tasks", "uses")
_GRID = np.arange(0.06, 0.7, 0.02).round(2).tolist()
_NEAR = 2  # steps of the grid on either side that a threshold is judged by
_ABOUT = 0.01
_NEVER_ABOVE = 2.0  # what rules say for a result is heard up to here
_BLOCKS = 12  # points of a calibration curve

Curve = tuple[list[float], list[float]]
Flags = list[tuple[float, bool]]


def things_of(paper: Example, roles: npt.NDArray[np.float32]) -> dict[str, Thing]:
    """Return the names of a paper with their probabilities, as the judge sees them."""
    return {
        name: Thing(name, {form: [] for form in forms}, row)
        for name, forms, row in zip(paper.names, paper.forms, roles.tolist(), strict=True)
    }


def thresholds(papers: Sequence[Example], said: Sequence[Read]) -> tuple[dict[str, float], dict[str, float]]:
    """Choose for each role, and for results, the threshold with the best relaxed F1.

    Returns:
        The thresholds, and the F1 that each reaches on these papers.
    """
    limits = {role: 0.3 for role in ROLES}
    reached: dict[str, float] = {}
    ready = [things_of(paper, one.roles) for paper, one in zip(papers, said, strict=True)]
    for role in _ORDER:
        scores = [_f1(papers, ready, {**limits, role: limit}, role) for limit in _GRID]
        limits[role], reached[role] = _best(scores)
    chances = [results_of(paper, one) for paper, one in zip(papers, said, strict=True)]
    gold = sum(len(p.facts["results"]) for p in papers if p.facts)
    scores = []
    for limit in _GRID:
        taken = [right for one in chances for chance, right in one if chance >= limit]
        scores.append(2 * sum(taken) / max(len(taken) + gold, 1))
    limits["results"], reached["results"] = _best(scores)
    return limits | {"studies": 0.5}, reached


def _best(scores: Sequence[float]) -> tuple[float, float]:
    """Return a threshold and its score.

    Where probabilities are what they say, the best threshold is half of the best F1 (Lipton, Elkan,
    Narayanaswamy 2014, "Optimal thresholding of classifiers to maximize F1 measure"). That is less a matter
    of chance than which point of the grid scores best, so it is taken where it scores about as well; else
    the one whose surroundings score best.
    """
    half = int(np.abs(np.array(_GRID) - max(scores) / 2).argmin())
    if scores[half] >= max(scores) - _ABOUT:
        return _GRID[half], scores[half]
    around = [float(np.mean(scores[max(i - _NEAR, 0) : i + _NEAR + 1])) for i in range(len(scores))]
    at = int(np.argmax(around))
    return _GRID[at], scores[at]


def _guessed(thing: Thing, role: str) -> dict[str, Any]:
    """Return a thing as the exported facts have it: only two roles list other names beside the first."""
    written = list(thing.forms)
    if role != "metrics":
        written.sort(key=lambda form: len(form.split()), reverse=role in LONG_FORM_ROLES)
    return {"name": written[0], "aliases": written[1:4] if role in ("introduces", "targets") else []}


def _f1(
    papers: Sequence[Example], ready: Sequence[dict[str, Thing]], limits: dict[str, float], role: str
) -> float:
    hit = gold = found = 0
    for paper, things in zip(papers, ready, strict=True):
        wanted = named(paper.facts or {}, role)
        guesses = [_guessed(thing, role) for thing in choose(things, limits)[role]]
        hit += len(match(wanted, guesses, same_relaxed))
        gold, found = gold + len(wanted), found + len(guesses)
    return 2 * hit / max(gold + found, 1)


def results_of(paper: Example, said: Read) -> Flags:
    """Return for each number the chance that it claims a result, and whether it is annotated as one."""
    if not len(paper.numbers):
        return []
    odds = said.numbers[:, :3].astype(np.float64)
    odds[:, 1] += np.minimum(paper.nudges, _NEVER_ABOVE)
    chances = np.exp(odds - odds.max(axis=1, keepdims=True))
    chances /= chances.sum(axis=1, keepdims=True)
    gold = match_numbers(paper.facts or {"results": []}, paper.values)
    return [(float(chance), i in gold) for i, chance in enumerate(chances[:, 1])]


def linked(papers: Sequence[Example], said: Sequence[Read]) -> dict[str, float]:
    """Return how often the likeliest phrase, or none, is right for each slot of the annotated results.

    `metric and on` counts those results where both are.
    """
    right = [
        [bool(choice.right[best, slot]) for slot, best in enumerate(rows.argmax(axis=0))]
        for paper, one in zip(papers, said, strict=True)
        for choice, rows in zip(paper.choices, one.slots, strict=True)
        if choice.right is not None
    ]
    if not right:
        return {}
    flags = np.array(right)
    shares = dict(zip(SLOTS, flags.mean(axis=0).round(4).tolist(), strict=True))
    return shares | {"metric and on": round(float(flags[:, :2].all(axis=1).mean()), 4)}


def calibration(
    papers: Sequence[Example], said: Sequence[Read], limits: dict[str, float]
) -> dict[str, Curve]:
    """Fit, for each role, for results and for each slot, how often what is claimed at a probability is right.

    Isotonic regression (Zadrozny and Elkan 2002, "Transforming classifier scores into accurate multiclass
    probability estimates") over the claims above the thresholds, by pooling adjacent violators.
    """
    flags: dict[str, Flags] = {role: [] for role in (*ROLES, "results")}
    for paper, one in zip(papers, said, strict=True):
        for role, things in choose(things_of(paper, one.roles), limits).items():
            guesses = [_guessed(thing, role) for thing in things]
            right = {j for _, j in match(named(paper.facts or {}, role), guesses, same_relaxed)}
            at = ROLES.index(role)  # type: ignore[arg-type]
            flags[role] += [(thing.roles[at], j in right) for j, thing in enumerate(things)]
        flags["results"] += [pair for pair in results_of(paper, one) if pair[0] >= limits["results"]]
        for slot, pairs in _links(paper, one).items():
            flags.setdefault(f"slot:{slot}", []).extend(pairs)
    return {role: isotonic(pairs) for role, pairs in flags.items() if pairs}


def _links(paper: Example, said: Read) -> dict[str, Flags]:
    """Return for each slot of annotated results its likeliest phrase's chance, and whether that is right."""
    out: dict[str, Flags] = {}
    for choice, rows in zip(paper.choices, said.slots, strict=True):
        if choice.right is None:
            continue
        texts = [text.lower() for text in choice.texts]
        for slot, best in enumerate(rows.argmax(axis=0).tolist()):
            if best < len(texts):
                same = [text in texts[best] or texts[best] in text for text in texts]
                chance = float(rows[:-1, slot][same].sum())
                out.setdefault(SLOTS[slot], []).append((chance, bool(choice.right[best, slot])))
    return out


def _cautious(share: float, cases: float) -> float:
    return max(share - (share * (1 - share) / cases) ** 0.5, 0.0)


def isotonic(flags: Flags) -> Curve:
    """Return a rising curve through the share that is right, as points to interpolate between."""
    ordered = sorted(flags)
    size = max(len(ordered) // _BLOCKS, 1)
    blocks: list[list[float]] = []  # sum of probabilities, number right, number
    for at in range(0, len(ordered), size):
        part = ordered[at : at + size]
        blocks.append([sum(p for p, _ in part), float(sum(right for _, right in part)), float(len(part))])
        while len(blocks) > 1 and blocks[-2][1] / blocks[-2][2] >= blocks[-1][1] / blocks[-1][2]:
            last = blocks.pop()
            blocks[-1] = [a + b for a, b in zip(blocks[-1], last, strict=True)]
    # One more of each kind than seen: no share is quite 0 or 1. Less a standard error: the thresholds were
    # chosen on these papers, and others are further from what the network has learnt.
    shares = [round(_cautious((right + 1) / (n + 2), n + 2), 4) for _, right, n in blocks]
    return [round(total / n, 4) for total, _, n in blocks], np.maximum.accumulate(shares).tolist()
