"""Exports: the facts, the papers and the graph in files that other programs read.

`FORMATS` lists them; `export` writes one. The `facts` format is the one that `kg.score` scores.
"""

from __future__ import annotations

import contextlib
import io
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import IO

from kg.errors import InputError, UsageError, nearest
from kg.export.base import Exportable, GraphRows
from kg.export.eval_ever import write_eval_ever, write_eval_ever_csv
from kg.export.facts import guide_facts, guide_papers, write_facts, write_papers
from kg.export.graphs import write_cytoscape, write_gexf, write_graphml
from kg.export.neo4j_admin import write_neo4j_admin
from kg.export.tables import write_edges, write_edges_csv, write_nodes, write_nodes_csv
from kg.files import atomic_write
from kg.rdf.terms import BASE
from kg.rdf.write import write_to

__all__ = ["FORMATS", "Exportable", "Format", "GraphRows", "export", "guide_facts", "guide_papers"]

Writer = Callable[[Exportable, IO[str]], int]


@dataclass(frozen=True, slots=True)
class Format:
    """An export format.

    Attributes:
        description: one line for the command's help.
        suffix: usual end of a file's name, with its dot.
        write: writes a source to a text stream and returns the number of records.
        write_csv: likewise as CSV, where the format is a table.
        write_folder: writes a new folder instead, where one file would not do.
    """

    description: str
    suffix: str
    write: Writer
    write_csv: Writer | None = None
    write_folder: Callable[[Exportable, Path], int] | None = None


def _folder_only(source: Exportable, stream: IO[str]) -> int:
    raise UsageError("this format is a folder of files: name it with -o")


def _rdf(form: str, base: str = BASE, *, with_text: bool = False) -> Writer:
    return lambda source, stream: write_to(source.store, stream, form, base, with_text=with_text)


_RDF = {
    "turtle": Format("the graph in RDF as Turtle", ".ttl", _rdf("turtle")),
    "ntriples": Format("the graph in RDF as N-Triples", ".nt", _rdf("ntriples")),
    "nquads": Format("the graph in RDF as N-Quads, with nanopublications", ".nq", _rdf("nquads")),
    "trig": Format("the graph in RDF as TriG, with nanopublications", ".trig", _rdf("trig")),
    "jsonld": Format("the graph in RDF as JSON-LD", ".jsonld", _rdf("jsonld")),
}
FORMATS: Mapping[str, Format] = MappingProxyType(
    {
        "facts": Format("what each paper says, one JSON object a paper", ".jsonl", write_facts),
        "papers": Format("titles, abstracts and sources, one JSON object a paper", ".jsonl", write_papers),
        "nodes": Format("the graph's nodes, JSONL or CSV", ".jsonl", write_nodes, write_nodes_csv),
        "edges": Format("the graph's edges and quotes, JSONL or CSV", ".jsonl", write_edges, write_edges_csv),
        "eee": Format(
            "claimed scores after Every Eval Ever's schema 0.3.0, JSONL or CSV",
            ".jsonl",
            write_eval_ever,
            write_eval_ever_csv,
        ),
        "graphml": Format("the graph for yEd, Gephi, NetworkX and igraph", ".graphml", write_graphml),
        "gexf": Format("the graph for Gephi", ".gexf", write_gexf),
        "cytoscape": Format("the graph for Cytoscape and cytoscape.js (JSON)", ".cyjs", write_cytoscape),
        "neo4j-admin": Format(
            "a folder of CSV files for neo4j-admin's import", "", _folder_only, write_folder=write_neo4j_admin
        ),
        **_RDF,
    }
)


def export(
    source: Exportable,
    format: str,
    out: Path | None = None,
    *,
    as_csv: bool = False,
    base: str | None = None,
    with_text: bool = False,
) -> int:
    """Write `source` in one of `FORMATS`.

    Args:
        source: what offers the graph, the papers and their facts.
        format: name of the format.
        out: the file, which is replaced whole at the end, or the new folder; None is standard output, UTF-8.
        as_csv: write a table as CSV; a name that ends in ".csv" says so as well.
        base: what every IRI of an RDF format begins with, None for `kg.rdf.terms.BASE`.
        with_text: write abstracts into an RDF format, which reading it back needs to lose nothing.

    Returns:
        The number of records written; 0 if whoever read standard output has stopped reading.

    Raises:
        InputError: if the format is unknown or has no CSV form, a base is no IRI, or the file cannot be
            written.
    """
    write = _writer(format, as_csv or (out is not None and out.suffix.lower() == ".csv"))
    if base is not None or with_text:
        if format not in _RDF:
            raise UsageError(f"--base and --with-text are for RDF: {', '.join(_RDF)}; not for {format!r}")
        write = _rdf(format, BASE if base is None else base, with_text=with_text)
    if out is None:
        return _to_stdout(source, write)
    if write_folder := FORMATS[format].write_folder:
        return write_folder(source, out)
    try:
        with atomic_write(out) as stream:
            return write(source, stream)
    except OSError as error:
        why = error.strerror or error
        raise InputError(f"{out}: cannot be written ({why}); name another file") from error


def _writer(name: str, as_csv: bool) -> Writer:
    if name not in FORMATS:
        raise UsageError(
            f"there is no export format {name!r}.{nearest(name, FORMATS)} Formats: {', '.join(FORMATS)}"
        )
    chosen = FORMATS[name]
    if not as_csv:
        return chosen.write
    if chosen.write_csv is None:
        tables = ", ".join(key for key, entry in FORMATS.items() if entry.write_csv)
        raise UsageError(f"the format {name!r} has no CSV form (only {tables}); use {chosen.suffix!r} files")
    return chosen.write_csv


def _to_stdout(source: Exportable, write: Writer) -> int:
    try:
        with _utf8_stdout() as stream:
            count = write(source, stream)
            stream.flush()
        return count
    except BrokenPipeError:
        # Python flushes standard output once more when it ends, and would complain then.
        with contextlib.suppress(OSError, ValueError):
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, sys.stdout.fileno())
            os.close(nowhere)
        return 0


@contextlib.contextmanager
def _utf8_stdout() -> Iterator[IO[str]]:
    """Yield standard output as UTF-8 with LF line ends, whatever the terminal's encoding."""
    buffer = getattr(sys.stdout, "buffer", None)
    if buffer is None:  # somebody put a StringIO there
        yield sys.stdout
        return
    sys.stdout.flush()
    stream = io.TextIOWrapper(buffer, encoding="utf-8", newline="\n", write_through=False)
    try:
        yield stream
    finally:
        # Without this the wrapper would close standard output when it is collected.
        with contextlib.suppress(BrokenPipeError):
            stream.detach()
