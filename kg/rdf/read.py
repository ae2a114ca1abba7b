"""RDF files that `kg export` wrote, read back: every claim with its evidence becomes an edge again.

The graph that a triple stands in says nothing here, and what the schema does not name is passed over, so a
file may have been sorted, joined with others or written again by other programs.
"""

from __future__ import annotations

import gzip
import math
import warnings
import zlib
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import IO, Any, cast

from kg.errors import InputError, SchemaError, UsageError
from kg.graph import GraphData
from kg.rdf import SUFFIXES
from kg.rdf.oxigraph import ox
from kg.rdf.terms import DATATYPES, predicate
from kg.rdf.vocabulary import LINKS
from kg.schema import EdgeType, NodeType, Property, schema

Said = dict[str, list[ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple]]
_AGAIN = "write it again with `kg export --with-text`"


def read_graph(path: str | Path) -> GraphData:
    """Read a graph; with its abstracts it is the graph that was exported, to the same hash.

    Args:
        path: a file of a name in `kg.rdf.SUFFIXES`, or that and ".gz".

    Raises:
        UsageError: if the name says no RDF format.
        InputError: if the file cannot be read, is no graph of ours, or a fact in it lacks its evidence.
    """
    path = Path(path)
    file = _File(path)
    try:
        data = GraphData.of_rows(file.nodes(), file.edges())
    except SchemaError as error:
        raise InputError(f"{path}: {error}; {_AGAIN}") from error
    file.check_facts()
    if papers := file.without_text():
        warnings.warn(
            f"{path}: {papers:,} papers have no abstract: the file was exported without --with-text",
            stacklevel=2,
        )
    return data


@cache
def whole(name: str) -> str:
    """Return the IRI that a prefixed name stands for."""
    prefix, _, local = name.partition(":")
    return f"{schema().prefixes[prefix]}{local}"


def _format(path: Path) -> ox.RdfFormat:
    suffix = path.with_suffix("").suffix if path.suffix == ".gz" else path.suffix
    if suffix not in SUFFIXES:
        raise UsageError(f"{path}: its name says no RDF format; expected {', '.join(SUFFIXES)}, or with .gz")
    formats = ox.RdfFormat
    return {
        "turtle": formats.TURTLE,
        "ntriples": formats.N_TRIPLES,
        "nquads": formats.N_QUADS,
        "trig": formats.TRIG,
        "jsonld": formats.JSON_LD,
    }[SUFFIXES[suffix]]


class _File:
    """What a file says: subject to predicate (a prefixed name) to objects."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._said: dict[str, Said] = {}
        self._direct: set[tuple[str, str, str]] = set()
        self._nodes: dict[str, tuple[str, str]] = {}  # IRI to id and label
        self._texts: dict[tuple[str, str], str] = {}  # paper id and field to text
        try:
            triples = self._gather(_format(path))
        except (OSError, SyntaxError, EOFError, zlib.error) as error:  # SyntaxError: what the parser raises
            why = " ".join(str(error).split())
            raise InputError(f"{path}: cannot be read ({why}); {_AGAIN}") from error
        classes = {whole(node.uri): node for node in schema().nodes.values()}
        self._labels = {subject: self._label(subject, said, classes) for subject, said in self._said.items()}
        if triples and not any(self._labels.values()):
            raise InputError(f"{path}: is RDF but no graph of ours: nothing in it is a {next(iter(classes))}")

    def _gather(self, form: ox.RdfFormat) -> int:
        known = schema()
        kinds: tuple[NodeType | EdgeType, ...] = (*known.nodes.values(), *known.edges.values())
        said = {whole(p.uri): p.uri for kind in kinds for p in kind.properties.values()}
        said |= {whole(name): name for name in ("rdf:type", *LINKS)}
        direct = {whole(name) for name in (*(e.uri for e in known.edges.values()), *known.meanings.values())}
        count = 0
        with _opened(self.path) as stream:
            for quad in ox.parse(stream, format=form):
                count += 1
                uri = quad.predicate.value
                if name := said.get(uri):
                    values = self._said.setdefault(_key(quad.subject), {}).setdefault(name, [])
                    if quad.object not in values:
                        values.append(quad.object)
                elif uri in direct:
                    self._direct.add((_key(quad.subject), uri, _key(quad.object)))
        return count

    def _label(self, subject: str, said: Said, classes: Mapping[str, NodeType]) -> str:
        labels = [classes[key].name for c in said.get("rdf:type", ()) if (key := _key(c)) in classes]
        if len(labels) > 1:
            raise self._fail(subject, f"is {' and '.join(labels)}; expected one of them")
        return labels[0] if labels else ""

    def _fail(self, subject: str, what: str) -> InputError:
        return InputError(f"{self.path}: {subject} {what}; {_AGAIN}")

    def nodes(self) -> Iterator[dict[str, Any]]:
        """Yield the nodes."""
        ids: dict[str, str] = {}
        for subject, label in self._labels.items():
            if not label:
                continue
            row = self._row(subject, [self._said[subject]], schema().nodes[label].properties)
            name, aliases = row.get("name"), row["aliases"]
            if name is not None:
                row["search_text"] = " | ".join(text.lower() for text in (name, *aliases))
            key = row.get("id", "")
            if ids.setdefault(key, subject) != subject:
                raise self._fail(subject, f"has the dcterms:identifier {key!r} of {ids[key]} too")
            self._nodes[subject] = (key, label)
            if label == "Paper":
                found = (("title", name), *((field, row.get(field)) for field in ("abstract", "table")))
                self._texts |= {(key, field): text for field, text in found if text is not None}
            yield {"type": label, **row}

    def edges(self) -> Iterator[dict[str, Any]]:
        """Yield the edges; the nodes must have been yielded."""
        types = {whole(edge.uri): edge for edge in schema().edges.values()}
        claim_class = whole("kg:Claim")
        for subject, said in self._said.items():
            if not any(_key(c) == claim_class for c in said.get("rdf:type", ())):
                continue
            start, kind, end = (
                self._one(subject, said, f"rdf:{p}") for p in ("subject", "predicate", "object")
            )
            if kind not in types:
                raise self._fail(subject, f"has the rdf:predicate {kind}, which is none of the schema's")
            for node in (start, end):
                if node not in self._nodes:
                    raise self._fail(subject, f"is about {node}, which the file does not describe")
            edge = types[kind]
            row = self._row(subject, self._parts(subject, said, edge), edge.properties)
            ends = {"from": self._nodes[start], "to": self._nodes[end]}
            row |= {name: key for name, (key, _) in ends.items()}
            row |= {f"{name}_type": label for name, (_, label) in ends.items()}
            row["type"] = edge.name
            self._check_quote(subject, row)
            self._direct.discard((start, whole(predicate(row)), end))
            yield row

    def check_facts(self) -> None:
        """Refuse triples between nodes that no edge stands for; the edges must have been yielded.

        Raises:
            InputError: if there is one.
        """
        if self._direct:
            fact = " ".join(min(self._direct))
            raise InputError(f"{self.path}: {fact}: no claim with a quote says so; the fact is refused")

    def _parts(self, claim: str, said: Said, edge: EdgeType) -> list[Said]:
        """Return a claim and all that its evidence is made of."""
        if not edge.quoted:
            return [said]
        if "kg:evidence" not in said:
            raise self._fail(claim, "has no kg:evidence: no sentence says it, and the fact is refused")
        reader = self._get(claim, said, "prov:wasGeneratedBy")
        annotation = self._get(claim, said, "kg:evidence")
        sentence = self._get(claim, annotation, "oa:hasTarget")
        selectors = [self._said.get(_key(value), {}) for value in sentence.get("oa:hasSelector", ())]
        return [said, reader, annotation, sentence, *selectors]

    def _get(self, subject: str, said: Said, name: str) -> Said:
        return self._said.get(self._one(subject, said, name), {})

    def _one(self, subject: str, said: Said, name: str) -> str:
        values = said.get(name, ())
        if len(values) != 1:
            raise self._fail(subject, f"leads to {len(values)} {name}; expected one")
        return _key(values[0])

    def _row(self, subject: str, parts: list[Said], properties: Mapping[str, Property]) -> dict[str, Any]:
        row: dict[str, Any] = {}
        for name, prop in properties.items():
            if name == "search_text":
                continue
            values = [self._value(subject, prop, value) for said in parts for value in said.get(prop.uri, ())]
            if prop.multivalued:
                row[name] = sorted(values)
            elif len(values) > 1:
                raise self._fail(subject, f"has {len(values)} values of {prop.uri}; expected one")
            elif values:
                row[name] = values[0]
        return row

    def _value(self, subject: str, prop: Property, term: object) -> str | int | float:
        if prop.uri == "prov:wasDerivedFrom" and isinstance(term, ox.NamedNode):
            if term.value not in self._nodes:
                raise self._fail(subject, f"comes from {term.value}, which the file does not describe")
            return self._nodes[term.value][0]
        datatype = whole(DATATYPES.get(prop.range, "xsd:string"))
        if isinstance(term, ox.Literal) and term.datatype.value == datatype and term.language is None:
            try:
                return _parsed(prop, term.value)
            except ValueError:
                pass
        raise self._fail(
            subject, f"has the {prop.uri} {term}; expected {DATATYPES.get(prop.range, 'a text')}"
        )

    def _check_quote(self, claim: str, row: Mapping[str, Any]) -> None:
        """Refuse a quote that its paper does not say; without the text nobody can know."""
        text = self._texts.get((row.get("paper", ""), row.get("field", "")))
        if text is None or any(row.get(name) is None for name in ("quote", "quote_start", "quote_end")):
            return
        if text[row["quote_start"] : row["quote_end"]] != row["quote"]:
            place = f"{row['field']}[{row['quote_start']}:{row['quote_end']}]"
            raise self._fail(
                claim, f"quotes {row['quote']!r:.80}, which {row['paper']} does not say at {place}"
            )

    def without_text(self) -> int:
        """Return the number of papers without an abstract, where no paper has one."""
        papers = sum(label == "Paper" for _, label in self._nodes.values())
        return 0 if any(field == "abstract" for _, field in self._texts) else papers


def _opened(path: Path) -> IO[bytes]:
    return cast("IO[bytes]", gzip.open(path)) if path.suffix == ".gz" else path.open("rb")


def _key(term: object) -> str:
    """Return an IRI as it is; anything else in a form that is no IRI."""
    return term.value if isinstance(term, ox.NamedNode) else str(term)


def _parsed(prop: Property, text: str) -> str | int | float:
    if prop.range == "integer":
        if abs(number := int(text)) >= 2**63:
            raise ValueError(text)
        return number
    if prop.range == "date":
        return date.fromisoformat(text).isoformat()
    if prop.range != "double":
        return text
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(text)
    return value
