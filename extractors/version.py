"""Which extractor this is: name, and a version that changes with its code and word lists."""

from __future__ import annotations

import hashlib
from pathlib import Path

from extractors.trained import FAST, SHIPPED, model_version
from kg._version import __version__
from kg.metrics import registry_file

EXTRACTOR = "methodkg"


def _digest() -> str:
    digest = hashlib.sha256()
    here = Path(__file__).parent
    for path in sorted(here.rglob("*")):
        # The model's own digests stand in its model.json. Training changes nothing until it has written one.
        if path.suffix in {".py", ".tsv", ".txt", ".json"} and "training" not in path.relative_to(here).parts:
            digest.update(path.relative_to(here).as_posix().encode() + b"\x00" + path.read_bytes())
    digest.update(registry_file().read_bytes())
    return digest.hexdigest()[:12]


# Facts of another version are stale and are extracted again.
VERSION = f"{__version__}+{_digest()}"


def version_of(model: str = "") -> str:
    """Return the version of what a model reads; other models give other facts.

    Args:
        model: as for `extractors.load`.
    """
    if model in ("", SHIPPED):
        return VERSION
    return f"{VERSION}.{FAST}" if model == FAST else f"{VERSION}.{model_version(model)}"
