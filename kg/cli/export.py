"""`kg export` and `kg draw`."""

from __future__ import annotations

import shlex
from typing import Annotated

import typer

from kg.cli.common import GraphArg, out_path, say

Out = Annotated[
    str | None, typer.Option("--output", "-o", metavar="OUT", help="The file to write; stdout by default.")
]

_MOST_REASONS = 12


def export(
    graph: GraphArg,
    form: Annotated[
        str,
        typer.Option(
            "--format",
            "-f",
            metavar="F",
            help="facts, papers, nodes, edges, eee (claimed scores), graphml, gexf, cytoscape, "
            "neo4j-admin (a folder); RDF: turtle, ntriples, nquads, trig or jsonld.",
        ),
    ],
    out: Out = None,
    as_csv: Annotated[
        bool, typer.Option("--csv", help="nodes, edges and eee as CSV instead of JSONL.")
    ] = False,
    base: Annotated[
        str | None, typer.Option(metavar="IRI", help="What every IRI of an RDF format begins with.")
    ] = None,
    with_text: Annotated[
        bool, typer.Option("--with-text", help="Abstracts in an RDF format too, so that it reads back whole.")
    ] = False,
) -> None:
    """Export the graph, or the facts behind it.

    Example: kg export papers.kg --format facts -o facts.jsonl
    """
    from kg.api import open as open_graph
    from kg.export import export as write

    path = out_path(out)
    with open_graph(graph) as g:
        count = write(g, form, path, as_csv=as_csv, base=base, with_text=with_text)
        if path is not None:
            say(f"{path}: {count:,} {form}")
        if form == "eee":
            from kg.export.eval_ever import claimed

            for reason, number in claimed(g).left_out.most_common(_MOST_REASONS):
                say(f"left out: {number:,} × {reason}")
    if path is not None and form == "neo4j-admin":
        from kg.export.neo4j_admin import import_arguments

        say(f"cd {shlex.quote(str(path))} && neo4j-admin {shlex.join(import_arguments(path))} neo4j")


def draw(
    graph: GraphArg,
    out: Annotated[str, typer.Option("--output", "-o", metavar="OUT", help="The HTML file to write.")],
    about: Annotated[
        str | None, typer.Option("--about", metavar="NAME", help="Draw only what lies around this name.")
    ] = None,
    limit: Annotated[int, typer.Option(min=2, help="At most so many nodes, the most supported first.")] = 150,
) -> None:
    """Draw a self-contained HTML picture: click a node or an edge to read the quotes.

    Example: kg draw papers.kg -o papers.html --about forgetting
    """
    from kg.api import open as open_graph

    with open_graph(graph) as g:
        drawn, total = g.draw(out, about=about, limit=limit)
    say(f"{out}: {drawn:,} of {total:,} nodes; open it in a browser")


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(export)
    app.command()(draw)
