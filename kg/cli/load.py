"""`kg load`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from kg.cli.common import GraphArg, say
from kg.errors import UsageError

if TYPE_CHECKING:
    from kg.stores.neo4j import Neo4jStore


def load(
    graph: GraphArg,
    to: Annotated[
        str, typer.Option("--to", metavar="URI", help="The server, neo4j://HOST:PORT?database=NAME.")
    ],
    wipe: Annotated[
        bool, typer.Option("--wipe", help="First delete the nodes of any such graph that is there.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before --wipe deletes.")] = False,
) -> None:
    """Make a Neo4j database hold the graph; again: only what differs is written.

    The user is NEO4J_USERNAME (neo4j by default); the password NEO4J_PASSWORD, else asked for.

    Example: kg load papers.kg --to neo4j://localhost
    """
    from kg.api import open as open_graph
    from kg.load import count_nodes
    from kg.load import load as load_graph
    from kg.stores.neo4j import Neo4jStore

    with open_graph(graph) as g, Neo4jStore.connect(to) as store:
        if wipe and not yes:
            _ask(store, sum(count_nodes(store).values()))
        loaded = load_graph(g.store, store, wipe=wipe)
    for note in loaded.notes:
        say(f"kg: {note}")
    say(str(loaded))


def _ask(store: Neo4jStore, count: int) -> None:
    """Ask before `count` nodes are deleted.

    Raises:
        UsageError: if there is nobody to ask.
    """
    if not count:
        return
    if not sys.stdin.isatty():
        raise UsageError(
            f"--wipe would delete {count:,} nodes of {store.address}: add --yes if that is meant"
        )
    typer.confirm(f"Delete {count:,} nodes and all their edges of {store.address}?", abort=True, err=True)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(load)
