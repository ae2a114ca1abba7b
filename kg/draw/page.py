"""Write the picture: one HTML document that holds the data, the drawing library and the script.

Names and quotes come from other people's files and may hold anything. They reach the page in one way only, as
JSON in an inert `<script type="application/json">`, and the script puts them on screen as text, never as
HTML.
"""

from __future__ import annotations

import html
import json
import math
import re
from collections import Counter
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

from kg.draw.layout import positions
from kg.draw.pick import Record, pick, support
from kg.errors import InputError

LIMIT = 400  # a picture of more is a thicket; up to 1500 a browser still drags it about without a pause

# Beside what the panel shows in places of its own.
_NODE_OWN = frozenset({"id", "type", "name", "support", "aliases"})
_SCRIPTS = ("kinds.js", "labels.js", "panel.js", "graph.js")
# In JSON these characters stand only inside strings, where \uXXXX means the same.
_UNSAFE = {ord(char): f"\\u{ord(char):04x}" for char in "<>&\u2028\u2029"}


def page(
    nodes: Sequence[Record],
    edges: Sequence[Record],
    *,
    title: str,
    subtitle: str = "",
    note: str = "",
    limit: int = LIMIT,
) -> str:
    """Return the picture of a graph as one self-contained HTML document.

    The document loads nothing from anywhere: its Content-Security-Policy forbids it.

    Args:
        nodes: records with `id`, `type`, `name`, `support`; `aliases` (a list) and any other scalar are shown
            in the side panel.
        edges: records with `type`, `from`, `to` and, where known, `paper`, `paper_title`, `quote`, `mention`
            (highlighted inside the quote), `stance`, `outcome`, `origin`, `confidence`. An edge with an end
            that is not among the nodes is left out, and the page says how many were.
        title: heading and window title.
        subtitle: line below it, such as where the papers come from.
        note: what else a reader must know, such as how the view was chosen.
        limit: most nodes to draw; of a bigger graph `pick` chooses, and the page says so.

    Returns:
        The document; save it as UTF-8.

    Raises:
        InputError: if two nodes have one id, or `limit` is below 1.
    """
    seen: set[str] = set()
    for node in nodes:
        name = str(node["id"])
        if name in seen:
            raise InputError(f"two nodes have the id {name!r}; ids must be unique")
        seen.add(name)
    shown, kept = pick(nodes, edges, limit)
    data = {"nodes": _nodes(shown, kept, edges), "links": _links(kept)}
    parts = {
        "title": _markup(title),
        "subtitle": _markup(subtitle),
        "summary": _markup(_summary(nodes, edges, shown, kept)),
        "note": _markup(note),
        "style": _text("style.css"),
        "data": json.dumps(data, allow_nan=False, separators=(",", ":")).translate(_UNSAFE),
        "cytoscape": _text("vendor/cytoscape.min.js"),
        "script": "\n".join(_text(name) for name in _SCRIPTS),
    }
    # One pass: what was put in is not searched again, so a title "{{data}}" stays a title.
    return re.sub(r"\{\{(\w+)\}\}", lambda found: parts[found[1]], _text("template.html"))


def _markup(text: str) -> str:
    """Return text that HTML reads as itself, even half a surrogate pair, which UTF-8 could not write."""
    return html.escape(text).encode("ascii", "xmlcharrefreplace").decode("ascii")


@cache
def _text(name: str) -> str:
    return files("kg.draw").joinpath(name).read_text(encoding="utf-8")


def _nodes(
    nodes: Sequence[Record], edges: Sequence[Record], every: Sequence[Record]
) -> list[dict[str, object]]:
    """Return the nodes as the script reads them, with places, strongest first.

    Args:
        nodes: those drawn.
        edges: those drawn.
        every: the edges of the whole graph, to count for each node those that are not drawn.
    """
    degree = Counter(end for edge in edges for end in {str(edge["from"]), str(edge["to"])})
    whole = Counter(end for edge in every for end in {str(edge["from"]), str(edge["to"])})
    pairs = [(str(edge["from"]), str(edge["to"])) for edge in edges]
    spots = positions([str(node["id"]) for node in nodes], pairs)
    rows: list[dict[str, object]] = []
    for node in sorted(nodes, key=lambda node: (-support(node), str(node["id"]))):
        name = str(node["id"])
        aliases = node.get("aliases")
        more = {key: _scalar(value) for key, value in node.items() if key not in _NODE_OWN}
        rows.append(
            {
                "id": name,
                "type": str(node.get("type") or "Node"),
                "name": str(node.get("name") or node.get("title") or name),
                "support": _scalar(support(node)),
                "aliases": [str(alias) for alias in aliases] if isinstance(aliases, list | tuple) else [],
                "hidden": whole[name] - degree[name],
                "more": {key: value for key, value in more.items() if value is not None and value != ""},
                "x": spots[name][0],
                "y": spots[name][1],
            }
        )
    return rows


def _links(edges: Sequence[Record]) -> list[dict[str, object]]:
    """Bundle the edges between each two nodes into one drawn link."""
    bundles: dict[tuple[str, str], list[dict[str, object]]] = {}
    for edge in edges:
        start, end = str(edge["from"]), str(edge["to"])
        row: dict[str, object] = {key: _scalar(value) for key, value in edge.items() if key != "id"}
        row = {key: value for key, value in row.items() if value is not None and value != ""}
        row |= {"type": str(edge.get("type") or "EDGE"), "from": start, "to": end}
        bundles.setdefault((min(start, end), max(start, end)), []).append(row)
    for rows in bundles.values():
        rows.sort(key=lambda row: json.dumps(row, sort_keys=True))
    return [{"ends": ends, "edges": rows} for ends, rows in sorted(bundles.items())]


def _scalar(value: object) -> str | int | float | bool | None:
    """Return what JSON can hold: whole floats as integers, NaN and other objects as None or text."""
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, float):
        if not math.isfinite(value):
            return None
        return int(value) if value.is_integer() else value
    if isinstance(value, list | tuple):
        return ", ".join(str(part) for part in value)
    return str(value)


def _summary(
    nodes: Sequence[Record], edges: Sequence[Record], shown: Sequence[Record], kept: Sequence[Record]
) -> str:
    """Say what the picture holds and what it leaves out."""
    papers = {str(edge["paper"]) for edge in kept if edge.get("paper")}
    where = f" from {_count(len(papers), 'paper')}" if papers else ""
    if len(shown) < len(nodes):
        return (
            f"Showing {len(shown):,} of {_count(len(nodes), 'node')} and {len(kept):,} of "
            f"{_count(len(edges), 'edge')}{where}: the most supported part"
        )
    text = f"{_count(len(nodes), 'node')}, {_count(len(kept), 'edge')}{where}"
    if lost := len(edges) - len(kept):
        text += f"; {_count(lost, 'edge')} left out, an end is not among the nodes"
    return text


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
