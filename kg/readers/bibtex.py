"""BibTeX and BibLaTeX files, such as reference managers and the ACL Anthology export, with abstracts.

The file is cut into entries here and parsed in small batches, so that a library of any size streams and a
broken entry costs only itself.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator

from bibtexparser.entrypoint import parse_string
from bibtexparser.middlewares.enclosing import RemoveEnclosingMiddleware
from bibtexparser.model import Entry, ParsingFailedBlock

from kg.model import Paper
from kg.readers.base import Options, Problem
from kg.readers.ids import find_ids
from kg.readers.latex import decode_latex
from kg.readers.record import columns_for, make_paper
from kg.readers.stream import Head, Stream

_START = re.compile(r"\s*@\s*([A-Za-z]+)\s*[{(]")
_ENTRY = re.compile(
    r"(?:\s*%.*\n|\s*@(?:comment|string|preamble)\b.*\n)*\s*@\s*(?!comment|string|preamble)[A-Za-z]+\s*[{(]\s*[^\s,{}]*\s*,",
    re.I,
)
# What the parser makes of `title = {A} year = 2020`.
_RUN_ON = re.compile(r"""\{[^{}]*\}\s+\w+\s*=|"[^"]*"\s+\w+\s*=""")
_BRACES = "check its braces, quotes and commas"
_BATCH_CHARS = 200_000
MAX_STRINGS = 1 << 20
# Duplicate keys and undefined strings are told to a log; what matters of that becomes a Problem.
logging.getLogger("bibtexparser").addHandler(logging.NullHandler())


class BibTeX:
    """Reader of BibTeX entries."""

    name = "bibtex"

    def sniff(self, head: Head) -> float:
        """Recognise the file's suffix, or an entry before any other text (a note may cite one at its end)."""
        if head.suffix in (".bib", ".bibtex"):
            return 0.85
        return 0.85 if _ENTRY.match(head.text) else 0.0

    def read(self, stream: Stream, options: Options) -> Iterator[Paper | Problem]:
        """Yield one paper per entry; locators are keys with lines."""
        strings = ""
        count = 0
        for first_line, text, defined in _batches(stream.lines()):
            strings = (strings + defined)[:MAX_STRINGS]
            shift = first_line - strings.count("\n")
            for result in _papers(strings + text, shift, stream):
                count += 1
                yield result
        if not count:
            yield stream.problem(
                "", "holds no BibTeX entry", "entries look like @article{key, title = {…}, …}"
            )


def _batches(lines: Iterator[tuple[int, str]]) -> Iterator[tuple[int, str, str]]:
    """Yield the first line's number, some whole entries, and the @string definitions among them."""
    block: list[str] = []
    defined: list[str] = []
    first, size, in_string = 1, 0, False
    for number, line in lines:
        start = _START.match(line)
        if start:
            if size > _BATCH_CHARS:
                yield first, "\n".join(block), "".join(defined)
                first, block, defined, size = number, [], [], 0
            in_string = start[1].lower() == "string"
        if in_string:
            # Definitions are needed by every later batch and come in front of it, so they move there.
            defined.append(line + "\n")
            line = ""
        # A line that was skipped must not shift the numbers of those that follow.
        block += [""] * (number - first - len(block))
        block.append(line)
        size += len(line)
    if block:
        yield first, "\n".join(block), "".join(defined)


def _papers(text: str, shift: int, stream: Stream) -> Iterator[Paper | Problem]:
    library = parse_string(text)
    unwrap = RemoveEnclosingMiddleware()
    for block in library.blocks:
        line = f"line {(block.start_line or 0) + shift}"
        if isinstance(block, ParsingFailedBlock):
            inner = block.ignore_error_block
            if isinstance(inner, Entry):  # a key or field that was given before: still another paper
                unwrap.transform_entry(inner, library)
                yield _paper(inner, stream, line)
            else:
                reason = getattr(block.error, "abort_reason", None) or str(block.error)
                reason = " ".join(reason.split())[:200]
                yield stream.problem(line, f"the entry cannot be parsed ({reason})", _BRACES)
        elif isinstance(block, Entry):
            yield _paper(block, stream, line)


def _paper(entry: Entry, stream: Stream, line: str) -> Paper | Problem:
    fields: dict[str, str] = {}
    for item in entry.fields:
        value = str(item.value)
        if _RUN_ON.match(value):
            return stream.problem(line, f"a comma is missing after the field {item.key}", _BRACES)
        fields.setdefault(item.key.lower(), value)
    columns = columns_for(fields, {})

    def first(name: str) -> str:
        return next((fields[column] for column in columns.get(name, ()) if fields[column].strip()), "")

    eprint = fields.get("eprint", "")
    prefix = (fields.get("archiveprefix") or fields.get("eprinttype") or "").lower()
    if prefix and prefix != "arxiv":
        eprint = ""
    ids = [
        eprint,
        fields.get("doi", ""),
        fields.get("arxivid", ""),
        *(fields.get(k, "") for k in ("url", "ee", "note")),
    ]
    # BibTeX of DBLP and Google Scholar tells the arXiv id in the journal's name only.
    journal = re.search(r"arxiv[:\s]+(\S+)", fields.get("journal", "") + " " + fields.get("volume", ""), re.I)
    ids += [f"arXiv:{journal[1].rstrip(',;')}"] if journal else []
    ids += (
        [fields.get("volume", "").removeprefix("abs/")] if fields.get("volume", "").startswith("abs/") else []
    )
    year, month, day = (fields.get(key, "").strip() for key in ("year", "month", "day"))
    complete = f"{day} {month} {year}" if year and month and day else None
    return make_paper(
        stream,
        f"{entry.key} ({line})" if entry.key else line,
        title=decode_latex(first("title"), escapes=True),
        abstract=decode_latex(first("abstract"), escapes=False),
        ids=find_ids([decode_latex(value, escapes=True) for value in ids if value] + _key_ids(entry.key)),
        dates=[complete, fields.get("date"), year or None],
        date_text=" ".join(filter(None, (day, month, year))) or None,
    )


def _key_ids(key: str) -> list[str]:
    """Return the id that DBLP's key of an arXiv paper holds ("DBLP:journals/corr/abs-2406-01234")."""
    match = re.search(r"corr/abs-(\d{4})-(\d{4,5})\Z", key)
    return [f"{match[1]}.{match[2]}"] if match else []
