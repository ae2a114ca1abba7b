"""Where the data files lie: beside the checkout (which wins) or inside the installed wheel.

An editable install leaves a stale copy of the data in site-packages, so the checkout is asked first.
"""

from __future__ import annotations

from pathlib import Path

from kg.errors import KGError

_PACKAGE = Path(__file__).resolve().parent
_CHECKOUT = _PACKAGE.parent


def data_dir(name: str) -> Path:
    """Return the folder `schema` or `queries`.

    Raises:
        KGError: if the installation lacks it.
    """
    for base in (_CHECKOUT, _PACKAGE / "_data"):
        # Only a checkout of ours has pyproject.toml beside the package: site-packages has not.
        if base == _CHECKOUT and not (base / "pyproject.toml").is_file():
            continue
        if (base / name).is_dir():
            return base / name
    raise KGError(f"the installation has no {name!r} folder under {_PACKAGE}/_data; reinstall methodkg")


def sample_file() -> Path:
    """Return the packaged sample: landmark papers summarised in our own words, as JSONL."""
    return _PACKAGE / "data" / "sample.jsonl"


def gazetteer_dir() -> Path:
    """Return the folder with the word lists of the extractors (read as files: no spaCy is imported)."""
    return _CHECKOUT / "extractors" / "data"
