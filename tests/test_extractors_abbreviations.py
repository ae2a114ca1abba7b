"""Acronyms and their long forms."""

from __future__ import annotations

import pytest
import spacy
from hypothesis import given
from hypothesis import strategies as st

from extractors.abbreviations import Abbreviations, best_long_form
from extractors.doc import abbreviations_of, make_doc
from extractors.sentences import Sentences

NLP = spacy.blank("en")


def pairs(text: str) -> list[tuple[str, str]]:
    doc = Abbreviations()(Sentences()(make_doc(NLP, "", text)))
    return [
        (doc[a.short_start : a.short_end].text, doc[a.long_start : a.long_end].text)
        for a in abbreviations_of(doc)
    ]


def test_abbreviations_take_the_long_form_before_the_parenthesis() -> None:
    assert pairs("We study elastic weight pooling (EWP) in depth.") == [("EWP", "elastic weight pooling")]


def test_abbreviations_leave_out_words_before_the_long_form() -> None:
    assert pairs("Our very deep gated memory cell (GMC) learns.") == [("GMC", "gated memory cell")]


def test_abbreviations_take_plural_short_forms() -> None:
    assert pairs("Sparse graph encoders (SGEs) are cheap.") == [("SGEs", "Sparse graph encoders")]


def test_abbreviations_take_the_short_form_first_too() -> None:
    assert pairs("We present TREX (Tree Rewriting EXperts), a parser.") == [
        ("TREX", "Tree Rewriting EXperts")
    ]


def test_abbreviations_read_hyphens() -> None:
    assert pairs("We use out-of-range (OOR) detection.") == [("OOR", "out-of-range")]


@pytest.mark.parametrize(
    "text",
    ["The model (see below) works.", "It grew (2020).", "Tests (A) and (B).", "(EWP) is first.", "a ("],
)
def test_abbreviations_find_none_in_other_parentheses(text: str) -> None:
    assert pairs(text) == []


def test_abbreviations_do_not_look_into_the_sentence_before() -> None:
    assert pairs("We saw deep memory. (DM) is short.") == []


def test_best_long_form_must_begin_a_word() -> None:
    assert best_long_form("RM", "arm") == -1
    assert best_long_form("RM", "a reward model") == 2


@given(st.text(alphabet="ab AB().,-", max_size=80))
def test_abbreviations_give_ranges_inside_the_text(text: str) -> None:
    doc = Abbreviations()(Sentences()(make_doc(NLP, "", text)))
    for a in abbreviations_of(doc):
        assert 0 <= a.short_start < a.short_end <= len(doc)
        assert 0 <= a.long_start < a.long_end <= len(doc)
