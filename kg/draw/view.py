"""From a stored graph to what its picture shows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from kg.draw.pick import Record
from kg.stores.base import Store

# A number hangs on one paper alone: hundreds of them would hide what papers share.
_HIDDEN = frozenset({"Result"})
_LEFT_OUT = frozenset({"search_text", "abstract", "table", "sources"})


def view(store: Store, around: Sequence[str] = ()) -> tuple[list[Record], list[Record]]:
    """Return the nodes and edges to draw, as `page` takes them.

    Args:
        store: the graph.
        around: ids of nodes; when given, only these and what lies within two steps of them.
    """
    nodes = {node["id"]: node for node in store.nodes() if node["type"] not in _HIDDEN}
    edges = [e for e in store.edges() if e["from"] in nodes and e["to"] in nodes]
    if around:
        near = _within(set(around), edges)
        nodes = {key: node for key, node in nodes.items() if key in near}
        edges = [e for e in edges if e["from"] in nodes and e["to"] in nodes]
    titles = {key: str(node["name"]) for key, node in nodes.items() if node["type"] == "Paper"}
    return (
        [{k: v for k, v in node.items() if k not in _LEFT_OUT} for node in nodes.values()],
        list(_drawn(edges, titles)),
    )


def _within(start: set[str], edges: Iterable[dict[str, Any]], steps: int = 2) -> set[str]:
    beside: dict[str, set[str]] = {}
    for edge in edges:
        beside.setdefault(edge["from"], set()).add(edge["to"])
        beside.setdefault(edge["to"], set()).add(edge["from"])
    found, front = set(start), set(start)
    for _ in range(steps):
        front = {other for key in front for other in beside.get(key, ())} - found
        found |= front
    return found


def _drawn(edges: Iterable[dict[str, Any]], titles: dict[str, str]) -> Iterator[Record]:
    for edge in edges:
        drawn = {key: value for key, value in edge.items() if value is not None}
        if quote := edge.get("quote"):
            start = edge["quote_start"]
            drawn["mention"] = quote[edge["mention_start"] - start : edge["mention_end"] - start]
            drawn["paper_title"] = titles.get(edge["paper"], edge["paper"])
        yield drawn
