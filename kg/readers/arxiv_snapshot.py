"""The arXiv metadata snapshot (https://www.kaggle.com/datasets/Cornell-University/arxiv): JSON Lines.

The year is that of the first version, not of the last change to the metadata.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from kg.model import Paper
from kg.readers.base import Options, Problem
from kg.readers.ids import find_ids
from kg.readers.jsonstream import json_objects
from kg.readers.record import as_text, make_paper
from kg.readers.stream import Head, Stream

_KEYS = re.compile(r'"(?:authors_parsed|versions|update_date|journal-ref|license|report-no)"\s*:')


class ArxivSnapshot:
    """Reader of arXiv metadata records."""

    name = "arxiv_snapshot"

    def sniff(self, head: Head) -> float:
        """Recognise the keys that only these records have together."""
        return (
            0.95
            if len(set(_KEYS.findall(head.text))) >= 2 and head.text.lstrip().startswith(("{", "["))
            else 0.0
        )

    def read(self, stream: Stream, options: Options) -> Iterator[Paper | Problem]:
        """Yield one paper per record."""
        for locator, found in json_objects(stream):
            yield found if isinstance(found, Problem) else _paper(found, stream, locator)


def _paper(record: Mapping[str, object], stream: Stream, locator: str) -> Paper | Problem:
    # The field may hold several DOIs, separated by spaces.
    ids = find_ids([as_text(record.get("id")), *as_text(record.get("doi")).split()])
    dates: list[object] = []
    versions = record.get("versions")
    if isinstance(versions, list) and versions and isinstance(versions[0], dict):
        dates.append(versions[0].get("created"))
    if not dates and not ids.arxiv:
        dates.append(record.get("update_date"))
    return make_paper(
        stream,
        locator,
        title=record.get("title"),
        abstract=record.get("abstract"),
        ids=ids,
        dates=dates,
    )
