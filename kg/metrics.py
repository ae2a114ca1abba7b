"""The registry of metrics, `schema/metrics.tsv`: unit, which way is better, range, percent or fraction.

What a metric's name does not say stays unknown: no direction is guessed.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Literal

from kg.errors import SchemaError
from kg.resources import data_dir

FILE = "metrics.tsv"
Direction = Literal["higher", "lower"]
MetricScale = Literal["percent", "fraction"]
_COLUMNS = ("name", "aliases", "unit", "direction", "low", "high", "scale", "case")
_CHOICES: dict[str, frozenset[str]] = {
    "direction": frozenset({"", "higher", "lower"}),
    "scale": frozenset({"", "percent", "fraction"}),
    "case": frozenset({"any", "exact", "head"}),
}
_TOKEN = re.compile(r"[^\W_]+")
_LATEX = re.compile(r"\\[A-Za-z]+|[{}$\\^_~]")
_PLUS = re.compile(r"(?<=\w)\+(?=\+*(?!\w))")  # chrF++ is not chrF
# "mAP at IoU 0.5" is mAP@0.5 and mAP0.5, but "pass^2" is not pass@2.
_AT_CUT = re.compile(
    r"\s*(?:@|(?<=\s)at)\s*(?:(?:an? )?IoU(?: threshold)?(?: of)?[ =@]*)?(?=\.?\d|k\b)", re.I
)
_MARKS = re.compile(r"[${}]")
_HAT = re.compile(r"(?<=pass)\^", re.I)
_BRACKET = re.compile(r"\([^)]*\)|\[[^\]]*\]")
# What follows says where or of what; the head before it is the metric: "accuracy on unseen tasks".
_PREPOSITIONS = frozenset(
    {"of", "in", "for", "on", "at", "under", "per", "across", "between", "with", "from", "to", "by", "over"}
)  # fmt: skip
# What may follow any metric's name: "PESQ score", "FID values".
_TAIL = re.compile(
    r"[ -]+(?:scores?|values?|metrics?|performance|results?|measures?|rates?|index|indices)\s*$", re.I
)
_AT = re.compile(r"(?:@|\s+at\s+)\S.*$")  # PCK@0.1 is as much a PCK as PCK@0.2
_NOT_PLURAL = frozenset({"loss", "bias", "gas"})
# Names under which papers report numbers that have nothing in common.
_VAGUE = frozenset(
    {
        *("performance", "score", "result", "quality", "gain", "improvement", "metric", "value", "rate"),
        *("average", "number", "evaluation", "measure", "overall", "total", "capability", "ability"),
        *("effectiveness", "success", "benefit"),
    }
)
# unit -> (what it measures, how many of the base unit it is)
_UNITS: dict[str, tuple[str, float]] = {
    "μs": ("time", 1e-6), "ms": ("time", 1e-3), "s": ("time", 1.0), "seconds": ("time", 1.0),
    "minutes": ("time", 60.0), "hours": ("time", 3600.0), "days": ("time", 86400.0),
    "years": ("time", 31557600.0),
    "nm": ("length", 1e-9), "μm": ("length", 1e-6), "mm": ("length", 1e-3), "cm": ("length", 1e-2),
    "m": ("length", 1.0), "km": ("length", 1e3),
    "KB": ("memory", 1e-6), "kB": ("memory", 1e-6), "MB": ("memory", 1e-3), "GB": ("memory", 1.0),
    "TB": ("memory", 1e3), "MiB": ("memory", 1.048576e-3), "GiB": ("memory", 1.073741824),
    "mJ": ("energy", 1e-3), "J": ("energy", 1.0), "kJ": ("energy", 1e3), "kWh": ("energy", 3.6e6),
    "mW": ("power", 1e-3), "W": ("power", 1.0), "kW": ("power", 1e3),
    "FPS": ("frames", 1.0), "fps": ("frames", 1.0),
    "MFLOPs": ("operations", 1e-3), "GFLOPs": ("operations", 1.0), "TFLOPs": ("operations", 1e3),
    "tokens": ("tokens", 1.0), "dB": ("level", 1.0), "x": ("factor", 1.0), "°": ("angle", 1.0),
    "degrees": ("angle", 1.0), "$": ("money", 1.0), "tokens/s": ("rate", 1.0),
    "nats": ("information", 1.0), "bits": ("information", 1.0),
}  # fmt: skip
# Units that say only that the number is on the metric's own scale.
_BARE = frozenset({"points"})


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric of the registry.

    Attributes:
        name: as the registry writes it.
        aliases: its other names.
        unit: "%", "dB", "s", ...; "none" for a bare number, "" where any unit will do.
        direction: which values are better, None where that depends.
        low, high: the least and the greatest possible value on its scale, None without a bound.
        scale: "percent" (0.91 is 91) or "fraction" (91% is 0.91), None for other numbers.
        case: "exact", "any" or "head" (only the last words of a metric's name).
    """

    name: str
    aliases: tuple[str, ...]
    unit: str
    direction: Direction | None
    low: float | None
    high: float | None
    scale: MetricScale | None
    case: str

    @property
    def forms(self) -> tuple[str, ...]:
        """Name and aliases."""
        return (self.name, *self.aliases)


def registry_file() -> Path:
    """Return where the registry lies."""
    return data_dir("schema") / FILE


@cache
def metric_rows() -> tuple[dict[str, str], ...]:
    """Return the rows of the registry's table, checked.

    Raises:
        SchemaError: if a row lacks a column or has a value that none of its column's may be.
    """
    lines = registry_file().read_text(encoding="utf-8").splitlines()
    kept = [(at, line.split("\t")) for at, line in enumerate(lines, 1) if line and not line.startswith("#")]
    if not kept or tuple(kept[0][1]) != _COLUMNS:
        raise SchemaError(f"{FILE}: its columns must be {', '.join(_COLUMNS)}")
    out = []
    names: set[str] = set()
    for at, cells in kept[1:]:
        if len(cells) != len(_COLUMNS):
            raise SchemaError(f"{FILE}:{at}: has {len(cells)} columns, not {len(_COLUMNS)}")
        row = dict(zip(_COLUMNS, cells, strict=True))
        for column, choices in _CHOICES.items():
            if row[column] not in choices:
                raise SchemaError(f"{FILE}:{at}: {column} is {row[column]!r}; choose {sorted(choices)}")
        if row["name"] in names:
            raise SchemaError(f"{FILE}:{at}: {row['name']!r} stands there twice")
        names.add(row["name"])
        out.append(row)
    return tuple(out)


def name_rows() -> list[dict[str, str]]:
    """Return the rows whose names may be looked for in a text."""
    return [row for row in metric_rows() if row["case"] != "head"]


@cache
def metrics() -> tuple[Metric, ...]:
    """Return every metric of the registry.

    Raises:
        SchemaError: if the table is damaged.
    """
    return tuple(
        Metric(
            row["name"],
            tuple(filter(None, row["aliases"].split("|"))),
            row["unit"],
            row["direction"] or None,  # type: ignore[arg-type]  # checked by metric_rows
            float(row["low"]) if row["low"] else None,
            float(row["high"]) if row["high"] else None,
            row["scale"] or None,  # type: ignore[arg-type]
            row["case"],
        )
        for row in metric_rows()
    )


def _tokens(text: str) -> list[str]:
    """Comparable tokens: NFKC, case folded, no LaTeX, no plural ending."""
    spelt = _PLUS.sub("plus", _HAT.sub("hat", _MARKS.sub("", re.sub(r"\\[A-Za-z]+", " ", text))))
    folded = unicodedata.normalize("NFKC", _LATEX.sub(" ", spelt)).casefold()
    return [_singular(word) for word in _TOKEN.findall(folded)]


def _singular(word: str) -> str:
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 3 and word.endswith("s") and word[-2] not in "sui" and word not in _NOT_PLURAL:
        return word[:-1]
    return word


@cache
def _table() -> dict[str, list[Metric]]:
    """Metrics by the joined tokens of their forms; a name counts before an alias."""
    out: dict[str, list[Metric]] = {}
    for which in (0, 1):
        for metric in metrics():
            for form in metric.aliases if which else (metric.name,):
                out.setdefault("".join(_tokens(form)), []).append(metric)
    return out


@lru_cache(maxsize=20_000)
def metric_of(text: str) -> Metric | None:
    """Find what a metric's name, as a paper writes it, means; None where the registry does not know.

    The whole name counts first, then its longest ending before a preposition: "linear probe accuracy on
    unseen classes" is an accuracy, "hallucination rate" a rate of its own, "reduction in error" nothing.
    """
    bare = _BRACKET.sub(" ", text)
    text, bare = " ".join(text.split()), " ".join(bare.split())
    cut = _AT_CUT.sub(" ", bare)
    for shown in (cut, _TAIL.sub("", cut)) if cut != bare else ():
        if (found := _lookup(shown, whole=True)) is not None:
            return found
    tries = (text, bare, _TAIL.sub("", bare), _AT.sub("", _TAIL.sub("", bare)))
    for shown in dict.fromkeys(tries):
        if (found := _lookup(shown)) is not None:
            return found
    return None


def _lookup(text: str, *, whole: bool = False) -> Metric | None:
    words = _tokens(text)
    head = next((i for i, word in enumerate(words) if word in _PREPOSITIONS and i), len(words))
    for first in range(1 if whole else head):
        for last in dict.fromkeys((len(words), len(words) if whole else head)):
            found = _table().get("".join(words[first:last]))
            if found is None:
                continue
            # A plural of an acronym has a small "s": MAEs.
            fitting = [
                m for m in found if any(re.search(rf"(?<!\w){re.escape(f)}s?(?!\w)", text) for f in m.forms)
            ]
            # Of two that differ in case alone, as mAP and MAP, the one that is written so; the ending of a
            # name may be a common word, which is no acronym.
            if fitting:
                return fitting[0]
            key = "".join(words[first:last])
            if found[0].case != "exact" or len(key) > 3 or not text.islower():
                return found[0]
    return None


def has_cut_off(text: str) -> bool:
    """Whether a metric is one of those that are taken at something: recall@10, mAP at IoU 0.5."""
    return "".join(_tokens(text)) in _cut_off()


@cache
def _cut_off() -> frozenset[str]:
    forms = (form for metric in metrics() for form in metric.forms)
    return frozenset("".join(_tokens(form.partition("@")[0])) for form in forms if "@" in form[1:])


def is_vague(text: str) -> bool:
    """Whether a metric's name says nothing that two papers could share: "performance", "overall score"."""
    return metric_of(text) is None and all(word in _VAGUE for word in _tokens(text))


def score_of(metric: Metric, value: float, unit: str | None) -> tuple[float | None, str | None]:
    """Put a reached value on the metric's own scale.

    Args:
        metric: of the registry.
        value: in `unit`.
        unit: as results store it.

    Returns:
        The value on the registry's scale (percent: 0 to 100; fraction: 0 to 1; times, lengths and the like
        in the registry's unit), or None and why there is none.
    """
    put = _rescaled(metric, value, unit)
    if put is None:
        return None, f"unit {unit} does not fit {metric.name}"
    low = metric.low if metric.low is not None else float("-inf")
    high = metric.high if metric.high is not None else float("inf")
    if not low <= put <= high:
        return None, f"value {value:g}{unit if unit == '%' else ''} is out of the range of {metric.name}"
    return put, None


def _rescaled(metric: Metric, value: float, unit: str | None) -> float | None:
    kind, wanted = _UNITS.get(unit or ""), _UNITS.get(metric.unit)
    if kind and wanted and kind[0] == wanted[0]:
        return _neat(value * kind[1] / wanted[1])
    named = metric_of(unit) if unit else None
    if named is not None and named != metric and (metric.scale is None or named.scale != metric.scale):
        return None  # "11.6 FPS" is no IoU, and no number of parameters
    own = unit is None or unit in _BARE or named is not None
    if metric.scale == "percent":
        if unit == "%":
            return value
        if not own:
            return None
        # Papers write both 0.91 and 91; what is 1 or less without a sign is a fraction.
        fraction = abs(value) <= 1 and unit not in _BARE
        return _neat(value * 100) if fraction else value
    if metric.scale == "fraction":
        if unit == "%":
            return _neat(value / 100)
        if not own:
            return None
        top = metric.high or 1.0
        return value if abs(value) <= top else _neat(value / 100)
    if unit == "%":
        return value if metric.unit in ("%", "") else None
    if own:
        return value
    return value if metric.unit in ("", unit) else None


def _neat(value: float) -> float:
    """Drop the last digits, which binary fractions make up."""
    return float(f"{value:.12g}")
