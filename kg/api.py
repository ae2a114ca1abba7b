"""A graph that answers: `kg.open`, `Graph`."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, get_args

from kg.ask import read
from kg.errors import QueryError, StoreError, UsageError
from kg.finding import search, shown
from kg.model import Paper, PaperFacts
from kg.named import NamedQueries
from kg.names import Names, arguments
from kg.queries import find_query
from kg.rdf import SUFFIXES
from kg.rows import Asked, Rows
from kg.schema import schema
from kg.stores.base import Row, Store, Writable
from kg.stores.embedded import EmbeddedStore
from kg.twins import answer

if TYPE_CHECKING:
    import networkx as nx

    from kg.stores.rdf import RdfStore
    from kg.workspace import Workspace

TIMEOUT = 30.0  # seconds
Engine = Literal["cypher", "rdf"]
_FOUND = {"type": "str", "name": "str", "aliases": "list", "support": "int", "score": "float", "id": "str"}
_COUNTED = {"what": "str", "type": "str", "count": "int"}


class Graph(NamedQueries):
    """A graph in a store, ready to be asked.

    Every file in `queries/` is a method: `g.methods_targeting("forgetting", stance="any")`.

    Attributes:
        store: the store that holds the graph.
        engine: what answers named queries: the store's Cypher, or their SPARQL twins on a copy in RDF.
    """

    def __init__(
        self,
        store: Store,
        workspace: Workspace | None = None,
        *,
        engine: Engine = "cypher",
        rdf: RdfStore | None = None,
    ) -> None:
        self.store = store
        self.engine: Engine = engine
        self._workspace = workspace
        self._names = Names.of(store)
        self._rdf = rdf

    def __enter__(self) -> Graph:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<kg.Graph in the {self.store.name} store>"

    def close(self) -> None:
        """Let go of the stores."""
        if self._rdf is not None:
            self._rdf.close()
            self._rdf = None
        self.store.close()

    def query(self, name: str, /, **params: object) -> Rows:
        """Answer a named query.

        Args:
            name: of a file in `queries/`, such as "methods_targeting".
            **params: its parameters; a name may be one text or several.

        Raises:
            QueryError: if there is no such query, or an argument is wrong.
            NotFoundError: if the graph has nothing of a name that is given.
        """
        query = find_query(name)
        resolved = arguments(query, params, self._names)
        types = {column.name: column.type for column in query.columns}
        if self.engine == "rdf":
            _check_sendable(resolved.params)
            rows = answer(lambda text: self.rdf().select(text)[1], query.twin(), resolved.params, types)
        else:
            rows = self._run(query.cypher, resolved.params)
        return Rows(rows, list(types), Asked(name, resolved.params), "; ".join(resolved.notes), types)

    def rdf(self) -> RdfStore:
        """Return the graph as RDF, in Oxigraph: a cache beside a workspace's store, else a copy in memory.

        `.select(sparql)` asks it, `.graph()` gives it to rdflib.
        """
        if self._rdf is None:
            from kg.stores.rdf import RdfStore

            self._rdf = RdfStore.of(self.store) if self._workspace is None else self._workspace.rdf()
        return self._rdf

    def ask(self, question: str) -> Rows:
        """Answer a question in plain English by a named query; `.query` of the answer says which.

        Raises:
            NotFoundError: if no query answers it (names the nearest phrasings), or a name is unknown.
        """
        reading = read(question, self._names)
        return self.query(reading.query.name, **reading.params)

    def cypher(
        self,
        text: str,
        params: Mapping[str, Any] | None = None,
        *,
        timeout: float | None = TIMEOUT,
        write: bool = False,
    ) -> Rows:
        """Run a Cypher query.

        Args:
            text: the query.
            params: values of its `$parameters`; user input belongs here, never in the text.
            timeout: seconds, None for no limit.
            write: let it write, which only a graph on a Neo4j server takes: other stores are caches.

        Raises:
            QueryError: if the query is wrong, writes without `write`, or takes too long.
        """
        params = dict(params or {})
        _check_sendable(params)
        table = self.store.table
        if write:
            if not isinstance(self.store, Writable):
                raise QueryError(
                    f"the {self.store.name} store is a cache of files and takes no writing Cypher"
                )
            table = self.store.write_table
        columns, rows = table(text, params, timeout=timeout)
        return Rows(rows, columns, Asked("cypher", params))

    def _run(self, text: str, params: Mapping[str, Any], timeout: float | None = TIMEOUT) -> list[Row]:
        _check_sendable(params)
        return self.store.cypher(text, params, timeout=timeout)

    def search(self, text: str, label: str | None = None, limit: int = 20) -> Rows:
        """Find nodes by words of their names, aliases or titles.

        The score is 1 where a name or alias is the text, 0.9 times the share of its words that are
        there as words, else half the share of those that are there as parts of words.

        Raises:
            QueryError: if the text is empty, the label unknown or the limit below 1.
        """
        found = search(self._run, text, label, limit)
        return Rows(
            found, _FOUND, Asked("search", {"text": text, "label": label, "limit": limit}), types=_FOUND
        )

    def show(self, name: str, *, limit: int = 200) -> dict[str, Any]:
        """Return everything next to a thing, with the quotes.

        Args:
            name: a name, a paper's title or identifier, or a node's id.
            limit: most edges of each node, the surest first.

        Returns:
            `{"query": name, "note": how it was read, "nodes": [...]}`; a node is its properties, its `type`
            and `edges`: group ("-USES->" or "<-USES-") to a list of edges, each with `id`, the other end's
            `type`, `name` and `node` (its id), the edge's stance or outcome, and its evidence: `quote`,
            `paper`, `title`, `year`, `confidence`, and `note`, what must be said of the paper's text.

        Raises:
            NotFoundError: if the graph has nothing of that name.
        """
        match = self._names.match(name, tuple(schema().nodes))
        nodes = [shown(self._run, entry.type, entry.id, limit) for entry in match.entries]
        return {"query": name, "note": match.note, "nodes": nodes}

    def nodes(self, label: str | None = None) -> Iterator[Row]:
        """Yield nodes of one label or of all: `type`, then their properties."""
        return self.store.nodes(label)

    def edges(self, edge_type: str | None = None) -> Iterator[Row]:
        """Yield edges of one type or of all: `type`, `from`, `to`, then their properties."""
        return self.store.edges(edge_type)

    def nx(self) -> nx.MultiDiGraph[str]:
        """Return the whole graph for NetworkX: nodes by id, edges by edge id, properties as attributes.

        `kg.from_nx` takes it back, without loss.
        """
        from kg.stores.networkx_store import NetworkXStore  # here: most questions need no NetworkX

        return NetworkXStore.copy_of(self.store).graph

    def igraph(self) -> Any:  # noqa: ANN401 - of a library that may not be here
        """Return the whole graph for igraph (`igraph.Graph`), which you install yourself: it is GPL.

        Raises:
            StoreError: if igraph is not installed.
        """
        try:
            from igraph import Graph as IGraph
        except ImportError as error:
            raise StoreError(
                "igraph is not installed: pip install igraph (its licence is the GPL)"
            ) from error
        return IGraph.from_networkx(self.nx())

    def stats(self) -> Rows:
        """Return the number of nodes of every label and of edges of every type."""
        rows: list[Row] = []
        for name in schema().nodes:
            found = self._run(f"MATCH (n:{name}) RETURN count(n) AS count", {})
            rows.append({"what": "node", "type": name, "count": found[0]["count"]})
        for name in schema().edges:
            found = self._run(f"MATCH ()-[r:`{name}`]->() RETURN count(r) AS count", {})
            rows.append({"what": "edge", "type": name, "count": found[0]["count"]})
        return Rows(rows, _COUNTED, Asked("stats"), types=_COUNTED)

    def draw(self, out: str | Path, *, about: str | None = None, limit: int = 150) -> tuple[int, int]:
        """Write a self-contained HTML picture.

        Args:
            out: the HTML file, replaced whole; "-" for standard output.
            about: a name; only what lies within two steps of it is drawn.
            limit: most nodes to draw, the most supported first.

        Returns:
            How many nodes are drawn, and how many there were.

        Raises:
            NotFoundError: if the graph has nothing called `about`.
        """
        from kg.draw import page
        from kg.draw.view import view
        from kg.files import atomic_write

        around = (
            [] if about is None else [e.id for e in self._names.match(about, tuple(schema().nodes)).entries]
        )
        nodes, edges = view(self.store, around)
        papers = sum(node["type"] == "Paper" for node in nodes)
        text = page(
            nodes,
            edges,
            title=" · ".join(filter(None, (self._workspace.path.stem if self._workspace else "", about))),
            subtitle=f"What {papers:,} papers claim. Click a node or an edge to read the sentences.",
            note=self._reading_note(nodes),
            limit=limit,
        )
        if str(out) == "-":
            sys.stdout.write(text)
        else:
            with atomic_write(Path(out)) as file:
                file.write(text)
        return min(limit, len(nodes)), len(nodes)

    @staticmethod
    def _reading_note(nodes: Iterable[Mapping[str, object]]) -> str:
        notes = sorted({str(node["note"]) for node in nodes if node.get("note")})
        own = f" Some texts are not the papers' own words: {', '.join(notes)}." if notes else ""
        return f"Claimed numbers are not drawn.{own}"

    def papers(self) -> Iterable[Paper]:
        """Return every paper of the workspace.

        Raises:
            StoreError: if the graph was not opened from a workspace.
        """
        return self._origin().papers()

    def facts(self) -> Iterable[tuple[Paper, PaperFacts]]:
        """Return every paper of the workspace that was read, with its facts.

        Raises:
            StoreError: if the graph was not opened from a workspace.
        """
        return self._origin().facts()

    def _origin(self) -> Workspace:
        if self._workspace is None:
            raise StoreError(
                "this graph has no papers and facts: open it from its workspace folder (kg.open)"
            )
        return self._workspace


def _check_sendable(params: Mapping[str, Any]) -> None:
    """Refuse what no store takes: half a surrogate pair, as a wrongly decoded command line holds.

    Raises:
        QueryError: if there is one, in a text or in a list of texts.
    """
    for name, value in params.items():
        for text in value if isinstance(value, (list, tuple)) else (value,):
            if isinstance(text, str) and any("\ud800" <= c <= "\udfff" for c in text):
                raise QueryError(f"${name} is {text!a}, which is no valid Unicode text")


def open(target: str | Path, *, engine: Engine = "cypher") -> Graph:  # reads like gzip.open
    """Open a graph, wherever it is.

    Args:
        target: a workspace folder (`papers.kg`), whose store is rebuilt first where that is needed; a Neo4j
            server (`neo4j://HOST:PORT?database=NAME`, also bolt:// and the encrypted schemes; user and
            password from NEO4J_USERNAME and NEO4J_PASSWORD); or an RDF file that `kg export` wrote
            (`graph.trig`), which is read into memory.
        engine: what answers named queries: Cypher, or SPARQL on a copy in RDF.

    Raises:
        WorkspaceError: if there is no workspace.
        StoreError: if the store cannot be read, or the server not be reached.
        InputError: if the file is not a graph of ours.
    """
    if engine not in get_args(Engine):
        raise UsageError(f"engine is {engine!r}; choose {' or '.join(get_args(Engine))}")
    text = str(target)
    if "://" in text:
        from kg.stores.neo4j import Neo4jStore

        return Graph(Neo4jStore.connect(text), engine=engine)
    path = Path(target)
    if path.name.removesuffix(".gz").endswith(tuple(SUFFIXES)) and not path.is_dir():
        from kg.rdf.read import read_graph

        return Graph(EmbeddedStore.of(read_graph(path)), engine=engine)
    from kg.workspace import Workspace

    workspace = Workspace.open(path)
    return Graph(workspace.store(), workspace, engine=engine)


def from_nx(graph: nx.MultiDiGraph[str]) -> Graph:
    """Open a graph that `Graph.nx` gave to NetworkX, and that may have been changed there.

    Raises:
        SchemaError: if it is another sort of graph, or holds what the schema does not know.
    """
    from kg.stores.networkx_store import from_networkx

    return Graph(EmbeddedStore.of(from_networkx(graph)))
