"""Writers of RDF 1.1: N-Triples, N-Quads, Turtle, TriG and JSON-LD; all stream.

`write` gives the lines of a file. N-Quads and TriG hold every quoted claim as a nanopublication, too.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import IO, Any, Protocol

from kg.errors import SchemaError, UsageError
from kg.rdf import FORMATS as FORMATS
from kg.rdf.terms import BASE, Describer, Description, Iri, Literal, Name, Term, node_description
from kg.rdf.terms import escaped as escaped
from kg.rdf.vocabulary import context
from kg.schema import schema

_BASE = re.compile(r"https?://[^\s<>\"{}|\\^`#]+/")  # sentences are told apart after a "#"


class Source(Protocol):
    """What is written: the two methods of a store that read everything."""

    def nodes(self) -> Iterator[dict[str, Any]]:
        """Yield every node."""
        ...

    def edges(self) -> Iterator[dict[str, Any]]:
        """Yield every edge."""
        ...


def write(source: Source, form: str, base: str = BASE, *, with_text: bool = False) -> Iterator[str]:
    """Yield a file in pieces.

    Args:
        source: the graph.
        form: one of `FORMATS`.
        base: what every resource's IRI begins with.
        with_text: write abstracts as well, which importing needs.

    Raises:
        UsageError: if the base is no IRI that ends in "/".
        SchemaError: if a number is infinite or none.
    """
    if not _BASE.fullmatch(base):
        raise UsageError(f"--base {base!r}: expected an IRI that ends in /, such as {BASE}")
    lines = _lines(source, base, with_text=with_text, graphs=form in ("nquads", "trig"))
    if form == "jsonld":
        yield from _jsonld(description for description, _ in lines)
    elif form in ("turtle", "trig"):
        yield from _turtle(lines, base)
    else:
        yield from _ntriples(lines)


@dataclass
class _Counted:
    """A source that counts what is read of it."""

    source: Source
    count: int = 0

    def nodes(self) -> Iterator[dict[str, Any]]:
        return self._each(self.source.nodes())

    def edges(self) -> Iterator[dict[str, Any]]:
        return self._each(self.source.edges())

    def _each(self, rows: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        for row in rows:
            self.count += 1
            yield row


def write_to(source: Source, stream: IO[str], form: str, base: str = BASE, *, with_text: bool = False) -> int:
    """Write a file as `write` does; return the number of nodes and edges."""
    counted = _Counted(source)
    for piece in write(counted, form, base, with_text=with_text):
        stream.write(piece)
    return counted.count


Lines = Iterable[tuple[Description, Iri | None]]


def _lines(
    source: Source, base: str, *, with_text: bool, graphs: bool
) -> Iterator[tuple[Description, Iri | None]]:
    """Yield what is said and the graph it is said in, None for the default graph."""
    describer = Describer(base)
    try:
        for row in source.nodes():
            yield node_description(row, base, with_text=with_text), None
        for row in source.edges():
            for description in describer.edge(row):
                yield description, None
            if graphs and row.get("quote") is not None:
                for graph, descriptions in describer.nanopublication(row).graphs:
                    for description in descriptions:
                        yield description, graph
    except OverflowError as error:
        raise SchemaError(f"{row['id']}: holds a number that is infinite or none") from error


class _Whole(dict[str, str]):
    """Prefixed names to whole IRIs in angle brackets."""

    def __missing__(self, name: str) -> str:
        prefix, _, local = name.partition(":")
        made = self[name] = f"<{schema().prefixes[prefix]}{local}>"
        return made


def _ntriples(lines: Lines) -> Iterator[str]:
    whole = _Whole()

    def term(value: Term) -> str:
        if isinstance(value, Literal):
            kind = f"^^{whole[value.datatype]}" if value.datatype else ""
            return f'"{escaped(value.text)}"{kind}'
        return whole[value] if isinstance(value, Name) else f"<{value}>"

    for (subject, pairs), graph in lines:
        end = " .\n" if graph is None else f" <{graph}> .\n"
        yield "".join([f"<{subject}> {whole[name]} {term(value)}{end}" for name, value in pairs])


def _turtle(lines: Lines, base: str) -> Iterator[str]:
    short = re.compile(rf"{re.escape(base)}([A-Za-z0-9](?:[\w:.-]*[\w:-])?)", re.ASCII)

    def resource(value: str) -> str:
        match = short.fullmatch(value)
        return f"g:{match[1]}" if match else f"<{value}>"

    def term(value: Term) -> str:
        if isinstance(value, Literal):
            if value.datatype in ("xsd:integer", "xsd:decimal"):
                return value.text
            return f'"{escaped(value.text)}"' + (f"^^{value.datatype}" if value.datatype else "")
        return value if isinstance(value, Name) else resource(value)

    def block(description: Description, indent: str) -> str:
        said = f" ;\n{indent}    ".join(
            f"{'a' if name == 'rdf:type' else name} {term(value)}" for name, value in description.pairs
        )
        return f"{indent}{resource(description.subject)} {said} .\n"

    prefixes = {**schema().prefixes, "g": base}
    yield "".join(f"@prefix {name}: <{uri}> .\n" for name, uri in prefixes.items())
    for description, graph in lines:
        if graph is None:
            yield "\n" + block(description, "")
        else:
            yield f"\n<{graph}> {{\n{block(description, '    ')}}}\n"


def _jsonld(descriptions: Iterable[Description]) -> Iterator[str]:
    terms = context()
    names = {value["@id"]: term for term, value in terms.items() if isinstance(value, dict)}
    yield f'{{"@context": {json.dumps(terms)},\n"@graph": ['
    first = True
    for subject, pairs in descriptions:
        node: dict[str, Any] = {"@id": subject}
        for name, value in pairs:
            key = "@type" if name == "rdf:type" else names[name]
            node.setdefault(key, []).append(value.text if isinstance(value, Literal) else value)
        single = {key: value[0] if len(value) == 1 else value for key, value in node.items() if key != "@id"}
        text = json.dumps({"@id": subject, **single}, ensure_ascii=False)
        yield ("\n" if first else ",\n") + text
        first = False
    yield "\n]}\n"
