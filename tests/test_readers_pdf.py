"""PDF files, written here by hand: objects, cross-reference table and one content stream."""

from __future__ import annotations

import sys
import zlib
from pathlib import Path

import pytest

from kg.errors import InputError
from kg.model import Paper
from kg.readers import Problem, read
from kg.readers.pdf import abstract_of, join_lines

Line = tuple[float, str]
TITLE: list[Line] = [(18, "Opening Gates One by One:"), (18, "A Study")]
BODY: list[Line] = [
    (10, "Erika Muster"),
    (12, "Abstract"),
    (10, "Sparse gates promise cheap net-"),
    (10, "works, yet state-of-the-art is hard to beat. The state-of-"),
    (10, "the-art falls by 4.5 points."),
    (12, "1 Introduction"),
    (10, "Once upon a time there was a long introduction that goes on and on for quite a few words."),
]


def pdf(lines: list[Line], *, title: str = "", margin: str = "", packed: bool = False) -> bytes:
    """Write one page with the lines given, each with its size in points."""
    content, y = [], 760.0
    if margin:  # turned by a quarter, as arXiv stamps its pages
        content.append(f"BT /F1 20 Tf 0 1 -1 0 30 200 Tm ({margin}) Tj ET")
    for size, text in lines:
        content.append(f"BT /F1 {size} Tf 1 0 0 1 72 {y} Tm ({text}) Tj ET")
        y -= size + 4
    stream = "\n".join(content).encode("latin-1")
    data = zlib.compress(stream) if packed else stream
    flate = b" /Filter /FlateDecode" if packed else b""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d%s >>\nstream\n%s\nendstream" % (len(data), flate, data),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        b"<< /Title (%s) >>" % title.encode("latin-1"),
    ]
    out, places = bytearray(b"%PDF-1.4\n"), []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<< /Size %d /Root 1 0 R /Info 6 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (
        len(objects) + 1,
        start,
    )
    return bytes(out)


def load(path: Path, data: bytes) -> tuple[list[Paper], list[str]]:
    path.write_bytes(data)
    problems: list[Problem] = []
    return list(read([str(path)], on_problem=problems.append)), [str(problem) for problem in problems]


@pytest.mark.parametrize("packed", [False, True])
def test_title_and_abstract_come_from_the_first_page(tmp_path: Path, packed: bool) -> None:
    data = pdf(TITLE + BODY, margin="arXiv:2406.01234v2 [cs.LG] 3 Jun 2024", packed=packed)
    (paper,), problems = load(tmp_path / "paper.pdf", data)
    assert paper.title == "Opening Gates One by One: A Study"
    assert paper.abstract == (
        "Sparse gates promise cheap networks, yet state-of-the-art is hard to beat. "
        "The state-of-the-art falls by 4.5 points."
    )
    assert (paper.arxiv, paper.year, paper.sources[0].locator) == ("2406.01234", 2024, "page 1")
    assert not problems


def test_where_all_is_in_one_size_the_metadata_gives_the_title(tmp_path: Path) -> None:
    lines = [(10.0, text) for _, text in BODY]
    (paper,), _ = load(tmp_path / "paper.pdf", pdf(lines, title="Gates, by Metadata"))
    assert paper.title == "Gates, by Metadata"
    (paper,), _ = load(tmp_path / "paper.pdf", pdf(lines, title="Microsoft Word - gates.docx"))
    assert paper.title == "Erika Muster"


def test_a_page_without_abstract_gives_its_title_and_a_problem(tmp_path: Path) -> None:
    (paper,), problems = load(tmp_path / "paper.pdf", pdf([*TITLE, (10, "Just some text.")]))
    assert (paper.title, paper.abstract) == ("Opening Gates One by One: A Study", "")
    assert "no abstract was found" in problems[0]


def test_an_initial_letter_is_no_title(tmp_path: Path) -> None:
    (paper,), _ = load(tmp_path / "paper.pdf", pdf([(40, "S"), *TITLE, *BODY]))
    assert paper.title == "Opening Gates One by One: A Study"


def test_damaged_and_empty_pdfs_are_reported(tmp_path: Path) -> None:
    good = pdf(TITLE + BODY)
    for bad in (b"%PDF-1.4\nnothing", good[:200], good[:300] + good[500:]):
        papers, problems = load(tmp_path / "bad.pdf", bad)
        assert papers or problems
    papers, problems = load(tmp_path / "scan.pdf", pdf([]))
    assert not papers
    assert problems == ["scan.pdf, page 1: holds no text; scanned pages need text recognition first"]


def test_without_pypdf_the_message_says_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pypdf", None)
    with pytest.raises(InputError, match=r"pip install 'methodkg\[pdf\]'"):
        load(tmp_path / "paper.pdf", pdf(TITLE))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Name\nAbstract—We open gates.\nIndex Terms—gates\n", "We open gates."),
        ("Name\nA B S T R A C T\nWe open gates.\n1\nIntroduction\nx", "We open gates."),
        ("ABSTRACT\nWe open gates.\nI. INTRODUCTION\nx", "We open gates."),
        ("Abstract. We open\ngates.\nKeywords: gates", "We open gates."),
        ("Abstract\nWe open 1 gate.\n1 Gates and Doors\nx", "We open 1 gate."),
        ("We study abstract gates.\n1 Introduction", ""),
    ],
)
def test_an_abstract_stands_between_its_heading_and_the_next(text: str, expected: str) -> None:
    assert abstract_of(text) == expected


def test_words_cut_at_a_line_end_are_joined() -> None:
    assert join_lines("fine-\ntuning and self-attention, self-\nattention, A-\nB") == (
        "finetuning and self-attention, self-attention, A- B"
    )
