"""`arxiv:` sources: papers by id or query from the arXiv API, through the `arxiv` package.

    arxiv:2406.01234,2406.05678
    arxiv:cat:cs.LG AND abs:forgetting?since=2026-01-01&until=2026-03-31&max=500

Every fetched page is kept, so that a run that was cut off goes on where it stopped, and requests are three
seconds apart, as arXiv asks (https://info.arxiv.org/help/api/tou.html).
"""

from __future__ import annotations

import datetime as dt
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import arxiv
import requests

from kg.errors import InputError, nearest
from kg.model import Paper, Source
from kg.readers.arxiv_pages import DELAY_SECONDS, KeptPages
from kg.readers.base import Options, Problem
from kg.readers.ids import arxiv_id, find_ids
from kg.readers.record import make_paper

URL_VARIABLE = "METHODKG_ARXIV_URL"
API_URL = "https://export.arxiv.org/api/query"
PAGE_SIZE = 100
DEFAULT_MAX = 1_000
_OPTIONS = ("since", "until", "max")
_FORM = "arxiv:2406.01234 or arxiv:cat:cs.LG?since=2026-01-01&max=500"


@dataclass(frozen=True, slots=True)
class Query:
    """What an `arxiv:` source asks for: ids, or a search with bounds.

    Attributes:
        text: the source as the user wrote it.
        ids: arXiv ids, or empty.
        search: query in arXiv's syntax, with the dates, or empty.
        limit: most papers to fetch.
        asked_limit: whether the user gave the limit.
        closed: whether its answer never changes: ids, or a time that is over.
    """

    text: str
    ids: tuple[str, ...]
    search: str
    limit: int
    asked_limit: bool
    closed: bool


def parse_query(text: str, today: dt.date | None = None) -> Query:
    """Read an `arxiv:` source.

    Raises:
        InputError: it is empty, or an option is unknown or makes no sense.
    """
    body, _, tail = text.removeprefix("arxiv:").partition("?")
    parts = [part.strip() for part in body.split(",") if part.strip()]
    if not parts:
        raise InputError(f"{text!r} asks for nothing: write {_FORM}")
    options: dict[str, str] = {}
    for name, value in parse_qsl(tail, keep_blank_values=True):
        if name not in _OPTIONS:
            raise InputError(
                f"{text!r} has the option {name!r}; there are {', '.join(_OPTIONS)}.{nearest(name, _OPTIONS)}"
            )
        options[name] = value
    limit = _limit(text, options)
    ids = [arxiv_id(part) for part in parts]
    if all(ids):
        # An id given twice is one paper.
        return Query(text, tuple(dict.fromkeys(filter(None, ids))), "", limit, "max" in options, True)
    since, until = (_day(text, name, options.get(name)) for name in ("since", "until"))
    search = body.strip()
    if since or until:
        first, last = since or dt.date(1991, 1, 1), until or dt.date(2100, 1, 1)
        if first > last:
            raise InputError(f"{text!r}: since is after until; swap them")
        search = f"({search}) AND submittedDate:[{first:%Y%m%d}0000 TO {last:%Y%m%d}2359]"
    closed = until is not None and until < (today or dt.date.today()) - dt.timedelta(days=2)
    return Query(text, (), search, limit, "max" in options, closed)


def _limit(text: str, options: dict[str, str]) -> int:
    value = options.get("max", str(DEFAULT_MAX))
    if not re.fullmatch(r"[1-9]\d{0,6}", value):
        raise InputError(f"{text!r}: max is {value!r}; give a whole number from 1")
    return int(value)


def _day(text: str, name: str, value: str | None) -> dt.date | None:
    if value is None:
        return None
    try:
        return dt.date.fromisoformat(value)
    except ValueError:
        raise InputError(f"{text!r}: {name} is {value!r}; write a day as 2026-01-31") from None


def default_cache() -> Path:
    """Return the folder for fetched pages where the caller names none."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "methodkg"


def fetch(
    text: str, options: Options, *, url: str | None = None, delay_seconds: float = DELAY_SECONDS
) -> Iterator[Paper | Problem]:
    """Yield the papers that an `arxiv:` source asks for.

    Args:
        text: the source, with "arxiv:".
        options: gives the folder for fetched pages.
        url: address of the API; by default `METHODKG_ARXIV_URL` or arXiv's own.
        delay_seconds: least time between two requests.

    Raises:
        InputError: the source makes no sense, or arXiv cannot be reached; pages fetched so far are kept.
    """
    query = parse_query(text)
    base = url or os.environ.get(URL_VARIABLE) or API_URL
    folder = (options.cache_dir or default_cache()) / "arxiv"
    pages = KeptPages(folder, delay_seconds, forever=query.closed)
    # The transport waits, and only where it does ask the network: the client would wait for kept pages too.
    client = arxiv.Client(page_size=PAGE_SIZE, delay_seconds=0.0, num_retries=2)
    client.query_url_format = base + "?{}"
    for scheme in ("http://", "https://"):
        client._session.mount(scheme, pages)
    count = 0
    try:
        for result in _results(client, query):
            count += 1
            yield _paper(result, query, count)
        if query.ids:
            yield from _missing(query, pages)
    except (requests.RequestException, arxiv.ArxivError) as error:
        raise InputError(_failure(query, base, error, count, folder)) from None
    if not count and not query.ids:
        yield Problem(query.text, "", "no paper matches", "correct the query, or try again later")
    if count == query.limit and not query.asked_limit and not query.ids:
        yield Problem(
            query.text, "", f"stopped after {count} papers, the default", "ask for more with ?max=N"
        )


def _results(client: arxiv.Client, query: Query) -> Iterator[arxiv.Result]:
    if not query.ids:
        # The oldest first: papers that come later do not move those on the pages already kept.
        order = {"sort_by": arxiv.SortCriterion.SubmittedDate, "sort_order": arxiv.SortOrder.Ascending}
        yield from client.results(arxiv.Search(query.search, max_results=query.limit, **order))
        return
    wanted = query.ids[: query.limit]
    for start in range(0, len(wanted), PAGE_SIZE):
        part = list(wanted[start : start + PAGE_SIZE])
        yield from client.results(arxiv.Search(id_list=part, max_results=len(part)))


def _missing(query: Query, pages: KeptPages) -> Iterator[Problem]:
    """Report the ids for which no entry came."""
    for number in query.ids[: query.limit]:
        if number not in pages.seen_ids:
            yield Problem(query.text, number, "arXiv has no such paper", "correct the id")


def _paper(result: arxiv.Result, query: Query, number: int) -> Paper | Problem:
    if "/api/errors" in result.entry_id:
        return Problem(
            query.text, f"result {number}", f"arXiv answered: {result.summary}", "correct the query"
        )
    ids = find_ids([result.entry_id, result.doi or ""])
    place = _Place(query.text, ids.arxiv or f"result {number}")
    return make_paper(
        place,
        place.locator,
        title=result.title,
        abstract=result.summary,
        ids=ids,
        dates=[result.published],
    )


@dataclass(frozen=True, slots=True)
class _Place:
    """Stands where a file's `Stream` does otherwise: names the query."""

    name: str
    locator: str

    def problem(self, locator: str, reason: str, hint: str = "") -> Problem:
        return Problem(self.name, locator, reason, hint)

    def origin(self, locator: str, note: str | None = None) -> Source:
        return Source(self.name, locator, "arxiv", note)


def _failure(query: Query, base: str, error: Exception, count: int, folder: Path) -> str:
    host = urlsplit(base).netloc or base
    status = getattr(error, "status", None)
    what = f"HTTP {status}" if status else type(error).__name__
    hint = "check the connection and run the same command again: it goes on there, "
    if status in (400, 414) or (status == 500 and count >= 5_000):
        hint = "correct the query, or ask for less with since and until; "
    where = f"{query.text!r}: {host} did not answer after {count} papers ({what})"
    return f"{where}; {hint}fetched pages are kept in {folder}"
