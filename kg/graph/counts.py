"""What is counted once, as the graph is made: a question would have to read everything to count it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import replace
from typing import Any

import pyarrow as pa

from kg.graph.data import GraphData

_STEPS = 3  # as far as questions follow broader terms
_COMPARED = (("OF", {"Method"}), ("ON", {"Dataset", "Benchmark"}), ("MEASURES", {"Metric"}))


def with_counts(data: GraphData) -> GraphData:
    """Return the graph with `open_papers` on its problems and `disputed_papers` on its results.

    The first is the number of papers that study the problem, where nothing mitigates it, nor a problem up to
    three steps narrower or broader. The second is the number of papers that give a method a score on the same
    dataset, metric, split and condition, where two of these scores differ by more than rounding.
    """
    return _filled(
        _filled(data, "Problem", "open_papers", _open(data)), "Result", "disputed_papers", _disputed(data)
    )


def _filled(data: GraphData, label: str, name: str, counts: Mapping[str, int]) -> GraphData:
    """Return the graph with a column of counts by node."""
    table = data.nodes[label]
    column = pa.chunked_array([pa.array([counts.get(node) for (node,) in _rows(table, "id")], pa.int64())])
    at = table.schema.get_field_index(name)
    return replace(data, nodes={**data.nodes, label: table.set_column(at, name, column)})


def _open(data: GraphData) -> dict[str, int]:
    studied: dict[str, set[str]] = defaultdict(set)
    mitigated: set[str] = set()
    for subject, kind, problem, stance in _rows(data.edges["TARGETS"], "from", "from_type", "to", "stance"):
        if stance == "mitigates":
            mitigated.add(problem)
        elif kind == "Paper":
            studied[problem].add(subject)
    broader: dict[str, list[str]] = defaultdict(list)
    narrower: dict[str, list[str]] = defaultdict(list)
    for narrow, kind, broad in _rows(data.edges["BROADER"], "from", "from_type", "to"):
        if kind == "Problem":
            broader[narrow].append(broad)
            narrower[broad].append(narrow)
    closed = _reached(mitigated, broader) | _reached(mitigated, narrower)
    return {problem: len(papers) for problem, papers in studied.items() if problem not in closed}


def _disputed(data: GraphData) -> dict[str, int]:
    # A result has one method, one dataset and one metric (`build.py`), as far as it has any.
    links = [_first(data.edges[name], labels) for name, labels in _COMPARED]
    papers: dict[str, set[str]] = defaultdict(set)
    for paper, result in _rows(data.edges["REPORTS"], "from", "to"):
        papers[result].add(paper)
    groups: dict[tuple[str, ...], list[tuple[str, float, float]]] = defaultdict(list)
    columns = (
        "id",
        "kind",
        "score",
        "precision",
        "direction",
        "unit",
        "split",
        "condition",
        "unranked",
        "hedge",
    )
    for node, kind, score, precision, direction, unit, split, condition, *barred in _rows(
        data.nodes["Result"], *columns
    ):
        if kind != "absolute" or score is None or precision is None or any(why is not None for why in barred):
            continue
        linked = [link[node] for link in links if node in link]
        if len(linked) == len(links):
            scale = direction or f"-{unit or ''}"
            # A score stands for all that rounds to it: two agree where these stretches meet.
            stretch = (node, score - 0.999 * precision, score + 0.999 * precision)
            groups[*linked, scale, split or "", condition or ""].append(stretch)
    found: dict[str, int] = {}
    for group in groups.values():
        if max(low for _, low, _ in group) > min(high for _, _, high in group):
            count = len(set().union(*(papers[node] for node, _, _ in group)))
            found |= dict.fromkeys((node for node, _, _ in group), count)
    return found


def _first(table: pa.Table, labels: Set[str]) -> dict[str, str]:
    """Return for every node the first of those that a link leads to, by id."""
    found: dict[str, str] = {}
    for node, label, other in _rows(table, "from", "to_type", "to"):
        if label in labels and other < found.get(node, "\uffff"):
            found[node] = other
    return found


def _rows(table: pa.Table, *columns: str) -> Iterator[tuple[Any, ...]]:
    return zip(*(table.column(name).to_pylist() for name in columns), strict=True)


def _reached(start: Set[str], following: Mapping[str, Iterable[str]]) -> set[str]:
    """Return the nodes that a few steps lead to, those at the start too."""
    seen = set(start)
    front = seen
    for _ in range(_STEPS):
        front = {after for node in front for after in following.get(node, ())} - seen
        seen |= front
    return seen


__all__ = ["with_counts"]
