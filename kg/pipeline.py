"""`build` and `add`: inputs -> records -> papers -> facts -> graph.

Reading streams into shards; extraction streams in worker processes, keyed by the content hash of each
text, so that a killed build goes on where it was and an unchanged text is never read twice. Only then
does a new manifest count.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from extractors import EXTRACTOR, FAST, version_of
from kg.errors import InputError, WorkspaceError
from kg.extraction import Extracted, extract_all
from kg.model import FAILED, Paper, PaperFacts
from kg.progress import Progress
from kg.readers import Problem, read
from kg.shards import read_table, write_shard
from kg.workspace import Manifest, Workspace

_RECORDS_PER_SHARD = 5_000
_FACTS_PER_SHARD = 1_000


@dataclass(frozen=True, slots=True)
class Summary:
    """What a build did.

    Attributes:
        path: the workspace.
        records: records in the workspace; papers: different papers.
        extracted: texts read by the extractor now (the others were known).
        failed: those of them that it failed on; they have no facts, and the next build tries them again.
        problems: records that could not be read.
        refused: facts and people's decisions that did not quote their paper and were left out.
        conflicts: records whose ids or titles contradict each other, and how that was settled.
        counts: nodes and edges by type.
        graph_hash: content hash of the graph.
        seconds: wall clock.
    """

    path: Path
    records: int
    papers: int
    extracted: int
    failed: int
    problems: int
    conflicts: tuple[str, ...]
    refused: tuple[str, ...]
    counts: Mapping[str, int]
    graph_hash: str
    seconds: float


def build(
    inputs: Sequence[str],
    out: str | Path,
    *,
    reader: str | None = None,
    mapping: Mapping[str, str] | None = None,
    strict: bool = False,
    processes: int | None = None,
    model: str | None = None,
    on_problem: Callable[[Problem], None] | None = None,
) -> Summary:
    """Make a workspace equal to the given inputs.

    Args:
        inputs: paths, globs, "-", "arxiv:..." or "sample" (see `kg.readers`).
        out: the workspace folder; what it holds of other inputs is dropped.
        reader: force one reader.
        mapping: field -> column, for tables with unusual names.
        strict: stop at the first record that cannot be read.
        processes: worker processes; all cores by default.
        model: folder of a trained model, "fast" for none, "" for the one that comes with the package; by
            default what the workspace was last built with.
        on_problem: is told of every record that could not be read.

    Raises:
        KGError: if an input or the workspace cannot be used; the workspace stays as it was.
    """
    return _run(inputs, out, False, reader, mapping, strict, processes, model, on_problem)


def add(
    inputs: Sequence[str],
    out: str | Path,
    *,
    reader: str | None = None,
    mapping: Mapping[str, str] | None = None,
    strict: bool = False,
    processes: int | None = None,
    model: str | None = None,
    on_problem: Callable[[Problem], None] | None = None,
) -> Summary:
    """Add inputs to a workspace; see `build`. The outcome equals a build of all inputs at once."""
    return _run(inputs, out, True, reader, mapping, strict, processes, model, on_problem)


def _run(
    inputs: Sequence[str],
    out: str | Path,
    keep: bool,
    reader: str | None,
    mapping: Mapping[str, str] | None,
    strict: bool,
    processes: int | None,
    model: str | None,
    on_problem: Callable[[Problem], None] | None,
) -> Summary:
    started = time.monotonic()
    if not inputs:
        raise InputError("no input was given; name files, a folder, '-', 'arxiv:...' or 'sample'")
    if model is not None:
        version_of(_placed(model))  # a model that cannot be read is said before anything is written
    problems: list[None] = []

    def report(problem: Problem) -> None:
        problems.append(None)
        if on_problem is not None:
            on_problem(problem)

    workspace = Workspace.open_or_new(out)
    with workspace.discarded_if_empty(), workspace.writing():
        old = workspace.manifest
        model = old.model if model is None else _placed(model)
        records = read(inputs, reader=reader, mapping=mapping, strict=strict, on_problem=report)
        shards, count = _write_records(workspace, records)
        if not count:
            raise InputError(
                f"{', '.join(inputs)}: no paper could be read (records refused: {len(problems)})"
            )
        if keep:
            shards = [*old.shards, *(name for name in shards if name not in old.shards)]
            count = sum(read_table(workspace.path / "papers" / n, ["title"]).num_rows for n in shards)
        identity = workspace.identity(tuple(shards))
        papers = len(identity.groups())
        facts, extracted, failed, refused = _extract(
            workspace, identity.papers(workspace.records(tuple(shards))), papers, processes, model
        )
        names = [*old.inputs, *(i for i in inputs if i not in old.inputs)] if keep else inputs
        workspace.save(Manifest(tuple(shards), tuple(facts), tuple(names), count, model))
        info = workspace.refresh()
    return Summary(
        path=workspace.path,
        records=count,
        papers=papers,
        extracted=extracted,
        failed=failed,
        problems=len(problems),
        conflicts=tuple(map(str, identity.conflicts)),
        refused=(*refused, *info["refused"]),
        counts=info["counts"],
        graph_hash=info["hash"],
        seconds=time.monotonic() - started,
    )


def _write_records(workspace: Workspace, records: Iterator[Paper]) -> tuple[list[str], int]:
    """Write records to shards as they come; return the shards' names and the number of records."""
    names: list[str] = []
    count = 0
    with Progress("reading", unit="record") as progress:
        while chunk := list(islice(records, _RECORDS_PER_SHARD)):
            name = write_shard(workspace.path / "papers", chunk, Paper)
            if name not in names:
                names.append(name)
                count += len(chunk)
            progress.advance(len(chunk))
    return names, count


def _extract(
    workspace: Workspace, papers: Iterable[Paper], total: int, processes: int | None, model: str
) -> tuple[list[str], int, int, list[str]]:
    """Extract facts for texts that have none.

    Returns:
        The facts shards, how many texts were read now and how many in vain, a line for each refused fact.
    """
    folder = workspace.path / "facts"
    known = _known(folder, version_of(model))
    wanted: set[str] = set()
    fresh: list[str] = []
    refused: list[str] = []
    extracted = failed = 0

    with Progress("extracting", unit="paper", total=total) as progress:

        def todo() -> Iterator[Paper]:
            for paper in papers:
                key = paper.text_hash
                if key in known or key in wanted:
                    progress.advance(1)
                else:
                    yield paper
                wanted.add(key)

        for chunk in _chunks(extract_all(todo(), processes, model), _FACTS_PER_SHARD):
            fresh.append(write_shard(folder, [facts for facts, _ in chunk], PaperFacts))
            for read, lines in chunk:
                failed += read.extractor == FAILED
                refused += lines
            extracted += len(chunk)
            progress.advance(len(chunk))
    live = {name for key, name in known.items() if key in wanted}
    return [*sorted(live), *fresh], extracted, failed, refused


def _placed(model: str) -> str:
    """Return a model's folder so that it holds wherever the next command is run."""
    return model if model in ("", FAST) else str(Path(model).resolve())


def _known(folder: Path, version: str) -> dict[str, str]:
    """Return text hash -> shard for all facts of the present extractor, also those of a killed build."""
    out: dict[str, str] = {}
    for path in sorted(folder.glob("*.parquet")):
        try:
            table = read_table(path, ["text_hash", "extractor", "version"])
            read_table(path)
        except WorkspaceError:
            continue  # damaged: its texts are read again, and the new manifest drops it
        for key, *mark in zip(*(column.to_pylist() for column in table.columns), strict=True):
            if mark == [EXTRACTOR, version]:
                out.setdefault(key, path.name)
    return out


def _chunks(rows: Iterable[Extracted], size: int) -> Iterator[list[Extracted]]:
    iterator = iter(rows)
    while chunk := list(islice(iterator, size)):
        yield chunk


__all__ = ["Summary", "add", "build"]
