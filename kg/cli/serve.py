"""`kg sparql` and `kg serve`."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from kg.cli.common import Format, GraphArg, print_rows, require, say
from kg.errors import InputError, UsageError

Seconds = Annotated[float, typer.Option("--timeout", min=0.01, max=86_400, help="Seconds a query may take.")]
Most = Annotated[int, typer.Option("--limit", min=1, help="At most so many rows or triples.")]


class SparqlFormat(StrEnum):
    """How an answer is printed: rows as everywhere, a graph as Turtle or N-Triples."""

    table = "table"
    json = "json"
    jsonl = "jsonl"
    csv = "csv"
    md = "md"
    turtle = "turtle"
    ntriples = "ntriples"


def _text(given: str) -> str:
    try:
        if given == "-":
            return sys.stdin.read()
        return Path(given[1:]).read_text(encoding="utf-8") if given.startswith("@") else given
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{given}: the query cannot be read ({error})") from error


def sparql(
    graph: GraphArg,
    query: Annotated[
        str,
        typer.Argument(metavar="QUERY", help="SPARQL; @FILE for a file, - for standard input."),
    ],
    form: Annotated[
        SparqlFormat,
        typer.Option("--format", "-f", help="How to print rows; turtle or ntriples for a graph."),
    ] = SparqlFormat.table,
    timeout: Seconds = 30.0,
    limit: Most = 10_000,
) -> None:
    """Run SPARQL of your own (reading only): SELECT, ASK, CONSTRUCT or DESCRIBE.

    The schema's prefixes are known, and g: for nodes.

    Example: kg sparql papers.kg "SELECT ?name { ?p a kg:Problem ; skos:prefLabel ?name } LIMIT 10"
    """
    from kg.serve import rdf_folder
    from kg.sparql import check
    from kg.stores.rdf_worker import SparqlWorker

    text = _text(query)
    check(text)
    of_graph = form in (SparqlFormat.turtle, SparqlFormat.ntriples)
    with rdf_folder(graph) as folder, SparqlWorker(folder()) as worker:
        shape = form.value if of_graph else "turtle"
        answer = worker.ask(text, graph=shape, timeout=timeout, limit=limit)
    if answer.cut:
        say(f"kg: there is more than --limit {limit:,}; this is the beginning")
    if answer.kind == "graph":
        if not of_graph and form is not SparqlFormat.table:
            raise UsageError(f"--format {form.value}: the answer is a graph; choose turtle or ntriples")
        print(answer.body.decode(), end="")
        require(answer.body, "nothing found")
        return
    if of_graph:
        raise UsageError(f"--format {form.value}: the answer is rows; choose table, json, jsonl, csv or md")
    columns, rows = answer.rows()
    if rows or form is not SparqlFormat.table:
        print_rows(rows, columns, Format(form.value))
    require(rows, "nothing found")


def serve(
    graph: GraphArg,
    sparql: Annotated[bool, typer.Option("--sparql", help="A SPARQL 1.1 endpoint at /sparql.")] = False,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port; 0 for any that is free.")] = 8765,
    timeout: Seconds = 30.0,
    limit: Most = 10_000,
) -> None:
    """Serve a graph to other programs, for reading, until Ctrl-C.

    Example: kg serve papers.kg --sparql
    """
    if not sparql:
        raise UsageError("nothing to serve: say --sparql")
    from kg.rdf import need

    for module in ("starlette", "uvicorn"):
        need(module, "serve")
    from kg.serve import application, listening, rdf_folder
    from kg.serve import serve as run

    with rdf_folder(graph) as folder:
        app = application(folder, host, timeout=timeout, limit=limit)
        with listening(host, port) as listener:
            address = f"[{host}]" if ":" in host else host
            say(f"http://{address}:{listener.getsockname()[1]}/sparql answers; Ctrl-C ends it")
            run(app, listener)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(sparql)
    app.command()(serve)
