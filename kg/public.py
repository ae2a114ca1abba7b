"""Mentions scored against public span annotations (TDMSci, SciREX, SciERC, SciER; see `docs/evaluation.md`).

Spans are a by-product here: the product is what a paper claims, and where it says so. Public sets annotate
every mention, generic ones too, with labels of their own, so the figures compare versions of this extractor
with each other rather than with systems that were trained on those sets.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kg.errors import InputError
from kg.extraction import extract_all
from kg.model import Label, Mention, Paper
from kg.progress import Progress
from kg.score import match, prf
from kg.spans import Ent, SpanText, read_spans

Row = dict[str, Any]
COLUMNS = (
    "file",
    "theirs",
    "ours",
    "strict_p",
    "strict_r",
    "strict_f1",
    "relaxed_p",
    "relaxed_r",
    "relaxed_f1",
    "gold",
    "pred",
)
UNSCORED = "not scored"


@dataclass(frozen=True, slots=True)
class Family:
    """Labels that say the same of a span.

    Attributes:
        ours: labels of our mentions.
        theirs: labels of annotations, in lower case; ours are among them, so that our own output can be read.
    """

    ours: tuple[Label, ...]
    theirs: frozenset[str]


# SciERC and SciREX have one label for methods, models and tools, and call data of any kind Material. None of
# the sets has Problem: SciERC's guide counts "problems to solve" as Task, but what we call a problem (such as
# forgetting) is seldom annotated as one. It is scored against files of our own labels only.
FAMILIES = (
    Family(("Method", "Tool"), frozenset(("method", "model", "tool"))),
    Family(("Task",), frozenset(("task",))),
    Family(("Problem",), frozenset(("problem",))),
    Family(("Dataset", "Benchmark"), frozenset(("dataset", "benchmark", "material"))),
    Family(("Metric",), frozenset(("metric",))),
)
_OURS: dict[str, Family] = {label: family for family in FAMILIES for label in family.ours}
_THEIRS = {label: family for family in FAMILIES for label in family.theirs}


def evaluate_public(
    path: Path,
    model: str = "",
    *,
    processes: int | None = None,
    on_problem: Callable[[str], None] | None = None,
) -> list[Row]:
    """Read the texts of public sets as plain text, without a title, and score the mentions.

    Args:
        path: a folder of `*.jsonl`, or one such file (see `read_spans`).
        model: as for `extractors.load`.
        processes: worker processes; None for one a core.
        on_problem: called with a line for each text that the extractor failed on; it counts as empty.

    Returns:
        One row for each family and file, as `score_spans` gives them.

    Raises:
        InputError: if there is no such file, or a line of one is wrong; before anything is extracted.
    """
    files = sorted(path.glob("*.jsonl")) if path.is_dir() else [path]
    if not files:
        raise InputError(f"{path}: holds no *.jsonl; name a folder of span files, or one of them")
    sets = {file.name: read_spans(file) for file in files}
    papers = [Paper("", one.text, id=f"{name}: {one.id}") for name, gold in sets.items() for one in gold]
    with Progress("read", unit="texts", total=len(papers)) as bar:
        found: list[tuple[Ent, ...]] = []
        for facts, problems in extract_all(papers, processes, model):
            found.append(likeliest(facts.mentions))
            bar.advance(1)
            for problem in problems:
                if on_problem is not None:
                    on_problem(problem)
    rest = iter(found)
    return [
        row
        for name, gold in sets.items()
        for row in score_spans(name, gold, [SpanText(one.id, one.text, next(rest)) for one in gold])
    ]


def likeliest(mentions: Iterable[Mention]) -> tuple[Ent, ...]:
    """Return mentions of one field that do not overlap others of their family.

    Of overlapping ones the likeliest stays, of equally likely ones the longest, then the first.
    """
    kept: dict[tuple[str, ...], list[Mention]] = {}
    for mention in sorted(mentions, key=lambda m: (-m.score, m.start - m.end, m.start, m.label)):
        family = _OURS.get(mention.label)
        others = kept.setdefault(family.ours if family else (mention.label,), [])
        if all(mention.end <= other.start or other.end <= mention.start for other in others):
            others.append(mention)
    return tuple(sorted((m.start, m.end, m.label) for group in kept.values() for m in group))


def score_spans(name: str, gold: Sequence[SpanText], predicted: Sequence[SpanText]) -> list[Row]:
    """Score the spans of one file.

    Strict: same offsets, and labels of one family. Relaxed: labels of one family, and at least one character
    shared, one to one within a text. A family is scored where the file annotates it.

    Args:
        name: what the rows call the file.
        gold: annotated texts.
        predicted: the same texts in the same order, with our labels.

    Returns:
        Rows with `COLUMNS`: one a scored family, the micro average of these, then what is not scored, with
        counts alone.
    """
    counts: dict[tuple[str, str], list[int]] = {}
    unscored: list[tuple[str, str, int, int]] = []
    theirs = Counter(label for one in gold for _, _, label in one.ents)
    ours = Counter(label for one in predicted for _, _, label in one.ents)
    for family in FAMILIES:
        labels = [label for label in theirs if _THEIRS.get(label.casefold()) is family]
        if labels:
            pairs = zip(_of(gold, labels), _of(predicted, family.ours), strict=True)
            counts[", ".join(sorted(labels)), ", ".join(family.ours)] = _counted(pairs)
        else:
            unscored += [("", label, 0, ours[label]) for label in family.ours if ours[label]]
    unscored += [(label, "", n, 0) for label, n in sorted(theirs.items()) if label.casefold() not in _THEIRS]
    unscored += [("", label, 0, n) for label, n in sorted(ours.items()) if label not in _OURS]
    rows = [_row(name, *labels, *count) for labels, count in counts.items()]
    if rows:
        rows.append(_row(name, "micro", "", *map(sum, zip(*counts.values(), strict=True))))
    for label, own, annotated, found in unscored:
        row = dict.fromkeys(COLUMNS) | {"file": name, "theirs": label or UNSCORED, "ours": own or UNSCORED}
        rows.append(row | {"gold": annotated, "pred": found})
    return rows


def _of(texts: Sequence[SpanText], labels: Sequence[str]) -> Iterator[set[tuple[int, int]]]:
    """Yield the spans of each text that have one of these labels."""
    return ({(start, end) for start, end, label in one.ents if label in labels} for one in texts)


def _counted(pairs: Iterable[tuple[set[tuple[int, int]], set[tuple[int, int]]]]) -> list[int]:
    """Return how many spans are found strictly, found relaxed, annotated, and predicted."""
    total = [0, 0, 0, 0]
    for left, right in pairs:
        relaxed = match(sorted(left), sorted(right), _overlap)
        for i, n in enumerate((len(left & right), len(relaxed), len(left), len(right))):
            total[i] += n
    return total


def _overlap(a: tuple[int, int], b: tuple[int, int]) -> bool:
    return a[0] < b[1] and b[0] < a[1]


def _row(name: str, theirs: str, ours: str, strict: int, relaxed: int, gold: int, predicted: int) -> Row:
    exact, loose = prf(strict, gold, predicted), prf(relaxed, gold, predicted)
    figures = [round(scores[key], 3) for scores in (exact, loose) for key in ("p", "r", "f1")]
    return dict(zip(COLUMNS, (name, theirs, ours, *figures, gold, predicted), strict=True))
