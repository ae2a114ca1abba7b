"""Which part of a big graph to draw."""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from kg.errors import InputError

Record = Mapping[str, object]


def support(node: Record) -> float:
    """Return how many papers speak for a node; 1 where it does not say."""
    value = node.get("support")
    return float(value) if isinstance(value, int | float) and value == value else 1.0


def pick(nodes: Sequence[Record], edges: Sequence[Record], limit: int) -> tuple[list[Record], list[Record]]:
    """Choose the most supported connected view of a graph.

    It grows from the node with the most support, always by the best node that touches what is chosen
    (support, then number of neighbours, then id), and starts again beside it only when a connected part is
    used up. The order of `nodes` and `edges` does not change which are chosen.

    Args:
        nodes: records with `id` and `support`.
        edges: records with `from` and `to`.
        limit: most nodes to keep, at least 1.

    Returns:
        The chosen nodes and the edges between them, each in the given order.

    Raises:
        InputError: if `limit` is below 1.
    """
    if limit < 1:
        raise InputError(f"limit is {limit}; a picture shows at least 1 node")
    beside = _neighbours({str(node["id"]) for node in nodes}, edges)
    chosen = set(beside) if len(beside) <= limit else _grow(nodes, beside, limit)
    return (
        [node for node in nodes if str(node["id"]) in chosen],
        [edge for edge in edges if str(edge["from"]) in chosen and str(edge["to"]) in chosen],
    )


def _neighbours(known: Iterable[str], edges: Sequence[Record]) -> dict[str, set[str]]:
    """Return for each node the others it has an edge with."""
    beside: dict[str, set[str]] = {name: set() for name in known}
    for edge in edges:
        start, end = str(edge["from"]), str(edge["to"])
        if start != end and start in beside and end in beside:
            beside[start].add(end)
            beside[end].add(start)
    return beside


def _grow(nodes: Sequence[Record], beside: Mapping[str, set[str]], limit: int) -> set[str]:
    """Take the best node that touches the chosen ones until there are `limit`."""
    strength: dict[str, float] = defaultdict(float)
    for node in nodes:
        strength[str(node["id"])] = support(node)
    rank = {name: (-strength[name], -len(others), name) for name, others in beside.items()}
    starts = iter(sorted(rank.values()))
    edge_of_view: list[tuple[float, int, str]] = []
    chosen: set[str] = set()
    while len(chosen) < limit:
        name = heapq.heappop(edge_of_view)[2] if edge_of_view else next(starts)[2]
        if name in chosen:
            continue
        chosen.add(name)
        for other in beside[name] - chosen:
            heapq.heappush(edge_of_view, rank[other])
    return chosen
