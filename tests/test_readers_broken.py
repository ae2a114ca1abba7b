"""Hostile and broken files: each is reported with its place, and costs nothing but itself."""

from __future__ import annotations

import codecs
import gzip
import io
import json
import subprocess
import sys
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kg.model import Paper
from kg.readers import Problem, inflate, read, reader_names
from kg.readers import stream as streams

FIXTURES = Path(__file__).parent / "fixtures" / "readers"
RECORDS = [{"title": f"Title {n}", "abstract": f"Abstract {n}, with some words."} for n in range(200)]
JSONL = ("\n".join(map(json.dumps, RECORDS)) + "\n").encode()


def load(path: Path, data: bytes | None = None, **options: object) -> tuple[list[Paper], list[str]]:
    if data is not None:
        path.write_bytes(data)
    problems: list[Problem] = []
    papers = list(read([str(path)], on_problem=problems.append, **options))  # type: ignore[arg-type]
    assert not any("\n" in str(problem) for problem in problems)
    return papers, [str(problem) for problem in problems]


def titles(papers: list[Paper]) -> list[str]:
    return [paper.title for paper in papers]


@pytest.mark.parametrize("pack", [gzip.compress, zstandard.compress], ids=["gz", "zst"])
def test_compressed_files_are_known_by_their_content(tmp_path: Path, pack: object) -> None:
    data = pack(JSONL)  # type: ignore[operator]
    for name in ("papers.jsonl.gz", "papers.jsonl", "papers"):
        papers, problems = load(tmp_path / name, data)
        assert (len(papers), problems) == (200, [])
        assert papers[0].sources[0].uri == name
    assert len(load(tmp_path / "twice.gz", data + data)[0]) == 400


@pytest.mark.parametrize("pack", [gzip.compress, zstandard.compress], ids=["gz", "zst"])
def test_a_cut_archive_gives_what_came_before_and_says_so(tmp_path: Path, pack: object) -> None:
    lines = b"\n".join(json.dumps({"title": f"{n} {hash((n, n))}"}).encode() for n in range(50_000))
    data = pack(lines)  # type: ignore[operator]
    papers, problems = load(tmp_path / "cut.jsonl", data[: len(data) // 2])
    assert 1_000 < len(papers) < 50_000
    assert [paper.title.split()[0] for paper in papers] == [str(n) for n in range(len(papers))]
    assert len(problems) == 1
    assert "the file ends early" in problems[0]


def test_an_archive_that_is_damaged_or_followed_by_junk_gives_what_is_whole(tmp_path: Path) -> None:
    papers, problems = load(tmp_path / "junk.gz", gzip.compress(JSONL) + b"junk after the end")
    assert len(papers) == 200
    assert "the compressed data is damaged" in problems[0]
    papers, problems = load(tmp_path / "cut.gz", gzip.compress(JSONL)[:12])
    assert not papers
    assert "the file ends early" in problems[0]


@pytest.mark.parametrize("kind", ["gz", "zst"])
def test_a_decompression_bomb_is_stopped(tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inflate, "RATIO_APPLIES_FROM", 1 << 20)
    plain = b'{"title": "' + b" " * (1 << 25)
    data = gzip.compress(plain) if kind == "gz" else zstandard.compress(plain)
    papers, problems = load(tmp_path / "bomb.jsonl", data)
    assert not papers
    assert "it expands to over 300 times its size" in problems[0]


def test_a_cut_table_does_not_give_half_a_row(tmp_path: Path) -> None:
    rows = "".join(f'Title {n},"Abstract {n}, {hash((n, 7))}"\n' for n in range(20_000))
    data = gzip.compress(("title,abstract\n" + rows).encode())
    papers, problems = load(tmp_path / "cut.csv.gz", data[: len(data) // 2])
    assert papers
    assert all(paper.abstract == f"Abstract {n}, {hash((n, 7))}" for n, paper in enumerate(papers))
    assert len(problems) == 1


@pytest.mark.parametrize(
    ("encoding", "bom"),
    [("utf-8", codecs.BOM_UTF8), ("utf-16-le", codecs.BOM_UTF16_LE), ("utf-16-be", codecs.BOM_UTF16_BE)],
)
def test_byte_order_marks_tell_the_encoding(tmp_path: Path, encoding: str, bom: bytes) -> None:
    for name, text in (
        ("a.jsonl", '{"title": "Étude"}\r\n{"title": "β"}\r\n'),
        ("a.csv", "title,year\rÉtude,1\rβ,2\r"),
    ):
        papers, problems = load(tmp_path / name, bom + text.encode(encoding))
        assert (titles(papers), problems) == (["Étude", "β"], [])


def test_bytes_that_are_no_text_are_reported_by_line_and_kept_as_marks(tmp_path: Path) -> None:
    data = b'{"title": "good"}\n{"title": "caf\xe9"}\n{"title": "also good"}\n'
    papers, problems = load(tmp_path / "latin.jsonl", data)
    assert titles(papers) == ["good", "caf\ufffd", "also good"]
    assert problems == [
        "latin.jsonl, line 2: holds bytes that are not utf-8 (kept as U+FFFD); save the file as UTF-8"
    ]
    _, problems = load(tmp_path / "latin.jsonl", b'{"title": "caf\xe9"}\n' * 50)
    assert len(problems) == 11
    assert "40 more lines" in problems[-1]


def test_binary_junk_is_refused_in_one_line(tmp_path: Path) -> None:
    junk = bytes((n * 7919) % 251 for n in range(10_000))
    for name in ("junk.txt", "junk.bin", "junk"):
        papers, problems = load(tmp_path / name, junk)
        assert not papers
        assert len(problems) == 1
        assert "is binary data of no known format; name its format: arxiv_atom" in problems[0]
    assert "unpack it first" in load(tmp_path / "a.zip", b"PK\x03\x04" + junk)[1][0]
    assert "UTF-16 without" in load(tmp_path / "u.txt", "Some title".encode("utf-16-le"))[1][0]


@pytest.mark.parametrize(
    "name", ["a.txt", "a.jsonl", "a.csv", "a.bib", "a.ris", "a.xml", "a.pdf", "a.parquet"]
)
def test_an_empty_file_is_reported(tmp_path: Path, name: str) -> None:
    papers, problems = load(tmp_path / name, b"")
    assert (papers, problems) == ([], [f"{name}: is empty; give a file with records"])
    papers, problems = load(tmp_path / name, b" \n\n")
    assert not papers
    assert len(problems) == 1


def test_nul_bytes_cost_nothing(tmp_path: Path) -> None:
    papers, problems = load(tmp_path / "nul.jsonl", b'{"title": "a\x00b"}\n{"title": "c\\u0000d"}\n')
    assert (titles(papers), problems) == (["ab", "cd"], [])
    papers, problems = load(tmp_path / "nul.csv", b"title,year\na\x00b,2020\nc,2021\n")
    assert (titles(papers), problems) == (["ab", "c"], [])


def test_rows_with_too_many_or_few_cells_are_reported(tmp_path: Path) -> None:
    text = b"title,abstract,year\nA,a,2020\nB,b, with a comma,2021\nC\nD,d,2022\n"
    papers, problems = load(tmp_path / "some.csv", text)
    assert titles(papers) == ["A", "D"]
    assert [problem.split(";")[0] for problem in problems] == [
        "some.csv, line 3: has 4 cells where the header has 3",
        "some.csv, line 4: has 1 cells where the header has 3",
    ]


def test_a_quote_that_never_closes_costs_only_its_row(tmp_path: Path) -> None:
    rows = "".join(f"T{n},a{n}\n" for n in range(2_000))
    papers, problems = load(tmp_path / "some.csv", f'title,abstract\nA,"open\n{rows}B,"again\n'.encode())
    assert len(papers) == 2_000
    assert [problem.split(":")[0] for problem in problems] == ["some.csv, line 2", "some.csv, line 2003"]


@pytest.mark.parametrize(
    "text",
    [
        '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]><feed><entry>&b;</entry></feed>',
        '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><feed><entry>&e;</entry></feed>',
        '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd"><feed/>',
    ],
)
def test_documents_with_entities_are_refused(tmp_path: Path, text: str) -> None:
    papers, problems = load(tmp_path / "bomb.xml", ("<?xml version='1.0'?>" + text).encode())
    assert not papers
    assert problems == [
        "bomb.xml: declares a document type or entities, which is refused; remove the DOCTYPE"
    ]


def test_a_cut_feed_gives_the_entries_before(tmp_path: Path) -> None:
    data = (FIXTURES / "feed.xml").read_bytes()
    papers, problems = load(tmp_path / "cut.xml", data[:-150])
    assert len(papers) == 1
    assert "entry 2: is not well-formed XML" in problems[0]
    papers, problems = load(tmp_path / "other.xml", b"<?xml version='1.0'?><rss><item/></rss>")
    assert "holds no Atom entries" in problems[0]
    _, problems = load(tmp_path / "other.xml", b"<?xml version='1.0' encoding='klingon'?><feed/>")
    assert len(problems) == 1


def test_a_damaged_parquet_file_is_reported(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"title": [f"T{n}" for n in range(100)]}), path)
    data = path.read_bytes()
    for broken in (
        data[:-10],
        data[:20],
        b"PAR1" + b"\xff" * 500 + b"PAR1",
        data[:10] + b"\0" * 50 + data[60:],
    ):
        _, problems = load(path, broken)
        assert len(problems) == 1
        assert "the Parquet data is damaged" in problems[0]
    pq.write_table(pa.table({"headline": ["x"]}), path)
    assert "no column is a title" in load(path)[1][0]


def test_texts_that_are_no_titles_or_abstracts_are_refused(tmp_path: Path) -> None:
    _, problems = load(tmp_path / "long.jsonl", json.dumps({"title": "x" * 3_000}).encode())
    assert "the title is longer than 2,000 characters" in problems[0]
    _, problems = load(tmp_path / "book.txt", b"Title\n" + b"word " * 300_000)
    assert "too long for one paper" in problems[0]


def test_a_broken_file_in_a_folder_costs_the_others_nothing(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(JSONL)
    (tmp_path / "b.jsonl.gz").write_bytes(b"\x1f\x8b\x08\x00broken")
    (tmp_path / "c.txt").write_bytes(b"")
    (tmp_path / "d.pdf").write_bytes(b"%PDF-1.4 nothing")
    (tmp_path / "e.txt").write_text("Good\n\nText.\n", encoding="utf-8")
    papers, problems = load(tmp_path)
    assert len(papers) == 201
    assert [problem.split(":")[0].split(",")[0] for problem in problems] == ["b.jsonl.gz", "c.txt", "d.pdf"]


_CHILD = """
import resource, sys
from kg.readers import read
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
count = sum(1 for _ in read(sys.argv[1:], on_problem=lambda p: print(p, file=sys.stderr)))
print(count, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""


@pytest.mark.parametrize("shape", ["one line", "array", "lines"])
def test_memory_stays_bounded(tmp_path: Path, shape: str) -> None:
    path = tmp_path / "big.json"
    with path.open("w", encoding="utf-8") as file:
        if shape == "one line":
            file.write(
                '{"title": "ok"}\n{"title": "huge", "abstract": "'
                + "x" * 100_000_000
                + '"}\n{"title": "ok"}\n'
            )
        else:
            record = json.dumps({"title": "ok", "abstract": "word " * 300})
            first, between, last = ("[", ",", "]") if shape == "array" else ("", "\n", "\n")
            file.write(first + between.join([record] * 66_000) + last)
    command = [sys.executable, "-c", _CHILD, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=Path(__file__).parents[1])
    count, megabytes = map(int, done.stdout.split())
    assert count == (2 if shape == "one line" else 66_000)
    assert ("line 2: is 100,000," in done.stderr) is (shape == "one line")
    assert megabytes < 60, f"{megabytes} MB more for a file of 100 MB"


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=300), name=st.sampled_from(reader_names()))
def test_no_bytes_raise_in_any_reader(tmp_path: Path, data: bytes, name: str) -> None:
    load(tmp_path / "any", data, reader=name)
    load(tmp_path / "any", data)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), name=st.sampled_from(sorted(path.name for path in FIXTURES.iterdir())))
def test_no_damage_to_a_good_file_raises(tmp_path: Path, data: st.DataObject, name: str) -> None:
    good = (FIXTURES / name).read_bytes()
    at = data.draw(st.integers(0, len(good) - 1))
    junk = data.draw(st.binary(max_size=6))
    cut = data.draw(st.integers(0, 30))
    load(tmp_path / name, good[:at] + junk + good[at + cut :])


@given(st.binary(max_size=400), st.integers(1, 9))
def test_lines_are_the_same_however_the_bytes_are_cut(data: bytes, size: int) -> None:
    def lines(step: int) -> list[tuple[int, str]]:
        seen: list[Problem] = []
        stream = streams.Stream("x", _Slow(data, step), seen.append)
        return list(stream.lines())

    if not data.startswith((inflate.GZIP_MAGIC, inflate.ZSTD_MAGIC)):
        assert lines(size) == lines(1_000)


class _Slow(io.BytesIO):
    """A file that gives a few bytes at a time, as a pipe may."""

    def __init__(self, data: bytes, step: int) -> None:
        super().__init__(data)
        self._step = step

    def read(self, size: int | None = -1, /) -> bytes:
        return super().read(min(self._step, size if size and size > 0 else self._step))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.bib", "@article{k, title = {T}, abstract = {" + r"\( $ \'{ " * 50_000 + "}}"),
        ("a.bib", "\n" * 300_000 + "% " * 300_000),
        ("a.bib", "@string{a = {x}}\n" * 20_000 + "@article{k, title = a}"),
        ("a.xml", "<?xml version='1.0'?>" + "<!-- " * 50_000),
        ("a.txt", "<" * 300_000),
        ("a.json", '{"title": "' + "\u200b\u200c\u200d\u00ad" * 200_000 + '"}'),
        ("a.json", "[" + "{" * 300_000),
        ("a.json", '[{"' * 100_000),
        ("a.csv", "title,abstract\n" + '"\n' * 20_001),
        ("a.ris", "TY  - JOUR\n" * 20_000),
        ("a.pdf", "%PDF-1.4\n" + "1 0 obj\n<<" * 20_000),
    ],
)
def test_no_hostile_text_takes_long(tmp_path: Path, name: str, text: str) -> None:
    started = time.process_time()
    load(tmp_path / name, text.encode())
    assert time.process_time() - started < 20
