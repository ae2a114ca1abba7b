from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kg.model import Paper
from kg.readers import Problem, read
from kg.readers import jsonstream as js
from kg.readers import stream as streams


def load(path: Path, text: str) -> tuple[list[Paper], list[str]]:
    path.write_text(text, encoding="utf-8")
    problems: list[Problem] = []
    return list(read([str(path)], on_problem=problems.append)), [str(problem) for problem in problems]


def titles(papers: list[Paper]) -> list[str]:
    return [paper.title for paper in papers]


A, B, C = (
    {"title": name, "abstract": f'About {name} {{[and]}} "more".'} for name in ("Alpha", "Beta", "Gamma")
)


@pytest.mark.parametrize(
    "text",
    [
        json.dumps([A, B, C]),
        json.dumps([A, B, C], indent=2),
        "\n".join(map(json.dumps, (A, B, C))),
        "\n\n".join(map(json.dumps, (A, B, C))) + "\n",
        "\n".join(json.dumps(one, indent=1) for one in (A, B, C)),
        json.dumps({"total": 3, "meta": {"x": [1]}, "results": [A, B, C]}),
        json.dumps({"data": [A, B, C], "next": None}, indent=4),
        json.dumps({"status": "ok", "message": {"total": 3, "items": [A, B, C]}}),
        ", ".join(map(json.dumps, (A, B, C))),
        json.dumps({"results": [A]}) + "\n" + json.dumps({"results": [B, C]}),
    ],
)
def test_every_layout_of_json_gives_the_same_records(tmp_path: Path, text: str) -> None:
    papers, problems = load(tmp_path / "some.json", text)
    assert titles(papers) == ["Alpha", "Beta", "Gamma"]
    assert papers[1].abstract == 'About Beta {[and]} "more".'
    assert not problems


def test_one_object_is_one_record_whatever_lists_it_holds(tmp_path: Path) -> None:
    record = {"authors": [{"name": "E. Muster"}, {"name": "M. Beispiel"}], **A}
    assert titles(load(tmp_path / "one.json", json.dumps(record, indent=2))[0]) == ["Alpha"]
    assert titles(load(tmp_path / "one.json", json.dumps(record))[0]) == ["Alpha"]


def test_a_broken_line_costs_only_itself(tmp_path: Path) -> None:
    text = "\n".join([json.dumps(A), '{"title": "Beta", "abstract": "cut', json.dumps(C), "[1, 2]", "null"])
    papers, problems = load(tmp_path / "some.jsonl", text)
    assert titles(papers) == ["Alpha", "Gamma"]
    assert [problem.split(": ")[0] for problem in problems] == [f"some.jsonl, line {n}" for n in (2, 4, 5)]
    assert "correct the record; the others were read" in problems[0]


def test_a_broken_first_line_does_not_hide_the_layout(tmp_path: Path) -> None:
    text = "\n".join(['{"title": "Alpha", "abs', json.dumps(B), json.dumps(C)])
    papers, problems = load(tmp_path / "some.jsonl", text)
    assert (titles(papers), len(problems)) == (["Beta", "Gamma"], 1)


@pytest.mark.parametrize(
    "broken",
    [
        r'{"title": "Beta", "abstract": "87.2\% of {x}"}',
        '{"title": "Beta" "abstract": "no comma"}',
        '{"title": "Beta", "year": 01, "x": [1, {"y": 2}]}',
        "tru",
        "[" * 100_000 + "]" * 100_000,
        '{"title": "Beta", "n": ' + "9" * 5_000 + "}",
    ],
    ids=["escape", "comma", "number", "word", "deep", "long number"],
)
def test_a_broken_element_of_an_array_costs_only_itself(tmp_path: Path, broken: str) -> None:
    text = f"[{json.dumps(A)}, {broken}, {json.dumps(C)}]"
    papers, problems = load(tmp_path / "some.json", text)
    assert titles(papers) == ["Alpha", "Gamma"]
    assert len(problems) == 1
    assert "record 2" in problems[0]


def test_a_cut_array_gives_what_is_there(tmp_path: Path) -> None:
    papers, problems = load(tmp_path / "cut.json", json.dumps([A, B, C])[:-20])
    assert titles(papers) == ["Alpha", "Beta"]
    assert "record 3" in problems[0]
    assert "the file ends inside a list" in problems[-1]


@pytest.mark.parametrize(
    "text", ["{", "[", '{"title"', '{"title": }', "[,]", '{"a": 1}', "[{}]", "{]", '"text"', "[[[]]]"]
)
def test_hopeless_json_is_reported_and_never_raised(tmp_path: Path, text: str) -> None:
    papers, problems = load(tmp_path / "bad.json", text)
    assert not papers
    assert problems


def test_records_across_chunks_are_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "CHUNK_BYTES", 7)
    monkeypatch.setattr(streams, "HEAD_BYTES", 64)
    records = [A | {"year": 2000 + n, "title": f"Ä{n}"} for n in range(30)]
    for text in (
        json.dumps(records),
        json.dumps(records, ensure_ascii=False, indent=1),
        "\n".join(map(json.dumps, records)),
    ):
        papers, problems = load(tmp_path / "some.json", text)
        assert titles(papers) == [f"Ä{n}" for n in range(30)]
        assert [paper.year for paper in papers] == list(range(2000, 2030))
        assert not problems


def test_a_record_over_the_limit_is_skipped_without_being_held(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(js, "MAX_LINE", 50_000)
    monkeypatch.setattr(streams, "MAX_LINE", 50_000)
    monkeypatch.setattr(streams, "CHUNK_BYTES", 10_000)
    huge = {"title": "Huge", "abstract": 'x "{[' * 100_000}
    papers, problems = load(tmp_path / "array.json", json.dumps([A, huge, C]))
    assert (titles(papers), len(problems)) == (["Alpha", "Gamma"], 1)
    assert "record 2" in problems[0]
    papers, problems = load(tmp_path / "lines.jsonl", "\n".join(map(json.dumps, (A, huge, C))))
    assert (titles(papers), len(problems)) == (["Alpha", "Gamma"], 1)
    assert "line 2" in problems[0]


def test_usual_names_are_recognised_in_any_spelling(tmp_path: Path) -> None:
    record = {
        "Paper_Title": "T",
        "paperAbstract": "A",
        "arxivId": "2406.01234v1",
        "DOI": "https://doi.org/10.1234/X",
        "ACL": "P18-1001",
    }
    (paper,), _ = load(tmp_path / "some.json", json.dumps(record))
    assert (paper.title, paper.abstract, paper.arxiv, paper.doi, paper.acl) == (
        "T",
        "A",
        "2406.01234",
        "10.1234/x",
        "P18-1001",
    )
    assert (paper.year, paper.date) == (2024, None)
    record = {
        "name": "T",
        "summary": "A",
        "url": "https://aclanthology.org/P18-1001",
        "published": "2018-07-01T00:00:00Z",
        "update_date": "2020-01-01",
    }
    (paper,), _ = load(tmp_path / "some.json", json.dumps(record))
    assert (paper.acl, paper.date, paper.date_text) == ("P18-1001", "2018-07-01", "2018-07-01T00:00:00Z")


def test_a_complete_date_is_preferred_to_a_year(tmp_path: Path) -> None:
    (paper,), _ = load(
        tmp_path / "some.json",
        json.dumps(A | {"publication_date": "May 2020", "date": "2020-05-03", "year": 2019}),
    )
    assert (paper.year, paper.date) == (2020, "2020-05-03")
    (paper,), _ = load(tmp_path / "some.json", json.dumps(A | {"date": "May 30"}))
    assert (paper.year, paper.date, paper.date_text) == (None, None, "May 30")


def test_jats_in_plain_json_is_recognised_by_its_tags(tmp_path: Path) -> None:
    (paper,), _ = load(
        tmp_path / "some.json", json.dumps({"title": ["A &amp; B"], "abstract": "<jats:p>x &lt; y</jats:p>"})
    )
    assert (paper.title, paper.abstract) == ("A & B", "x < y")
    (paper,), _ = load(tmp_path / "some.json", json.dumps({"title": "A &amp; B", "abstract": "a<b>c"}))
    assert (paper.title, paper.abstract) == ("A &amp; B", "a<b>c")


@pytest.mark.parametrize(
    ("record", "message"),
    [
        ({"title": ["x", "y"]}, "its title is a list of 2, not a text; give the title as one text"),
        ({"title": {"en": "x"}}, "its title is an object, not a text"),
        ({"title": True}, "its title is a bool, not a text"),
        ({"title": "x", "abstract": {"p": "y"}}, "its abstract is an object, not a text"),
        ({"title": "x", "abstract": ["y", "z"]}, "its abstract is a list of 2, not a text"),
        ({"title": "x", "abstract": ["y", "z"], "corpusid": 1}, "its abstract is a list of 2, not a text"),
        (
            {"title": {}, "display_name": ["x", "y"], "id": "https://openalex.org/W1"},
            "its title is a list of 2",
        ),
    ],
)
def test_a_text_that_is_none_is_reported(tmp_path: Path, record: dict[str, object], message: str) -> None:
    papers, problems = load(tmp_path / "some.jsonl", json.dumps(record))
    assert papers == []
    assert len(problems) == 1
    assert problems[0].startswith(f"some.jsonl, record 1: {message}")


def test_an_empty_value_of_any_kind_is_no_text(tmp_path: Path) -> None:
    text = '{"title": ["x"], "abstract": null, "summary": [], "description": ["y", ""], "year": NaN}'
    (paper,), problems = load(tmp_path / "some.jsonl", text)
    assert (paper.title, paper.abstract, problems) == ("x", "y", [])


def test_a_mapped_column_that_no_record_has_is_reported_once(tmp_path: Path) -> None:
    path = tmp_path / "some.jsonl"
    path.write_text("\n".join(map(json.dumps, (A, B, C | {"more": 1}))), encoding="utf-8")
    problems: list[Problem] = []
    papers = list(read([str(path)], mapping={"abstract": "txet"}, on_problem=problems.append))
    assert [paper.abstract for paper in papers] == ["", "", ""]
    assert list(map(str, problems)) == [
        "some.jsonl: no record has 'txet', which --map gives for abstract; "
        "its columns are abstract, more, title"
    ]
    assert list(read([str(path)], mapping={"note": "more"}, strict=True))[2].sources[0].note == "1"


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["title", "abstract", "data", "year", "x"]), inner, max_size=4)
    ),
    max_leaves=12,
)


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(value=_json, cut=st.integers(0, 200), indent=st.sampled_from([None, 1]))
def test_no_json_whole_or_cut_raises(tmp_path: Path, value: object, cut: int, indent: int | None) -> None:
    text = json.dumps(value, indent=indent)
    load(tmp_path / "any.json", text)
    load(tmp_path / "any.json", text[: min(cut, len(text))])


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    values=st.lists(
        st.fixed_dictionaries({"title": st.text('ab{}[]"\\,: ', min_size=1, max_size=9).filter(str.strip)}),
        min_size=1,
    )
)
def test_titles_full_of_brackets_and_quotes_are_kept(tmp_path: Path, values: list[dict[str, str]]) -> None:
    expected = [" ".join(value["title"].split()) for value in values]
    for text in (json.dumps(values), "\n".join(map(json.dumps, values))):
        assert titles(load(tmp_path / "some.json", text)[0]) == expected


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(value=st.dictionaries(st.text("abc", max_size=3), _json, max_size=4), size=st.integers(1, 9))
def test_where_chunks_end_makes_no_difference(tmp_path: Path, value: dict[str, object], size: int) -> None:
    text = json.dumps(value | {"total": -1.5e7, "next": None, "more": True, "results": [A, B]}, indent=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(streams, "CHUNK_BYTES", size)
        patch.setattr(streams, "HEAD_BYTES", 5)
        stream_titles = titles(load(tmp_path / "some.json", text)[0])
    assert stream_titles[-2:] == ["Alpha", "Beta"]
