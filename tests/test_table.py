from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.quantities import parse_quantity
from kg.graph.evidence import sound
from kg.identity import merge_records
from kg.model import Paper, PaperFacts
from kg.table import Row, cell, with_table, written

EMPTY = PaperFacts("", "method", (), (), (), (), "test", "1")
ROW = Row("Gate-Net", "Accuracy", "87.2%", "DoorBench", "Door Opening")


def read(*rows: Row) -> tuple[Paper, PaperFacts]:
    paper = Paper("Gates", "", id="paper:gates", table="\n".join(row.line() for row in rows))
    facts, refused = sound(paper, with_table(paper, EMPTY))
    assert not refused
    return paper, facts


@pytest.mark.parametrize(
    ("cell", "row"),
    [
        ("87.2", "87.2"),
        (" 87.2 % ", "87.2%"),
        (r"87.2\%", "87.2%"),
        ("0.91", "0.91"),
        (".91", ".91"),
        ("1,234,567.5", "1,234,567.5"),
        ("-0.5", "-0.5"),
        ("−0.5", "−0.5"),
        ("+4.3", "+4.3"),
        ("87.2±0.3", "87.2 ± 0.3"),
        ("87.2 +/- 0.3", "87.2 ± 0.3"),
        ("87.2 (± 0.3)", "87.2 ± 0.3"),
        (r"87.2 \pm .3 %", "87.2% ± .3%"),
    ],
)
def test_a_cell_with_one_number_is_written_in_one_way(cell: str, row: str) -> None:
    assert written(cell) == row


@pytest.mark.parametrize(
    "text", ["-", "", "n/a", "about 3", "1/2", "87,2", "1e-3", "12 ms", "3-4", "nan", "1_0"]
)
def test_a_cell_with_anything_else_is_no_number(text: str) -> None:
    assert written(text) is None


def test_a_row_states_a_number_and_what_it_was_measured_on() -> None:
    paper, facts = read(ROW)
    (result,) = facts.results
    assert (result.value, result.value_text, result.unit, result.kind) == (87.2, "87.2%", "%", "absolute")
    slots = (result.method, result.metric, result.on)
    assert [slot and (slot.text, slot.label) for slot in slots] == [
        ("Gate-Net", "Method"),
        ("Accuracy", "Metric"),
        ("DoorBench", "Dataset"),
    ]
    e = result.evidence
    assert paper.text(e.field)[e.quote_start : e.quote_end] == ROW.line()
    assert [(c.role, c.name.text) for c in facts.claims] == [
        ("tasks", "Door Opening"),
        ("datasets", "DoorBench"),
        ("metrics", "Accuracy"),
    ]


def test_a_spread_is_shown_and_is_no_part_of_the_number() -> None:
    _, facts = read(Row("A", "F1", "87.2 ± 0.3", "B", "C", more_data=True))
    assert [(r.value, r.value_text, r.unit) for r in facts.results] == [(87.2, "87.2", None)]


def test_what_several_rows_name_is_one_claim_with_a_quote_each() -> None:
    _, facts = read(ROW, Row("Gate-Net", "F1", "0.8", "DoorBench", "Door Opening"))
    assert {(c.name.text, len(c.evidence)) for c in facts.claims} == {
        ("Door Opening", 2),
        ("DoorBench", 2),
        ("Accuracy", 1),
        ("F1", 1),
    }


def test_a_line_that_is_no_row_states_nothing() -> None:
    for table in ("Gate-Net | Accuracy | high | DoorBench | Door Opening | x", "a | b | 1", "", "\n\n"):
        assert with_table(Paper("Gates", "", table=table), EMPTY) == EMPTY


def test_rows_of_all_records_of_a_paper_add_up_sorted_and_once() -> None:
    other = Row("A-Net", "F1", "0.8", "DoorBench", "Door Opening")
    tables = [ROW.line(), other.line(), f"{other.line()}\n{ROW.line()}"]
    records = [Paper("Gates", "We open gates." if i == 1 else "", table=t) for i, t in enumerate(tables)]
    paper = merge_records(records)
    assert paper.table == f"{other.line()}\n{ROW.line()}"
    assert paper.abstract == "We open gates."
    assert paper.text_hash == Paper("Gates", "We open gates.").text_hash


names = st.text(min_size=1, max_size=20).map(cell).filter(bool)
numbers = st.from_regex(r"[+-]?[0-9]{1,3}(,[0-9]{3}){0,2}(\.[0-9]{1,4})?%?", fullmatch=True)


@given(names, names, numbers, names, names, st.booleans())
def test_any_names_and_numbers_are_read_back(
    model: str, metric: str, number: str, dataset: str, task: str, more: bool
) -> None:
    value = written(re.sub(r"\s", "", number))
    assert value is not None
    row = Row(model, metric, value, dataset, task, more)
    _, facts = read(row, row)
    result = facts.results[0]
    assert (result.value, result.unit) == parse_quantity(value)
    assert result.method and result.on and result.metric
    assert (result.method.text, result.metric.text, result.on.text) == (model, metric, dataset)
