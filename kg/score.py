"""Scores extracted facts against annotated papers; both in the format of `docs/annotation-guide.md`.

Papers are joined on `id` or, where the prediction has no such id, on the normalised title; a paper that is
missing from the prediction counts as empty. Every name field gets micro-averaged precision, recall and F1,
twice:

- exact: the normalised names are equal, or one equals an alias of the other;
- relaxed: exact, or the token sets overlap by at least half (Jaccard), or one contains the other and both
  end in the same head word.

Matching is one to one within a paper. Normalised: NFKC, case folded, LaTeX marks and punctuation to spaces,
articles dropped, plural "s" dropped. Of a predicted item the first three aliases count.

`resources` is datasets and benchmarks together, `entities` all names together, whatever their role. For
claimed numbers:

- results: the value is found (the same number within 0.5%, signs ignored);
- results_linked: and its metric and what it was measured on are right (relaxed);
- results_full: and method, baseline, baseline value, kind and unit are right.

Null must be null: a slot that the annotation leaves empty and the prediction fills is wrong.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from kg.errors import InputError, nearest

Record = Mapping[str, Any]
Item = str | Record
Form = tuple[str, ...]
Pairs = list[tuple[int, int]]
Same = Callable[[Any, Any], bool]

_ARTICLES = {"a", "an", "the", "our", "its", "their", "this", "these"}
_UNITS = {
    "percent": "%",
    "percentage points": "points",
    "pp": "points",
    "point": "points",
    "times": "x",
    "fold": "x",
}
_LIST_FIELDS = ("introduces", "targets", "tasks", "uses", "compares", "datasets", "benchmarks", "metrics")
NAME_FIELDS = ("introduces", "targets", "tasks", "uses", "compares", "resources", "metrics")
_ALIASES = 3


@lru_cache(maxsize=1 << 16)
def normalise(name: str) -> Form:
    """Return the tokens of a name in comparable form.

    >>> normalise("The Fréchet Inception Distances")
    ('fréchet', 'inception', 'distance')
    """
    text = unicodedata.normalize("NFKC", name).casefold()
    text = re.sub(r"\\[a-z]+|[{}$\\^_~]", " ", text)
    tokens = (token for token in re.findall(r"[^\W_]+", text) if token not in _ARTICLES)
    return tuple(t[:-1] if len(t) > 3 and t.endswith("s") and not t.endswith("ss") else t for t in tokens)


def forms(item: Item) -> list[Form]:
    """Return all normalised forms of one thing, each also written as one word."""
    names = [item] if isinstance(item, str) else [item.get("name") or "", *(item.get("aliases") or [])]
    out: list[Form] = []
    for tokens in filter(None, map(normalise, names)):
        out.append(tokens)
        if len(tokens) > 1:
            out.append(("".join(tokens),))
    return out


def same_exactly(a: Item, b: Item) -> bool:
    """Whether two things share a normalised form."""
    return not set(forms(a)).isdisjoint(forms(b))


def same_relaxed(a: Item, b: Item) -> bool:
    """Whether two things share a form, most of its tokens, or a head word that one of them qualifies."""
    if same_exactly(a, b):
        return True
    for x in forms(a):
        for y in forms(b):
            left, right = set(x), set(y)
            if len(left & right) / len(left | right) >= 0.5:
                return True
            if x[-1] == y[-1] and (left <= right or right <= left):
                return True
    return False


def match(gold: Sequence[Any], pred: Sequence[Any], same: Same) -> Pairs:
    """Return a maximum one-to-one matching (Kuhn's augmenting paths; the lists are short)."""
    candidates = [[j for j, p in enumerate(pred) if same(g, p)] for g in gold]
    owner: dict[int, int] = {}

    def place(i: int, seen: set[int]) -> bool:
        for j in candidates[i]:
            if j not in seen:
                seen.add(j)
                if j not in owner or place(owner[j], seen):
                    owner[j] = i
                    return True
        return False

    for i in range(len(gold)):
        place(i, set())
    return sorted((i, j) for j, i in owner.items())


def _distinct(items: Iterable[Item]) -> list[Item]:
    out: list[Item] = []
    for item in items:
        if item and forms(item) and not any(same_exactly(item, other) for other in out):
            out.append(item)
    return out


def named(paper: Record, field: str) -> list[Item]:
    """Return the distinct things of a role; "resources" and "entities" are several roles together."""
    if field == "resources":
        return _distinct([*(paper.get("datasets") or []), *(paper.get("benchmarks") or [])])
    if field == "entities":
        return _distinct(item for name in NAME_FIELDS for item in named(paper, name))
    return _distinct(paper.get(field) or [])


def _valued(paper: Record, field: str) -> list[Record]:
    return [result for result in paper.get("results") or [] if _number(result.get("value")) is not None]


def _number(value: object) -> float | None:
    try:
        return None if value is None else abs(float(value))  # type: ignore[arg-type]  # a wrong type is caught
    except (TypeError, ValueError):
        return None


def _near(x: float | None, y: float | None) -> bool:
    return x is not None and y is not None and abs(x - y) <= 0.005 * max(x, y, 1e-9)


def _same_value(gold: Record, pred: Record) -> bool:
    return _near(_number(gold.get("value")), _number(pred.get("value")))


def _same_slot(gold: Record, pred: Record, key: str) -> bool:
    x, y = gold.get(key), pred.get(key)
    if not x or not y:
        return not x and not y
    return same_relaxed(x, y)


def _linked(gold: Record, pred: Record) -> bool:
    return _same_value(gold, pred) and _same_slot(gold, pred, "metric") and _same_slot(gold, pred, "on")


def _full(gold: Record, pred: Record) -> bool:
    x, y = _number(gold.get("baseline_value")), _number(pred.get("baseline_value"))
    return (
        _linked(gold, pred)
        and _same_slot(gold, pred, "method")
        and _same_slot(gold, pred, "baseline")
        and ((x is None and y is None) or _near(x, y))
        and gold.get("kind") == pred.get("kind")
        and _unit(gold) == _unit(pred)
    )


def _unit(result: Record) -> str:
    text = (result.get("unit") or "").strip().casefold().lstrip("\\")
    return _UNITS.get(text, text)


# What is scored: its name, how its items are found in a paper, when two items are the same.
_MEASURES: dict[str, tuple[Callable[[Record, str], Sequence[Any]], str, Same]] = {
    f"{field}.{kind}": (named, field, same)
    for field in (*NAME_FIELDS, "entities")
    for kind, same in (("exact", same_exactly), ("relaxed", same_relaxed))
} | {
    "results": (_valued, "results", _same_value),
    "results_linked": (_valued, "results", _linked),
    "results_full": (_valued, "results", _full),
}
FIELDS: tuple[str, ...] = tuple(_MEASURES)


def _capped(paper: Record) -> Record:
    """Return a predicted paper whose items have at most three aliases each."""
    return {key: list(map(_cap, value)) if isinstance(value, list) else value for key, value in paper.items()}


def _cap(item: Any) -> Any:  # noqa: ANN401 - any JSON value
    if isinstance(item, Mapping) and item.get("aliases"):
        return {**item, "aliases": item["aliases"][:_ALIASES]}
    return item


def _joined(gold: Sequence[Record], pred: Sequence[Record]) -> Iterator[tuple[Record, Record | None]]:
    """Pair every annotated paper with its prediction, None where there is none."""
    by_id = {str(paper.get("id")): paper for paper in pred}
    by_title = {normalise(paper["title"]): paper for paper in pred if paper.get("title")}
    for paper in gold:
        found = by_id.get(str(paper["id"])) or by_title.get(normalise(paper.get("title") or " "))
        yield paper, None if found is None else _capped(found)


def score(gold: Sequence[Record], pred: Sequence[Record]) -> dict[str, dict[str, float]]:
    """Score predicted papers against annotated ones.

    Returns:
        For every name in `FIELDS` a dict of `p`, `r`, `f1` (0 to 1, four decimals) and the numbers of items
        `gold` and `pred`; under `papers` how many there are (`gold`) and how many were found (`pred`).
    """
    counts = {field: [0, 0, 0] for field in FIELDS}
    found = 0
    for annotated, predicted in _joined(gold, pred):
        found += predicted is not None
        for field, (items, name, same) in _MEASURES.items():
            left, right = items(annotated, name), items(predicted or {}, name)
            for i, n in enumerate((len(match(left, right, same)), len(left), len(right))):
                counts[field][i] += n
    scores = {field: prf(*count) for field, count in counts.items()}
    return {**scores, "papers": {"gold": len(gold), "pred": found}}


def prf(hit: int, gold: int, pred: int) -> dict[str, float]:
    """Return `p`, `r`, `f1` (0 to 1, four decimals) and the counts `gold` and `pred` that they are of."""
    p, r = (hit / pred if pred else 0.0), (hit / gold if gold else 0.0)
    f1 = 2 * p * r / (p + r) if p + r else 0.0
    return {"p": round(p, 4), "r": round(r, 4), "f1": round(f1, 4), "gold": gold, "pred": pred}


@dataclass(frozen=True, slots=True)
class Matched:
    """One paper in one field.

    Attributes:
        id: the annotated paper's.
        gold: what was annotated; pred: what was predicted, repetitions left out.
        pairs: (place in `gold`, place in `pred`) of what is the same, one to one.
    """

    id: Any
    gold: Sequence[Any]
    pred: Sequence[Any]
    pairs: Pairs


def matches(gold: Sequence[Record], pred: Sequence[Record], field: str) -> Iterator[Matched]:
    """Yield for every annotated paper what is scored as one of `FIELDS`, and the pairs that are the same.

    Raises:
        InputError: if there is no such field.
    """
    if field not in _MEASURES:
        raise InputError(
            f"nothing is scored as {field!r}.{nearest(field, FIELDS)} Fields: {', '.join(FIELDS)}"
        )
    items, name, same = _MEASURES[field]
    for annotated, predicted in _joined(gold, pred):
        left, right = items(annotated, name), items(predicted or {}, name)
        yield Matched(annotated["id"], left, right, match(left, right, same))


def errors(gold: Sequence[Record], pred: Sequence[Record], field: str) -> list[dict[str, Any]]:
    """Return for every annotated paper what was missed and what is spurious in one of `FIELDS`.

    Returns:
        One dict a paper: `id`, `missed` and `spurious` (names; a claimed number is its JSON).

    Raises:
        InputError: if there is no such field.
    """
    out = []
    for paper in matches(gold, pred, field):
        hit_left, hit_right = {i for i, _ in paper.pairs}, {j for _, j in paper.pairs}
        missed = [_shown(x) for i, x in enumerate(paper.gold) if i not in hit_left]
        spurious = [_shown(x) for j, x in enumerate(paper.pred) if j not in hit_right]
        out.append({"id": paper.id, "missed": missed, "spurious": spurious})
    return out


def _shown(item: Item) -> str:
    return item if isinstance(item, str) else item.get("name") or json.dumps(item, ensure_ascii=False)


def table(scores: Mapping[str, Mapping[str, float]], format: Literal["plain", "markdown"] = "plain") -> str:
    """Return scores as text: precision, recall, F1 and the numbers of items, one field a line.

    Raises:
        InputError: if the format is neither "plain" nor "markdown".
    """
    rows = [(field, s) for field, s in scores.items() if field != "papers"]
    papers = f"papers: {scores['papers']['pred']} of {scores['papers']['gold']} found"
    if format == "plain":
        lines = [papers, f"{'field':<20}{'P':>8}{'R':>8}{'F1':>8}{'gold':>7}{'pred':>7}"]
        lines += [
            f"{field:<20}{s['p']:>8.3f}{s['r']:>8.3f}{s['f1']:>8.3f}{s['gold']:>7}{s['pred']:>7}"
            for field, s in rows
        ]
    elif format == "markdown":
        lines = ["| field | P | R | F1 | gold | pred |", "|---|--:|--:|--:|--:|--:|"]
        lines += [
            f"| {field} | {s['p']:.3f} | {s['r']:.3f} | {s['f1']:.3f} | {s['gold']} | {s['pred']} |"
            for field, s in rows
        ]
        lines += ["", papers]
    else:
        raise InputError(f"scores have no format {format!r}; use 'plain' or 'markdown'")
    return "\n".join(lines) + "\n"


def read_papers(path: Path) -> list[Record]:
    """Read annotated or predicted papers: one JSON object a line.

    Raises:
        InputError: if the file cannot be read, or a line is no paper of the annotation guide.
    """
    try:
        with path.open(encoding="utf-8") as lines:
            return [_paper(line, f"{path}:{n}") for n, line in enumerate(lines, 1) if line.strip()]
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read ({error}); it should be JSON lines in UTF-8") from error


def _paper(line: str, where: str) -> Record:
    try:
        paper = json.loads(line)
    except json.JSONDecodeError as error:
        raise InputError(f"{where}: is no JSON ({error}); write one object a line") from error
    if not isinstance(paper, dict) or paper.get("id") is None:
        raise InputError(f"{where}: is no paper: expected a JSON object with an 'id'")
    for field, (is_item, expected) in _SHAPES.items():
        value = paper.get(field)
        if value is not None and not (isinstance(value, list) and all(map(is_item, value))):
            raise InputError(f"{where}: {field!r} is not a list of {expected}")
    if not isinstance(paper.get("title") or "", str):
        raise InputError(f"{where}: 'title' is no text")
    return paper


def _is_name(item: object) -> bool:
    if isinstance(item, str):
        return True
    if not isinstance(item, dict) or not isinstance(item.get("name") or "", str):
        return False
    aliases = item.get("aliases") or []
    return isinstance(aliases, list) and all(isinstance(alias, str) for alias in aliases)


def _is_result(item: object) -> bool:
    return isinstance(item, dict) and all(isinstance(item.get(slot) or "", str) for slot in _SLOTS)


_SLOTS = ("metric", "on", "method", "baseline", "unit")
_SHAPES: dict[str, tuple[Callable[[object], bool], str]] = {
    **dict.fromkeys(_LIST_FIELDS, (_is_name, "names, or of objects with 'name' and 'aliases'")),
    "results": (_is_result, f"objects whose {', '.join(_SLOTS)} are text or null"),
}
