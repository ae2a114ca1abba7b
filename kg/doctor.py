"""`kg doctor`: is the installation whole, and does every fact of a graph quote its paper?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from kg.errors import KGError
from kg.generate import artefacts
from kg.resources import data_dir
from kg.schema import schema

_SHOWN = 50  # conflicts that are listed


@dataclass(frozen=True, slots=True)
class Check:
    """The outcome of one check, in one line."""

    ok: bool
    text: str


def checks(graph: str | None = None) -> Iterator[Check]:
    """Check the installation and, where given, the graph at a path; "queries" are the query files alone."""
    if graph == "queries":
        yield from _query_files()
        return
    yield _run("schema", _schema)
    yield _run("queries", _queries)
    yield _run("extraction", _extraction)
    if graph is not None:
        yield _run("files", lambda: _files(graph))
        yield _run("quotes", lambda: _quotes(graph))
        yield _run("numbers", lambda: _numbers(graph))
        yield from _conflicts(graph)


def _run(name: str, check: Callable[[], str]) -> Check:
    try:
        return Check(True, f"{name}: {check()}")
    except KGError as error:
        return Check(False, f"{name}: {error}")


def _schema() -> str:
    made = artefacts(schema())
    for name, text in made.items():
        path = data_dir("schema") / "generated" / name
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            raise KGError(f"{path}: differs from schema/methods.yaml; run `kg schema --write`")
    return f"{len(schema().nodes)} node types, {len(schema().edges)} edge types, generated files are current"


def _queries() -> str:
    from kg.queries import load_queries

    twins = sum(query.sparql is not None for query in load_queries().values())
    return f"{len(load_queries())} named queries are valid, portable Cypher; {twins} have a SPARQL twin"


def _query_files() -> Iterator[Check]:
    from kg.queries import read_query

    def read(path: Path) -> str:
        query = read_query(path)
        return "portable Cypher, " + (f"no twin: {query.no_sparql}" if query.no_sparql else "and its twin")

    for path in sorted(data_dir("queries").glob("*.cypher")):
        yield _run(path.stem, partial(read, path))


def _extraction() -> str:
    import extractors

    nlp = extractors.load()
    return f"{extractors.EXTRACTOR} {extractors.VERSION}: {', '.join(nlp.pipe_names)}"


def _files(graph: str) -> str:
    from kg.graph.data import store_hash
    from kg.workspace import Workspace

    workspace = Workspace.open(graph)
    known = workspace.info().get("hash")
    now = workspace.graph().hash()
    if known is None:
        return "the embedded store is missing or older than the files; it is rebuilt when next opened"
    if known != now:
        raise KGError(
            f"{graph}: the store was made of graph {known[:16]}, the files give {now[:16]}; delete graph.json"
        )
    held = store_hash(workspace.store())
    if held != now:
        raise KGError(
            f"{graph}: the store holds graph {held[:16]}, the files give {now[:16]}; delete graph.json"
        )
    return f"the store holds what the files give ({now[:16]})"


def _quotes(graph: str) -> str:
    from kg.workspace import Workspace

    workspace = Workspace.open(graph)
    papers = {paper.id: paper for paper in workspace.papers()}
    count = 0
    for edge in workspace.store().edges():
        if edge["origin"] != "text":
            continue
        if edge["paper"] not in papers:
            raise KGError(
                f"{graph}: edge {edge['id']} ({edge['type']}) quotes {edge['paper']}, which is not here"
            )
        text = papers[edge["paper"]].text(edge["field"])
        if text[edge["quote_start"] : edge["quote_end"]] != edge["quote"]:
            raise KGError(f"{graph}: edge {edge['id']} ({edge['type']}) does not quote {edge['paper']}")
        if not edge["quote_start"] <= edge["mention_start"] < edge["mention_end"] <= edge["quote_end"]:
            raise KGError(f"{graph}: edge {edge['id']} ({edge['type']}) names nothing inside its quote")
        count += 1
    return f"all {count:,} edges read from text quote their paper"


def _numbers(graph: str) -> str:
    from kg.graph.evidence import check_result
    from kg.workspace import Workspace

    count = 0
    for paper, facts in Workspace.open(graph).facts():
        for result in facts.results:
            check_result(paper, result)
            count += 1
    return f"all {count:,} claimed numbers read back from their sentences as they are stored"


def _conflicts(graph: str) -> Iterator[Check]:
    """Say which numbers disagree with others of their paper: a fault of the paper, or of how it was read."""
    from kg.workspace import Workspace

    try:
        table = Workspace.open(graph).graph()
    except KGError:
        return  # said by the checks before
    papers = {row["to"]: row["paper"] for row in table.edges["REPORTS"].to_pylist()}
    found = [
        (papers[row["id"]], row["conflict"]) for row in table.nodes["Result"].to_pylist() if row["conflict"]
    ]
    for paper, conflict in sorted(found)[:_SHOWN]:
        yield Check(True, f"arithmetic: {paper} {conflict}")
    more = f"; the first {_SHOWN} are above" if len(found) > _SHOWN else ""
    yield Check(True, f"arithmetic: {len(found):,} numbers disagree with others of their paper{more}")
