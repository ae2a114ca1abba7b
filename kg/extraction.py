"""Extraction on all cores: worker processes, each with a pipeline of its own and `nlp.pipe`.

Workers are plain subprocesses that read chunks of papers from stdin. `multiprocessing` would import the
caller's script again in each (a notebook or an unguarded script then fails), and its workers outlive a
killed parent; these end when their stdin does.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, suppress
from itertools import chain, islice
from queue import SimpleQueue

from spacy.language import Language

import extractors
from kg.errors import KGError
from kg.graph.evidence import sound
from kg.model import FAILED, Paper, PaperFacts

_CHUNK = 64
# Fewer papers than this are read faster here than workers start.
_WORTH_WORKERS = 400


# The facts of one paper, and a line for each fact that does not quote it and was left out.
Extracted = tuple[PaperFacts, list[str]]


def extract_all(
    papers: Iterable[Paper], processes: int | None = None, model: str = ""
) -> Iterator[Extracted]:
    """Extract facts, in the order of the papers; streams, holding a bounded number of papers.

    Args:
        papers: cleaned papers.
        processes: worker processes; None for one a core, 1 for this process alone.
        model: as for `extractors.load`.

    Raises:
        KGError: if a worker dies.
    """
    extractors.version_of(model)  # a model that cannot be read is said once, not by every worker
    count = processes or os.cpu_count() or 1
    iterator = iter(papers)
    head = list(islice(iterator, _WORTH_WORKERS))
    source = chain(head, iterator)
    if count == 1 or len(head) < _WORTH_WORKERS:
        nlp = extractors.load(model)
        while chunk := list(islice(source, _CHUNK)):
            yield from _checked(chunk, nlp)
        return
    with ExitStack() as stack:
        free: SimpleQueue[_Worker] = SimpleQueue()
        for _ in range(count):
            free.put(stack.enter_context(_Worker(model)))
        # Left before the workers are: a thread that waits for one then ends.
        threads = stack.enter_context(ThreadPoolExecutor(count))

        def work(chunk: list[Paper]) -> list[Extracted]:
            worker = free.get()
            try:
                return worker.extract(chunk)
            finally:
                free.put(worker)

        pending: deque[Future[list[Extracted]]] = deque()
        while chunk := list(islice(source, _CHUNK)):
            pending.append(threads.submit(work, chunk))
            if len(pending) >= 4 * count:
                yield from pending.popleft().result()
        while pending:
            yield from pending.popleft().result()


def _checked(papers: list[Paper], nlp: Language) -> list[Extracted]:
    """Extract; a paper that the extractor cannot take is reported and has no facts.

    Its facts are marked as failed, so that every later build tries it, and reports it, again.
    """
    try:
        return [
            sound(paper, facts) for paper, facts in zip(papers, extractors.extract(papers, nlp), strict=True)
        ]
    except Exception as error:  # whatever it is, it must not cost the other papers
        if len(papers) > 1:
            return [one for paper in papers for one in _checked([paper], nlp)]
        paper = papers[0]
        line = f"{paper.id} ({paper.title[:60]!r}): the extractor failed ({error!r}); report this"
        empty = PaperFacts(paper.text_hash, "method", (), (), (), (), FAILED, extractors.VERSION)
        return [(empty, [line])]


class _Worker:
    """A subprocess that runs `serve`."""

    def __init__(self, model: str) -> None:
        environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
        # -P: what lies in the current folder must not be taken for a module.
        command = [sys.executable, "-P", "-c", f"from kg.extraction import serve; serve({model!r})"]
        self._process = subprocess.Popen(  # noqa: S603 - our own code in our own interpreter
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment
        )

    def __enter__(self) -> _Worker:
        return self

    def __exit__(self, *error: object) -> None:
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with suppress(OSError):  # the worker may be dead, its pipe broken
                    pipe.close()
        self._process.wait()

    def extract(self, papers: list[Paper]) -> list[Extracted]:
        """Send papers and wait for their facts."""
        stdin, stdout = self._process.stdin, self._process.stdout
        if stdin is None or stdout is None:
            raise KGError("the extraction worker has no pipes")
        try:
            pickle.dump(papers, stdin)
            stdin.flush()
            facts: list[Extracted] = pickle.load(stdout)  # noqa: S301 - written by our own subprocess
        except (EOFError, OSError, pickle.UnpicklingError) as error:
            raise KGError(
                f"an extraction worker died (exit code {self._process.poll()}) near {papers[0].title!r}; "
                "what was read is kept: run the same build again, with --processes 1 to see why"
            ) from error
        return facts


def serve(model: str) -> None:
    """Read pickled lists of papers from stdin until it ends; write the lists of their facts to stdout."""
    stdin, stdout = sys.stdin.buffer, os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    # What anything else prints must not get between the pickles.
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    nlp = extractors.load(model)
    while True:
        try:
            papers: list[Paper] = pickle.load(stdin)  # noqa: S301 - written by our own parent process
        except EOFError:
            return
        try:
            pickle.dump(_checked(papers, nlp), stdout)
            stdout.flush()
        except BrokenPipeError:
            return
