"""The SPARQL endpoint as other programs see it: a process of its own, asked over HTTP."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from urllib.parse import urlencode, urlsplit
from xml.etree import ElementTree  # written by our own server

import pytest
import rdflib
from rdflib.namespace import RDF, SKOS
from rdflib.plugins.stores.sparqlstore import SPARQLStore
from SPARQLWrapper import JSON, N3, POST, SPARQLWrapper

from kg.errors import StoreError
from kg.rdf.terms import BASE
from kg.serve import LARGEST, accepted, listening
from tests.graphs import tiny
from tests.rdf import rdf

WORKS = "SELECT ?name { ?m a kg:Method ; skos:prefLabel ?name ; kg:mitigates ?p } ORDER BY ?name"
NAMES = ["CLEAR", "EWC", "O-LoRA", "OGP", "SelfCheckGPT"]
EWC = rdflib.URIRef(f"{BASE}method:ewc")
LONG = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def _serve(graph: Path, *options: str) -> tuple[subprocess.Popen[str], str]:
    command = [sys.executable, "-m", "kg", "serve", str(graph), "--sparql", "--port", "0", *options]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, encoding="utf-8")
    assert process.stderr is not None
    line = process.stderr.readline()
    match = re.match(r"(http://127\.0\.0\.1:\d+/sparql) answers", line)
    assert match, line + process.stderr.read()
    return process, match[1]


def _stop(process: subprocess.Popen[str]) -> str:
    process.send_signal(signal.SIGINT)
    return process.communicate()[1]


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("serve") / "graph.trig"
    path.write_text(rdf(tiny(), "trig"), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def url(graph: Path) -> Iterator[str]:
    process, address = _serve(graph, "--timeout", "4", "--limit", "40")
    yield address
    assert "Traceback" not in _stop(process)


def _ask(
    url: str, method: str = "GET", query: str = "", body: bytes | str = b"", **headers: str
) -> tuple[HTTPResponse, bytes]:
    parts = urlsplit(url)
    connection = HTTPConnection(parts.hostname or "", parts.port)
    path = f"{parts.path}?{query}" if query else parts.path
    connection.request(method, path, body, {name.replace("_", "-"): text for name, text in headers.items()})
    response = connection.getresponse()
    content = response.read()
    connection.close()
    return response, content


def _get(url: str, text: str, accept: str = "*/*") -> tuple[HTTPResponse, bytes]:
    return _ask(url, query=urlencode({"query": text}), Accept=accept)


def test_rdflib_is_a_client(url: str) -> None:
    store = rdflib.Graph(SPARQLStore(url))
    assert [str(row[0]) for row in store.query(WORKS)] == NAMES  # type: ignore[index]
    assert str(store.value(EWC, SKOS.prefLabel)) == "EWC"
    assert store.query("ASK { g:method:ewc kg:mitigates ?p }").askAnswer
    constructed = store.query("CONSTRUCT { ?m a kg:Method } WHERE { ?m kg:mitigates ?p }").graph
    assert constructed is not None
    assert EWC in set(constructed.subjects(RDF.type))


@pytest.mark.parametrize("method", ["GET", POST])
def test_sparqlwrapper_is_a_client(url: str, method: str) -> None:
    client = SPARQLWrapper(url)
    client.setMethod(method)
    client.setQuery(WORKS)
    client.setReturnFormat(JSON)
    found = client.queryAndConvert()
    assert isinstance(found, dict)
    assert [row["name"]["value"] for row in found["results"]["bindings"]] == NAMES
    client.setQuery("DESCRIBE g:method:ewc")
    client.setReturnFormat(N3)
    described = client.queryAndConvert()
    assert isinstance(described, bytes)
    assert b"elastic weight consolidation" in described


@pytest.mark.parametrize(
    ("accept", "kind", "part"),
    [
        ("*/*", "application/sparql-results+json", b'"EWC"'),
        ("application/json", "application/json", b'"EWC"'),
        ("application/sparql-results+xml", "application/sparql-results+xml", b"<literal>EWC</literal>"),
        ("text/csv", "text/csv; charset=utf-8", b"\r\nEWC\r\n"),
        ("text/tab-separated-values", "text/tab-separated-values; charset=utf-8", b'\n"EWC"\n'),
        ("text/csv;q=0.3, application/sparql-results+json;q=0.2", "text/csv; charset=utf-8", b"\r\nEWC"),
        ("image/png, text/*;q=0.1", "text/csv; charset=utf-8", b"\r\nEWC"),
    ],
)
def test_rows_come_in_the_form_that_is_accepted(url: str, accept: str, kind: str, part: bytes) -> None:
    response, body = _get(url, WORKS, accept)
    assert (response.status, response.headers["Content-Type"]) == (200, kind)
    assert part in body


@pytest.mark.parametrize(
    ("accept", "kind", "form"),
    [
        ("*/*", "text/turtle; charset=utf-8", "turtle"),
        ("application/n-triples", "application/n-triples", "nt"),
        ("application/rdf+xml", "application/rdf+xml", "xml"),
    ],
)
def test_graphs_come_in_the_form_that_is_accepted(url: str, accept: str, kind: str, form: str) -> None:
    response, body = _get(
        url, "CONSTRUCT { ?m skos:prefLabel ?n } WHERE { ?m a kg:Problem ; skos:prefLabel ?n }", accept
    )
    assert (response.status, response.headers["Content-Type"]) == (200, kind)
    assert len(rdflib.Graph().parse(data=body, format=form)) == 5


def test_a_truth_value_is_json_or_xml(url: str) -> None:
    assert json.loads(_get(url, "ASK { ?s kg:mitigates ?o }")[1])["boolean"] is True
    found = ElementTree.fromstring(_get(url, "ASK {}", "application/sparql-results+xml")[1])  # noqa: S314
    assert [element.text for element in found.iter() if element.tag.endswith("boolean")] == ["true"]


def test_a_query_comes_in_three_ways(url: str) -> None:
    kinds = {"Content_Type": "application/sparql-query; charset=utf-8"}
    asked = [
        _get(url, "ASK {}"),
        _ask(url, "POST", body=urlencode({"query": "ASK {}"}), Content_Type=FORM["Content-Type"]),
        _ask(url, "POST", body="ASK {}", **kinds),
    ]
    assert [(response.status, json.loads(body)["boolean"]) for response, body in asked] == [(200, True)] * 3


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("SELECT * {", b"SPARQL: error at"),
        ("SELECT * { SERVICE <http://example.org/> {} }", b"SERVICE is refused"),
        ("SELECT * { \\u0053ERVICE <http://example.org/> {} }", b"write the character itself"),
        ("SELECT * FROM <http://example.org/> {}", b"FROM is refused"),
        ("INSERT DATA { <a:b> <a:b> <a:b> }", b"INSERT changes the graph and is refused"),
        ("", b"a query is one of SELECT"),
    ],
)
def test_a_wrong_query_is_400_with_the_reason(url: str, text: str, why: bytes) -> None:
    response, body = _get(url, text)
    assert response.status == 400
    assert why in body
    assert body.count(b"\n") == 1


REFUSED = [
    ("POST", "", b"DROP ALL", "application/sparql-update", 405),
    ("POST", "", b"update=DROP+ALL", FORM["Content-Type"], 405),
    ("GET", "update=DROP+ALL", b"", "", 405),
    ("PUT", "", b"<a:b> <a:b> <a:b> .", "text/turtle", 405),
    ("DELETE", "", b"", "", 405),
    ("PATCH", "", b"", "", 405),
    ("POST", "", b"ASK {}", "text/plain", 415),
    ("POST", "", b"", FORM["Content-Type"], 400),
    ("POST", "", b"\xff", "application/sparql-query", 400),
    ("GET", "query=%FF", b"", "", 400),
    ("GET", "query=ASK+%7B%7D&query=ASK+%7B%7D", b"", "", 400),
    ("GET", "query=ASK+%7B%7D&default-graph-uri=urn:x", b"", "", 400),
    ("POST", "", b"query=ASK+%7B%7D&named-graph-uri=urn:x", FORM["Content-Type"], 400),
    ("GET", "&".join(f"a{i}=1" for i in range(99)), b"", "", 400),
    ("POST", "", b"x" * (LARGEST + 1), "application/sparql-query", 413),
]


@pytest.mark.parametrize(("method", "query", "body", "kind", "status"), REFUSED, ids=range(len(REFUSED)))
def test_what_is_no_query_is_refused(
    url: str, method: str, query: str, body: bytes, kind: str, status: int
) -> None:
    response, content = _ask(url, method, query, body, **({"Content_Type": kind} if kind else {}))
    assert response.status == status
    assert content.strip()
    assert _get(url, "ASK {}")[0].status == 200


def test_nothing_that_is_accepted_is_406(url: str) -> None:
    response, body = _get(url, "ASK {}", "image/png")
    assert response.status == 406
    assert b"application/sparql-results+json" in body


def test_a_longer_answer_is_cut_and_says_so(url: str) -> None:
    response, body = _get(url, "SELECT * { ?s ?p ?o }")
    assert len(json.loads(body)["results"]["bindings"]) == 40
    assert response.headers["X-SPARQL-MaxRows"] == "40"
    assert "X-SPARQL-MaxRows" not in _get(url, WORKS)[0].headers


def test_a_long_query_is_504_and_does_not_hold_up_others(url: str) -> None:
    with ThreadPoolExecutor(1) as pool:
        long = pool.submit(_get, url, LONG)
        assert _get(url, "ASK {}")[0].status == 200
        assert not long.done()
        response, body = long.result()
    assert (response.status, body) == (504, b"the query took longer than 4 s and was stopped\n")
    assert _get(url, "ASK {}")[0].status == 200


def test_without_a_query_it_describes_itself(url: str) -> None:
    response, body = _ask(url, Accept="text/turtle, */*;q=0.1")
    described = rdflib.Graph().parse(data=body, format="turtle", publicID=url)
    sd = rdflib.Namespace("http://www.w3.org/ns/sparql-service-description#")
    assert (rdflib.URIRef(url), sd.endpoint, rdflib.URIRef(url)) in described
    page, html = _ask(url, Accept="text/html,application/xhtml+xml,*/*;q=0.8")
    assert page.headers["Content-Type"].startswith("text/html")
    assert b"<textarea" in html
    assert response.status == page.status == 200


def test_no_other_site_may_read_it(url: str) -> None:
    response, _ = _ask(url, query=urlencode({"query": "ASK {}"}), Origin="http://example.org")
    assert not [name for name in response.headers if name.lower().startswith("access-control")]
    # A name that somebody else's DNS points to this machine.
    assert _ask(url, query=urlencode({"query": "ASK {}"}), Host="example.org")[0].status == 400


def test_a_taken_port_is_one_line(url: str) -> None:
    with pytest.raises(StoreError, match=r"cannot be listened on .*; name another --port"):
        listening("127.0.0.1", urlsplit(url).port or 0)


def test_it_ends_though_a_query_runs(graph: Path) -> None:
    process, address = _serve(graph, "--timeout", "600")
    with ThreadPoolExecutor(1) as pool:
        long = pool.submit(_get, address, LONG)
        assert _get(address, "ASK {}")[0].status == 200
        said = _stop(process)
        assert long.result()[0].status == 503
    assert "Traceback" not in said


@pytest.mark.parametrize(
    ("header", "best"),
    [
        ("", "a/x"),
        ("*/*", "a/x"),
        ("b/y", "b/y"),
        ("b/*", "b/y"),
        ("a/x;q=0.5, b/y;q=0.7", "b/y"),
        ("a/x;q=0, */*", "b/y"),
        ("A/X", "a/x"),
        ("c/z", None),
        ("a/x;q=0", None),
        ("a/x;q=nonsense", None),
        (" , ;", None),
    ],
)
def test_the_best_accepted_type_is_taken(header: str, best: str | None) -> None:
    assert accepted(header, ["a/x", "b/y"]) == best
