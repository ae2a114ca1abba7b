"""Readers: any pile of titles and abstracts in, a stream of papers out.

    >>> for paper in read(["papers.jsonl.gz", "library.bib", "dumps/"]):
    ...     print(paper.title)

The format is picked by what a file holds, not only by its name.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO, cast

from kg.errors import InputError, UsageError, nearest
from kg.model import Paper
from kg.readers.base import Options, Problem, Reader
from kg.readers.inputs import Input, expand
from kg.readers.record import check_mapping
from kg.readers.registry import MAPPED, READERS
from kg.readers.stream import Head, Stream

__all__ = ["Options", "Problem", "Reader", "read", "reader_names"]


def reader_names() -> list[str]:
    """Return the names that `read` takes as `reader`, sorted."""
    return sorted(READERS)


def read(
    inputs: Sequence[str],
    *,
    reader: str | None = None,
    mapping: Mapping[str, str] | None = None,
    strict: bool = False,
    on_problem: Callable[[Problem], None] | None = None,
    cache_dir: Path | None = None,
) -> Iterator[Paper]:
    """Stream the papers of `inputs`; each has the empty id and one source.

    Args:
        inputs: files, folders, quoted patterns, "-" (standard input), "arxiv:2406.01234",
            "arxiv:cat:cs.LG?since=2026-01-01&max=500", or "sample" (the packaged sample).
        reader: name of the format, where it should not be guessed (see `reader_names`).
        mapping: our field -> column name, for columns with names of their own: `{"title": "headline"}`;
            every input must then be JSON, CSV or Parquet.
        strict: stop at the first record that cannot be read.
        on_problem: called with each record that cannot be read; by default they are passed over.
        cache_dir: where pages fetched from arXiv are kept.

    Raises:
        InputError: a file is missing, a pattern matches nothing, an option makes no sense (all before the
            first paper), a table lacks a mapped column or a file has no columns to map (when it is
            reached), arXiv cannot be reached, or, with `strict`, a record cannot be read.
    """
    if reader is not None and reader not in READERS:
        names = ", ".join(reader_names())
        raise UsageError(f"there is no reader {reader!r}; there are {names}.{nearest(reader, READERS)}")
    options = Options(dict(mapping or {}), cache_dir)
    check_mapping(options.mapping)
    if reader is not None:
        _check_mapped(f"the reader {reader}", reader, options)
    found, problems = expand([inputs] if isinstance(inputs, str) else inputs)
    if unmapped := [item.name for item in found if item.query or item.mapping]:
        _check_mapped(unmapped[0], None, options)

    def report(problem: Problem) -> None:
        if strict:
            raise InputError(str(problem))
        if on_problem is not None:
            on_problem(problem)

    return _read_all(found, problems, reader, options, report)


def _check_mapped(where: str, reader: str | None, options: Options) -> None:
    """Refuse a mapping for a format that has no columns to name.

    Raises:
        UsageError: if there is one.
    """
    if options.mapping and reader not in MAPPED:
        read_as = f" (read as {reader})" if reader and reader not in where else ""
        raise UsageError(
            f"{where}{read_as}: has no columns for --map to name; give it without, or force one of the "
            f"readers that have: {', '.join(MAPPED)}"
        )


def _read_all(
    inputs: list[Input],
    problems: list[Problem],
    reader: str | None,
    options: Options,
    report: Callable[[Problem], None],
) -> Iterator[Paper]:
    for problem in problems:
        report(problem)
    for item in inputs:
        for result in _read_input(item, reader, options, report):
            if isinstance(result, Problem):
                report(result)
            else:
                yield result


def _read_input(
    item: Input, reader: str | None, options: Options, report: Callable[[Problem], None]
) -> Iterator[Paper | Problem]:
    if item.mapping:
        options = replace(options, mapping=item.mapping)
    if item.query is not None:
        from kg.readers.arxiv_api import fetch  # requests takes 0.2 s to import

        yield from fetch(item.query, options)
    elif item.path is None:
        yield from _read_file(cast(BinaryIO, sys.stdin.buffer), item, reader, options, report)
    else:
        try:
            with item.path.open("rb") as raw:
                yield from _read_file(raw, item, reader, options, report)
        except OSError as error:
            yield Problem(
                item.name, "", f"cannot be read ({error.strerror or error})", "check its permissions"
            )


def _read_file(
    raw: BinaryIO, item: Input, reader: str | None, options: Options, report: Callable[[Problem], None]
) -> Iterator[Paper | Problem]:
    stream = Stream(item.name, raw, report)
    if not stream.head.raw:
        if not stream.damaged:
            yield stream.problem("", "is empty", "give a file with records")
        return
    chosen = READERS[reader] if reader else pick(stream.head)
    if chosen is None:
        yield stream.problem("", _unknown(stream.head), f"name its format: {', '.join(reader_names())}")
        return
    stream.reader = chosen.name
    _check_mapped(item.name, chosen.name, options)
    nothing = True
    for result in chosen.read(stream, options):
        nothing = False
        yield result
    if nothing and not stream.damaged:
        yield stream.problem(
            "", f"holds no record (read as {chosen.name})", "name its format if it is another"
        )


def pick(head: Head) -> Reader | None:
    """Return the reader that is surest of a file that starts like `head`, None if none claims it."""
    best = max(READERS.values(), key=lambda reader: reader.sniff(head))
    return best if best.sniff(head) > 0 else None


def _unknown(head: Head) -> str:
    if head.raw.startswith(b"PK\x03\x04"):
        return "is a zip archive: unpack it first"
    if head.raw[1::2].count(0) > len(head.raw) // 5 or head.raw[::2].count(0) > len(head.raw) // 5:
        return "looks like UTF-16 without its byte order mark: save it as UTF-8"
    return "is binary data of no known format" if head.binary else "is in no known format"
