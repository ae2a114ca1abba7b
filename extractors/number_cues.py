"""What a number is (result, scale or nothing) and of which kind, by weighted cues in its surroundings.

A linear model over words near the number, its unit and its shape; the weights in
`data/numbers_cues.tsv` are a logistic regression's (`scripts/fit_numbers.py`), one line a cue, so that a
reader can see and edit why a number counts. Cues: `l1=`/`r1=` the word next to it on the left or right (to
3), `L=`/`R=` any word within eight, `LL=`/`RL=` one farther off, `u=` its unit class, `after=` whether a name
stands right before it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from extractors.lexicon import rows
from extractors.linear import BIAS
from extractors.quantities import Number, after_name, is_year
from extractors.units import metric_units
from kg.model import ResultKind

TARGETS = ("result", "scale", "absolute", "improvement", "reduction", "ratio")
_TOKEN = re.compile(r"[A-Za-z][A-Za-z-]*|\d[\d.,]*|[^\s\w$\\{}]")
_LAST = re.compile(r"([A-Za-z][\w+-]*) $")
_CAPITAL = re.compile(r"[A-Z]")
NEVER = -9.0  # added to the score of what cannot be a result
_REACH = 100
_NEAR = 8
_NEVER_AFTER = re.compile(
    r"""(?: ±\ * | \bCI\]?\ ?[:,=]?\ ?[\[(]?\ ? | (?:doi\.org|https?:/)/\S*
    | \bp\ *[<=>≤≥]\ * | \bp-?values?\ (?:of|below|under|=|<)\ * | \$p\ *[<=>]\ *
    | \b(?:learning[ ]rate|batch[ ]size|weight[ ]decay|dropout|temperature|thresholds?
      |random[ ]seeds?|top-[kp]
      |version|v|section|sec\.|table|figure|fig\.|chapter|theorem|lemma|appendix|equation|eq\.|python|cuda)
      (?:[ ](?:of|at|to|is))? [ ]*[=~]?[ ]* ) $""",
    re.VERBOSE | re.IGNORECASE,
)
_NEVER_BEFORE = re.compile(
    r"[ ](?:confidence|credible)[ ](?:interval|level|bound)|[ ]CIs?\b|[ ]clouds?\b|[ ]significance[ ]level"
)
_COMPARED = re.compile(r"[ ](?:as [a-z]+ as|faster|slower|cheaper|speed-?up)\b")
_FOLD_VERB = re.compile(r"(?:halv|doubl)e[sd]|(?:tripl|quadrupl)ed", re.IGNORECASE)
_BY = re.compile(
    r"""\bby\ (?:(?:an?\ )?(?:\w+\ )?margins?\ of|up\ to|about|approximately|around|roughly|over|more\ than
    |nearly|almost|at\ least|as\ much\ as|an\ average\ of|an\ additional|[ ~$+(])*$""",
    re.IGNORECASE | re.VERBOSE,
)
# "by 17.1 on A and 13.3 on B": no other verb of change or of reaching stands between.
_BY_TOO = re.compile(
    r"""\bby\ [^\d]{0,24}\d[\d.]*(?:\ ?\\?%|\ points)?\ (?:on|for|in)[ ]
    (?:(?!\b(?:to|by|reach|achiev|attain|obtain)\w*)[^,;]){1,40} (?:,|,?\ and)\ (?:by\ )?$""",
    re.IGNORECASE | re.VERBOSE,
)
_KEPT = re.compile(
    r"""\b(?:retain|preserv|maintain|keep|recover)\w*[ ]
    (?:up\ to|over|about|around|more\ than|approximately|nearly|at\ least|only|[ ~$≥>])*$""",
    re.IGNORECASE | re.VERBOSE,
)
# "Retains 98% performance": of what it had, where "retains 98% accuracy" is a score.
_OF = re.compile(
    r"""[ ](?:of|performance)\b[ ]?
    (?=((?:an?|the|its|their)[ ](?:[\w-]+[ ]){0,4}(?:baseline|teacher|upper[ ]bound|full[ ]model))?)""",
    re.VERBOSE,
)
_DOWN = (
    r"reduc|decreas|lower|cut|shrink|shrunk|drop|declin|fall|fell|sav(?:e|ing)|minimi[sz]|diminish|lessen|degrad"
    r"|depress|impair|compress|slash|trim"
)
_UP = (
    r"improv|increas|boost|gain|outperform|surpass|exceed|rais(?:e|ing)|ris(?:e|ing)|rose|enhanc|lift|grow|grew|beat"
    r"|advanc|elevat|jump|surg|soar|climb|better|higher"
)
_CHANGE = re.compile(rf"\b(?:(?P<down>(?:{_DOWN})\w*)|(?:{_UP})\w*)\b", re.IGNORECASE)
# "A 15.7% decrease", "50% FLOPs savings", "94 percentage point (pp) degradation".
_FALLS = re.compile(
    r"""(?:[ ]\([^()]{1,6}\))?[ ]
    (?:(?!and|or|of|in|on|for|with|while|to|gain|improv|increas|boost|more|higher)[A-Za-z-]+[ ]){0,3}
    (?:decrease|reduction|saving|drop|decline|degradation)s?\b(?![ ](?:rate|ratio)s?\b)""",
    re.VERBOSE,
)
# What is said of a change, and not of a value that was reached.
_MOVED = (
    rf"{_UP}|{_DOWN}|uplift|more\b|faster|less\b|fewer|relative|additional|further|margin|advantage|delta|loss|overhead"
    r"|short|cheap|worse|smaller|larger|speed|by\b|than\b|of the\b|only\b|just\b|average of\b|leadership"
)
_REACHED = re.compile(
    rf"""\b(?: (?:achiev|reach|attain|obtain|scor|record|maintain|retain|preserv|demonstrat|deliver|yield
      |exhibit|report|show|produc|surpass|exceed)\w* | with )\b
    (?:(?!\b(?:{_MOVED.replace(" ", "[ ]")}))[^;.:]|\.(?=\d)){{0,90}}$
    | (?<!\bup)(?<!%)[ ]to[ ](?:over[ ]|about[ ]|nearly[ ]|around[ ]|more[ ]than[ ])?$""",
    re.IGNORECASE | re.VERBOSE,
)
_MOVES = re.compile(
    rf"(?:\s*(?:,|/|and|,\s*and)?\s*\d+(?:\.\d+)?\s*%?)*\s*(?:[\w-]+,?\s+){{0,4}}(?:{_MOVED})", re.IGNORECASE
)
_ASIDE = re.compile(r"\([^()]*\)")
_LARGE = 30  # percent
_CLAUSE = re.compile(r"[.;]\s|,\ (?:while|whereas|but)\b", re.VERBOSE)
_DATE = re.compile(
    r"(?:\b(?:in|since|until|from|of|by|before|after|year|and|to|January|February|March|April|May|June|July|August"
    r"|September|October|November|December|early|late|mid)|[(\[,–-])[ ]*$"
)
_TIME = {"ms", "μs", "seconds", "minutes", "hours", "days", "years"}


def unit_class(unit: str | None, value: float, shape: str) -> str:
    """Coarse class of a number's unit and form."""
    if unit in ("%", "x", "points", "dB"):
        return {"%": "pct"}.get(unit, unit)
    if unit is None:
        if shape in ("fraction", "count"):
            return shape
        return "int" if float(value).is_integer() else "dec"
    if unit in _TIME:
        return "time"
    if unit in ("tokens", "orders of magnitude", "$"):
        return unit
    return "metric" if unit[:2].isupper() else "other"


def cues(text: str, number: Number, low: int, high: int, place: str) -> list[str]:
    """Return the cues around a number.

    Args:
        text: the whole text.
        number: what was scanned.
        low: start of its sentence.
        high: end of its sentence.
        place: where in the paper the sentence stands, such as "title".
    """
    left = _tokens(text[max(low, number.start - _REACH) : number.start])[::-1]
    right = _tokens(text[number.end : min(high, number.end + _REACH)])
    kind = unit_class(number.unit, number.value, number.shape)
    found = [f"u={kind}", f"shape={number.shape}", f"place={place}", f"place={place}|{kind}"]
    if number.sign:
        found.append(f"sign={number.sign}")
    if number.baseline:
        found.append("baseline")
    found += _wording(text, number, low, kind)
    if kind == "int":
        found.append(_size(number, text))
    for side, words in (("l", left), ("r", right)):
        first = [*words[:3], "^", "^", "^"][:3]
        found += [f"{side}{i}={word}" for i, word in enumerate(first, 1)]
        found.append(f"{kind}|{side}1={first[0]}")
        found.append(f"{side}12={first[0]} {first[1]}")
        found += dict.fromkeys(f"{side.upper()}={word}" for word in words[:_NEAR])
        found += dict.fromkeys(f"{side.upper()}L={word}" for word in words[_NEAR:])
    return found


def _wording(text: str, number: Number, low: int, kind: str) -> list[str]:
    """Cues from how the neighbours are written: a name right before a bare number makes it a version."""
    before = _LAST.search(text, max(low, number.start - 40), number.start)
    if before is None:
        return []
    word = before[1]
    if word.lower() in metric_units():
        return [f"after=metric|{kind}"]
    written = "name" if _CAPITAL.search(word) else "word"
    return [f"after={written}|{kind}", f"after={written}|{number.shape}"]


def nudge(text: str, number: Number) -> float:
    """Return what plain rules add to the score of being a result.

    A number with a metric for its unit, or a verb such as "halves", is one unless much speaks against it;
    p-values, confidence levels, settings, years, sections and citations never are.
    """
    left = text[max(0, number.start - 40) : number.start]
    right = text[number.end : number.end + 24]
    if _NEVER_AFTER.search(left) or _NEVER_BEFORE.match(right):
        return NEVER
    if left.endswith(("[", "§")) and right[:1] in "],;":
        return NEVER
    if is_year(number) and "." not in text[number.start : number.end]:
        return NEVER if _DATE.search(left) or after_name(text, number.start) else 0.0
    if number.shape == "word" and _FOLD_VERB.fullmatch(text[number.start : number.end]):
        # "doubles" is a sport after "and"; "triples" are mostly things.
        return 0.0 if left.endswith("and ") else 2.0
    if number.unit == "x" and _COMPARED.match(right):
        return 1.0
    return 1.5 if number.unit and number.unit.lower() in metric_units() else 0.0


def change(text: str, number: Number) -> ResultKind | None:
    """Return what the words around a number say it is, where they are plain.

    "Lowers the FID by 1.2" and "a 12% decrease" are reductions, as is the second number of "by 1.2 on A and
    3.4 on B"; "retains 95% of" and "89% of a supervised baseline" are ratios. None where no such words stand.
    """
    left = _CLAUSE.split(text[max(0, number.start - _REACH) : number.start])[-1]
    if number.unit == "%" and (of := _OF.match(text, number.end)) and (of[1] or _KEPT.search(left)):
        return "ratio"
    if number.unit in ("%", "points") and _FALLS.match(text, number.end):
        return "reduction"
    if number.unit == "x" or not (_BY.search(left) or _BY_TOO.search(left)):
        return None
    verbs = list(_CHANGE.finditer(left))
    return ("reduction" if verbs[-1]["down"] else "improvement") if verbs else None


def reached(text: str, number: Number) -> bool:
    """Whether a large share is plainly one that was reached, as in "achieving 98.2% accuracy".

    Few changes are that large, so that among the largest gains most would be such shares, misread.
    """
    if number.unit != "%" or number.sign or number.value < _LARGE:
        return False
    left = _ASIDE.sub(" ", text[max(0, number.start - 140) : number.start])
    right = _ASIDE.sub(" ", text[number.end : number.end + 60])
    return _REACHED.search(left) is not None and _MOVES.match(right) is None


def weigh(found: list[str]) -> dict[str, float]:
    """Return the score of every target: its bias and the sum of its cues' weights."""
    get = _weights().get
    weights = [row for cue in (BIAS, *found) if (row := get(cue)) is not None]
    return dict(zip(TARGETS, map(sum, zip(*weights, strict=True)), strict=True))


def _tokens(text: str) -> list[str]:
    return ["#" if word[0].isdigit() else word.lower() for word in _TOKEN.findall(text)]


def _size(number: Number, text: str) -> str:
    value = abs(number.value)
    if 1950 <= value <= 2060 and "," not in text[number.start : number.end]:
        return "size=year"
    return "size=" + ("0" if value == 0 else "10" if value <= 10 else "100" if value <= 100 else "big")


def weight_rows(name: str, outputs: Sequence[str]) -> dict[str, tuple[float, ...]]:
    """Read a table of weights: for every cue one number for each output."""
    return {row["feature"]: tuple(float(row[output] or 0) for output in outputs) for row in rows(name)}


@cache
def _weights() -> dict[str, tuple[float, ...]]:
    return weight_rows("numbers_cues", TARGETS)


def forget_weights() -> None:
    """Forget the table that was read, because it has been written anew."""
    _weights.cache_clear()
