"""What `link_results` says about a claimed number: metric, place, method, baseline, quote."""

from __future__ import annotations

import time

import pytest
import spacy
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.tokens import Doc, Span

from extractors.doc import make_doc, numbers_of
from extractors.lists import parallel
from extractors.numbers import Numbers, parse_quantity
from extractors.result_choice import _or_main
from extractors.result_scenes import stage
from extractors.result_slots import Candidate
from extractors.results import link_results, offered
from extractors.sentences import Sentences
from kg.model import Claim, Evidence, Mention, Result, Scale

NLP = spacy.blank("en")
TITLE = "Zorgon: A Parser for Long Trees"


def read(abstract: str, title: str = TITLE) -> Doc:
    return Numbers()(Sentences()(make_doc(NLP, title, abstract)))


def introduced(doc: Doc) -> list[Claim]:
    name = Mention("title", 0, 6, "Zorgon", "Method", 1.0, "test")
    return [Claim("introduces", name, "Method", (), (Evidence("title", 0, len(TITLE), 0, 6),), 1.0, "test")]


def link(
    abstract: str, spans: list[tuple[Span, float, str]] | None = None
) -> tuple[list[Result], list[Scale]]:
    doc = read(abstract)
    return link_results(doc, spans or [], introduced(doc))


def filled(result: Result) -> dict[str, str | None]:
    slots = {"metric": result.metric, "on": result.on, "method": result.method, "baseline": result.baseline}
    return {slot: mention.text if mention else None for slot, mention in slots.items()}


def test_metric_place_and_method_stand_in_the_sentence() -> None:
    (result,), _ = link("We present Zorgon. On QuuxBank, Zorgon achieves an accuracy of 87.2%.")
    assert filled(result) == {"metric": "accuracy", "on": "QuuxBank", "method": "Zorgon", "baseline": None}
    assert (result.value, result.unit, result.kind) == (87.2, "%", "absolute")


def test_a_gain_names_its_baseline() -> None:
    (result,), _ = link("We present Zorgon. Zorgon outperforms BarParse by 4.2% in accuracy on QuuxBank.")
    assert filled(result) == {
        "metric": "accuracy",
        "on": "QuuxBank",
        "method": "Zorgon",
        "baseline": "BarParse",
    }
    assert result.kind == "improvement"


def test_parallel_lists_are_aligned() -> None:
    found, _ = link(
        "We present Zorgon. It reaches 67.1% and 59.9% accuracy on QuuxBank and FooBank, respectively."
    )
    assert [(r.value, r.on.text if r.on else None) for r in found] == [(67.1, "QuuxBank"), (59.9, "FooBank")]


LISTED = [
    (
        "It gains 9.8%, 5.7%, 11.4% and 19.5% in accuracy on QuuxBank, FooBank, BarBank and BazBank.",
        "on",
        ["QuuxBank", "FooBank", "BarBank", "BazBank"],
    ),
    (
        "On QuuxBank, it reaches 67.1% and 59.9% in precision and recall, respectively.",
        "metric",
        ["precision", "recall"],
    ),
    (
        "Zorgon and BarParse achieve 93% and 91% accuracy on QuuxBank, respectively.",
        "method",
        ["Zorgon", "BarParse"],
    ),
    (
        "Its precision/recall is 61.2%/52.3% and 43.4%/34.5% on QuuxBank and FooBank, respectively.",
        "on",
        ["QuuxBank", "QuuxBank", "FooBank", "FooBank"],
    ),
    (
        "On QuuxBank, Zorgon reaches 91.2 F1 and 85.6 EM.",
        "metric",
        ["F1", "EM"],
    ),
    (
        "Zorgon has a mean squared error of 0.31 on QuuxBank 2.0 and 0.28 on FooBank 2024.",
        "on",
        ["QuuxBank 2.0", "FooBank 2024"],
    ),
    (
        "Zorgon reaches an intersection over union of 61.3% and 59.9% on QuuxBank and FooBank.",
        "metric",
        ["intersection over union"] * 2,
    ),
    (
        "On two long-context benchmarks, QuuxBank and FooBank, it shows average gains of 9.8% and 5.7%.",
        "on",
        ["QuuxBank", "FooBank"],
    ),
    (
        "On the QuuxBank dataset and the FooBank dataset, it improves mAP by 23.7% and 10.3%, respectively.",
        "on",
        ["QuuxBank", "FooBank"],
    ),
    (
        "On QuuxBank, raters agree well (ICC=0.75) and Zorgon ranks well (nDCG@5~0.459).",
        "metric",
        ["ICC", "nDCG@5"],
    ),
]

OFFERED = [
    ("We test it on a curated dataset. Zorgon reaches 92.1% accuracy.", "curated dataset", True),
    ("We experiment on the 11 benchmarks. Zorgon cuts latency by 76%.", "11 benchmarks", True),
    ("Experiments on medical QA benchmarks show 3.7% higher accuracy.", "medical QA benchmarks", True),
    ("It was at 74.0% on the same benchmark.", "benchmark", False),
]


@pytest.mark.parametrize(("abstract", "phrase", "expected"), OFFERED)
def test_what_a_number_may_have_been_measured_on(abstract: str, phrase: str, expected: bool) -> None:
    doc = read(abstract)
    layout = stage(doc, numbers_of(doc), [], introduced(doc))
    ((at, scene),) = layout.scenes
    texts = {layout.raw[option.start : option.end] for option in offered(layout, at, scene, 0)}
    assert (phrase in texts) is expected


@pytest.mark.parametrize(("abstract", "slot", "expected"), LISTED)
def test_numbers_in_a_list_share_a_phrase_or_divide_a_list(
    abstract: str, slot: str, expected: list[str]
) -> None:
    found, _ = link(f"We present Zorgon. {abstract}")
    assert [filled(result)[slot] for result in found] == expected


def test_a_rivals_number_is_not_the_papers_own() -> None:
    own, rival = link("We present Zorgon. On QuuxBank, Zorgon reaches 84.2% accuracy versus 80.1% for it.")[0]
    assert (own.subject, rival.subject) == ("own", "rival")
    assert filled(own)["method"] == "Zorgon" and filled(rival)["method"] is None


def test_each_number_keeps_its_own_place() -> None:
    found, _ = link(
        "We present Zorgon. It achieves 74.6% accuracy on QuuxBank and 51.1% accuracy on FooBank."
    )
    assert [(r.value, r.on.text if r.on else None) for r in found] == [(74.6, "QuuxBank"), (51.1, "FooBank")]


def test_from_to_is_one_result_with_a_quoted_baseline_value() -> None:
    abstract = "We present Zorgon. Zorgon improves accuracy from 80.5% to 87.2%."
    (result,), _ = link(abstract)
    assert (result.value, result.baseline_value) == (87.2, 80.5)
    assert abstract[result.baseline_start : result.baseline_end] == "80.5%"


def test_the_unit_that_names_a_metric_is_the_metric() -> None:
    (result,), _ = link("We present Zorgon. On QuuxBank, Zorgon achieves 44.3 BLEU.")
    assert result.metric is not None
    assert (result.metric.text, result.unit) == ("BLEU", "BLEU")


def test_a_dataset_size_is_scale_with_what_it_counts() -> None:
    _, (size, *_) = link("We present a treebank. Our dataset contains 12,000 images of trees.")
    assert (size.value_text, size.of) == ("12,000", "images")


def test_a_mention_gives_its_label() -> None:
    abstract = "We present Zorgon. On QuuxBank, Zorgon achieves an accuracy of 87.2%."
    doc = read(abstract)
    at = doc.text.index("QuuxBank")
    span = doc.char_span(at, at + len("QuuxBank"), label="Benchmark")
    assert span is not None
    (result,), _ = link_results(doc, [(span, 0.9, "test")], introduced(doc))
    assert result.on is not None
    assert result.on.label == "Benchmark"


def test_numbers_in_the_title_quote_the_title() -> None:
    doc = read("We present Zorgon.", title="Zorgon: Parsing 25x Faster than Search")
    results, _ = link_results(doc, [], [])
    assert [(r.evidence.field, r.evidence.quote_start) for r in results] in ([], [("title", 0)])


def test_names_with_something_in_brackets_fill_a_slot_in_turn() -> None:
    text = "On QuuxBank (MRI), PlumSet (CT) and FigBench (PET) we reach 92%, 76% and 62%, respectively."
    results, _ = link(text)
    assert [filled(result)["on"] for result in results] == ["QuuxBank", "PlumSet", "FigBench"]


def test_an_unsure_method_in_plain_words_gives_way_to_the_main_one() -> None:
    options = [Candidate(0, 19, ["plain"]), Candidate(23, 29, ["main"]), Candidate(40, 45, ["name"])]
    plain, main = (0, 19), (23, 29)
    assert _or_main(options, [1.0, 0.5, 0.0], 0.0, (*plain, 0.45))[:2] == main
    assert _or_main(options, [1.0, 0.5, 0.0], 0.0, (*plain, 0.55))[:2] == plain  # sure enough
    assert (
        _or_main(options, [1.0, -1.0, 0.0], -2.0, (*plain, 0.45))[:2] == plain
    )  # the main one is too unlikely
    assert _or_main(options, [0.0, 0.5, 1.0], 0.0, (40, 45, 0.45))[:2] == (40, 45)  # a name
    assert _or_main(options, [1.0, 0.5, 0.0], 0.7, (*plain, 0.45))[:2] == plain  # nothing is likelier


def test_a_paper_without_numbers_has_no_results() -> None:
    assert link("We present Zorgon. It parses trees.") == ([], [])
    assert link("") == ([], [])


def test_a_doc_that_no_component_has_read_is_read_here() -> None:
    doc = make_doc(NLP, "", "Zorgon achieves an accuracy of 87.2% on QuuxBank.")
    results, _ = link_results(doc, [], [])
    assert [result.value for result in results] == [87.2]


@pytest.mark.parametrize(
    ("text", "spans", "expected"),
    [
        ("a, b and c", [(0, 1), (3, 4), (9, 10)], [(0, 3), (1, 3), (2, 3)]),
        ("a then b", [(0, 1), (7, 8)], [(0, 1), (0, 1)]),
        (
            "a (x), b (y z) and c",
            [(0, 1), (3, 4), (7, 8), (10, 13), (19, 20)],
            [(0, 3), (0, 1), (1, 3), (0, 1), (2, 3)],
        ),
        ("a (x and y), b", [(0, 1), (3, 4), (9, 10), (13, 14)], [(0, 1), (0, 2), (1, 2), (0, 1)]),
        ("a (9%) and b", [(0, 1), (11, 12)], [(0, 1), (0, 1)]),
        ("a and our b", [(0, 1), (10, 11)], [(0, 2), (1, 2)]),
        ("on a, our b", [(3, 4), (10, 11)], [(0, 1), (0, 1)]),
        ("", [], []),
    ],
)
def test_parallel_runs_are_found(
    text: str, spans: list[tuple[int, int]], expected: list[tuple[int, int]]
) -> None:
    assert parallel(spans, text, asides=True) == expected


def test_brackets_are_passed_over_only_where_asked_for() -> None:
    assert parallel([(0, 2), (4, 5), (11, 13)], "91 (5) and 85") == [(0, 1), (0, 1), (0, 1)]


def check_quotes(doc: Doc, results: list[Result], scale: list[Scale]) -> None:
    gap = doc._.kg_title_end + 2 if doc._.kg_title_end else 0
    fields = {"title": doc.text[: doc._.kg_title_end], "abstract": doc.text[gap:]}
    items: list[Result | Scale] = [*results, *scale]
    for item in items:
        text, e = fields[item.evidence.field], item.evidence
        assert 0 <= e.quote_start <= e.mention_start < e.mention_end <= e.quote_end <= len(text)
        assert text[e.mention_start : e.mention_end] == item.value_text
    for result in results:
        text, e = fields[result.evidence.field], result.evidence
        quote = text[e.quote_start : e.quote_end]
        assert parse_quantity(result.value_text, quote) == (result.value, result.unit)
        for mention in (result.metric, result.on, result.method, result.baseline):
            assert mention is None or fields[mention.field][mention.start : mention.end] == mention.text


_PIECES = st.sampled_from(
    ["It reaches 87.2% accuracy", " on QuuxBank", r"$2.5\times$ faster", ". ", " and 4.1", " points",
     " vs. 3%", "from 1% ", "to 9%", " (", ")", ", respectively", " whereas ",
     "BarParse", "; ", "12,000 images", "\n\n", " of "]
)  # fmt: skip


@given(
    st.lists(_PIECES, max_size=16).map("".join) | st.text(max_size=80),
    st.lists(_PIECES, max_size=3).map("".join) | st.just(""),
    st.booleans(),
)
@settings(max_examples=200, deadline=None)
def test_every_result_of_any_text_is_quoted_and_read_again(abstract: str, title: str, split: bool) -> None:
    doc = make_doc(NLP, title, abstract)
    if split:
        Sentences()(doc)
    check_quotes(doc, *link_results(doc, [], []))


@pytest.mark.parametrize(
    "piece",
    [
        "Zorgon improves accuracy by 4.2% on QuuxBank and 3.1% on FooBank, and reduces cost by 2x, ",
        "then reaches an accuracy of 4.2% and 3.1% on QuuxBank and FooBank, ",
    ],
)
def test_a_huge_text_is_linked_in_linear_time(piece: str) -> None:
    def seconds(copies: int) -> float:
        doc = Numbers()(make_doc(NLP, "", piece * copies))
        begun = time.perf_counter()
        link_results(doc, [], [])
        return time.perf_counter() - begun

    seconds(5)
    small, large = seconds(60), seconds(600)
    assert large < 30 * small + 1.0


def test_a_count_is_no_baseline() -> None:
    found, _ = link("We present Zorgon. Zorgon reaches 87.2% accuracy on QuuxBank (87.2 versus four tasks).")
    assert found
    assert all(result.baseline_value is None for result in found)


def test_hedge_split_and_owner_are_stored() -> None:
    (result,), _ = link(
        "We present Zorgon. On the test set of QuuxBank, Zorgon achieves over 87.2% accuracy."
    )
    assert (result.hedge, result.split, result.subject) == ("more than", "test", "own")
