"""The graph's schema, read strictly from `schema/methods.yaml` (LinkML syntax, the part of it we use)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from kg.errors import SchemaError, nearest
from kg.resources import data_dir

PRIMITIVES = {"string": str, "integer": int, "double": float, "boolean": bool, "date": str}
_SCHEMA_KEYS = {
    *("id", "name", "title", "description", "license", "default_range", "default_prefix", "prefixes"),
    *("enums", "classes"),
}
_CLASS_KEYS = {
    *("description", "is_a", "mixins", "abstract", "mixin", "represents_relationship", "attributes"),
    *("class_uri", "broad_mappings"),
}
_VALUE_KEYS = {"description", "meaning"}
_ATTRIBUTE_KEYS = {
    "description",
    "range",
    "any_of",
    "required",
    "multivalued",
    "identifier",
    "relational_role",
    "minimum_value",
    "maximum_value",
    "slot_uri",
}


@dataclass(frozen=True, slots=True)
class Property:
    """A property of a node or edge type; `range` is a primitive or an enum's name, `uri` its name in RDF."""

    name: str
    range: str
    description: str
    uri: str
    required: bool = False
    multivalued: bool = False
    minimum: float | None = None
    maximum: float | None = None


@dataclass(frozen=True, slots=True)
class NodeType:
    """A node label with all its properties, inherited ones first; `uri` and `broader` are classes in RDF."""

    name: str
    description: str
    uri: str
    broader: tuple[str, ...]
    properties: Mapping[str, Property]


@dataclass(frozen=True, slots=True)
class EdgeType:
    """A relationship type: which labels it joins, and all its properties; `uri` is the predicate in RDF."""

    name: str
    description: str
    uri: str
    subjects: tuple[str, ...]
    objects: tuple[str, ...]
    properties: Mapping[str, Property]

    @property
    def quoted(self) -> bool:
        """Whether edges of this type carry a quote."""
        return "quote" in self.properties


@dataclass(frozen=True, slots=True)
class Schema:
    """Everything `schema/methods.yaml` says; `meanings` are the RDF properties that stand for enum values."""

    id: str
    name: str
    title: str
    description: str
    license: str
    prefixes: Mapping[str, str]
    enums: Mapping[str, Mapping[str, str]]
    enum_descriptions: Mapping[str, str]
    meanings: Mapping[str, str]
    nodes: Mapping[str, NodeType]
    edges: Mapping[str, EdgeType]


def _only(where: str, given: Mapping[str, Any], known: set[str]) -> None:
    for key in given:
        if key not in known:
            raise SchemaError(
                f"{where}: unknown key {key!r}.{nearest(key, known)} Known: {', '.join(sorted(known))}"
            )


class _Reader:
    """Reads one parsed YAML document."""

    def __init__(self, document: Mapping[str, Any], where: str) -> None:
        _only(where, document, _SCHEMA_KEYS)
        self.where = where
        self.document = document
        self.default_range: str = document.get("default_range", "string")
        self.default_prefix: str = document.get("default_prefix", "")
        self.prefixes: Mapping[str, str] = document.get("prefixes") or {}
        self.enums: Mapping[str, Any] = document.get("enums") or {}
        self.classes: Mapping[str, Any] = document.get("classes") or {}

    def schema(self) -> Schema:
        for name, body in self.enums.items():
            _only(f"{self.where}: enum {name}", body, {"description", "permissible_values"})
            for value, about in body["permissible_values"].items():
                _only(f"{self.where}: enum {name}: {value}", about, _VALUE_KEYS)
        for name, body in self.classes.items():
            _only(f"{self.where}: class {name}", body, _CLASS_KEYS)
        concrete = {n: b for n, b in self.classes.items() if not (b.get("abstract") or b.get("mixin"))}
        edges = {n: b for n, b in concrete.items() if b.get("represents_relationship")}
        nodes = {n: b for n, b in concrete.items() if n not in edges}
        return Schema(
            id=self.document["id"],
            name=self.document["name"],
            title=self.document["title"],
            description=self.document["description"],
            license=self.document["license"],
            prefixes=self.prefixes,
            enums={
                n: {v: d["description"] for v, d in b["permissible_values"].items()}
                for n, b in self.enums.items()
            },
            enum_descriptions={n: b["description"] for n, b in self.enums.items()},
            meanings={
                value: self._curie(f"{name}: {value}", about["meaning"])
                for name, body in self.enums.items()
                for value, about in body["permissible_values"].items()
                if "meaning" in about
            },
            nodes={n: self._node(n, b) for n, b in nodes.items()},
            edges={n: self._edge(n, b, set(nodes)) for n, b in edges.items()},
        )

    def _curie(self, where: str, text: str) -> str:
        prefix = text.partition(":")[0]
        if prefix not in self.prefixes:
            raise SchemaError(f"{self.where}: {where}: the prefix of {text!r} is not declared")
        return text

    def _own(self, name: str) -> str:
        """Return the name in RDF of what has no other: `quote_start` is kg:quoteStart."""
        first, *rest = name.lower().split("_")
        return f"{self.default_prefix}:{first}{''.join(part.title() for part in rest)}"

    def _node(self, name: str, body: Mapping[str, Any]) -> NodeType:
        broader = tuple(self._curie(name, uri) for uri in body.get("broad_mappings", ()))
        uri = f"{self.default_prefix}:{name}"
        return NodeType(name, body["description"], uri, broader, self._properties(name))

    def _lineage(self, name: str) -> list[str]:
        """Ancestors and mixins of a class, farthest first, the class itself last."""
        if name not in self.classes:
            raise SchemaError(f"{self.where}: class {name!r} is not defined.{nearest(name, self.classes)}")
        body = self.classes[name]
        parents = [body["is_a"]] if "is_a" in body else []
        out: list[str] = []
        for parent in (*parents, *body.get("mixins", ())):
            out += [x for x in self._lineage(parent) if x not in out]
        return [*out, name]

    def _properties(self, name: str) -> dict[str, Property]:
        found: dict[str, Property] = {}
        for owner in self._lineage(name):
            for key, body in (self.classes[owner].get("attributes") or {}).items():
                where = f"{self.where}: {owner}.{key}"
                _only(where, body, _ATTRIBUTE_KEYS)
                if "relational_role" not in body:
                    found[key] = self._property(where, key, body)
        return found

    def _property(self, where: str, key: str, body: Mapping[str, Any]) -> Property:
        kind = body.get("range", self.default_range)
        if kind not in PRIMITIVES and kind not in self.enums:
            known = [*PRIMITIVES, *self.enums]
            raise SchemaError(
                f"{where}: unknown range {kind!r}.{nearest(kind, known)} Known: {', '.join(known)}"
            )
        if "description" not in body:
            raise SchemaError(f"{where}: has no description; write one")
        return Property(
            name=key,
            range=kind,
            description=body["description"],
            uri=self._curie(where, body["slot_uri"]) if "slot_uri" in body else self._own(key),
            required=bool(body.get("required")),
            multivalued=bool(body.get("multivalued")),
            minimum=body.get("minimum_value"),
            maximum=body.get("maximum_value"),
        )

    def _edge(self, name: str, body: Mapping[str, Any], labels: set[str]) -> EdgeType:
        ends: dict[str, tuple[str, ...]] = {}
        for key, attribute in body["attributes"].items():
            if role := attribute.get("relational_role"):
                ranges = tuple(x["range"] for x in attribute.get("any_of", [attribute]))
                if wrong := [r for r in ranges if r not in labels]:
                    raise SchemaError(f"{self.where}: {name}.{key}: {wrong[0]!r} is no node type")
                ends[role] = ranges
        if set(ends) != {"SUBJECT", "OBJECT"}:
            raise SchemaError(f"{self.where}: {name}: needs one SUBJECT and one OBJECT attribute")
        uri = self._curie(name, body["class_uri"]) if "class_uri" in body else self._own(name)
        about = body["description"]
        return EdgeType(name, about, uri, ends["SUBJECT"], ends["OBJECT"], self._properties(name))


def read_schema(path: Path) -> Schema:
    """Read a schema file.

    Raises:
        SchemaError: on an unknown key, range or class, with the place.
    """
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise SchemaError(f"{path}: cannot be read: {' '.join(str(error).split())}") from error
    if not isinstance(document, Mapping):
        raise SchemaError(f"{path}: is no mapping; expected keys {', '.join(sorted(_SCHEMA_KEYS))}")
    try:
        return _Reader(document, path.name).schema()
    except (KeyError, TypeError, AttributeError) as error:
        raise SchemaError(f"{path.name}: a part is missing or of the wrong shape: {error!r}") from error


@cache
def schema() -> Schema:
    """Return the product's own schema."""
    return read_schema(data_dir("schema") / "methods.yaml")
