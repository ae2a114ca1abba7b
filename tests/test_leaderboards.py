"""Questions across papers: what is put beside each other, what is left out and why."""

from __future__ import annotations

from itertools import combinations
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.api import Graph
from kg.graph.arithmetic import gain_order
from kg.stores import EmbeddedStore
from tests.graphs import Builder, scored


class Papers(Builder):
    """A graph in which every claimed number has a paper of its own, unless one is named."""

    def __init__(self) -> None:
        super().__init__()
        for label, names in (
            ("Method", ("Alpha", "Beta")),
            ("Dataset", ("D1", "D2")),
            ("Metric", ("accuracy", "perplexity", "vibe")),
            ("Problem", ("drift",)),
            ("Task", ("parsing",)),
        ):
            for name in names:
                self.node(label, name.lower(), name)
        self.count = 0

    def says(self, key: str, text: str, year: int | None = 2020, **more: object) -> str:
        """Add a paper whose abstract is one sentence."""
        return self.paper(key, f"Paper {key}", text, year, **more)

    def claims(
        self,
        value: float,
        text: str,
        *,
        method: str | None = "Alpha",
        on: str | None = "D1",
        metric: str | None = "accuracy",
        paper: str | None = None,
        kind: str = "absolute",
        **more: Any,  # noqa: ANN401 - properties of a result
    ) -> str:
        """Add a claimed number; `year` and `date` are the paper's."""
        self.count += 1
        times = {name: more.pop(name) for name in ("year", "date") if name in more}
        words = (f"of {method}" if method else "", f"in {metric}" if metric else "", f"on {on}" if on else "")
        paper = paper or self.says(f"p{self.count}", f"We see {text} {' '.join(words)}.", **times)
        result = self.result(f"r{self.count}", paper, value, text, kind, **more)
        for edge, label, name in (
            ("OF", "method", method),
            ("ON", "dataset", on),
            ("MEASURES", "metric", metric),
        ):
            if name is not None:
                self.edge(edge, result, f"{label}:{name.lower()}", paper, name)
        return result

    def graph(self) -> Graph:
        return Graph(EmbeddedStore.of(self.data()))


def texts(rows: Any, *columns: str) -> list[Any]:  # noqa: ANN401 - Rows, or any sequence of dicts
    return [tuple(row[c] for c in columns) if len(columns) > 1 else row[columns[0]] for row in rows]


@pytest.fixture(name="b")
def builder() -> Papers:
    return Papers()


def test_a_leaderboard_of_errors_begins_with_the_least(b: Papers) -> None:
    for value in (21.5, 18.2, 30.0):
        b.claims(value, f"{value}", metric="perplexity", **scored(value, 0.05, "lower"))
    assert texts(b.graph().leaderboard("D1"), "value") == [18.2, 21.5, 30.0]


def test_percent_and_fraction_are_one_scale(b: Papers) -> None:
    b.claims(0.91, "0.91", **scored(91.0, 0.5))
    b.claims(90.2, "90.2%", unit="%", **scored(90.2, 0.05))
    b.claims(0.95, "0.95", **scored(95.0, 0.5))
    rows = b.graph().leaderboard("D1")
    assert texts(rows, "value_text", "score") == [("0.95", 95.0), ("0.91", 91.0), ("90.2%", 90.2)]


def test_a_leaderboard_never_mixes_metrics_splits_or_datasets(b: Papers) -> None:
    for on in ("D1", "D2"):
        b.claims(80.0, "80.0", on=on, **scored(80.0, 0.05))
        b.claims(70.0, "70.0", on=on, split="zero-shot", **scored(70.0, 0.05))
        b.claims(90.0, "90.0", on=on, split="zero-shot", **scored(90.0, 0.05))
        b.claims(9.0, "9.0", on=on, metric="perplexity", **scored(9.0, 0.05, "lower"))
    rows = b.graph().leaderboard(["D2", "D1"])
    assert texts(rows, "metric", "dataset", "split", "value") == [
        ("accuracy", "D1", None, 80.0),
        ("accuracy", "D1", "zero-shot", 90.0),
        ("accuracy", "D1", "zero-shot", 70.0),
        ("accuracy", "D2", None, 80.0),
        ("accuracy", "D2", "zero-shot", 90.0),
        ("accuracy", "D2", "zero-shot", 70.0),
        ("perplexity", "D1", None, 9.0),
        ("perplexity", "D2", None, 9.0),
    ]


def test_numbers_show_their_condition_and_are_compared_within_it(b: Papers) -> None:
    b.claims(80.0, "80.0", condition="with XY-50", **scored(80.0, 0.05))
    b.claims(90.0, "90.0", **scored(90.0, 0.05))
    b.claims(85.0, "85.0", condition="with XY-50", **scored(85.0, 0.05))
    graph = b.graph()
    wanted = [(90.0, None), (85.0, "with XY-50"), (80.0, "with XY-50")]
    assert texts(graph.leaderboard("D1"), "value", "condition") == wanted
    assert texts(graph.contradictions(), "value_text", "other_value_text", "condition") == [
        ("80.0", "85.0", "with XY-50")
    ]
    drift = texts(graph.baseline_drift("Alpha"), "score", "low", "high", "condition")
    assert set(drift) == {
        (80.0, 80.0, 85.0, "with XY-50"),
        (85.0, 80.0, 85.0, "with XY-50"),
        (90.0, 90.0, 90.0, None),
    }
    # Each condition has a best of its own.
    assert set(texts(graph.sota_timeline("D1"), "score", "condition")) >= {(90.0, None), (85.0, "with XY-50")}


def test_a_split_is_found_among_others(b: Papers) -> None:
    b.claims(80.0, "80.0", split="few-shot, test", **scored(80.0, 0.05))
    b.claims(81.0, "81.0", split="test", **scored(81.0, 0.05))
    b.claims(82.0, "82.0", split="latest", **scored(82.0, 0.05))
    b.claims(83.0, "83.0", **scored(83.0, 0.05))
    graph = b.graph()
    assert texts(graph.leaderboard("D1", split="test"), "value") == [80.0, 81.0]
    assert texts(graph.leaderboard("D1", split="few-shot"), "value") == [80.0]
    assert len(graph.leaderboard("D1")) == 4


def test_what_is_not_comparable_comes_last_and_says_why(b: Papers) -> None:
    b.claims(99.0, "99.0", metric="vibe", score=99.0, precision=0.05)
    b.claims(98.0, "98.0", metric=None, score=98.0, unranked="names no metric")
    b.claims(97.0, "97.0", direction="higher", unranked="hedged: up to")
    b.claims(60.0, "60.0", **scored(60.0, 0.05))
    assert texts(b.graph().leaderboard("D1"), "value", "left_out") == [
        (60.0, None),
        (97.0, "hedged: up to"),
        (99.0, "which of its values are better is not known"),
        (98.0, "names no metric"),
    ]


def test_a_leaderboard_may_ask_for_trust(b: Papers) -> None:
    b.claims(90.0, "90.0", **scored(90.0, 0.05, trust=0.6))
    b.claims(80.0, "80.0", **scored(80.0, 0.05, trust=0.9))
    b.claims(70.0, "70.0", **scored(70.0, 0.05))
    assert texts(b.graph().leaderboard("D1"), "value", "trust") == [(90.0, 0.6), (80.0, 0.9), (70.0, None)]
    assert texts(b.graph().leaderboard("D1", min_trust=0.8), "value", "left_out") == [
        (80.0, None),
        (70.0, None),
        (90.0, "trusted less than asked"),
    ]


def test_a_leaderboard_says_who_reports_a_number(b: Papers) -> None:
    b.claims(90.0, "90.0", **scored(90.0, 0.05, subject="own"))
    b.claims(80.0, "80.0", **scored(80.0, 0.05, subject="rival"))
    b.claims(70.0, "70.0", **scored(70.0, 0.05))
    paper = b.says("owner", "Alpha gets 60.0 accuracy on D1.")
    b.edge("INTRODUCES", paper, "method:alpha", paper, "Alpha")
    b.claims(60.0, "60.0", paper=paper, **scored(60.0, 0.05))
    rows = b.graph().leaderboard("D1")
    assert texts(rows, "value", "reported") == [
        (90.0, "self"),
        (80.0, "others"),
        (70.0, None),
        (60.0, "self"),
    ]


def test_the_best_so_far_moves_with_time(b: Papers) -> None:
    for value, date in (
        (50.0, "2019-05-01"),
        (49.0, "2020-01-01"),
        (60.0, "2020-03-01"),
        (60.0, "2021-01-01"),
    ):
        b.claims(value, f"{value}", year=int(date[:4]), date=date, **scored(value, 0.05))
    b.claims(55.0, "55.0", year=2020, date="2020-03-01", **scored(55.0, 0.05))
    b.claims(70.0, "70.0", year=None, **scored(70.0, 0.05))
    b.claims(65.0, "65.0", year=2021, **scored(65.0, 0.05))
    b.claims(90.0, "90.0", split="zero-shot", **scored(90.0, 0.05))
    rows = b.graph().sota_timeline("D1")
    assert texts(rows, "split", "date", "value_text", "left_out") == [
        (None, "2019-05-01", "50.0", None),
        (None, "2020-03-01", "60.0", None),
        (None, "2021-12-31", "65.0", None),
        ("zero-shot", "2020-12-31", "90.0", None),
        (None, None, "70.0", "its paper has no date"),
    ]


def test_the_best_so_far_of_an_error_falls(b: Papers) -> None:
    for value, year in ((30.0, 2019), (31.0, 2020), (25.0, 2021)):
        b.claims(value, f"{value}", metric="perplexity", year=year, **scored(value, 0.05, "lower"))
    assert texts(b.graph().sota_timeline("D1", metric="perplexity"), "year", "score") == [
        (2019, 30.0),
        (2021, 25.0),
    ]


def test_drift_takes_results_and_baselines_of_a_method(b: Papers) -> None:
    b.claims(80.0, "80.0", year=2019, **scored(80.0, 0.05, subject="own"))
    b.claims(82.5, "82.5", year=2020, **scored(82.5, 0.05, subject="rival"))
    more = scored(90.0, 0.05, baseline_value=78.0, baseline_score=78.0)
    paper = b.says("other", "Beta gets 90.0 accuracy on D1, Alpha 78.0.", 2021)
    result = b.claims(90.0, "90.0", method="Beta", paper=paper, **more)
    b.edge("AGAINST", result, "method:alpha", paper, "Alpha")
    b.claims(50.0, "50.0", on="D2", **scored(50.0, 0.05))
    b.claims(99.0, "99.0", unranked="hedged: up to", hedge="up to", direction="higher")
    rows = b.graph().baseline_drift("Alpha")
    assert texts(
        rows, "dataset", "year", "score", "role", "low", "high", "papers", "reported", "left_out"
    ) == [
        ("D1", 2019, 80.0, "result", 78.0, 82.5, 3, "self", None),
        ("D1", 2020, 82.5, "result", 78.0, 82.5, 3, "others", None),
        ("D1", 2021, 78.0, "baseline", 78.0, 82.5, 3, "others", None),
        ("D2", 2020, 50.0, "result", 50.0, 50.0, 1, None, None),
        ("D1", 2020, None, "result", None, None, 1, None, "hedged: up to"),
    ]
    assert texts(b.graph().baseline_drift("Alpha", dataset="D2"), "score") == [50.0]


@pytest.mark.parametrize(
    ("left", "right", "apart"),
    [
        ((91.0, 0.5), (92.0, 0.5), True),
        ((91.0, 0.5), (91.4, 0.05), False),
        ((91.0, 0.5), (91.6, 0.05), True),
        ((87.2, 0.05), (87.3, 0.05), True),
        ((87.2, 0.05), (87.25, 0.005), False),
        ((87.2, 0.05), (87.2, 0.05), False),
    ],
)
def test_scores_disagree_when_no_number_rounds_to_both(
    b: Papers, left: tuple[float, float], right: tuple[float, float], apart: bool
) -> None:
    for value, precision in (left, right):
        b.claims(value, f"{value:g} %", **scored(value, precision))
    rows = b.graph().contradictions()
    assert len(rows) == apart
    if apart:
        said = texts(rows, "value_text", "other_value_text", "papers", "conflict")
        assert said == [(f"{left[0]:g} %", f"{right[0]:g} %", 2, None)]
        assert rows[0]["difference"] == pytest.approx(right[0] - left[0])


def test_only_like_is_held_against_like(b: Papers) -> None:
    plain = scored(80.0, 0.05)
    b.claims(80.0, "80.0", **plain)
    b.claims(70.0, "70.0", method="Beta", **scored(70.0, 0.05))
    b.claims(71.0, "71.0", on="D2", **scored(71.0, 0.05))
    b.claims(72.0, "72.0", metric="vibe", **scored(72.0, 0.05))
    b.claims(73.0, "73.0", split="test", **scored(73.0, 0.05))
    b.claims(77.0, "77.0", condition="with XY-50", **scored(77.0, 0.05))
    b.claims(74.0, "74.0", hedge="about", **scored(74.0, 0.05))
    b.claims(75.0, "75.0", unranked="a range, not one score", **scored(75.0, 0.05))
    b.claims(4.0, "4.0", kind="improvement", gain=4.0)
    assert b.graph().contradictions() == []


def test_a_number_that_its_own_paper_contradicts_is_among_them(b: Papers) -> None:
    b.claims(80.0, "80.0", **scored(80.0, 0.05))
    b.claims(70.0, "70.0", conflict="states a gain of 3, but 5 - 1 = 4", **scored(70.0, 0.05))
    graph = b.graph()
    wanted = [("70.0", "80.0", None), ("70.0", None, "states a gain of 3, but 5 - 1 = 4")]
    assert texts(graph.contradictions(), "value_text", "other_value_text", "conflict") == wanted
    assert len(graph.contradictions(method="Alpha", dataset="D1", metric="accuracy")) == 2
    assert graph.contradictions(method="Beta") == []
    assert graph.contradictions(dataset="D2") == []


def test_contradictions_are_those_of_all_pairs() -> None:
    random, b, wanted = Random(7), Papers(), set()  # noqa: S311 - no secret
    for group in range(30):
        said = []
        for _ in range(random.randrange(2, 6)):
            places = random.randrange(3)
            value = round(50 + random.random(), places)
            said.append((value, float(f"5e-{places + 1}")))
            b.claims(value, f"{value}", split=f"s{group:02}", **scored(value, said[-1][1]))
        # Half a unit of the coarser place, and one of the finer where both are as coarse.
        if any(
            abs(x - y) > max(p, q) + min(p, q) - 1e-3 for (x, p), (y, q) in combinations(said, 2) if x != y
        ):
            wanted.add(f"s{group:02}")
    found = set(texts(b.graph().contradictions(), "split"))
    assert found == wanted
    assert 0 < len(found) < 30


def test_scores_that_disagree_say_how_many_papers_give_one(b: Papers) -> None:
    for value in (80.0, 80.04, 85.0):
        b.claims(value, f"{value}", **scored(value, 0.05))
    for value in (60.0, 60.04):
        b.claims(value, f"{value}", on="D2", **scored(value, 0.05))
    rows = b.data().nodes["Result"].select(["value", "disputed_papers"]).to_pylist()
    assert {row["value"]: row["disputed_papers"] for row in rows} == {
        80.0: 3, 80.04: 3, 85.0: 3, 60.0: None, 60.04: None
    }  # fmt: skip


def test_how_well_joins_targets_and_numbers_of_one_paper(b: Papers) -> None:
    paper = b.says("own", "Alpha mitigates drift. It gets 80.0, Beta 70.0, and 60.0 is seen elsewhere.")
    b.edge("INTRODUCES", paper, "method:alpha", paper, "Alpha")
    for start in (paper, "method:alpha"):
        b.edge("TARGETS", start, "problem:drift", paper, "drift", stance="mitigates")
    nothing: dict[str, Any] = {"on": None, "metric": None, "paper": paper}
    b.claims(80.0, "80.0", **{**nothing, "method": None}, **scored(80.0, 0.05))
    b.claims(70.0, "70.0", **{**nothing, "method": "Beta"}, subject="rival")
    b.claims(60.0, "60.0", **{**nothing, "method": None}, subject="rival")
    silent = b.says("silent", "Beta avoids drift.")
    for start in (silent, "method:beta"):
        b.edge("TARGETS", start, "problem:drift", silent, "drift", stance="mitigates", confidence=0.99)
    rows = b.graph().how_well("drift")
    assert texts(rows, "method", "value_text", "targets_quote") == [
        ("Alpha", "80.0", "Alpha mitigates drift."),
        ("Beta", None, "Beta avoids drift."),
    ]
    assert rows[0]["quote"] == "It gets 80.0, Beta 70.0, and 60.0 is seen elsewhere."


@pytest.mark.parametrize("query", ["methods_targeting", "how_well"])
def test_of_what_is_as_sure_what_a_title_says_comes_first(b: Papers, query: str) -> None:
    for key, title, method, year in (("a", "A paper", "alpha", 2024), ("b", "Less drift", "beta", 2020)):
        paper = b.paper(key, title, "It mitigates drift.", year)
        b.edge("TARGETS", f"method:{method}", "problem:drift", paper, "drift", stance="mitigates")
    graph = b.graph()
    assert texts(graph.query(query, problem="drift"), "method") == ["Beta", "Alpha"]
    by_sparql = Graph(graph.store, engine="rdf")
    assert list(by_sparql.query(query, problem="drift")) == list(graph.query(query, problem="drift"))


def test_claims_come_by_points_then_by_relative_gain(b: Papers) -> None:
    gain: dict[str, Any] = {"kind": "improvement"}
    b.claims(3.0, "3.0 points", unit="points", gain=3.0, points=3.0, **gain)
    b.claims(900.0, "900 ms", unit="ms", metric="vibe", gain=900.0, **gain)
    b.claims(0.07, "0.07", gain=0.07, points=7.0, **gain)
    b.claims(50.0, "50%", unit="%", metric=None, relative_gain=50.0, **gain)
    b.claims(4.0, "4.0%", unit="%", on="D2", relative_gain=40.0, gain=4.0, points=4.0, **gain)
    b.claims(-2.0, "-2.0%", unit="%", gain=-2.0, points=-2.0, **gain)
    b.claims(80.0, "80.0", **scored(80.0, 0.05))
    graph = b.graph()
    order = ["0.07", "4.0%", "3.0 points", "-2.0%", "50%", "900 ms"]
    assert texts(graph.claims(), "value_text") == order
    assert texts(graph.claims(limit=2), "value_text") == order[:2]
    assert texts(graph.claims(min_gain=3.5), "value_text") == ["0.07", "4.0%"]
    assert texts(graph.claims(metric="vibe"), "value_text") == ["900 ms"]
    assert texts(graph.claims(dataset="D2"), "value_text") == ["4.0%"]
    assert graph.claims(task="parsing") == []


def test_claims_of_a_task_are_those_of_papers_about_it(b: Papers) -> None:
    paper = b.says("about", "For parsing, Alpha gains 2.0 points.")
    b.edge("ABOUT", paper, "task:parsing", paper, "parsing")
    b.claims(2.0, "2.0 points", paper=paper, on=None, metric=None, kind="improvement", gain=2.0)
    b.claims(9.0, "9.0 points", kind="improvement", gain=9.0)
    assert texts(b.graph().claims(task="parsing"), "value_text") == ["2.0 points"]


AMOUNTS = st.none() | st.floats(allow_nan=False)


@given(st.lists(st.tuples(AMOUNTS, AMOUNTS, st.sampled_from([None, "%", "ms", "m"]), AMOUNTS)))
def test_gains_sort_by_text_as_by_their_numbers(
    gains: list[tuple[float | None, float | None, str | None, float | None]],
) -> None:
    def numbers(gain: tuple[float | None, float | None, str | None, float | None]) -> tuple[object, ...]:
        points, percent, unit, own = gain
        first = [(amount is None, 0.0 if amount is None else -amount) for amount in (points, percent)]
        return *first, unit or "~", (own is None, 0.0 if own is None else -own)

    some = [gain for gain in gains if gain[1] is not None or gain[3] is not None]
    assert all(gain_order(*gain) is None for gain in gains if gain not in some)
    by_text = sorted(some, key=lambda gain: gain_order(*gain) or "")
    assert [numbers(gain) for gain in by_text] == sorted(map(numbers, some))
