"""Which roles the things named in a paper play."""

from __future__ import annotations

import pytest
import spacy
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors.abbreviations import Abbreviations
from extractors.doc import make_doc, spans_of
from extractors.judge import Thing, choose, judge
from extractors.linear import BIAS, OUTPUTS, ROLES, THRESHOLD, Weights
from extractors.mentions import Mentions
from extractors.sentences import Sentences
from kg.model import Claim, PaperKind

NLP = spacy.blank("en")
MENTIONS = Mentions()

TITLE = "QLN: Replay without Memory for Continual Learning"
ABSTRACT = (
    "Continual learning suffers from catastrophic forgetting. To mitigate catastrophic forgetting, we "
    "propose Quiet Learning Networks (QLN), a replay-free framework based on knowledge distillation. "
    "Experiments on CIFAR-100 and Split MNIST show that QLN outperforms iCaRL and GEM in terms of "
    "average accuracy."
)


def decide(title: str, abstract: str) -> tuple[PaperKind, list[Claim]]:
    doc = MENTIONS(Abbreviations()(Sentences()(make_doc(NLP, title, abstract))))
    return judge(doc, spans_of(doc))


def names(claims: list[Claim], role: str) -> set[str]:
    return {claim.name.text for claim in claims if claim.role == role}


def test_judge_reads_the_roles_of_a_method_paper() -> None:
    kind, claims = decide(TITLE, ABSTRACT)
    assert kind == "method"
    assert "QLN" in names(claims, "introduces")
    assert "catastrophic forgetting" in names(claims, "targets")
    assert {name.casefold() for name in names(claims, "tasks")} == {"continual learning"}
    assert "knowledge distillation" in names(claims, "uses")
    assert "CIFAR-100" in names(claims, "datasets")
    assert names(claims, "compares") >= {"iCaRL"}
    assert any("accuracy" in name for name in names(claims, "metrics"))


def test_judge_gives_the_long_form_as_alias_and_every_sentence_as_evidence() -> None:
    _, claims = decide(TITLE, ABSTRACT)
    claim = next(c for c in claims if c.role == "introduces" and c.name.text == "QLN")
    assert [alias.text for alias in claim.aliases] == ["Quiet Learning Networks"]
    assert [e.field for e in claim.evidence] == ["title", "abstract", "abstract"]
    assert len({(e.field, e.quote_start) for e in claim.evidence}) == 3


def test_judge_says_which_way_a_comparison_went() -> None:
    _, claims = decide(TITLE, ABSTRACT)
    assert {c.outcome for c in claims if c.role == "compares"} == {"outperforms"}


def test_judge_says_that_a_method_mitigates() -> None:
    _, claims = decide(TITLE, ABSTRACT)
    assert {c.stance for c in claims if c.role == "targets"} == {"mitigates"}
    assert all(c.stance is None for c in claims if c.role != "targets")


def test_judge_gives_a_benchmark_its_type_and_role() -> None:
    kind, claims = decide(
        "FernBench: A Benchmark for Plant Recognition",
        "We introduce FernBench, a benchmark for plant recognition with 4,000 images. "
        "We evaluate ten models on FernBench and find that all struggle.",
    )
    assert kind == "resource"
    assert [(c.name.text, c.label) for c in claims if c.role == "introduces"] == [("FernBench", "Benchmark")]
    assert "FernBench" in names(claims, "benchmarks")


def test_judge_names_what_a_survey_is_about_and_nothing_it_introduces() -> None:
    kind, claims = decide(
        "A Survey of Text Summarization",
        "Text summarization has grown fast. This survey gives a comprehensive review of text summarization: "
        "we propose a taxonomy of approaches, review the literature, and discuss open challenges and future "
        "research directions.",
    )
    assert kind == "survey"
    assert names(claims, "introduces") == set()
    assert any(name.casefold() == "text summarization" for name in names(claims, "tasks"))


@pytest.mark.parametrize(
    ("title", "abstract"), [("", ""), ("x", ""), ("", "  "), ("方法", "我们提出了一种方法。")]
)
def test_judge_takes_any_text(title: str, abstract: str) -> None:
    assert decide(title, abstract)[1] == []


def test_judge_leaves_mentions_of_another_component_alone() -> None:
    doc = Sentences()(make_doc(NLP, "", "We use BERT."))
    assert judge(doc, [])[1] == []


def thing(name: str, **roles: float) -> Thing:
    return Thing(name, roles=[roles.get(output, 0.0) for output in OUTPUTS])


def test_choose_takes_the_likelier_of_overlapping_names() -> None:
    things = {t.name: t for t in (thing("image caption", tasks=0.9), thing("caption", tasks=0.6))}
    assert [t.name for t in choose(things, dict.fromkeys(ROLES, 0.3))["tasks"]] == ["image caption"]


def test_choose_takes_the_likeliest_name_where_nothing_is_surely_introduced() -> None:
    limits = dict.fromkeys(ROLES, 0.4)
    things = {name: thing(name, introduces=p) for name, p in (("gate", 0.29), ("door", 0.35), ("wall", 0.1))}
    assert [t.name for t in choose(things, limits)["introduces"]] == ["door"]
    assert choose(things, limits, alone=0.4)["introduces"] == []
    del things["door"]
    assert [t.name for t in choose(things, limits)["introduces"]] == ["gate"]
    del things["gate"]
    assert choose(things, limits)["introduces"] == []


def test_choose_does_not_let_a_paper_use_what_it_introduces() -> None:
    things = {"quillnet": thing("quillnet", introduces=0.9, uses=0.8, resources=0.7)}
    chosen = choose(things, dict.fromkeys(ROLES, 0.3))
    assert chosen["uses"] == []
    assert len(chosen["introduces"]) == len(chosen["resources"]) == 1


def test_weights_add_up_and_name_the_strongest_feature() -> None:
    table = [
        {"feature": BIAS, "yes": "-1"},
        {"feature": THRESHOLD, "yes": "0.5"},
        {"feature": "head=forgetting", "yes": "3"},
        {"feature": "size=1", "yes": ""},
    ]
    weights = Weights(table, ["yes"])
    low, high = weights.probabilities([["size=1", "unseen"], ["size=1", "head=forgetting"]])[:, 0]
    assert low == pytest.approx(0.269, abs=1e-3)
    assert high == pytest.approx(0.881, abs=1e-3)
    assert weights.strongest(["size=1", "head=forgetting"], [0]) == ["head=forgetting"]
    assert weights.strongest(["unseen"], [0]) == ["prior"]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.sampled_from([*ABSTRACT.split(), *TITLE.split(), "\n\n", "é", "(", "数"]), max_size=60),
    st.lists(st.sampled_from(TITLE.split()), max_size=6),
)
def test_every_claim_quotes_its_paper(words: list[str], title_words: list[str]) -> None:
    title, abstract = " ".join(title_words), " ".join(words)
    for claim in decide(title, abstract)[1]:
        assert claim.evidence
        assert 0 <= claim.confidence <= 1
        for named in (claim.name, *claim.aliases):
            text = title if named.field == "title" else abstract
            assert text[named.start : named.end] == named.text
        for quote in claim.evidence:
            text = title if quote.field == "title" else abstract
            assert (
                0
                <= quote.quote_start
                <= quote.mention_start
                < quote.mention_end
                <= quote.quote_end
                <= len(text)
            )


def test_where_nothing_is_proposed_the_name_said_to_work_against_a_problem_is_introduced() -> None:
    text = "Networks suffer from catastrophic forgetting. {} mitigates catastrophic forgetting by penalties."
    assert names(decide("On memory", text.format("Path Norm Ridge (PNR)"))[1], "introduces") == {"PNR"}
    assert names(decide("On memory", text.format("Regular training"))[1], "introduces") == set()
