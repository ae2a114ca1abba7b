"""Dependencies point one way (see CONTRIBUTING.md)."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
# A module may import modules of lower layers and of its own.
LAYERS = (
    ("errors", "_version"),
    ("model", "resources", "files", "progress"),
    ("schema", "metrics", "table"),
    ("shards", "readers", "extractors", "resolve"),
    ("identity",),
    ("graph",),
    ("rdf",),
    ("generate",),
    ("decisions", "verbatim"),
    ("fill", "card"),
    ("sparql",),
    ("stores",),
    ("export", "score", "draw"),
    ("calibration", "spans", "training"),
    ("portable",),
    ("twins",),
    ("queries",),
    ("rows",),
    ("names",),
    ("ask", "named", "finding"),
    ("workspace", "extraction"),
    ("api",),
    ("pipeline", "evaluate", "public", "doctor", "annotate", "load", "serve"),
    ("cli",),
    ("__main__",),
)
LEVEL = {name: level for level, names in enumerate(LAYERS) for name in names}
EXTRACTORS_MAY = {"kg.model", "kg.errors", "kg.schema", "kg.metrics", "kg._version"}
# spaCy's door stands outside the layers: it imports the extractors on first use.
FREE = {"kg", "kg._spacy_entry"}


def _modules() -> dict[str, Path]:
    paths = [*sorted((ROOT / "kg").rglob("*.py")), *sorted((ROOT / "extractors").rglob("*.py"))]
    return {".".join(p.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): p for p in paths}


def _imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            found.add(node.module)
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return found


def _layer(module: str) -> str | None:
    parts = module.split(".")
    if parts[0] == "extractors":
        return "training" if parts[1:2] == ["training"] else "extractors"
    return parts[1] if parts[0] == "kg" and len(parts) > 1 else None


@pytest.mark.parametrize("module", sorted(set(_modules()) - FREE))
def test_a_module_imports_lower_layers_only(module: str) -> None:
    own = _layer(module)
    assert own in LEVEL, f"{module}: give it a layer here and in CONTRIBUTING.md"
    for other in _imports(_modules()[module]):
        name = _layer(other)
        if name is None or name == own or name not in LEVEL:
            continue
        assert LEVEL[name] < LEVEL[own], f"{module} imports {other}, which lies beside or above it"


def test_extractors_know_no_store_and_no_graph() -> None:
    for module, path in _modules().items():
        if _layer(module) == "extractors":
            ours = {m for m in _imports(path) if m.startswith("kg.")}
            assert all(any(m == ok or m.startswith(ok + ".") for ok in EXTRACTORS_MAY) for m in ours), (
                module,
                ours,
            )


def test_files_and_functions_stay_small() -> None:
    for folder in ("kg", "extractors", "tests", "scripts", "benchmarks"):
        for path in (ROOT / folder).rglob("*.py"):
            text = path.read_text(encoding="utf-8")
            assert text.count("\n") <= 400, f"{path.relative_to(ROOT)} is too long: split it by concept"
            for node in ast.walk(ast.parse(text)):
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno:
                    size = node.end_lineno - node.lineno + 1
                    assert size <= 60, f"{path.relative_to(ROOT)}:{node.lineno} {node.name} has {size} lines"


def test_no_pattern_has_possessive_quantifiers() -> None:
    # Nested, they match nothing in Python 3.11.0 to 3.11.4, which Debian ships.
    for path in [*(ROOT / "kg").rglob("*.py"), *(ROOT / "extractors").rglob("*.py")]:
        found = re.findall(r"[\])]\+\+|[\])]\*\+|\(\?>", path.read_text(encoding="utf-8"))
        assert not found, f"{path.relative_to(ROOT)}: {found}"
