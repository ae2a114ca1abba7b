"""Nasty number phrases: value, unit, and whether they claim anything."""

from __future__ import annotations

import pytest
import spacy

from extractors.doc import numbers_of
from extractors.numbers import Numbers, parse_quantity
from extractors.quantities import scan

NLP = spacy.blank("en")
Read = tuple[float, str | None]

# One number: the phrase, the mention, its value and unit.
WRITTEN: list[tuple[str, str, Read]] = [
    (r"an accuracy of 87.2\% is", r"87.2\%", (87.2, "%")),
    (r"an accuracy of $87.2\%$ is", r"87.2\%", (87.2, "%")),
    (r"an accuracy of $87.2$\% is", r"$87.2$\%", (87.2, "%")),
    (r"an accuracy of 87.2\,\% is", r"87.2\,\%", (87.2, "%")),
    (r"an accuracy of \textbf{87.2\%} is", r"87.2\%", (87.2, "%")),
    (r"95.7\% point-wise AU-ROC", r"95.7\%", (95.7, "%")),
    ("eighty percent of", "eighty percent", (80.0, "%")),
    ("ninety-five percent of", "ninety-five percent", (95.0, "%")),
    ("a BLEU of 72,64% in", "72,64%", (72.64, "%")),
    (r"2.5$\times$ faster", r"2.5$\times$", (2.5, "x")),
    (r"$2.5\times$ faster", r"2.5\times", (2.5, "x")),
    (r"a $\sim$3$\times$ speedup", r"3$\times$", (3.0, "x")),
    ("~3x faster", "3x", (3.0, "x")),
    ("a x2 speedup", "x2", (2.0, "x")),
    ("a ×2.5 speedup", "×2.5", (2.5, "x")),
    ("three times faster", "three times", (3.0, "x")),
    ("a hundred times faster", "hundred times", (100.0, "x")),
    ("10,000 times fewer", "10,000 times", (10000.0, "x")),
    ("10k× faster", "10k×", (10000.0, "x")),
    (r"$10^{3}\times$ faster", r"10^{3}\times", (1000.0, "x")),
    ("by a factor of 4", "4", (4.0, "x")),
    ("by a factor of 2.5 over", "2.5", (2.5, "x")),
    ("by a factor of about 4.5", "4.5", (4.5, "x")),
    ("by a factor of four.", "four", (4.0, "x")),
    ("a 4-fold reduction", "4-fold", (4.0, "x")),
    ("a four-fold reduction", "four-fold", (4.0, "x")),
    ("a fourfold reduction", "fourfold", (4.0, "x")),
    ("rises tenfold over", "tenfold", (10.0, "x")),
    ("twice as fast", "twice", (2.0, "x")),
    ("nearly doubles throughput", "doubles", (2.0, "x")),
    ("quadruples throughput", "quadruples", (4.0, "x")),
    ("it halves the error", "halves", (2.0, "x")),
    ("an order of magnitude faster", "an order of magnitude", (10.0, "x")),
    ("one order of magnitude faster", "one order of magnitude", (10.0, "x")),
    ("two orders of magnitude faster", "two orders of magnitude", (2.0, "orders of magnitude")),
    ("2-3 orders of magnitude faster", "2-3 orders of magnitude", (3.0, "orders of magnitude")),
    ("by half.", "half", (0.5, None)),
    ("two-thirds of the cost", "two-thirds", (0.6667, None)),
    ("two thirds of the cost", "two thirds", (0.6667, None)),
    ("three quarters of the cost", "three quarters", (0.75, None)),
    ("1/10 of the cost", "1/10", (0.1, None)),
    ("1/10th of the cost", "1/10th", (0.1, None)),
    ("one in five users", "one in five", (0.2, None)),
    ("9 out of 10 cases", "9 out of 10", (9.0, None)),
    ("47.78 ROUGE-1", "47.78 ROUGE-1", (47.78, "ROUGE-1")),
    ("an FID of 2.1", "2.1", (2.1, None)),
    ("0.91 Dice", "0.91 Dice", (0.91, "Dice")),
    ("+4.3 mAP", "+4.3 mAP", (4.3, "mAP")),
    ("AUC=0.85", "0.85", (0.85, None)),
    (r"$R^2 = 0.95$", "0.95", (0.95, None)),
    ("mAP@0.5 of 45.2", "45.2", (45.2, None)),
    ("Recall@10 of 0.53", "0.53", (0.53, None)),
    ("0.5 percentage points", "0.5 percentage points", (0.5, "points")),
    ("a 3.2-point gain", "3.2-point", (3.2, "points")),
    ("a five-point gain", "five-point", (5.0, "points")),
    (r"12.5\%-points", r"12.5\%-points", (12.5, "points")),
    ("5 p.p.", "5 p.p.", (5.0, "points")),
    ("50 bps", "50 bps", (50.0, "bps")),
    ("−3.2 points", "−3.2 points", (-3.2, "points")),
    ("3-5 points", "3-5 points", (5.0, "points")),
    ("3--5 points", "3--5 points", (5.0, "points")),
    ("3 to 5 points", "3 to 5 points", (5.0, "points")),
    ("1.5~1.7%", "1.5~1.7%", (1.7, "%")),
    ("5~ms", "5~ms", (5.0, "ms")),
    ("between 3 and 5 points", "3 and 5 points", (5.0, "points")),
    (r"40\%-60\% lower", r"40\%-60\%", (60.0, "%")),
    (r"$40\%\sim60\%$ lower", r"40\%\sim60\%", (60.0, "%")),
    (r"$5\times$--$10\times$ faster", r"5\times$--$10\times", (10.0, "x")),
    ("two to three times faster", "two to three times", (3.0, "x")),
    ("two- to three-fold", "two- to three-fold", (3.0, "x")),
    ("82.1±0.3", "82.1±0.3", (82.1, None)),
    ("82.1 ± 0.3%", "82.1 ± 0.3%", (82.1, "%")),
    ("an ACC of 95.37+/-2.41%", "95.37+/-2.41%", (95.37, "%")),
    ("an accuracy of 98.09+-0.7%", "98.09+-0.7%", (98.09, "%")),
    ("gains of +3.4/-2.1 points", "-2.1 points", (-2.1, "points")),
    ("a score of 8.96/10", "8.96/10", (8.96, None)),
    ("a 10+-point gain", "10+-point", (10.0, "points")),
    ("a gain of +23p.p on Ego4D", "+23p.p", (23.0, "points")),
    (r"82.1\% $\pm$ 0.3\%", r"82.1\% $\pm$ 0.3\%", (82.1, "%")),
    (r"82.1~$\pm$~0.3\%", r"82.1~$\pm$~0.3\%", (82.1, "%")),
    ("0.91 +/- 0.02 Dice", "0.91 +/- 0.02 Dice", (0.91, "Dice")),
    (">90% accuracy", "90%", (90.0, "%")),
    ("<1% error", "1%", (1.0, "%")),
    ("sub-1% error", "1%", (1.0, "%")),
    (r"$>90\%$ accuracy", r"90\%", (90.0, "%")),
    ("an error of 1.2e-3", "1.2e-3", (0.0012, None)),
    (r"an error of $10^{-4}$", "10^{-4}", (0.0001, None)),
    (r"an error of $3.2 \times 10^{-4}$", r"3.2 \times 10^{-4}", (0.00032, None)),
    ("1,234 samples", "1,234", (1234.0, None)),
    (r"10\,000 samples", r"10\,000", (10000.0, None)),
    ("1{,}234 samples", "1{,}234", (1234.0, None)),
    ("1.5 trillion tokens", "1.5 trillion tokens", (1.5e12, "tokens")),
    ("US$5 per hour", "US$5", (5.0, "$")),
    (r"\$5 per hour", "$5", (5.0, "$")),
]

# Several numbers, or one with the other end of a comparison: (value, unit, baseline).
JOINED: list[tuple[str, list[tuple[float, str | None, float | None]]]] = [
    ("45/19/77% on A, B and C", [(45.0, "%", None), (19.0, "%", None), (77.0, "%", None)]),
    ("74.59% on trained and 51.07% on unseen", [(74.59, "%", None), (51.07, "%", None)]),
    ("5.4, 3.2, and 1.1 points", [(5.4, "points", None), (3.2, "points", None), (1.1, "points", None)]),
    ("from 80.5% to 87.2%", [(87.2, "%", 80.5)]),
    ("from 80.5 to 87.2%", [(87.2, "%", 80.5)]),
    ("It rose from 80.5% with no spectral information to 87.2% with it", [(87.2, "%", 80.5)]),
    ("from 80.5% of the models that we looked at to 87.2%", [(80.5, "%", None), (87.2, "%", None)]),
    ("It drops from 80.5% while the other method fails to exceed 60%", [(80.5, "%", None), (60, "%", None)]),
    ("It cuts latency (1.5/3/7 s)", [(1.5, "seconds", None), (3, "seconds", None), (7, "seconds", None)]),
    (r"from $11.6\pm5.3$% to $5.2\pm0.2$%", [(5.2, "%", 11.6)]),
    (r"(80.5\% $\rightarrow$ 87.2\%)", [(87.2, "%", 80.5)]),
    ("from 80.5% (the baseline) to 87.2%", [(87.2, "%", 80.5)]),
    ("ranging from 80.5% (Hindi) to 87.2% (Tamil)", [(80.5, "%", None), (87.2, "%", None)]),
    (r"from 7. 34\% to 21. 25\%", [(21.25, "%", 7.34)]),
    ("improves by +2.54 R1@IoU=0.3", [(2.54, None, None)]),
    ("improves R1@IoU=0.5 to 62.3%", [(62.3, "%", None)]),
    (
        "we find: 1. 90% on one, 2. 80% on the other",
        [(90, "%", None), (80, "%", None)],
    ),
    ("on AIME 24. 30% is reached", [(30, "%", None)]),
    ("large-scale retrieval from 70.1% to 80.2%", [(80.2, "%", 70.1)]),
    ("87.2% (up from 80.5%)", [(87.2, "%", 80.5)]),
    ("87.2%, from 80.5%", [(87.2, "%", 80.5)]),
    ("87.2%, up from 80.5% before", [(87.2, "%", 80.5)]),
    ("53.1 mAP on Foo 2017 and 39.0 mAP on Bar", [(53.1, "mAP", None), (39.0, "mAP", None)]),
    ("87.2% (vs. 80.5%)", [(87.2, "%", 80.5), (80.5, "%", None)]),
    ("from 6.0 ms to 4.5 ms", [(4.5, "ms", 6.0)]),
    ("WER 16.6% to 3.2%", [(3.2, "%", 16.6)]),
    ("pass@1 from 30.1 to 45.2", [(45.2, None, 30.1)]),
]

NO_NUMBER = [
    "GPT-4", "ResNet-50", "CIFAR-10", "top-5", "COVID-19", "mAP@50", "Hits@1", "O(n^2)", "1080p", "v2.0",
    "mAP50-95", "24/7 operation", "Qwen2.5-7B", "Llama-3.1-8B-Instruct", "our contributions are threefold",
    "manifold",
]  # fmt: skip

NO_CLAIM = [
    "The gains are significant (p < 0.05).",
    "It was written in 2023.",
    "Section 3 describes the method.",
    "Earlier work [12] and [3, 4] studied this.",
    "We set k=5 in all experiments.",
    "We fine-tune a 7B model.",
    "We report a 95% CI.",
    "We report a 95% confidence interval.",
    "The service runs 24/7.",
    "Results are averaged over 5 random seeds.",
    "We use a threshold of 0.5.",
    "We train on 12,000 images.",
    "It was tested on Python 3.11.",
    "We evaluate on FooBench 2024.",
]

CLAIMS: list[tuple[str, float]] = [
    ("It reduces latency by a factor of four.", 4.0),
    ("It yields a tenfold increase in throughput.", 10.0),
    ("Our parser reaches an accuracy of 82.1 ± 0.3% on the test set.", 82.1),
    ("Our parser reduces the error by two thirds.", 0.6667),
    ("It keeps overhead at sub-1% while improving accuracy.", 1.0),
    ("It reduces memory by 40%-60%.", 60.0),
    ("Our method achieves a mean squared error of 1.2e-3 on the test set.", 0.0012),
    ("It is two to three times faster than the baseline.", 3.0),
    ("Our method achieves ninety-five percent accuracy on the test set.", 95.0),
]


# What the verb before "by" says of a number.
KINDS = [
    ("Our method decreases the error by 12%.", "reduction"),
    ("It lowers the error by more than 1.2 points.", "reduction"),
    ("It runs with 12% FLOPs savings.", "reduction"),
    ("It is shorter, representing a 15.7% decrease.", "reduction"),
    ("It surpasses the next-best results by a clear margin of 0.12.", "improvement"),
    ("Prompts induce up to 94 percentage point (pp) degradation.", "reduction"),
    ("The schema depresses scores by 12 points.", "reduction"),
    ("It improves the error by 12%.", "improvement"),
    ("Under rotation, error rates surge by over 12%.", "improvement"),
    ("It retains 95% of the accuracy of the baseline on the test set.", "ratio"),
    ("It runs on phones, maintaining 98% performance on QuuxBank.", "ratio"),
    ("It retains 92% accuracy on QuuxBank.", "absolute"),
    ("Our method reaches 89% of the supervised baseline on the test set.", "ratio"),
    ("While costs fall, accuracy increases by 3.5%.", "improvement"),
    ("Our method improves accuracy, but lowers throughput by 12.5%.", "reduction"),
]


@pytest.mark.parametrize(("text", "kind"), KINDS)
def test_the_verb_before_by_gives_the_kind(text: str, kind: str) -> None:
    found = numbers_of(Numbers()(NLP.make_doc(text)))
    assert [n.kind for n in found if n.category == "result"] == [kind]


# A large share is mostly one that was reached, whatever is said of others in its sentence.
LARGE = [
    ("It outperforms existing methods, achieving up to 98.2% and 94.6% average accuracy.", ["absolute"] * 2),
    ("Our experiments demonstrate up to 98% precision on the test set.", ["absolute"]),
    ("With a win rate of 82.2% over the baseline, it is preferred.", ["absolute"]),
    ("It improves the detection accuracy to 94% and the recall by 31%.", ["absolute", "improvement"]),
    ("Our method retains 95.7% AUC on the test set.", ["absolute"]),
    (
        "It is small, with a mAP@0.5 of 92.7% (3% improvement over it). More follows.",
        ["absolute", "improvement"],
    ),
    ("It achieves a 40% improvement over the baseline.", ["improvement"]),
    ("It brings gains of up to 45% on the test set.", ["improvement"]),
    ("It achieves 48.1%, 45.3% and 44.2% relative improvements over the baseline.", ["improvement"] * 3),
    ("It reaches an accuracy 45% higher than the baseline.", ["improvement"]),
]


@pytest.mark.parametrize(("text", "kinds"), LARGE)
def test_a_large_share_is_a_gain_only_where_the_text_says_so(text: str, kinds: list[str]) -> None:
    found = numbers_of(Numbers()(NLP.make_doc(text)))
    assert [n.kind for n in found if n.category == "result"] == kinds


def test_the_verb_before_by_holds_for_the_second_number_too() -> None:
    text = "It cuts the error by 17.1% on the test set and 13.3% on the dev set, reaching 91.2% accuracy."
    found = numbers_of(Numbers()(NLP.make_doc(text)))
    assert [n.kind for n in found if n.category == "result"] == ["reduction", "reduction", "absolute"]


@pytest.mark.parametrize(("text", "mention", "expected"), WRITTEN, ids=[row[0] for row in WRITTEN])
def test_a_phrase_is_read(text: str, mention: str, expected: Read) -> None:
    (number,) = [n for n in scan(text) if text[n.start : n.end] == mention]
    assert (number.value, number.unit) == expected
    assert parse_quantity(mention, text) == expected


@pytest.mark.parametrize(("text", "expected"), JOINED, ids=[row[0] for row in JOINED])
def test_lists_and_changes_are_read(
    text: str, expected: list[tuple[float, str | None, float | None]]
) -> None:
    found = [(n.value, n.unit, n.baseline[0] if n.baseline else None) for n in scan(text)]
    assert [row for row in found if row[1] or not row[0].is_integer() or row[2]] == expected


@pytest.mark.parametrize("text", NO_NUMBER)
def test_a_name_is_no_number(text: str) -> None:
    assert scan(text) == []


@pytest.mark.parametrize("text", NO_CLAIM)
def test_a_setting_is_no_claim(text: str) -> None:
    found = numbers_of(Numbers()(NLP.make_doc(text)))
    assert [n.value_text for n in found if n.category == "result"] == []


@pytest.mark.parametrize(("text", "value"), CLAIMS)
def test_a_phrase_claims_a_result(text: str, value: float) -> None:
    found = numbers_of(Numbers()(NLP.make_doc(text)))
    assert value in [n.value for n in found if n.category == "result"]
