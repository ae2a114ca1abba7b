"""One thing under several names, and things that only look like one."""

from __future__ import annotations

import pytest
import spacy
from spacy.tokens import Doc, Span

from extractors import load
from extractors.doc import abbreviations_of, make_doc
from extractors.judge import Thing, choose
from extractors.linear import OUTPUTS
from extractors.other_names import restated, same_as

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


def test_the_same_words_in_another_sentence_say_a_thing_again() -> None:
    names = ["crab pose estimation", "crab shell pose estimation", "sand sorting"]
    assert restated(names, [{0}, {1}, {1}]) == [False, True, False]


def test_what_one_sentence_tells_apart_is_not_the_same() -> None:
    names = ["text to sand generation", "text to crab generation"]
    assert restated(names, [{0, 1}, {1}]) == [False, False]
    assert restated(names, [{0}, {1}]) == [False, True]


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
    doc = nlp(make_doc(nlp, "Dunes", "We introduce latent dune learning (LDL): it sorts sand (twice 8)."))
    (found,) = abbreviations_of(doc)
    assert doc[found.short_start : found.short_end].text == "LDL"
    assert doc[found.long_start : found.long_end].text == "latent dune learning"
