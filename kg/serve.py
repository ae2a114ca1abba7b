"""A SPARQL 1.1 Protocol endpoint (https://www.w3.org/TR/sparql11-protocol/) that only reads.

There is no way to write, no CORS header and no account: it is for programs of this machine, unless `host`
says otherwise.
"""

from __future__ import annotations

import queue
import socket
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from types import FrameType
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from kg.errors import KGError, QueryError, StoreError
from kg.rdf import need
from kg.rdf.answer import Answer
from kg.sparql import check
from kg.stores.rdf import RdfStore
from kg.stores.rdf_worker import LIMIT, TIMEOUT, SparqlWorker, TimeLimitError

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response

WORKERS = 4
LARGEST = 1_000_000  # bytes of a request
_PATH = "/sparql"
_LOCAL = ("127.0.0.1", "localhost", "::1")
# Media types, the preferred one first, to forms of `SparqlWorker.ask`.
_ROWS = {
    "application/sparql-results+json": "json",
    "application/json": "json",
    "application/sparql-results+xml": "xml",
    "application/xml": "xml",
    "text/csv": "csv",
    "text/tab-separated-values": "tsv",
}
_GRAPHS = {
    "text/turtle": "turtle",
    "application/n-triples": "ntriples",
    "text/plain": "ntriples",
    "application/rdf+xml": "rdfxml",
}
_ABOUT = {"text/turtle": "turtle", "text/html": "html"}
_DESCRIPTION = """@prefix sd: <http://www.w3.org/ns/sparql-service-description#> .
@prefix formats: <http://www.w3.org/ns/formats/> .

<> a sd:Service ;
    sd:endpoint <> ;
    sd:supportedLanguage sd:SPARQL11Query ;
    sd:resultFormat formats:SPARQL_Results_JSON , formats:SPARQL_Results_XML , formats:SPARQL_Results_CSV ,
        formats:SPARQL_Results_TSV , formats:Turtle , formats:N-Triples , formats:RDF_XML ;
    sd:defaultDataset [ a sd:Dataset ; sd:defaultGraph [ a sd:Graph ] ] .
"""
_PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>SPARQL</title>
<h1>SPARQL endpoint</h1>
<form><textarea name="query" rows="12" cols="100">
SELECT ?name ?support {
  ?problem a kg:Problem ; skos:prefLabel ?name ; kg:support ?support
}
ORDER BY DESC(?support)
LIMIT 20</textarea>
<p><button>Run</button></p></form>
<p>Programs: <code>GET /sparql?query=…</code> or <code>POST</code>, as the SPARQL 1.1 Protocol says.</p>
"""


class _Refused(Exception):
    """A request that is not answered."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


@contextmanager
def rdf_folder(target: str | Path) -> Iterator[Callable[[], Path]]:
    """Yield what finds the folder of a graph's RDF store, again where the graph has changed meanwhile.

    A workspace keeps it; of a graph that lies elsewhere it is made for as long as the block runs.
    """
    from kg.api import open as open_graph
    from kg.workspace import Workspace

    if "://" not in str(target) and not Path(target).is_file():
        yield lambda: Workspace.open(target).rdf_folder()
        return
    with TemporaryDirectory(prefix="kg-") as scratch:
        folder = Path(scratch) / "graph.oxigraph"
        with open_graph(target) as graph:
            RdfStore.create(folder, graph.store)
        yield lambda: folder


def accepted(header: str, offered: Sequence[str]) -> str | None:
    """Return the offered media type that an Accept header likes best, None where it takes none.

    Of equals the first offered wins (https://www.rfc-editor.org/rfc/rfc9110#name-accept).
    """
    wanted = [_range(part) for part in header.split(",") if part.strip()] or [("*/*", 1.0)]

    def quality(kind: str) -> float:
        for pattern in (kind, f"{kind.partition('/')[0]}/*", "*/*"):
            if found := [q for name, q in wanted if name == pattern]:
                return max(found)
        return 0.0

    best = max(offered, key=quality)
    return best if quality(best) > 0 else None


def _range(text: str) -> tuple[str, float]:
    name, *parameters = (part.strip().lower() for part in text.split(";"))
    for parameter in parameters:
        if parameter.startswith("q="):
            try:
                return name, min(max(float(parameter[2:]), 0.0), 1.0)
            except ValueError:
                return name, 0.0
    return name, 1.0


class _Pool:
    """Workers, each of which answers one query at a time: a long one does not hold up the others."""

    def __init__(self, folder: Callable[[], Path], timeout: float, limit: int) -> None:
        self.timeout = timeout
        self.limit = limit
        self._folder = folder
        here = folder()
        self._all = [SparqlWorker(here) for _ in range(WORKERS)]
        # Last in, first out: a process starts only when all before it are busy.
        self._free: queue.LifoQueue[SparqlWorker] = queue.LifoQueue()
        for worker in reversed(self._all):
            self._free.put(worker)

    def ask(self, text: str, rows: str, graph: str) -> Answer:
        try:
            worker = self._free.get(timeout=self.timeout)
        except queue.Empty:
            raise _Refused(503, f"{WORKERS} other queries are running; try again later") from None
        try:
            if not worker.path.is_dir():  # the workspace was built again, and has another store now
                worker = self._renewed(worker)
            return worker.ask(text, rows=rows, graph=graph, timeout=self.timeout, limit=self.limit)
        finally:
            self._free.put(worker)

    def _renewed(self, old: SparqlWorker) -> SparqlWorker:
        fresh = SparqlWorker(self._folder())
        self._all[self._all.index(old)] = fresh
        old.close()
        return fresh

    def interrupt(self) -> None:
        for worker in self._all:
            worker.interrupt()

    def close(self) -> None:
        for worker in self._all:
            worker.close()


def application(
    folder: Callable[[], Path], host: str = _LOCAL[0], *, timeout: float = TIMEOUT, limit: int = LIMIT
) -> Starlette:
    """Return the endpoint as an ASGI application.

    Args:
        folder: finds the folder of the RDF store.
        host: what it will listen on; under a local one no other site's name is answered.
        timeout: seconds that a query may take.
        limit: most rows or triples of an answer; a longer one is cut, and says so in `X-SPARQL-MaxRows`.

    Raises:
        StoreError: if Starlette is not installed.
    """
    need("starlette", "serve")
    from starlette.applications import Starlette
    from starlette.middleware import Middleware
    from starlette.middleware.trustedhost import TrustedHostMiddleware
    from starlette.responses import RedirectResponse
    from starlette.routing import Route

    pool = _Pool(folder, timeout, limit)

    async def sparql(request: Request) -> Response:
        return await _answered(request, pool)

    async def home(_: Request) -> Response:
        return RedirectResponse(_PATH)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        try:
            yield
        finally:
            pool.close()

    # A page elsewhere can make its own name point here, and a browser would let it read the answers.
    hosts = [*_LOCAL[:2], "[::1]"] if host in _LOCAL else ["*"]
    app = Starlette(
        routes=[Route(_PATH, sparql, methods=["GET", "POST"]), Route("/", home)],
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=hosts, www_redirect=False)],
        lifespan=lifespan,
    )
    app.state.interrupt = pool.interrupt
    return app


async def _answered(request: Request, pool: _Pool) -> Response:
    from starlette.concurrency import run_in_threadpool
    from starlette.responses import PlainTextResponse, Response

    try:
        text = await _query(request)
        if text is None:
            return _about(request)
        offered = _ROWS if check(text) in ("SELECT", "ASK") else _GRAPHS
        kind = _negotiated(request, offered)
        form = offered[kind]
        rows, graph = (form, "turtle") if offered is _ROWS else ("json", form)
        answer = await run_in_threadpool(pool.ask, text, rows, graph)
    except _Refused as error:
        allow = {"Allow": "GET, POST"} if error.status == 405 else {}
        return PlainTextResponse(f"{error}\n", error.status, allow)
    except TimeLimitError as error:
        return PlainTextResponse(f"{error}\n", 504)
    except QueryError as error:
        return PlainTextResponse(f"{error}\n", 400)
    except KGError as error:
        return PlainTextResponse(f"{error}\n", 503)
    headers = {"X-SPARQL-MaxRows": str(pool.limit)} if answer.cut else {}
    return Response(answer.body, media_type=kind, headers=headers)


def _negotiated(request: Request, offered: Mapping[str, str]) -> str:
    kind = accepted(",".join(request.headers.getlist("accept")), list(offered))
    if kind is None:
        raise _Refused(406, f"the answer can be {', '.join(offered)}")
    return kind


def _about(request: Request) -> Response:
    """Return what is said of the endpoint: a page for people, a service description for programs."""
    from starlette.responses import Response

    kind = _negotiated(request, _ABOUT)
    return Response(_DESCRIPTION if kind == "text/turtle" else _PAGE, media_type=kind)


async def _query(request: Request) -> str | None:
    """Return the query of a request, None for a plain GET."""
    body = await _body(request)
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    given = _parameters(request.url.query)
    texts = given.get("query", [])
    if request.method == "POST":
        if kind == "application/sparql-query":
            texts = [_text(body)]
        elif kind == "application/x-www-form-urlencoded":
            form = _parameters(_text(body))
            texts = form.pop("query", [])
            given |= form
        elif kind != "application/sparql-update":
            raise _Refused(415, "send application/x-www-form-urlencoded or application/sparql-query")
    if kind == "application/sparql-update" or "update" in given:
        raise _Refused(405, "the graph is only read here: there are no updates")
    if set(given) & {"default-graph-uri", "named-graph-uri"}:
        raise _Refused(400, "a query reads the whole graph: no default-graph-uri or named-graph-uri")
    if len(texts) != 1 and (texts or request.method == "POST"):
        raise _Refused(400, f"{len(texts)} queries came in; expected one, as the parameter query")
    return texts[0] if texts else None


async def _body(request: Request) -> bytes:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST:
            raise _Refused(413, f"a request has at most {LARGEST:,} bytes")
    return body


def _text(body: bytes) -> str:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        raise _Refused(400, "the query is not UTF-8") from None


def _parameters(text: str) -> dict[str, list[str]]:
    try:
        return parse_qs(text, keep_blank_values=True, errors="strict", max_num_fields=20)
    except ValueError:  # also what is not UTF-8
        raise _Refused(400, "the parameters cannot be read") from None


def listening(host: str, port: int) -> socket.socket:
    """Return a socket that listens; port 0 is any that is free.

    Raises:
        StoreError: if it cannot be had.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except (OSError, OverflowError) as error:
        raise StoreError(f"{host}:{port} cannot be listened on ({error}); name another --port") from error


def serve(app: Starlette, listener: socket.socket) -> None:
    """Serve until it is interrupted."""
    need("uvicorn", "serve")
    import uvicorn

    class Server(uvicorn.Server):
        def handle_exit(self, sig: int, frame: FrameType | None) -> None:
            app.state.interrupt()  # else it would wait for the queries that run
            super().handle_exit(sig, frame)

    config = uvicorn.Config(app, log_level="warning", access_log=False, timeout_graceful_shutdown=3)
    Server(config).run(sockets=[listener])
