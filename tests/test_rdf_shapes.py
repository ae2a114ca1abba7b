"""What is exported keeps to the shapes, and what is broken does not; the ontology is one."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pyoxigraph as ox
import pytest
import rdflib
from rdflib.namespace import OWL, RDF, RDFS, SH, SKOS

import kg
from kg.generate import artefacts
from kg.graph import GraphData
from kg.rdf import SUFFIXES
from kg.rdf.read import whole
from kg.rdf.shapes import violations
from kg.rdf.terms import BASE
from kg.schema import schema
from tests.graphs import Builder, tiny
from tests.rdf import rdf

SEEDS = Path(__file__).resolve().parents[2] / "shared" / "seeds"
EXTENSIONS = {form: suffix[1:] for suffix, form in SUFFIXES.items()}
KG = rdflib.Namespace(whole("kg:"))


def small() -> GraphData:
    """Return one paper that says one thing of each sort that has a shape of its own."""
    b = Builder()
    p = b.paper("p", "A method", "Net avoids drift. Net beats Old by 3.5% on Data.", 2020, kind="method")
    net, drift = b.node("Method", "net", "Net", ("N",)), b.node("Problem", "drift", "drift")
    b.broader(drift, b.node("Problem", "shift", "shift"))
    b.edge("TARGETS", p, drift, p, "drift", stance="mitigates")
    b.edge("COMPARED_WITH", net, b.node("Method", "old", "Old"), p, "Old", outcome="outperforms")
    b.edge("ON", b.result("r", p, 3.5, "3.5%"), b.node("Dataset", "data", "Data"), p, "Data")
    return b.data()


def _graph(text: str, form: str) -> rdflib.Graph:
    graph = rdflib.Graph()
    graph.parse(data=text, format={"ntriples": "nt", "jsonld": "json-ld"}.get(form, form))
    return graph


# rdflib 7 parses JSON-LD by a class that it calls deprecated itself.
@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")
@pytest.mark.parametrize("form", ["turtle", "ntriples", "jsonld"])
@pytest.mark.parametrize("with_text", [True, False])
def test_every_format_keeps_to_the_shapes(form: str, with_text: bool) -> None:
    data = tiny() if form == "turtle" else small()
    assert violations(_graph(rdf(data, form, with_text=with_text), form)) == []


@pytest.mark.parametrize("form", ["nquads", "trig"])
def test_the_union_of_all_graphs_keeps_to_the_shapes(form: str) -> None:
    quads = ox.parse(rdf(small(), form).encode(), format=ox.RdfFormat.from_extension(EXTENSIONS[form]))
    union = ox.serialize({quad.triple for quad in quads}, format=ox.RdfFormat.N_TRIPLES) or b""
    assert violations(_graph(union.decode(), "ntriples")) == []


def _built(inputs: list[str], folder: Path) -> rdflib.Graph:
    kg.build(inputs, folder, model="fast")
    with kg.open(folder) as graph:
        # Every shape is met within the first papers, and pySHACL is slow.
        nodes, edges = list(graph.nodes()), list(graph.edges())
    papers = sorted(node["id"] for node in nodes if node["type"] == "Paper")[:12]
    kept = [edge for edge in edges if edge["paper" if "paper" in edge else "from"] in papers]
    ends = {end for edge in kept for end in (edge["from"], edge["to"])} | set(papers)
    broader = [edge for edge in edges if edge["type"] == "BROADER" and {edge["from"], edge["to"]} <= ends]
    part = GraphData.of_rows((node for node in nodes if node["id"] in ends), [*kept, *broader])
    return _graph(rdf(part, "turtle"), "turtle")


def test_the_sample_keeps_to_the_shapes(tmp_path: Path) -> None:
    assert violations(_built(["sample"], tmp_path / "sample.kg")) == []


@pytest.mark.skipif(not SEEDS.is_dir(), reason="the seeds lie in ../shared/seeds, beside the repository")
def test_the_seeds_keep_to_the_shapes(tmp_path: Path) -> None:
    assert violations(_built([str(min(SEEDS.glob("*.txt")))], tmp_path / "seeds.kg")) == []


Change = Callable[[str], str]


def _sub(pattern: str, new: str) -> Change:
    def change(text: str) -> str:
        changed, count = re.subn(pattern, new, text, count=1)
        assert count, pattern
        return changed

    return change


BROKEN: dict[str, tuple[Change, str]] = {
    "label missing": (_sub(r' ;\n    skos:prefLabel "Net"', ""), "exactly one skos:prefLabel, a text"),
    "two labels": (_sub('skos:prefLabel "Net"', 'skos:prefLabel "Net", "Not"'), "exactly one skos:prefLabel"),
    "label with a language": (_sub('prefLabel "Net"', 'prefLabel "Net"@en'), "exactly one skos:prefLabel"),
    "id missing": (_sub(r'dcterms:identifier "problem:drift" ;', ""), "exactly one dcterms:identifier"),
    "number as a text": (_sub("kg:value 3.5", 'kg:value "3.5"'), "exactly one kg:value, a decimal number"),
    "year as a date": (_sub("kg:year 2020", 'kg:year "2020"^^xsd:gYear'), "one kg:year, a whole number"),
    "unknown kind": (_sub('kg:kind "absolute"', 'kg:kind "x"'), "one kg:kind, one of absolute, improvement"),
    "support below 0": (
        _sub("kg:support 1", "kg:support -1"),
        "at most one kg:support, a whole number from 0",
    ),
    "confidence above 1": (_sub("kg:confidence 0.9", "kg:confidence 1.9"), "a decimal number from 0 to 1"),
    "unknown stance": (
        _sub('kg:stance "mitigates"', 'kg:stance "ignores"'),
        "a claim of kg:targets: exactly one kg:stance, one of mitigates, studies; this is ignores",
    ),
    "stance missing": (_sub(r'kg:stance "mitigates" ;\n', ""), "exactly one kg:stance"),
    "outcome missing": (_sub(r'kg:outcome "outperforms" ;\n', ""), "exactly one kg:outcome, one of outperf"),
    "reason missing": (
        _sub(r' ;\n    kg:reason "by hand"', ""),
        "a claim of skos:broader: exactly one kg:reason",
    ),
    "subject missing": (_sub("rdf:subject g:method:net ;", ""), "a claim: exactly one rdf:subject"),
    "two objects": (_sub("rdf:object g:", "rdf:object g:method:net, g:"), "a claim: exactly one rdf:object"),
    "unknown predicate": (_sub("rdf:predicate kg:on", "rdf:predicate kg:in"), "a relationship of the schema"),
    "object of a wrong class": (
        _sub("rdf:object g:problem:drift", "rdf:object g:method:net"),
        "a claim of kg:targets: its rdf:object is a kg:Problem; this is https://methodkg",
    ),
    "object of none of the classes": (
        _sub("rdf:object g:dataset:data", "rdf:object g:method:net"),
        "a claim of kg:on: its rdf:object is a kg:Dataset or a kg:Benchmark or a kg:Task",
    ),
    "subject that is not described": (
        _sub("rdf:subject g:method:net", "rdf:subject g:x"),
        "its rdf:subject is a",
    ),
    "origin unknown": (_sub('kg:origin "text"', 'kg:origin "rumour"'), "one of text, decision, derived"),
    "no evidence": (_sub(r" ;\n    kg:evidence <[^>]*>", ""), "read from a text: exactly one kg:evidence"),
    "a decision that is said to be read": (
        _sub('kg:origin "decision"', 'kg:origin "text"'),
        "a claim read from a text: exactly one kg:evidence, an oa:Annotation",
    ),
    "evidence that is no annotation": (
        _sub(r"a oa:Annotation ;\n", ""),
        "exactly one kg:evidence, an oa:Ann",
    ),
    "another claim's evidence": (
        _sub("oa:hasBody <[^>]*>", "oa:hasBody g:x"),
        "the annotation whose oa:hasBody it",
    ),
    "paper of another class": (
        _sub("prov:wasDerivedFrom g:paper:p", "prov:wasDerivedFrom g:method:net"),
        "exactly one prov:wasDerivedFrom, of the class kg:Paper",
    ),
    "no target": (_sub(r" ;\n    oa:hasTarget <[^>]*>", ""), "evidence: exactly one oa:hasTarget"),
    "one selector": (
        _sub(r" ;\n    oa:hasSelector <[^>]*#quote[^>]*>", ""),
        "a sentence: exactly one oa:hasSelector of the class oa:TextQuoteSelector",
    ),
    "unknown field": (
        _sub('kg:field "abstract"', 'kg:field "body"'),
        "exactly one kg:field, one of title, abs",
    ),
    "no exact": (_sub(r" ;\n    oa:exact .*(?= \.\n)", ""), "a quote: exactly one oa:exact, a text"),
    "end before start": (_sub("oa:end 17", "oa:end -1"), "a position: oa:start is not after oa:end"),
    "start below 0": (_sub("oa:start 0", "oa:start -3"), "exactly one oa:start, a whole number from 0"),
    "mention ends before it begins": (
        _sub("kg:mentionEnd \\d+", "kg:mentionEnd 0"),
        "kg:mentionStart is not after",
    ),
    "reader without a version": (_sub(r' ;\n    kg:version "1"', ""), "a reader: exactly one kg:version"),
    "text of no paper": (
        _sub("dcterms:isPartOf g:paper:p", "dcterms:isPartOf g:x"),
        "one dcterms:isPartOf, of",
    ),
}


@pytest.mark.parametrize(("change", "message"), BROKEN.values(), ids=BROKEN)
def test_a_broken_graph_breaks_a_shape_that_says_which_rule(change: Change, message: str) -> None:
    found = violations(_graph(change(rdf(small(), "turtle")), "turtle"))
    assert any(message in line for line in found), found
    assert all("\n" not in line and ": " in line for line in found)


def test_every_class_property_and_relationship_is_in_the_ontology() -> None:
    ontology = _graph(artefacts(schema())["ontology.ttl"], "turtle")
    said = {str(subject) for subject in ontology.subjects(RDF.type, None)}
    used = {str(predicate) for predicate in _graph(rdf(tiny(), "turtle"), "turtle").predicates()}
    assert {uri for uri in used if uri.startswith(KG)} <= said
    assert {whole(node.uri) for node in schema().nodes.values()} <= said
    for subject in ontology.subjects(RDF.type, None):
        if str(subject).startswith(KG):
            assert ontology.value(subject, RDFS.comment)
            assert ontology.value(subject, RDFS.label)


def test_the_ontology_names_its_superclasses_and_superproperties() -> None:
    ontology = _graph(artefacts(schema())["ontology.ttl"], "turtle")
    for below, above in (("mitigates", "targets"), ("studies", "targets")):
        assert (KG[below], RDFS.subPropertyOf, KG[above]) in ontology
    assert (KG.Claim, RDFS.subClassOf, RDF.Statement) in ontology
    assert (KG.Problem, RDFS.subClassOf, SKOS.Concept) in ontology
    assert [str(s) for s in ontology.subjects(RDF.type, OWL.Ontology)] == [schema().id]
    # A class more than one of which may stand at an end says nothing, or it would say all of them.
    assert ontology.value(KG.introduces, RDFS.domain) == KG.Paper
    assert ontology.value(KG.introduces, RDFS.range) is None


def test_the_shapes_are_shapes_and_every_rule_has_its_message() -> None:
    shapes = _graph(artefacts(schema())["shapes.ttl"], "turtle")
    assert len(set(shapes.subjects(RDF.type, SH.NodeShape))) == len(set(shapes.subjects(RDF.type)))
    for rule in set(shapes.subjects(SH.path)):
        assert shapes.value(rule, SH.message) or shapes.value(rule, SH.property)
    assert BASE not in artefacts(schema())["shapes.ttl"]
    assert not set(shapes.predicates()) & {SH["or"], SH.sparql}
