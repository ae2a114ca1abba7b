"""`kg stats`, `schema`, `doctor`."""

from __future__ import annotations

from typing import Annotated

import typer

from kg.cli.common import Format, FormatOpt, GraphArg, print_rows, say
from kg.errors import KGError, UsageError


def stats(graph: GraphArg, form: FormatOpt = Format.table) -> None:
    """Print what the graph holds, and how well its extractor was measured to read."""
    from kg.api import open as open_graph
    from kg.evaluate import measured

    with open_graph(graph) as g:
        rows = g.stats()
        print_rows(rows, rows.columns, form)
    say(f"extraction quality: {measured()}")


def schema(
    form: Annotated[
        str, typer.Option("--format", "-f", help="md, cypher, yaml, owl, shacl or jsonld.")
    ] = "md",
    write: Annotated[bool, typer.Option("--write", help="Write schema/generated/ in a checkout.")] = False,
) -> None:
    """Print the schema: node and edge types with their properties."""
    from kg.files import atomic_write
    from kg.generate import artefacts
    from kg.resources import data_dir
    from kg.schema import schema as load

    folder = data_dir("schema")
    made = artefacts(load())
    if write:
        for name, text in made.items():
            with atomic_write(folder / "generated" / name, "w") as file:
                file.write(text)
            say(f"{folder / 'generated' / name}: written")
        return
    texts = {"md": made["schema.md"], "cypher": made["constraints.cypher"]}
    texts["yaml"] = (folder / "methods.yaml").read_text(encoding="utf-8")
    texts |= {"owl": made["ontology.ttl"], "shacl": made["shapes.ttl"], "jsonld": made["context.jsonld"]}
    if form not in texts:
        raise UsageError(f"--format {form!r}: choose {', '.join(texts)}")
    print(texts[form], end="")


def doctor(
    graph: Annotated[
        str | None,
        typer.Argument(
            metavar="[GRAPH]", help="A graph to check as well; or: queries, the query files alone."
        ),
    ] = None,
) -> None:
    """Check the installation, the query files and, when given, a graph: every quote against its text."""
    from kg.doctor import checks

    failed = 0
    for check in checks(graph):
        print(f"{'ok  ' if check.ok else 'FAIL'}  {check.text}")
        failed += not check.ok
    if failed:
        raise KGError(f"{failed} checks failed")


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for command in (stats, schema, doctor):
        app.command()(command)
