"""JSON and JSON Lines with the usual names, or names given by a mapping."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kg.model import Paper
from kg.readers.base import Options, Problem
from kg.readers.jsonstream import json_objects
from kg.readers.record import Unmapped, columns_for, paper_from_record
from kg.readers.stream import Head, Stream

_START = re.compile(r"\s*(?:\[\s*(?:\{|\]|\Z)|\{\s*(?:\"|\}|\Z))")


class JsonRecords:
    """Reader of JSON records."""

    name = "json"

    def sniff(self, head: Head) -> float:
        """Recognise text that starts like an object or an array of objects."""
        if _START.match(head.text):
            return 0.7
        return 0.4 if head.suffix in (".json", ".jsonl", ".ndjson") else 0.0

    def read(self, stream: Stream, options: Options) -> Iterator[Paper | Problem]:
        """Yield one paper per record."""
        unmapped = Unmapped(options.mapping)
        for locator, found in json_objects(stream):
            if isinstance(found, Problem):
                yield found
            else:
                columns = columns_for(found, options.mapping)
                unmapped.see(found, columns)
                yield paper_from_record(found, stream, locator, columns)
        yield from unmapped.problems(stream)
