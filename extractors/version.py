"""Which extractor this is: name, and a version that changes with its code and word lists."""

from __future__ import annotations

import hashlib
from pathlib import Path

from kg._version import __version__

EXTRACTOR = "methodkg-rules"


def _digest() -> str:
    digest = hashlib.sha256()
    here = Path(__file__).parent
    for path in sorted(here.rglob("*")):
        if path.suffix in {".py", ".tsv", ".txt"}:
            digest.update(path.relative_to(here).as_posix().encode() + b"\x00" + path.read_bytes())
    return digest.hexdigest()[:12]


# Facts of another version are stale and are extracted again.
VERSION = f"{__version__}+{_digest()}"
