"""What the sentence says around a number: hedge, split, and whose number it is."""

from __future__ import annotations

import pytest

from extractors.doc import Quantity
from extractors.quantities import scan
from extractors.result_words import Around, hedge, split, whose
from extractors.unlatex import plain
from kg.model import ResultKind


def around(text: str, at: int = 0) -> Around:
    numbers = [(n.start, n.end) for n in scan(text) if n.unit or not n.value.is_integer()]
    return Around(plain(text), 0, len(text), numbers, at)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It gains up to 4.2 points.", "up to"),
        ("It gains as much as 4.2 points.", "up to"),
        ("It reaches about 90% accuracy.", "about"),
        (r"It reaches $\sim$90\% accuracy.", "about"),
        (r"It reaches $\approx 90\%$ accuracy.", "about"),
        ("It reaches more than 90% accuracy.", "more than"),
        ("It reaches over 90% accuracy.", "more than"),
        (r"It reaches $>90\%$ accuracy.", "more than"),
        ("Errors stay below 5%.", "less than"),
        ("The overhead is under 1%.", "less than"),
        ("It saves at least 30% of the memory.", "at least"),
        ("It is within 2% of the optimum.", "at most"),
        ("No model exceeds 2% of the optimum.", "at most"),
        ("All of them fail to surpass 2% here.", "at most"),
        ("None of the agents reaches 2% here.", "less than"),
        ("With no extra data it reaches 2% here.", None),
        ("It needs no labels and surpasses 2% here.", "more than"),
        ("It nearly halves: almost 50% less.", "nearly"),
        ("It improves by an average of 3.1 points.", "on average"),
        ("It improves accuracy by 3.1 points on average.", "on average"),
        ("On average, it gains 3.1 points.", "on average"),
        ("It gains up to 4.2% on average.", "on average, up to"),
        ("It reaches 90% accuracy.", None),
        ("It improves over 3.5% of runs.", "more than"),
        ("It gains 4.2 points over the baseline.", None),
        ("It reaches AUROC>0.95 here.", "more than"),
        ("It goes 70.1% -> 78.3% here.", None),
        ("It reaches <b>78.3% here.", None),
        (r"It reaches an accuracy of~78.3\% here.", None),
        ("It reaches 35+ dB here.", "at least"),
        ("It reaches 35.0+/-0.2 dB here.", None),
    ],
)
def test_a_hedge_stands_beside_its_number(text: str, expected: str | None) -> None:
    assert hedge(around(text)) == expected


def test_a_hedge_is_its_own_numbers() -> None:
    text = "It gains up to 4.2% on A and 3.1% on B."
    assert [hedge(around(text, at)) for at in (0, 1)] == ["up to", None]
    text = "It reaches up to 91.2% SSIM and 31.5 dB PSNR."
    assert [hedge(around(text, at)) for at in (0, 1)] == ["up to", "up to"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It reaches 90% accuracy on the test set.", "test"),
        ("It reaches a test accuracy of 90%.", "test"),
        ("It reaches 90% accuracy on the validation split.", "validation"),
        ("On the dev set, it reaches 90%.", "validation"),
        ("It reaches 90% zero-shot accuracy on QuuxBank.", "zero-shot"),
        ("In the 5-shot setting, it reaches 90%.", "5-shot"),
        ("In a one-shot setting, it reaches 90%.", "1-shot"),
        ("It reaches 3.2% WER on test-clean.", None),
        ("It reaches 90% on out-of-distribution data.", "out-of-distribution"),
        ("It reaches 90% on unseen classes of the test set.", "test, unseen"),
        ("It outperforms zero-shot baselines by 4.2%.", None),
        ("It needs few-shot prompting and 90% fewer tokens.", None),
        ("It reaches 90% while remaining strong in zero-shot settings.", None),
        ("At test time, it reaches 90%.", None),
        ("It reaches a new zero-shot state-of-the-art of 90%.", "zero-shot"),
        ("It reaches 90% on the QuuxBank development dataset.", "validation"),
        ("It reaches 90% on QuuxBank and strong cross-domain generalization.", None),
        ("With 10% of the training data it works.", None),
        ("Trained on the given train and validation splits, it reaches 90%.", None),
        ("On an out-of-distribution set it is fine; on QuuxBank it reaches 90%.", None),
    ],
)
def test_a_split_is_what_the_number_was_measured_in(text: str, expected: str | None) -> None:
    if expected is None and "test-clean" in text:
        expected = "test-clean"
    assert split(around(text)) == expected


def test_each_number_has_its_own_split() -> None:
    text = "It reaches 94.0% on the development set and 71.6% on the test set."
    assert [split(around(text, at)) for at in (0, 1)] == ["validation", "test"]
    text = "It reaches 94.0% and 71.6% on the test set."
    assert [split(around(text, at)) for at in (0, 1)] == ["test", "test"]


@pytest.mark.parametrize(
    ("text", "place", "expected"),
    [
        ("It reaches 69.7% mAP and 72.1% NDS on the QuuxBank validation set.", "QuuxBank", "validation"),
        ("It reaches 69.7% mAP and 72.1% NDS on QuuxBank test-dev.", "QuuxBank test-dev", "test-dev"),
        ("It reaches 69.7% and 72.1% NDS on the test split of QuuxBank.", "QuuxBank", "test"),
        ("It reaches 69.7% mAP on QuuxBank Val.", "QuuxBank", "validation"),
    ],
)
def test_a_split_belongs_to_all_that_was_measured_there(text: str, place: str, expected: str | None) -> None:
    start = text.index(place)
    assert split(around(text), (start, start + len(place))) == expected


def test_what_was_trained_on_elsewhere_is_no_split() -> None:
    text = "It learns on the QuuxBank training set. It reaches 69.7% mAP."
    place = (text.index("QuuxBank"), text.index("QuuxBank") + 8)
    one = Around(text, text.index("It reaches"), len(text), [(text.index("69.7%"), text.index(" mAP"))], 0)
    assert split(one, place) is None


def _whose(text: str, at: int = 0, method: str | None = None, kind: ResultKind = "absolute") -> str | None:
    found = around(text, at)
    start, end = found.numbers[at]
    number = Quantity(0, 1, start, end, 1.0, None, text[start:end], "result", kind, 1.0, "number:single")
    return whose(found, number, method, frozenset({"zorgon"}), frozenset({"barparse"}))


@pytest.mark.parametrize(
    ("text", "at", "method", "expected"),
    [
        ("Zorgon reaches 90.5%.", 0, "Zorgon", "own"),
        ("We achieve 90.5% accuracy.", 0, None, "own"),
        ("Our parser model reaches 90.5%.", 0, None, "own"),
        ("The proposed method reaches 90.5%.", 0, None, "own"),
        ("This simple RGB baseline reaches 90.5%.", 0, "RGB baseline", "own"),
        ("BarParse reaches 80.5%.", 0, "BarParse", "rival"),
        ("Zorgon reaches 90.5% compared to 80.5% for BarParse.", 1, "Zorgon", "rival"),
        ("Zorgon reaches 90.5%, against 80.5% for the baseline.", 1, "Zorgon", "rival"),
        ("Zorgon reaches 90.5%, outperforming BarParse (80.5%).", 1, "BarParse", "rival"),
        ("Zorgon reaches 90.5%, while the baseline achieves 80.5%.", 1, None, "rival"),
        ("Zorgon outperforms BarParse, which had an accuracy of 80.5%.", 0, "Zorgon", "rival"),
        ("Humans reach 95.5% accuracy.", 0, "Humans", "rival"),
        ("Zorgon uses less than 30.5% of the memory.", 0, "Zorgon", "own"),
        ("The network reaches 90.5%.", 0, None, "own"),
        ("The original model reaches 90.5%.", 0, None, None),
        ("The QuuxNet model reaches 90.5%.", 0, "QuuxNet", None),
        ("QuuxNet is strong: it reaches 90.5%.", 0, "QuuxNet", None),
        ("On A, it reaches 90.5%.", 0, None, "own"),
        ("The best network reaches 90.5%.", 0, None, None),
    ],
)
def test_whose_number_it_is(text: str, at: int, method: str | None, expected: str | None) -> None:
    assert _whose(text, at, method) == expected


def test_a_gain_is_its_makers() -> None:
    text = "Zorgon outperforms BarParse by 4.2%."
    assert _whose(text, 0, "Zorgon", "improvement") == "own"
    assert _whose(text, 0, "BarParse", "improvement") is None
