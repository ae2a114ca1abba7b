"""`kg show` as text."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import Any

_WIDTH = 100


def shown(found: Mapping[str, Any]) -> str:
    """Return what `Graph.show` found, as lines to read."""
    blocks = [_node(node) for node in found["nodes"]]
    return "\n\n".join(blocks)


def _node(node: Mapping[str, Any]) -> str:
    head = f"{node['name']}  [{node['type']}]"
    lines = [head, f"  {node['id']}"]
    if node.get("aliases"):
        lines.append(f"  also: {', '.join(node['aliases'])}")
    lines += [f"  {key}: {node[key]}" for key in ("year", "arxiv", "kind", "note") if node.get(key)]
    for group, edges in node["edges"].items():
        lines += ["", f"  {group}"]
        for edge in edges:
            extra = ", ".join(str(edge[k]) for k in ("stance", "outcome") if edge.get(k))
            lines.append(f"    {edge['name']}" + (f"  ({extra})" if extra else ""))
            if edge.get("quote"):
                year = f", {edge['year']}" if edge.get("year") else ""
                note = f" [{edge['note']}]" if edge.get("note") else ""
                quote = f"“{edge['quote']}” ({edge['title']}{year}){note}"
                lines.append(textwrap.fill(quote, _WIDTH, initial_indent=" " * 8, subsequent_indent=" " * 8))
    return "\n".join(lines)
