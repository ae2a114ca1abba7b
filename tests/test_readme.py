"""README tells the truth: its commands are run, what it shows is what they print."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
SHARED = ROOT.parent / "shared"


def _blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.M | re.S)


def _squeezed(text: str) -> str:
    return " ".join(text.split())


def _rounded(text: str) -> str:
    """Leave a confidence its first decimals: in the last ones processors differ."""
    return re.sub(r"\b(0\.\d\d)\d\d\b", r"\1", text)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder where README's first command has been run (but for the installation)."""
    path = tmp_path_factory.mktemp("readme")
    _run("kg build sample -o landmarks.kg", path)
    return path


def _run(command: str, folder: Path) -> str:
    words = shlex.split(command)
    assert words[0] == "kg", f"README shows a command that this test cannot run: {command}"
    done = subprocess.run(
        [sys.executable, "-m", *words],
        cwd=folder,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, f"{command}\n{done.stderr}"
    return done.stdout + done.stderr


def test_readme_shows_what_its_commands_print(folder: Path) -> None:
    shown = 0
    for block in _blocks("console"):
        for part in re.split(r"^\$ ", block, flags=re.M)[1:]:
            command, _, output = part.partition("\n")
            printed = _rounded(_squeezed(_run(command, folder)))
            for line in filter(None, map(str.strip, output.splitlines())):
                if line != "…":
                    assert _rounded(_squeezed(line)) in printed, f"$ {command}\nprints no {line!r}"
            shown += 1
    assert shown >= 3


def test_readme_python_runs(folder: Path) -> None:
    for block in _blocks("python"):
        done = subprocess.run(
            [sys.executable, "-W", "error", "-c", block],
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr


def test_readme_quality_table_is_what_was_saved() -> None:
    from kg.evaluate import believed

    saved = json.loads((ROOT / "kg" / "data" / "quality.json").read_text(encoding="utf-8"))
    assert believed(saved["calibration"][0]) in README, "run scripts/update-readme"
    for row in (*saved["scores"], *saved["reliability"]):
        line = f"| {' | '.join(str(value) for value in row.values())} |"
        assert line in README, "run scripts/update-readme"


@pytest.mark.skipif(not SHARED.is_dir(), reason="the annotated papers lie beside the project, not in it")
def test_the_saved_quality_is_what_evaluate_measures_now() -> None:
    from kg.evaluate import body, evaluate

    saved = json.loads((ROOT / "kg" / "data" / "quality.json").read_text(encoding="utf-8"))
    report = evaluate(SHARED / "eval" / "gold" / "seeds_dev.jsonl", [str(SHARED / "seeds" / "*.txt")])
    assert body(report) == saved, "run scripts/update-readme"


def test_every_command_is_documented() -> None:
    from kg.cli import app

    names = {
        command.name or command.callback.__name__ for command in app.registered_commands if command.callback
    }
    assert len(names) >= 13
    for name in names:
        assert f"kg {name}" in README, f"README does not say what `kg {name}` does"
