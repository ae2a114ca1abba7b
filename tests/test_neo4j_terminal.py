"""What a person at a terminal meets: encrypted addresses, the question for the password, and for --wipe."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

import kg
from kg.graph.data import store_hash
from kg.load import load
from kg.stores.neo4j import Neo4jStore
from tests.graphs import tiny
from tests.neo4j_server import Server

PATIENCE = 120.0  # seconds for a command to say what is waited for


def environment(**changes: str | None) -> dict[str, str]:
    """Return the environment with changes; None takes a variable out."""
    merged = {**os.environ, **changes}
    return {key: value for key, value in merged.items() if value is not None}


def at_terminal(
    words: Sequence[str], dialogue: Sequence[tuple[str, str]], **env: str | None
) -> tuple[int, str]:
    """Run `kg` on a terminal of its own; after each text that it says, type an answer.

    Returns:
        the exit status, and all that stood on the terminal.
    """
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "kg", *words]
    with subprocess.Popen(
        command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment(**env)
    ) as done:
        os.close(theirs)
        said = ""
        try:
            for question, answer in dialogue:
                start = len(said)
                while question not in said[start:]:
                    more = _read(ours)
                    assert more, f"waited for {question!r}; the command said {said!r}"
                    said += more
                os.write(ours, f"{answer}\n".encode())
            while more := _read(ours):
                said += more
        except BaseException:
            done.kill()
            raise
        finally:
            os.close(ours)
    return done.returncode, said


def _read(terminal: int) -> str:
    """Return what is said next; nothing where the command has ended."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if select.select([terminal], [], [], 1.0)[0]:
            try:
                return os.read(terminal, 4096).decode(errors="replace")
            except OSError:  # Linux says so when the last program on it has ended
                return ""
    pytest.fail("the command says nothing and does not end")


@pytest.fixture
def certificate(neo4j_server: Server) -> str:
    """The file of the server's certificate, which nobody but itself has signed."""
    if neo4j_server.certificate == "-":
        pytest.skip("there is no openssl that would make a certificate")
    return neo4j_server.certificate


@pytest.fixture
def stored(tmp_path: Path) -> Path:
    """A small graph as a workspace."""
    path = tmp_path / "sample.kg"
    kg.build(["sample"], path, model="fast", processes=1)
    return path


def run(*words: str, **env: str | None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "kg", *words],
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        env=environment(**env),
        check=False,
    )


@pytest.mark.parametrize("scheme", ["neo4j", "bolt"])
def test_an_encrypted_address_wants_a_known_certificate(
    scheme: str, neo4j_uri: str, certificate: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    rest = neo4j_uri.partition("://")[2]
    with Neo4jStore.connect(neo4j_uri) as store:
        load(tiny(), store)
    # "+ssc" takes the certificate that is signed by itself, "+s" refuses it: nobody vouches for it.
    with Neo4jStore.connect(f"{scheme}+ssc://{rest}") as store:
        assert store_hash(store) == tiny().hash()
    refused = run("stats", f"{scheme}+s://{rest}")
    assert (refused.returncode, refused.stdout, refused.stderr.count("\n")) == (1, "", 1), refused.stderr
    assert "certificate" in refused.stderr
    # To whom trusts it, "+s" is as good as any address.
    trusting = run("stats", f"{scheme}+s://{rest}", SSL_CERT_FILE=certificate)
    assert (trusting.returncode, trusting.stdout) == (0, run("stats", neo4j_uri).stdout)


def test_the_password_is_asked_for_and_not_shown(neo4j_uri: str, neo4j_server: Server) -> None:
    question = "Password of user 'neo4j' at "
    words = ("stats", neo4j_uri)
    code, said = at_terminal(words, [(question, neo4j_server.password)], NEO4J_PASSWORD=None)
    assert (code, said.count(question)) == (0, 1), said
    assert neo4j_server.password not in said
    assert "Paper" in said
    code, said = at_terminal(words, [(question, "no-such-password")], NEO4J_PASSWORD=None)
    assert code == 1
    assert "the user or password was refused" in said
    assert "no-such-password" not in said


def test_wiping_asks_at_a_terminal(stored: Path, neo4j_uri: str) -> None:
    words = ("load", str(stored), "--to", neo4j_uri, "--wipe")
    count = sum(table.num_rows for table in tiny().nodes.values())
    question = f"Delete {count} nodes and all their edges of database 'neo4j' at "
    with Neo4jStore.connect(neo4j_uri) as store:
        load(tiny(), store)
        for answer in ("n", ""):
            code, said = at_terminal(words, [(question, answer)])
            assert (code, store_hash(store)) == (1, tiny().hash()), said
        code, said = at_terminal(words, [(question, "y")])
        assert code == 0, said
        with kg.open(stored) as g:
            assert store_hash(store) == store_hash(g.store)
        # There is nothing of another graph any more, and nothing is asked where nothing is deleted.
        store.write("MATCH (n) DETACH DELETE n")
        code, said = at_terminal(words, [])
        assert (code, "Delete" in said) == (0, False), said
