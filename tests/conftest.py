"""Fixtures of several test files."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from kg.stores.neo4j import Neo4jStore
from tests.neo4j_server import Server, running


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put tests that share something expensive on one processor: a file's own, and all those of the server.

    Those of the server come first: they take longest.
    """
    for item in items:
        server = "neo4j_server" in getattr(item, "fixturenames", ())
        item.add_marker(pytest.mark.xdist_group("neo4j" if server else item.path.name))
    items.sort(key=lambda item: "neo4j_server" not in getattr(item, "fixturenames", ()))


@pytest.fixture(scope="session")
def neo4j_server() -> Iterator[Server]:
    """One Neo4j server for all tests; they skip where it cannot be had."""
    with running() as server:
        yield server


@pytest.fixture
def neo4j_uri(neo4j_server: Server, monkeypatch: pytest.MonkeyPatch) -> str:
    """The address of the server; the password is in the environment, the database is empty."""
    for name in ("NEO4J_USERNAME", "NEO4J_DATABASE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("NEO4J_PASSWORD", neo4j_server.password)
    with Neo4jStore.connect(neo4j_server.uri) as store:
        store.write("MATCH (n) DETACH DELETE n")
    return neo4j_server.uri


@pytest.fixture
def neo4j_store(neo4j_uri: str) -> Iterator[Neo4jStore]:
    """An empty database, connected."""
    with Neo4jStore.connect(neo4j_uri) as store:
        yield store
