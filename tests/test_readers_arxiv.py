"""`arxiv:` sources against a server on this machine that answers as arXiv does."""

from __future__ import annotations

import datetime as dt
import os
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from kg.errors import InputError
from kg.model import Paper
from kg.readers import Problem, arxiv_api, read
from kg.readers.arxiv_api import fetch, parse_query
from kg.readers.arxiv_pages import DELAY_SECONDS
from kg.readers.base import Options

TOTAL = 250


class Arxiv(ThreadingHTTPServer):
    """Holds 250 papers, numbered 2601.00001 upward, and remembers what it was asked."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked: list[dict[str, str]] = []
        self.fail_from: int | None = None
        self.answer: bytes | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/api/query"


class _Handler(BaseHTTPRequestHandler):
    server: Arxiv

    def do_GET(self) -> None:
        asked = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
        self.server.asked.append(asked)
        start, size = int(asked["start"]), int(asked["max_results"])
        failing = self.server.fail_from is not None and start >= self.server.fail_from
        if "id_list" in asked:
            numbers = [n for n in (int(i.split(".")[1]) for i in asked["id_list"].split(",")) if n <= TOTAL]
        else:
            numbers = list(range(1, TOTAL + 1))
        body = self.server.answer or feed(numbers[start : start + size], len(numbers))
        self.send_response(503 if failing else 200)
        self.end_headers()
        self.wfile.write(b"" if failing else body)

    def log_message(self, *args: object) -> None:
        pass


def feed(numbers: list[int], total: int) -> bytes:
    entries = "".join(
        f"""<entry><id>http://arxiv.org/abs/2601.{n:05}v1</id><updated>2026-01-02T00:00:00Z</updated>
        <published>2026-01-01T00:00:00Z</published><title>Paper
        {n}</title><summary>About {n} &lt; {n + 1}.</summary></entry>"""
        for n in numbers
    )
    return (
        '<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"'
        ' xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/">'
        f"<opensearch:totalResults>{total}</opensearch:totalResults>{entries}</feed>"
    ).encode()


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Arxiv]:
    with Arxiv() as running:
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield running
        running.shutdown()
        thread.join()


def load(server: Arxiv, text: str, cache: Path, delay: float = 0.0) -> tuple[list[Paper], list[str]]:
    found = list(fetch(text, Options(cache_dir=cache), url=server.url, delay_seconds=delay))
    problems = [str(one) for one in found if isinstance(one, Problem)]
    return [one for one in found if isinstance(one, Paper)], problems


def test_papers_are_fetched_by_id_and_missing_ones_named(server: Arxiv, tmp_path: Path) -> None:
    text = "arxiv:2601.00007v2, https://arxiv.org/abs/2601.00003,2601.09999"
    papers, problems = load(server, text, tmp_path)
    assert [(paper.title, paper.abstract) for paper in papers] == [
        ("Paper 7", "About 7 < 8."),
        ("Paper 3", "About 3 < 4."),
    ]
    assert (papers[0].arxiv, papers[0].date) == ("2601.00007", "2026-01-01")
    (source,) = papers[0].sources
    assert (source.uri, source.locator, source.reader) == (text, "2601.00007", "arxiv")
    assert problems == [f"{text}, 2601.09999: arXiv has no such paper; correct the id"]


def test_a_query_pages_through_all_results_oldest_first(server: Arxiv, tmp_path: Path) -> None:
    papers, problems = load(server, "arxiv:cat:cs.LG?since=2026-01-01&until=2026-03-31", tmp_path)
    assert [paper.title for paper in papers] == [f"Paper {n}" for n in range(1, TOTAL + 1)]
    assert not problems
    assert [asked["start"] for asked in server.asked] == ["0", "100", "200"]
    assert server.asked[0]["search_query"] == "(cat:cs.LG) AND submittedDate:[202601010000 TO 202603312359]"
    assert (server.asked[0]["sortBy"], server.asked[0]["sortOrder"]) == ("submittedDate", "ascending")


def test_a_second_run_asks_for_nothing(server: Arxiv, tmp_path: Path) -> None:
    first = load(server, "arxiv:cat:cs.LG?max=150", tmp_path)
    assert (len(first[0]), len(server.asked)) == (150, 2)
    assert load(server, "arxiv:cat:cs.LG?max=150", tmp_path) == first
    assert len(server.asked) == 2


def test_a_failure_keeps_what_was_fetched_and_a_rerun_goes_on_there(server: Arxiv, tmp_path: Path) -> None:
    server.fail_from = 100
    with pytest.raises(InputError) as error:
        load(server, "arxiv:cat:cs.LG", tmp_path)
    assert "did not answer after 100 papers (HTTP 503); check the connection and run the same" in str(
        error.value
    )
    assert str(tmp_path) in str(error.value)
    server.fail_from = None
    server.asked.clear()
    assert len(load(server, "arxiv:cat:cs.LG", tmp_path)[0]) == TOTAL
    assert [asked["start"] for asked in server.asked] == ["100", "200"]


def test_pages_are_asked_for_anew_after_a_day_unless_the_time_is_over(server: Arxiv, tmp_path: Path) -> None:
    for text, expected in (
        ("arxiv:cat:cs.LG?max=9", 2),
        ("arxiv:cat:cs.LG?max=9&until=2020-01-01", 1),
        ("arxiv:2601.00001", 1),
    ):
        server.asked.clear()
        load(server, text, tmp_path)
        for page in (tmp_path / "arxiv").iterdir():
            os.utime(page, (time.time() - 90_000,) * 2)
        load(server, text, tmp_path)
        assert len(server.asked) == expected, text


def test_requests_are_apart_but_kept_pages_come_at_once(server: Arxiv, tmp_path: Path) -> None:
    assert DELAY_SECONDS == 3.0
    started = time.monotonic()
    load(server, "arxiv:cat:cs.LG", tmp_path, delay=0.2)
    assert time.monotonic() - started >= 0.4
    started = time.monotonic()
    load(server, "arxiv:cat:cs.LG", tmp_path, delay=30.0)
    assert time.monotonic() - started < 10


def test_a_default_limit_that_cuts_is_reported(
    server: Arxiv, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(arxiv_api, "DEFAULT_MAX", 120)
    papers, problems = load(server, "arxiv:cat:cs.LG", tmp_path)
    assert len(papers) == 120
    assert problems == ["arxiv:cat:cs.LG: stopped after 120 papers, the default; ask for more with ?max=N"]


def test_an_answer_that_is_no_feed_is_a_failure_and_not_kept(server: Arxiv, tmp_path: Path) -> None:
    server.answer = b"<html>Down for maintenance</html>"
    with pytest.raises(InputError, match="did not answer after 0 papers"):
        load(server, "arxiv:cat:cs.LG", tmp_path)
    server.answer = feed([], 0)
    assert load(server, "arxiv:cat:cs.LG", tmp_path)[1] == [
        "arxiv:cat:cs.LG: no paper matches; correct the query, or try again later"
    ]
    server.answer = None
    assert load(server, "arxiv:cat:cs.LG", tmp_path)[0]


def test_arxivs_own_errors_are_passed_on(server: Arxiv, tmp_path: Path) -> None:
    server.answer = (
        feed([1], 1).replace(b"/abs/2601.00001v1", b"/api/errors#bad").replace(b"About 1", b"bad query")
    )
    papers, problems = load(server, "arxiv:cat:cs.LG", tmp_path)
    assert not papers
    assert "arXiv answered: bad query" in problems[0]


def test_read_takes_arxiv_sources_and_the_address_from_the_environment(
    server: Arxiv, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(time, "sleep", lambda seconds: None)
    monkeypatch.setenv("METHODKG_ARXIV_URL", server.url)
    papers = list(read(["arxiv:2601.00005", "sample"], cache_dir=tmp_path))
    assert papers[0].title == "Paper 5"
    assert len(papers) > 40
    monkeypatch.setenv("METHODKG_ARXIV_URL", "http://127.0.0.1:9/none")
    with pytest.raises(InputError, match=r"127\.0\.0\.1:9 did not answer after 0 papers \(ConnectionError\)"):
        list(read(["arxiv:2601.00006"], cache_dir=tmp_path))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("arxiv:", "asks for nothing"),
        ("arxiv:?max=3", "asks for nothing"),
        ("arxiv:cat:cs.LG?sinse=2026-01-01", r"Did you mean 'since'\?"),
        ("arxiv:cat:cs.LG?since=yesterday", "write a day as 2026-01-31"),
        ("arxiv:cat:cs.LG?max=0", "give a whole number from 1"),
        ("arxiv:cat:cs.LG?since=2026-02-01&until=2026-01-01", "swap them"),
    ],
)
def test_sources_that_make_no_sense_are_refused(text: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        parse_query(text)


def test_commas_belong_to_a_query_unless_all_its_parts_are_ids() -> None:
    assert parse_query("arxiv:2406.01234,cs/0112017,2406.01234v3").ids == ("2406.01234", "cs/0112017")
    query = parse_query("arxiv:au:muster AND ti:gates, doors?until=2026-01-31", today=dt.date(2026, 3, 1))
    assert query.search.startswith(
        "(au:muster AND ti:gates, doors) AND submittedDate:[199101010000 TO 20260131"
    )
    assert query.closed
    assert not parse_query("arxiv:cat:cs.LG?until=2026-01-31", today=dt.date(2026, 1, 31)).closed
