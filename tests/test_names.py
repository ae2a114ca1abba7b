"""Names: what a user writes, and what the graph calls it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.errors import NotFoundError, QueryError
from kg.names import Names, arguments
from kg.queries import find_query
from kg.schema import schema
from tests.graphs import tiny

ALL = tuple(schema().nodes)
TINY = tiny()
NODES = [node for node in TINY.iter_nodes() if node["type"] != "Result"]


def tiny_names() -> Names:
    return Names(lambda label: TINY.nodes[label].to_pylist())


def names_of(label: str, *names: str | tuple[str, ...]) -> Names:
    """Return an index of nodes: a name, or a name and its aliases."""
    forms = [(name,) if isinstance(name, str) else name for name in names]
    rows = [
        {"id": f"{label.lower()}:{i}", "name": form[0], "aliases": form[1:]} for i, form in enumerate(forms)
    ]

    def nodes(asked: str) -> Iterable[dict[str, Any]]:
        return rows if asked == label else []

    return Names(nodes)


NAMES = tiny_names()


@pytest.mark.parametrize(
    ("text", "labels", "expected"),
    [
        ("catastrophic forgetting", ["Problem"], ["catastrophic forgetting"]),
        ("Catastrophic  Forgetting", ["Problem"], ["catastrophic forgetting"]),
        ("the catastrophic-forgetting", ["Problem"], ["catastrophic forgetting"]),
        ("$\\textit{catastrophic}$ forgettings", ["Problem"], ["catastrophic forgetting"]),
        ("CF", ["Problem"], ["catastrophic forgetting"]),
        ("catastrophic interference", ["Problem"], ["catastrophic forgetting"]),
        ("hallucinations", ["Problem"], ["hallucination"]),
        ("problem:hallucination", ["Problem"], ["hallucination"]),
        ("forgetting", ["Problem"], ["forgetting"]),
        ("cifar100", ["Dataset", "Benchmark"], ["CIFAR-100"]),
        ("ＣＩＦＡＲ １００", ["Dataset"], ["CIFAR-100"]),
        ("o lora", ["Method"], ["O-LoRA"]),
        ("1612.00796", ["Paper"], ["Overcoming catastrophic forgetting in neural networks"]),
        ("arXiv:1612.00796v2", ["Paper"], ["Overcoming catastrophic forgetting in neural networks"]),
        (
            "https://arxiv.org/abs/1612.00796",
            ["Paper"],
            ["Overcoming catastrophic forgetting in neural networks"],
        ),
        (
            "https://doi.org/10.1073/PNAS.1611835114",
            ["Paper"],
            ["Overcoming catastrophic forgetting in neural networks"],
        ),
        ("trace: a benchmark", ["Paper"], ["TRACE: a benchmark for continual learning in LLMs"]),
        ("Prompt-EWC", ["Method", "Paper"], ["Prompt-EWC"]),
    ],
)
def test_a_name_is_known_in_its_other_forms(text: str, labels: Sequence[str], expected: list[str]) -> None:
    assert NAMES.resolve(text, labels) == expected


def test_a_head_phrase_reaches_the_narrower_terms() -> None:
    index = names_of(
        "Problem", "catastrophic forgetting", "forgetting in language models", "forgetting curve"
    )
    match = index.match("forgetting", ["Problem"])
    assert match.names == ["catastrophic forgetting", "forgetting in language models"]
    assert match.narrower
    assert match.note == (
        "read 'forgetting' as 2 narrower terms: catastrophic forgetting, forgetting in language models"
    )


def test_an_exact_name_wins_over_an_alias_and_over_narrower_terms() -> None:
    index = names_of("Problem", "forgetting", ("catastrophic forgetting", "forgetting"), "rapid forgetting")
    assert index.resolve("forgetting", ["Problem"]) == ["forgetting"]


def test_the_name_as_written_wins_over_its_other_forms() -> None:
    index = names_of("Method", "GAN", "gan", "gans")
    assert index.resolve("gan", ["Method"]) == ["gan"]
    assert index.resolve("Gan", ["Method"]) == ["GAN", "gan", "gans"]


def test_nodes_of_several_labels_are_all_meant() -> None:
    match = NAMES.match("Prompt-EWC", ["Paper", "Method"])
    assert match.ids == ["method:prompt-ewc", "paper:prompt-ewc"]


def test_a_claimed_number_is_meant_by_its_id_only() -> None:
    assert NAMES.match("result:ewc", ALL).ids == ["result:ewc"]
    with pytest.raises(NotFoundError):
        NAMES.match("94.5%", ALL)


@pytest.mark.parametrize(
    ("text", "labels", "message"),
    [
        ("forgeting", ["Problem"], "no Problem is called 'forgeting'. Did you mean 'forgetting'"),
        (
            "CIFAR-1000",
            ["Dataset", "Benchmark"],
            "no Dataset or Benchmark is called 'CIFAR-1000'. Did you mean",
        ),
        ("continual learning", ["Problem"], "There is a Task of that name."),
        ("qwertz", ["Problem"], "no Problem is called 'qwertz'."),
        ("zzz", ALL, "no node is called 'zzz'."),
    ],
)
def test_an_unknown_name_is_refused_with_the_nearest(text: str, labels: Sequence[str], message: str) -> None:
    with pytest.raises(NotFoundError, match=re.escape(message)):
        NAMES.resolve(text, labels)


def test_the_beginning_of_several_titles_is_refused_with_some_of_them() -> None:
    with pytest.raises(QueryError, match="begins the titles of 3 papers"):
        NAMES.resolve("O", ["Paper"])


def test_an_empty_name_is_refused() -> None:
    with pytest.raises(QueryError, match="the name of a Problem is empty"):
        NAMES.resolve("  ", ["Problem"])


@given(st.sampled_from(NODES))
def test_every_node_is_found_by_its_name_its_aliases_and_its_id(node: dict[str, Any]) -> None:
    for text in (node["name"], *node["aliases"], node["id"]):
        assert node["id"] in NAMES.match(text, [node["type"]]).ids


@given(
    st.sampled_from(NODES), st.sampled_from([str.upper, str.title, lambda s: f"the {s}", lambda s: f" {s}. "])
)
def test_case_articles_and_marks_change_nothing(node: dict[str, Any], change: Any) -> None:  # noqa: ANN401
    plain = NAMES.match(node["name"], [node["type"]])
    assert set(plain.ids) <= set(NAMES.match(change(node["name"]), [node["type"]]).ids)


@given(st.sampled_from(NODES))
def test_hyphens_and_spaces_are_one(node: dict[str, Any]) -> None:
    for text in (
        node["name"].replace("-", " "),
        # An article before a hyphen is a letter: "A-GEM".
        re.sub(r"(?<!\ba)(?<!\ban)(?<!\bthe) (?!(?:an?|the)\b)", "-", node["name"], flags=re.IGNORECASE),
        node["name"].replace("-", ""),
    ):
        assert node["id"] in NAMES.match(text, [node["type"]]).ids


@given(st.text(max_size=40), st.lists(st.sampled_from(ALL), min_size=1, unique=True))
def test_any_text_is_resolved_or_refused(text: str, labels: list[str]) -> None:
    known = {node["name"] for node in NODES if node["type"] in labels}
    try:
        found = NAMES.resolve(text, labels)
    except (NotFoundError, QueryError):
        return
    assert found == sorted(set(found))
    assert found
    assert set(found) <= known


@given(
    st.permutations([("catastrophic forgetting", "CF"), ("forgetting in LLMs",), ("rapid forgetting", "RF")])
)
def test_the_order_of_nodes_does_not_matter(forms: list[tuple[str, ...]]) -> None:
    index = names_of("Problem", *forms)
    assert index.resolve("forgetting", ["Problem"]) == [
        "catastrophic forgetting",
        "forgetting in LLMs",
        "rapid forgetting",
    ]


def test_arguments_are_completed_and_resolved() -> None:
    found = arguments(find_query("methods_targeting"), {"problem": "CF", "min_confidence": 1}, NAMES)
    assert found.params == {
        "problem": ["catastrophic forgetting"],
        "stance": "mitigates",
        "min_confidence": 1.0,
        "limit": 100,
    }
    assert found.notes == ("read 'CF' as 'catastrophic forgetting'",)


def test_papers_and_nodes_are_passed_by_id() -> None:
    one = arguments(find_query("related_papers"), {"paper": "1612.00796"}, NAMES).params["paper"]
    assert one == ["paper:ewc"]
    both = arguments(find_query("neighbours"), {"node": "Prompt-EWC"}, NAMES).params["node"]
    assert both == ["method:prompt-ewc", "paper:prompt-ewc"]


def test_an_optional_name_is_an_empty_list() -> None:
    assert arguments(find_query("leaderboard"), {"dataset": "TRACE"}, NAMES).params["metric"] == []


@pytest.mark.parametrize(
    ("given_", "message"),
    [
        ({}, "methods_targeting needs 'problem' (Problem)"),
        ({"problem": "CF", "stanse": "any"}, "no parameter 'stanse'. Did you mean 'stance'?"),
        (
            {"problem": "CF", "stance": "mitigate"},
            "stance is 'mitigate', which is no choice. Did you mean 'mitigates'? Choices: mitigates, studies",
        ),
        ({"problem": "CF", "limit": -1}, "limit is -1; expected a whole number from 0"),
        ({"problem": "CF", "limit": 1.5}, "limit is 1.5; expected a whole number from 0"),
        ({"problem": "CF", "limit": True}, "limit is True"),
        ({"problem": "CF", "limit": "many"}, "limit is 'many'"),
        ({"problem": "CF", "min_confidence": float("nan")}, "min_confidence is nan"),
        ({"problem": "CF", "min_confidence": 90}, "min_confidence is 90; expected a number from 0 to 1"),
        ({"problem": "CF", "min_confidence": float("inf")}, "min_confidence is inf"),
        ({"problem": 7}, "problem is 7; expected the name of a Problem"),
        ({"problem": []}, "problem is []; expected the name of a Problem"),
        ({"problem": ["CF", None]}, "problem has None; expected the name of a Problem"),
    ],
)
def test_a_wrong_argument_is_refused(given_: dict[str, object], message: str) -> None:
    with pytest.raises(QueryError, match=re.escape(message)):
        arguments(find_query("methods_targeting"), given_, NAMES)


def test_numbers_may_come_as_text_from_a_command_line() -> None:
    params = arguments(find_query("methods_targeting"), {"problem": "CF", "limit": "7"}, NAMES).params
    assert params["limit"] == 7
