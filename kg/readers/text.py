"""Plain text and Markdown: one paper a file, its first line the title."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kg.model import Paper
from kg.readers.base import Options, Problem
from kg.readers.ids import Ids
from kg.readers.record import make_paper
from kg.readers.stream import Head, Stream

MAX_TEXT = 1 << 20
_HEADING = re.compile(r"#{1,6}\s+")
_ABSTRACT = re.compile(r"(?:#{1,6}\s+|\*\*|__)?abstract(?:\*\*|__)?\s*[:.]?(?:\*\*|__)?\Z", re.I)
_ABSTRACT_INLINE = re.compile(r"(?:\*\*|__)?abstract(?:\*\*|__)?\s*[:.—–-](?:\*\*|__)?\s+", re.I)
_NEXT = re.compile(r"#{1,6}\s+\S|(?:\d+\.?\s+|I\.\s+)?introduction\Z", re.I)
_RULE = re.compile(r"[=\-*_]{3,}\Z")


class Text:
    """Reader of a text file as one paper."""

    name = "text"

    def sniff(self, head: Head) -> float:
        """Claim any text faintly, after all known formats."""
        if head.binary or not head.text.strip():
            return 0.0
        return 0.2 if head.suffix in (".txt", ".md", ".markdown", ".text", "") else 0.05

    def read(self, stream: Stream, options: Options) -> Iterator[Paper | Problem]:
        """Yield the file's paper.

        An "Abstract" heading is dropped with what stands between it and the title (the authors), and the
        abstract then ends at the next heading.
        """
        lines: list[tuple[int, str]] = []
        size = 0
        for number, line in stream.lines():
            size += len(line)
            if size > MAX_TEXT:
                reason = (
                    f"is longer than {MAX_TEXT:,} characters, too long for one paper's title and abstract"
                )
                yield stream.problem("", reason, "give one paper a file, or name the format with reader=")
                return
            lines.append((number, line.strip()))
        lines, title = _front_matter(lines)
        body = [(number, line) for number, line in lines if line and not _RULE.match(line)]
        if not body:
            yield stream.problem("", "holds no text", "give the title on the first line")
            return
        number = body[0][0]
        if not title:
            title, body = _HEADING.sub("", body[0][1]).rstrip("# "), body[1:]
        abstract = abstract_of([line for _, line in body])
        yield make_paper(stream, f"line {number}", title=title, abstract=abstract, ids=Ids())


def _front_matter(lines: list[tuple[int, str]]) -> tuple[list[tuple[int, str]], str]:
    """Split YAML front matter off; return the other lines and the title that it gives, or ""."""
    if not lines or lines[0][1] != "---":
        return lines, ""
    end = next((i for i, (_, line) in enumerate(lines[1:], 1) if line == "---"), None)
    if end is None:
        return lines, ""
    titles = (line[6:].strip().strip("\"'") for _, line in lines[1:end] if line.lower().startswith("title:"))
    return lines[end + 1 :], next(titles, "")


def abstract_of(lines: list[str]) -> str:
    """Return the abstract in the lines below the title."""
    start = next((i for i, line in enumerate(lines) if _ABSTRACT.match(line)), None)
    if start is not None:
        lines = lines[start + 1 :]
        end = next((i for i, line in enumerate(lines) if i and _NEXT.match(line)), len(lines))
        return "\n".join(lines[:end])
    inline = next((i for i, line in enumerate(lines) if _ABSTRACT_INLINE.match(line)), None)
    if inline is not None:
        lines = [_ABSTRACT_INLINE.sub("", lines[inline], count=1), *lines[inline + 1 :]]
    return "\n".join(lines)
