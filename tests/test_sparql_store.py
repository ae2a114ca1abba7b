"""SPARQL over a graph: in process, in a process of its own, in a workspace, on the command line."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import rdflib
from rdflib.namespace import SKOS

from kg.errors import QueryError, StoreError
from kg.rdf.oxigraph import PREFIXES
from kg.rdf.terms import BASE
from kg.stores.rdf import RdfStore
from kg.stores.rdf_worker import SparqlWorker, TimeLimitError
from kg.workspace import Workspace
from tests.graphs import tiny
from tests.rdf import Tables, rdf

WORKS = "SELECT ?name { ?m a kg:Method ; skos:prefLabel ?name ; kg:mitigates ?p } ORDER BY ?name"
NAMES = ["CLEAR", "EWC", "O-LoRA", "OGP", "SelfCheckGPT"]
# Slow on a graph without triples, too.
MANY = " ".join(str(n) for n in range(200))
SLOW = f"SELECT (COUNT(*) AS ?n) {{ {' '.join(f'VALUES ?{v} {{ {MANY} }}' for v in 'abcdef')} }}"
LONG = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("store") / "graph.oxigraph"
    RdfStore.create(path, Tables(tiny()))
    return path


@pytest.fixture
def worker(folder: Path) -> Iterator[SparqlWorker]:
    with SparqlWorker(folder) as one:
        yield one


def test_memory_and_disk_answer_alike(folder: Path) -> None:
    for store in (RdfStore.of(Tables(tiny())), RdfStore.open(folder)):
        columns, rows = store.select(WORKS)
        assert (columns, [row["name"] for row in rows]) == (["name"], NAMES)
        store.close()


def test_what_is_unbound_is_left_out(folder: Path) -> None:
    columns, rows = RdfStore.open(folder).select(
        "SELECT ?id ?year { ?p a kg:Paper ; dcterms:identifier ?id OPTIONAL { ?p kg:year ?year } }"
        " ORDER BY ?id"
    )
    assert columns == ["id", "year"]
    assert {"id": "paper:clear", "year": "2019"} in rows
    assert {"id": "paper:silent"} in rows


def test_the_queries_in_the_docs_give_rows(folder: Path) -> None:
    text = (Path(__file__).resolve().parent.parent / "docs" / "rdf.md").read_text(encoding="utf-8")
    queries = re.findall(r"```sparql\n(.*?)```", text, re.DOTALL)
    assert len(queries) == 2
    for query in queries:
        assert RdfStore.open(folder).select(query)[1]
    example = re.findall(r"```turtle\n(.*?)```", text, re.DOTALL)[0]
    prefixes = "".join(f"@prefix {name}: <{uri}> .\n" for name, uri in PREFIXES.items())
    said = rdflib.Graph().parse(data=prefixes + example, format="turtle")
    everything = rdflib.Graph().parse(data=rdf(tiny(), "turtle"), format="turtle")
    assert set(said.predicates()) <= set(everything.predicates())


def test_a_triple_is_counted_once(folder: Path) -> None:
    direct = "SELECT (COUNT(*) AS ?n) { ?s kg:mitigates ?o }"
    distinct = "SELECT (COUNT(*) AS ?n) { { SELECT DISTINCT ?s ?o { ?s kg:mitigates ?o } } }"
    store = RdfStore.open(folder)
    assert store.select(direct) == store.select(distinct)


def test_a_wrong_query_is_one_line(folder: Path) -> None:
    store = RdfStore.open(folder)
    for text in (
        "SELECT * {",
        "SELECT (<urn:f>(1) AS ?x) {}",
        "ASK {}",
        "INSERT DATA {}",
        "SELECT ?x { ?x y:z 1 }",
    ):
        with pytest.raises(QueryError) as caught:
            store.select(text)
        assert "\n" not in str(caught.value)
        assert len(str(caught.value)) < 400


def test_a_missing_or_damaged_folder_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for name in ("missing", "empty"):
        with pytest.raises(StoreError, match="delete the folder: it is made again"):
            RdfStore.open(tmp_path / name)


def test_rdflib_reads_the_same_store(folder: Path) -> None:
    graph = RdfStore.open(folder).graph()
    ewc = rdflib.URIRef(f"{BASE}method:ewc")
    assert str(graph.value(ewc, SKOS.prefLabel)) == "EWC"
    assert [str(row[0]) for row in graph.query(WORKS)] == NAMES  # type: ignore[index]
    assert len(graph) == len(set(rdf(tiny(), "ntriples", with_text=False).splitlines()))
    assert ("kg", rdflib.URIRef(PREFIXES["kg"])) in list(graph.namespaces())


def test_a_worker_answers_every_form(worker: SparqlWorker) -> None:
    assert worker.ask(WORKS).rows() == (["name"], [{"name": name} for name in NAMES])
    assert worker.ask("ASK { ?s kg:mitigates ?o }").rows() == (["answer"], [{"answer": True}])
    values = worker.ask("SELECT (1 AS ?a) (1.5 AS ?b) (false AS ?c) ('x'@en AS ?d) (<urn:e> AS ?e) {}").rows()
    assert values == (["a", "b", "c", "d", "e"], [{"a": 1, "b": 1.5, "c": False, "d": "x", "e": "urn:e"}])
    odd = worker.ask("SELECT ('x'^^xsd:integer AS ?a) ?b {}").rows()
    assert odd == (["a", "b"], [{"a": "x", "b": None}])
    assert worker.ask(WORKS, rows="csv").body.splitlines() == [b"name", *(name.encode() for name in NAMES)]
    assert b"<literal>EWC</literal>" in worker.ask(WORKS, rows="xml").body
    described = worker.ask("DESCRIBE g:method:ewc", graph="ntriples")
    assert described.kind == "graph"
    assert f'<{BASE}method:ewc> <{SKOS.prefLabel}> "EWC"'.encode() in described.body
    assert b"rdf:RDF" in worker.ask("CONSTRUCT WHERE { ?s skos:prefLabel ?o }", graph="rdfxml").body


def test_rows_and_triples_above_the_limit_are_cut_and_that_is_said(worker: SparqlWorker) -> None:
    for text in ("SELECT * { ?s ?p ?o }", "CONSTRUCT WHERE { ?s ?p ?o }"):
        answer = worker.ask(text, graph="ntriples", limit=3)
        assert answer.cut
        assert len(answer.rows()[1] if answer.kind == "rows" else answer.body.splitlines()) == 3
    exact = worker.ask(WORKS, limit=len(NAMES))
    assert (exact.cut, len(exact.rows()[1])) == (False, len(NAMES))


def test_a_query_that_takes_too_long_is_stopped_and_the_next_is_answered(worker: SparqlWorker) -> None:
    with pytest.raises(TimeLimitError, match=r"the query took longer than 0\.2 s and was stopped"):
        worker.ask(LONG, timeout=0.2)
    assert worker.ask(WORKS).rows()[1][0] == {"name": "CLEAR"}


def test_what_is_refused_never_reaches_the_store(worker: SparqlWorker) -> None:
    for text in ("SELECT * { SERVICE <http://example.org/> {} }", "DROP ALL", "SELECT * FROM <urn:x> {}"):
        with pytest.raises(QueryError, match="refused"):
            worker.ask(text)
    with pytest.raises(QueryError, match="SPARQL: error at"):
        worker.ask("SELECT * {")
    assert worker.ask("ASK {}").rows()[1] == [{"answer": True}]


def test_a_worker_without_its_store_says_so(tmp_path: Path) -> None:
    with SparqlWorker(tmp_path / "missing") as worker, pytest.raises(StoreError, match="cannot be read"):
        worker.ask("ASK {}")


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """A workspace without papers: its store is made all the same."""
    with (made := Workspace.open_or_new(tmp_path / "g.kg")).writing():
        made.save(made.manifest)
    return made


def test_a_workspace_keeps_its_rdf_store_until_it_is_older(workspace: Workspace) -> None:
    first = workspace.rdf_folder()
    made = first.stat().st_mtime_ns
    assert (workspace.rdf_folder(), first.stat().st_mtime_ns) == (first, made)
    assert workspace.rdf().select("SELECT * { ?s ?p ?o }") == (["o", "p", "s"], [])
    (workspace.path / "graph.0123.4567.oxigraph").mkdir()
    (workspace.path / "decisions.jsonl").write_text("\n", encoding="utf-8")
    second = workspace.rdf_folder()
    assert second != first
    assert [path.name for path in workspace.path.glob("graph.*.oxigraph")] == [second.name]


def test_what_a_killed_builder_left_is_removed(workspace: Workspace) -> None:
    left = workspace.path / ".kg-0123456789abcdef.tmp"
    left.mkdir()
    (left / "CURRENT").write_text("half", encoding="utf-8")
    workspace.rdf_folder()
    assert not left.exists()


def test_two_builders_at_once_make_one_store(workspace: Workspace) -> None:
    with ThreadPoolExecutor(4) as pool:
        folders = set(pool.map(lambda _: Workspace.open(workspace.path).rdf_folder(), range(4)))
    assert [path.name for path in workspace.path.glob("graph.*.oxigraph")] == [folders.pop().name]
    assert not folders


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> str:
    made = Workspace.open_or_new(tmp_path_factory.mktemp("empty") / "g.kg")
    with made.writing():
        made.save(made.manifest)
    return str(made.path)


def _kg(*arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "kg", *arguments]
    return subprocess.run(command, input=stdin, capture_output=True, text=True, check=False, encoding="utf-8")


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("file") / "graph.trig"
    path.write_text(rdf(tiny(), "trig"), encoding="utf-8")
    return str(path)


def test_the_command_line_answers(file: str, tmp_path: Path) -> None:
    asked = _kg("sparql", file, WORKS, "--format", "jsonl", "--limit", "2")
    assert [json.loads(line)["name"] for line in asked.stdout.splitlines()] == NAMES[:2]
    assert asked.stderr.strip() == "kg: there is more than --limit 2; this is the beginning"
    (tmp_path / "q.rq").write_text("DESCRIBE g:method:ewc", encoding="utf-8")
    described = _kg("sparql", file, f"@{tmp_path / 'q.rq'}")
    assert 'skos:prefLabel "EWC"' in described.stdout
    assert described.returncode == 0
    assert _kg("sparql", file, "-", stdin="ASK {}").stdout.split() == ["answer", "True"]


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("SELECT * { ?s a kg:Nothing }",), 3, "nothing found"),
        (("SELECT * {",), 2, "SPARQL: error at"),
        (("DROP ALL",), 2, "DROP changes the graph and is refused"),
        ((SLOW, "--timeout", "0.2"), 2, "took longer than 0.2 s"),
        (("ASK {}", "--format", "turtle"), 2, "the answer is rows"),
        (("DESCRIBE g:method:ewc", "--format", "csv"), 2, "the answer is a graph"),
        (("@missing.rq",), 1, "missing.rq: the query cannot be read"),
    ],
)
def test_the_command_line_says_what_is_wrong(
    empty: str, arguments: tuple[str, ...], code: int, message: str
) -> None:
    asked = _kg("sparql", empty, *arguments)
    assert (asked.returncode, asked.stdout) == (code, "")
    assert message in asked.stderr
    assert asked.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("missing", "arguments", "extra"),
    [
        ("starlette", ("serve", "{file}", "--sparql"), "serve"),
        ("uvicorn", ("serve", "{file}", "--sparql"), "serve"),
    ],
)
def test_a_missing_library_is_one_line_that_says_how_to_get_it(
    file: str, missing: str, arguments: tuple[str, ...], extra: str
) -> None:
    # What is None in sys.modules cannot be imported: Python's own way to say that it is not there.
    argv = ["kg", *(argument.replace("{file}", file) for argument in arguments)]
    code = (
        f"import sys; sys.modules[{missing!r}] = None; sys.argv = {argv!r}; from kg.cli import main; main()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert f"pip install 'methodkg[{extra}]'" in done.stderr
