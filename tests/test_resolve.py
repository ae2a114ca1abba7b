from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.model import Label, PaperFacts
from kg.resolve import LocalNames, Observations, Resolution, content_id, resolve
from kg.resolve.aliases import GAZETTEERS, alias_table, broader_table, table_rows
from kg.resolve.normalise import head_phrase, joined, normal, tokens
from tests.make import claim, facts, paper


def _uses(title: str, name: str, *aliases: str, label: Label = "Method") -> PaperFacts:
    one = paper(title, f"We use {' and '.join((name, *aliases))}.")
    return facts(one, claim(one, "uses", name, label, aliases=aliases))


def _resolved(*papers: PaperFacts) -> Resolution:
    seen = Observations()
    for one in papers:
        seen.add(one)
    return resolve(seen)


def _node(resolution: Resolution, one: PaperFacts, index: int = 0) -> str:
    named = one.claims[index]
    node = resolution.node(LocalNames(one), named.label, named.name.text)
    assert node is not None
    return node.id


def test_spelling_variants_are_one_name() -> None:
    a, b, c = _uses("a", "CIFAR-10"), _uses("b", "CIFAR 10"), _uses("c", "CIFAR10s")
    resolution = _resolved(a, b, c)
    assert len(resolution.nodes) == 1
    assert next(iter(resolution.nodes.values())).support == 3


@pytest.mark.parametrize(
    ("one", "other", "label"),
    [
        ("SQuAD", "SQuAD 2.0", "Dataset"),
        ("Kinetics-400", "Kinetics-600", "Dataset"),
        ("PASCAL VOC 2007", "PASCAL VOC 2012", "Dataset"),
        ("LiveCodeBench v5", "LiveCodeBench v6", "Benchmark"),
        ("ResNet-18", "ResNet-50", "Method"),
        ("Llama 2", "Llama 3", "Method"),
        ("pass@4", "pass@64", "Metric"),
        ("NDCG@1", "NDCG@3", "Metric"),
        ("MAP@10", "MAP@100", "Metric"),
        ("FID-30K", "FID-50K", "Metric"),
        ("pass^2", "pass@2", "Metric"),
        ("chrF", "chrF++", "Metric"),
        ("HumanEval", "HumanEval+", "Benchmark"),
        ("SWE-bench Lite", "SWE-bench Verified", "Benchmark"),
        ("Kvasir", "Kvasir-SEG", "Dataset"),
        ("Adam", "AdamW", "Method"),
        ("QUUXS", "QuuX", "Method"),
        ("A", "A*", "Method"),
        ("RRT", "RRT*", "Method"),
        ("pass$^2$", "pass@2", "Metric"),
        ("TEDS", "TEDS-S", "Metric"),
    ],
)
def test_versions_and_sizes_stay_apart(one: str, other: str, label: Label) -> None:
    a, b, c = (_uses(f"T{i}", name, label=label) for i, name in enumerate((one, other, one.split()[0])))
    found = _resolved(a, b, c)
    assert _node(found, a) != _node(found, b)


@pytest.mark.parametrize(
    ("one", "other", "label"),
    [
        ("SQuAD 2.0", "SQuAD v2", "Dataset"),
        ("ImageNet", "ImageNet-1k", "Dataset"),
        ("VOC2007", "PASCAL VOC 2007", "Dataset"),
        ("mAP50", "mAP@0.5", "Metric"),
        ("mAP@0.50:0.95", "mAP50-95", "Metric"),
        ("F1", "F-measure", "Metric"),
        ("mAP50", "mAP at 50", "Metric"),
        ("JANUS", "Janus", "Method"),
        ("QUUX-KITCHENS-9", "Quux-Kitchens-9", "Dataset"),
        ("QuuXs", "QuuX", "Method"),
        ("BraTS", "BRATS", "Dataset"),
        ("nuScenes", "NUSCENES", "Dataset"),
    ],
)
def test_spellings_of_one_version_are_one(one: str, other: str, label: Label) -> None:
    a, b = (_uses(f"T{i}", name, label=label) for i, name in enumerate((one, other)))
    assert _node(_resolved(a, b), a) == _node(_resolved(a, b), b)


def test_names_that_are_one_in_spite_of_their_numbers_are_joined() -> None:
    family = {
        (row["name"], alias): family
        for file, family in GAZETTEERS.items()
        for row in table_rows(file)
        for alias in row["aliases"].split("|")
    }
    for row in table_rows("same.tsv"):
        name, alias = row["name"], row["alias"]
        assert joined(alias) == joined(name) or (family[name, alias], joined(alias)) in alias_table(), row


def test_one_acronym_of_two_long_forms_stays_two_things() -> None:
    a = _uses("a", "SAM", "Segment Anything Model")
    b = _uses("b", "SAM", "sharpness-aware minimization")
    resolution = _resolved(a, b)
    assert _node(resolution, a) != _node(resolution, b)
    names = [node.name for node in resolution.nodes.values()]
    assert len({name.casefold() for name in names}) == 2


def test_a_bare_acronym_joins_the_long_form_that_leads() -> None:
    spelt = [_uses(str(i), "XYZW", "extra young zebra watching") for i in range(3)]
    bare = _uses("bare", "XYZW")
    resolution = _resolved(*spelt, bare)
    assert _node(resolution, bare) == _node(resolution, spelt[0])
    assert any("spell it out" in decision.reason for decision in resolution.decisions)


def test_a_bare_acronym_with_two_meanings_joins_neither() -> None:
    a, b = _uses("a", "QRS", "quick red stones"), _uses("b", "QRS", "quiet river songs")
    bare = _uses("c", "QRS")
    resolution = _resolved(a, b, bare)
    assert _node(resolution, bare) not in {_node(resolution, a), _node(resolution, b)}


def test_a_letter_before_a_hyphen_is_no_article() -> None:
    assert len(_resolved(_uses("a", "A-GEM"), _uses("b", "GEM"), _uses("c", "a GEM")).nodes) == 2


def test_a_task_and_a_method_of_one_name_stay_separate() -> None:
    a = _uses("a", "continual learning")
    b = _uses("b", "continual learning", label="Task")
    assert len(_resolved(a, b).nodes) == 2


def test_a_resource_has_one_label_by_majority() -> None:
    labels: tuple[Label, ...] = ("Dataset", "Benchmark", "Benchmark")
    papers = [_uses(str(i), "FooBarBase", label=label) for i, label in enumerate(labels)]
    (node,) = _resolved(*papers).nodes.values()
    assert node.label == "Benchmark"


def test_a_narrower_term_lies_under_the_broader_one() -> None:
    wide = _uses("a", "forgetting", label="Problem")
    narrow = _uses("b", "severe catastrophic forgetting", label="Problem")
    where = _uses("c", "forgetting in speech models", label="Problem")
    resolution = _resolved(wide, narrow, where)
    pairs = {(d.subject, d.object) for d in resolution.broader}
    assert pairs == {(_node(resolution, x), _node(resolution, wide)) for x in (narrow, where)}


def test_a_kind_of_something_lies_under_it_whatever_its_name() -> None:
    a, b = _uses("a", "iris recognition", label="Task"), _uses("b", "Biometric recognition", label="Task")
    found = _resolved(a, b)
    assert [(d.subject, d.object) for d in found.broader] == [(_node(found, a), _node(found, b))]


def test_the_table_of_broader_terms_leads_nowhere_twice() -> None:
    above = broader_table()
    assert len(above) > 100
    for family, name in above:
        seen, at = {name}, name
        while (at := above.get((family, at), "")) and at not in seen:
            seen.add(at)
        assert at == "", f"{name} leads back to {at}"
        broad = above[family, name]
        assert alias_table().get((family, name), name) != alias_table().get((family, broad), broad), name


def test_a_part_of_a_name_is_its_short_form_in_that_paper_alone() -> None:
    one = paper("a", "We fight catastrophic forgetting. Such forgetting hurts.")
    own = facts(one, claim(one, "targets", "catastrophic forgetting", "Problem", aliases=("forgetting",)))
    other = _uses("b", "forgetting", label="Problem")
    resolution = _resolved(own, other)
    assert len(resolution.nodes) == 2
    assert [d.kind for d in resolution.decisions] == ["broader"]


def test_a_generic_head_is_no_broader_term() -> None:
    assert not _resolved(
        _uses("a", "learning", label="Task"), _uses("b", "federated learning", label="Task")
    ).broader


def test_a_paper_that_uses_two_forms_supports_the_thing_once() -> None:
    one = paper("a", "We use CIFAR-10 and CIFAR 10 here.")
    both = facts(one, *(claim(one, "datasets", name, "Dataset") for name in ("CIFAR-10", "CIFAR 10")))
    (node,) = _resolved(both, _uses("b", "CIFAR10", label="Dataset")).nodes.values()
    assert node.support == 2


def test_the_order_of_papers_never_changes_identity() -> None:
    papers = [
        _uses("a", "SAM", "Segment Anything Model"),
        _uses("b", "SAM", "segment anything models"),
        _uses("c", "SAM"),
        _uses("d", "sharpness-aware minimization"),
    ]
    outcomes = [_resolved(*order) for order in permutations(papers)]
    assert all(o.nodes == outcomes[0].nodes and o.decisions == outcomes[0].decisions for o in outcomes)


def test_ids_do_not_depend_on_support_or_display_name() -> None:
    few = _resolved(_uses("a", "EWC"))
    many = _resolved(*(_uses(str(i), name) for i, name in enumerate(("ewc", "EWC", "ewc"))))
    assert set(few.nodes) == set(many.nodes) == {content_id("Method", "ewc")}


@given(st.text(max_size=40))
def test_normal_forms_are_stable(text: str) -> None:
    assert tokens(normal(text)) == tokens(normal(normal(text)))
    assert " " not in joined(text)


def test_the_head_phrase_ends_before_the_preposition() -> None:
    assert head_phrase("forgetting in large language models") == ("forgetting",)
    assert head_phrase("in-context learning") == ("in", "context", "learning")
