"""Where sentences of titles and abstracts begin."""

from __future__ import annotations

import pytest
import spacy
from hypothesis import given
from hypothesis import strategies as st
from spacy.tokens import Doc

from extractors.doc import make_doc
from extractors.sentences import Sentences

NLP = spacy.blank("en")


def cut(abstract: str, title: str = "") -> list[str]:
    return [sent.text.strip() for sent in Sentences()(make_doc(NLP, title, abstract)).sents]


def test_sentences_break_at_periods_before_capitals() -> None:
    assert cut("We train a model. It works well.") == ["We train a model.", "It works well."]


@pytest.mark.parametrize(
    "text",
    [
        "The loss of Miller et al. (2020) is used.",
        "Shared encoders, e.g. ResNet or ViT, help.",
        "Older systems, i.e. Those with rules, fail.",
        "We compare A vs. B and C.",
        "Fig. 3 shows the gain.",
        "J. Smith proposed it.",
    ],
)
def test_sentences_do_not_break_after_abbreviations(text: str) -> None:
    assert cut(text) == [text]


def test_sentences_break_after_a_variant_named_by_a_letter() -> None:
    assert cut("It beats Foo-N. Bar-S wins.") == ["It beats Foo-N.", "Bar-S wins."]
    assert cut("J.-P. Example proposed it.") == ["J.-P. Example proposed it."]
    assert cut("The data are non-i.i.d. Gaussian samples.") == ["The data are non-i.i.d. Gaussian samples."]


def test_sentences_do_not_break_after_et_al() -> None:
    assert cut("This extends Kim et al. and Park et al. [3] in depth.") == [
        "This extends Kim et al. and Park et al. [3] in depth."
    ]


def test_sentences_break_after_et_al_where_a_sentence_plainly_begins() -> None:
    assert len(cut("This extends Kim et al. We add a memory.")) == 2


def test_sentences_do_not_break_inside_decimals() -> None:
    assert cut("Accuracy rises from 80.5 to 87.2% on the test set.") == [
        "Accuracy rises from 80.5 to 87.2% on the test set."
    ]


def test_sentences_break_between_a_number_and_a_share() -> None:
    assert len(cut("Data were collected in 2024. 85% of answers were right.")) == 2
    assert len(cut("We evaluate GPT-4 on AIME 24. 30% accuracy is reached.")) == 2


def test_sentences_do_not_break_inside_shares_torn_by_a_converter() -> None:
    assert len(cut("It reaches 77. 7% accuracy and 12. 5\\% recall.")) == 1


def test_sentences_break_after_a_closing_bracket_or_percent_sign() -> None:
    assert len(cut("It beats a large model (LM). Errors fall by 3%. Code is out.")) == 3


def test_sentences_break_before_a_name_that_begins_in_lower_case() -> None:
    assert cut("It is fast. iMem learns more.") == ["It is fast.", "iMem learns more."]


def test_sentences_keep_the_title_whole() -> None:
    assert (
        cut("Yes. They do.", "Do agents dream? A study. Part two")[0] == "Do agents dream? A study. Part two"
    )


def test_sentences_break_where_a_space_is_missing() -> None:
    assert len(cut("It improves accuracy.In this paper we ask why.")) == 2


@pytest.mark.parametrize("text", ["", " ", "\n\n", "x", "...", "我们提出了一种方法。"])
def test_sentences_take_any_text(text: str) -> None:
    doc = Sentences()(NLP.make_doc(text))
    assert "".join(sent.text_with_ws for sent in doc.sents) == doc.text


@given(st.text(max_size=120), st.text(max_size=60))
def test_sentences_cover_the_text_and_none_crosses_from_the_title(abstract: str, title: str) -> None:
    # As readers clean them: no white space at the ends.
    doc: Doc = Sentences()(make_doc(NLP, " ".join(title.split()), " ".join(abstract.split())))
    assert "".join(sent.text_with_ws for sent in doc.sents) == doc.text
    end = doc._.kg_title_end
    for sent in doc.sents:
        begin = sent.start_char + len(sent.text) - len(sent.text.lstrip())
        if sent.text.strip() and begin < end:
            assert sent.start_char + len(sent.text.rstrip()) <= end
