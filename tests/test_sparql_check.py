from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.errors import QueryError
from kg.sparql import LONGEST, check

S = "SERVICE <http://example.org/>"
ALLOWED = (
    "# FROM LOAD\nSELECT * { ?s ?p ?o }",
    "SELECT * { ?s ?p 'FROM' , '''it's FROM''' , \"\"\"a \"FROM\" b\"\"\" }",
    'SELECT * { ?s ?p "\\" FROM" }',
    "SELECT * { ?s <http://example.org/#FROM> ?o }",
    "PREFIX ex: <http://example.org/> SELECT * { ?s ex:from ex:FROM%20a }",
    "ASK { ?s ?p ?o }",
    "SELECT ?service ?from { ?service ?p ?from }",
    "SELECT $service { $service ?p ?o }",
    "SELECT (COUNT(*) AS ?n) { ?s ?p ?o FILTER(?s<?o && ?o>?s) }",
    "BASE <http://example.org/> CONSTRUCT { ?s ?p ?o } WHERE { GRAPH ?g { ?s ?p ?o } }",
    "describe <http://example.org/>",
    "PREFIX x: <urn:x> PREFIX y: <urn:y> sElEcT * { }",
)
REFUSED = (
    # Not a call, but no reader of tokens can know: see the module.
    "# SERVICE\nSELECT * { ?s ?p ?o }",
    'SELECT * { ?s ?p "SERVICE <http://example.org/> {}" }',
    "SELECT * { ?s <http://example.org/SERVICE> ?o }",
    "SELECT * { ?s ?p '\\u0053' }",
    # "<" for "less than" looks like an IRI here, and the quote after it like the beginning of a string.
    "PREFIX : <http://example.org/>\nSELECT * { FILTER(1<2)SERVICE:leak#>\n{ ?a ?b ?c } }",
    "SELECT * { ?s ?p ?o FILTER(?o<'x>' ) " + S + "{} FILTER(?o = 'y') }",
    f'SELECT * {{ OPTIONAL {{ ?s ?p "\\u0022" . <http://x/\\u0061\'> ?q ?r }} {S} {{}} }}',
    f"SELECT * {{ {S} {{ ?s ?p ?o }} }}",
    "SELECT * { sErViCe SILENT <http://example.org/> { ?s ?p ?o } }",
    "SELECT * { \\u0053ERVICE <http://example.org/> { ?s ?p ?o } }",
    "SELECT * { \\U00000053ERVICE <http://example.org/> { ?s ?p ?o } }",
    f"SELECT * {{ ?s ?p ?o . # \\u000A {S} {{}} \n }}",
    f'SELECT * {{ ?s ?p "a\\u0022 . {S} {{}} ?s ?p "b" }}',
    # Oxigraph takes all of these for SERVICE.
    "SELECT * { SERVICESILENT<http://example.org/>{?s ?p ?o} }",
    "SELECT * { SERVICE:a{?s ?p ?o} }",
    "SELECT * { ?s ?p true" + S + "{} }",
    "SELECT * { ?s ?p 1" + S + "{} }",
    "SELECT * { ?s ?p 1." + S + "{} }",
    "SELECT * { ?s ?p ex:." + S + "{} }",
    "SELECT * { ?s ?p ex:a." + S + "{} }",
    "SELECT * { ?s ?p <http://example.org/>" + S + "{} }",
    "SELECT * { ?s ?p 'x'" + S + "{} }",
    "SELECT * { ?s ?p ?o FILTER(?s<?o)" + S + "{} FILTER(?o>?s) }",
    'SELECT * { ?s ?p "unended\n ' + S + "{} }",
    "SELECT * FROM <http://example.org/> { ?s ?p ?o }",
    "SELECT * from named <http://example.org/> { ?s ?p ?o }",
    "SELECT*FROM<http://example.org/>{?s ?p ?o}",
    "INSERT DATA { <a:b> <a:b> <a:b> }",
    "PREFIX ex: <urn:x> DELETE WHERE { ?s ?p ?o }",
    "LOAD <http://example.org/>",
    "# SELECT\nCLEAR ALL",
    "WITH <a:b> DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }",
    "\\u0044ROP ALL",
    "",
    "# nothing",
    "nonsense",
    "\\uD800",
    "SELECT" + " " * LONGEST,
)


@pytest.mark.parametrize("text", ALLOWED)
def test_a_question_to_this_graph_is_allowed(text: str) -> None:
    assert check(text) in ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE")


@pytest.mark.parametrize("text", REFUSED, ids=range(len(REFUSED)))
def test_everything_else_is_refused_in_one_line(text: str) -> None:
    with pytest.raises(QueryError) as caught:
        check(text)
    assert "\n" not in str(caught.value)


@given(st.text(max_size=30), st.sampled_from(["", "'", '"', "'''", '"""', "<", "#", "\\", "ex:", "?"]))
def test_no_text_hides_a_service_from_the_check_that_the_engine_sees(text: str, mark: str) -> None:
    """What is refused may be harmless; what is allowed never leaves the machine."""
    ox = pytest.importorskip("pyoxigraph")
    # No server listens there, and Oxigraph says that it does not even try.
    query = f"SELECT * {{ ?s ?p 1 . {mark}{text}SERVICE <http://localhost:1/> {{ ?s ?p ?o }} }}"
    try:
        check(query)
    except QueryError:
        return
    store = ox.Store()
    store.add(ox.Quad(ox.NamedNode("a:b"), ox.NamedNode("a:b"), ox.Literal(1)))
    try:
        list(store.query(query))
    except SyntaxError:
        return
    except OSError as error:
        pytest.fail(f"{query!r} asks another server: {error}")
