"""Artefacts made from the schema: its documentation, Neo4j constraints and indexes, and what RDF needs.

They are committed under `schema/generated/` and compared byte for byte by a test.
"""

from __future__ import annotations

import json

from kg.rdf.shapes import shapes
from kg.rdf.vocabulary import context, ontology
from kg.schema import Property, Schema

_HEAD = "Generated from schema/methods.yaml by `kg schema --write`; do not edit."


def _quoted(edge: str) -> str:
    return f"`{edge}`" if edge == "ON" else edge  # a word of Cypher


def constraints_cypher(schema: Schema) -> str:
    """Return DDL that Neo4j 5 Community and the embedded store both run (one statement a line)."""
    lines = [f"// {_HEAD}"]
    lines += [
        f"CREATE CONSTRAINT {label.lower()}_id IF NOT EXISTS FOR (n:{label}) REQUIRE n.id IS UNIQUE;"
        for label in schema.nodes
    ]
    lines += [
        f"CREATE INDEX {label.lower()}_name IF NOT EXISTS FOR (n:{label}) ON (n.name);"
        for label in schema.nodes
    ]
    lines += [
        f"CREATE CONSTRAINT {edge.lower()}_id IF NOT EXISTS "
        f"FOR ()-[r:{_quoted(edge)}]-() REQUIRE r.id IS UNIQUE;"
        for edge in schema.edges
    ]
    # One label and one property each: the embedded store takes no full-text index over several.
    lines += [
        f"CREATE FULLTEXT INDEX {label.lower()}_text IF NOT EXISTS FOR (n:{label}) ON EACH [n.search_text];"
        for label in schema.nodes
    ]
    return "\n".join(lines) + "\n"


def _row(prop: Property) -> str:
    kind = f"list of {prop.range}" if prop.multivalued else prop.range
    if prop.minimum is not None:
        kind += f" from {prop.minimum:g}"
    if prop.maximum is not None:
        kind += f" to {prop.maximum:g}"
    return f"| `{prop.name}` | {kind} | {'yes' if prop.required else ''} | {prop.description} |"


def schema_markdown(schema: Schema) -> str:
    """Return the documentation of every node and edge type."""
    out = [f"# {schema.title}", "", f"<!-- {_HEAD} -->", "", schema.description, "", "## Nodes", ""]
    table = ["| property | type | required | |", "|---|---|---|---|"]
    for node in schema.nodes.values():
        out += [f"### {node.name}", "", node.description, "", *table]
        out += [*(_row(p) for p in node.properties.values()), ""]
    out += ["## Edges", ""]
    for edge in schema.edges.values():
        ends = f"{', '.join(edge.subjects)} → {', '.join(edge.objects)}"
        out += [f"### {edge.name}", "", f"{ends}. {edge.description}", "", *table]
        out += [*(_row(p) for p in edge.properties.values()), ""]
    out += ["## Values", ""]
    for name, values in schema.enums.items():
        out += [f"### {name}", "", schema.enum_descriptions[name], ""]
        out += [*(f"- `{value}`: {about}" for value, about in values.items()), ""]
    return "\n".join(out).rstrip() + "\n"


def artefacts(schema: Schema) -> dict[str, str]:
    """Return file name and content of everything under `schema/generated/`."""
    return {
        "constraints.cypher": constraints_cypher(schema),
        "schema.md": schema_markdown(schema),
        "ontology.ttl": f"# {_HEAD}\n{ontology(schema)}",
        "shapes.ttl": f"# {_HEAD}\n{shapes(schema)}",
        # JSON has no comments.
        "context.jsonld": json.dumps({"@context": context()}, indent=1) + "\n",
    }
