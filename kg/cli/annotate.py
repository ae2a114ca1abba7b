"""`kg annotate`."""

from __future__ import annotations

import getpass
import io
import os
import sys
from collections import Counter
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from kg.cli.common import GraphArg, say
from kg.errors import UsageError


def annotate(
    graph: GraphArg,
    paper: Annotated[
        str | None, typer.Option("--paper", metavar="ID_OR_TITLE", help="Only this paper.")
    ] = None,
    role: Annotated[
        str | None, typer.Option("--role", metavar="R", help="Only one role: targets, metrics, results …")
    ] = None,
    limit: Annotated[int | None, typer.Option("--limit", min=1, help="At most so many papers.")] = None,
    again: Annotated[bool, typer.Option("--all", help="Ask again for what has been decided.")] = False,
    annotator: Annotated[
        str | None,
        typer.Option("--annotator", metavar="NAME", help="Who decides.", show_default="the user logged in"),
    ] = None,
    export: Annotated[
        str | None,
        typer.Option(
            "--export",
            metavar="DIR",
            help="Ask nothing; write papers.jsonl and facts.jsonl of the papers that are finished.",
        ),
    ] = None,
) -> None:
    """Decide on the facts of papers, one by one: accept, reject, correct, add.

    Each decision is stored at once in GRAPH/decisions.jsonl and holds for the graph from then on. Answers
    are read from a pipe as well, one a line; its end quits.

    Example: kg annotate papers.kg --limit 5
    """
    from kg.annotate import annotate as run
    from kg.annotate import export_annotated
    from kg.workspace import Workspace

    workspace = Workspace.open(graph)
    if export is not None:
        if paper or role or limit or again:
            raise UsageError("--export asks nothing; leave out --paper, --role, --limit and --all")
        count = export_annotated(workspace, Path(export))
        say(f"{export}: papers.jsonl and facts.jsonl of {count:,} finished papers")
        return
    if isinstance(sys.stdin, io.TextIOWrapper) and not sys.stdin.isatty():
        # Papers hold every letter there is, and so must the names that a pipe brings.
        sys.stdin.reconfigure(encoding="utf-8", errors="replace")
    tally = run(
        workspace,
        _ask,
        _show,
        annotator=annotator or _user(),
        paper=paper,
        role=role,
        limit=limit,
        again=again,
    )
    say(f"{graph}: {_summary(tally)}")


def _summary(tally: Counter[str]) -> str:
    papers = tally.pop("papers", 0)
    if not papers:
        return "there is nothing left to decide; --all asks again"
    made = ", ".join(f"{what} {count:,}" for what, count in tally.items())
    return f"{made}; in the graph from the next command on" if made else "nothing was decided"


def _user() -> str:
    try:
        return os.environ.get("USER") or getpass.getuser()
    except (
        OSError,
        KeyError,
        ImportError,
    ) as error:  # no such user is known; which of them depends on Python
        raise UsageError("who decides is not known here; name yourself with --annotator NAME") from error


def _show(text: Text) -> None:
    # On a pipe a line stays a line, however long it is.
    console = Console(highlight=False, emoji=False, markup=False)
    console.print(text, soft_wrap=not sys.stdout.isatty())


def _ask(question: str, one_key: bool) -> str:
    """Ask on a terminal, or read the next line of a pipe.

    Raises:
        EOFError: at the end of the input.
    """
    terminal = sys.stdin.isatty()
    print(question, end="", flush=True)
    try:
        answer = typer.getchar() if terminal and one_key else input()
    except EOFError:
        print()
        raise
    if one_key or not terminal:  # a terminal shows only the lines that are typed
        print(answer if answer.isprintable() else "", flush=True)
    return answer


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(annotate)
