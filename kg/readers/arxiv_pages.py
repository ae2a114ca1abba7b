"""The network side of `arxiv:` sources: a transport that keeps pages, waits between requests, never hangs."""

from __future__ import annotations

import hashlib
import io
import re
import time
from pathlib import Path
from typing import Any

import requests
from requests.adapters import HTTPAdapter

from kg.files import atomic_write
from kg.readers.ids import arxiv_id

DELAY_SECONDS = 3.0
TIMEOUT_SECONDS = (10.0, 60.0)  # to connect, and between two bytes
# arXiv answers a query anew once a day.
KEPT_SECONDS = 24 * 3600.0
_ENTRY_ID = re.compile(rb"<id>\s*(https?://arxiv\.org/abs/[^<]+?)\s*</id>")


class KeptPages(HTTPAdapter):
    """A transport whose good answers are kept in a folder and given again from there.

    Attributes:
        seen_ids: arXiv ids of all entries on the pages given so far.
    """

    def __init__(self, folder: Path, delay_seconds: float, *, forever: bool) -> None:
        super().__init__()
        self.seen_ids: set[str] = set()
        self._folder = folder
        self._delay = delay_seconds
        self._forever = forever
        self._asked_at: float | None = None

    def send(self, request: requests.PreparedRequest, *args: Any, **options: Any) -> requests.Response:  # noqa: ANN401
        """Return the page that `request` asks for, kept or fetched.

        Raises:
            requests.RequestException: it can be had neither way.
        """
        url = request.url or ""
        kept = self._folder / f"{hashlib.sha256(url.encode()).hexdigest()[:32]}.xml"
        if self._is_fresh(kept):
            response = _answer(request, kept.read_bytes())
        else:
            response = self._fetch(request, *args, **options)
            if response.status_code != requests.codes.ok:
                return response
            if b"<feed" not in response.content[:2_000]:
                raise requests.exceptions.ContentDecodingError("the answer is no Atom feed")
            # A page without entries may be arXiv's hiccup, so it is asked for again next time.
            if b"<entry" in response.content:
                self._keep(kept, response.content)
        found = (arxiv_id(match.decode("ascii", "replace")) for match in _ENTRY_ID.findall(response.content))
        self.seen_ids.update(filter(None, found))
        return response

    def _fetch(self, request: requests.PreparedRequest, *args: Any, **options: Any) -> requests.Response:  # noqa: ANN401
        if self._asked_at is not None:
            time.sleep(max(0.0, self._asked_at + self._delay - time.monotonic()))
        try:
            return super().send(request, *args, **(options | {"timeout": TIMEOUT_SECONDS, "stream": False}))
        finally:
            self._asked_at = time.monotonic()

    def _is_fresh(self, kept: Path) -> bool:
        if not kept.is_file():
            return False
        return self._forever or time.time() - kept.stat().st_mtime < KEPT_SECONDS

    def _keep(self, kept: Path, content: bytes) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        with atomic_write(kept, "wb") as file:
            file.write(content)


def _answer(request: requests.PreparedRequest, content: bytes) -> requests.Response:
    """Make the response that the server gave when the page was kept."""
    response = requests.Response()
    response.status_code = 200
    response.request = request
    response.url = request.url or ""
    response.raw = io.BytesIO(content)
    return response
