"""A graph of what research papers claim, with the sentence behind every fact.

    >>> import kg
    >>> g = kg.open("papers.kg")
    >>> g.methods_targeting("forgetting").df()

The public names are loaded on first use: `extractors` imports `kg.model` from inside anybody's spaCy
pipeline and must not pull in stores.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from kg._version import __version__

if TYPE_CHECKING:
    from kg.api import Graph, from_nx, open
    from kg.errors import KGError
    from kg.pipeline import add, build

__all__ = ["Graph", "KGError", "__version__", "add", "build", "from_nx", "open"]

_HOME = {
    "Graph": "kg.api",
    "open": "kg.api",
    "from_nx": "kg.api",
    "KGError": "kg.errors",
    "build": "kg.pipeline",
    "add": "kg.pipeline",
}


def __getattr__(name: str) -> object:
    """Import a public name from its module (PEP 562)."""
    if name not in _HOME:
        raise AttributeError(f"module 'kg' has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
