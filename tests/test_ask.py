"""Questions in plain English and the named queries that answer them."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.ask import read, readings
from kg.errors import NotFoundError, QueryError
from kg.names import Names
from kg.queries import Phrasing, load_queries
from tests.graphs import tiny

TINY = tiny()
NAMES = Names(lambda label: TINY.nodes[label].to_pylist())
VALUES = {
    "problem": "catastrophic forgetting",
    "method": "Prompt-EWC",
    "other": "EWC",
    "task": "continual learning",
    "dataset": "Permuted MNIST",
    "metric": "accuracy",
    "paper": "Overcoming catastrophic forgetting in neural networks",
    "edge": "targets:0123456789ab",
    "min_gain": "5",
    "node": "SGD",
    "source": "EWC",
    "target": "TRACE",
}
ASKS = [(query.name, ask) for query in load_queries().values() for ask in query.asks]


@pytest.mark.parametrize(("name", "ask"), ASKS, ids=[f"{name}: {ask.text}" for name, ask in ASKS])
def test_every_phrasing_is_read_as_its_own_query(name: str, ask: Phrasing) -> None:
    text = re.sub(r"\{(\w+)\}", lambda m: VALUES[m[1]], ask.text)
    found = read(text, NAMES)
    assert found.query.name == name
    wanted = {key: VALUES[key] for key in re.findall(r"\{(\w+)\}", ask.text)}
    assert found.params == wanted | dict(ask.fixed)


@pytest.mark.parametrize(
    ("question", "name", "params"),
    [
        ("Which methods target forgetting?", "methods_targeting", {"problem": "forgetting"}),
        ("which method targets forgetting", "methods_targeting", {"problem": "forgetting"}),
        ("WHAT TECHNIQUES ALLEVIATE THE FORGETTING???", "methods_targeting", {"problem": "FORGETTING"}),
        ("please list all approaches for hallucination.", "methods_targeting", {"problem": "hallucination"}),
        ("Can you tell me what mitigates “forgetting”?", "methods_targeting", {"problem": "forgetting"}),
        ("How can the problem of forgetting be tackled?", "methods_targeting", {"problem": "forgetting"}),
        ("how do  papers deal with\nforgetting", "methods_targeting", {"problem": "forgetting"}),
        (
            "who studies loss of plasticity?",
            "methods_targeting",
            {"problem": "loss of plasticity", "stance": "studies"},
        ),
        ("What does the EWC method build on?", "lineage", {"method": "EWC"}),
        ("Which papers are about lifelong learning?", "papers_on_task", {"task": "lifelong learning"}),
        ("which benchmark is used for CL?", "datasets_of_task", {"task": "CL"}),
        (
            "What is the top accuracy on the TRACE benchmark?",
            "leaderboard",
            {"metric": "accuracy", "dataset": "TRACE"},
        ),
        ("Do papers disagree about EWC?", "contradictions", {"method": "EWC"}),
        ("Which papers claim gains of at least 2.5?", "claims", {"min_gain": "2.5"}),
        ("How well do methods that target forgetting work?", "how_well", {"problem": "forgetting"}),
        ("How are CF and EWC related?", "shortest_path", {"source": "CF", "target": "EWC"}),
        ("which problems are still open?", "open_problems", {}),
        ("tell me about SGD", "neighbours", {"node": "SGD"}),
        (
            "what mitigates forgetting and how well do they work?",
            "how_well",
            {"problem": "forgetting"},
        ),
        ("What did the paper 1612.00796 claim?", "claims_of_paper", {"paper": "1612.00796"}),
    ],
)
def test_a_question_may_be_put_in_many_ways(question: str, name: str, params: dict[str, str]) -> None:
    found = read(question, NAMES)
    assert found.query.name == name
    assert found.params == params


def test_the_type_of_a_name_decides_between_queries() -> None:
    assert read("history of forgetting", NAMES).query.name == "timeline_of_problem"
    assert read("history of EWC", NAMES).query.name == "lineage"
    assert len(readings("history of EWC")) > 1


def test_more_words_of_its_own_win() -> None:
    found = readings("what is the highest accuracy on TRACE?")
    assert found[0].literal == max(reading.literal for reading in found)


def test_a_question_without_a_query_names_the_nearest_phrasings() -> None:
    with pytest.raises(NotFoundError, match=r"no query answers 'why is the sky blue\?'\. Ask like: "):
        read("why is the sky blue?", NAMES)


def test_how_well_belongs_to_questions_for_methods_only() -> None:
    assert read("which methods target forgetting, and how well?", NAMES).query.name == "how_well"
    assert read("who studies forgetting, and how well?", NAMES).params["stance"] == "studies"
    with pytest.raises(NotFoundError, match="no query answers"):
        read("what does EWC build on, and how well?", NAMES)


def test_a_misspelt_name_is_what_the_message_is_about() -> None:
    with pytest.raises(NotFoundError, match=r"no Problem is called 'forgeting'\. Did you mean 'forgetting'"):
        read("which methods target forgeting?", NAMES)


@pytest.mark.parametrize("question", ["", " ?! ", "x" * 1001])
def test_what_is_no_question_is_refused(question: str) -> None:
    with pytest.raises(QueryError, match="a question has 1 to 1000 characters"):
        read(question, NAMES)


@given(st.text(max_size=80))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        found = read(f"what mitigates {text}", NAMES)
    except (NotFoundError, QueryError):
        return
    assert found.query.name in load_queries()


def test_an_edges_id_is_one_word() -> None:
    assert read("what is the evidence for targets:0123?", NAMES).params == {"edge": "targets:0123"}
    with pytest.raises(NotFoundError):
        read("what is the evidence for global warming", NAMES)


def test_a_hostile_question_takes_no_time() -> None:
    with pytest.raises(NotFoundError):
        read("how are " + "and " * 240 + "related", NAMES)
