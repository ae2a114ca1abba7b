"""The errors a user can meet; each is also a built-in error, so plain `except ValueError` works."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class KGError(Exception):
    """Base of every error that leaves this package; its text is one complete line."""


class InputError(KGError, ValueError):
    """An input (file, record, option) cannot be read or makes no sense."""


class UsageError(InputError):
    """An option or argument is not of the form it must have (the command line exits with 2)."""


class SchemaError(KGError, ValueError):
    """`schema/methods.yaml`, or a fact measured against it, is wrong."""


class EvidenceError(KGError, ValueError):
    """A fact does not carry offsets that quote its paper; it is refused."""


class QueryError(KGError, ValueError):
    """A query file, its arguments or a Cypher text cannot be used (the command line exits with 2)."""


class NotFoundError(KGError, LookupError):
    """The thing asked for is not in the graph (the command line exits with 3)."""


class StoreError(KGError, RuntimeError):
    """A store cannot be opened, read or written."""


class WorkspaceError(KGError, RuntimeError):
    """A workspace folder is missing, damaged, or being written by somebody else."""


def nearest(word: str, choices: Iterable[str], *, limit: int = 3) -> str:
    """Name the choices nearest to `word`, as the end of a message.

    Returns:
        " Did you mean 'x' or 'y'?" or, when nothing is near, an empty string.
    """
    known = {choice.casefold(): choice for choice in choices}
    hits = difflib.get_close_matches(word.casefold(), known, n=limit, cutoff=0.6)
    if not hits:
        return ""
    return f" Did you mean {' or '.join(repr(known[hit]) for hit in hits)}?"
