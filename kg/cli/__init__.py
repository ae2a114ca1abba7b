"""The `kg` command: thin typed wrappers over functions that a notebook can call as well.

Stdout is data, stderr is talk. Exit codes: 0 done, 1 failed, 2 wrong usage, 3 nothing found.
"""

from __future__ import annotations

import io
import os
import sys
import warnings
from typing import Annotated

import typer

from kg._version import __version__
from kg.cli import annotate, build, evaluate, export, extract, inspect, load, questions, serve
from kg.errors import KGError, NotFoundError, QueryError, UsageError

app = typer.Typer(
    name="kg",
    help="A graph of what research papers claim, with the sentence behind every fact.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _show_version(wanted: bool) -> None:
    if wanted:
        print(f"methodkg {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool,
        typer.Option("--version", help="Print the version and stop.", callback=_show_version, is_eager=True),
    ] = False,
) -> None:
    pass


for module in (build, questions, load, serve, export, extract, inspect, evaluate, annotate):
    module.register(app)


def _talk(
    message: Warning | str, category: type[Warning], filename: str, lineno: int, line: str | None = None
) -> str:
    return f"kg: {message}\n"


def main() -> None:
    """Run the command line; what a user can meet becomes one line on stderr."""
    for stream in (sys.stdout, sys.stderr):
        # Papers hold every letter there is; a pipe on Windows or a C locale takes few of them.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    warnings.formatwarning = _talk
    try:
        app()
    except NotFoundError as error:
        print(f"kg: {error}", file=sys.stderr)
        sys.exit(3)
    except KGError as error:
        print(f"kg: {error}", file=sys.stderr)
        sys.exit(2 if isinstance(error, (UsageError, QueryError)) else 1)
    except KeyboardInterrupt:
        print("kg: stopped; run the same command again to go on", file=sys.stderr)
        sys.exit(130)
    except BrokenPipeError:
        # The reader (head, less) has seen enough. Python would complain once more at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except OSError as error:
        print(f"kg: {error.filename or 'input or output'}: {error.strerror or error}", file=sys.stderr)
        sys.exit(1)
