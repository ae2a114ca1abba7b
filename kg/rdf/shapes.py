"""The SHACL shapes of an exported graph, made from the schema, and the check against them.

Only constraints of SHACL Core (https://www.w3.org/TR/shacl/), and none that tries alternatives: pySHACL would
run each of them at every claim. What holds for one kind of claim is asked of the predicate instead, which
leads to its claims backwards.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from kg.rdf import need
from kg.rdf.terms import DATATYPES
from kg.rdf.vocabulary import PLACES, prefixes, text
from kg.schema import EdgeType, Property, Schema, schema

if TYPE_CHECKING:
    import rdflib

_READABLE = {
    "xsd:string": "text",
    "xsd:integer": "whole number",
    "xsd:decimal": "decimal number",
    "xsd:date": "date",
}
# What an edge's properties say elsewhere than on the claim; those of selectors have shapes of their own.
_ELSEWHERE = (*PLACES, "paper", "quote", "quote_start", "quote_end")


def shapes(known: Schema) -> str:
    """Return the shapes in Turtle."""
    blocks = [_node_shape(known, name) for name in known.nodes]
    blocks += [_claim_shape(known), _TEXT]
    blocks += [_edge_shape(known, edge) for edge in known.edges.values()]
    blocks += _evidence_shapes(known)
    return prefixes(known) + "\n" + "\n".join(blocks)


def _shape(name: str, target: str, properties: Iterable[str]) -> str:
    inner = " ,\n    ".join(properties)
    return f"kg:{name}Shape a sh:NodeShape ;\n    {target} ;\n    sh:property {inner} .\n"


def _constraint(path: str, message: str, *rules: str) -> str:
    said = "".join(f" {rule} ;" for rule in rules)
    return f"[ sh:path {path} ;{said} sh:message\n            {text(message)} ]"


def _property(known: Schema, prop: Property, owner: str) -> str:
    """Return what holds for the values of a property."""
    values = known.enums.get(prop.range)
    datatype = DATATYPES.get(prop.range, "xsd:string")
    what = f"one of {', '.join(values)}" if values else f"a {_READABLE[datatype]}"
    rules = [f"sh:datatype {datatype}"]
    if values:
        rules.append(f"sh:in ( {' '.join(map(text, values))} )")
    if prop.minimum is not None:
        rules.append(f"sh:minInclusive {prop.minimum:g}")
        what += f" from {prop.minimum:g}"
    if prop.maximum is not None:
        rules.append(f"sh:maxInclusive {prop.maximum:g}")
        what += f" to {prop.maximum:g}"
    if prop.required:
        rules.append("sh:minCount 1")
    if not prop.multivalued:
        rules.append("sh:maxCount 1")
    number = "every" if prop.multivalued else "exactly one" if prop.required else "at most one"
    about = "" if values else f" ({prop.description})"
    return _constraint(prop.uri, f"{owner}: {number} {prop.uri}, {what}{about}", *rules)


def _node_shape(known: Schema, name: str) -> str:
    node = known.nodes[name]
    rules = [_property(known, p, f"a {name}") for p in node.properties.values() if p.name != "search_text"]
    return _shape(name, f"sh:targetClass {node.uri}", rules)


def _claim_shape(known: Schema) -> str:
    edge = next(iter(known.edges.values()))
    predicates = " ".join(e.uri for e in known.edges.values())
    one = ("sh:nodeKind sh:IRI", "sh:minCount 1", "sh:maxCount 1")
    rules = [_property(known, edge.properties[name], "a claim") for name in ("id", "origin")]
    rules += [
        _constraint("rdf:subject", "a claim: exactly one rdf:subject, a resource", *one),
        _constraint(
            "rdf:predicate",
            "a claim: exactly one rdf:predicate, a relationship of the schema",
            *one,
            f"sh:in ( {predicates} )",
        ),
        _constraint("rdf:object", "a claim: exactly one rdf:object, a resource", *one),
        _constraint(
            "[ sh:inversePath oa:hasBody ]",
            "a claim: its kg:evidence is the annotation whose oa:hasBody it is",
            "sh:equals kg:evidence",
        ),
    ]
    return _shape("Claim", "sh:targetClass kg:Claim", rules)


_EVIDENCE = _constraint(
    "kg:evidence",
    "a claim read from a text: exactly one kg:evidence, an oa:Annotation",
    "sh:class oa:Annotation",
    "sh:minCount 1",
    "sh:maxCount 1",
)
# The shape's target is the text itself, which leads to the claims that have it for their origin.
_TEXT = _shape(
    "TextClaim",
    'sh:targetNode "text"',
    [f"[ sh:path [ sh:inversePath kg:origin ] ;\n        sh:property {_EVIDENCE} ]"],
)


def _edge_shape(known: Schema, edge: EdgeType) -> str:
    """Return what holds for the claims of one predicate; they are what is reported."""
    owner = f"a claim of {edge.uri}"
    rules = [
        _end(known, owner, "rdf:subject", edge.subjects),
        _end(known, owner, "rdf:object", edge.objects),
    ]
    own = (p for p in edge.properties.values() if p.name not in ("id", "origin", *_ELSEWHERE))
    rules += [_property(known, p, owner) for p in own]
    if edge.quoted:
        rules.append(_link(owner, "prov:wasDerivedFrom", "kg:Paper"))
        rules.append(_link(owner, "prov:wasGeneratedBy", "prov:Activity"))
        rules.append(_link(owner, "kg:evidence", "oa:Annotation"))
    inner = " ,\n        ".join(rules)
    claims = f"[ sh:path [ sh:inversePath rdf:predicate ] ;\n        sh:property {inner} ]"
    local = edge.uri.partition(":")[2]
    return _shape(f"{local[0].upper()}{local[1:]}Claim", f"sh:targetNode {edge.uri}", [claims])


def _end(known: Schema, owner: str, path: str, labels: tuple[str, ...]) -> str:
    classes = [known.nodes[label].uri for label in labels]
    message = f"{owner}: its {path} is a {' or a '.join(classes)}"
    if len(classes) == 1:
        return _constraint(path, message, f"sh:class {classes[0]}")
    of = f"sh:qualifiedValueShape [ sh:in ( {' '.join(classes)} ) ]"
    # The message stands where the rule does: at the node's types.
    types = _constraint("rdf:type", message, of, "sh:qualifiedMinCount 1")
    return f"[ sh:path {path} ;\n        sh:property {types} ]"


def _link(owner: str, path: str, kind: str) -> str:
    rules = (f"sh:class {kind}", "sh:minCount 1", "sh:maxCount 1")
    return _constraint(path, f"{owner}: exactly one {path}, of the class {kind}", *rules)


def _evidence_shapes(known: Schema) -> list[str]:
    edge = next(edge for edge in known.edges.values() if edge.quoted)

    def of(owner: str, *names: str) -> list[str]:
        return [_property(known, edge.properties[name], owner) for name in names]

    selector = "a sentence: exactly one oa:hasSelector of the class "
    selectors = [
        _constraint(
            "oa:hasSelector",
            selector + kind,
            f"sh:qualifiedValueShape [ sh:class {kind} ]",
            "sh:qualifiedMinCount 1",
            "sh:qualifiedMaxCount 1",
        )
        for kind in ("oa:TextPositionSelector", "oa:TextQuoteSelector")
    ]
    return [
        _shape(
            "Evidence",
            "sh:targetObjectsOf kg:evidence",
            [
                _link("evidence", "oa:hasBody", "kg:Claim"),
                _link("evidence", "oa:hasTarget", "oa:SpecificResource"),
                *of("evidence", "mention_start", "mention_end"),
                _order("evidence", "kg:mentionStart", "kg:mentionEnd"),
            ],
        ),
        _shape(
            "Sentence",
            "sh:targetClass oa:SpecificResource",
            [
                _constraint(
                    "oa:hasSource",
                    "a sentence: exactly one oa:hasSource, a resource",
                    "sh:nodeKind sh:IRI",
                    "sh:minCount 1",
                    "sh:maxCount 1",
                ),
                *of("a sentence", "field"),
                *selectors,
            ],
        ),
        _shape(
            "Position",
            "sh:targetClass oa:TextPositionSelector",
            [*of("a position", "quote_start", "quote_end"), _order("a position", "oa:start", "oa:end")],
        ),
        _shape("Quote", "sh:targetClass oa:TextQuoteSelector", of("a quote", "quote")),
        _shape("Text", "sh:targetObjectsOf oa:hasSource", [_link("a text", "dcterms:isPartOf", "kg:Paper")]),
        _shape("Reader", "sh:targetObjectsOf prov:wasGeneratedBy", of("a reader", "extractor", "version")),
    ]


def _order(owner: str, start: str, end: str) -> str:
    return _constraint(start, f"{owner}: {start} is not after {end}", f"sh:lessThanOrEquals {end}")


def violations(graph: rdflib.Graph) -> list[str]:
    """Check an exported graph; return a line for each thing that is wrong, sorted.

    Raises:
        StoreError: if pySHACL is not installed.
    """
    need("pyshacl", "shacl")
    import pyshacl
    import rdflib
    from rdflib.namespace import RDF, SH

    rules = rdflib.Graph().parse(data=shapes(schema()), format="turtle")
    _, report, _ = pyshacl.validate(graph, shacl_graph=rules, allow_infos=True)
    found = []
    for result in report.subjects(RDF.type, SH.ValidationResult):
        message, focus, value = (report.value(result, p) for p in (SH.resultMessage, SH.focusNode, SH.value))
        found.append(f"{focus}: {message}" + (f"; this is {value}" if value is not None else ""))
    return sorted(found)
