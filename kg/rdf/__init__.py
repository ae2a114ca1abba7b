"""The graph in RDF: what is said of a node or an edge, in which files, and back."""

from importlib.util import find_spec

from kg.errors import StoreError

FORMATS = ("turtle", "ntriples", "nquads", "trig", "jsonld")
SUFFIXES = {".ttl": "turtle", ".nt": "ntriples", ".nq": "nquads", ".trig": "trig", ".jsonld": "jsonld"}


def need(module: str, extra: str) -> None:
    """Check that an optional library is installed.

    Raises:
        StoreError: if it is not, with the command that installs it.
    """
    if find_spec(module) is None:
        raise StoreError(f"this needs {module}, which is not installed: pip install 'methodkg[{extra}]'")
