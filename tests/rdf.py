"""Graphs as RDF, for tests."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kg.graph import GraphData
from kg.rdf.terms import BASE
from kg.rdf.write import write


class Tables:
    """A graph's tables as what is written."""

    def __init__(self, data: GraphData) -> None:
        self.data = data

    def nodes(self) -> Iterator[dict[str, Any]]:
        return self.data.iter_nodes()

    def edges(self) -> Iterator[dict[str, Any]]:
        return self.data.iter_edges()


def rdf(data: GraphData, form: str, base: str = BASE, *, with_text: bool = True) -> str:
    """Return a graph as the text of a file."""
    return "".join(write(Tables(data), form, base, with_text=with_text))
