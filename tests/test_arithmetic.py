"""What a paper's numbers say together: scores, gains, and what does not add up."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.errors import EvidenceError
from kg.graph import GraphData, build_graph
from kg.graph.arithmetic import describe
from kg.graph.evidence import check_result
from kg.graph.figures import last_place
from kg.graph.stated import Stated
from kg.model import Evidence, Mention, Paper, Result, ResultKind, Subject
from kg.resolve import Observations, resolve
from tests.make import claim, facts, paper, result


def stated(
    key: str,
    value: float,
    text: str,
    *,
    kind: ResultKind = "absolute",
    unit: str | None = "%",
    metric: str | None = "accuracy",
    on: str | None = "Quux",
    base: tuple[float, str] | None = None,
    subject: Subject | None = "own",
    method: str | None = None,
    baseline: str | None = None,
    quote: str = "",
    sentence: int = 0,
    hedge: str | None = None,
) -> Stated:
    place = 50 + int(key) * 10
    mention = Mention("abstract", 0, 1, metric, "Metric", 1.0, "test") if metric else None
    on_mention = Mention("abstract", 0, 1, on, "Dataset", 1.0, "test") if on else None
    found = Result(
        value, text, unit, kind, Evidence("abstract", sentence, 400, place, place + len(text)), 1.0,
        "number:single", metric=mention, on=on_mention, hedge=hedge, subject=subject,
        baseline_value=base[0] if base else None,
        baseline_start=place - 8 if base else None, baseline_end=place - 4 if base else None,
    )  # fmt: skip
    shown = quote or f"so {text}"
    at = shown.index(text)
    return Stated(
        f"result:{key}", found, shown, (at, at + len(text)), base[1] if base else "", metric, on, method,
        baseline, linked=on is not None,
    )  # fmt: skip


def said(*numbers: Stated) -> list[dict[str, Any]]:
    found = describe(numbers)
    return [found[number.id] for number in numbers]


def test_a_score_has_direction_scale_and_precision() -> None:
    (row,) = said(stated("1", 0.91, "0.91", unit=None))
    assert (row["direction"], row["score"], row["precision"]) == ("higher", 91.0, 0.5)
    assert row["unranked"] is None
    (row,) = said(stated("1", 5.2, "5.2%", metric="WER"))
    assert (row["direction"], row["score"], row["precision"]) == ("lower", 5.2, 0.05)


def test_from_to_gives_a_gain_and_says_how() -> None:
    (row,) = said(stated("1", 87.2, "87.2%", base=(80.5, "80.5%")))
    assert (row["gain"], row["relative_gain"]) == (6.7, 8.323)
    assert row["derived"] == ["gain = 87.2 - 80.5", "relative_gain = 100 * 6.7 / 80.5"]
    assert (row["derived_from"], row["baseline_score"]) == ([], 80.5)


def test_gains_of_shares_are_put_in_percentage_points() -> None:
    rows = said(
        stated("1", 0.91, "0.91", unit=None, base=(0.85, "0.85"), on="a"),
        stated("2", 6.7, "6.7%", kind="improvement", on="b"),
        stated("3", 4.3, "4.3", unit=None, kind="improvement", on="c"),
        stated("4", 2.0, "2 points", unit="points", kind="improvement", metric="vibe", on="d"),
    )
    assert [row["points"] for row in rows] == [6.0, 6.7, 4.3, 2.0]
    rows = said(
        stated("1", 0.5, "0.5", unit=None, kind="improvement", on="a"),  # of 100 or of 1?
        stated("2", 2.0, "2 points", unit="points", kind="improvement", metric="Elo", on="b"),
        stated("3", 40.0, "40%", kind="improvement", metric="vibe", on="c"),
        stated("4", 3.0, "3 dB", unit="dB", kind="improvement", metric="PSNR", on="d"),
    )
    assert [row["points"] for row in rows] == [None] * 4


@pytest.mark.parametrize(
    ("hedge", "gain"), [("less than", None), ("about, at most", None), ("up to", 0.6), (None, 0.6)]
)
def test_an_increase_below_a_bound_is_no_gain(hedge: str | None, gain: float | None) -> None:
    (row,) = said(stated("1", 0.6, "0.6%", kind="improvement", metric="vibe", hedge=hedge))
    assert (row["gain"], row["relative_gain"]) == (gain, None)


def test_a_gain_of_over_half_is_of_the_base_unless_the_scores_tell_otherwise() -> None:
    (row,) = said(stated("1", 60.0, "60%", kind="improvement"))
    assert (row["gain"], row["points"], row["relative_gain"]) == (None, None, 60.0)
    scores = stated("1", 80.0, "80.0%", base=(20.0, "20.0%"))
    row = said(scores, stated("2", 60.0, "60%", kind="improvement"))[1]
    assert (row["gain"], row["points"], row["relative_gain"]) == (60.0, 60.0, None)
    times = stated("1", 40.0, "40 ms", unit="ms", metric="latency", base=(50.0, "50 ms"))
    row = said(times, stated("2", 10.0, "10%", kind="reduction", metric="latency"))[1]
    assert (row["gain"], row["relative_gain"]) == (None, 10.0)


def test_no_share_gains_more_than_a_hundred_points() -> None:
    rows = said(
        stated("1", 411.0, "411%", kind="improvement", metric="F1", on="a"),
        stated("2", 405.0, "405 points", unit="points", kind="improvement", metric=None, on="b"),
    )
    assert [(row["gain"], row["points"], row["relative_gain"]) for row in rows] == [
        (None, None, 411.0),
        (405.0, None, None),
    ]


def test_what_no_such_metric_can_be_gives_no_gain() -> None:
    rows = said(
        stated("1", 9000.0, "9,000 tokens", unit="tokens", kind="improvement", on="a"),
        stated("2", 6e8, "0.6B", unit=None, kind="improvement", on="b"),
        stated("3", 1024.0, "1,024", unit=None, base=(8.0, "8"), on="c"),
    )
    assert [(row["gain"], row["points"], row["gain_order"]) for row in rows] == [(None, None, None)] * 3


def test_a_lower_error_is_a_gain() -> None:
    (row,) = said(stated("1", 9.3, "9.3%", metric="error rate", base=(12.1, "12.1%")))
    assert row["gain"] == 2.8
    assert row["derived"][0] == "gain = 12.1 - 9.3"
    (row,) = said(stated("1", 12.1, "12.1%", metric="error rate", base=(9.3, "9.3%")))
    assert row["gain"] == -2.8


def test_an_unknown_metric_has_no_direction_and_no_computed_gain() -> None:
    (row,) = said(stated("1", 87.2, "87.2%", metric="zorgness", base=(80.5, "80.5%")))
    assert (row["direction"], row["gain"], row["score"]) == (None, None, 87.2)


@pytest.mark.parametrize(
    ("kind", "metric", "unit", "quote", "gain", "relative"),
    [
        ("improvement", "accuracy", "%", "improves accuracy by 4%", 4.0, None),
        ("improvement", "accuracy", "%", "a relative improvement of 4%", None, 4.0),
        ("improvement", "accuracy", "points", "improves accuracy by 4%", 4.0, None),
        ("improvement", "FID", "%", "improves FID by 4%", None, 4.0),
        ("improvement", "zorgness", "%", "improves zorgness by 4%", 4.0, None),
        ("reduction", "WER", "%", "reduces WER by 4%", 4.0, None),
        ("reduction", "latency", "%", "reduces latency by 4%", None, 4.0),
        ("improvement", "latency", "%", "increases latency by 4%", None, -4.0),
        ("reduction", "accuracy", "%", "loses 4%", -4.0, None),
        ("reduction", "zorgness", "%", "reduces zorgness by 4%", None, None),
        ("improvement", "throughput", "x", "improves throughput by 4%", None, 300.0),
        ("reduction", "latency", "x", "reduces latency by 4%", None, 75.0),
        ("ratio", "throughput", "x", "is 4% of it", None, None),
    ],
)
def test_a_stated_change_is_signed_by_the_metric(
    kind: ResultKind, metric: str, unit: str, quote: str, gain: float | None, relative: float | None
) -> None:
    (row,) = said(stated("1", 4.0, "4%", kind=kind, metric=metric, unit=unit, quote=quote))
    assert (row["gain"], row["relative_gain"]) == (gain, relative)
    assert row["unranked"] in ("a gain, not a score", "a saving, not a score", "a ratio, not a score")


def test_an_own_score_is_compared_with_the_one_rival() -> None:
    own = stated("1", 87.2, "87.2%", sentence=0)
    rival = stated("2", 80.5, "80.5%", subject="rival", sentence=40)
    first, second = said(own, rival)
    assert (first["gain"], first["derived_from"]) == (6.7, ["result:2"])
    assert (second["gain"], second["derived_from"]) == (None, [])
    other = stated("3", 82.0, "82.0%", subject="rival", method="m2")
    assert said(own, rival, other)[0]["gain"] is None
    named = replace(own, baseline="m2")
    assert said(named, rival, other)[0]["gain"] == 5.2


def test_numbers_about_other_things_are_not_compared() -> None:
    own = stated("1", 87.2, "87.2%")
    assert said(own, stated("2", 80.5, "80.5%", subject="rival", on="foo"))[0]["gain"] is None
    assert said(own, stated("2", 80.5, "80.5%", subject="rival", metric="F1"))[0]["gain"] is None


def test_what_disagrees_is_said() -> None:
    score = stated("1", 87.2, "87.2%", base=(80.5, "80.5%"))
    gain = stated("2", 6.9, "6.9 points", kind="improvement", unit="points")
    assert said(score, gain)[1]["conflict"] == "states a gain of 6.9 points, but 87.2 - 80.5 = 6.7"
    right = stated("2", 6.7, "6.7 points", kind="improvement", unit="points")
    assert said(score, right)[1]["conflict"] is None
    hedged = stated("2", 6.9, "6.9 points", kind="improvement", unit="points", hedge="up to")
    assert said(score, hedged)[1]["conflict"] is None
    fraction = stated("1", 0.731, "0.731", unit=None, base=(0.642, "0.642"))
    points = stated("2", 8.8, "8.8 points", kind="improvement", unit="points")
    assert said(fraction, points)[1]["conflict"] is None


def test_a_share_of_the_base_is_told_from_points() -> None:
    score = stated("1", 87.2, "87.2%", base=(80.5, "80.5%"))
    relative = stated("2", 8.3, "8.3%", kind="improvement")
    row = said(score, relative)[1]
    assert (row["gain"], row["relative_gain"], row["conflict"]) == (6.7, 8.3, None)
    assert row["derived_from"] == ["result:1"]


def test_digits_left_away_are_no_conflict() -> None:
    score = stated("1", 79.84, "79.84%", base=(40.0, "40.00%"))  # 39.84 points, 99.6%
    for text in ("99%", "39 points"):
        unit = "%" if "%" in text else "points"
        gain = stated("2", float(text[:2]), text, kind="improvement", unit=unit)
        assert said(score, gain)[1]["conflict"] is None
    wrong = stated("2", 98.0, "98%", kind="improvement")
    assert said(score, wrong)[1]["conflict"] is not None
    one = stated("2", 50.0, "30--50 points", kind="improvement", unit="points")
    ranging = replace(one, result=replace(one.result, rule="number:range"))
    assert said(score, ranging)[1]["conflict"] is None


def test_a_score_takes_the_gain_that_its_sentence_states() -> None:
    score = stated("1", 87.2, "87.2%")
    gain = stated("2", 6.7, "6.7 points", kind="improvement", unit="points")
    row = said(score, gain)[0]
    assert (row["gain"], row["derived"], row["derived_from"]) == (6.7, ["gain = 6.7"], ["result:2"])


@pytest.mark.parametrize(
    ("number", "why"),
    [
        (stated("1", 4.0, "4%", metric=None), "names no metric"),
        (stated("1", 4.0, "4%", on=None), "names no dataset"),
        (replace(stated("1", 4.0, "4%"), linked=False), "was measured on no known dataset"),
        (stated("1", 4.0, "4%", metric="performance"), "the metric 'performance' says nothing definite"),
        (stated("1", 4.0, "4%", metric="zorgness"), "the metric 'zorgness' is not in the registry"),
        (stated("1", 4.0, "4%", metric="FID"), "unit % does not fit FID"),
        (stated("1", 1200.0, "1200", unit=None), "value 1200 is out of the range of accuracy"),
        (stated("1", 4.0, "4%", hedge="on average, up to"), "hedged: up to"),
        (stated("1", 4.0, "4%", hedge="about"), None),
        (stated("1", 4.0, "4%", subject="rival"), None),
    ],
)
def test_what_is_compared_with_nothing_says_why(number: Stated, why: str | None) -> None:
    assert said(number)[0]["unranked"] == why


@pytest.mark.parametrize(
    ("numbers", "reasons"),
    [
        ((stated("1", 84.0, "84%"), stated("2", 85.0, "85%")), ["one of several such numbers"] * 2),
        (
            (stated("1", 84.0, "84%"), stated("2", 75.0, "75%", subject="rival")),
            [None, "may be the number of what it is compared with"],
        ),
        ((stated("1", 84.0, "84%"), stated("2", 85.0, "85%", on="Corvid")), [None, None]),
        ((stated("1", 84.0, "84%"), stated("2", 85.0, "85%", method="Other")), [None, None]),
        ((stated("1", 84.0, "84%"), stated("2", 85.0, "85%", sentence=10)), [None, None]),
        ((stated("1", 84.0, "84%"), stated("2", 85.0, "85%", hedge="up to")), [None, "hedged: up to"]),
    ],
)
def test_what_one_sentence_says_twice_of_one_thing_is_not_ranked(
    numbers: tuple[Stated, ...], reasons: list[str | None]
) -> None:
    for row, wanted in zip(said(*numbers), reasons, strict=True):
        why = row["unranked"]
        assert why is None if wanted is None else (why or "").startswith(wanted)


@pytest.mark.parametrize(
    ("text", "value", "place"),
    [
        ("87.2%", 87.2, 0.1), ("87%", 87.0, 1.0), ("87.20", 87.2, 0.01), ("1.2M", 1.2e6, 1e5),
        ("1,234", 1234.0, 1.0),
        ("twice", 2.0, None), (r"$87.2\%$", 87.2, 0.1), ("10-20%", 20.0, 1.0), ("82.1 ± 0.35", 82.1, 0.1),
    ],
)  # fmt: skip
def test_the_last_place_is_read_off_the_text(text: str, value: float, place: float | None) -> None:
    assert last_place(text, value) == pytest.approx(place)


_TENTHS = st.integers(1, 1000).map(lambda n: n / 10)


@given(_TENTHS, _TENTHS)
def test_a_true_difference_is_never_a_conflict(value: float, base: float) -> None:
    score = stated("1", value, f"{value}%", base=(base, f"{base}%"))
    gain = stated("2", round(abs(value - base), 1), f"{abs(value - base):.1f}%", kind="improvement")
    rounded = stated("2", float(round(abs(value - base))), f"{round(abs(value - base))}%", kind="improvement")
    share = round(100 * abs(value - base) / base, 1)
    relative = stated("2", share, f"{share}%", kind="improvement")
    for one in (gain, rounded, relative):
        assert said(score, one)[1]["conflict"] is None


@given(_TENTHS, _TENTHS, st.floats(1.5, 50))
def test_a_wrong_difference_is_a_conflict(value: float, base: float, off: float) -> None:
    score = stated("1", value, f"{value}%", base=(base, f"{base}%"))
    wrong = round(abs(value - base) + off, 1)
    row = said(score, stated("2", wrong, f"{wrong} points", kind="improvement", unit="points"))[1]
    assert row["conflict"] is not None
    assert row["conflict"].startswith(f"states a gain of {wrong} points, but ")


@given(_TENTHS, _TENTHS, st.sampled_from(["accuracy", "WER", "FID", "latency"]))
def test_a_gain_is_positive_exactly_where_the_number_is_better(
    value: float, base: float, metric: str
) -> None:
    unit = "%" if metric in ("accuracy", "WER") else None
    (row,) = said(stated("1", value, str(value), unit=unit, metric=metric, base=(base, str(base))))
    better = value > base if row["direction"] == "higher" else value < base
    assert (row["gain"] > 0) == better
    assert (row["relative_gain"] > 0) == better or abs(row["relative_gain"]) < 1e-4
    assert abs(row["gain"]) == pytest.approx(abs(value - base))


@given(st.permutations(range(4)))
def test_the_order_of_numbers_changes_nothing(order: list[int]) -> None:
    numbers = [
        stated("1", 87.2, "87.2%"),
        stated("2", 80.5, "80.5%", subject="rival"),
        stated("3", 6.9, "6.9 points", kind="improvement", unit="points"),
        stated("4", 3.0, "3.0", unit=None, metric="FID", on=None),
    ]
    assert describe([numbers[i] for i in order]) == describe(numbers)


def built(one: Paper, *results: Result) -> GraphData:
    """Build the graph of one paper that names the dataset Bar and claims `results`."""
    found = facts(one, claim(one, "datasets", "Bar", "Dataset"), results=results)
    seen = Observations()
    seen.add(found)
    return build_graph([(one, found)], resolve(seen))


def pair_and_gain(text: str, gain: str) -> dict[float, dict[str, Any]]:
    """Return the Results of a text, by value: accuracy on Bar from 80.5% to 87.2%, and a gain of 6.9."""
    one = paper("Foo", text, id="paper:foo")
    start = one.abstract.index("80.5%")
    score = replace(
        result(one, 87.2, "87.2%", "%", metric="accuracy", on="Bar"),
        baseline_value=80.5, baseline_start=start, baseline_end=start + 5,
    )  # fmt: skip
    stated_gain = result(one, 6.9, gain, "%", kind="improvement", metric="accuracy", on="Bar")
    return {row["value"]: row for row in built(one, score, stated_gain).nodes["Result"].to_pylist()}


def test_the_graph_holds_what_was_computed() -> None:
    rows = pair_and_gain("Foo improves accuracy on Bar from 80.5% to 87.2% (+6.9%).", "+6.9%")
    assert (rows[87.2]["gain"], rows[87.2]["unranked"]) == (6.7, None)
    assert rows[6.9]["conflict"] == "states a gain of +6.9%, but 87.2 - 80.5 = 6.7 (8.32% of 80.5)"


@pytest.mark.parametrize(
    ("on", "known"),
    [
        ("Bar test set", True),
        ("Bar test-dev", True),
        ("Bar official validation split", True),
        ("Bar pretest", False),
        ("test set", False),
    ],
)
def test_a_part_of_a_dataset_is_measured_on_the_dataset(on: str, known: bool) -> None:
    one = paper("Foo", f"Foo reaches 87.2% accuracy on the {on}. Bar is new.", id="paper:foo")
    score = result(one, 87.2, "87.2%", "%", metric="accuracy", on=on)
    graph = built(one, score)
    (row,) = graph.nodes["Result"].to_pylist()
    assert (row["measured_on"], row["unranked"] is None) == (on, known)
    assert sum(edge["type"] == "ON" for edge in graph.iter_edges()) == known


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("Foo improves accuracy on Bar from 80.5% to 87.2%, a gain of 6.9%.", True),
        ("Foo gains 6.9% accuracy (from 80.5% to 87.2%) on Bar.", False),  # "accuracy" lies between
        ("Foo improves accuracy on Bar by 6.9% (from 80.5% to 87.2%).", True),
        ("Foo improves accuracy on Bar from 80.5% to 87.2%, beating the best rival by 6.9%.", False),
        ("Foo improves accuracy on Bar from 80.5% to 87.2% while it saves 6.9%.", False),
    ],
)
def test_only_a_gain_beside_its_scores_disagrees_with_them(text: str, wrong: bool) -> None:
    rows = pair_and_gain(text, "6.9%")
    assert (rows[6.9]["conflict"] is not None) == wrong


def test_a_baseline_that_reads_otherwise_is_refused() -> None:
    one = paper("Foo", "Foo improves accuracy from 80.5% to 87.2%.", id="paper:foo")
    start = one.abstract.index("80.5%")
    good = replace(
        result(one, 87.2, "87.2%", "%"), baseline_value=80.5, baseline_start=start, baseline_end=start + 5
    )
    check_result(one, good)
    with pytest.raises(EvidenceError, match=r"the baseline value '80\.5%' reads"):
        check_result(one, replace(good, baseline_value=81.5))
