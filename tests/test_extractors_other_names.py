"""One thing under several names, and things that only look like one."""

from __future__ import annotations

import pytest
import spacy
from spacy.tokens import Doc, Span

from extractors import extract, load
from extractors.doc import abbreviations_of, make_doc
from extractors.judge import Thing, choose
from extractors.linear import OUTPUTS
from extractors.other_names import restated, same_as
from extractors.result_choice import _likeliest
from extractors.result_slots import Candidate
from kg.model import Paper

NLP = spacy.blank("en")


def spans(doc: Doc, name: str) -> list[Span]:
    found = []
    at = doc.text.find(name)
    while at >= 0:
        span = doc.char_span(at, at + len(name))
        if span is not None:
            found.append(span)
        at = doc.text.find(name, at + 1)
    return found


@pytest.mark.parametrize(
    ("text", "one", "other"),
    [
        ("Quick-Sand: a sampler. We present QuickSand.", "Quick-Sand", "QuickSand"),
        ("We propose Dune (tidal replay of memories), which learns.", "Dune", "tidal replay of memories"),
        ("We propose tidal replay of memories (Dune), which learns.", "Dune", "tidal replay of memories"),
        ("QSND: Quick Sand Net of Dunes. QSND learns.", "QSND", "Quick Sand Net of Dunes"),
        ("SandFlowNet (SFN) learns.", "SandFlowNet", "SFN"),
        ("Dune 3.0, or Dune3.0.", "Dune 3.0", "Dune3.0"),
        ("SandNET learns. Sand Network that Evolves Twice.", "SandNET", "Sand Network that Evolves Twice"),
    ],
)
def test_names_of_one_thing(text: str, one: str, other: str) -> None:
    doc = NLP(text)
    assert same_as(doc, [spans(doc, one), spans(doc, other)]) == [0, 0]


@pytest.mark.parametrize(
    ("text", "one", "other"),
    [
        ("We release Dune and its benchmark Dune-Bench.", "Dune", "Dune-Bench"),
        ("We release Dune (Dune-Bench) today.", "Dune", "Dune-Bench"),
        ("Dune and Sand learn.", "Dune", "Sand"),
        ("Dune (with Sand) learns.", "Dune", "Sand"),
        ("Dune+ is faster than Dune.", "Dune+", "Dune"),
        ("The marks $^{}$ and _{} differ.", "$^{", "_{"),
        ("MS-Sand (Crab30k) is used.", "MS-Sand", "Crab30k"),
        ("SAND (Crab, Dune) is used.", "SAND", "Crab"),
        ("DuneLM-1.3B beats DuneLM-13B.", "DuneLM-1.3B", "DuneLM-13B"),
        ("QSN and the Quick Sand Method.", "QSN", "Quick Sand Method"),
    ],
)
def test_names_of_two_things(text: str, one: str, other: str) -> None:
    doc = NLP(text)
    assert same_as(doc, [spans(doc, one), spans(doc, other)]) == [0, 1]


def test_three_names_of_one_thing_are_one_and_others_stay() -> None:
    doc = NLP("Sand-Dune: we propose SandDune (tidal replay), and Crab.")
    names = ("tidal replay", "Crab", "Sand-Dune", "SandDune")
    assert same_as(doc, [spans(doc, name) for name in names]) == [0, 1, 0, 0]


def test_a_version_of_an_acronym_is_a_thing_of_its_own() -> None:
    doc = NLP("We introduce the Quick Sand Benchmark (QSB), and QSB-mini, which is smaller.")
    acronym = [*spans(doc, "Quick Sand Benchmark"), *spans(doc, "QSB")[:1]]
    assert same_as(doc, [acronym, spans(doc, "QSB-mini")]) == [0, 1]
    assert same_as(doc, [[one] for one in acronym] + [spans(doc, "QSB-mini")]) == [0, 0, 2]


def test_the_same_words_in_another_sentence_say_a_thing_again() -> None:
    names = ["crab pose estimation", "crab shell pose estimation", "sand sorting"]
    assert restated(names, [{0}, {1}, {1}]) == [False, True, False]


def test_what_one_sentence_tells_apart_is_not_the_same() -> None:
    names = ["crab pose estimation", "crab shell pose estimation"]
    assert restated(names, [{0, 1}, {1}]) == [False, False]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("speech to text", "text to speech"),
        ("text to sand generation", "text to crab generation"),
        ("few shot sorting", "zero shot sorting"),
        ("crab sorting", "sorting of shells by the crab"),
    ],
)
def test_other_words_are_other_things(one: str, other: str) -> None:
    assert restated([one, other], [{0}, {1}]) == [False, False]


def test_choose_keeps_versions_of_what_is_introduced_and_of_data() -> None:
    def thing(name: str, form: str, probability: float) -> Thing:
        return Thing(name, {form: []}, [probability] * len(OUTPUTS))

    things = {t.name: t for t in (thing("dune", "dune", 0.9), thing("dune bench", "dune-bench", 0.8))}
    chosen = choose(things, dict.fromkeys(OUTPUTS, 0.5))
    assert [t.name for t in chosen["introduces"]] == ["dune", "dune bench"]
    assert [t.name for t in chosen["resources"]] == ["dune", "dune bench"]
    assert [t.name for t in chosen["metrics"]] == ["dune"]
    phrase = {t.name: t for t in (thing("dune", "dune", 0.9), thing("dune net", "dune net", 0.8))}
    assert [t.name for t in choose(phrase, dict.fromkeys(OUTPUTS, 0.5))["introduces"]] == ["dune"]


def test_a_colon_behind_a_parenthesis_is_no_smiley() -> None:
    nlp = load("fast")
    doc = nlp(make_doc(nlp, "Dunes", "We introduce quick sand net (QSN): it sorts sand (twice 8)."))
    (found,) = abbreviations_of(doc)
    assert doc[found.short_start : found.short_end].text == "QSN"
    assert doc[found.long_start : found.long_end].text == "quick sand net"


def read(title: str, abstract: str) -> dict[str, dict[str, set[str]]]:
    """Return what is claimed: for each role the names, with their aliases."""
    (facts,) = extract([Paper(title, abstract)])
    out: dict[str, dict[str, set[str]]] = {}
    for claim in facts.claims:
        out.setdefault(claim.role, {})[claim.name.text] = {alias.text for alias in claim.aliases}
    return out


def test_a_method_with_a_name_behind_its_phrase_is_introduced_once() -> None:
    found = read(
        "A Novel Cascade Dune Tagging Framework for Relation Extraction",
        "We propose a novel cascade dune tagging framework (SanRel), which learns relations of sentences. On "
        "NYT, SanRel outperforms BERT by 3.1% accuracy.",
    )
    assert found["introduces"].keys() == {"SanRel"}
    assert "cascade dune tagging" in {alias.casefold() for alias in found["introduces"]["SanRel"]}


def test_a_method_and_its_benchmark_are_two() -> None:
    found = read(
        "GoodSand: Feedback on Dunes",
        "We introduce GoodSand, a new framework that writes feedback on dunes, and GoodSand-Notes, a new "
        "dataset of 2,000 annotated dunes. GoodSand outperforms GPT-4 by 4.2% accuracy on GoodSand-Notes.",
    )
    assert {"GoodSand", "GoodSand-Notes"} <= found["introduces"].keys()
    assert "GoodSand-Notes" in found["datasets"]


def test_a_task_in_other_words_is_said_once_with_or_without_a_new_method() -> None:
    found = read(
        "An Analysis of 6D Pose Estimation",
        "We analyse how networks perform 6D object pose estimation, and study their errors on YCB-Video.",
    )
    assert len({name for name in found["tasks"] if "ose" in name}) == 1
    assert not found.get("introduces")


def test_phrases_that_say_the_same_outweigh_an_empty_slot_but_not_a_taken_one() -> None:
    texts = ["top-1 accuracy", "accuracy", "speed"]
    options = [Candidate(10, 24, []), Candidate(40, 48, []), Candidate(60, 65, [])]
    one = _likeliest(options, [1.0, 0.9, -2.0], texts, 1.2, None)
    assert one is not None
    assert one[:2] == (10, 24)
    assert _likeliest(options, [1.0, -9.0, -2.0], texts, 1.2, None) is None
    inside = [Candidate(0, 9, []), Candidate(0, 5, [])]
    assert _likeliest(inside, [2.0, -3.0], ["f1 on coc", "f1 on"], 0.0, (0, 9, 0.9)) is None
    assert _likeliest(options, [1.0, 0.9, -2.0], texts, 1e6, None) is None
