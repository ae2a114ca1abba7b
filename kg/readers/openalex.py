"""OpenAlex works (https://docs.openalex.org/api-entities/works/work-object): API answers and snapshots.

Abstracts come as an inverted index, word -> positions, and are put together again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from kg.model import Paper
from kg.readers.base import Options, Problem
from kg.readers.ids import find_ids
from kg.readers.jsonstream import json_objects
from kg.readers.record import as_text, first_given, make_paper
from kg.readers.stream import Head, Stream

_KEYS = re.compile(r'"abstract_inverted_index"\s*:|"id"\s*:\s*"https://openalex\.org/W\d')
MAX_WORDS = 100_000


class OpenAlex:
    """Reader of OpenAlex works."""

    name = "openalex"

    def sniff(self, head: Head) -> float:
        """Recognise the inverted index or a work's id."""
        return 0.95 if _KEYS.search(head.text) and head.text.lstrip().startswith(("{", "[")) else 0.0

    def read(self, stream: Stream, options: Options) -> Iterator[Paper | Problem]:
        """Yield one paper per work."""
        for locator, found in json_objects(stream):
            yield found if isinstance(found, Problem) else _paper(found, stream, locator)


def _paper(work: Mapping[str, object], stream: Stream, locator: str) -> Paper | Problem:
    index = work.get("abstract_inverted_index")
    abstract = work.get("abstract")
    if isinstance(index, dict):
        found = abstract_of(index)
        if found is None:
            return stream.problem(
                locator, "its inverted abstract has impossible positions", "fetch the work again"
            )
        abstract = found
    ids = work.get("ids")
    values = [as_text(work.get("doi"))]
    values += [as_text(value) for value in ids.values()] if isinstance(ids, dict) else []
    return make_paper(
        stream,
        locator,
        title=first_given(work.get("title"), work.get("display_name")),
        abstract=abstract,
        ids=find_ids([*values, *_links(work)]),
        dates=[work.get("publication_date"), work.get("publication_year")],
        html=True,
    )


def _links(work: Mapping[str, object]) -> Iterator[str]:
    """Yield the addresses of all places where a work lies: an arXiv id is told nowhere else."""
    places = work.get("locations")
    for place in [
        work.get("primary_location"),
        work.get("best_oa_location"),
        *(places if isinstance(places, list) else []),
    ]:
        if isinstance(place, dict):
            for key in ("landing_page_url", "pdf_url", "id"):
                yield as_text(place.get(key))


def abstract_of(index: Mapping[str, object]) -> str | None:
    """Put an inverted abstract together; None if a position is no position.

    >>> abstract_of({"models": [1, 3], "Large": [0], "need": [2]})
    'Large models need models'
    """
    words: dict[int, str] = {}
    for word, positions in index.items():
        if not isinstance(positions, list):
            return None
        for position in positions:
            if not isinstance(position, int) or not 0 <= position < MAX_WORDS:
                return None
            words[position] = word
    return " ".join(words[position] for position in sorted(words))
