"""Marks of tokens and looks of names: what a vocabulary without capitals would not see."""

from __future__ import annotations

import pytest
import spacy

from extractors.abbreviations import Abbreviations
from extractors.candidates import read
from extractors.doc import make_doc
from extractors.features import annotate
from extractors.looks import LOOKS, MARKS, WRITTEN, looks, marks, written
from extractors.sentences import Sentences
from extractors.tokens import tokens_of

TITLE = "QuillNet: Slow Replay for continual learning"
ABSTRACT = "We propose QuillNet, which uses experience replay (ER). On CIFAR-100 it is fast."


@pytest.mark.parametrize(
    ("token", "how"),
    [
        ("replay", "lower"), ("Replay", "capital"), ("A", "capital"), ("BERT", "capitals"),
        ("iCaRL", "inner capital"), ("QuillNet", "inner capital"), ("100", "figures"), ("GPT4", "figures"),
        (",", "lower"), ("", "lower"), ("方法", "lower"), ("É", "capital"),
    ],
)  # fmt: skip
def test_a_token_is_written_in_one_of_five_ways(token: str, how: str) -> None:
    assert WRITTEN[written(token)] == how


def test_marks_tell_the_title_from_the_abstract() -> None:
    found = marks(["Slow", "replay", "Slow"], [0, 5, 20], 12)
    assert found == [6, 5, 1]
    assert max(found) < MARKS


def test_looks_tell_form_and_place_of_a_name() -> None:
    doc = Abbreviations()(Sentences()(make_doc(spacy.blank("en"), TITLE, ABSTRACT)))
    reading = read(doc)
    annotate(reading)
    candidates = list(reading.candidates.values())
    rows = looks(reading, candidates, range(len(candidates)), len(candidates))
    seen = {
        " ".join(candidate.key): {LOOKS[i] for i in row.nonzero()[0]}
        for candidate, row in zip(candidates, rows, strict=True)
    }
    assert seen["quillnet"] == {"shape=coined", "title", "opens title", "before colon", "whole"}
    assert {"shape=title", "title"} <= seen["slow replay"]
    assert {"shape=caps", "short"} <= seen["er"]
    assert {"shape=lower", "long"} <= seen["experience replay"]
    assert "known=Dataset" in seen["cifar 100"]
    assert "title" not in seen["cifar 100"]


def test_a_doc_without_a_title_has_no_marks_of_one() -> None:
    doc = make_doc(spacy.blank("en"), "", ABSTRACT)
    tokens = tokens_of(doc)
    assert max(marks(tokens.texts, tokens.starts, 0)) < len(WRITTEN)
