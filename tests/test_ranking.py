"""What keeps a claimed number out of a leaderboard."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kg.graph.ranking import SURE, unranked
from kg.graph.stated import Stated
from kg.metrics import metric_of
from kg.model import Evidence, Label, Mention, Result


def said(quote: str, number: str, metric: str, on: str, *, sure: float = 0.9, linked: bool = True) -> Stated:
    """A score in its sentence, with its links found there."""
    at = quote.index(number)

    def mention(text: str, label: Label) -> Mention:
        start = quote.index(text)
        return Mention("abstract", start, start + len(text), text, label, sure, "slot")

    evidence = Evidence("abstract", 0, len(quote), at, at + len(number))
    value = float(number.rstrip("%").partition("-")[0])
    unit = "%" if number.endswith("%") else None
    result = Result(value, number, unit, "absolute", evidence, 0.95, "number:single")
    result = replace(result, metric=mention(metric, "Metric"), on=mention(on, "Dataset"))
    return Stated("result:1", result, quote, (at, at + len(number)), "", metric, on, None, None, linked)


def why(stated: Stated) -> str | None:
    """Why it is not ranked, as far as the sentence says."""
    assert stated.result.metric
    return unranked(stated, metric_of(stated.result.metric.text), None)


@pytest.mark.parametrize(
    ("quote", "number", "metric", "on", "reason"),
    [
        ("QuillNet reaches an accuracy of 71.5% on Corvid-9.", "71.5%", "accuracy", "Corvid-9", None),
        ("On Corvid-9 the accuracy increases to 71.5%.", "71.5%", "accuracy", "Corvid-9", None),
        ("On Corvid-9 it costs 2% accuracy loss.", "2%", "accuracy", "Corvid-9", "may be a change"),
        ("On Corvid-9 it shows gains in BLEU (0.47%).", "0.47%", "BLEU", "Corvid-9", "may be a change"),
        ("On Corvid-9 an improvement of around 1.0% F1.", "1.0%", "F1", "Corvid-9", "may be a change"),
        (
            "On Corvid-9 it reaches an F1 of 0.596, outperforming a larger U-Net (14M weights, F1 = 0.589).",
            "0.589",
            "F1",
            "Corvid-9",
            "may be the number of what it is compared with",
        ),
        (
            "On Corvid-9 we cut 48-hour prediction error.",
            "48-hour",
            "prediction error",
            "Corvid-9",
            "qualifies",
        ),
        ("An accuracy of 71.5% on Ascend NPUs.", "71.5%", "accuracy", "Ascend NPUs", "hardware"),
        ("An accuracy and F1 of 71.5% on Corvid-9.", "71.5%", "accuracy and F1", "Corvid-9", "several"),
    ],
)
def test_reasons(quote: str, number: str, metric: str, on: str, reason: str | None) -> None:
    found = why(said(quote, number, metric, on))
    assert found is None if reason is None else reason in (found or "")


def test_what_may_be_linked_wrongly_is_not_ranked() -> None:
    quote = "QuillNet reaches an accuracy of 71.5% on Corvid-9."
    unsure = said(quote, "71.5%", "accuracy", "Corvid-9", sure=SURE - 0.01)
    assert why(unsure) == "not sure of its metric and dataset"
    size = r"It reaches an FID of 2.12 on 512$\times$512."
    assert why(said(size, "2.12", "FID", r"512$\times$512")) == "'512$\\\\times$512' is a size, no dataset"
    assert (
        why(said(quote, "71.5%", "accuracy", "Corvid-9", linked=False)) == "was measured on no known dataset"
    )


def test_bounds_and_ranges_are_no_scores() -> None:
    one = said("QuillNet reaches an accuracy of 71.5% on Corvid-9.", "71.5%", "accuracy", "Corvid-9")
    assert why(replace(one, result=replace(one.result, hedge="up to"))) == "hedged: up to"
    assert why(replace(one, result=replace(one.result, rule="number:range"))) == "a range, not one score"
    assert why(replace(one, result=replace(one.result, kind="improvement"))) == "a gain, not a score"
