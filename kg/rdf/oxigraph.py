"""Oxigraph (pyoxigraph): opening a store, asking it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyoxigraph as ox

from kg.errors import KGError, QueryError, StoreError
from kg.rdf.terms import BASE
from kg.schema import schema

__all__ = ["PREFIXES", "Results", "open_store", "ox", "reading"]

Results = ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples
PREFIXES = {**schema().prefixes, "g": BASE}
"""What a query need not declare: the schema's prefixes, and `g:` for nodes."""


def open_store(path: Path) -> ox.Store:
    """Open a store's folder for reading; any number of processes may.

    Raises:
        StoreError: if there is none, or it is damaged.
    """
    try:
        return ox.Store.read_only(str(path))
    except OSError as error:
        raise StoreError(
            f"{path}: the RDF store cannot be read ({error}); delete the folder: it is made again"
        ) from error


@contextmanager
def reading(store: ox.Store, text: str) -> Iterator[Results]:
    """Run a query that is trusted, and read what it gives in the block.

    A user's own goes through `kg.sparql.check` first.

    Raises:
        QueryError: if it is wrong; that may show when the results are read.
        StoreError: if the store cannot be read.
    """
    try:
        yield store.query(text, prefixes=PREFIXES)
    except KGError:
        raise
    except (SyntaxError, RuntimeError, ValueError) as error:
        raise QueryError(f"SPARQL: {' '.join(str(error).split()):.300}") from error
    except OSError as error:
        raise StoreError(f"the RDF store cannot be read: {' '.join(str(error).split())}") from error
