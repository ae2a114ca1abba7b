"""Real Neo4j servers for tests, started by scripts/neo4j-test-server."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parent.parent / "scripts" / "neo4j-test-server"
# For a server that lives for a minute: half the work of a Java is to compile code for a long life.
QUICK = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
LACKING = 3  # its exit status where Java, Maven or the server's files cannot be had


@dataclass(frozen=True, slots=True)
class Server:
    """A running server: its address, the password of its user neo4j, Java's process.

    `certificate` is the file of the certificate that encrypted addresses meet, "-" where there is none.
    """

    uri: str
    password: str
    pid: int
    certificate: str

    def kill(self) -> None:
        """End it as a power cut would."""
        os.kill(self.pid, signal.SIGKILL)


@contextmanager
def running(home: Path | None = None, password: str = "") -> Iterator[Server]:
    """Run a server, with its data in `home` or else in a folder of its own that goes with it."""
    where = ["--home", str(home)] if home else []
    env = {**os.environ, "JAVA_TOOL_OPTIONS": QUICK, "NEO4J_PASSWORD": password}
    command = [sys.executable, str(SCRIPT), "run", *where]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=env
    ) as script:
        assert script.stdin and script.stdout and script.stderr
        try:
            line = script.stdout.readline().split()
            if not line:
                said = script.stderr.read().strip()
                if script.wait() == LACKING:
                    pytest.skip(said)
                pytest.fail(said)
            yield Server(line[0], line[1], int(line[2]), line[3])
        finally:
            script.stdin.close()
            script.wait()
