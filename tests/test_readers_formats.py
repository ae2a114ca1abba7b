from __future__ import annotations

import gzip
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from kg.errors import InputError
from kg.model import Paper
from kg.readers import Problem, read, reader_names

FIXTURES = Path(__file__).parent / "fixtures" / "readers"


def load(name: str | Path, **options: object) -> tuple[list[Paper], list[str]]:
    problems: list[Problem] = []
    path = FIXTURES / name
    papers = list(read([str(path)], on_problem=problems.append, **options))  # type: ignore[arg-type]
    return papers, [str(problem) for problem in problems]


def place(paper: Paper) -> tuple[str, str, str]:
    (source,) = paper.sources
    return source.uri, source.locator, source.reader


def test_there_is_a_reader_for_every_format() -> None:
    names = "arxiv_atom arxiv_snapshot bibtex csv hf_daily json openalex parquet pdf pwc ris"
    names += " semantic_scholar text"
    assert reader_names() == names.split()


@pytest.mark.parametrize("name", ["daily_glued.txt", "daily_blocks.txt", "daily_pairs.txt"])
def test_every_shape_of_a_daily_papers_dump_is_read(name: str) -> None:
    papers, problems = load(name)
    assert not problems
    assert [paper.title for paper in papers][:2] == ["Opening Gates One by One", "Doors Worth Remembering"]
    assert all(paper.abstract.endswith((".", "itself.")) and len(paper.abstract) > 200 for paper in papers)
    assert all(place(paper)[2] == "hf_daily" for paper in papers)
    assert not any(paper.date == "2023-10-29" or paper.date_text in ("Oct 29", "May 19") for paper in papers)


def test_a_daily_papers_date_is_never_completed_and_comments_are_no_year() -> None:
    papers, _ = load("daily_blocks.txt")
    assert [(paper.year, paper.date, paper.date_text) for paper in papers] == [
        (2023, "2023-01-16", "Jan 16, 2023"),
        (None, None, "May 30"),
        (2024, "2024-11-22", "Nov 22, 2024"),
    ]
    assert [place(paper)[1] for paper in papers] == ["line 13", "line 21", "line 29"]


def test_bibtex_entries_are_read_with_their_accents_and_ids() -> None:
    papers, problems = load("library.bib")
    gates, doors, again = papers
    assert gates.title == "Opening Gates in São Paulo: Étude No. 2 & More"
    assert gates.abstract == r"We open gates and reach 87.2\% with $x^{2}$ units, after Gödel's idea."
    assert (gates.doi, gates.acl) == ("10.18653/v1/2021.acl-long.999", "2021.acl-long.999")
    assert (gates.year, gates.date, gates.date_text) == (2021, None, "aug 2021")
    assert place(gates) == ("library.bib", "muster-2021-gates (line 4)", "bibtex")
    assert (doors.title, doors.arxiv) == ("Doors Worth Remembering", "2301.01234")
    assert doors.abstract == "Robots forget doors. A second line of it."
    assert (again.title, again.date) == ("The Same Key Again", "2024-02-03")
    assert len(problems) == 2
    assert "line 28: the entry cannot be parsed" in problems[0]
    assert "noTitle (line 32): has an abstract but no title" in problems[1]


def test_ris_records_are_read() -> None:
    papers, problems = load("records.ris")
    riddles, doors = papers
    assert riddles.abstract == "Benchmarks for small languages are few; they are even fewer for riddles."
    assert (riddles.doi, riddles.arxiv, riddles.date) == ("10.1234/riddles.7", "2405.00077", "2024-05-07")
    assert (doors.title, doors.abstract, doors.year) == (
        "Doors Worth Remembering",
        "Robots forget doors.",
        2023,
    )
    assert [place(paper)[1] for paper in papers] == ["line 1", "line 12"]
    assert problems == ["records.ris, line 17: has an abstract but no title; give it a title"]


def test_an_arxiv_feed_is_read() -> None:
    papers, problems = load("feed.xml")
    gates, doors = papers
    assert not problems
    assert gates.title == "Opening Gates One by One"
    assert gates.abstract == r"Sparse gates with a < b reach 87.2\% of the accuracy."
    assert (gates.arxiv, gates.doi, gates.date, gates.year) == (
        "2406.01234",
        "10.1234/gates.1",
        "2024-06-03",
        2024,
    )
    assert (doors.arxiv, place(doors)[1]) == ("cs/0112017", "entry 2")


def test_the_arxiv_snapshot_has_the_year_of_the_first_version() -> None:
    papers, problems = load("snapshot.jsonl")
    gates, doors = papers
    assert not problems
    assert (gates.title, gates.arxiv, gates.doi) == (
        "Opening Gates One by One",
        "0704.0001",
        "10.1103/gates.1",
    )
    assert (gates.year, gates.date, place(gates)[2]) == (2007, "2007-04-02", "arxiv_snapshot")
    assert (doors.arxiv, doors.year, doors.date) == ("math/0309136", 2003, None)


def test_openalex_abstracts_are_put_together_and_html_goes() -> None:
    papers, problems = load("openalex.json")
    gates, doors = papers
    assert (gates.title, gates.abstract) == ("Opening Gates & More", "Gates open other Gates")
    assert (gates.arxiv, gates.doi, gates.date) == ("2305.00001", "10.1234/gates", "2023-05-06")
    assert (doors.title, doors.abstract, doors.year) == ("Doors Worth Remembering", "", 2020)
    assert problems == [
        "openalex.json, record 3: its inverted abstract has impossible positions; fetch the work again"
    ]


def test_semantic_scholar_answers_are_read() -> None:
    papers, problems = load("semantic_scholar.json")
    doors, gates = papers
    assert (doors.arxiv, doors.doi, doors.acl) == ("2301.01234", "10.18653/v1/p18-1001", "P18-1001")
    assert (doors.date, gates.year, gates.abstract) == ("2018-07-01", 2020, "")
    assert problems == [
        "semantic_scholar.json, record 3: is null, not an object; give each paper as a JSON object"
    ]
    assert [paper.title for paper in load("citations.json")[0]] == ["A Cited One"]


def test_a_table_with_quoted_line_ends_and_another_delimiter_is_read() -> None:
    papers, problems = load("table.csv")
    gates, doors = papers
    assert not problems
    assert gates.abstract == 'First line and second, with "quotes" and; a semicolon'
    assert (gates.arxiv, gates.date) == ("2406.01234", "2024-06-03")
    assert (doors.title, doors.year, place(doors)) == (
        "Doors Worth Remembering",
        2020,
        ("table.csv", "line 4", "csv"),
    )


def test_columns_with_names_of_their_own_are_mapped(tmp_path: Path) -> None:
    path = tmp_path / "own.tsv"
    path.write_text("headline\tteaser\nOpening Gates\tSparse gates.\n", encoding="utf-8")
    papers, problems = load(path)
    assert not papers
    assert "no column is a title; its columns are headline, teaser" in problems[0]
    (paper,) = load(path, mapping={"title": "headline", "abstract": "Teaser"})[0]
    assert (paper.title, paper.abstract) == ("Opening Gates", "Sparse gates.")


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_a_mapped_column_that_a_table_lacks_is_refused(tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"own.{kind}"
    if kind == "csv":
        path.write_text("title,text\nOpening Gates,Sparse gates.\n", encoding="utf-8")
    else:
        pq.write_table(pa.table({"title": ["Opening Gates"], "text": ["Sparse gates."]}), path)
    assert load(path, mapping={"abstract": "text"})[0][0].abstract == "Sparse gates."
    message = f"own.{kind}: has no column 'txet', which --map gives for abstract; its columns are text, title"
    with pytest.raises(InputError, match=message):
        load(path, mapping={"abstract": "txet"})


def test_a_source_column_of_the_user_is_no_note(tmp_path: Path) -> None:
    path = tmp_path / "some.csv"
    path.write_text("title,source,note,text_note\nA,arxiv,read it,machine translation\nB,arxiv,,\n", "utf-8")
    assert [paper.sources[0].note for paper in load(path)[0]] == ["machine translation", None]
    path.write_text("title,source\nA,arxiv\n", "utf-8")
    assert load(path)[0][0].sources[0].note is None
    assert load(path, mapping={"note": "source"})[0][0].sources[0].note == "arxiv"


def test_a_table_in_one_column_is_read(tmp_path: Path) -> None:
    path = tmp_path / "one.csv"
    path.write_text("title\nOpening Gates\n\nDoors\n", encoding="utf-8")
    assert [paper.title for paper in load(path)[0]] == ["Opening Gates", "Doors"]


def test_parquet_is_read_by_columns(tmp_path: Path) -> None:
    path = tmp_path / "papers.parquet"
    table = pa.table(
        {
            "Title": ["Opening Gates", None, "Doors"],
            "summary": ["Sparse gates.", "x", None],
            "year": pa.array([2020, 2021, None], pa.int32()),
            "url": [["https://arxiv.org/abs/2001.00001v1"], [], None],
            "embedding": [[0.1], [0.2], [0.3]],
        }
    )
    pq.write_table(table, path, row_group_size=1)
    papers, problems = load(path)
    assert [(paper.title, paper.abstract, paper.year, paper.arxiv) for paper in papers] == [
        ("Opening Gates", "Sparse gates.", 2020, "2001.00001"),
        ("Doors", "", None, None),
    ]
    assert [place(paper)[1] for paper in papers] == ["row 1", "row 3"]
    assert problems == ["papers.parquet, row 2: has an abstract but no title; give it a title"]


def test_a_text_file_has_its_title_on_the_first_line() -> None:
    (note,), _ = load("note.md")
    assert (note.title, note.abstract) == (
        "Opening Gates One by One",
        "Sparse gates promise cheap networks. They are hard to train.",
    )
    (plain,), _ = load("plain.txt")
    assert plain.title == "Doors Worth Remembering"
    assert plain.abstract == "Robots forget doors. We replay them. Nothing is lost."
    assert place(plain) == ("plain.txt", "line 2", "text")


def test_markdown_front_matter_gives_the_title(tmp_path: Path) -> None:
    path = tmp_path / "front.md"
    path.write_text(
        '---\ntitle: "Opening Gates"\ntags: [a]\n---\n\n**Abstract.** Sparse gates.\n', encoding="utf-8"
    )
    (paper,), problems = load(path)
    assert (paper.title, paper.abstract, problems) == ("Opening Gates", "Sparse gates.", [])


def test_the_sample_is_read_with_its_note() -> None:
    papers = list(read(["sample"]))
    assert len(papers) == len(list(read(["sample:"]))) > 40
    assert {paper.sources[0].note for paper in papers} == {"methodkg summary"}
    assert papers[0].arxiv == "1612.00796"


def test_the_content_is_asked_before_the_name(tmp_path: Path) -> None:
    for name, wrong in (
        ("feed.xml", "feed.csv"),
        ("library.bib", "library.txt"),
        ("snapshot.jsonl", "snapshot.txt"),
    ):
        path = tmp_path / wrong
        path.write_bytes((FIXTURES / name).read_bytes())
        assert [paper.title for paper in load(path)[0]] == [paper.title for paper in load(name)[0]]


def test_a_reader_can_be_forced(tmp_path: Path) -> None:
    path = tmp_path / "looks.txt"
    path.write_text('{"title": "As JSON"}', encoding="utf-8")
    assert load(path, reader="text")[0][0].title == '{"title": "As JSON"}'
    assert load(path)[0][0].title == "As JSON"


def test_a_compressed_parquet_file_is_read(tmp_path: Path) -> None:
    plain = tmp_path / "papers.parquet"
    pq.write_table(pa.table({"title": ["Opening Gates"]}), plain)
    packed = tmp_path / "papers.parquet.gz"
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    assert [paper.title for paper in load(packed)[0]] == ["Opening Gates"]


def test_text_with_commas_or_a_citation_is_still_text(tmp_path: Path) -> None:
    for text in (
        "Name, Place and Animal\n\nA game.\n",
        "# Opening Gates\n\nSparse gates.\n\n@article{x,\n title = {y}\n}\n",
        "[Gates](x)\n\nAn abstract.\n",
    ):
        path = tmp_path / "note.md"
        path.write_text(text, encoding="utf-8")
        (paper,), problems = load(path)
        assert paper.sources[0].reader == "text"
        assert not problems
