"""What is shipped: the wheel holds everything that runs, the compose file is safe."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, unpacked into a folder away from the checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (path,) = folder.glob("*.whl")
    with zipfile.ZipFile(path) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


def _run(site: Path, code: str) -> str:
    """Run code that sees the unpacked wheel before anything else, from a folder that is no checkout."""
    environment = os.environ | {"PYTHONPATH": str(site)}
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=site.parent,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_the_wheel_holds_all_that_runs(wheel: Path) -> None:
    for name in (
        "kg/_data/schema/methods.yaml",
        "kg/_data/schema/generated/constraints.cypher",
        "kg/_data/queries/methods_targeting.cypher",
        "kg/data/sample.jsonl",
        "kg/data/quality.json",
        "kg/draw/template.html",
        "kg/draw/vendor/cytoscape.min.js",
        "kg/py.typed",
        "extractors/py.typed",
        "extractors/data/resources.tsv",
        "methodkg_spacy.py",
    ):
        assert (wheel / name).is_file(), name
    top = {path.name for path in wheel.iterdir() if not path.name.endswith(".dist-info")}
    assert top == {"kg", "extractors", "methodkg_spacy.py"}


def test_the_installed_product_builds_and_answers(wheel: Path) -> None:
    code = (
        "import kg, kg.resources\n"
        "assert kg.resources.data_dir('schema').parent.name == '_data', kg.resources.data_dir('schema')\n"
        "kg.build(['sample'], 'installed.kg')\n"
        "print(len(kg.open('installed.kg').methods_targeting('forgetting')))"
    )
    assert int(_run(wheel, code)) > 10


def test_importing_kg_or_making_any_pipeline_loads_no_store(wheel: Path) -> None:
    code = (
        "import sys, kg, spacy\n"
        "spacy.blank('en').add_pipe('sentencizer')\n"
        "print(sorted({'kglite', 'neo4j', 'rdflib', 'extractors', 'networkx'} & set(sys.modules)))"
    )
    assert _run(wheel, code) == "[]"


def test_the_compose_file_is_safe() -> None:
    service = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))["services"]["neo4j"]
    assert all(str(port).startswith("127.0.0.1:") for port in service["ports"])
    assert "community" in service["image"]
    # "${NAME:?message}": compose refuses to start without it, and no default is written down.
    assert service["environment"]["NEO4J_AUTH"].startswith("neo4j/${NEO4J_PASSWORD:?")
    assert service["healthcheck"]["test"]
    assert service["volumes"] == ["neo4j-data:/data"]
