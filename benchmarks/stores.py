"""The three engines beside each other: load time, size, and the latency of every named query.

    python benchmarks/stores.py GRAPH [-n ARGUMENTS] [-o docs/engines.md] [--without RDF] [--embedded]

GRAPH is a workspace. Every engine is loaded in this run: the embedded store, a Neo4j community server
(started by scripts/neo4j-test-server) and Oxigraph. Each query is asked about names of the graph by rank of
support: 1, 4, 16 and so on, so from what everybody uses to what few papers name. Figures are milliseconds,
the best of three: the median over the names and, after the slash, the slowest; then the ratio of the medians
to the fastest engine. `same` says whether all engines gave the same rows in the same order. --without leaves
an engine out; --embedded asks the workspace's own store alone and loads nothing.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from kg.api import Graph
from kg.files import atomic_write
from kg.load import load
from kg.queries import Query, load_queries
from kg.stores.base import Row
from kg.stores.embedded import EmbeddedStore
from kg.stores.neo4j import Neo4jStore
from kg.stores.rdf import RdfStore
from kg.workspace import Workspace

ROOT = Path(__file__).resolve().parent.parent
LABELS = ("Problem", "Method", "Task", "Dataset", "Metric", "Paper")
ROUNDS = 3
Answer = list[Row]
Loaded = tuple[str, Graph, float, float]
SLOW = 60.0  # seconds after which a query is not repeated


def size_of(path: Path) -> float:
    """Return the megabytes of a file or folder."""
    files = path.rglob("*") if path.is_dir() else [path]
    return sum(file.stat().st_size for file in files if file.is_file()) / 1e6


def timed(work: Callable[[], object]) -> float:
    """Return the seconds that something takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def arguments(graph: Graph, query: Query, count: int) -> list[dict[str, object]]:
    """Return a query's arguments: names from the most supported to those of a single paper, and edges."""
    top: dict[str, list[object]] = {}
    for label in LABELS:
        ask = f"MATCH (n:{label}) RETURN n.id AS id, n.name AS name ORDER BY n.support DESC, id"
        names = [row["id"] if label == "Paper" else row["name"] for row in graph.cypher(ask, timeout=None)]
        # Ranks 1, 4, 16, ... : many ask about what is met often, and most names are rare.
        top[label] = [names[min(4**i, len(names)) - 1] for i in range(count)]
    ask = "MATCH (:Paper)-[r:TARGETS]->(:Problem) RETURN r.id AS id ORDER BY id LIMIT $count"
    edges = [row["id"] for row in graph.cypher(ask, {"count": count}, timeout=None)]
    out: list[dict[str, object]] = []
    for i in range(count):
        given: dict[str, object] = {}
        for param in (p for p in query.params if p.required):
            names = next((top[label] for label in param.labels if label in top), edges)
            # The two ends of a path are two names.
            given[param.name] = names[(i + len(given)) % len(names)]
        out.append(given)
    return out


def latency(graph: Graph, query: Query, given: list[dict[str, object]]) -> tuple[list[float], list[Answer]]:
    """Return the milliseconds for each of the arguments, the best of some, and the rows."""
    best: list[float] = []
    answers: list[Answer] = []
    for one in given:
        times = []
        for _ in range(ROUNDS):
            started = time.perf_counter()
            rows = list(graph.query(query.name, **one))
            times.append(time.perf_counter() - started)
            if times[-1] > SLOW / ROUNDS:
                break
        best.append(min(times) * 1000)
        answers.append(rows)
    return best, answers


def engines(workspace: Workspace, folder: Path, server: str, without: str | None) -> Iterator[Loaded]:
    """Yield each engine's name, a graph on it, the seconds to load it and its megabytes."""
    data = workspace.graph()
    file = folder / "graph.kglite"
    seconds = timed(lambda: EmbeddedStore.create(file, data))
    embedded = EmbeddedStore(file)
    yield "embedded", Graph(embedded), seconds, size_of(file)
    if without != "Neo4j":
        neo4j = Neo4jStore.connect(server)
        seconds = timed(lambda: load(embedded, neo4j))
        yield "Neo4j", Graph(neo4j), seconds, size_of(folder / "neo4j" / "data")
    if without == "RDF":
        return
    triples = folder / "graph.oxigraph"
    seconds = timed(lambda: RdfStore.create(triples, embedded))
    yield "RDF", Graph(embedded, engine="rdf", rdf=RdfStore.open(triples)), seconds, size_of(triples)


def report(workspace: Workspace, folder: Path, server: str, count: int, without: str | None) -> Iterator[str]:
    """Measure everything; yield Markdown."""
    found = []
    for name, graph, seconds, megabytes in engines(workspace, folder, server, without):
        print(f"{name}: loaded in {seconds:.1f} s, {megabytes:,.0f} MB", file=sys.stderr, flush=True)
        found.append((name, graph, seconds, megabytes))
    counts = {row["type"]: row["count"] for row in found[0][1].stats()}
    rows = sum(counts.values())
    yield f"{counts['Paper']:,} papers, {rows:,} nodes and edges.\n"
    yield "| engine | load, s | rows/s | size, MB |\n|---|---|---|---|"
    for name, _, seconds, megabytes in found:
        yield f"| {name} | {seconds:.1f} | {rows / seconds:,.0f} | {megabytes:,.0f} |"
    yield ""
    yield from questions(found, count)


def questions(found: Sequence[Loaded], count: int) -> Iterator[str]:
    """Ask every named query of every engine; yield Markdown."""
    yield f"| query | {' | '.join(name for name, *_ in found)} | same |"
    yield f"|---|{'---|' * len(found)}---|"
    for query in load_queries().values():
        given = arguments(found[0][1], query, count)
        times: dict[str, list[float]] = {}
        answers: list[list[Answer]] = []
        for name, graph, *_ in found:
            if name != "RDF" or query.sparql is not None:
                times[name], rows_of_it = latency(graph, query, given)
                answers.append(rows_of_it)
        line = f"| {query.name} | {_cells(times, found)} | {'yes' if _same(answers) else 'NO'} |"
        print(line, file=sys.stderr, flush=True)
        yield line


def _cells(times: Mapping[str, list[float]], found: Sequence[Loaded]) -> str:
    medians = {name: statistics.median(each) for name, each in times.items()}
    fastest = min(medians.values())
    return " | ".join(
        f"{medians[name]:.1f} / {max(times[name]):.0f} ({medians[name] / fastest:.1f}x)"
        if name in times
        else "–"
        for name, *_ in found
    )


def _same(answers: list[list[Answer]]) -> bool:
    return all(answer == answers[0] for answer in answers)


def main() -> None:
    """Start a server, measure, print or write the tables."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("graph")
    options.add_argument("-n", type=int, default=7, help="names for each query")
    options.add_argument("--without", choices=("Neo4j", "RDF"), help="an engine to leave out")
    options.add_argument("--embedded", action="store_true", help="only the workspace's own store")
    options.add_argument("-o", type=Path, help="a file whose part between the stores markers is replaced")
    given = options.parse_args()
    workspace = Workspace.open(given.graph)
    if given.embedded:
        list(questions([("embedded", Graph(workspace.store()), 0.0, 0.0)], given.n))  # said as they come
        return
    script = [sys.executable, str(ROOT / "scripts" / "neo4j-test-server")]
    subprocess.run([*script, "install"], check=True)  # noqa: S603 - our own script
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        command = [*script, "run", "--home", str(folder / "neo4j")]
        pipe = subprocess.PIPE
        with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as server:  # noqa: S603 - likewise
            assert server.stdin is not None and server.stdout is not None  # noqa: S101 - both are pipes
            uri, os.environ["NEO4J_PASSWORD"], *_ = server.stdout.readline().split()
            lines = list(report(workspace, folder, uri, given.n, given.without))
            server.stdin.close()
    text = "\n".join(lines)
    print(text)
    if given.o:
        before, _, rest = given.o.read_text(encoding="utf-8").partition("<!-- stores -->")
        after = rest.partition("<!-- /stores -->")[2]
        with atomic_write(given.o, "w") as file:
            file.write(f"{before}<!-- stores -->\n{text}\n<!-- /stores -->{after}")


if __name__ == "__main__":
    main()
