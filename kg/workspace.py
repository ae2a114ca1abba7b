"""The workspace: a folder whose plain files are the truth; the graph in it is a cache.

NAME.kg/
  manifest.json     which shards count, and where they came from
  papers/*.parquet  records as read, one row a record (`kg.model.Paper` without identity)
  facts/*.parquet   facts by content hash of the text (`kg.model.PaperFacts`)
  decisions.jsonl   people's decisions about facts, in the order they were made (`kg.decisions`)
  resolved.jsonl    the resolver's decisions, sorted, with score and reason
  graph.kglite      the embedded store, rebuilt whenever it is missing or older than the files
  graph.oxigraph/   the RDF store, made at the first SPARQL
  graph.json        what the store was built from, its hash and counts
"""

from __future__ import annotations

import hashlib
import json
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc
from filelock import FileLock, Timeout

from kg.decisions import FILE as DECISIONS
from kg.decisions import Decision, Latest, append_decision, decided_facts, read_decisions
from kg.errors import WorkspaceError
from kg.files import atomic_write, is_scratch
from kg.graph import GraphData, build_graph
from kg.graph.evidence import sound
from kg.identity import Identity
from kg.model import FAILED, Paper, PaperFacts
from kg.rdf import SUFFIXES
from kg.resolve import Observations, Resolution, resolve
from kg.resolve.aliases import gazetteer_paths
from kg.resources import data_dir
from kg.shards import read_rows, read_table, rows_of
from kg.stores.embedded import EmbeddedStore
from kg.table import with_table

if TYPE_CHECKING:
    from kg.stores.rdf import RdfStore

FORMAT = 1
_BATCH = 500
_PATIENCE = 600.0  # seconds that a reader waits for a writer to leave a store behind


@dataclass(frozen=True, slots=True)
class Manifest:
    """What counts in a workspace.

    Attributes:
        shards: record shards under papers/, in reading order.
        facts: facts shards under facts/.
        inputs: what was read, as the user named it.
        records: number of records in the shards.
        model: what the facts were read with, as for `extractors.load`.
    """

    shards: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    inputs: tuple[str, ...] = ()
    records: int = 0
    model: str = ""
    format: int = field(default=FORMAT)


@cache
def _code_hash() -> str:
    """Content hash of all that turns facts into a store: a store made by other code is old."""
    here = Path(__file__).parent
    names = (
        "identity.py",
        "generate.py",
        "schema.py",
        "metrics.py",
        "decisions.py",
        "table.py",
        "readers/ids.py",
    )
    paths = [here / name for name in names]
    paths += [
        *(here / "resolve").glob("*.py"),
        *(here / "graph").glob("*.py"),
        here / "stores" / "embedded.py",
    ]
    paths += gazetteer_paths()
    parts = [path.read_bytes() for path in sorted(paths)]
    return hashlib.sha256(b"\x00".join([*parts, version("kglite").encode()])).hexdigest()


def _folder(path: str | Path) -> Path:
    if "://" in str(path):
        raise WorkspaceError(f"{path}: is an address; this needs a workspace folder, by custom NAME.kg")
    if (name := Path(path).name.removesuffix(".gz")).endswith(tuple(SUFFIXES)):
        raise WorkspaceError(f"{path}: {name} is the name of an RDF file; this needs a workspace folder")
    return Path(path)


class Workspace:
    """A workspace folder."""

    def __init__(self, path: Path, manifest: Manifest) -> None:
        self.path = path
        self.manifest = manifest

    @classmethod
    def open(cls, path: str | Path) -> Workspace:
        """Open an existing workspace.

        Raises:
            WorkspaceError: if there is none, or its format is unknown.
        """
        folder = _folder(path)
        file = folder / "manifest.json"
        if not folder.exists():
            raise WorkspaceError(
                f"{folder}: there is no such graph; make one with `kg build INPUT... -o {folder}`"
            )
        if not file.is_file():
            unfinished = (folder / "papers").is_dir()
            why = (
                "its first build was not finished; run the same `kg build` again"
                if unfinished
                else "is no workspace"
            )
            raise WorkspaceError(f"{folder}: {why} (it has no manifest.json)")
        try:
            raw = json.loads(file.read_text(encoding="utf-8"))
            tuples = {key: tuple(raw[key]) for key in ("shards", "facts", "inputs")}
            manifest = Manifest(**(raw | tuples))
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise WorkspaceError(
                f"{file}: is damaged ({error!r}); run `kg build` again with the inputs"
            ) from error
        if manifest.format != FORMAT:
            raise WorkspaceError(
                f"{file}: has format {manifest.format}, this version reads {FORMAT}; build it again"
            )
        return cls(folder, manifest)

    @classmethod
    def open_or_new(cls, path: str | Path) -> Workspace:
        """Open a workspace, or start an empty one where the folder is missing, empty or unfinished.

        Raises:
            WorkspaceError: if the path is a file, or a folder with something else in it.
        """
        folder = _folder(path)
        if (folder / "manifest.json").is_file():
            return cls.open(folder)
        if folder.exists() and not folder.is_dir():
            raise WorkspaceError(f"{folder}: is a file; name a folder for the graph (by custom NAME.kg)")
        # Decisions are about texts: laid into a new folder, they hold for the graph that is built there.
        ours = {"papers", "facts", ".lock", DECISIONS}
        if folder.is_dir() and any(p.name not in ours and not is_scratch(p) for p in folder.iterdir()):
            raise WorkspaceError(
                f"{folder}: is a folder with other files in it; name another one for the graph"
            )
        folder.mkdir(parents=True, exist_ok=True)
        return cls(folder, Manifest())

    @contextmanager
    def writing(self, *, wait: float = 0.0) -> Iterator[None]:
        """Be the only writer; what another one has written meanwhile is read again.

        Args:
            wait: seconds to wait for another writer.

        Raises:
            WorkspaceError: if another process is still writing this workspace.
        """
        lock = FileLock(self.path / ".lock")
        try:
            lock.acquire(timeout=wait)
        except Timeout as error:
            raise WorkspaceError(
                f"{self.path}: another process is writing it; wait until it has ended"
            ) from error
        try:
            if (self.path / "manifest.json").is_file():
                self.manifest = Workspace.open(self.path).manifest
            for folder in (self.path, self.path / "papers", self.path / "facts"):
                for path in folder.glob("*"):
                    if is_scratch(path):  # left by a writer that was killed
                        shutil.rmtree(path) if path.is_dir() else path.unlink()
            yield
        finally:
            lock.release()

    @contextmanager
    def discarded_if_empty(self) -> Iterator[None]:
        """Remove the folder again where a first build fails before it has read anything."""
        try:
            yield
        except BaseException:
            kept = any(self.path.glob("*/*.parquet")) or (self.path / DECISIONS).exists()
            if not (self.path / "manifest.json").exists() and not kept:
                shutil.rmtree(self.path, ignore_errors=True)
            raise

    def save(self, manifest: Manifest) -> None:
        """Make a new manifest count, then remove the shards it no longer names."""
        with atomic_write(self.path / "manifest.json", "w") as file:
            file.write(json.dumps(asdict(manifest), indent=1) + "\n")
        self.manifest = manifest
        for folder, names in (("papers", manifest.shards), ("facts", manifest.facts)):
            for path in (self.path / folder).glob("*.parquet"):
                if path.name not in names:
                    path.unlink()

    def records(self, shards: tuple[str, ...] | None = None) -> Iterator[Paper]:
        """Yield every record as it was read; streams."""
        for name in self.manifest.shards if shards is None else shards:
            yield from read_rows(self.path / "papers" / name, Paper)

    def identity(self, shards: tuple[str, ...] | None = None) -> Identity:
        """Decide which records are one paper; only their keys are held."""
        identity = Identity()
        for index, record in enumerate(self.records(shards)):
            identity.add(index, record)
        return identity

    def papers(self) -> list[Paper]:
        """Return all papers, sorted by id."""
        return sorted(self.identity().papers(self.records()), key=lambda paper: paper.id)

    def decisions(self) -> tuple[Latest, list[str]]:
        """Return what people decided, by text, and a line where the file ends in half a decision."""
        return read_decisions(self.path / DECISIONS)

    def decide(self, decision: Decision) -> None:
        """Store a decision, durably.

        Raises:
            WorkspaceError: if another process does not stop writing this workspace.
        """
        with self.writing(wait=_PATIENCE):
            append_decision(self.path / DECISIONS, decision)

    def facts(self, refused: list[str] | None = None) -> Iterator[tuple[Paper, PaperFacts]]:
        """Yield every paper with its facts as people left them, sorted by paper id.

        What leaderboards say of it is among them: it is read anew each time, since that costs nothing and
        a text need not be read again when a row is added.

        Args:
            refused: is given a line for each decision that could not be read, or does not quote its paper.

        Raises:
            WorkspaceError: if facts are missing.
        """
        latest, lines = self.decisions()
        for paper, facts in self.extracted():
            decided, unsound = decided_facts(paper, facts, latest.get(paper.text_hash, {}))
            lines += unsound
            if paper.table:
                decided, unsound = sound(paper, with_table(paper, decided))
                lines += unsound
            yield paper, decided
        if refused is not None:
            refused += lines

    def extracted(self) -> Iterator[tuple[Paper, PaperFacts]]:
        """Yield every paper with its facts as they were extracted, sorted by paper id.

        Raises:
            WorkspaceError: if facts are missing.
        """
        papers = self.papers()
        tables = [read_table(self.path / "facts" / name) for name in self.manifest.facts]
        if not papers:
            return
        if not tables:
            raise WorkspaceError(f"{self.path}: has papers but no facts; run `kg build` again")
        table = pa.concat_tables(tables)
        # A text that failed once and was read later stands in two shards: what was read comes first.
        failed = pc.equal(table.column("extractor"), FAILED)
        table = pa.concat_tables([table.filter(pc.invert(failed)), table.filter(failed)])
        rows = pc.index_in(
            pa.array([p.text_hash for p in papers]), table.column("text_hash").combine_chunks()
        )
        if rows.null_count:
            missing = papers[rows.to_pylist().index(None)]
            raise WorkspaceError(
                f"{self.path}: {missing.id} has no facts; run `kg build` again with the inputs"
            )
        for start in range(0, len(papers), _BATCH):
            part = table.take(rows[start : start + _BATCH])
            yield from zip(papers[start : start + _BATCH], rows_of(part, PaperFacts), strict=True)

    def resolution(self) -> Resolution:
        """Decide identity over all facts."""
        seen = Observations()
        for _, facts in self.facts():
            seen.add(facts)
        return resolve(seen)

    def graph(self) -> GraphData:
        """Compute the graph from the files."""
        return build_graph(self.facts(), self.resolution())

    def _state(self) -> str:
        """Content hash of all that the graph is computed from."""
        schema = (data_dir("schema") / "methods.yaml").read_bytes()
        parts = [*sorted(self.manifest.shards), "|", *sorted(self.manifest.facts), _code_hash()]
        decisions = self.path / DECISIONS
        if decisions.exists():
            parts.append(hashlib.sha256(decisions.read_bytes()).hexdigest())
        return hashlib.sha256("\n".join(parts).encode() + schema).hexdigest()

    def _store_file(self) -> Path:
        return self.path / f"graph.{self._state()[:16]}.kglite"

    def info(self) -> dict[str, Any]:
        """Return what graph.json says, empty when there is no usable store.

        It says `state`, `hash`, `counts` and `refused`: a line for each decision that was left out.
        """
        try:
            raw: dict[str, Any] = json.loads((self.path / "graph.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return raw if raw.get("state") == self._state() and self._store_file().is_file() else {}

    def refresh(self) -> dict[str, Any]:
        """Rebuild the embedded store if it is missing or older than the files; return `info()`."""
        if info := self.info():
            return info
        resolution = self.resolution()
        refused: list[str] = []
        data = build_graph(self.facts(refused), resolution)
        with atomic_write(self.path / "resolved.jsonl", "w") as file:
            for decision in resolution.decisions:
                file.write(json.dumps(asdict(decision), ensure_ascii=False) + "\n")
        EmbeddedStore.create(self._store_file(), data)
        info = {"state": self._state(), "hash": data.hash(), "counts": data.counts(), "refused": refused}
        with atomic_write(self.path / "graph.json", "w") as file:
            file.write(json.dumps(info, indent=1) + "\n")
        for path in self.path.glob("graph.*.kglite"):
            if path != self._store_file():
                path.unlink()
        for path in self.path.glob("graph.*.oxigraph"):
            shutil.rmtree(path)
        return info

    def store(self) -> EmbeddedStore:
        """Open the embedded store, rebuilt first where that is needed."""
        if not self.info():
            with self.writing(wait=_PATIENCE):
                self.refresh()
        return EmbeddedStore(self._store_file())

    def rdf_folder(self) -> Path:
        """Return the folder of the RDF store, which is made first where that is needed."""
        from kg.stores.rdf import RdfStore, made_by

        def folder() -> Path:
            return self.path / f"graph.{self._state()[:16]}.{made_by()}.oxigraph"

        if self.info() and folder().is_dir():
            return folder()
        with self.writing(wait=_PATIENCE):
            self.refresh()
            if not folder().is_dir():
                scratch = self.path / f".kg-{secrets.token_hex(8)}.tmp"
                store = EmbeddedStore(self._store_file())
                RdfStore.create(scratch, store)
                store.close()
                scratch.rename(folder())
            for path in self.path.glob("graph.*.oxigraph"):
                if path != folder():
                    shutil.rmtree(path)
            return folder()

    def rdf(self) -> RdfStore:
        """Open the RDF store, made first where that is needed."""
        from kg.stores.rdf import RdfStore

        return RdfStore.open(self.rdf_folder())
