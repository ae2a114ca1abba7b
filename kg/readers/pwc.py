"""The dump of Papers with Code's leaderboards (evaluation-tables.json, CC BY-SA 4.0).

The format is that of https://github.com/paperswithcode/sota-extractor: a list of tasks, each with datasets
and subtasks, each dataset with a table of rows. A row becomes a record of its paper, without an abstract;
what the row says is text in the paper's `table` (see `kg.table`), and facts quote it from there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal

from kg.model import Paper
from kg.readers.base import Options, Problem
from kg.readers.clean import clean
from kg.readers.ids import find_ids
from kg.readers.jsonstream import json_objects
from kg.readers.record import as_text, make_paper
from kg.readers.stream import Head, Stream
from kg.table import READER, Row, cell, written

_START = re.compile(r"\s*\[?\s*\{")
_KEYS = re.compile(r'"(task|datasets|subtasks|sota)"\s*:')
_EMPTY = frozenset(("", "-", "--", "–", "—", "n/a", "na", "none", "null"))
_MOST = 500  # characters of a name: longer ones are descriptions in the wrong place


class PapersWithCode:
    """Reader of Papers with Code's evaluation tables."""

    name = READER

    def sniff(self, head: Head) -> float:
        """Recognise a task with its leaderboards."""
        keys = set(_KEYS.findall(head.text))
        known = "sota" in keys or {"datasets", "subtasks"} <= keys
        return 0.95 if known and _START.match(head.text) else 0.0

    def read(self, stream: Stream, options: Options) -> Iterator[Paper | Problem]:
        """Yield one record per row with a value; locators name the leaderboard and the row."""
        for locator, found in json_objects(stream):
            if isinstance(found, Problem):
                yield found
            elif "task" not in found:
                yield stream.problem(locator, "is no task: it has no 'task'", "give evaluation-tables.json")
            else:
                yield from _task(found, stream, locator)


def _task(task: Mapping[str, object], stream: Stream, locator: str) -> Iterator[Paper | Problem]:
    """Yield the rows of a task and of its subtasks, in the file's order."""
    name = _name(task.get("task"))
    for dataset in _objects(task.get("datasets")):
        yield from _dataset(dataset, name, stream, locator)
    for subtask in _objects(task.get("subtasks")):
        yield from _task(subtask, stream, locator)


def _dataset(
    dataset: Mapping[str, object], task: str, stream: Stream, locator: str
) -> Iterator[Paper | Problem]:
    name = _name(dataset.get("dataset"))
    sota = dataset.get("sota")
    rows = _objects(sota.get("rows")) if isinstance(sota, dict) else iter(())
    for number, row in enumerate(rows, 1):
        place = f"{locator}, {task or 'a task'} on {name or 'a dataset'}, row {number}"
        yield from _row(row, (name, task), stream, place)
    for part in _objects(dataset.get("subdatasets")):
        yield from _dataset(part, task, stream, locator)


def _row(
    row: Mapping[str, object], board: tuple[str, str], stream: Stream, place: str
) -> Iterator[Paper | Problem]:
    """Yield the record of a row, after a problem for each of its cells that holds no number."""
    dataset, task = board
    model, title = _name(row.get("model_name")), as_text(row.get("paper_title"))
    metrics = row.get("metrics")
    named = {"task": task, "dataset": dataset, "model": model, "paper": title}
    missing = [what for what, name in named.items() if not name or len(name) > _MOST]
    if missing or not isinstance(metrics, dict):
        reason = f"names no {missing[0]}" if missing else "has no metrics"
        yield stream.problem(place, f"{reason}, and was skipped")
        return
    lines: set[str] = set()
    for key, value in metrics.items():
        metric, text = _name(key), _value_text(value)
        if text is None or not metric or len(metric) > _MOST:
            shown = f"{metric or 'a metric without a name'} is {value!r:.60}"
            yield stream.problem(place, f"{shown}, which is not one number, and was skipped")
        elif text:
            more = row.get("uses_additional_data") is True
            lines.add(Row(model, metric, text, dataset, task, more).line())
    if not lines:
        return
    url, date = as_text(row.get("paper_url")), as_text(row.get("paper_date"))
    paper = make_paper(
        stream, place, title=title, abstract="", ids=find_ids([url]), dates=[date] if date else []
    )
    yield paper if isinstance(paper, Problem) else replace(paper, table="\n".join(sorted(lines)))


def _value_text(value: object) -> str | None:
    """Return a number as it stands in a row, "" for an empty cell, None for what is neither."""
    if value is None:
        return ""
    if isinstance(value, float):
        value = format(Decimal(repr(value)), "f")  # 1e-05 is written 0.00001
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    text = clean(str(value))
    return "" if text.casefold() in _EMPTY else written(text)


def _name(value: object) -> str:
    return cell(clean(as_text(value)))


def _objects(value: object) -> Iterator[dict[str, object]]:
    """Yield the objects of a list; anything else in it, or in its place, holds no rows."""
    if isinstance(value, list):
        yield from (item for item in value if isinstance(item, dict))
