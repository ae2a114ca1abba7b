"""SPARQL twins: how they are read and filled, and that they answer as the Cypher does."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pyoxigraph as ox
import pytest
import rdflib.plugins.sparql
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.errors import QueryError
from kg.graph import GraphData
from kg.queries import Query, load_queries, read_query
from kg.stores import EmbeddedStore
from kg.stores.rdf import RdfStore
from kg.twins import answer, fill
from tests.conformance import HOSTILE, cases, made

HEADER = """// about: Papers of a year.
// param: year: int = 2023 - the year
// returns: paper: str - id
// returns: title: str - title
// ask: papers of a year
"""
CYPHER = "MATCH (p:Paper)\nWHERE p.year = $year\nRETURN p.id AS paper, p.name AS title\nORDER BY p.id\n"
SPARQL = """PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX kg: <https://methodkg.github.io/schema/methods#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
SELECT ?paper ?title  # $limit is no parameter here, nor in "$limit" or <http://example.org/$limit>
WHERE { ?p kg:year $year ; dcterms:identifier ?paper ; skos:prefLabel ?title . FILTER(?title != "$limit") }
ORDER BY ?paper
"""
TWINS = [query for query in load_queries().values() if query.sparql is not None]


def files(folder: Path, header: str = HEADER, twin: str | None = None) -> Path:
    path = folder / "of_year.cypher"
    path.write_text(header + CYPHER, encoding="utf-8")
    if twin is not None:
        path.with_suffix(".rq").write_text(twin, encoding="utf-8")
    return path


TWIN = HEADER.replace("//", "#") + SPARQL


def test_a_twin_is_read_with_its_query(tmp_path: Path) -> None:
    query = read_query(files(tmp_path, twin=TWIN))
    assert query.twin() == query.sparql == SPARQL.strip()
    assert query.no_sparql == ""


def test_a_query_without_a_twin_says_why(tmp_path: Path) -> None:
    query = read_query(files(tmp_path, HEADER + "// sparql: none - a reason\n"))
    assert query.sparql is None
    with pytest.raises(QueryError, match="of_year cannot be asked in SPARQL: a reason"):
        query.twin()


@pytest.mark.parametrize("said", ["none", "none - ", "no - a reason", "none - a\n// sparql: none - b"])
def test_a_wrong_reason_for_no_twin_is_refused(tmp_path: Path, said: str) -> None:
    with pytest.raises(QueryError, match=r"of_year.cypher:\d: .*sparql"):
        read_query(files(tmp_path, f"{HEADER}// sparql: {said}\n"))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "# about: Papers",
            "# about: Some papers",
            "of_year.rq:1: the Cypher header has '# about: Pa",
        ),
        (
            "# returns: title: str - title\n",
            "",
            "of_year.rq:4: the Cypher header has '# returns",
        ),
        (
            "# ask: papers of a year\n",
            "# ask: papers of a year\n# ask: more\n",
            "of_year.rq:6: the Cypher header is over",
        ),
        ("$year", "$years", "of_year.rq: the query uses $years, which no `param` line declares"),
        ("$year", "2023", "of_year.rq: the query never uses the declared parameter 'year'"),
        ("SELECT ?paper ?title", "SELECT ?title ?paper", "are not those that SELECT gives (title, paper)"),
        ("SELECT ?paper ?title", "SELECT ?paper (STR(?t) AS ?name)", "that SELECT gives (paper, name)"),
        ("SELECT ?paper ?title", "SELECT *", "SELECT * has columns in any order"),
        ("ORDER BY ?paper", "", "has no ORDER BY"),
        ("SELECT", "DESCRIBE", "DESCRIBE: a twin gives rows"),
        ("WHERE {", "WHERE { SERVICE <http://example.org/> {} ", "SERVICE: a question reads this graph only"),
        ("WHERE {", "FROM <http://example.org/> WHERE {", "FROM: a twin reads the default graph"),
        ("WHERE {", "WHERE { GRAPH ?g {} ", "GRAPH: a twin reads the default graph"),
        ("?paper ?title", "(SAMPLE(?a) AS ?paper) ?title", "SAMPLE: its order is any"),
        (SPARQL, "", "has no SELECT"),
    ],
)
def test_a_wrong_twin_is_refused(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert old in TWIN
    path = files(tmp_path, twin=TWIN.replace(old, new, 1))
    with pytest.raises(QueryError) as caught:
        read_query(path)
    assert message in str(caught.value)


def test_a_missing_twin_and_one_too_many_are_refused(tmp_path: Path) -> None:
    with pytest.raises(QueryError, match=r"of_year.rq: there is no such SPARQL twin; write it"):
        read_query(files(tmp_path))
    with pytest.raises(QueryError, match=r"of_year.cypher:6: says that there is no twin, but there is"):
        read_query(files(tmp_path, HEADER + "// sparql: none - a reason\n", TWIN))


def test_values_are_filled_in_as_terms_and_nowhere_else() -> None:
    text = 'VALUES ?a { $list } FILTER(?a IN ($list) || ?a = $one || ?a = "$one") # $one\nLIMIT $n'
    filled = fill(text, {"list": ["x", 'y"'], "one": 0.5, "n": 3})
    spaced, commas = '"x" "y\\""', '"x", "y\\""'
    wanted = f'VALUES ?a {{ {spaced} }} FILTER(?a IN ({commas}) || ?a = 0.5 || ?a = "$one") # $one\nLIMIT 3'
    assert filled == wanted
    empty = fill(text, {"list": [], "one": 1e-7, "n": 0})
    assert "VALUES ?a {  }" in empty
    assert "IN ()" in empty
    assert "= 0.0000001 " in empty


def test_a_value_that_is_no_term_is_refused() -> None:
    for value in (None, True, float("nan"), float("inf"), {"a": 1}, [None]):
        with pytest.raises(QueryError, match=r"\$a is .*expected a text, a finite number"):
            fill("LIMIT $a", {"a": value})
    with pytest.raises(QueryError, match=r"needs a value for \$a"):
        fill("LIMIT $a", {})


@pytest.mark.parametrize("engine", ["oxigraph", "rdflib"])
@settings(deadline=None)
@given(st.one_of(st.sampled_from(HOSTILE), st.text(), st.text("\\uU0041\"'\n", max_size=12)))
def test_any_text_arrives_whole(engine: str, text: str) -> None:
    query = fill("SELECT ?a ?b WHERE { VALUES ?a { $list } BIND($one AS ?b) }", {"list": [text], "one": text})
    if engine == "oxigraph":
        solutions = ox.Store().query(query)
        assert isinstance(solutions, ox.QuerySolutions)
        assert [(one["a"].value, one["b"].value) for one in solutions] == [(text, text)]
    else:
        assert [tuple(map(str, row)) for row in rdflib.Graph().query(query)] == [(text, text)]  # type: ignore[arg-type]


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_float_comes_back_as_it_was(value: float) -> None:
    # Oxigraph counts decimals in 18 places after the point: what is longer stays as it is written.
    solutions = ox.Store().query(fill("SELECT ?a WHERE { VALUES ?a { $a } }", {"a": value}))
    assert isinstance(solutions, ox.QuerySolutions)
    rows = [{"a": one["a"].value} for one in solutions]
    assert answer(lambda _: rows, "", {}, {"a": "float", "b": "int"}) == [{"a": value, "b": None}]


@pytest.mark.parametrize("query", TWINS, ids=lambda query: query.name)
def test_a_twin_is_standard_sparql(query: Query) -> None:
    params = {
        p.name: [HOSTILE[0]] if p.labels else HOSTILE[1] if p.default is None else p.default
        for p in query.params
    }
    text = fill(query.twin(), params)
    prepared = rdflib.plugins.sparql.prepareQuery(text)
    assert [str(v) for v in prepared.algebra.PV] == [column.name for column in query.columns]
    solutions = ox.Store().query(text)
    assert isinstance(solutions, ox.QuerySolutions)
    assert [v.value for v in solutions.variables] == [column.name for column in query.columns]


def differences(data: GraphData, most: int) -> None:
    """Compare twins with Cypher on a graph."""
    cypher = EmbeddedStore.of(data)
    rdf = RdfStore.of(cypher)
    for query, params in cases(data, most):
        if query.sparql is None:
            continue
        types = {column.name: column.type for column in query.columns}
        wanted = cypher.cypher(query.cypher, params)
        found = answer(lambda text: rdf.select(text)[1], query.sparql, params, types)
        assert found == wanted, (query.name, params)
        assert all(type(a[name]) is type(b[name]) for a, b in zip(found, wanted, strict=True) for name in a)


@settings(max_examples=6, deadline=None)
@given(st.randoms(use_true_random=False), st.lists(st.text(min_size=1), max_size=8), st.integers(1, 8))
def test_twins_answer_as_cypher_does_whatever_things_are_called(
    random: Random, texts: list[str], papers: int
) -> None:
    names = list(dict.fromkeys([*texts, *random.sample(HOSTILE, 4)]))
    differences(made(random, papers, names), most=2)
