"""Numbers as they are written: the text is scanned once, LaTeX and all, for values with their units.

`scan` knows form only; whether a number is a claimed result is decided in `extractors.numbers`.
All offsets are code points of the scanned text, half-open.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import zip_longest

from extractors.units import MAGNITUDES, UNIT_PATTERN, WORD_NUMBERS, canonical_unit, metric_units
from extractors.unlatex import balanced, plain


@dataclass(frozen=True, slots=True)
class Number:
    """One written number.

    Attributes:
        start, end: the number with its sign and unit; of a range, the whole range.
        value: its value (of a range the end that lies farther from zero).
        unit: canonical unit, None where it has none.
        sign: "+", "-" or "", as written.
        shape: "single", "range", "word" or "fraction".
        baseline: the other end of "from X to Y", as (value, start, end).
    """

    start: int
    end: int
    value: float
    unit: str | None
    sign: str = ""
    shape: str = "single"
    baseline: tuple[float, int, int] | None = None


# Thousands are apart by commas, LaTeX's "{,}" or thin blanks ("\\,"); shares may be "77,7%", or "77. 7%".
_THOUSANDS = r"\d{1,3}(?:(?:,|\ ,\ |[\u2009\u202f]|\ \ )\d{3})+(?!\d)"
_FIGURE = (
    rf"(?:\d{{1,3}},|(?<=[a-z]\ )\d{{1,2}}\.\ )\d{{1,2}}(?=\ {{0,2}}%)|(?:{_THOUSANDS}|\d+)(?:\.\d+)?|\.\d+"
)
_SMALL = "two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty"
_TENS = "twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
_BETTER = (
    r"(?:faster|slower|cheaper|smaller|larger|fewer|less|more|higher|lower|better|speed-?ups?|acceleration"
    r"|reduction|gain|increase|improvement|decrease|saving|boost)"
)
_WORD = "|".join(sorted(WORD_NUMBERS, key=len, reverse=True))
# A figure, or a word that counts only with a unit behind it ("three times") or a hyphen ("two-thirds").
_ATOM = re.compile(
    rf"""(?<![\w.@\\^]) (?<!\d,) (?: (?<![A-Za-wyz][-–]) | (?<=\b[Ss]ub[-–]) ) (?<!\d:)
    (?: (?P<money>(?:US)?[$€£])\ ? | (?P<by>[×x])\ ?(?=\d[\d.]{{0,8}}\ {_BETTER}) )?
    (?: (?<![\w)%+–-])(?<!\+/)(?P<sign>[+−-])(?=[\d.]) )?
    (?P<figure>{_FIGURE})
    (?: [eE](?P<ten>[+−-]?\d{{1,2}})(?![\w.])
      | \ {{0,6}}[×x]\ {{0,6}}10\ {{0,3}}\^?\ {{0,2}}(?P<power>[−-]?\d{{1,2}})
      | \^\ ?(?P<exponent>[−-]?\d{{1,2}}) )?
    (?: (?P<glue>[ -]{{0,2}})(?P<magnitude>{"|".join(MAGNITUDES)})(?![A-Za-z0-9]) )?
    (?:\+(?!/?-\ ?[\d.]))?
    (?P<unit>{UNIT_PATTERN})?
    (?![\w]|\.\d|-wise)""",
    re.VERBOSE,
)
_SPELT = re.compile(
    rf"""(?<![\w-]) (?:
      (?P<order>(?:an|one)\ order[ -]of[ -]magnitude) (?![\w])
    | (?P<word>(?:{_TENS})[ -](?:one|{_SMALL})|{_WORD}) (?=[ -]) (?P<unit>{UNIT_PATTERN}) (?![\w])
    | (?<!@) (?P<over>[12]/\d{{1,5}})(?:th|rd)?(?=\ +(?:of|the|[a-z]{{4,}}))
    | (?P<nfold>(?:{_SMALL}|hundred|thousand)fold) (?=\ (?:in|over|compared|relative|{_BETTER}))
    | (?: (?<=by\ ) | (?<=than\ ) | (?<=nearly\ ) | (?<=almost\ ) | (?<=about\ ) | (?<=over\ ) )
      (?P<byfold>(?:{_SMALL}|hundred|thousand)fold) (?![\w])
    | (?: (?<=factor\ of\ ) | (?<=factor\ of\ about\ ) | (?<=factor\ of\ over\ ) | (?<=factor\ of\ nearly\ ) )
      (?P<factor>{_SMALL}|thirty|forty|fifty) (?![\w-])
    | one\ (?:in|out\ of)\ (?:every\ )?(?P<one_in>{_SMALL}|\d{{1,4}}) (?=\ [a-z])
    | (?:(?P<top>one|two|three|four|a)[ -])?
      (?P<part>half|thirds?|quarters?|fourths?|fifths?|sixths?|eighths?|tenths?) (?![\w-])
    | (?P<count>{_SMALL})(?=\ [A-Za-z]|-\ to\ )
    | (?P<fold>twice|thrice|(?:doubl|tripl|quadrupl|halv)(?:es|ed|ing|e)) (?![\w-])
    )""",
    re.VERBOSE | re.IGNORECASE,
)
_FOLDS = {"tw": 2.0, "thr": 3.0, "do": 2.0, "tri": 3.0, "qu": 4.0, "ha": 2.0}
_PARTS = {"half": 2, "third": 3, "quarter": 4, "fourth": 4, "fifth": 5, "sixth": 6, "eighth": 8, "tenth": 10}

_RANGE = re.compile(r" ?(?:-{1,3}|[–—~]|to|and) ?(?:up to |over |a |~)?\+?")
_JOIN = re.compile(
    r" ?(?:to|→|->|-->|=>) ?(?:up to |over |around |about |nearly |only |just |below |under |~|≈)?"
)
_FACTOR = re.compile(
    r"\bfactors? of (?:about |around |approximately |nearly |over |up to |roughly |~ ?)?\$?$", re.I
)
_SPREAD = re.compile(r" ?(?:±|\+/-|\+-)[ ~]*")
_SCORE = re.compile(r"(?<!/)\d+\.\d+/(?:\d|\d?[05]|100)(?=[^/\d]|$)")
_MOVES = re.compile(
    r"\b(?:increas|improv|ris|rose|rais|grow|grew|drop|decreas|reduc|fall|fell|declin|boost|lower)[a-z]* ",
    re.I,
)
_NAME_BEFORE = re.compile(r"[A-Za-z][\w.-]*-$")
_CAPITAL_BEFORE = re.compile(r"\b([A-Z][\w+-]*) $")
_LIST = re.compile(r" ?(?:/|,? and|,? or|,|;|vs\.?|versus|\|) ?(?:up to |over |~)?")
_VERSUS = re.compile(
    r"[ (]{0,3}(?:vs\.?|versus|v\.s\.|compared (?:to|with)|against) ?(?:the |only |just |a )?", re.I
)
_BACK_FROM = re.compile(
    r"(?: ?\(|,? )?(?:up |down |improved |reduced |increased )?from (?:a |about |only |just )?", re.I
)
_FROM = re.compile(
    r"(?:^|[\s(])from +(?:a |an |about |around |approximately |below |under |over |~|≈|\+ ?)?(?:\w+ of )? *$",
    re.I,
)
_NAMED_END = re.compile(r" ?\([\w -]{1,24}\) to ")  # "from 5% (baseline) to 9%"
_RANGING = re.compile(r"\b(?:rang|var|span|anywhere|between)\w*\W+(?:\w+\W+){0,2}$|(?<!-)\bscale\W+$", re.I)
_CUT_OFF = re.compile(r"@ ?[A-Za-z]+ ?= ?$")  # "R1@IoU=0.3"
_FAR = 60
_BETWEEN = re.compile(r"\bbetween (?:a |about |around )?$", re.I)


def scan(text: str) -> list[Number]:
    """Find every number of a text, in order, ranges and "from X to Y" joined; linear in its length."""
    shown = plain(text)
    atoms = [_read(match) for match in _ATOM.finditer(shown)]
    atoms += [_read_spelt(match) for match in _SPELT.finditer(shown)]
    atoms.sort(key=lambda number: (number.start, -number.end))
    kept: list[Number] = []
    for atom in atoms:
        cut_off = _CUT_OFF.search(shown, max(0, atom.start - 24), atom.start)
        if not cut_off and (not kept or atom.start >= kept[-1].end):
            kept.append(atom)
    joined = _with_rivals(shown, _joined(shown, _share_units(shown, _factors(shown, _ranges(shown, kept)))))
    out: list[Number] = []
    for number, after in zip_longest(joined, joined[1:]):
        if not _in_a_name(shown, number):
            start, end = balanced(text, number.start, number.end)
            wide = replace(number, start=start, end=end)
            # In "$\times$$87.2%" and "$4.1$\times$87.2%" both would take the same dollar sign.
            clash = (out and wide.start < out[-1].end) or (after and wide.end > after.start)
            out.append(number if clash else wide)
    return out


def parse_quantity(text: str, context: str = "") -> tuple[float, str | None]:
    """Read a number as written.

    Args:
        text: a stored `value_text`, such as "87.2%", "2-3x" or "twice".
        context: the sentence it stands in, where it may get its unit from a neighbour, as "4.1" does in
            "4.1 and 3.2 points".

    Raises:
        ValueError: if the text holds no number.
    """
    known = _numbers_of(context).get(text) if context else None
    if known is not None:
        return known
    found = scan(text)
    if not found:
        raise ValueError(f"no number in {text!r}")
    return found[-1].value, found[-1].unit


@lru_cache(maxsize=16)
def _numbers_of(context: str) -> dict[str, tuple[float, str | None]]:
    """Read a sentence once for all its numbers; of equal texts the first counts."""
    out: dict[str, tuple[float, str | None]] = {}
    for number in scan(context):
        out.setdefault(context[number.start : number.end], (number.value, number.unit))
    return out


def _read(match: re.Match[str]) -> Number:
    value = _figure(match["figure"])
    power = match["power"] or match["exponent"] or match["ten"]
    if match["power"] or match["ten"]:
        # The product's last digits are made up: 3.2 * 10 ** -4 is not 0.00032.
        value = float(f"{value * 10.0 ** int(power.replace('−', '-')):.15g}")
    elif match["exponent"]:
        value = value ** min(int(power.replace("−", "-")), 99) if value else 0.0
    value *= MAGNITUDES.get(match["magnitude"] or "", 1.0)
    sign = {"−": "-", None: ""}.get(match["sign"], match["sign"] or "")
    unit = canonical_unit(match["unit"]) if match["unit"] else None
    if match["money"]:
        unit = match["money"][-1]
    if match["by"] and unit is None:
        unit = "x"
    return Number(match.start(), match.end(), -value if sign == "-" else value, unit, sign)


def _figure(text: str) -> float:
    """Read digits with or without marks between thousands; of "72,64" the comma is a decimal one."""
    head, comma, tail = text.rpartition(",")
    if comma and len(tail) < 3 and "." not in tail:
        return float(f"{head}.{tail}")
    return float(re.sub(r"[,\s]", "", text))


def _spelt(words: str) -> float:
    """Read "eighty" or "ninety-five"."""
    whole = words.lower()
    if whole in WORD_NUMBERS:
        return WORD_NUMBERS[whole]
    return sum(WORD_NUMBERS[word] for word in re.split("[ -]", whole))


def _read_spelt(match: re.Match[str]) -> Number:
    if match["word"]:
        value, unit = _spelt(match["word"]), canonical_unit(match["unit"])
        return Number(match.start(), match.end(), value, unit, shape="word")
    if fold := match["nfold"] or match["byfold"] or match["factor"]:
        value = WORD_NUMBERS[fold.lower().removesuffix("fold")]
        return Number(match.start(), match.end(), value, "x", shape="word")
    if match["one_in"]:
        whole = match["one_in"].lower()
        of = WORD_NUMBERS.get(whole) or float(whole) or 1.0
        return Number(match.start(), match.end(), round(1 / of, 4), None, shape="fraction")
    if match["order"]:
        return Number(match.start(), match.end(), 10.0, "x", shape="word")
    if match["count"]:
        return Number(match.start(), match.end(), WORD_NUMBERS[match["count"].lower()], None, shape="count")
    if match["over"]:
        value = int(match["over"][0]) / max(float(match["over"][2:]), 1.0)
        return Number(match.start(), match.end(), value, None, shape="fraction")
    if match["part"]:
        top = WORD_NUMBERS.get((match["top"] or "one").lower(), 1.0)
        value = round(top / _PARTS[match["part"].lower().rstrip("s")], 4)
        return Number(match.start(), match.end(), value, None, shape="fraction")
    low = match["fold"].lower()
    value = next(value for stem, value in _FOLDS.items() if low.startswith(stem))
    return Number(match.start(), match.end(), value, "x", shape="word")


def _ranges(shown: str, atoms: list[Number]) -> list[Number]:
    """Join "10-20%", "$7$--$9$", "between 30% and 50%", "15% to 30%"."""
    out: list[Number] = []
    for atom in atoms:
        if out and _is_range(shown, out[-1], atom):
            low = out.pop()
            far = atom if abs(atom.value) >= abs(low.value) else low
            out.append(
                replace(far, start=low.start, end=atom.end, unit=atom.unit, sign=low.sign, shape="range")
            )
        else:
            out.append(atom)
    return out


def _is_range(shown: str, low: Number, high: Number) -> bool:
    gap = _gap(shown, low, high)
    if low.shape == "count" and high.shape == "word":  # "two to three times", "two- to threefold"
        gap = gap.removeprefix("-")
        return gap == " to " or (
            gap == " and " and bool(_BETWEEN.search(shown[max(0, low.start - 40) : low.start]))
        )
    if low.shape != "single" or not _RANGE.fullmatch(gap):
        return False
    if (high.sign == "-" and not gap.strip()) or (high.sign == "+" and not low.sign):
        return False  # "71.2 AP -- a +12.5 AP gain"
    if low.unit not in (None, high.unit):
        return False
    before = shown[max(0, low.start - 40) : low.start]
    word = gap.strip().split(" ")[0] if gap.strip() else ""
    if word == "and":
        return bool(_BETWEEN.search(before))
    if word == "to":
        if before.endswith("(") or low.value > high.value >= 0:  # "WER 16.6% to 3.2%" is a change
            return False
        return not _FROM.search(before) or bool(_RANGING.search(_FROM.sub(" ", before)))
    return True


def _gap(shown: str, left: Number, right: Number) -> str:
    """The text between two numbers, blanks squeezed; of a long one only so much that nothing matches."""
    return re.sub(r" +", " ", shown[left.end : min(right.start, left.end + _FAR)])


def _factors(shown: str, numbers: list[Number]) -> list[Number]:
    """Give "a factor of 4" its unit, make "9 out of 10", "8.9/10", "82 ± 3" one number, leave out "24/7"."""
    out: list[Number] = []
    for number in numbers:
        before = shown[max(0, number.start - 24) : number.start]
        if number.unit is None and number.shape in ("single", "range") and _FACTOR.search(before):
            number = replace(number, unit="x")
        last = out[-1] if out else None
        spread = last and last.shape == "single" and _SPREAD.fullmatch(_gap(shown, last, number))
        if last and spread and (last.unit is None or number.unit in (None, last.unit)):
            # "82.1 ± 0.3%" has the unit of either end.
            out[-1] = replace(last, end=number.end, unit=last.unit or number.unit)
            continue
        if last and last.unit is None and last.shape in ("single", "count") and number.unit is None:
            gap = _gap(shown, last, number)
            score = gap == "/" and last.value <= number.value and _SCORE.match(shown, last.start)
            if (gap == " out of " and last.shape == number.shape) or score:
                out[-1] = replace(last, end=number.end)
                continue
            if gap == "/" and (last.value, number.value) == (24.0, 7.0):
                out.pop()
                continue
        out.append(number)
    return out


_BY_AFTER, _BY_BEFORE = re.compile(r"\s*×\s*\d"), re.compile(r"\d\s*×\s*$")


def _in_a_name(shown: str, number: Number) -> bool:
    """Whether a number belongs to a name or a size: "Foo3.1-8B-Chat", "mAP50-95", "256×256"."""
    low = max(0, number.start - 24)
    by = _BY_AFTER.match(shown, number.end) or _BY_BEFORE.search(shown, low, number.start)
    if by and number.unit is None:
        return True
    if _NAME_BEFORE.search(shown, low, number.start) is None:
        return False
    return shown[number.end - 1] in "BM" or (number.unit is None and shown[number.start - 2].isdigit())


def _share_units(shown: str, numbers: list[Number]) -> list[Number]:
    """Give "45/19/77%" and "4.1 and 3.2 points" their unit throughout."""
    out = list(numbers)
    for i in range(len(out) - 2, -1, -1):
        here, after = out[i], out[i + 1]
        gap = _gap(shown, here, after)
        named = is_year(here) and after_name(shown, here.start)  # "on COCO 2017 and 39.0 mAP"
        if here.unit is None and after.unit and here.shape in ("single", "range") and not named:
            whole = _LIST.fullmatch(gap) or _JOIN.fullmatch(gap)
            if whole and _alike(here, after):
                out[i] = replace(here, unit=after.unit)
    return out


def is_year(number: Number) -> bool:
    """Whether a number might be a year."""
    return number.unit is None and 1900 <= number.value <= 2100 and number.value.is_integer()


def after_name(text: str, start: int) -> bool:
    """Whether a name that is no metric stands right before, as in "AIME 2024"."""
    name = _CAPITAL_BEFORE.search(text, max(0, start - 40), start)
    return name is not None and name[1].lower() not in metric_units()


def _alike(left: Number, right: Number) -> bool:
    """Whether two numbers may share a unit: counts such as "3 and 12.5%" do not."""
    return not (right.unit == "%" and left.value.is_integer() != right.value.is_integer())


def _joined(shown: str, numbers: list[Number]) -> list[Number]:
    """Make "from X to Y" and "X → Y" one number with a baseline."""
    out: list[Number] = []
    for number in numbers:
        if out and out[-1].baseline is None and _is_change(shown, out[-1], number):
            old = out.pop()
            out.append(replace(number, baseline=(old.value, old.start, old.end)))
        else:
            out.append(number)
    return out


def _with_rivals(shown: str, numbers: list[Number]) -> list[Number]:
    """Give "4.16 versus 1.76" and "87.2% (from 80.5%)" their baseline; a rival stays a number of its own."""
    out: list[Number] = []
    skip = False
    for i, number in enumerate(numbers):
        after = numbers[i + 1] if i + 1 < len(numbers) else None
        if skip:
            skip = False
            continue
        counts = "count" in (number.shape, after.shape if after else "")  # "12.5 versus four tasks"
        if (
            after
            and not counts
            and not number.baseline
            and not after.baseline
            and after.unit in (None, number.unit)
        ):
            gap = _gap(shown, number, after)
            skip = bool(_BACK_FROM.fullmatch(gap))
            if skip or _VERSUS.fullmatch(gap):
                number = replace(number, baseline=(after.value, after.start, after.end))
        out.append(number)
    return out


def _is_change(shown: str, old: Number, new: Number) -> bool:
    gap = _gap(shown, old, new)
    if old.unit not in (None, new.unit):
        return False
    before = shown[max(0, old.start - 40) : old.start]
    if not _JOIN.fullmatch(gap):
        near = re.fullmatch(r"[^.;,()]{0,24}\bto (?:\w+ ){0,2}", gap)
        if _NAMED_END.fullmatch(gap):
            return bool(_FROM.search(before)) and not _RANGING.search(_FROM.sub(" ", before))
        whole = new.start - old.end < _FAR and _MOVES.search(before)
        moved = whole and re.fullmatch(r"[^.;,()]+\bto ", gap)
        return bool(_FROM.search(before) and (near or moved))
    if gap.strip().startswith("to"):
        opens = shown[max(0, old.start - 1) : old.start] == "("
        return opens or (old.unit is not None and old.value > new.value >= 0) or bool(_FROM.search(before))
    return True
