"""JSON objects out of JSON of any layout, one at a time and in bounded memory.

JSON Lines, an array, an object that holds the array ("results", "data"), several values in a row, on one
line or many. A broken record is reported and skipped to its closing brace; the others are kept.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from kg.readers.base import Problem
from kg.readers.stream import MAX_LINE, Stream

Found = tuple[str, dict[str, object] | Problem]
"""A locator with the object there, or with what is wrong."""

# Under these keys responses keep their records; other lists of objects (authors) belong to a record.
CONTAINERS = (
    "results",
    "data",
    "papers",
    "works",
    "items",
    "records",
    "entries",
    "docs",
    "articles",
    "recommendedPapers",
    "message",
    "response",
    "result",
)
_DECODER = json.JSONDecoder(strict=False)  # raw control characters are forgiven; cleaning drops them
_TOKEN = re.compile(r'\\.|["{}\[\]]', re.S)
_AFTER_WORD = re.compile(r"[,\]}\s]")
_MAX_WORD = 100_000
_SPACE = re.compile(r"[\s\ufeff]*")
_MAX_JUNK = 20  # lines that are named; more say nothing new
_FIX = "correct the record; the others were read"


def json_objects(stream: Stream) -> Iterator[Found]:
    """Yield every record in `stream`, in whichever layout its start shows."""
    if is_json_lines(stream.head.text):
        yield from _from_lines(stream)
    else:
        yield from _Document(stream).records()


def is_json_lines(head: str) -> bool:
    """Whether text that starts like `head` has one object on each line."""
    lines = [line for line in head.split("\n") if line.strip()]
    if len(lines) < 2 or not lines[0].lstrip("\ufeff \t").startswith("{"):
        return False
    if _decodes(lines[0].lstrip("\ufeff")):
        return True
    # A pretty-printed document breaks its lines after these; a broken record of JSON Lines does not.
    return lines[1].startswith("{") and lines[0].rstrip()[-1] not in "[{,:"


def _decodes(text: str) -> bool:
    try:
        json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return False
    return True


def _from_lines(stream: Stream) -> Iterator[Found]:
    for number, line in stream.lines():
        text = line.strip("\ufeff \t\r")
        if not text:
            continue
        locator = f"line {number}"
        try:
            value = json.loads(text, strict=False)
        except (ValueError, RecursionError) as error:
            yield locator, stream.problem(locator, f"is not JSON ({_reason(error)})", _FIX)
            continue
        for number, found in enumerate(_records_of(value), 1):
            place = locator if found is value else f"{locator}, record {number}"
            yield place, _object(found, stream, place)


def _records_of(value: object) -> list[object]:
    """Return the records in the list of an object that is no record itself (an API answer), else itself."""
    if isinstance(value, dict) and not any(
        isinstance(value.get(key), str) for key in ("title", "Title", "name")
    ):
        for key in CONTAINERS:
            inner = value.get(key)
            if isinstance(inner, list) and inner and isinstance(inner[0], dict):
                return inner
            if isinstance(inner, dict):
                return _records_of(inner)
    return [value]


def _object(value: object, stream: Stream, locator: str) -> dict[str, object] | Problem:
    if isinstance(value, dict):
        return value
    return stream.problem(locator, f"is {_kind(value)}, not an object", "give each paper as a JSON object")


def _kind(value: object) -> str:
    names = {list: "an array", str: "a string", bool: "a boolean", type(None): "null"}
    return names.get(type(value), "a number")


def _reason(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg} at character {error.pos + 1}"
    return "nested too deeply" if isinstance(error, RecursionError) else "a number is too long"


class _TooLong(Exception):
    """A value is over the limit of one record."""


class _Document:
    """A cursor over JSON text that is read as it is needed."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._chunks = stream.chunks()
        self._text = ""
        self._at = 0
        self._count = 0

    def records(self) -> Iterator[Found]:
        """Yield the records of every value at the top."""
        junk = 0
        while start := self._peek():
            if start == "[":
                yield from self._array()
            elif start == "{":
                yield from self._top_object()
            else:
                junk += 1
                if junk <= _MAX_JUNK:
                    reason = f"is not JSON: {self._text[self._at : self._at + 20]!r}"
                    yield "", self._stream.problem(f"after record {self._count}", reason, _FIX)
                self._skip_line()
            while self._peek() == ",":  # objects in a row are sometimes separated by commas
                self._at += 1

    def _peek(self) -> str:
        """Return the next character that is no white space without taking it; empty at the end."""
        while True:
            match = _SPACE.match(self._text, self._at)
            self._at = match.end() if match else self._at
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._more():
                return ""

    def _more(self) -> bool:
        """Add the next chunk and forget what was taken."""
        chunk = next(self._chunks, "")
        self._text, self._at = self._text[self._at :] + chunk, 0
        return bool(chunk)

    def _value(self) -> object:
        """Take one JSON value.

        Raises:
            ValueError: it is broken; the cursor is behind it, or at the end.
            _TooLong: it is over the limit; the cursor is behind it.
        """
        # A number or word at the end of the chunk may go on in the next.
        while not self._opens() and not _AFTER_WORD.search(self._text, self._at):
            if len(self._text) - self._at > _MAX_WORD or not self._more():
                break
        while True:
            try:
                value, end = _DECODER.raw_decode(self._text, self._at)
            except RecursionError:
                self._skip()
                raise ValueError("nested too deeply") from None
            except ValueError as error:
                broken = error
            else:
                self._at = end
                return value
            if not self._opens() or self._closing() is not None:
                self._skip()
                raise broken
            if len(self._text) - self._at > MAX_LINE:
                self._skip()
                raise _TooLong
            if not self._more():
                self._at = len(self._text)
                raise ValueError("it is not closed before the end of the file")
            self._grow()

    def _opens(self) -> bool:
        """Whether the value at the cursor is one that is closed again: an object, an array, a string."""
        return self._text[self._at : self._at + 1] in ("{", "[", '"', "")

    def _grow(self) -> None:
        """Double what is held, so that a long value is tried a few times only."""
        want = 2 * len(self._text)
        parts = [self._text]
        held = len(self._text)
        while held < min(want, 2 * MAX_LINE) and (chunk := next(self._chunks, "")):
            parts.append(chunk)
            held += len(chunk)
        self._text = "".join(parts)

    def _closing(self) -> int | None:
        """Return where the value at the cursor ends, by its brackets alone; None if not in the text held."""
        return _Balance().feed(self._text, self._at)

    def _skip_line(self) -> None:
        """Put the cursor behind the next line end."""
        while (end := self._text.find("\n", self._at)) < 0:
            self._at = len(self._text)
            if not self._more():
                return
        self._at = end + 1

    def _skip(self, depth: int = 0) -> None:
        """Put the cursor behind the value that starts there, holding no more than a chunk.

        With `depth` 1 the cursor is inside the value already, between two of its parts.
        """
        balance = _Balance(depth)
        if not depth and not self._opens():
            match = _AFTER_WORD.search(self._text, self._at)
            self._at = max(match.start() if match else len(self._text), self._at + 1)
            return
        while True:
            end = balance.feed(self._text, self._at)
            if end is not None:
                self._at = end
                return
            self._at = len(self._text)
            if not self._more():
                return

    def _array(self) -> Iterator[Found]:
        """Yield the elements of the array at the cursor."""
        self._at += 1
        while (char := self._peek()) not in ("", "]"):
            if char == ",":
                self._at += 1
                continue
            if char == "}":  # brackets do not match: what follows is read as well as it can be
                self._at += 1
                continue
            self._count += 1
            locator = f"record {self._count}"
            yield locator, self._element(locator)
        if not char and not self._stream.damaged:
            reason = f"the file ends inside a list, after {self._count} records"
            yield "", self._stream.problem("", reason, "get a whole copy of the file")
        self._at += 1

    def _element(self, locator: str) -> dict[str, object] | Problem:
        try:
            return _object(self._value(), self._stream, locator)
        except _TooLong:
            return self._stream.problem(
                locator, f"is longer than {MAX_LINE:,} characters and was skipped", ""
            )
        except ValueError as error:
            return self._stream.problem(locator, f"is not JSON ({_reason_of_value(error)})", _FIX)

    def _top_object(self) -> Iterator[Found]:
        """Yield the records in the list of an object, or the object itself if it is a record."""
        self._at += 1
        whole: dict[str, object] = {}
        streamed = False
        while (char := self._peek()) not in ("", "}"):
            if char == ",":
                self._at += 1
                continue
            try:
                key = self._key()
                if key in CONTAINERS and self._peek() == "[":
                    streamed = True
                    yield from self._array()
                else:
                    whole[key] = self._value()
            except (_TooLong, ValueError) as error:
                self._count += 1
                locator = f"record {self._count}"
                reason = "is too long" if isinstance(error, _TooLong) else _reason_of_value(error)
                yield locator, self._stream.problem(locator, f"is not JSON ({reason})", _FIX)
                self._skip(depth=1)
                return
        self._at += 1
        if not char and not streamed and not self._stream.damaged:
            yield (
                "",
                self._stream.problem("", "the file ends inside an object", "get a whole copy of the file"),
            )
        elif not streamed:
            for record in _records_of(whole):
                self._count += 1
                locator = f"record {self._count}"
                yield locator, _object(record, self._stream, locator)

    def _key(self) -> str:
        key = self._value() if self._peek() == '"' else None
        if not isinstance(key, str) or self._peek() != ":":
            raise ValueError("a key or its colon is missing")
        self._at += 1
        self._peek()
        return key


def _reason_of_value(error: Exception) -> str:
    return error.msg if isinstance(error, json.JSONDecodeError) else str(error)


class _Balance:
    """Finds where a value ends by counting brackets outside strings; can go on in the next chunk."""

    def __init__(self, depth: int = 0) -> None:
        self._depth = depth
        self._string = False
        self._escape = False

    def feed(self, text: str, start: int) -> int | None:
        if self._escape:
            start, self._escape = start + 1, False
        for match in _TOKEN.finditer(text, start):
            mark = match[0]
            if mark == '"':
                self._string = not self._string
            elif len(mark) == 1 and not self._string:
                self._depth += 1 if mark in "{[" else -1
            if self._depth <= 0 and not self._string and len(mark) == 1:
                return match.end()
        self._escape = self._string and len(text) > start and _odd_backslashes(text)
        return None


def _odd_backslashes(text: str) -> bool:
    return (len(text) - len(text.rstrip("\\"))) % 2 == 1
