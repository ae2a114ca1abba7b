"""What is named where."""

from __future__ import annotations

import time

import pytest
import spacy
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.language import Language
from spacy.tokens import Doc

from extractors.abbreviations import Abbreviations
from extractors.chunks import chunks_of, coined, words_of
from extractors.doc import make_doc, spans_of
from extractors.lexicon import Entry, Trie, key, registry, singular
from extractors.mentions import Mentions
from extractors.sentences import Sentences
from extractors.tokens import tokens_of

WORDS = [
    "We",
    "propose",
    "QuillNet",
    "(QN)",
    "(",
    ")",
    ",",
    "forgetting",
    ".",
    "GPT-4",
    "of",
    "é",
    "数",
    "%",
    "3.5",
]
NLP: Language = spacy.blank("en")
MENTIONS = Mentions()


def read(abstract: str, title: str = "") -> Doc:
    return MENTIONS(Abbreviations()(Sentences()(make_doc(NLP, title, abstract))))


def labels(abstract: str, title: str = "") -> dict[str, str]:
    return {span.text: span.label_ for span, _, _ in spans_of(read(abstract, title))}


def phrases(text: str) -> list[str]:
    doc = Sentences()(make_doc(NLP, "", text))
    words = words_of(tokens_of(doc))
    return [doc[words[c.start].start : words[c.end - 1].end].text for c in chunks_of(words)]


def test_mentions_name_a_coined_method() -> None:
    found = labels("We propose QuillNet, a network for image captioning.", "QuillNet: Captions from Sketches")
    assert found["QuillNet"] == "Method"


def test_mentions_name_problems_tasks_and_metrics() -> None:
    found = labels(
        "To mitigate catastrophic forgetting in continual learning, we add replay. Top-1 accuracy rises."
    )
    assert found["catastrophic forgetting"] == "Problem"
    assert found["continual learning"] == "Task"
    assert any(label == "Metric" and "accuracy" in text for text, label in found.items())


def test_mentions_find_known_datasets_whatever_their_hyphens() -> None:
    assert labels("Experiments on CIFAR-100 and CIFAR 10 show gains.").keys() >= {"CIFAR-100", "CIFAR 10"}


def test_mentions_carry_scores_rules_and_role_probabilities() -> None:
    doc = read("We introduce FernBench, a benchmark for plant recognition.")
    group = doc.spans["kg"]
    for attribute in ("scores", "rules", "names", "roles", "reasons"):
        assert len(group.attrs[attribute]) == len(group)
    assert all(0 <= p <= 1 for roles in group.attrs["roles"] for p in roles)


def test_phrases_end_at_verbs_and_function_words() -> None:
    assert phrases("Our method improves sparse graph attention for long documents.") == [
        "sparse graph attention",
        "long documents",
    ]


def test_phrases_keep_numbers_of_names_and_drop_bare_ones() -> None:
    assert "Falcon 4.5" in phrases("We test Falcon 4.5 on 32 tasks.")
    assert "32 tasks" not in phrases("We test Falcon 4.5 on 32 tasks.")


@pytest.mark.parametrize("text", ["QuillNet", "GPT-9", "iRead", "RLXF", "yolo99"])
def test_coined_names_are_seen(text: str) -> None:
    assert coined(text)


@pytest.mark.parametrize("text", ["Low-Rank", "model", "Model", "state-of-the-art", "2024"])
def test_ordinary_words_are_not_coined(text: str) -> None:
    assert not coined(text)


def test_trie_minds_letter_case_only_where_told() -> None:
    trie = Trie()
    trie.add("SQUID", Entry("SQUID", "Dataset", frozenset({"SQUID"})))
    trie.add("deep reef", Entry("Deep Reef", "Dataset", None))
    assert [e.name for _, _, e in trie.find("a squid in SQUID and Deep-Reefs")] == ["SQUID", "Deep Reef"]


def test_trie_takes_the_longest_name() -> None:
    trie = Trie()
    trie.add("reef", Entry("Reef", "Dataset", None))
    trie.add("reef 2", Entry("Reef 2", "Dataset", None))
    assert [text for text in (("Reef-2 and reef")[a:b] for a, b, _ in trie.find("Reef-2 and reef"))] == [
        "Reef-2",
        "reef",
    ]


def test_registry_knows_the_word_lists() -> None:
    assert {e.label for _, _, e in registry().find("ImageNet accuracy")} >= {"Metric"}


@pytest.mark.parametrize(
    ("plural", "one"), [("errors", "error"), ("queries", "query"), ("loss", "loss"), ("bias", "bias")]
)
def test_singular_drops_only_plural_endings(plural: str, one: str) -> None:
    assert singular(plural) == one
    assert key(plural) == (one,)


@pytest.mark.parametrize(
    "text", ["", " ", "\n\n", "x", "((((", "我们提出了一种方法。", "$\\alpha$ \\textbf{X}"]
)
def test_mentions_take_any_text(text: str) -> None:
    read(text)
    read(text, text)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.sampled_from(WORDS)),
    st.text(max_size=30),
)
def test_every_mention_gives_its_text_and_stays_in_its_field(words: list[str], title: str) -> None:
    doc = read(" ".join(words), title)
    end = doc._.kg_title_end
    for span, score, rule in spans_of(doc):
        assert doc.text[span.start_char : span.end_char] == span.text
        assert span.text.strip()
        assert span.end_char <= end or span.start_char >= end
        assert 0 <= score <= 1
        assert rule


def test_mentions_take_time_in_proportion_to_the_text() -> None:
    sentence = "We propose QuillNet for long text classification and compare it with BERT on many sets "
    read(sentence)
    times = []
    for size in (200, 1600):
        start = time.process_time()
        read(sentence * size)
        times.append(time.process_time() - start)
    assert times[1] < 8 * 4 * max(times[0], 0.02)
