"""The graph in Oxigraph, for SPARQL: in memory, or in a folder that is only read once it is there."""

from __future__ import annotations

import hashlib
import io
import shutil
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from kg.errors import QueryError, StoreError
from kg.rdf.oxigraph import PREFIXES, open_store, ox, reading
from kg.rdf.write import Source, write

if TYPE_CHECKING:
    import rdflib

Solution = Mapping[str, str]
"""Names of variables to the lexical forms of what they are bound to; what is unbound is left out."""


@cache
def made_by() -> str:
    """Return a hash of all that turns a graph into a store: one that other code made is old."""
    here = Path(__file__)
    paths = [here, *sorted((here.parent.parent / "rdf").glob("*.py"))]
    parts = [path.read_bytes() for path in paths]
    return hashlib.sha256(b"\x00".join([*parts, ox.__version__.encode()])).hexdigest()[:8]


class _Stream(io.RawIOBase):
    """Pieces of text as a file that is read once: no more than a piece is held."""

    def __init__(self, pieces: Iterator[str]) -> None:
        self._pieces = pieces
        self._rest = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # typeshed names a union
        while not self._rest:
            piece = next(self._pieces, None)
            if piece is None:
                return 0
            self._rest = piece.encode()
        part, self._rest = self._rest[: len(buffer)], self._rest[len(buffer) :]
        buffer[: len(part)] = part
        return len(part)


def _load(store: ox.Store, source: Source) -> None:
    stream = io.BufferedReader(_Stream(write(source, "ntriples")), 1 << 16)
    store.bulk_load(stream, format=ox.RdfFormat.N_TRIPLES)


class RdfStore:
    """The graph as RDF, all of it in the default graph.

    Nanopublications are left to files: they say again what the default graph says, and Oxigraph, asked for
    the union of its graphs, counts a triple once for each that holds it.
    """

    name = "rdf"

    def __init__(self, store: ox.Store) -> None:
        self._store = store

    @classmethod
    def of(cls, source: Source) -> RdfStore:
        """Return a copy of another store in memory."""
        store = ox.Store()
        _load(store, source)
        return cls(store)

    @staticmethod
    def create(path: Path, source: Source) -> None:
        """Write a store into a new folder; nobody may read it before this returns.

        Raises:
            StoreError: if it cannot be written; the folder is removed.
        """
        try:
            store = ox.Store(path)
            _load(store, source)
            store.flush()
        except OSError as error:
            shutil.rmtree(path, ignore_errors=True)
            raise StoreError(f"{path}: the RDF store cannot be written ({error})") from error
        except BaseException:
            shutil.rmtree(path, ignore_errors=True)
            raise

    @classmethod
    def open(cls, path: Path) -> RdfStore:
        """Open a store that `create` wrote, for reading; any number of processes may.

        Raises:
            StoreError: if there is none, or it is damaged.
        """
        return cls(open_store(path))

    def select(self, text: str) -> tuple[list[str], list[Solution]]:
        """Run a SELECT that is trusted; return the names of its variables and the solutions in their order.

        Raises:
            QueryError: if it is wrong, or no SELECT.
        """
        with reading(self._store, text) as found:
            if not isinstance(found, ox.QuerySolutions):
                raise QueryError("expected a SELECT, which gives rows")
            names = [variable.value for variable in found.variables]
            return names, [
                {name: lexical(term) for name in names if (term := solution[name]) is not None}
                for solution in found
            ]

    def graph(self) -> rdflib.Graph:
        """Return the store for rdflib; it is not copied, and only read."""
        import rdflib
        from oxrdflib import OxigraphStore
        from rdflib.graph import DATASET_DEFAULT_GRAPH_ID

        graph = rdflib.Graph(store=OxigraphStore(store=self._store), identifier=DATASET_DEFAULT_GRAPH_ID)
        for prefix, uri in PREFIXES.items():
            graph.bind(prefix, uri)
        return graph

    def close(self) -> None:
        """Let go of the store."""
        del self._store


def lexical(term: ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple) -> str:
    """Return an IRI or the text of a literal."""
    return term.value if isinstance(term, (ox.NamedNode, ox.Literal)) else str(term)
