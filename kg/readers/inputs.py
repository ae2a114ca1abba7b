"""What the user names as input: files, folders, patterns, standard input, arXiv queries, the sample."""

from __future__ import annotations

import glob
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from kg.errors import InputError, nearest
from kg.readers.base import Problem
from kg.resources import sample_file

_TEXTS = (".txt", ".md", ".markdown", ".text", ".csv", ".tsv", ".tab", ".bib", ".bibtex", ".ris")
SUFFIXES = frozenset((*_TEXTS, ".json", ".jsonl", ".ndjson", ".parquet", ".xml", ".atom", ".pdf"))
_PACKED = frozenset((".gz", ".zst", ".zstd"))
STDIN = "-"
ARXIV = "arxiv:"


@dataclass(frozen=True, slots=True)
class Input:
    """One thing to read: a file, standard input (neither), or an arXiv query.

    Attributes:
        path: the file.
        query: the arXiv query.
        mapping: our field -> column name, where the file is ours (the sample), never the user's.
    """

    path: Path | None = None
    query: str | None = None
    mapping: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """What `Source.uri` says."""
        return self.query or (self.path.name if self.path else "stdin")


def expand(inputs: Sequence[str]) -> tuple[list[Input], list[Problem]]:
    """Return the inputs to read, in the order given (folders and patterns sorted), and what was passed over.

    Raises:
        InputError: a file is missing, or a pattern matches nothing.
    """
    found: list[Input] = []
    problems: list[Problem] = []
    for text in inputs:
        if text == STDIN:
            found.append(Input())
        elif text in ("sample", "sample:") and not Path(text).exists():
            # Its texts are our summaries: what `source` says of them is said with every quote.
            found.append(Input(sample_file(), mapping={"note": "source"}))
        elif text.lower().startswith(ARXIV):
            found.append(Input(query=ARXIV + text[len(ARXIV) :].strip()))
        else:
            for path in _paths(text):
                files, passed = _files(path)
                found += [Input(file) for file in files]
                problems += passed
    return found, problems


def _paths(text: str) -> list[Path]:
    if not text.strip():
        raise InputError(
            "an input is empty text: give a file, a folder, a quoted pattern, '-' or 'arxiv:QUERY'"
        )
    path = Path(text).expanduser()
    try:
        # A file may have brackets in its name, so what exists is never a pattern.
        if path.exists():
            return [path]
        siblings = [entry.name for entry in path.parent.iterdir()] if path.parent.is_dir() else []
    except OSError as error:  # a name that is too long, a folder that may not be listed
        raise InputError(f"{text!r} cannot be looked up ({error.strerror}): correct the path") from None
    if glob.has_magic(text):
        matches = sorted(glob.glob(str(path), recursive=True))  # noqa: PTH207  # Path.glob takes no absolute pattern
        paths = [match for match in map(Path, matches) if not _in_workspace(match, path)]
        if not paths:
            raise InputError(f"no file matches {text!r} (in {Path.cwd()}): correct the pattern")
        return paths
    raise InputError(
        f"{text!r} is no file or folder (looked in {path.parent.resolve()}): correct the path."
        f"{nearest(path.name, siblings)}"
    )


def _files(path: Path) -> tuple[list[Path], list[Problem]]:
    """Return the file itself, or the files in a folder and below whose suffix is known, sorted."""
    if not path.is_dir():
        return [path], []
    if is_workspace(path):
        hint = "give what it was built from, or its papers: kg export GRAPH --format papers"
        return [], [Problem(path.name, "", "is a graph, not papers, and was passed over", hint)]
    files: list[Path] = []
    passed: list[str] = []
    problems: list[Problem] = []

    def unreadable(error: OSError) -> None:
        reason = f"cannot be read ({error.strerror})"
        problems.append(Problem(Path(error.filename or path).name, "", reason, "check its permissions"))

    for folder, folders, names in os.walk(path, onerror=unreadable):
        # A workspace, also the one that is being written, holds Parquet files that are no input.
        folders[:] = sorted(
            name
            for name in folders
            if not name.startswith(".") and not name.endswith(".kg") and not is_workspace(Path(folder, name))
        )
        for name in sorted(names):
            if name.startswith("."):
                continue
            if is_known(name):
                files.append(Path(folder, name))
            else:
                passed.append(name)
    if passed:
        names_text = ", ".join(passed[:5]) + (", …" if len(passed) > 5 else "")
        reason = f"{len(passed)} files of other kinds were passed over ({names_text})"
        problems.append(Problem(path.name, "", reason, "name one directly to have it tried"))
    if not files:
        reason = "the folder holds no file of a known kind"
        problems.append(
            Problem(path.name, "", reason, f"known are {' '.join(sorted(SUFFIXES))}, also .gz and .zst")
        )
    return files, problems


def is_workspace(folder: Path) -> bool:
    """Whether a folder is a workspace of ours, finished or (it has its lock by then) just being built."""
    return (folder / "papers").is_dir() and any((folder / n).is_file() for n in ("manifest.json", ".lock"))


def _in_workspace(match: Path, pattern: Path) -> bool:
    """Whether what a pattern found is a workspace or lies in one that the pattern does not name itself."""
    named = list(pattern.parents)
    return any(is_workspace(folder) for folder in (match, *match.parents) if folder not in named)


def is_known(name: str) -> bool:
    """Whether a file in a folder is read, by its suffix."""
    path = Path(name.lower())
    suffix = Path(path.stem).suffix if path.suffix in _PACKED else path.suffix
    return suffix in SUFFIXES
