"""Speed of a build, step by step, and of every named query.

    python benchmarks/build.py [INPUT] [-n PAPERS]

Without INPUT the packaged sample is repeated under other titles. Extraction is also compared, in the same run
and on the same texts, with a blank spaCy tokenizer alone, which is the floor of any spaCy pipeline.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path

import spacy

import extractors
import kg
from kg.model import Paper
from kg.queries import load_queries
from kg.readers import read
from kg.stores import EmbeddedStore
from kg.workspace import Workspace


def texts(source: str | None, count: int) -> list[Paper]:
    """Return `count` papers of an input, or of the sample repeated."""
    if source is not None:
        return list(islice(read([source]), count))
    sample = list(read(["sample"]))
    return [
        replace(sample[i % len(sample)], title=f"{sample[i % len(sample)].title} ({i})") for i in range(count)
    ]


def extraction(papers: list[Paper]) -> Iterator[str]:
    """Time the pipeline in one process."""
    nlp, blank = extractors.load(), spacy.blank("en")
    started = time.perf_counter()
    for _ in blank.pipe(f"{p.title}\n\n{p.abstract}" for p in papers):
        pass
    floor = time.perf_counter() - started
    started = time.perf_counter()
    for _ in extractors.extract(papers, nlp):
        pass
    seconds = time.perf_counter() - started
    rate = len(papers) / seconds
    yield f"extraction, one process: {rate:,.0f} abstracts/s ({seconds / floor:.1f} x the tokenizer alone)"


def build(source: str, folder: Path) -> Iterator[str]:
    """Time a build from nothing, the same build again, and the graph alone."""
    out = folder / "bench.kg"
    summary = kg.build([source], out)
    rate = summary.papers / summary.seconds
    yield f"build from nothing: {summary.seconds:.1f} s for {summary.papers:,} papers ({rate:,.0f}/s)"
    again = kg.build([source], out)
    yield f"the same build again: {again.seconds:.1f} s, ratio {again.seconds / summary.seconds:.2f}"
    started = time.perf_counter()
    data = Workspace.open(out).graph()
    made = time.perf_counter() - started
    EmbeddedStore.create(folder / "bench.kglite", data)
    stored = time.perf_counter() - started - made
    size = sum(data.counts().values())
    yield f"graph of {size:,} nodes and edges: computed in {made:.1f} s, stored in {stored:.1f} s"
    started = time.perf_counter()
    graph = kg.open(out)
    yield f"open: {time.perf_counter() - started:.2f} s"
    yield from latencies(graph)


def latencies(graph: kg.Graph) -> Iterator[str]:
    """Time every named query on its most supported arguments."""
    top = {
        label: [
            row["name"]
            for row in graph.cypher(
                f"MATCH (n:{label}) RETURN n.name AS name, n.id AS id ORDER BY n.support DESC, id LIMIT 5"
            )
        ]
        for label in ("Problem", "Method", "Task", "Dataset", "Metric", "Paper")
    }
    edge = graph.cypher("MATCH (:Paper)-[r:TARGETS]->(:Problem) RETURN r.id AS id ORDER BY id LIMIT 1")[0][
        "id"
    ]
    for name, query in load_queries().items():
        times: list[float] = []
        for i in range(5):
            arguments = {
                p.name: edge if name == "evidence" else next(top[x][i] for x in p.labels if x in top)
                for p in query.params
                if p.required
            }
            started = time.perf_counter()
            graph.query(name, **arguments)
            times.append((time.perf_counter() - started) * 1000)
        yield f"{name}: median {statistics.median(times):.1f} ms, slowest {max(times):.1f} ms"


def main() -> None:
    """Run everything and print one line a figure."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("input", nargs="?")
    options.add_argument("-n", type=int, default=2_000, help="papers for the extraction figure")
    given = options.parse_args()
    for line in extraction(texts(given.input, given.n)):
        print(line, flush=True)
    with tempfile.TemporaryDirectory() as folder:
        for line in build(given.input or "sample", Path(folder)):
            print(line, flush=True)


if __name__ == "__main__":
    main()
