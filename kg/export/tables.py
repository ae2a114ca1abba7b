"""Nodes and edges as tables: JSONL, or CSV for spreadsheets and data frames.

CSV is RFC 4180 with LF line ends, in UTF-8. Every string is quoted and left as it is (nothing is put before
a leading "=": the file is data, and must read back as it was); a missing value is an empty field without
quotes, numbers are bare. A list is joined by `joined`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import IO

from kg.export.base import Exportable, Row, write_jsonl
from kg.schema import EdgeType, NodeType, schema

_NODE_FIRST = ("id", "type", "name", "aliases", "support")
_EDGE_FIRST = (
    *("id", "type", "from", "to", "paper", "field", "quote_start", "quote_end", "quote"),
    *("mention_start", "mention_end", "origin", "confidence", "extractor", "version"),
)
_EDGE_LAST = ("from_type", "to_type")
_LIST_ITEM = re.compile(r"((?:[^\\|]|\\.)*)(?:\||\Z)", re.DOTALL)


def joined(items: Iterable[str]) -> str:
    r"""Join a list with "|"; a "|" inside an item becomes "\|", a backslash "\\".

    >>> print(joined(["A-Net", "P(x|y)"]))
    A-Net|P(x\|y)
    """
    return "|".join(item.replace("\\", "\\\\").replace("|", "\\|") for item in items)


def split(text: str) -> list[str]:
    r"""Undo `joined`; the empty text is the empty list.

    >>> split(r"A-Net|P(x\|y)")
    ['A-Net', 'P(x|y)']
    """
    if not text:
        return []
    items, position = [], 0
    while match := _LIST_ITEM.match(text, position):
        items.append(re.sub(r"\\(.)", r"\1", match[1], flags=re.DOTALL))
        position = match.end()
        if match.end() == match.end(1):
            return items
    raise ValueError(f"{text!r} ends in a lone backslash: it was not written by `joined`")


def _columns(
    types: Iterable[NodeType | EdgeType], first: Sequence[str], last: Sequence[str] = ()
) -> tuple[str, ...]:
    rest = dict.fromkeys(name for kind in types for name in kind.properties if name not in first)
    return (*first, *rest, *last)


def node_columns() -> tuple[str, ...]:
    """Return the columns of the node table: what all nodes have, then the rest as the schema orders it."""
    return _columns(schema().nodes.values(), _NODE_FIRST)


def edge_columns() -> tuple[str, ...]:
    """Return the columns of the edge table: ends, evidence, then the rest as the schema orders it."""
    return _columns(schema().edges.values(), _EDGE_FIRST, _EDGE_LAST)


def _ordered(rows: Iterable[Row], columns: Sequence[str]) -> Iterator[Row]:
    for row in rows:
        yield {name: row[name] for name in columns if name in row}


def write_nodes(source: Exportable, stream: IO[str]) -> int:
    """Write nodes as JSONL, each with the properties of its type; return their number."""
    return write_jsonl(_ordered(source.store.nodes(), node_columns()), stream)


def write_edges(source: Exportable, stream: IO[str]) -> int:
    """Write edges as JSONL, each with the properties of its type; return their number."""
    return write_jsonl(_ordered(source.store.edges(), edge_columns()), stream)


def write_nodes_csv(source: Exportable, stream: IO[str]) -> int:
    """Write nodes as CSV, all types in one table; return their number."""
    return _write_csv(source.store.nodes(), node_columns(), stream)


def write_edges_csv(source: Exportable, stream: IO[str]) -> int:
    """Write edges as CSV, all types in one table; return their number."""
    return _write_csv(source.store.edges(), edge_columns(), stream)


def _write_csv(rows: Iterable[Row], columns: Sequence[str], stream: IO[str]) -> int:
    stream.write(csv_line(columns))
    count = 0
    for row in rows:
        stream.write(csv_line([row.get(name) for name in columns]))
        count += 1
    return count


def csv_line(values: Iterable[object]) -> str:
    """Return one line of CSV with its line end, as the module says."""
    return ",".join(map(_csv_field, values)) + "\n"


def _csv_field(value: object) -> str:
    # By hand, since csv.writer tells "" from a missing value only from Python 3.12 on.
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case int() | float():
            return repr(value)
        case list() | tuple():
            return _csv_field(joined(map(str, value)))
        case _:
            return '"' + str(value).replace('"', '""') + '"'
