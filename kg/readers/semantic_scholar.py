"""Semantic Scholar papers (https://api.semanticscholar.org/api-docs/graph): API answers and datasets."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from kg.model import Paper
from kg.readers.base import Options, Problem
from kg.readers.ids import find_ids
from kg.readers.jsonstream import json_objects
from kg.readers.record import as_text, first_given, make_paper
from kg.readers.stream import Head, Stream

_KEYS = re.compile(
    r'"(?:externalIds|externalids|corpusid|citingPaper|citedPaper)"\s*:|"paperId"\s*:\s*"[0-9a-f]{40}"'
)
# Citations and recommendations wrap the paper they are about.
_WRAPPERS = ("citedPaper", "citingPaper", "paper")
_PREFIXES = {"arxiv": "arXiv:", "doi": "doi:", "acl": "acl:"}


class SemanticScholar:
    """Reader of Semantic Scholar papers."""

    name = "semantic_scholar"

    def sniff(self, head: Head) -> float:
        """Recognise the keys of its papers."""
        return 0.9 if _KEYS.search(head.text) and head.text.lstrip().startswith(("{", "[")) else 0.0

    def read(self, stream: Stream, options: Options) -> Iterator[Paper | Problem]:
        """Yield one paper per record."""
        for locator, found in json_objects(stream):
            yield found if isinstance(found, Problem) else _paper(found, stream, locator)


def _paper(record: Mapping[str, object], stream: Stream, locator: str) -> Paper | Problem:
    for wrapper in _WRAPPERS:
        inner = record.get(wrapper)
        if isinstance(inner, dict) and "title" not in record:
            record = inner
    given = record.get("externalIds") or record.get("externalids")
    ids: list[str] = []
    if isinstance(given, dict):
        named = {str(kind).lower(): as_text(value) for kind, value in given.items()}
        ids = [f"{prefix}{named[kind]}" for kind, prefix in _PREFIXES.items() if named.get(kind)]
    ids += [as_text(record.get("doi")), as_text(record.get("arxivId")), as_text(record.get("url"))]
    dates = (record.get("publicationDate") or record.get("publicationdate"), record.get("year"))
    return make_paper(
        stream,
        locator,
        title=record.get("title"),
        abstract=first_given(record.get("abstract"), record.get("paperAbstract")),
        ids=find_ids(ids),
        dates=dates,
    )
