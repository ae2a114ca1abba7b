"""PDF files: title and abstract from the first page, by font size and headings (extra `pdf`)."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any

from kg.errors import InputError
from kg.model import Paper
from kg.readers.base import Options, Problem
from kg.readers.ids import find_ids
from kg.readers.record import make_paper
from kg.readers.stream import Head, Stream

MAX_TITLE = 300
MAX_ABSTRACT = 6_000
_HEADING = re.compile(r"(?im)^[ \t]*(?:abstract|a\s?b\s?s\s?t\s?r\s?a\s?c\s?t)[ \t]*(?:[.:—–-]+[ \t]*|\n|$)")
_END = re.compile(
    r"(?im)^[ \t]*(?:(?:\d{1,2}|I)\.?[ \t\n]{0,3})?introduction\b"
    r"|^[ \t]*(?:key ?words|index terms|ccs concepts|acm reference format|categories and subject)\b"
    r"|^[ \t]*1\.?[ \t]+[A-Z][A-Za-z ]{2,40}$|^[ \t]*1\.?[ \t]*$"
)
_STAMP = re.compile(r"arXiv:\s?(\S+)")
_NO_TITLE = re.compile(r"(?i)(untitled|microsoft word|arxiv|.*\.(docx?|tex|pdf|dvi)\b|\W*\Z)")
_HYPHEN = re.compile(r"(\w+)-[ \t]*\n[ \t]*([a-zß-ÿ]\w*)")
_LIGATURES = str.maketrans({"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"})


@dataclass(frozen=True, slots=True)
class Page:
    """Text of a first page.

    Attributes:
        text: upright text in the order of the page's content.
        runs: upright pieces of text with their size in points.
        margin: rotated text, such as arXiv's stamp.
        metadata_title: title in the file's metadata, possibly empty.
    """

    text: str
    runs: tuple[tuple[float, str], ...]
    margin: str
    metadata_title: str


class Pdf:
    """Reader of PDF files."""

    name = "pdf"

    def sniff(self, head: Head) -> float:
        """Recognise the magic bytes."""
        return 1.0 if b"%PDF-" in head.raw[:1024] else 0.0

    def read(self, stream: Stream, options: Options) -> Iterator[Paper | Problem]:
        """Yield the file's paper.

        Raises:
            InputError: pypdf is not installed.
        """
        _require_pypdf()
        with stream.seekable() as file:
            try:
                page = first_page(file)
            # A damaged or hostile PDF makes pypdf raise anything at all.
            except Exception as error:
                said = next(iter(str(error).splitlines()), "no reason given")
                reason = f"the PDF cannot be read ({type(error).__name__}: {said})"
                yield stream.problem("page 1", reason, "save it again, or give title and abstract as text")
                return
        title = title_of(page)
        if not title:
            hint = "scanned pages need text recognition first"
            yield stream.problem("page 1", "holds no text", hint)
            return
        stamp = _STAMP.search(page.margin) or _STAMP.search(page.text)
        ids = find_ids([stamp[1]] if stamp else [])
        abstract = abstract_of(page.text)
        if not abstract:
            yield stream.problem(
                "page 1", "no abstract was found: only the title was read", "give it as text"
            )
        yield make_paper(stream, "page 1", title=title, abstract=abstract, ids=ids)


def _require_pypdf() -> None:
    try:
        import pypdf  # noqa: F401  # an extra: only asked for when a PDF comes
    except ImportError:
        raise InputError("reading PDF needs the package pypdf: pip install 'methodkg[pdf]'") from None
    # What pypdf warns of is either harmless or becomes a Problem.
    logging.getLogger("pypdf").addHandler(logging.NullHandler())


def first_page(file: IO[bytes]) -> Page:
    """Return the text of the first page, with sizes."""
    import pypdf

    reader = pypdf.PdfReader(file)
    if reader.is_encrypted and not reader.decrypt(""):
        raise ValueError("it is encrypted")
    runs: list[tuple[float, str]] = []
    margin: list[str] = []

    def visit(text: str, cm: list[float], tm: list[float], font: Any, size: float) -> None:  # noqa: ANN401
        if not text.strip():
            if runs:
                runs.append((runs[-1][0], text))
            return
        # The text matrix may scale or turn the text, within a page that is scaled itself.
        if abs(tm[1]) > abs(tm[0]):
            margin.append(text)
            return
        scale = (tm[2] ** 2 + tm[3] ** 2) ** 0.5 * (cm[2] ** 2 + cm[3] ** 2) ** 0.5
        runs.append((round(abs(size) * scale, 1), text))

    reader.pages[0].extract_text(visitor_text=visit)
    metadata = reader.metadata
    title = str(metadata.title or "") if metadata else ""
    text = "".join(text for _, text in runs).translate(_LIGATURES)
    return Page(text, tuple(runs), "".join(margin), title)


def title_of(page: Page) -> str:
    """Return the text in the largest type, else the metadata's title, else the first line."""
    sizes = sorted({size for size, text in page.runs if text.strip()}, reverse=True)
    for size in sizes:
        text = join_lines(_first_run(page.runs, size)).strip()
        # An initial letter or a page number may be larger than the title.
        if len(sizes) > 1 and 8 <= len(text) <= MAX_TITLE and " " in text:
            return text
    if not _NO_TITLE.match(page.metadata_title):
        return page.metadata_title
    return next((line.strip() for line in page.text.splitlines() if line.strip()), "")


def _first_run(runs: tuple[tuple[float, str], ...], size: float) -> str:
    """Return the first stretch of text in one size, white space between its lines kept."""
    out: list[str] = []
    for own, text in runs:
        if own == size:
            out.append(text)
        elif out and text.strip():
            break
    return "".join(out).translate(_LIGATURES)


def abstract_of(text: str) -> str:
    """Return what stands between the heading "Abstract" and the introduction, or an empty string."""
    start = _HEADING.search(text)
    if not start:
        return ""
    end = _END.search(text, start.end())
    abstract = text[start.end() : end.start() if end else len(text)]
    return join_lines(abstract)[:MAX_ABSTRACT].strip()


def join_lines(text: str) -> str:
    """Join lines, and words that were hyphenated at a line's end.

    A hyphen stays where the text has the hyphenated word elsewhere on one line ("state-of-the-art").
    """

    def joined(match: re.Match[str]) -> str:
        whole = f"{match[1]}-{match[2]}"
        return whole if whole in text else match[1] + match[2]

    return " ".join(_HYPHEN.sub(joined, text).split())
