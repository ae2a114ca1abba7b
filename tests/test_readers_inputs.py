from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest

from kg.errors import InputError, KGError
from kg.readers import Problem, read

LINES = '{"title": "Alpha", "abstract": "First."}\n{"title": "Beta", "abstract": "Second."}\n'


def titles(*inputs: str, **options: object) -> list[str]:
    return [paper.title for paper in read(inputs, **options)]  # type: ignore[arg-type]


def fails(*inputs: str, **options: object) -> str:
    with pytest.raises(InputError) as error:
        read(inputs, **options)  # type: ignore[arg-type]  # not iterated: inputs are checked at once
    assert isinstance(error.value, KGError | ValueError)
    assert "\n" not in str(error.value)
    return str(error.value)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "b.jsonl").write_text(LINES, encoding="utf-8")
    (tmp_path / "a.txt").write_text("Gamma\n\nThird.\n", encoding="utf-8")
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "c.md").write_text("# Delta\n\nFourth.\n", encoding="utf-8")
    (tmp_path / "deep" / ".hidden.txt").write_text("Hidden\n", encoding="utf-8")
    return tmp_path


def test_files_folders_and_patterns_are_read_in_order(folder: Path) -> None:
    assert titles(str(folder)) == ["Gamma", "Alpha", "Beta", "Delta"]
    assert titles(str(folder / "b.jsonl"), str(folder / "a.txt")) == ["Alpha", "Beta", "Gamma"]
    assert titles(f"{folder}/*.txt", f"{folder}/**/*.md") == ["Gamma", "Delta"]


def test_files_of_other_kinds_in_a_folder_are_named_once(folder: Path) -> None:
    (folder / "photo.png").write_bytes(b"\x89PNG")
    (folder / "code.py").write_text("print()\n", encoding="utf-8")
    problems: list[Problem] = []
    assert len(titles(str(folder), on_problem=problems.append)) == 4
    (problem,) = map(str, problems)
    assert problem.startswith(f"{folder.name}: 2 files of other kinds were passed over (code.py, photo.png)")


def test_a_folder_without_papers_says_so(tmp_path: Path) -> None:
    problems: list[Problem] = []
    assert titles(str(tmp_path), on_problem=problems.append) == []
    assert "holds no file of a known kind" in str(problems[0])


def test_a_missing_file_is_named_with_its_nearest_neighbour(folder: Path) -> None:
    message = fails(str(folder / "b.json"))
    assert message.startswith(
        f"'{folder}/b.json' is no file or folder (looked in {folder}): correct the path."
    )
    assert message.endswith(" Did you mean 'b.jsonl'?")
    assert "no file matches" in fails(f"{folder}/*.nothing")
    assert "empty text" in fails("")


def test_a_file_with_brackets_in_its_name_is_no_pattern(tmp_path: Path) -> None:
    (tmp_path / "dump[1].jsonl").write_text(LINES, encoding="utf-8")
    assert titles(str(tmp_path / "dump[1].jsonl")) == ["Alpha", "Beta"]


def test_unknown_readers_and_fields_are_refused_with_the_nearest() -> None:
    assert "Did you mean 'bibtex'?" in fails("sample", reader="bibtx")
    assert "Did you mean 'abstract'?" in fails("sample", mapping={"abstrct": "x"})


def test_standard_input_is_sniffed_like_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(LINES.encode())))
    papers = list(read(["-"]))
    assert [paper.title for paper in papers] == ["Alpha", "Beta"]
    assert papers[1].sources[0].uri == "stdin"
    assert papers[1].sources[0].locator == "line 2"


def test_strict_stops_at_the_first_problem(tmp_path: Path) -> None:
    path = tmp_path / "some.jsonl"
    path.write_text('{"title": "Alpha"}\nnonsense\n{"title": "Beta"}\n', encoding="utf-8")
    papers = read([str(path)], strict=True)
    assert next(papers).title == "Alpha"
    with pytest.raises(InputError, match=r"some\.jsonl, line 2: is not JSON"):
        next(papers)


def test_a_source_names_the_file_without_its_folder(folder: Path) -> None:
    assert {paper.sources[0].uri for paper in read([str(folder)])} == {"a.txt", "b.jsonl", "c.md"}
    assert {paper.id for paper in read([str(folder)])} == {""}


def test_a_file_that_cannot_be_opened_costs_only_itself(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    really = Path.open

    def refuse(self: Path, *args: object, **options: object) -> object:
        if self.name == "a.txt":
            raise PermissionError(13, "Permission denied")
        return really(self, *args, **options)  # type: ignore[call-overload]

    monkeypatch.setattr(Path, "open", refuse)
    problems: list[Problem] = []
    assert titles(str(folder), on_problem=problems.append) == ["Alpha", "Beta", "Delta"]
    assert str(problems[0]) == "a.txt: cannot be read (Permission denied); check its permissions"


def test_a_broken_link_in_a_folder_is_reported(folder: Path) -> None:
    (folder / "z.txt").symlink_to(folder / "nowhere.txt")
    problems: list[Problem] = []
    assert len(titles(str(folder), on_problem=problems.append)) == 4
    assert str(problems[0]).startswith("z.txt: cannot be read (No such file")


def test_a_single_path_may_be_given_as_text(folder: Path) -> None:
    assert [paper.title for paper in read(str(folder / "a.txt"))] == ["Gamma"]


def test_a_workspace_inside_a_folder_is_no_input(folder: Path) -> None:
    (folder / "old.kg").mkdir()
    (folder / "old.kg" / "more.jsonl").write_text(LINES, encoding="utf-8")
    assert titles(str(folder)) == ["Gamma", "Alpha", "Beta", "Delta"]


def test_a_workspace_of_any_name_is_no_input(folder: Path) -> None:
    for name, mark in (("graph", "manifest.json"), ("unfinished", ".lock")):
        (folder / name / "papers").mkdir(parents=True)
        (folder / name / mark).write_text("{}", encoding="utf-8")
        (folder / name / "papers" / "x.jsonl").write_text(LINES, encoding="utf-8")
    (folder / "papers").mkdir()
    (folder / "papers" / "e.txt").write_text("Epsilon\n\nFifth.\n", encoding="utf-8")
    mine = ["Gamma", "Alpha", "Beta", "Delta", "Epsilon"]
    assert titles(str(folder)) == mine
    assert sorted(titles(f"{folder}/**/*.*")) == sorted(mine)
    assert sorted(titles(f"{folder}/*")) == sorted(mine)
    assert titles(f"{folder}/graph/papers/*.jsonl") == ["Alpha", "Beta"]  # named on purpose
    problems: list[Problem] = []
    assert titles(str(folder / "graph"), on_problem=problems.append) == []
    assert str(problems[0]).startswith("graph: is a graph, not papers, and was passed over; give what")


def test_a_mapping_needs_columns_to_name(folder: Path) -> None:
    mapping = {"abstract": "text"}
    for source in ("sample", "arxiv:1612.00796"):
        assert "has no columns for --map to name" in fails(source, mapping=mapping)
    assert "the reader bibtex: has no columns" in fails(str(folder), mapping=mapping, reader="bibtex")
    with pytest.raises(InputError, match=r"a\.txt \(read as text\): has no columns .* csv, json, parquet"):
        titles(str(folder / "a.txt"), mapping=mapping)


def test_names_no_file_can_have_are_refused() -> None:
    assert "cannot be looked up" in fails("x" * 5_000)
    assert "is no file or folder" in fails("a\0b")
