"""One opened input as bytes, text or lines: decompressed, decoded, bounded in memory.

Damage is reported, never raised: a truncated archive ends early, bytes that are no text become U+FFFD,
and both say so through `report`, with the line.
"""

from __future__ import annotations

import codecs
import io
import re
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import IO, BinaryIO

from kg.model import Source
from kg.readers.base import Problem
from kg.readers.inflate import Counting, DamageError, inflate

HEAD_BYTES = 1 << 16
CHUNK_BYTES = 1 << 18
# No record of a paper is longer. A longer line is skipped without being held.
MAX_LINE = 1 << 24
MAX_DECODE_REPORTS = 10
MAX_SPOOL_MEMORY = 1 << 24

# Stands for undecodable bytes until the line is known. A noncharacter: never in real text.
_MARK = "\ufdd0"
_BOMS = [
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16: its mark begins with UTF-16's
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
]


def _mark(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return _MARK, error.end


codecs.register_error("methodkg.mark", _mark)


@dataclass(frozen=True, slots=True)
class Head:
    """The start of an input, for sniffing.

    Attributes:
        raw: first bytes after decompression, at most 64 KiB.
        text: the same decoded, undecodable bytes as U+FFFD.
        name: base name without ".gz" or ".zst".
        whole: whether `raw` is the whole file.
    """

    raw: bytes
    text: str
    name: str
    whole: bool

    @property
    def suffix(self) -> str:
        """Last suffix in lower case, with its dot, or an empty string."""
        match = re.search(r"\.[A-Za-z0-9]+\Z", self.name)
        return match[0].lower() if match else ""

    @property
    def binary(self) -> bool:
        """Whether this is no text in any encoding that is recognised."""
        bad = self.text.count("\ufffd") + self.text.count("\0")
        return bad > 0.1 * max(len(self.text), 1)


class Stream:
    """One opened input.

    Attributes:
        name: what `Source.uri` says: base name, "stdin", or the query.
        reader: name of the reader that was picked, for `Source.reader`.
        damaged: whether the input ended before its end.
    """

    def __init__(self, name: str, raw: BinaryIO, report: Callable[[Problem], None]) -> None:
        self.name = name
        self.reader = ""
        self.damaged = False
        self._report = report
        self._file = raw
        self._raw = inflate(raw)
        self._head = b""
        self._line = 1
        self._undecodable = 0
        while len(self._head) < HEAD_BYTES and (block := self._next_block(HEAD_BYTES - len(self._head))):
            self._head += block

    def problem(self, locator: str, reason: str, hint: str = "") -> Problem:
        """Describe what is wrong at `locator`."""
        return Problem(self.name, locator, reason, hint)

    def origin(self, locator: str, note: str | None = None) -> Source:
        """Return the `Source` of the record at `locator`."""
        return Source(self.name, locator, self.reader, note)

    @cached_property
    def _encoding(self) -> tuple[str, int]:
        """Name of the encoding and length of the byte order mark."""
        for bom, encoding in _BOMS:
            if self._head.startswith(bom):
                return encoding, len(bom)
        return "utf-8", 0

    @cached_property
    def head(self) -> Head:
        """The start of the input; reading it consumes nothing."""
        encoding, skip = self._encoding
        # Not final: a character cut in half by the end of the head is no error.
        text = codecs.getincrementaldecoder(encoding)("replace").decode(self._head[skip:])
        name = re.sub(r"\.(gz|zst|zstd)\Z", "", self.name, flags=re.I)
        return Head(self._head, text, name, len(self._head) < HEAD_BYTES)

    def _next_block(self, size: int = CHUNK_BYTES) -> bytes:
        """Return the next bytes after decompression; damage is reported and ends the input."""
        if self.damaged:
            return b""
        try:
            return self._raw.read(size)
        except (DamageError, OSError) as error:
            self.damaged = True
            hint = "the records before this place were read; get a whole copy of the file for the rest"
            self._report(self.problem("", f"the file ends early ({error})", hint))
            return b""

    def blocks(self) -> Iterator[bytes]:
        """Yield the bytes after decompression, from the start."""
        if self._head:
            yield self._head
        while block := self._next_block():
            yield block

    def binary(self) -> BinaryIO:
        """Return the bytes after decompression as a file that can only be read forward."""
        return io.BufferedReader(_BlocksIO(self.blocks()), CHUNK_BYTES)

    @contextmanager
    def seekable(self) -> Iterator[IO[bytes]]:
        """Give the bytes as a file that can seek: the file itself, or a copy where that is not possible."""
        if isinstance(self._raw, Counting) and self._file.seekable():
            self._file.seek(0)
            yield self._file
            return
        with tempfile.SpooledTemporaryFile(MAX_SPOOL_MEMORY) as spool:
            for block in self.blocks():
                spool.write(block)
            spool.seek(0)
            yield spool

    def chunks(self) -> Iterator[str]:
        """Yield the text in pieces, line ends as LF, undecodable bytes as U+FFFD and reported."""
        encoding, skip = self._encoding
        decoder = codecs.getincrementaldecoder(encoding)("methodkg.mark")
        newlines = io.IncrementalNewlineDecoder(None, translate=True)
        for block in self.blocks():
            text = newlines.decode(decoder.decode(block[skip:]))
            skip = 0
            if text:
                yield self._checked(text)
        text = newlines.decode(decoder.decode(b"", True), True)
        if text and not self.damaged:
            yield self._checked(text)
        if self._undecodable > MAX_DECODE_REPORTS:
            more = self._undecodable - MAX_DECODE_REPORTS
            self._report(
                self.problem("", f"{more} more lines hold bytes that are not {encoding}", _ENCODING_HINT)
            )

    def _checked(self, text: str) -> str:
        """Count lines, report undecodable ones, and return the text without marks."""
        if _MARK in text:
            for number, line in enumerate(text.split("\n"), self._line):
                if _MARK not in line:
                    continue
                self._undecodable += 1
                if self._undecodable <= MAX_DECODE_REPORTS:
                    reason = f"holds bytes that are not {self._encoding[0]} (kept as U+FFFD)"
                    self._report(self.problem(f"line {number}", reason, _ENCODING_HINT))
            text = text.replace(_MARK, "\ufffd")
        self._line += text.count("\n")
        return text

    def lines(self) -> Iterator[tuple[int, str]]:
        """Yield `(line number, line)` without line ends; lines over 16 MiB are reported and skipped.

        The unfinished last line of a damaged input is not yielded: half a record is not a record.
        """
        number, parts, size = 1, [], 0
        for chunk in self.chunks():
            first, *rest = chunk.split("\n")
            if size <= MAX_LINE:
                parts.append(first)
            size += len(first)
            for following in rest:
                if size > MAX_LINE:
                    self._report_long(number, size)
                else:
                    yield number, "".join(parts)
                number, parts, size = number + 1, [following], len(following)
        if size > MAX_LINE:
            self._report_long(number, size)
        elif size and not self.damaged:
            yield number, "".join(parts)

    def _report_long(self, number: int, size: int) -> None:
        reason = f"is {size:,} characters long, over the limit of {MAX_LINE:,}, and was skipped"
        self._report(self.problem(f"line {number}", reason, "put one record on each line"))


_ENCODING_HINT = "save the file as UTF-8"


class _BlocksIO(io.RawIOBase):
    """A readable raw file over an iterator of blocks."""

    def __init__(self, blocks: Iterator[bytes]) -> None:
        self._blocks = blocks
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # typeshed: WriteableBuffer
        if not self._rest:
            self._rest = memoryview(next(self._blocks, b""))
        count = min(len(buffer), len(self._rest))
        buffer[:count] = self._rest[:count]
        self._rest = self._rest[count:]
        return count
