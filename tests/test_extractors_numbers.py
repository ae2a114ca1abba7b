"""What `kg_numbers` reads: values, units, kinds, baselines, and what it leaves alone."""

from __future__ import annotations

import time

import pytest
import spacy
from hypothesis import example, given, settings
from hypothesis import strategies as st

from extractors.doc import make_doc, numbers_of
from extractors.numbers import Numbers, Quantity, parse_quantity
from extractors.quantities import scan
from extractors.unlatex import plain

NLP = spacy.blank("en")
COMPONENT = Numbers()

Row = tuple[float, str | None, str, float | None]


def read(text: str) -> list[Quantity]:
    return numbers_of(COMPONENT(NLP.make_doc(text)))


def results(text: str) -> list[Row]:
    return [(n.value, n.unit, n.kind, n.baseline_value) for n in read(text) if n.category == "result"]


CLAIMED: list[tuple[str, list[Row]]] = [
    ("Our model reaches 87.2% accuracy on the test set.", [(87.2, "%", "absolute", None)]),
    (r"It reaches an accuracy of 87.2\% on the test set.", [(87.2, "%", "absolute", None)]),
    (r"It reaches $87.2\%$ accuracy on the test set.", [(87.2, "%", "absolute", None)]),
    ("Accuracy rises by 8.2 percent over the baseline.", [(8.2, "%", "improvement", None)]),
    ("Recall improves by 4.5 per cent on average.", [(4.5, "%", "improvement", None)]),
    ("Ours beats the strongest baseline by 4.2 points.", [(4.2, "points", "improvement", None)]),
    ("It improves recall by 2.1 pp over the baseline.", [(2.1, "points", "improvement", None)]),
    ("It improves F1 by 3.5 percentage points.", [(3.5, "points", "improvement", None)]),
    (r"It outperforms prior work by 1.8\% points.", [(1.8, "points", "improvement", None)]),
    ("Our parser is 2.5x faster than the baseline.", [(2.5, "x", "ratio", None)]),
    (r"Our parser is 2.5$\times$ faster than the baseline.", [(2.5, "x", "ratio", None)]),
    ("Our parser is 2.5× faster than the baseline.", [(2.5, "x", "ratio", None)]),
    ("Decoding is three times faster than the baseline.", [(3.0, "x", "ratio", None)]),
    ("We obtain a 5-fold reduction in memory usage.", [(5.0, "x", "reduction", None)]),
    ("Training is an order of magnitude faster than before.", [(10.0, "x", "ratio", None)]),
    ("The cache halves memory usage.", [(2.0, "x", "reduction", None)]),
    ("It runs twice as fast as the baseline.", [(2.0, "x", "ratio", None)]),
    ("Our cache doubles throughput.", [(2.0, "x", "ratio", None)]),
    ("It reaches 47.78 ROUGE-1 on news summaries.", [(47.78, "ROUGE-1", "absolute", None)]),
    ("We achieve an FID of 2.1 on faces.", [(2.1, None, "absolute", None)]),
    ("The network attains 0.91 Dice on liver scans.", [(0.91, "Dice", "absolute", None)]),
    ("This brings +4.3 mAP over the baseline.", [(4.3, "mAP", "improvement", None)]),
    ("It achieves a BLEU score of 28.4 on the test set.", [(28.4, None, "absolute", None)]),
    ("It improves PSNR by 0.8 dB.", [(0.8, "dB", "improvement", None)]),
    ("Pruning reduces cost by 10-20%.", [(20.0, "%", "reduction", None)]),
    (r"Pruning reduces cost by $10$--$20\%$.", [(20.0, "%", "reduction", None)]),
    ("Pruning reduces memory by between 30% and 50%.", [(50.0, "%", "reduction", None)]),
    (
        "The method reaches 74.59% on trained and 51.07% on unseen tasks.",
        [(74.59, "%", "absolute", None), (51.07, "%", "absolute", None)],
    ),
    (
        "It achieves an average success rate of 45/19/77% on three tasks.",
        [(45.0, "%", "absolute", None), (19.0, "%", "absolute", None), (77.0, "%", "absolute", None)],
    ),
    (
        "It reaches accuracies of 67.1%, 59.9%, and 78.8% on A, B, and C, respectively.",
        [(67.1, "%", "absolute", None), (59.9, "%", "absolute", None), (78.8, "%", "absolute", None)],
    ),
    ("It improves accuracy from 80.5% to 87.2% on the test set.", [(87.2, "%", "absolute", 80.5)]),
    (r"It improves accuracy (80.5\% $\rightarrow$ 87.2\%) on the test set.", [(87.2, "%", "absolute", 80.5)]),
    ("Accuracy reaches 87.2% (from 80.5%) on the test set.", [(87.2, "%", "absolute", 80.5)]),
    (
        "It achieves an F1 of 0.84 vs. 0.79 for the baseline.",
        [(0.84, None, "absolute", 0.79)],
    ),
    ("It reduces the error by two-thirds compared to the baseline.", [(0.6667, None, "reduction", None)]),
    ("It reduces the error rate to <1%.", [(1.0, "%", "absolute", None)]),
    ("It achieves over 90% accuracy in all settings.", [(90.0, "%", "absolute", None)]),
    ("Inference is up to 3x faster than the baseline.", [(3.0, "x", "ratio", None)]),
    (r"It improves accuracy by $\sim\!\textbf{6%}$ over the baseline.", [(6.0, "%", "improvement", None)]),
    (
        "It outperforms the two baselines by 4.1 and 3.2 points.",
        [(4.1, "points", "improvement", None), (3.2, "points", "improvement", None)],
    ),
    (r"It achieves a $10^3\times$ speedup over search.", [(1000.0, "x", "ratio", None)]),
    ("It achieves a perplexity of 9.55.", [(9.55, None, "absolute", None)]),
    ("Error drops by 36.4% relative to the baseline.", [(36.4, "%", "reduction", None)]),
    (r"Accuracy improves by +5.2\% on average.", [(5.2, "%", "improvement", None)]),
    ("It is 1.5x-3.4x faster than the baseline.", [(3.4, "x", "ratio", None)]),
    ("It reduces latency from 6.0 ms to 4.5 ms.", [(4.5, "ms", "absolute", 6.0)]),
    ("It outperforms the runner-up by 1,250%.", [(1250.0, "%", "improvement", None)]),
    (
        r"We achieve 91.2\% precision and 88.0\% recall.",
        [(91.2, "%", "absolute", None), (88.0, "%", "absolute", None)],
    ),
]

NOTHING = [
    "The gains are significant (p < 0.05).",
    "The difference is not significant (p-value of 0.21).",
    "The study was published in 2019.",
    "We fine-tune Llama 2 70B with adapters.",
    "We compare with GPT-4 and ResNet-50.",
    "Section 3 describes the method.",
    "(1) we collect data; (2) we train a model.",
    "Earlier work [12] studied this problem.",
    "The algorithm needs O(n^2) time.",
    "Our dataset contains 12,000 images of 45 species.",
    "We release a corpus of 1.2M sentences in 23 languages.",
    "The 7B-parameter model is trained on 2T tokens.",
    "We use a learning rate of 0.001 and a batch size of 32.",
    "We run version 3.11 of the interpreter.",
    "The camera records 1024 x 768 images.",
    "Experiments on 3D scenes confirm this.",
    "The loss is computed over 16 frames.",
    "We report a 95% confidence interval.",
    "COVID-19 spread in March 2020.",
    "We use CIFAR-10 and top-5 predictions.",
    "Two annotators labelled three corpora.",
    "It costs nothing.",
    "",
]


@pytest.mark.parametrize(("text", "expected"), CLAIMED, ids=[text[:48] for text, _ in CLAIMED])
def test_a_claimed_number_is_read_with_unit_kind_and_baseline(text: str, expected: list[Row]) -> None:
    assert results(text) == expected


@pytest.mark.parametrize("text", NOTHING)
def test_a_number_that_claims_nothing_is_no_result(text: str) -> None:
    assert results(text) == []


def test_a_dataset_size_is_scale() -> None:
    sizes = [
        n.value_text
        for n in read("Our dataset contains 12,000 images of 45 species.")
        if n.category == "scale"
    ]
    assert sizes == ["12,000", "45"]


def test_labels_are_those_of_the_mentions() -> None:
    labels = {n.value_text: n.label for n in read("It reaches 87.2% accuracy on 12,000 images.")}
    assert labels["87.2%"] == "Number"
    assert labels["12,000"] == "Scale"


def test_tokens_cover_the_characters() -> None:
    doc = COMPONENT(
        NLP.make_doc(r"It reaches $87.2\%$ accuracy and is 2.5$\times$ faster than the baseline.")
    )
    for number in numbers_of(doc):
        span = doc[number.span_start : number.span_end]
        assert span.start_char <= number.start < number.end <= span.end_char
        assert doc.text[number.start : number.end] == number.value_text


def test_baseline_offsets_quote_the_baseline() -> None:
    text = "It improves accuracy from 80.5% to 87.2%."
    (number,) = read(text)
    assert text[number.baseline_start : number.baseline_end] == "80.5%"


@pytest.mark.parametrize(
    ("text", "context", "expected"),
    [
        ("87.2%", "", (87.2, "%")),
        (r"$7$--$9\%$", "", (9.0, "%")),
        ("twice", "", (2.0, "x")),
        ("4.1", "better by 4.1 and 3.2 points", (4.1, "points")),
        ("4.1", "", (4.1, None)),
        ("two orders of magnitude", "", (2.0, "orders of magnitude")),
        ("28.4 BLEU", "", (28.4, "BLEU")),
    ],
)
def test_a_stored_text_is_read_again(text: str, context: str, expected: tuple[float, str | None]) -> None:
    assert parse_quantity(text, context) == expected


def test_a_text_without_a_number_is_refused() -> None:
    with pytest.raises(ValueError, match="no number in 'none'"):
        parse_quantity("none")


def test_blanking_latex_moves_no_offset() -> None:
    text = r"from $\textbf{87.2}\%$ to \emph{90\%}~m, \$5 and $5"
    assert len(plain(text)) == len(text)


_PIECES = st.sampled_from(
    ["87.2%", r"87.2\%", "$", "2.5x", "from ", " to ", "-", "--", " and ", "4.1", " points", "three times",
     "{", "}", r"$\times$", r"\textbf{", "1,350", "vs. ", "(", ")", "/", " BLEU", "~", "two-thirds", "10^3",
     "\n\n", "é", "+"]
)  # fmt: skip


@given(st.lists(_PIECES, max_size=24).map("".join) | st.text(max_size=120))
@example(r"10^3$\times$$87.2%")
@example(r"$4.1$\times$87.2%")
@settings(max_examples=400, deadline=None)
def test_any_text_is_read_without_a_crash_and_its_numbers_again(text: str) -> None:
    assert len(plain(text)) == len(text)
    end = 0
    for number in scan(text):
        assert end <= number.start < number.end <= len(text)
        end = number.end
        assert isinstance(parse_quantity(text[number.start : number.end], text)[0], float)


@given(
    st.decimals(min_value=0, max_value=9999, places=2),
    st.sampled_from(
        [("%", "%"), (r"\%", "%"), (" percent", "%"), ("x", "x"), (r"$\times$", "x"), (" points", "points"),
         (" dB", "dB"), (" ms", "ms"), ("", None)]
    ),
)  # fmt: skip
def test_a_written_number_is_read_back(value: object, unit: tuple[str, str | None]) -> None:
    written, stored = unit
    assert parse_quantity(f"{value}{written}") == (float(str(value)), stored)


def test_a_huge_text_is_read_in_linear_time() -> None:
    sentence = (
        r"It improves accuracy from 80.5\% to $87.2\%$ and is 2.5$\times$ faster, 3-5x, than 45/19/77% "
    )

    def seconds(copies: int) -> float:
        doc = make_doc(NLP, "", sentence * copies)
        begun = time.perf_counter()
        COMPONENT(doc)
        return time.perf_counter() - begun

    seconds(10)
    small, large = seconds(700), seconds(7000)
    assert large < 30 * small + 0.5
