"""Users' own SPARQL runs in a process of its own: Oxigraph cannot be interrupted, a process can be killed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from threading import Event, Lock, Timer

from kg.errors import QueryError, StoreError
from kg.rdf.answer import Answer, Request
from kg.sparql import check

TIMEOUT = 30.0  # seconds
LIMIT = 10_000  # rows, or triples


class TimeLimitError(QueryError):
    """A query took longer than it may."""


class SparqlWorker:
    """A process that answers one query after the other; it starts with the first."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = Lock()
        self._over = False

    def __enter__(self) -> SparqlWorker:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def ask(
        self,
        text: str,
        *,
        rows: str = "json",
        graph: str = "turtle",
        timeout: float = TIMEOUT,
        limit: int = LIMIT,
    ) -> Answer:
        """Answer a user's query.

        Args:
            text: SELECT, ASK, CONSTRUCT or DESCRIBE, as `kg.sparql.check` allows it.
            rows: one of `kg.rdf.answer.ROWS`.
            graph: one of `kg.rdf.answer.GRAPHS`.
            timeout: seconds; the process is killed then, and a new one starts with the next query.
            limit: most rows or triples; `cut` of the answer says whether there were more.

        Raises:
            TimeLimitError: if it takes longer.
            QueryError: if it is refused or wrong.
            StoreError: if the store cannot be read, or the process died.
        """
        check(text)
        with self._lock:
            process = self._process = self._process or _start(self.path)
            if self._over:  # perhaps while it started
                self._end()
                raise StoreError("the worker was closed")
            expired = Event()

            def expire() -> None:
                expired.set()
                process.kill()

            timer = Timer(timeout, expire)
            timer.start()
            try:
                return _exchange(process, Request(text, rows, graph, limit))
            except (EOFError, OSError) as error:
                self._end()
                if expired.is_set():
                    raise TimeLimitError(
                        f"the query took longer than {timeout:g} s and was stopped"
                    ) from error
                raise StoreError("the process that runs the query died (out of memory?)") from error
            finally:
                timer.cancel()
                timer.join()
                if expired.is_set():  # perhaps just after the answer
                    self._end()

    def interrupt(self) -> None:
        """Kill the process for good, whatever it is doing; whoever waits for it is told."""
        self._over = True
        if (process := self._process) is not None:
            process.kill()

    def close(self) -> None:
        """End the process for good."""
        self.interrupt()
        with self._lock:
            self._end()

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    with suppress(OSError):
                        pipe.close()


def _start(path: Path) -> subprocess.Popen[bytes]:
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    # -P: what lies in the current folder must not be taken for a module.
    command = [sys.executable, "-P", "-c", "from kg.rdf.answer import serve; serve()", str(path)]
    process = subprocess.Popen(  # noqa: S603 - our own code in our own interpreter
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment
    )
    # It says that it runs before the clock of the first query starts.
    if process.stdout is None or not process.stdout.readline():
        process.wait()
        raise StoreError(f"the process for SPARQL did not start (exit code {process.returncode})")
    return process


def _exchange(process: subprocess.Popen[bytes], request: Request) -> Answer:
    if process.stdin is None or process.stdout is None:
        raise EOFError
    process.stdin.write(json.dumps(asdict(request)).encode() + b"\n")
    process.stdin.flush()
    line = process.stdout.readline()
    if not line.endswith(b"\n"):
        raise EOFError
    head = json.loads(line)
    if error := head.get("error"):
        raise QueryError(error) if head["query"] else StoreError(error)
    body = process.stdout.read(head["size"])
    if len(body) < head["size"]:
        raise EOFError
    return Answer(head["kind"], body, head["cut"])
