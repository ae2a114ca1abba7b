"""A graph that answers: `kg.open`, `Graph`."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from kg.ask import read
from kg.errors import QueryError, StoreError, nearest
from kg.model import Paper, PaperFacts
from kg.named import NamedQueries
from kg.names import Names, arguments
from kg.queries import find_query
from kg.resolve.normalise import joined, tokens
from kg.rows import Asked, Rows
from kg.schema import schema
from kg.stores.base import Row, Store
from kg.stores.embedded import EmbeddedStore
from kg.stores.networkx_store import NetworkXStore

if TYPE_CHECKING:
    import networkx as nx

    from kg.workspace import Workspace

TIMEOUT = 30.0  # seconds
_CANDIDATES = 500  # rows of each type that a search ranks
_FOUND = {"type": "str", "name": "str", "aliases": "list", "support": "int", "score": "float", "id": "str"}
_COUNTED = {"what": "str", "type": "str", "count": "int"}


class Graph(NamedQueries):
    """A graph in a store, ready to be asked.

    Every file in `queries/` is a method: `g.methods_targeting("forgetting", stance="any")`.

    Attributes:
        store: the store that answers.
    """

    def __init__(self, store: Store, workspace: Workspace | None = None) -> None:
        self.store = store
        self._workspace = workspace
        self._names = Names.of(store)

    def __enter__(self) -> Graph:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<kg.Graph in the {self.store.name} store>"

    def close(self) -> None:
        """Let go of the store."""
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
        rows = self._run(query.cypher, resolved.params)
        types = {column.name: column.type for column in query.columns}
        return Rows(rows, list(types), Asked(name, resolved.params), "; ".join(resolved.notes), types)

    def ask(self, question: str) -> Rows:
        """Answer a question in plain English by a named query; `.query` of the answer says which.

        Raises:
            NotFoundError: if no query answers it (names the nearest phrasings), or a name is unknown.
        """
        reading = read(question, self._names)
        rows = self.query(reading.query.name, **reading.params)
        rows.note = "; ".join(filter(None, (rows.note, reading.note)))
        return rows

    def cypher(
        self, text: str, params: Mapping[str, Any] | None = None, *, timeout: float | None = TIMEOUT
    ) -> Rows:
        """Run a reading Cypher query.

        Args:
            text: the query.
            params: values of its `$parameters`; user input belongs here, never in the text.
            timeout: seconds, None for no limit.

        Raises:
            QueryError: if the query is wrong, writes, or takes too long.
        """
        params = dict(params or {})
        if isinstance(self.store, EmbeddedStore):
            _check_sendable(params)
            columns, rows = self.store.table(text, params, timeout=timeout)
        else:
            rows = self._run(text, params, timeout)
            columns = list(rows[0]) if rows else []
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
        words = tokens(text)
        if not words:
            raise QueryError("there is nothing to search for: the text is empty")
        if label is not None and label not in schema().nodes:
            known = ", ".join(schema().nodes)
            raise QueryError(
                f"no node type is called {label!r}.{nearest(label, schema().nodes)} Types: {known}"
            )
        if limit < 1:
            raise QueryError(f"limit is {limit}; expected 1 or more")
        # A number is called like many others: it is found only where numbers are asked for.
        labels = [label] if label else [name for name in schema().nodes if name != "Result"]
        found = [row for name in labels for row in self._search(name, text, words)]
        found.sort(key=lambda row: (-row["score"], -(row["support"] or 0), row["name"], row["id"]))
        asked = Asked("search", {"text": text, "label": label, "limit": limit})
        return Rows(found[:limit], _FOUND, asked, types=_FOUND)

    def _search(self, label: str, text: str, words: tuple[str, ...]) -> list[Row]:
        index = f"{label.lower()}_text"
        wanted = (
            "n.id AS id, n.name AS name, n.aliases AS aliases, n.support AS support, n.search_text AS text"
        )
        ask = f"CALL db.index.fulltext.queryNodes('{index}', $words) YIELD node AS n, score RETURN {wanted}"
        # Lower-case words alone: none of Lucene's operators and marks is left in them.
        params = {"words": " ".join(words), "part": text.strip().lower(), "limit": _CANDIDATES}
        rows = self._run(f"{ask} ORDER BY score DESC, id LIMIT $limit", params)
        part = (
            f"MATCH (n:{label}) WHERE n.search_text CONTAINS $part RETURN {wanted} ORDER BY id LIMIT $limit"
        )
        rows += self._run(part, params)
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
        nodes = [self._shown(entry.type, entry.id, limit) for entry in match.entries]
        return {"query": name, "note": match.note, "nodes": nodes}

    def _shown(self, label: str, node: str, limit: int) -> dict[str, Any]:
        columns = ", ".join(f"n.{key} AS {key}" for key in schema().nodes[label].properties)
        found = self._run(f"MATCH (n:{label} {{id: $id}}) RETURN {columns}", {"id": node})[0]
        edges = self._run(_EDGES.format(label=label), {"id": node, "limit": limit})
        groups: dict[str, list[Row]] = {}
        for edge in edges:
            relation, out = edge.pop("relation"), edge.pop("start") == node
            groups.setdefault(f"-{relation}->" if out else f"<-{relation}-", []).append(edge)
        kept = {key: value for key, value in found.items() if value is not None and key != "search_text"}
        return {"type": label, **kept, "edges": dict(sorted(groups.items()))}

    def nodes(self, label: str | None = None) -> Iterator[Row]:
        """Yield nodes of one label or of all: `type`, then their properties."""
        return self.store.nodes(label)

    def edges(self, edge_type: str | None = None) -> Iterator[Row]:
        """Yield edges of one type or of all: `type`, `from`, `to`, then their properties."""
        return self.store.edges(edge_type)

    def nx(self) -> nx.MultiDiGraph[str]:
        """Return the whole graph for NetworkX: nodes by id, edges by edge id, properties as attributes."""
        return NetworkXStore.copy_of(self.store).graph

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


def _check_sendable(params: Mapping[str, Any]) -> None:
    """Refuse what no store takes: half a surrogate pair, as a wrongly decoded command line holds.

    Raises:
        QueryError: if there is one, in a text or in a list of texts.
    """
    for name, value in params.items():
        for text in value if isinstance(value, (list, tuple)) else (value,):
            if isinstance(text, str) and any("\ud800" <= c <= "\udfff" for c in text):
                raise QueryError(f"${name} is {text!a}, which is no valid Unicode text")


def _score(row: Row, text: str, words: tuple[str, ...]) -> float:
    if joined(text) in {joined(form) for form in (row["name"], *(row["aliases"] or ()))}:
        return 1.0
    here = set(tokens(row["text"]))
    if whole := sum(word in here for word in words):
        return round(0.9 * whole / len(words), 3)
    return round(0.5 * sum(word in row["text"] for word in words) / len(words), 3)


def open(path: str | Path) -> Graph:  # reads like gzip.open
    """Open a workspace folder (`papers.kg`); its store is rebuilt first where that is needed.

    Raises:
        WorkspaceError: if there is no workspace.
        StoreError: if the store cannot be read.
    """
    from kg.workspace import Workspace

    workspace = Workspace.open(path)
    return Graph(workspace.store(), workspace)
