"""`kg` with a real Neo4j server: loading, asking, and the export for neo4j-admin."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest

import kg
from kg.api import Graph
from kg.errors import InputError, SchemaError, UsageError
from kg.export import export
from kg.graph import GraphData
from kg.graph.data import store_hash
from kg.load import load
from kg.stores.neo4j import Neo4jStore
from kg.stores.networkx_store import NetworkXStore
from tests.conformance import made
from tests.graphs import Builder, tiny
from tests.neo4j_server import SCRIPT, Server, running


def run(*words: str, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "kg", *words],
        capture_output=True,
        text=True,
        encoding="utf-8",
        stdin=subprocess.DEVNULL,
        env=os.environ | env,
        check=False,
    )


def source(data: GraphData) -> Graph:
    return Graph(NetworkXStore(data.iter_nodes(), data.iter_edges()))


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The packaged sample, built once."""
    path = tmp_path_factory.mktemp("cli") / "sample.kg"
    kg.build(["sample"], path, model="fast", processes=1)
    return path


def test_the_sample_is_loaded_and_asked_on_the_command_line(
    sample: Path, neo4j_uri: str, neo4j_server: Server
) -> None:
    done = run("load", str(sample), "--to", neo4j_uri)
    assert (done.returncode, done.stdout) == (0, "")
    assert " added, 0 changed, 0 withdrawn; edges " in done.stderr.splitlines()[-1]
    again = run("load", str(sample), "--to", neo4j_uri)
    assert "nothing changed" in again.stderr
    with kg.open(sample) as g, Neo4jStore.connect(neo4j_uri) as store:
        assert store_hash(store) == store_hash(g.store)
    question = ("methods_targeting", "forgetting", "--format", "json")
    here, there = run("query", str(sample), *question), run("query", neo4j_uri, *question)
    assert (there.returncode, there.stdout) == (0, here.stdout)
    with kg.open(sample) as g:
        assert json.loads(run("stats", neo4j_uri, "--format", "json").stdout) == list(g.stats())
    for each in (done, again, there):
        assert neo4j_server.password not in each.stdout + each.stderr


def test_wiping_asks_first(sample: Path, neo4j_uri: str) -> None:
    with Neo4jStore.connect(neo4j_uri) as store:
        load(tiny(), store)
        refused = run("load", str(sample), "--to", neo4j_uri)
        assert (refused.returncode, refused.stderr.count("\n")) == (1, 1)
        assert "--wipe" in refused.stderr
        unasked = run("load", str(sample), "--to", neo4j_uri, "--wipe")
        assert unasked.returncode == 2
        nodes = sum(1 for _ in tiny().iter_nodes())
        assert f"would delete {nodes} nodes of database 'neo4j'" in unasked.stderr
        assert store_hash(store) == tiny().hash()
        assert run("load", str(sample), "--to", neo4j_uri, "--wipe", "--yes").returncode == 0
        with kg.open(sample) as g:
            assert store_hash(store) == store_hash(g.store)


def test_what_goes_wrong_is_one_line_without_the_password(sample: Path, neo4j_uri: str) -> None:
    for words, code in (
        (("load", str(sample), "--to", neo4j_uri), 1),
        (("query", neo4j_uri, "methods_targeting", "forgetting"), 1),
        (("stats", "neo4j://127.0.0.1:1"), 1),
        (("stats", "neo4j://neo4j:hunter2@localhost"), 2),
    ):
        done = run(*words, NEO4J_PASSWORD="hunter2-wrong")  # noqa: S106 - it is wrong
        assert (done.returncode, done.stderr.count("\n")) == (code, 1), done.stderr
        assert "hunter2" not in done.stderr


@pytest.mark.usefixtures("neo4j_server")  # skips where there is none
def test_neo4j_admin_imports_the_export(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home, folder = tmp_path / "home", tmp_path / "a folder"
    data = made(Random(5), 30)  # noqa: S311 - a graph, no secret
    assert export(source(data), "neo4j-admin", folder) == sum(data.counts().values())
    (home / "conf").mkdir(parents=True)
    tool = tmp_path / "neo4j-admin"
    tool.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{SCRIPT}" admin "$@"\n')
    tool.chmod(0o755)
    env = os.environ | {"NEO4J_ADMIN": str(tool), "NEO4J_HOME": str(home)}
    command = ["sh", str(folder / "import.sh"), "--threads=1"]
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    monkeypatch.setenv("NEO4J_PASSWORD", "only-for-this-test")
    with running(home, "only-for-this-test") as server, Neo4jStore.connect(server.uri) as store:
        assert store_hash(store) == data.hash()
        server.kill()  # it has nothing to lose, and its own end takes long


def test_the_folder_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    folder = tmp_path / "csv"
    folder.mkdir()
    assert export(source(tiny()), "neo4j-admin", folder) == sum(tiny().counts().values())
    assert (folder / "nodes-Metric.csv").read_text().splitlines()[:2] == [
        "id:ID(Metric),name:string,aliases:string[],search_text:string,support:long,:LABEL",
        '"metric:accuracy","accuracy","average accuracy","accuracy | average accuracy",3,"Metric"',
    ]
    with pytest.raises(InputError, match="name a new folder"):
        export(source(tiny()), "neo4j-admin", folder)
    b = Builder()
    b.node("Metric", "a", "a")
    b.node("Method", "b", "b", ("c\x1fd",))
    with pytest.raises(SchemaError, match="U\\+001F"):
        export(source(b.data()), "neo4j-admin", tmp_path / "none")
    with pytest.raises(InputError, match="empty"):
        export(source(GraphData()), "neo4j-admin", tmp_path / "none")
    with pytest.raises(InputError, match="cannot be written"):
        export(source(tiny()), "neo4j-admin", tmp_path / "no" / "such")
    with pytest.raises(UsageError, match="-o"):
        export(source(tiny()), "neo4j-admin")
    assert [path.name for path in tmp_path.iterdir()] == ["csv"]


def test_the_export_says_how_it_is_imported(sample: Path, tmp_path: Path) -> None:
    done = run("export", str(sample), "--format", "neo4j-admin", "-o", str(tmp_path / "csv"))
    assert done.returncode == 0
    command = done.stderr.splitlines()[-1]
    assert command.startswith(
        f"cd {tmp_path}/csv && neo4j-admin database import full --array-delimiter=U+001F "
    )
    assert " --nodes=nodes-Method.csv " in command
    assert command.endswith(" neo4j")
