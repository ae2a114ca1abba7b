"""`kg query`, `ask`, `cypher`, `search`, `show`."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import Annotated

import typer

from kg.cli.common import Format, FormatOpt, GraphArg, Params, parse_params, print_rows, require, say
from kg.rows import Rows


class Engine(StrEnum):
    """What answers a named query."""

    cypher = "cypher"
    rdf = "rdf"


class ShowFormat(StrEnum):
    """How `kg show` prints: a thing and all around it are no rows."""

    table = "table"
    json = "json"


def _answer(rows: Rows, form: Format) -> None:
    if rows.note:
        say(f"kg: {rows.note}")
    if rows or form is not Format.table:
        print_rows(rows, rows.columns, form)
    require(rows, "nothing found")


def query(
    graph: GraphArg,
    name: Annotated[
        str | None, typer.Argument(metavar="NAME", help="A named query; leave it out to list them.")
    ] = None,
    arguments: Annotated[
        list[str] | None, typer.Argument(metavar="ARG...", help="Its parameters, in order.")
    ] = None,
    param: Params = None,
    engine: Annotated[
        Engine, typer.Option("--engine", help="Cypher on the graph's store, or SPARQL on a copy in RDF.")
    ] = Engine.cypher,
    form: FormatOpt = Format.table,
) -> None:
    """Answer a named query.

    Example: kg query papers.kg methods_targeting forgetting --param stance=any
    """
    from kg.api import open as open_graph
    from kg.queries import bind, load_queries

    if name is None:
        listing = [
            {"query": q.name, "parameters": " ".join(q.usage()), "about": q.about}
            for q in load_queries().values()
        ]
        print_rows(listing, ["query", "parameters", "about"], form)
        return
    with open_graph(graph, engine=engine.value) as g:
        _answer(g.query(name, **bind(name, arguments or [], parse_params(param))), form)


def ask(
    graph: GraphArg,
    question: Annotated[str, typer.Argument(metavar="QUESTION", help="A question in plain English.")],
    form: FormatOpt = Format.table,
) -> None:
    """Answer a question in plain English, by one of the named queries.

    Example: kg ask papers.kg "which methods target forgetting?"
    """
    from kg.api import open as open_graph

    with open_graph(graph) as g:
        rows = g.ask(question)
        say(f"kg: ran {rows.query}")
        _answer(rows, form)


def cypher(
    graph: GraphArg,
    text: Annotated[str, typer.Argument(metavar="CYPHER", help="A query.")],
    param: Params = None,
    timeout: Annotated[float, typer.Option(min=0.01, max=86_400, help="Seconds.")] = 30.0,
    write: Annotated[bool, typer.Option("--write", help="Let it write, on a Neo4j server.")] = False,
    form: FormatOpt = Format.table,
) -> None:
    """Run Cypher of your own; what writes is refused without --write.

    Example: kg cypher papers.kg "MATCH (p:Problem) RETURN p.name AS name ORDER BY p.support DESC LIMIT 10"
    """
    from kg.api import open as open_graph

    with open_graph(graph) as g:
        _answer(g.cypher(text, parse_params(param), timeout=timeout, write=write), form)


def search(
    graph: GraphArg,
    text: Annotated[str, typer.Argument(metavar="TEXT", help="Words of a name, alias or title.")],
    label: Annotated[
        str | None, typer.Option("--type", "-t", help="Only this node type, such as Method.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many rows.")] = 20,
    form: FormatOpt = Format.table,
) -> None:
    """Find nodes by name, alias or title."""
    from kg.api import open as open_graph

    with open_graph(graph) as g:
        _answer(g.search(text, label, limit), form)


def show(
    graph: GraphArg,
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="A name, a paper's title or arXiv id, or a node id.")
    ],
    form: Annotated[
        ShowFormat, typer.Option("--format", "-f", help="Text to read, or JSON.")
    ] = ShowFormat.table,
) -> None:
    """Show everything the graph says about a thing, with the quotes."""
    from kg.api import open as open_graph
    from kg.cli.text import shown

    with open_graph(graph) as g:
        found = g.show(name)
        print(shown(found) if form is ShowFormat.table else json.dumps(found, ensure_ascii=False, indent=1))


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for command in (query, ask, cypher, search, show):
        app.command()(command)
