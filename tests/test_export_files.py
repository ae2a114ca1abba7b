from __future__ import annotations

import io
import json
import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from kg.errors import InputError
from kg.export import FORMATS, export
from kg.files import atomic_write

REPO = Path(__file__).resolve().parent.parent
NODE = {"type": "Method", "id": "m:1", "name": "Fréchet", "aliases": []}
posix = pytest.mark.skipif(os.name == "nt", reason="permissions, links and /dev are POSIX")


def source(*nodes: dict[str, Any]) -> Any:  # noqa: ANN401 - stands in for a workspace
    store = SimpleNamespace(nodes=lambda: iter(nodes), edges=lambda: iter([]))
    return SimpleNamespace(store=store, papers=lambda: iter([]), facts=lambda: iter([]))


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("mode", ["w", "wb"])
def test_a_file_is_replaced_whole(tmp_path: Path, mode: Any) -> None:  # noqa: ANN401
    path = tmp_path / "x"
    path.write_text("old", encoding="utf-8")
    with atomic_write(path, mode) as stream:
        stream.write("é\n" if mode == "w" else "é\n".encode())
        assert path.read_text(encoding="utf-8") == "old"
    assert path.read_bytes() == "é\n".encode()
    assert names(tmp_path) == ["x"]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_an_error_leaves_the_old_file_and_no_scraps(tmp_path: Path, error: type[BaseException]) -> None:
    path = tmp_path / "x"
    path.write_text("old", encoding="utf-8")
    with pytest.raises(error), atomic_write(path) as stream:
        stream.write("new")
        raise error
    assert path.read_text(encoding="utf-8") == "old"
    assert names(tmp_path) == ["x"]


def test_a_name_of_full_length_can_be_written(tmp_path: Path) -> None:
    path = tmp_path / ("x" * 255)
    with atomic_write(path) as stream:
        stream.write("y")
    assert path.read_text(encoding="utf-8") == "y"


@posix
def test_permissions_follow_the_old_file_or_the_umask(tmp_path: Path) -> None:
    old, new, plain = tmp_path / "old", tmp_path / "new", tmp_path / "plain"
    old.touch()
    old.chmod(0o640)
    plain.touch()
    for path in (old, new):
        with atomic_write(path) as stream:
            stream.write("x")
    assert stat.S_IMODE(old.stat().st_mode) == 0o640
    assert new.stat().st_mode == plain.stat().st_mode


@posix
def test_a_link_is_followed_and_a_device_is_not_replaced(tmp_path: Path) -> None:
    target, link, null = tmp_path / "target", tmp_path / "link", tmp_path / "null"
    target.write_text("old", encoding="utf-8")
    link.symlink_to(target)
    null.symlink_to("/dev/null")
    for path in (link, null):
        with atomic_write(path) as stream:
            stream.write("new")
    assert target.read_text(encoding="utf-8") == "new"
    assert link.is_symlink()
    assert Path("/dev/null").is_char_device()


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(IsADirectoryError), atomic_write(tmp_path):
        pytest.fail("the block must not run")


@pytest.mark.parametrize("format", FORMATS)
def test_every_format_writes_a_file_and_counts(tmp_path: Path, format: str) -> None:
    path = tmp_path / f"x{FORMATS[format].suffix}"
    count = export(source(NODE), format, path)
    assert count == (0 if format in ("facts", "papers", "edges", "eee") else 1)
    files = path.glob("*.csv") if path.is_dir() else [path]
    assert any("Fréchet" in file.read_text(encoding="utf-8") for file in files) is (count == 1)


def test_the_name_or_the_option_asks_for_csv(tmp_path: Path) -> None:
    export(source(NODE), "nodes", tmp_path / "a.CSV")
    export(source(NODE), "nodes", tmp_path / "b.txt", as_csv=True)
    assert (tmp_path / "a.CSV").read_bytes() == (tmp_path / "b.txt").read_bytes()
    assert (tmp_path / "a.CSV").read_bytes().startswith(b'"id","type","name"')


@pytest.mark.parametrize(
    ("format", "name", "message"),
    [
        ("graphm", "x", "Did you mean 'graphml'"),
        ("facts", "x.csv", "no CSV form"),
        ("nodes", "none/x.jsonl", "cannot be written"),
        ("nodes", "", "cannot be written"),
    ],
)
def test_what_cannot_be_written_is_refused(tmp_path: Path, format: str, name: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        export(source(NODE), format, tmp_path / name)
    assert names(tmp_path) == []


def test_an_error_while_exporting_leaves_the_old_file(tmp_path: Path) -> None:
    def nodes() -> Iterator[dict[str, Any]]:
        yield NODE
        raise InputError("the store is broken")

    broken = source()
    broken.store.nodes = nodes
    path = tmp_path / "x.jsonl"
    path.write_text("old", encoding="utf-8")
    with pytest.raises(InputError, match="the store is broken"):
        export(broken, "nodes", path)
    assert path.read_text(encoding="utf-8") == "old"
    assert names(tmp_path) == ["x.jsonl"]


def test_standard_output_stays_open(capsys: pytest.CaptureFixture[str]) -> None:
    assert export(source(NODE), "nodes") == 1
    print("after")
    first, second = capsys.readouterr().out.splitlines()
    assert (json.loads(first)["name"], second) == ("Fréchet", "after")


def test_standard_output_may_be_a_text_buffer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", buffer := io.StringIO())
    assert export(source(NODE), "nodes") == 1
    assert "Fréchet" in buffer.getvalue()


SCRIPT = """
import sys
from types import SimpleNamespace
from kg.export import export
node = {"type": "Method", "id": "m:1", "name": "Fr\\u00e9chet", "aliases": []}
store = SimpleNamespace(nodes=lambda: (node for _ in range(int(sys.argv[1]))))
print("before")
export(SimpleNamespace(store=store), "nodes")
print("after")
"""


# Unbuffered, the script's own first line would meet the broken pipe before the export does.
BUFFERED = {key: value for key, value in os.environ.items() if key != "PYTHONUNBUFFERED"}


def test_standard_output_is_utf_8_in_any_locale() -> None:
    env = {**os.environ, "PYTHONIOENCODING": "ascii"}
    command = [sys.executable, "-c", SCRIPT, "1"]
    done = subprocess.run(command, cwd=REPO, env=env, capture_output=True, check=True)
    lines = done.stdout.decode("utf-8").splitlines()
    assert (lines[0], json.loads(lines[1])["name"], lines[2]) == ("before", "Fréchet", "after")
    assert done.stderr == b""


@posix
@pytest.mark.parametrize("rows", ["1", "200000"])
def test_a_broken_pipe_is_quiet(rows: str) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-c", SCRIPT, rows]
    # The pipe is broken before anything is written, so even a short export meets it.
    done = subprocess.run(command, cwd=REPO, env=BUFFERED, stdout=writer, stderr=subprocess.PIPE, check=False)
    os.close(writer)
    assert (done.returncode, done.stderr) == (0, b"")


@posix
@pytest.mark.parametrize("unbuffered", [{}, {"PYTHONUNBUFFERED": "1"}])
def test_a_reader_that_stops_early_is_no_error(unbuffered: dict[str, str]) -> None:
    command, env = [sys.executable, "-c", SCRIPT, "200000"], BUFFERED | unbuffered
    with subprocess.Popen(
        command, cwd=REPO, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout
        assert process.stderr
        assert process.stdout.readline() == b"before\n"
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 0
