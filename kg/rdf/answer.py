"""Answers to users' own SPARQL, and the process that gives them.

The parent sends one JSON object a line; the answer is one JSON object in a line, then `size` bytes.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import IO, Any

from kg.errors import KGError, QueryError
from kg.rdf.oxigraph import PREFIXES, open_store, ox, reading

ROWS = {
    "json": ox.QueryResultsFormat.JSON,
    "xml": ox.QueryResultsFormat.XML,
    "csv": ox.QueryResultsFormat.CSV,
    "tsv": ox.QueryResultsFormat.TSV,
}
GRAPHS = {
    "turtle": ox.RdfFormat.TURTLE,
    "ntriples": ox.RdfFormat.N_TRIPLES,
    "rdfxml": ox.RdfFormat.RDF_XML,
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What a query gave.

    Attributes:
        kind: "rows", "ask" or "graph".
        body: in the form that was asked for.
        cut: whether there was more than the limit.
    """

    kind: str
    body: bytes
    cut: bool

    def rows(self) -> tuple[list[str], list[dict[str, Any]]]:
        """Return columns and rows of an answer in JSON; numbers and truth values as Python has them."""
        raw = json.loads(self.body)
        if "boolean" in raw:
            return ["answer"], [{"answer": raw["boolean"]}]
        columns = raw["head"]["vars"]
        found = raw["results"]["bindings"]
        return columns, [{name: _value(row.get(name)) for name in columns} for row in found]


_XSD = "http://www.w3.org/2001/XMLSchema#"
_TYPES: dict[str, Callable[[str], object]] = {
    f"{_XSD}integer": int,
    f"{_XSD}decimal": float,
    f"{_XSD}double": float,
    f"{_XSD}boolean": lambda text: text in ("true", "1"),
}


def _value(term: dict[str, Any] | None) -> object:
    if term is None:
        return None
    text = term["value"]
    try:
        return _TYPES.get(term.get("datatype", ""), str)(text)
    except ValueError:  # "x"^^xsd:integer is no number, and RDF all the same
        return text


@dataclass(frozen=True, slots=True)
class Request:
    """A query, and how it is to be answered: `rows` is of `ROWS`, `graph` of `GRAPHS`."""

    text: str
    rows: str
    graph: str
    limit: int


def serve() -> None:
    """Answer what comes in on standard input, until it ends, from the store that the command line names."""
    # The parent says when it is over; Ctrl-C in a terminal reaches both.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    stdin, stdout = sys.stdin.buffer, os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    # What anything else prints must not get between the answers.
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    store: ox.Store | None = None
    _say(stdout, {})
    for line in stdin:
        try:
            store = store or open_store(Path(sys.argv[1]))
            answer = _answer(store, Request(**json.loads(line)))
        except KGError as error:
            _say(stdout, {"error": str(error), "query": isinstance(error, QueryError)})
            continue
        _say(stdout, {"kind": answer.kind, "cut": answer.cut, "size": len(answer.body)}, answer.body)


def _say(stdout: IO[bytes], head: dict[str, Any], body: bytes = b"") -> None:
    with suppress(BrokenPipeError):
        stdout.write(json.dumps(head).encode() + b"\n" + body)
        stdout.flush()


def _answer(store: ox.Store, request: Request) -> Answer:
    form = ROWS[request.rows]
    with reading(store, request.text) as found:
        if isinstance(found, ox.QueryTriples):
            triples, cut = _limited(iter(found), request.limit)
            body = ox.serialize(triples, format=GRAPHS[request.graph], prefixes=PREFIXES)
            return Answer("graph", body or b"", cut)
        if isinstance(found, ox.QueryBoolean):
            return Answer("ask", found.serialize(format=form) or b"", cut=False)
        names = [variable.value for variable in found.variables]
        solutions, cut = _limited(iter(found), request.limit)
        bindings = [
            {name: _json(term) for name in names if (term := solution[name]) is not None}
            for solution in solutions
        ]
    whole = json.dumps({"head": {"vars": names}, "results": {"bindings": bindings}}).encode()
    if request.rows == "json":
        return Answer("rows", whole, cut)
    again = ox.parse_query_results(whole, format=ROWS["json"])
    return Answer("rows", again.serialize(format=form) or b"", cut)


def _limited(items: Iterator[Any], limit: int) -> tuple[list[Any], bool]:
    found = list(islice(items, limit))
    return found, next(items, None) is not None


def _json(term: ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple) -> dict[str, Any]:
    """Return a term as https://www.w3.org/TR/sparql11-results-json/#select-encode-terms has it."""
    if isinstance(term, ox.NamedNode):
        return {"type": "uri", "value": term.value}
    if isinstance(term, ox.BlankNode):
        return {"type": "bnode", "value": term.value}
    if isinstance(term, ox.Triple):
        parts = {"subject": term.subject, "predicate": term.predicate, "object": term.object}
        return {"type": "triple", "value": {name: _json(part) for name, part in parts.items()}}
    found = {"type": "literal", "value": term.value}
    if term.language:
        return found | {"xml:lang": term.language}
    datatype = term.datatype.value
    return found if datatype == f"{_XSD}string" else found | {"datatype": datatype}
