"""The ontology and the JSON-LD context, made from the schema."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kg._version import __version__
from kg.rdf.terms import DATATYPES, escaped
from kg.schema import EdgeType, NodeType, Property, Schema, schema

# What the pattern needs beside the schema's own terms; all of them point at resources.
LINKS = (
    "rdf:subject", "rdf:predicate", "rdf:object", "kg:evidence", "oa:hasBody", "oa:hasTarget", "oa:hasSource",
    "oa:hasSelector", "dcterms:isPartOf", "prov:wasGeneratedBy",
)  # fmt: skip
# Which resource of the pattern an edge's property describes, where it is not the claim.
PLACES = {
    "mention_start": "oa:Annotation",
    "mention_end": "oa:Annotation",
    "field": "oa:SpecificResource",
    "extractor": "prov:Activity",
    "version": "prov:Activity",
}
_CLAIM = "What a paper says: that a subject stands in a relation to an object. Its evidence says where."
_EVIDENCE = "The annotation that says which sentence of which paper makes the claim."


# Their names are taken: by what identifies a node, and by rdf:subject.
_TERMS = {"kg:id": "edge_id", "kg:subject": "result_subject"}


def context() -> dict[str, str | dict[str, str]]:
    """Return the JSON-LD 1.1 context: a term for every property and relationship."""
    known = schema()
    out: dict[str, str | dict[str, str]] = dict(known.prefixes)
    for prop in (p for kind in kinds(known) for p in kind.properties.values()):
        if prop.uri != "kg:searchText":
            out.setdefault(_TERMS.get(prop.uri, prop.name), _term(prop))
    links = [*LINKS, *(edge.uri for edge in known.edges.values()), *known.meanings.values()]
    for uri in links:
        out[uri.partition(":")[2]] = {"@id": uri, "@type": "@id"}
    return out


def _term(prop: Property) -> dict[str, str]:
    kind = "@id" if prop.uri == "prov:wasDerivedFrom" else DATATYPES.get(prop.range)
    return {"@id": prop.uri, **({"@type": kind} if kind else {})}


def kinds(known: Schema) -> Iterator[NodeType | EdgeType]:
    """Yield all types of nodes and edges."""
    yield from known.nodes.values()
    yield from known.edges.values()


def text(value: str) -> str:
    """Return a text as Turtle writes it."""
    return f'"{escaped(value)}"'


def prefixes(known: Schema) -> str:
    """Return the prefixes as Turtle declares them."""
    return "".join(f"@prefix {name}: <{uri}> .\n" for name, uri in known.prefixes.items())


def ontology(known: Schema) -> str:
    """Return the ontology in Turtle; other vocabularies' terms are named and left as they are."""
    head = [
        ("a", "owl:Ontology"),
        ("dcterms:title", f"{text(known.title)}@en"),
        ("dcterms:description", f"{text(known.description)}@en"),
        ("dcterms:license", f"<https://spdx.org/licenses/{known.license}>"),
        ("owl:versionInfo", text(__version__)),
    ]
    blocks = [_block(f"<{known.id}>", head)]
    blocks += [
        _term_block(
            node.uri, "owl:Class", node.name, [node.description], [("rdfs:subClassOf", *node.broader)]
        )
        for node in known.nodes.values()
    ]
    blocks.append(
        _term_block("kg:Claim", "owl:Class", "Claim", [_CLAIM], [("rdfs:subClassOf", "rdf:Statement")])
    )
    ends = [("rdfs:domain", "kg:Claim"), ("rdfs:range", "oa:Annotation")]
    blocks.append(_term_block("kg:evidence", "owl:ObjectProperty", "evidence", [_EVIDENCE], ends))
    for edge in known.edges.values():
        if edge.uri.startswith("kg:"):
            blocks.append(_relation(known, edge))
        blocks += _meanings(known, edge)
    blocks += _properties(known)
    return prefixes(known) + "\n" + "\n".join(blocks)


def _block(subject: str, pairs: Iterable[tuple[str, ...]]) -> str:
    said = " ;\n    ".join(f"{name} {', '.join(values)}" for name, *values in pairs)
    return f"{subject} {said} .\n"


def _term_block(
    uri: str, kind: str, name: str, about: list[str], more: Iterable[tuple[str, ...]] = ()
) -> str:
    label = ("rdfs:label", f"{text(name.replace('_', ' '))}@en")
    return _block(uri, [("a", kind), label, ("rdfs:comment", f"{text('; '.join(about))}@en"), *more])


def _classes(known: Schema, names: tuple[str, ...]) -> list[str]:
    """Return the class where there is one; to RDFS, several would mean all of them at once."""
    return [known.nodes[names[0]].uri] if len(names) == 1 else []


def _relation(known: Schema, edge: EdgeType) -> str:
    ends = [("rdfs:domain", uri) for uri in _classes(known, edge.subjects)]
    ends += [("rdfs:range", uri) for uri in _classes(known, edge.objects)]
    return _term_block(edge.uri, "owl:ObjectProperty", edge.name.lower(), [edge.description], ends)


def _meanings(known: Schema, edge: EdgeType) -> Iterator[str]:
    for prop in edge.properties.values():
        for value, about in known.enums.get(prop.range, {}).items():
            if uri := known.meanings.get(value):
                above = [("rdfs:subPropertyOf", edge.uri)]
                yield _term_block(uri, "owl:ObjectProperty", value, [about], above)


def _properties(known: Schema) -> Iterator[str]:
    """Yield our own datatype properties; several types may share one."""
    used: dict[str, list[tuple[str, Property]]] = {}
    for kind in kinds(known):
        for prop in kind.properties.values():
            place = kind.uri if isinstance(kind, NodeType) else PLACES.get(prop.name, "kg:Claim")
            if prop.uri.startswith("kg:") and prop.name != "search_text":
                used.setdefault(prop.uri, []).append((place, prop))
    for uri, uses in used.items():
        about = list(dict.fromkeys(prop.description for _, prop in uses))
        domains = list(dict.fromkeys(place for place, _ in uses))
        ranges = list(dict.fromkeys(_range(known, prop) for _, prop in uses))
        more = [("rdfs:domain", domains[0])] if len(domains) == 1 else []
        more.append(("rdfs:range", ranges[0] if len(ranges) == 1 else "xsd:string"))
        yield _term_block(uri, "owl:DatatypeProperty", uses[0][1].name, about, more)


def _range(known: Schema, prop: Property) -> str:
    if prop.range in known.enums:
        values = " ".join(text(value) for value in known.enums[prop.range])
        return f"[ a rdfs:Datatype ; owl:oneOf ( {values} ) ]"
    return DATATYPES.get(prop.range, "xsd:string")
