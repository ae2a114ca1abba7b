"""What keeps a claimed number out of a leaderboard."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kg.graph.ranking import SURE, TRUSTED, among_others, is_generic, is_word, opens, set_apart, unranked
from kg.graph.stated import Stated
from kg.metrics import metric_of
from kg.model import Evidence, Label, Mention, Paper, Result


def said(quote: str, number: str, metric: str, on: str, *, sure: float = 0.9, linked: bool = True) -> Stated:
    """A score in its sentence, with its links found there."""
    at = quote.index(number)

    def mention(text: str, label: Label) -> Mention:
        start = quote.index(text)
        return Mention("abstract", start, start + len(text), text, label, sure, "slot")

    evidence = Evidence("abstract", 0, len(quote), at, at + len(number))
    value = float(number.rstrip("%").partition("-")[0].partition(" ")[0])
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
        ("On Corvid-9 it has 3.5% higher accuracy.", "3.5%", "accuracy", "Corvid-9", "may be a change"),
        ("On Corvid-9 the recall improves in 8 out of 9.", "8 out of 9", "recall", "Corvid-9", "a count"),
        ("On Corvid-9 the accuracy is +7.1% now.", "+7.1%", "accuracy", "Corvid-9", "may be a change"),
        (
            "On Corvid-9 we cut 48-hour prediction error.",
            "48-hour",
            "prediction error",
            "Corvid-9",
            "qualifies",
        ),
        ("It keeps 71% of the full-net F1 on Corvid-9.", "71%", "F1", "Corvid-9", "a share of another's"),
        (
            "It retains 90% of F1 on Heron and 71% on Corvid-9.",
            "71%",
            "F1",
            "Corvid-9",
            "a share of another's",
        ),
        ("It has 71% of QuillNet V3's F1 on Corvid-9.", "71%", "F1", "Corvid-9", "a share of another's"),
        ("14% higher F1 on Heron, 71% on Corvid-9.", "71%", "F1", "Corvid-9", "may be a change"),
        (r"$14\%$ higher F1 on Heron, 71% on Corvid-9.", "71%", "F1", "Corvid-9", "may be a change"),
        ("Its F1 on Corvid-9 lags far behind humans with 71%.", "71%", "F1", "Corvid-9", "may be a change"),
        (r"F1 rises to 98.9% on Corvid-9 (71%~$\uparrow$).", "71%", "F1", "Corvid-9", "may be a change"),
        (r"An F1 of 71%$\uparrow$ on Corvid-9.", "71%", "F1", "Corvid-9", None),
        ("GPT-4 lags far behind and QuillNet reaches 71% F1 on Corvid-9.", "71%", "F1", "Corvid-9", None),
        ("Gaussian process regression has an R^2 of 0.91 on Corvid-9.", "0.91", "R^2", "Corvid-9", None),
        ("F1 on Corvid-9 doubles (71% relative).", "71%", "F1", "Corvid-9", "may be a change"),
        ("A scaling law (R^2 = 0.91) on Corvid-9.", "0.91", "R^2", "Corvid-9", "how well a curve fits"),
        ("It reaches an R^2 of 0.91 on Corvid-9.", "0.91", "R^2", "Corvid-9", None),
        ("An F1 of 71% for rotation.", "71%", "F1", "rotation", "'rotation' names no dataset"),
        ("It keeps 9% of GPT (71% F1) on Corvid-9.", "71%", "F1", "Corvid-9", None),
        ("It keeps 9% of speed and achieves 71% F1 on Corvid-9.", "71%", "F1", "Corvid-9", None),
        ("It reaches 71% of F1 on Corvid-9.", "71%", "F1", "Corvid-9", None),
        ("An F1 of 71% on SiT-XL/2.", "71%", "F1", "SiT-XL/2", "looks like a model"),
        ("An F1 of 71% on Quill-8B.", "71%", "F1", "Quill-8B", "looks like a model"),
        ("This results in 71% of F1 on Corvid-9.", "71%", "F1", "Corvid-9", None),
        ("With high agreement data it has 71% F1 on Corvid-9.", "71%", "F1", "Corvid-9", None),
        ("71% F1 by aligning human poses on Corvid-9.", "71%", "F1", "Corvid-9", None),
        ("F1 improves in 71% of Corvid-9.", "71%", "F1", "Corvid-9", "a share of cases"),
        ("F1 rises in 8% of Heron and 71% of Corvid-9 texts.", "71%", "F1", "Corvid-9", "a share of cases"),
        ("Agreement reaches 71.5% F1 on Corvid-9.", "71.5%", "F1", "Corvid-9", "an agreement"),
        ("71.5% accuracy in matching human ratings of Heron.", "71.5%", "accuracy", "Heron", "an agreement"),
        ("It has 99% TPR at 1% FPR on Corvid-9.", "1%", "FPR", "Corvid-9", "an operating point"),
        ("An accuracy of 71.5% on Val Unseen.", "71.5%", "accuracy", "Val Unseen", "a part of some dataset"),
        ("An accuracy of 71.5% on Corvid1&2.", "71.5%", "accuracy", "Corvid1&2", "several datasets"),
        ("An accuracy of 71.5% on Ascend NPUs.", "71.5%", "accuracy", "Ascend NPUs", "hardware"),
        ("An accuracy and F1 of 71.5% on Corvid-9.", "71.5%", "accuracy and F1", "Corvid-9", "several"),
    ],
)
def test_reasons(quote: str, number: str, metric: str, on: str, reason: str | None) -> None:
    found = why(said(quote, number, metric, on))
    assert found is None if reason is None else reason in (found or "")


@pytest.mark.parametrize(
    ("quote", "on", "trained"),
    [
        ("Trained only on four-class Corvid-9 data, it reaches an accuracy of 71.5%.", "Corvid-9", True),
        (
            "Models trained with the Corvid-9 dataset show that it reaches an accuracy of 71.5%.",
            "Corvid-9",
            True,
        ),
        ("A model trained with RL solves Corvid-9 with an accuracy of 71.5%.", "Corvid-9", False),
        ("Training with Adam raises Corvid-9 accuracy to 71.5%.", "Corvid-9", False),
        ("With Corvid-9 pre-training it reaches an accuracy of 71.5%.", "Corvid-9", True),
        ("When trained on Heron and Corvid-9, it reaches an accuracy of 71.5%.", "Corvid-9", True),
        ("Trained on Heron, it reaches an accuracy of 71.5% on Corvid-9.", "Corvid-9", False),
        ("Trained on synthetic images, QuillNet scores an accuracy of 71.5% on Corvid-9.", "Corvid-9", False),
        ("Trained without labels on one GPU, it has an accuracy of 71.5% on Corvid-9.", "Corvid-9", False),
        ("Trained and tested on Corvid-9, it reaches an accuracy of 71.5%.", "Corvid-9", False),
        ("It reaches an accuracy of 71.5% on Corvid-9 trained from scratch.", "Corvid-9", False),
    ],
)
def test_what_it_was_trained_on_is_not_what_it_was_measured_on(quote: str, on: str, trained: bool) -> None:
    found = why(said(quote, "71.5%", "accuracy", on))
    assert found == ("may have been trained on the dataset that it names" if trained else None)


@pytest.mark.parametrize(
    ("text", "generic"),
    [
        ("full model", True),
        ("strongest RAG baseline", True),
        ("top-performing MLLMs", True),
        ("QuillNet model", False),
        ("Quill-base model", False),
        ("linear probe", False),
        ("Best 7B model", True),
        ("human annotators", False),
    ],
)
def test_what_stands_for_a_method_may_be_no_name(text: str, generic: bool) -> None:
    assert is_generic(text) is generic


@pytest.mark.parametrize(
    ("text", "word"),
    [("probe", True), ("top-ranked", True), ("linear probe", False), ("word2vec", False), ("GPT", False)],
)
def test_one_word_in_lower_case_is_no_name(text: str, word: bool) -> None:
    assert is_word(text) is word


def test_of_others_methods_the_one_named_right_before_is_meant() -> None:
    quote = "On Heron the accuracy of Quill-2 is best, outperforming GPT-4 (71.5%)."
    stated = said(quote, "71.5%", "accuracy", "Heron")
    at = quote.index("GPT-4")
    result = replace(stated.result, subject="rival")
    assert why(replace(stated, result=result)) is None
    assert "compared with" in (why(replace(stated, result=result, foreign=True)) or "")
    named = replace(result, method=Mention("abstract", at, at + 5, "GPT-4", "Method", 0.9, "slot"))
    assert why(replace(stated, result=named, foreign=True)) is None


def test_what_gets_worse_may_be_an_attack() -> None:
    stated = said("It cuts the accuracy on Heron from 80.0% to 71.5%.", "71.5%", "accuracy", "Heron")
    worse = replace(stated, result=replace(stated.result, baseline_value=80.0))
    assert "worse" in (why(worse) or "")
    assert why(replace(worse, result=replace(worse.result, baseline_value=60.0))) is None


def test_what_the_paper_takes_for_a_method_is_no_dataset() -> None:
    stated = said("An accuracy of 71.5% on Heron.", "71.5%", "accuracy", "Heron")
    assert why(stated) is None
    assert "is a method" in (why(replace(stated, on_method=True)) or "")


@pytest.mark.parametrize(("title", "opening"), [("Quill: x", True), ("QuillNet", False), ("On Quill", False)])
def test_a_title_may_begin_with_a_name(title: str, opening: bool) -> None:
    assert opens(title, ["Heron", "quill"]) is opening


def test_a_number_of_no_named_method_is_not_ranked() -> None:
    quote = "The best model reaches an accuracy of 71.5% on Corvid-9."
    one = said(quote, "71.5%", "accuracy", "Corvid-9")
    nameless = replace(one.result, method=Mention("abstract", 4, 14, "best model", "Method", 0.9, "slot"))
    assert why(replace(one, result=nameless, nameless=True)) == "names no method but 'best model'"
    assert why(replace(one, result=nameless)) is None
    assert why(replace(one, result=replace(nameless, subject="own"), nameless=True)) is None


@pytest.mark.parametrize(
    ("quote", "listed"),
    [
        ("On Corvid-9 and Heron-2 it reaches 71.5%.", True),
        ("On Corvid-9, Heron-2, and Egret it reaches 71.5%.", True),
        ("On Corvid-9, Heron-2 reaches 71.5%.", False),
        ("On Corvid-9 it beats Heron-2 by 71.5%.", False),
    ],
)
def test_one_number_for_a_list_of_datasets_belongs_to_none(quote: str, listed: bool) -> None:
    named = [
        Mention("abstract", quote.index(name), quote.index(name) + len(name), name, "Dataset", 0.9, "slot")
        for name in ("Corvid-9", "Heron-2", "Egret")
        if name in quote
    ]
    assert among_others(Paper("T", quote), named, named[0]) is listed
    one = replace(said(quote, "71.5%", "", "Corvid-9"), among_others=listed)
    assert set_apart([one], [one]) == ({one.id: "names several datasets"} if listed else {})
    other = replace(said(quote, "71.5%", "", "Heron-2" if "Heron" in quote else "Corvid-9"), id="result:2")
    assert set_apart([one, other], [one]) == {}
    nowhere = replace(one, id="result:3", on=None)
    assert set_apart([one, nowhere], [one]) == set_apart([one], [one])


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


def test_what_is_likelier_not_right_is_not_ranked() -> None:
    stated = said("QuillNet reaches 71.5% accuracy on Corvid-9.", "71.5%", "accuracy", "Corvid-9")
    for trust, reason in ((TRUSTED, None), (0.38, "trusted 0.380, less than 0.5"), (None, None)):
        assert why(replace(stated, result=replace(stated.result, trust=trust))) == reason
