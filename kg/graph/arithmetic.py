"""What the claimed numbers of one paper say together: direction, score, gains, and what does not add up.

A gain is positive where the number is better than what it is compared with. What is computed is named in
`derived`, with the other numbers that went into it in `derived_from`; what a paper states itself is not.
Two written numbers agree when they differ by no more than half a unit of the last place of each operand.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from struct import pack, unpack
from typing import Any

from kg.graph.figures import last_place, neat, rounded, term
from kg.graph.ranking import set_apart, unranked
from kg.graph.stated import BOUNDS, Stated, is_range
from kg.metrics import Direction, Metric, metric_of, score_of
from kg.model import Result

_GROWS = re.compile(
    r"\b(?:increas|rais|ris(?:e|es|ing)\b|rose\b|gr[oe]w|higher|degrad|wors|slow|surg|soar|add(?:s|ing|itional|ed)?\b|overhead)",
    re.I,
)
# All that may stand between two scores and their difference: "(+6.9", ", a gain of", "improvement (from".
_BETWEEN = re.compile(
    r"(?:[\s,:()\[\]=$\\{}~+-]|\b(?:an?|the|i\.e\.|or|from|by|of|about|absolute|relative|total|overall|average|points?"
    r"|gains?|improvements?|increases?|boosts?|rises?|reductions?|decreases?|drops?|up|down)\b)*",
    re.I,
)
_RELATIVE = re.compile(r"\brelative", re.I)
_NEAR = 40
_WHOLE, _HALF = 100, 50  # percent


@dataclass(slots=True)
class _Said:
    """What is found out about a number; becomes properties of its Result."""

    stated: Stated
    metric: Metric | None
    direction: Direction | None
    gain: float | None = None
    relative: float | None = None
    derived: list[str] = field(default_factory=list)
    used: set[str] = field(default_factory=set)
    conflict: str | None = None
    base: tuple[float, float] | None = None  # the other end and its last place, wherever it was found

    @property
    def result(self) -> Result:
        return self.stated.result

    @property
    def sign(self) -> int | None:
        return None if self.direction is None else 1 if self.direction == "higher" else -1

    @property
    def reached(self) -> bool:
        """Whether its value is a score that was reached, also at the end of "from X to Y"."""
        r = self.result
        ends = r.baseline_start is not None and r.baseline_start < r.evidence.mention_start
        return r.kind == "absolute" or (r.kind != "ratio" and ends)


def describe(numbers: Sequence[Stated]) -> dict[str, dict[str, Any]]:
    """Return the computed properties of every number of one paper, in any order, by its Result's id."""
    said = [_begin(number) for number in sorted(numbers, key=lambda number: number.id)]
    for one in said:
        if one.reached:
            _from_baseline(one)
        else:
            _as_stated(one)
    for group in _groups(said):
        _against_rivals(group)
        _check_stated(group)
        _from_stated(group)
    found = {one.stated.id: _properties(one) for one in said}
    ranked = [one.stated for one in said if found[one.stated.id]["unranked"] is None]
    for key, why in set_apart(numbers, ranked).items():
        found[key]["unranked"] = why
    return found


def _begin(number: Stated) -> _Said:
    r = number.result
    name = r.metric.text if r.metric else r.unit or ""
    metric = metric_of(name) if name else None
    return _Said(number, metric, metric.direction if metric else None)


def _from_baseline(one: _Said) -> None:
    r = one.result
    if r.baseline_value is None or not (_fitting(one, r.value) and _fitting(one, r.baseline_value)):
        return
    place = last_place(one.stated.base_text, r.baseline_value)
    one.base = (r.baseline_value, place if place is not None else 0.0)
    if one.sign is not None:
        _derive(one, r.baseline_value, None)


def _derive(one: _Said, base: float, source: str | None) -> None:
    """Compute gain and relative gain over a base value, which another result states or its own sentence."""
    value = one.result.value
    left, right = (value, base) if one.sign == 1 else (base, value)
    one.gain = neat(left - right)
    one.derived.append(f"gain = {left:.12g} - {term(right)}")
    if base:
        one.relative = rounded(100 * (left - right) / abs(base))
        one.derived.append(f"relative_gain = 100 * {term(one.gain)} / {abs(base):.12g}")
    if source is not None:
        one.used.add(source)


def _as_stated(one: _Said) -> None:
    """Read a gain or saving as its sentence states it."""
    r = one.result
    better = _better(one)
    if r.kind == "ratio" or better is None:
        return
    if r.unit == "x":
        _from_factor(one, better)
    elif r.unit == "%" and (_is_relative(one) or (one.metric is not None and not _in_points(one))):
        one.relative = better * r.value
    elif r.unit != "orders of magnitude" and _fitting(one, r.value):
        one.gain = better * r.value


def _from_factor(one: _Said, better: int) -> None:
    """Make a relative gain of a factor: twice the throughput is 100% more, half the time 50% less."""
    factor = one.result.value
    if one.direction is None or factor <= 0:
        return
    if one.direction == "higher" and better > 0:
        one.relative = rounded(100 * (factor - 1))
        one.derived.append(f"relative_gain = 100 * ({factor:.12g} - 1)")
    elif one.direction == "lower" and better > 0:
        one.relative = rounded(100 * (1 - 1 / factor))
        one.derived.append(f"relative_gain = 100 * (1 - 1 / {factor:.12g})")


def _better(one: _Said) -> int | None:
    """Whether a stated change is for the better (1) or the worse (-1); None where that is not known."""
    r = one.result
    sign = -1 if r.value < 0 else 1
    if r.kind == "reduction":
        # "a change of -3%" is as much a reduction as "a reduction by 3%".
        return None if one.sign is None else -one.sign * sign
    start = one.stated.at[0]
    if one.direction == "lower":
        grows = _GROWS.search(one.stated.quote[max(0, start - _NEAR) : start])
        return -1 if r.value < 0 or grows else 1  # "-3.2% WER" is a gain
    # "The parameter increase is less than 0.6%" boasts of a cost; nobody boasts of a gain in this way.
    return None if {"at most", "less than"} & set((r.hedge or "").split(", ")) else 1


def _is_relative(one: _Said) -> bool:
    start, end = one.stated.at
    return bool(_RELATIVE.search(one.stated.quote[max(0, start - _NEAR) : end + _NEAR]))


def _in_points(one: _Said) -> bool:
    """Whether "by 3%" of its metric means points, as papers mostly mean it where the metric is a share.

    Not so "by 60%", which hardly any share gains: that is said of the base.
    """
    return _is_share(one) and abs(one.result.value) <= _HALF


def _is_share(one: _Said) -> bool:
    return one.metric is not None and one.metric.scale == "percent"


def _fitting(one: _Said, value: float) -> bool:
    """Whether its metric can have such a value, or change by it: no accuracy has 9,000 tokens."""
    return one.metric is None or score_of(one.metric, abs(value), one.result.unit)[1] is None


def _groups(said: Sequence[_Said]) -> Iterable[list[_Said]]:
    """Numbers about one metric on one thing in one split; without a thing, those of one sentence.

    What a leaderboard says of a paper is not the paper's word: its rows are no party to this.
    """
    groups: dict[tuple[str | None, ...], list[_Said]] = {}
    for one in said:
        s = one.stated
        e = s.result.evidence
        if s.metric is None or e.field == "table":
            continue
        place = s.on if s.on is not None else f"{e.field} {e.quote_start}"
        groups.setdefault((s.metric, place, s.result.split), []).append(one)
    return groups.values()


def _against_rivals(group: Sequence[_Said]) -> None:
    """Compare an own score with a rival's, where it is plain which one."""
    scores = [one for one in group if one.result.kind == "absolute" and not is_range(one.result)]
    rivals = [one for one in scores if one.result.subject == "rival"]
    for own in scores:
        if own.base is not None or own.sign is None or own.result.subject != "own":
            continue
        wanted = own.stated.baseline
        named = [one for one in rivals if wanted is not None and one.stated.method == wanted]
        others = named or (rivals if wanted is None else [])
        rival = others[0].result if len(others) == 1 else None
        if rival and rival.condition in (None, own.result.condition) and _same_unit(own.result, rival):
            own.base = (rival.value, last_place(rival.value_text, rival.value) or 0.0)
            _derive(own, rival.value, others[0].stated.id)


def _same_unit(left: Result, right: Result) -> bool:
    """Whether two numbers are on one scale: 0.84 and "4%" are not, 84 and "4 points" are."""
    if left.unit == right.unit:
        return True
    bare = [r for r in (left, right) if r.unit is None]
    return {left.unit, right.unit} <= {"%", "points", None} and all(abs(r.value) > 1 for r in bare)


def _check_stated(group: Sequence[_Said]) -> None:
    """Hold a stated gain against the difference of the two scores, where there is one of each."""
    pairs = [one for one in group if one.reached and one.base is not None]
    # The other end of a pair may have been taken for a gain.
    ends = {one.result.baseline_start for one in pairs}
    gains = [one for one in _gains(group) if one.result.evidence.mention_start not in ends]
    if len(pairs) != 1 or len(gains) != 1 or not _beside(gains[0], pairs[0]):
        return
    stated, pair = gains[0], pairs[0]
    if pair.base is None or stated.result.unit not in ("%", "points", pair.result.unit):
        return
    value, (base, base_place) = pair.result.value, pair.base
    place = last_place(pair.result.value_text, value)
    own_place = last_place(stated.result.value_text, stated.result.value)
    if place is None or own_place is None or stated.result.hedge is not None or is_range(stated.result):
        return
    slack = (place + base_place + own_place) / 2 + 1e-9
    size, difference = abs(stated.result.value), abs(value - base)
    relative = 100 * difference / abs(base) if base else None
    if abs(size - difference) <= slack or _cut_off(size, difference, own_place):
        if stated.gain is None and _is_share(stated) and not _is_relative(stated):
            stated.gain, stated.relative = stated.relative, None
        return
    if stated.result.unit == "%" and relative is not None:
        bend = (
            own_place / 2 + 100 * (place + base_place) / 2 / abs(base) * (1 + difference / abs(base)) + 1e-9
        )
        if abs(size - relative) <= bend or _cut_off(size, relative, own_place):
            _take_relative(stated, pair)
            return
    # Of fractions, "by 6.7%" or "6.7 points" may be meant as points: 0.805 and 0.872.
    if pair.result.unit is None and abs(size - 100 * difference) <= 100 * slack:
        return
    if _next_to(stated, pair):
        stated.conflict = _conflict(stated, pair, base, relative)


def _cut_off(written: float, exact: float, place: float) -> bool:
    """Whether digits were left away where others round: 99% of 99.6%."""
    return 0 <= exact - written < place


def _next_to(stated: _Said, pair: _Said) -> bool:
    """Whether a stated gain stands right beside its two scores: further off it may be another's."""
    r, gain = pair.result, stated.result.evidence
    if r.baseline_start is None or r.baseline_end is None:
        return False
    first = min(r.evidence.mention_start, r.baseline_start)
    last = max(r.evidence.mention_end, r.baseline_end)
    after = gain.mention_end <= first
    start, end = (gain.mention_end, first) if after else (last, gain.mention_start)
    said = stated.stated.quote[max(0, start - gain.quote_start) : max(0, end - gain.quote_start)]
    return start <= end and _BETWEEN.fullmatch(said) is not None


def _conflict(stated: _Said, pair: _Said, base: float, relative: float | None) -> str:
    value = pair.result.value
    high, low = (value, base) if value >= base else (base, value)
    sum_ = f"{high:.12g} - {term(low)} = {neat(high - low):.12g}"
    share = f" ({relative:.3g}% of {base:.12g})" if relative is not None and stated.result.unit == "%" else ""
    word = "gain" if stated.result.kind == "improvement" else "reduction"
    return f"states a {word} of {stated.result.value_text}, but {sum_}{share}"


def _take_relative(stated: _Said, pair: _Said) -> None:
    """What was read as points turns out to be a share of the base: the points are what can be derived."""
    better = 1 if (stated.gain or stated.relative or 1) > 0 else -1
    stated.relative = better * abs(stated.result.value)
    if pair.gain is not None and pair.base is not None:
        stated.gain = pair.gain
        left, right = (pair.result.value, pair.base[0])[:: pair.sign or 1]
        stated.derived.append(f"gain = {left:.12g} - {term(right)}")
        stated.used |= {pair.stated.id, *pair.used}
    else:
        stated.gain = None


def _gains(group: Sequence[_Said]) -> list[_Said]:
    return [one for one in group if not one.reached and one.result.kind != "ratio"]


def _from_stated(group: Sequence[_Said]) -> None:
    """Give the one own score of a group the gain that the same sentence states."""
    scores = [one for one in group if one.result.kind == "absolute" and not is_range(one.result)]
    gains = _gains(group)
    if len(scores) != 1 or len(gains) != 1 or scores[0].base is not None or not _beside(gains[0], scores[0]):
        return
    score, stated = scores[0], gains[0]
    bound = BOUNDS & set((stated.result.hedge or "").split(", "))
    if score.result.subject != "own" or stated.result.unit == "x" or stated.conflict or bound:
        return
    if stated.gain is None and stated.relative is not None:
        score.relative = stated.relative
        score.derived.append(f"relative_gain = {stated.relative:.12g}")
        score.used.add(stated.stated.id)
    elif stated.gain is not None and _same_unit(score.result, stated.result) and _fits(score, stated.gain):
        score.gain = stated.gain
        score.derived.append(f"gain = {stated.gain:.12g}")
        score.used.add(stated.stated.id)


def _fits(score: _Said, gain: float) -> bool:
    """Whether the score less its gain is a value that its metric can have."""
    if score.sign is None or score.metric is None:
        return False
    base, _ = score_of(score.metric, score.result.value - score.sign * gain, score.result.unit)
    return base is not None and (score.metric.scale != "percent" or 0 <= base <= 100)


def _beside(left: _Said, right: _Said) -> bool:
    """Whether two numbers stand in one sentence."""
    a, b = left.result.evidence, right.result.evidence
    return (a.field, a.quote_start) == (b.field, b.quote_start)


def _properties(one: _Said) -> dict[str, Any]:
    r = one.result
    score, misfit = _scored(one, r.value) if r.kind == "absolute" else (None, None)
    base = None
    if score is not None and r.baseline_value is not None:
        base = _scored(one, r.baseline_value)[0]
    place = last_place(r.value_text, r.value)
    precision = None
    if score is not None and place is not None:
        precision = place / 2 * (abs(score / r.value) if r.value else 1.0)
    points = _points(one, score)
    return {
        "direction": one.direction,
        "score": score,
        "baseline_score": base,
        "precision": None if precision is None else float(f"{precision:.6g}"),
        "gain": one.gain,
        "points": points,
        "relative_gain": one.relative,
        "gain_order": gain_order(points, one.relative, r.unit, one.gain),
        "derived": one.derived,
        "derived_from": sorted(one.used),
        "conflict": one.conflict,
        "unranked": unranked(one.stated, one.metric, misfit),
    }


def gain_order(
    points: float | None, relative: float | None, unit: str | None, gain: float | None
) -> str | None:
    """Return a text by which gains sort, largest first: by points, by percent, then within a unit.

    One text, because engines sort missing values differently, and several columns slowly.
    """
    if gain is None and relative is None:
        return None
    return f"{_falling(points)}{_falling(relative)}{unit or '~'} {_falling(gain)}"


def _falling(value: float | None) -> str:
    """Write a number so that the text of a larger one sorts before, and of none after all others.

    The bits of a positive float rise with it, those of a negative one fall (IEEE 754).
    """
    if value is None:
        return "g" * 16
    (bits,) = unpack(">Q", pack(">d", value + 0.0))
    return f"{bits if bits >> 63 else bits ^ (2**63 - 1):016x}"


def _points(one: _Said, score: float | None) -> float | None:
    """Put a gain in percentage points, where its metric is a share, or its sentence says points of something.

    A gain of 0.5 without a unit may be half a point or fifty: it stays unknown, but where the score tells.
    """
    r = one.result
    if one.gain is None or not (_is_share(one) or (one.metric is None and r.unit == "points")):
        return None
    if r.unit in ("%", "points") or abs(r.value) > 1:
        return one.gain if abs(one.gain) <= _WHOLE else None
    return neat(one.gain * score / r.value) if score is not None and r.value else None


def _scored(one: _Said, value: float) -> tuple[float | None, str | None]:
    """Put a value on the metric's scale; that of a metric which the registry does not know stays as it is."""
    return (value, None) if one.metric is None else score_of(one.metric, value, one.result.unit)
