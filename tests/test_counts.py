"""What is counted as the graph is made, and questions over things that very much hangs on."""

from __future__ import annotations

from itertools import pairwise

import kg
from kg.graph import GraphData
from kg.stores import EmbeddedStore
from tests.graphs import Builder


def _problems(*mitigated: str) -> GraphData:
    """Return a chain of five problems, each broader than the one before; two papers study each of them."""
    b = Builder()
    names = [f"p{i}" for i in range(5)]
    for name in names:
        b.node("Problem", name, name)
    for narrow, broad in pairwise(names):
        b.broader(f"problem:{narrow}", f"problem:{broad}")
    for i in range(2):
        paper = b.paper(f"study-{i}", "A study", "It is about " + " and ".join(names), 2020 + i)
        for name in names:
            b.edge("TARGETS", paper, f"problem:{name}", paper, name, stance="studies")
            # Another sentence of the same paper is no second paper.
            b.edge("TARGETS", paper, f"problem:{name}", paper, "about", stance="studies")
    paper = b.paper("cure", "A cure for " + " and ".join(names), "", 2022)
    for name in mitigated:
        b.edge("TARGETS", paper, f"problem:{name}", paper, name, stance="mitigates")
    return b.data()


def _open(data: GraphData) -> dict[str, int]:
    rows = data.nodes["Problem"].select(["name", "open_papers"]).to_pylist()
    return {row["name"]: row["open_papers"] for row in rows if row["open_papers"] is not None}


def test_a_problem_is_open_for_the_papers_that_study_it() -> None:
    assert _open(_problems()) == dict.fromkeys(("p0", "p1", "p2", "p3", "p4"), 2)


def test_what_is_mitigated_closes_what_is_up_to_three_steps_away() -> None:
    assert _open(_problems("p0")) == {"p4": 2}
    assert _open(_problems("p4")) == {"p0": 2}
    assert _open(_problems("p2")) == {}


def test_open_problems_are_those_that_are_counted() -> None:
    graph = kg.Graph(EmbeddedStore.of(_problems("p0")))
    rows = graph.open_problems()
    assert [(row["problem"], row["papers"], row["paper"]) for row in rows] == [("p4", 2, "paper:study-1")]
    assert list(graph.open_problems(min_papers=3)) == []


def test_of_many_equally_short_chains_the_rarest_is_taken() -> None:
    # The embedded store lists no more than 256 shortest paths, so another engine would choose among others.
    b = Builder()
    names = [f"m{i:03}" for i in range(300)]
    a, z = (b.paper(key, "A survey", f"We use {', '.join(names)}.", 2020) for key in "az")
    for name in names:
        node = b.node("Method", name, name)
        for paper in (a, z):
            b.edge("USES", paper, node, paper, name)
    other = b.paper("other", "Another", f"We use {', '.join(names)}.", 2021)
    for name in names:
        if name != "m299":
            b.edge("USES", other, f"method:{name}", other, name)
    rows = kg.Graph(EmbeddedStore.of(b.data())).shortest_path(a, z)
    assert [(row["name"], row["other"], row["direction"]) for row in rows] == [
        ("A survey", "m299", "->"),
        ("m299", "A survey", "<-"),
    ]
