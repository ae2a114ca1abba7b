"""Which candidates and which numbers an annotation means: its names, met in the text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from extractors.candidates import Key, Reading
from extractors.quantities import Number
from kg.score import forms, named, normalise, same_exactly, same_relaxed

Facts = dict[str, Any]


def labels(reading: Reading, facts: Facts, role: str) -> dict[Key, int]:
    """Label candidates: 1 for the annotated name, or the nearest phrase where none is equal; -1 overlaps."""
    items: dict[Key, dict[str, Any]] = {}
    for key, candidate in reading.candidates.items():
        partner = reading.candidates.get(candidate.partner) if candidate.partner else None
        aliases = [reading.written(partner.places[0])] if partner else []
        items[key] = {"name": reading.written(candidate.places[0]), "aliases": aliases}
    out: dict[Key, int] = {}
    for gold in named(facts, role):
        equal = [key for key, item in items.items() if same_exactly(gold, item)]
        near = [key for key, item in items.items() if key not in equal and same_relaxed(gold, item)]
        if not equal and near:
            wanted = set(forms(gold)[0])
            near.sort(key=lambda key: (-len(wanted & set(key)) / len(wanted | set(key)), -len(key), key))
            equal, near = near[:1], near[1:]
        out.update(dict.fromkeys(equal, 1))
        for key in near:
            out.setdefault(key, -1)
    return out


def stances(facts: Facts) -> dict[Key, int]:
    """Return for every form of every targeted problem whether it is studied (1) or worked against (0)."""
    return {
        normalise(form): int(item.get("stance") == "studies")
        for item in facts["targets"]
        for form in (item["name"], *item["aliases"])
    }


def same_value(x: float, y: float) -> bool:
    """Whether two values are the same but for their sign and rounding, as the scorer has it."""
    x, y = abs(x), abs(y)
    return abs(x - y) <= 0.005 * max(x, y, 1e-9)


def match_numbers(facts: Facts, found: Sequence[tuple[float, str, str | None]]) -> dict[int, Facts]:
    """Find every annotated result among numbers, given as value, text and unit."""
    out: dict[int, Facts] = {}
    for result in facts["results"]:
        if result["value"] is None:
            continue
        best, most = -1, -1
        for i, (value, text, unit) in enumerate(found):
            if i not in out and same_value(value, result["value"]):
                near = (text in result["value_text"] or result["value_text"] in text) + (
                    unit == result["unit"]
                )
                if near > most:
                    best, most = i, near
        if best >= 0:
            out[best] = result
    return out


def number_kinds(facts: Facts, text: str, found: Sequence[Number]) -> list[str]:
    """Return for every number its kind as a result, else "scale" or "none"."""
    texts = [text[number.start : number.end] for number in found]
    known = match_numbers(facts, [(n.value, t, n.unit) for n, t in zip(found, texts, strict=True)])
    scales = [item["value_text"] for item in facts["scale"]]
    return [
        known[i]["kind"] if i in known else "scale" if any(t in s or s in t for s in scales) else "none"
        for i, t in enumerate(texts)
    ]


def right_options(gold: Facts, texts: Sequence[str], slots: Sequence[str]) -> list[list[bool]]:
    """Return for each slot which phrases fill it rightly, and last whether it is to stay empty."""
    return [
        [*(bool(gold[slot]) and same_relaxed(text, gold[slot]) for text in texts), not gold[slot]]
        for slot in slots
    ]
