"""Finding nodes by words, and showing all that stands around one; on any store that runs Cypher."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from kg.errors import QueryError, nearest
from kg.resolve.normalise import joined, tokens
from kg.schema import schema
from kg.stores.base import Row

Run = Callable[[str, Mapping[str, Any]], list[Row]]

_CANDIDATES = 500  # rows of each type that a search ranks


def search(run: Run, text: str, label: str | None, limit: int) -> list[Row]:
    """Return what a search finds, best first; see `kg.Graph.search`.

    Raises:
        QueryError: if the text is empty, the label unknown or the limit below 1.
    """
    words = _words(text)
    if not words:
        raise QueryError("there is nothing to search for: the text is empty")
    if label is not None and label not in schema().nodes:
        known = ", ".join(schema().nodes)
        raise QueryError(f"no node type is called {label!r}.{nearest(label, schema().nodes)} Types: {known}")
    if limit < 1:
        raise QueryError(f"limit is {limit}; expected 1 or more")
    # A number is called like many others: it is found only where numbers are asked for.
    labels = [label] if label else [name for name in schema().nodes if name != "Result"]
    found = [row for name in labels for row in _rows(run, name, text, words)]
    found.sort(key=lambda row: (-row["score"], -(row["support"] or 0), row["name"], row["id"]))
    return found[:limit]


def _words(text: str) -> tuple[str, ...]:
    """Return the words of a text as full-text indexes part and fold them."""
    return tokens(re.sub(r"[+*@^]", " ", text.casefold()))


def _rows(run: Run, label: str, text: str, words: tuple[str, ...]) -> list[Row]:
    index = f"{label.lower()}_text"
    wanted = "n.id AS id, n.name AS name, n.aliases AS aliases, n.support AS support, n.search_text AS text"
    ask = f"CALL db.index.fulltext.queryNodes('{index}', $words) YIELD node AS n, score RETURN {wanted}"
    # Lower-case words alone: none of Lucene's operators and marks is left in them.
    params = {"words": " ".join(words), "part": text.strip().lower(), "limit": _CANDIDATES}
    rows = run(f"{ask} ORDER BY score DESC, id LIMIT $limit", params)
    part = f"MATCH (n:{label}) WHERE n.search_text CONTAINS $part RETURN {wanted} ORDER BY id LIMIT $limit"
    rows += run(part, params)
    unique = {row["id"]: row for row in rows}
    return [
        {
            "type": label,
            "name": row["name"],
            "aliases": list(row["aliases"] or ()),
            "support": row["support"],
            "score": _score(row, text, words),
            "id": row["id"],
        }
        for row in unique.values()
    ]


def _score(row: Row, text: str, words: tuple[str, ...]) -> float:
    if joined(text.casefold()) in {joined(f.casefold()) for f in (row["name"], *(row["aliases"] or ()))}:
        return 1.0
    here = set(_words(row["text"]))
    if whole := sum(word in here for word in words):
        return round(0.9 * whole / len(words), 3)
    return round(0.5 * sum(word in row["text"] for word in words) / len(words), 3)


# Undirected, so that a node's edges come in one order whichever way they point.
_EDGES = """
MATCH (n:{label} {{id: $id}})
MATCH (n)-[e]-(x)
WITH n, e, x, e.paper AS paper_id
OPTIONAL MATCH (w:Paper {{id: paper_id}})
RETURN type(e) AS relation, startNode(e).id AS start, labels(x)[0] AS type, x.name AS name, x.id AS node,
  e.stance AS stance, e.outcome AS outcome, e.quote AS quote, e.reason AS reason, w.id AS paper,
  w.name AS title, w.year AS year, w.note AS note, e.confidence AS confidence, e.id AS id
ORDER BY e.confidence DESC, e.id
LIMIT $limit
"""


def shown(run: Run, label: str, node: str, limit: int) -> dict[str, Any]:
    """Return a node's properties, its `type`, and its `edges` by group; see `kg.Graph.show`."""
    columns = ", ".join(f"n.{key} AS {key}" for key in schema().nodes[label].properties)
    found = run(f"MATCH (n:{label} {{id: $id}}) RETURN {columns}", {"id": node})[0]
    edges = run(_EDGES.format(label=label), {"id": node, "limit": limit})
    groups: dict[str, list[Row]] = {}
    for edge in edges:
        relation, out = edge.pop("relation"), edge.pop("start") == node
        groups.setdefault(f"-{relation}->" if out else f"<-{relation}-", []).append(edge)
    kept = {key: value for key, value in found.items() if value is not None and key != "search_text"}
    return {"type": label, **kept, "edges": dict(sorted(groups.items()))}
