"""What is counted once, as the graph is made: a question would have to read everything to count it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import replace

import pyarrow as pa

from kg.graph.data import GraphData

_STEPS = 3  # as far as questions follow broader terms
_COLUMN = "open_papers"


def with_counts(data: GraphData) -> GraphData:
    """Return the graph with `open_papers` on its problems.

    It is the number of papers that study the problem, where nothing mitigates it, nor a problem up to three
    steps narrower or broader; elsewhere it is missing.
    """
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
    problems = data.nodes["Problem"]
    counts = [
        len(studied[problem]) if problem in studied and problem not in closed else None
        for (problem,) in _rows(problems, "id")
    ]
    at = problems.schema.get_field_index(_COLUMN)
    column = pa.chunked_array([pa.array(counts, pa.int64())])
    return replace(data, nodes={**data.nodes, "Problem": problems.set_column(at, _COLUMN, column)})


def _rows(table: pa.Table, *columns: str) -> Iterator[tuple[str, ...]]:
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
