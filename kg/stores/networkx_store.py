"""The graph as a NetworkX MultiDiGraph; it runs no Cypher."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import networkx as nx

from kg.errors import QueryError, SchemaError
from kg.graph import GraphData
from kg.stores.base import Row, Store


class NetworkXStore:
    """A MultiDiGraph: node keys are ids, edge keys are edge ids, properties are attributes.

    Attributes:
        graph: the NetworkX graph, free to be used by any of its algorithms.
    """

    name = "networkx"

    def __init__(self, nodes: Iterable[Row], edges: Iterable[Row]) -> None:
        self.graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
        for node in nodes:
            self.graph.add_node(node["id"], **node)
        for edge in edges:
            self.graph.add_edge(edge["from"], edge["to"], key=edge["id"], **edge)

    @classmethod
    def copy_of(cls, store: Store) -> NetworkXStore:
        """Return everything that another store holds."""
        return cls(store.nodes(), store.edges())

    def cypher(
        self, query: str, params: Mapping[str, Any] | None = None, *, timeout: float | None = None
    ) -> list[Row]:
        """Refuse: NetworkX has no query language.

        Raises:
            QueryError: always.
        """
        raise QueryError("the networkx store runs no Cypher; use the embedded store (kg.open) for queries")

    def table(
        self, query: str, params: Mapping[str, Any] | None = None, *, timeout: float | None = None
    ) -> tuple[list[str], list[Row]]:
        """Refuse, as `cypher` does.

        Raises:
            QueryError: always.
        """
        return [], self.cypher(query, params, timeout=timeout)

    def nodes(self, label: str | None = None) -> Iterator[Row]:
        """See `Store.nodes`."""
        rows = (data for _, data in self.graph.nodes(data=True) if label in (None, data["type"]))
        yield from sorted(rows, key=lambda row: (row["type"], row["id"]))

    def edges(self, edge_type: str | None = None) -> Iterator[Row]:
        """See `Store.edges`."""
        rows = (data for _, _, data in self.graph.edges(data=True) if edge_type in (None, data["type"]))
        yield from sorted(rows, key=lambda row: (row["type"], row["id"]))

    def close(self) -> None:
        """See `Store.close`."""
        self.graph.clear()


def from_networkx(graph: nx.MultiDiGraph[str]) -> GraphData:
    """Return the graph that `kg.Graph.nx` gave to NetworkX; ends and ids are those of the MultiDiGraph.

    Raises:
        SchemaError: if it is another sort of graph, or holds what the schema does not know.
    """
    if not (isinstance(graph, nx.MultiGraph) and graph.is_directed()):
        kind = type(graph).__name__
        raise SchemaError(f"expected a MultiDiGraph as `kg.Graph.nx` makes it; this is a {kind}")
    types = {node: data.get("type") for node, data in graph.nodes(data=True)}
    return GraphData.of_rows(
        ({**data, "id": node} for node, data in graph.nodes(data=True)),
        (
            {**data, "id": key, "from": start, "to": end, "from_type": types[start], "to_type": types[end]}
            for start, end, key, data in graph.edges(keys=True, data=True)
        ),
    )
