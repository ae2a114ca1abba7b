"""The whole graph for other programs: GraphML, GEXF (Gephi) and Cytoscape JSON.

Parallel edges stay parallel. A missing value is left out. In the two XML formats a list is joined as in
`kg.export.tables.joined`, characters that XML cannot hold are removed and a carriage return becomes a line
feed; `label` is a node's name or an edge's type, which is what Gephi and yEd show.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import IO, TYPE_CHECKING

from kg.export.base import Exportable, GraphRows, Row, json_text
from kg.export.tables import joined
from kg.schema import schema

if TYPE_CHECKING:
    import networkx as nx

# XML 1.0, production 2 (Char): https://www.w3.org/TR/xml/#charsets
_NOT_XML = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ENDS = ("id", "from", "to")


def xml_text(text: str) -> str:
    """Return a text as XML can hold it: no control characters, LF line ends."""
    return _NOT_XML.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def write_graphml(source: Exportable, stream: IO[str]) -> int:
    """Write GraphML; return the number of nodes and edges."""
    import networkx as nx  # here, since it takes longer to load than most exports take

    graph = _graph(source.store)
    # Not `write_graphml`, which writes other bytes where lxml happens to be installed.
    nx.write_graphml_xml(graph, _ByteSink(stream.write))
    return _size(graph)


def write_gexf(source: Exportable, stream: IO[str]) -> int:
    """Write GEXF 1.2; an edge's type is `edge_type`, since GEXF's own `type` says "directed".

    Returns:
        The number of nodes and edges.
    """
    from networkx.readwrite.gexf import GEXFWriter

    graph = _graph(source.store)
    for _, _, key, data in graph.edges(keys=True, data=True):
        data["id"] = key
        data["edge_type"] = data.pop("type")
    writer = GEXFWriter(graph)
    # networkx writes its version and today's date: the same graph would give another file tomorrow.
    for meta in writer.xml.iter("meta"):
        meta.attrib.pop("lastmodifieddate", None)
    for creator in writer.xml.iter("creator"):
        creator.text = "methodkg"
    writer.write(_ByteSink(stream.write))
    return _size(graph)


def write_cytoscape(source: Exportable, stream: IO[str]) -> int:
    """Write the JSON that cytoscape.js and Cytoscape take, one element a line.

    `networkx.cytoscape_graph` reads it too. It wants the node's id in `value`, so a Result's number is
    called `result_value` here.

    Returns:
        The number of nodes and edges.
    """
    stream.write('{"data": {}, "directed": true, "multigraph": true, "elements": {\n"nodes": [')
    count = _write_elements(map(_cytoscape_node, source.store.nodes()), stream)
    stream.write('],\n"edges": [')
    count += _write_elements(map(_cytoscape_edge, source.store.edges()), stream)
    stream.write("]\n}}\n")
    return count


def _cytoscape_node(row: Row) -> Row:
    data = {"result_value" if key == "value" else key: value for key, value in row.items()}
    return {"id": row["id"], "value": row["id"], **data}


def _cytoscape_edge(row: Row) -> Row:
    data = {key: value for key, value in row.items() if key not in _ENDS}
    return {"id": row["id"], "source": row["from"], "target": row["to"], "key": row["id"], **data}


def _write_elements(elements: Iterable[Row], stream: IO[str]) -> int:
    count = 0
    for data in elements:
        present = {key: value for key, value in data.items() if value is not None}
        stream.write(("," if count else "") + "\n" + json_text({"data": present}))
        count += 1
    return count


def _graph(store: GraphRows) -> nx.MultiDiGraph[str]:
    """Return the graph with attributes that XML formats can hold."""
    import networkx as nx

    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    for row in store.nodes():
        graph.add_node(xml_text(row["id"]), label=xml_text(row["name"]), **dict(_attributes(row)))
    for row in store.edges():
        start, end = xml_text(row["from"]), xml_text(row["to"])
        graph.add_edge(start, end, xml_text(row["id"]), label=row["type"], **dict(_attributes(row)))
    return graph


def _attributes(row: Row) -> Iterator[tuple[str, object]]:
    for name, value in row.items():
        if name in _ENDS or value is None:
            continue
        if isinstance(value, list | tuple):
            yield name, xml_text(joined(map(str, value)))
        elif isinstance(value, str):
            yield name, xml_text(value)
        else:
            # An attribute has one type in the whole file, and some stores give 1.0 back as 1.
            yield name, float(value) if name in _doubles() else value


@cache
def _doubles() -> frozenset[str]:
    properties = [kind.properties for kind in schema().nodes.values()]
    properties += [kind.properties for kind in schema().edges.values()]
    return frozenset(p.name for group in properties for p in group.values() if p.range == "double")


def _size(graph: nx.MultiDiGraph[str]) -> int:
    return graph.number_of_nodes() + graph.number_of_edges()


class _ByteSink:
    """A binary file over a text stream: the XML writers encode, our streams take text."""

    def __init__(self, write: Callable[[str], object]) -> None:
        self._write = write
        self._decoder = codecs.getincrementaldecoder("utf-8")()

    def write(self, data: bytes) -> int:
        self._write(self._decoder.decode(data))
        return len(data)
