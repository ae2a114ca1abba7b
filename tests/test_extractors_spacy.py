"""The components as spaCy users meet them: serialisation, processes, declarations, other components."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import spacy
from spacy.language import Language
from spacy.tokens import Doc, DocBin, Span, SpanGroup

import extractors
from extractors.claims import Claims
from extractors.doc import Quantity, abbreviations_of, facts_of, make_doc, numbers_of, spans_of
from extractors.judge import judge
from extractors.mentions import MIN_SCORE
from extractors.pipeline import COMPONENTS

EXAMPLE = ("kg_sentences", "kg_abbreviations", "kg_numbers", "kg_mentions")  # README's
TITLE = "QLN: Replay without Memory for Continual Learning"
TEXTS = [
    "Continual learning suffers from catastrophic forgetting. To mitigate catastrophic forgetting, we "
    "propose Quiet Learning Networks (QLN), based on knowledge distillation. QLN reaches 81.2% accuracy on "
    "CIFAR-100, up from 78.4% for iCaRL, with 12M parameters.",
    "We introduce FernBench, a benchmark for plant recognition with 4,000 images.",
    "",
    "数 (",
]
ALL = pytest.mark.parametrize("names", [COMPONENTS, EXAMPLE], ids=["all", "example"])


def pipeline(*names: str) -> Language:
    nlp = spacy.blank("en")
    for name in names:
        nlp.add_pipe(name)
    return nlp


def left(doc: Doc) -> object:
    """Return everything that our components leave on a Doc; as JSON, for spaCy reads some lists as tuples."""
    group = doc.spans["kg"]
    everything = {
        "text": doc.text,
        "sentences": [token.is_sent_start for token in doc],
        "spans": [(span.start, span.end, span.label_) for span in group],
        "attrs": dict(group.attrs),
        "title_end": doc._.kg_title_end,
        "abbreviations": doc._.kg_abbreviations,
        "numbers": doc._.kg_numbers,
        "facts": doc._.kg_facts,
    }
    plain: object = json.loads(json.dumps(everything))
    return plain


@ALL
def test_what_is_left_on_a_doc_survives_bytes_and_doc_bins(names: Sequence[str]) -> None:
    nlp = pipeline(*names)
    docs = [*nlp.pipe(TEXTS), nlp(make_doc(nlp, TITLE, TEXTS[0]))]
    fresh = spacy.blank("en").vocab
    again = [Doc(fresh).from_bytes(doc.to_bytes()) for doc in docs]
    packed = DocBin(docs=docs, store_user_data=True).to_bytes()
    unpacked = list(DocBin(store_user_data=True).from_bytes(packed).get_docs(spacy.blank("en").vocab))
    for doc, one, other in zip(docs, again, unpacked, strict=True):
        assert left(doc) == left(one) == left(other)
        assert numbers_of(doc) == numbers_of(one) == numbers_of(other)
        assert abbreviations_of(doc) == abbreviations_of(one) == abbreviations_of(other)
        if "kg_claims" in names:
            assert facts_of(doc) == facts_of(one) == facts_of(other)


@ALL
def test_two_processes_read_as_one_does(names: Sequence[str]) -> None:
    nlp = pipeline(*names)

    def docs() -> list[Doc]:
        return [make_doc(nlp, title, text) for title in ("", TITLE) for text in TEXTS]

    one = [left(doc) for doc in nlp.pipe(docs())]
    assert one == [left(doc) for doc in nlp.pipe(docs(), n_process=2, batch_size=2)]


def test_the_typed_things_come_back() -> None:
    nlp = extractors.load()
    doc = nlp(TEXTS[0])
    numbers = extractors.numbers_of(doc)
    assert all(isinstance(number, Quantity) for number in numbers)
    claimed = next(number for number in numbers if number.value_text == "81.2%")
    assert (claimed.value, claimed.unit, claimed.label) == (81.2, "%", "Number")
    (pair,) = extractors.abbreviations_of(doc)
    assert doc[pair.short_start : pair.short_end].text == "QLN"
    assert any(claim.name.text == "QLN" for claim in facts_of(doc).claims)
    assert doc._.kg_numbers[0].keys() >= {"value", "unit", "category"}
    assert {claim["role"] for claim in doc._.kg_facts["claims"]} >= {"introduces", "targets"}


@pytest.mark.parametrize(
    ("accessor", "component"),
    [(numbers_of, "kg_numbers"), (abbreviations_of, "kg_abbreviations"), (facts_of, "kg_claims")],
)
def test_an_accessor_names_the_component_that_has_not_run(accessor: object, component: str) -> None:
    assert callable(accessor)
    with pytest.raises(ValueError, match=rf"nlp\.add_pipe\('{component}'\)"):
        accessor(spacy.blank("en")("We propose QuillNet."))


def test_a_pipeline_survives_the_disk_with_its_settings(tmp_path: Path) -> None:
    nlp = extractors.load()
    nlp.remove_pipe("kg_claims")
    nlp.remove_pipe("kg_mentions")
    nlp.add_pipe("kg_mentions", config={"min_score": 0.4})
    nlp.add_pipe("kg_claims", config={"thresholds": {"uses": 0.9}})
    nlp.to_disk(tmp_path)
    again = spacy.load(tmp_path)
    assert again.get_pipe_config("kg_mentions")["min_score"] == 0.4
    assert again.get_pipe_config("kg_claims")["thresholds"] == {"uses": 0.9}
    assert left(again(TEXTS[0])) == left(nlp(TEXTS[0]))


def problems(*names: str) -> dict[str, list[str]]:
    analysis: Any = pipeline(*names).analyze_pipes()
    found: dict[str, list[str]] = analysis["problems"]
    return {name: attributes for name, attributes in found.items() if attributes}


@ALL
def test_spacy_finds_no_fault_with_the_right_order(names: Sequence[str]) -> None:
    assert problems(*names) == {}
    assert problems("sentencizer", *names[1:]) == {}


# Neither of these reads what another of them writes; who reads vectors does without, so spaCy cannot tell.
INDEPENDENT = {("kg_abbreviations", "kg_numbers")}
TABLED = tuple(name for name in COMPONENTS if name != "kg_encoder")


@pytest.mark.parametrize(
    ("late", "early"), [pair for pair in combinations(TABLED, 2) if pair not in INDEPENDENT]
)
def test_spacy_finds_fault_with_every_wrong_order(late: str, early: str) -> None:
    order = list(TABLED)
    i, j = order.index(late), order.index(early)
    order[i], order[j] = order[j], order[i]
    assert early in problems(*order)


@pytest.mark.parametrize("first", ["kg_numbers", "kg_mentions"])
def test_an_encoder_that_comes_too_late_is_refused(first: str) -> None:
    nlp = pipeline("kg_sentences", first, "kg_encoder")
    with pytest.raises(ValueError, match=r"add the component earlier"):
        nlp("QuillNet reaches 91.5% accuracy.")
    with pytest.raises(ValueError, match=r"add the component earlier"):
        list(nlp.pipe(["QuillNet reaches 91.5% accuracy."]))


def test_declarations_say_what_is_read_and_written() -> None:
    nlp = pipeline(*COMPONENTS)
    meta = {name: nlp.get_factory_meta(name) for name in COMPONENTS}
    assert set(meta["kg_mentions"].requires) >= {"doc._.kg_numbers", "doc._.kg_abbreviations"}
    assert "doc.spans" in meta["kg_claims"].requires
    assert (meta["kg_mentions"].default_config or {})["min_score"] == MIN_SCORE


@pytest.mark.parametrize("name", COMPONENTS[:-1])
@pytest.mark.parametrize("sentences", ["none", "sentencizer"])
def test_a_component_works_alone_in_any_pipeline(name: str, sentences: str) -> None:
    nlp = pipeline(*([] if sentences == "none" else [sentences]), name)
    for doc in [*nlp.pipe(TEXTS), nlp(make_doc(nlp, TITLE, TEXTS[0]))]:
        doc.to_bytes()
    found = {span.text for span, _, _ in spans_of(nlp(TEXTS[0]))}
    assert (found >= {"CIFAR-100", "catastrophic forgetting"}) == (name == "kg_mentions")


@pytest.mark.parametrize("sentences", ["none", "sentencizer", "kg_sentences"])
def test_quotes_keep_to_their_field_whoever_sets_the_sentences(sentences: str) -> None:
    nlp = pipeline(*([] if sentences == "none" else [sentences]), *COMPONENTS[1:])
    facts = facts_of(nlp(make_doc(nlp, TITLE, TEXTS[0])))
    fields = {"title": TITLE, "abstract": TEXTS[0]}
    assert {claim.role for claim in facts.claims} >= {"targets", "tasks", "uses"}
    said = [quote for claim in facts.claims for quote in claim.evidence]
    for quote in [*said, *(result.evidence for result in facts.results)]:
        assert 0 <= quote.quote_start <= quote.mention_start < quote.mention_end <= quote.quote_end
        assert quote.quote_end <= len(fields[quote.field])
    for mention in facts.mentions:
        assert fields[mention.field][mention.start : mention.end] == mention.text


def test_claims_alone_say_what_is_missing() -> None:
    nlp = pipeline("kg_claims")
    with pytest.raises(ValueError, match=r"nlp\.add_pipe\('kg_mentions', before='kg_claims'\)"):
        nlp(TEXTS[0])


def test_claims_read_numbers_without_leaving_what_they_do_not_declare() -> None:
    nlp = pipeline("kg_sentences", "kg_mentions", "kg_claims")
    doc = nlp(TEXTS[0])
    assert 81.2 in {result.value for result in facts_of(doc).results}
    assert doc._.kg_numbers is None


@pytest.mark.parametrize("least", [0.0, 0.1, 0.6, 1.0])
def test_min_score_leaves_out_what_is_less_likely(least: float) -> None:
    nlp = pipeline(*EXAMPLE[:-1])
    nlp.add_pipe("kg_mentions", config={"min_score": least})
    kept = spans_of(nlp(TEXTS[0]))
    everything = spans_of(pipeline(*EXAMPLE)(TEXTS[0]))
    assert all(score >= least and rule for _, score, rule in kept)
    if least >= MIN_SCORE:
        assert len(kept) == sum(score >= least for _, score, _ in everything)
    else:
        assert len(kept) > len(everything)


def test_thresholds_leave_out_roles() -> None:
    nlp = pipeline(*EXAMPLE)
    nlp.add_pipe("kg_claims", config={"thresholds": {"targets": 1.1}})
    roles = {claim.role for claim in facts_of(nlp(TEXTS[0])).claims}
    assert "targets" not in roles
    assert "introduces" in roles


@pytest.mark.parametrize(
    ("name", "config", "message"),
    [
        ("kg_mentions", {"min_score": 3.0}, "min_score is 3"),
        ("kg_claims", {"thresholds": {"goals": 0.5}}, "no role 'goals'.*introduces"),
    ],
)
def test_settings_out_of_range_are_named(name: str, config: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        spacy.blank("en").add_pipe(name, config=config)


THEIRS = "We use the FooNet encoder on Foo-Set and on FooBench. FooNets mitigate drift, says accuracy."
LABELS = {
    "FooNet": "Method",
    "FooNets": "Method",
    "Foo-Set": "Dataset",
    "FooBench": "Benchmark",
    "drift": "Problem",
    "accuracy": "Metric",
    "We": "PERSON",
}


def ruled() -> Language:
    """Return a pipeline whose mentions are spaCy's own `span_ruler`'s."""
    nlp = pipeline("sentencizer")
    ruler = nlp.add_pipe("span_ruler", config={"spans_key": "kg"})
    ruler.add_patterns([{"label": label, "pattern": text} for text, label in LABELS.items()])  # type: ignore[attr-defined]
    return nlp


def test_spans_of_another_component_play_the_role_of_their_label() -> None:
    nlp = ruled()
    nlp.add_pipe("kg_claims")
    facts = facts_of(nlp(THEIRS))
    assert {(claim.role, claim.label, claim.name.text) for claim in facts.claims} == {
        ("uses", "Method", "FooNet"),
        ("datasets", "Dataset", "Foo-Set"),
        ("benchmarks", "Benchmark", "FooBench"),
        ("targets", "Problem", "drift"),
        ("metrics", "Metric", "accuracy"),
    }
    (used,) = (claim for claim in facts.claims if claim.role == "uses")
    assert [alias.text for alias in used.aliases] == ["FooNets"]
    assert len(used.evidence) == 2
    assert used.confidence == 1.0
    assert {mention.label for mention in facts.mentions} == set(LABELS.values()) - {"PERSON"}


def test_scores_of_another_component_are_the_confidence() -> None:
    doc = ruled()(THEIRS)
    spans = list(doc.spans["kg"])
    # As spancat leaves them.
    doc.spans["kg"].attrs["scores"] = np.array([0.1 * (i + 1) for i in range(len(spans))], dtype=np.float32)
    _, claims = judge(doc, spans_of(doc))
    scores: dict[str, float] = {}
    for i, span in enumerate(spans):
        name = span.text.removesuffix("s")
        scores[name] = max(scores.get(name, 0.0), 0.1 * (i + 1))
    assert {c.name.text: c.confidence for c in claims} == {
        c.name.text: pytest.approx(scores[c.name.text]) for c in claims
    }
    _, fewer = judge(doc, spans_of(doc), thresholds={"uses": 1.0})
    assert {c.role for c in claims} - {c.role for c in fewer} == {"uses"}


def test_spans_added_to_ours_turn_the_judge_to_labels() -> None:
    doc = pipeline(*EXAMPLE)(TEXTS[1])
    doc.spans["kg"].append(Span(doc, 0, 1, label="Tool"))
    _, claims = judge(doc, spans_of(doc))
    assert ("uses", "Tool", "We") in {(c.role, c.label, c.name.text) for c in claims}


def test_a_name_across_title_and_abstract_is_nobodys() -> None:
    nlp = pipeline("sentencizer")
    doc = nlp(make_doc(nlp, "A title on drift", "Drift is mitigated."))
    doc.spans["kg"] = SpanGroup(doc, name="kg", spans=[Span(doc, 3, 6, label="Problem")])
    facts = facts_of(Claims()(doc))
    assert not facts.mentions
    assert not facts.claims
