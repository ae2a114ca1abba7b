"""What the graph says in RDF, one subject at a time; docs/rdf.md shows the pattern.

A node is a resource with its properties. An edge is a triple, and beside it a claim (`rdf:Statement`) with
the evidence for it: a Web Annotation (https://www.w3.org/TR/annotation-model/) of the quoted sentence. A
sentence that several claims quote is one resource.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any, NamedTuple
from urllib.parse import quote, unquote

from kg.schema import Property, schema

BASE = "https://methodkg.github.io/graph/"
SENTENCE = "oa:SpecificResource"
DATATYPES = {
    "integer": "xsd:integer",
    "double": "xsd:decimal",
    "date": "xsd:date",
    "boolean": "xsd:boolean",
}
# What is not said: the type is a class, search text is made of the names again.
_UNSAID = ("id", "name", "aliases", "search_text", "abstract", "table")
# Of a claim or its evidence, where the property is not on the sentence.
_CLAIM = ("stance", "outcome", "origin", "confidence", "reason")


# What N-Triples escapes (https://www.w3.org/TR/n-triples/#grammar-production-STRING_LITERAL_QUOTE), and
# control characters, which some readers refuse.
_ESCAPED = re.compile('["\\\\\x00-\x1f\x7f]')
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
# Almost every id; `quote` would give it back, slowly.
_PLAIN = re.compile(r"[A-Za-z0-9_.~:-]*").fullmatch


class Iri(str):
    """An IRI, whole."""

    __slots__ = ()


class Name(str):
    """An IRI with a prefix of the schema's: `skos:prefLabel`."""

    __slots__ = ()


class Literal(NamedTuple):
    """A value; `datatype` is a prefixed name, empty for a text."""

    text: str
    datatype: str = ""


Term = Iri | Name | Literal


class Description(NamedTuple):
    """What is said of one subject: pairs of predicate (a prefixed name) and object."""

    subject: Iri
    pairs: list[tuple[str, Term]]


class Nanopublication(NamedTuple):
    """One claim as its own four graphs (https://nanopub.net/guidelines/): (graph, descriptions)."""

    graphs: tuple[tuple[Iri, list[Description]], ...]


def iri(base: str, *parts: object) -> Iri:
    """Return a resource's IRI: ids are ASCII, anything else is percent-encoded."""
    return Iri(base + "/".join([p if _PLAIN(p) else quote(p, safe=":-._~") for p in map(str, parts)]))


def id_of(base: str, text: str) -> str:
    """Return the id of the node, or of the edge of a claim, that an IRI means.

    Raises:
        ValueError: if it lies elsewhere.
    """
    if not text.startswith(base):
        raise ValueError(f"{text} does not begin with {base}")
    return unquote(text[len(base) :].removeprefix("claim/"))


def escaped(text: str) -> str:
    """Return a text as it stands between the quotes of a literal."""
    return _ESCAPED.sub(lambda m: _ESCAPES.get(m[0]) or f"\\u{ord(m[0]):04X}", text)


def literal(prop: Property, value: object) -> Literal:
    """Return a value as the property's type has it; a double in decimals, which loses nothing.

    Raises:
        OverflowError: if a number is infinite or none.
    """
    datatype = DATATYPES.get(prop.range, "")
    if datatype == "xsd:decimal":
        number = repr(float(str(value)))
        if not math.isfinite(float(number)):
            raise OverflowError(number)
        if "e" in number:
            number = format(Decimal(number), "f")
        return Literal(number if "." in number else f"{number}.0", datatype)
    return Literal(str(value), datatype)


@cache
def _properties(kind: str) -> dict[str, Property]:
    known = schema()
    return dict((known.nodes.get(kind) or known.edges[kind]).properties)


@cache
def _node_classes(label: str) -> tuple[Name, ...]:
    """Return a node's classes: its own, and skos:Concept, which is no superclass to everybody."""
    node = schema().nodes[label]
    return (Name(node.uri), *(Name(c) for c in node.broader if c == "skos:Concept"))


def node_description(row: dict[str, Any], base: str, *, with_text: bool) -> Description:
    """Say what a node is."""
    label = row["type"]
    properties = _properties(label)
    pairs: list[tuple[str, Term]] = [("rdf:type", name) for name in _node_classes(label)]
    pairs.append((properties["id"].uri, Literal(row["id"])))
    pairs.append((properties["name"].uri, Literal(row["name"])))
    pairs += [(properties["aliases"].uri, Literal(alias)) for alias in row["aliases"] or ()]
    if with_text:
        texts = (name for name in ("abstract", "table") if row.get(name) is not None)
        pairs += [(properties[name].uri, Literal(row[name])) for name in texts]
    for name, prop in properties.items():
        if name in _UNSAID or (value := row.get(name)) is None:
            continue
        pairs += [(prop.uri, literal(prop, one)) for one in (value if prop.multivalued else (value,))]
    return Description(iri(base, row["id"]), pairs)


def predicate(row: dict[str, Any]) -> Name:
    """Return the predicate of an edge's own triple: that of the stance, where it has one."""
    return Name(schema().meanings.get(row.get("stance") or "", schema().edges[row["type"]].uri))


def direct(row: dict[str, Any], base: str) -> Description:
    """Return an edge's own triple."""
    return Description(iri(base, row["from"]), [(predicate(row), iri(base, row["to"]))])


def claim_iri(row: dict[str, Any], base: str) -> Iri:
    """Return the IRI of an edge's claim."""
    return iri(base, "claim", row["id"])


@lru_cache(maxsize=256)
def _reader(base: str, extractor: str, version: str) -> Iri:
    return iri(base, "reader", extractor, version)


@dataclass
class Describer:
    """Says what edges claim; readers and sentences once.

    Attributes:
        base: of every resource's IRI.
        seen: hashes of the readers and sentences that were described: one small number each.
    """

    base: str = BASE
    seen: set[int] = field(default_factory=set)

    def edge(self, row: dict[str, Any]) -> Iterator[Description]:
        """Yield an edge's triple, its claim, and the evidence."""
        yield direct(row, self.base)
        properties = _properties(row["type"])
        claim = claim_iri(row, self.base)
        pairs: list[tuple[str, Term]] = [
            ("rdf:type", Name("kg:Claim")),
            ("rdf:subject", iri(self.base, row["from"])),
            ("rdf:predicate", Name(schema().edges[row["type"]].uri)),
            ("rdf:object", iri(self.base, row["to"])),
            (properties["id"].uri, Literal(row["id"])),
        ]
        for name in _CLAIM:
            if name in properties and row.get(name) is not None:
                pairs.append((properties[name].uri, literal(properties[name], row[name])))
        if row.get("quote") is None:
            yield Description(claim, pairs)
            return
        reader = _reader(self.base, row["extractor"], row["version"])
        evidence = iri(self.base, "evidence", row["id"])
        pairs.append((properties["paper"].uri, iri(self.base, row["paper"])))
        pairs.append(("prov:wasGeneratedBy", reader))
        pairs.append(("kg:evidence", evidence))
        yield Description(claim, pairs)
        if self._new(reader):
            known = [(properties[name].uri, Literal(row[name])) for name in ("extractor", "version")]
            yield Description(reader, [("rdf:type", Name("prov:Activity")), *known])
        yield from self._evidence(row, properties, claim, evidence)

    def _evidence(
        self, row: dict[str, Any], properties: dict[str, Property], claim: Iri, evidence: Iri
    ) -> Iterator[Description]:
        text = iri(self.base, row["paper"], row["field"])
        start, end = row["quote_start"], row["quote_end"]
        # RFC 5147: positions between characters, the end not included, as ours are.
        sentence, position, words = (
            Iri(f"{text}#{kind}={start},{end}") for kind in ("char", "position", "quote")
        )
        mention: list[tuple[str, Term]] = [
            (properties[name].uri, literal(properties[name], row[name]))
            for name in ("mention_start", "mention_end")
        ]
        yield Description(
            evidence,
            [
                ("rdf:type", Name("oa:Annotation")),
                ("oa:hasBody", claim),
                ("oa:hasTarget", sentence),
                *mention,
            ],
        )
        if self._new(text):
            yield Description(text, [("dcterms:isPartOf", iri(self.base, row["paper"]))])
        if not self._new(sentence):
            return
        said = (properties["field"].uri, Literal(row["field"]))
        of: list[tuple[str, Term]] = [("rdf:type", Name(SENTENCE)), ("oa:hasSource", text), said]
        yield Description(sentence, [*of, ("oa:hasSelector", position), ("oa:hasSelector", words)])
        offsets: list[tuple[str, Term]] = [
            (properties[name].uri, literal(properties[name], row[name]))
            for name in ("quote_start", "quote_end")
        ]
        yield Description(position, [("rdf:type", Name("oa:TextPositionSelector")), *offsets])
        exact = (properties["quote"].uri, Literal(row["quote"]))
        yield Description(words, [("rdf:type", Name("oa:TextQuoteSelector")), exact])

    def _new(self, subject: Iri) -> bool:
        key = hash(subject)
        if key in self.seen:
            return False
        self.seen.add(key)
        return True

    def nanopublication(self, row: dict[str, Any]) -> Nanopublication:
        """Return a quoted edge as a nanopublication: its triple is the assertion."""
        claim = claim_iri(row, self.base)
        head, assertion, provenance, info = (
            Iri(f"{claim}#{part}") for part in ("Head", "assertion", "provenance", "pubinfo")
        )
        publication = Iri(f"{claim}#nanopub")
        reader = _reader(self.base, row["extractor"], row["version"])
        of: list[tuple[str, Term]] = [
            ("rdf:type", Name("np:Nanopublication")),
            ("np:hasAssertion", assertion),
            ("np:hasProvenance", provenance),
            ("np:hasPublicationInfo", info),
        ]
        source: list[tuple[str, Term]] = [
            ("prov:wasDerivedFrom", iri(self.base, row["paper"])),
            ("prov:wasGeneratedBy", reader),
        ]
        return Nanopublication(
            (
                (head, [Description(publication, of)]),
                (assertion, [direct(row, self.base)]),
                (provenance, [Description(assertion, source)]),
                (info, [Description(publication, [("prov:wasGeneratedBy", reader)])]),
            )
        )
