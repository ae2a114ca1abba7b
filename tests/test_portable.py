"""The portable subset of Cypher: what is refused, with what to write instead, and what is taken."""

from __future__ import annotations

from pathlib import Path

import pytest

from kg.errors import QueryError
from kg.portable import Cypher
from kg.stores import EmbeddedStore
from tests.graphs import tiny


@pytest.mark.parametrize(
    ("cypher", "message"),
    [
        ("MATCH (p:Paper), (m:Method)\nRETURN p.id AS id\nORDER BY id", "joined by a comma"),
        ("MATCH (a:Method) ((x)-[:USES]->(y)){1,3} (b)\nRETURN a.id AS id\nORDER BY id", "quantified"),
        ("MATCH (a:Method)-[:USES]->{1,3}(b)\nRETURN a.id AS id\nORDER BY id", "quantified"),
        ("MATCH p = SHORTEST 1 (a:Method)--(b)\nRETURN a.id AS id\nORDER BY id", "shortestPath"),
        ("MATCH p = allShortestPaths((a:Method)-[*..6]-(b:Method))\nRETURN a.id AS id\nORDER BY id", "256"),
        ("MATCH (p:Paper)\nRETURN apoc.text.join([p.id], '') AS id\nORDER BY id", "APOC"),
        ("MATCH (p:Paper)\nRETURN percentileCont(p.year, 0.5) AS id\nORDER BY id", "lacks it"),
        ("CALL db.labels() YIELD label\nRETURN label AS id\nORDER BY id", "differ between engines"),
        ("MATCH (p:Paper)\nCALL (p) { RETURN 1 AS n }\nRETURN p.id AS id\nORDER BY id", "only CALL () {"),
        ("CALL { MATCH (p:Paper) RETURN p.id AS id }\nRETURN id\nORDER BY id", "only CALL () {"),
        ("CALL () { MATCH (p:Papper) RETURN p.id AS id }\nRETURN id\nORDER BY id", "label 'Papper'"),
        ("CALL () { MATCH (p:Paper) DELETE p }\nRETURN 1 AS id\nORDER BY id", "only reads"),
        ("MATCH (p:Paper)\nSET p.year = 1\nRETURN p.id AS id\nORDER BY id", "only reads"),
        ("MATCH (p:Paper)\ndetach delete p\nRETURN 1 AS id\nORDER BY id", "only reads"),
        ("MATCH (p:Paper)\nRETURN p\nORDER BY p.id", "whole node"),
        ("MATCH (p:Paper)\nRETURN p AS id\nORDER BY id", "whole node"),
        ("MATCH (p:Paper)-[r]->(x)\nRETURN r AS id\nORDER BY id", "whole node or edge"),
        ("MATCH (p:Paper)\nRETURN p.id\nORDER BY p.id", "has no name; add AS"),
        ("MATCH (p:Paper)\nRETURN p.id AS id", "no ORDER BY"),
        ("MATCH (p:Paper)\nWITH p ORDER BY p.id\nRETURN p.id AS id", "no ORDER BY"),
        ("MATCH (p:Paper)\nRETURN p.id AS id\nORDER BY p.name", "end it in an id"),
        ("MATCH (p:Paper)\nRETURN p.id AS id\nORDER BY p.year, p.id", "ORDER BY p.year can be missing"),
        (
            "MATCH (p:Papper)\nRETURN p.id AS id\nORDER BY id",
            "label 'Papper' is not in the schema. Did you mean 'Paper'?",
        ),
        (
            "MATCH (p)-[:USE]->(m)\nRETURN p.id AS id\nORDER BY id",
            "relationship type 'USE' is not in the schema",
        ),
        ("MATCH (p)-[:USES|USE*1..2]->(m)\nRETURN p.id AS id\nORDER BY id", "relationship type 'USE'"),
        ("MATCH (p:Problem)\nRETURN p.year AS id\nORDER BY id", "property 'year' is not in the schema"),
        ("MATCH (p:Paper {nmae: 'x'})\nRETURN p.id AS id\nORDER BY id", "property 'nmae'"),
        ("MATCH (p)\nWHERE p:Papper\nRETURN p.id AS id\nORDER BY id", "label 'Papper'"),
        ("MATCH (r:Result)-[:ON]->(d)\nRETURN r.id AS id\nORDER BY id", "ON is a word of Cypher; write `ON`"),
        ("MATCH (p:Paper) /* all */\nRETURN p.id AS id\nORDER BY id", "comments begin with //"),
        (
            "MATCH (p:Paper)\nRETURN p.id AS id\nUNION\nMATCH (p:Task)\nRETURN p.id AS id\nORDER BY id",
            "UNION",
        ),
        ("MATCH (p:Paper\nRETURN p.id AS id\nORDER BY id", "never closed"),
        ("MATCH (p:Paper]\nRETURN p.id AS id\nORDER BY id", "unbalanced"),
        (
            "MATCH (p:Paper)\nWHERE EXISTS { MATCH (p), (q) }\nRETURN p.id AS id\nORDER BY id",
            "joined by a comma",
        ),
        (
            "MATCH (m:Method)-[t:USES]->(x)\nMATCH (w:Paper {id: t.paper})\nRETURN w.id AS id\nORDER BY id",
            "put WITH t.paper AS",
        ),
        ("MATCH (p:Paper)\nWITH p.id AS id\nORDER BY id", "no RETURN"),
        (
            "MATCH (p:Paper)-[e:USES]->(m)\nWITH m\nMATCH (m)-[e:USES]->(n)\nRETURN m.id AS id\nORDER BY id",
            "give each its own name",
        ),
    ],
)
def test_cypher_that_engines_take_differently_is_refused(cypher: str, message: str) -> None:
    with pytest.raises(QueryError) as caught:
        Cypher(cypher, "here.cypher")
    assert str(caught.value).startswith("here.cypher: ")
    assert message in str(caught.value)


@pytest.mark.parametrize(
    "cypher",
    [
        "MATCH (p:Paper)\nWHERE p.name <> 'SET, DELETE /* (p:Nothing) $x'\nRETURN p.id AS id\nORDER BY id",
        "MATCH (d:Dataset|Benchmark {name: 'x'})\nRETURN d.id AS id\nORDER BY d.name DESC, d.id DESC",
        "MATCH (r:Result)-[e:`ON`|OF]->(x)\n// why\nRETURN r.id AS id\nORDER BY r.id",
        "MATCH (p:Paper)\nWITH p, count { (p)-[:USES]->() } AS n\nRETURN p.id AS id\nORDER BY n, p.id",
        "MATCH (p:Paper)\nRETURN DISTINCT p.id AS id\nORDER BY id",
        "CALL () { MATCH (p:Paper) RETURN p.id AS x ORDER BY x LIMIT 1 }\nRETURN x AS id\nORDER BY id",
    ],
)
def test_portable_cypher_is_taken(tmp_path: Path, cypher: str) -> None:
    assert Cypher(cypher, "here").columns == ["id"]
    EmbeddedStore.create(tmp_path / "tiny.kglite", tiny())
    store = EmbeddedStore(tmp_path / "tiny.kglite")
    store.cypher(cypher)
    store.close()


def test_parameters_and_columns_are_read_off_the_query() -> None:
    cypher = Cypher(
        "UNWIND $names AS name\nMATCH (p:Paper {name: name})\nWITH p, p.year AS year\nWHERE year > $first\n"
        "RETURN p.id AS id, year, coalesce(p.kind, 'a, b') AS kind\nORDER BY id\nLIMIT $limit",
        "here",
    )
    assert cypher.params == {"names", "first", "limit"}
    assert cypher.columns == ["id", "year", "kind"]


def test_the_embedded_store_loses_an_edges_property_in_a_later_match(tmp_path: Path) -> None:
    """Why `t.paper` inside a later MATCH is refused; when this fails, kglite has mended it."""
    EmbeddedStore.create(tmp_path / "tiny.kglite", tiny())
    store = EmbeddedStore(tmp_path / "tiny.kglite")
    start = "MATCH (m:Method {name: 'EWC'})-[t:TARGETS]->(p:Problem)"
    wrong = store.cypher(f"{start} MATCH (w:Paper {{id: t.paper}}) RETURN w.id AS id")
    right = store.cypher(f"{start} WITH t.paper AS key MATCH (w:Paper {{id: key}}) RETURN w.id AS id")
    store.close()
    assert (wrong, right) == ([], [{"id": "paper:ewc"}] * 2)


def test_a_subquery_is_cut_to_its_limit_wherever_the_number_stands() -> None:
    """The embedded store writes the number into the text; text within quotes stays as it is."""
    store = EmbeddedStore.of(tiny())
    query = (
        "CALL () { MATCH (p:Paper) WHERE p.id <> 'LIMIT $limit }' RETURN p.id AS x ORDER BY x LIMIT $limit } "
        "RETURN x AS id, 'LIMIT $limit }' AS quoted ORDER BY id"
    )
    everything = [row["id"] for row in store.cypher("MATCH (p:Paper) RETURN p.id AS id ORDER BY id")]
    for limit in (0, 1, 2, 1000):
        rows = store.cypher(query, {"limit": limit})
        assert [row["id"] for row in rows] == everything[:limit]
        assert {row["quoted"] for row in rows} <= {"LIMIT $limit }"}
    for wrong in (-1, "1", True):
        with pytest.raises(QueryError):
            store.cypher(query, {"limit": wrong})
    store.close()
