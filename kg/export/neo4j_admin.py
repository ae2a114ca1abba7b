"""The graph as a folder of CSV files for `neo4j-admin database import`, the fastest way into a new database.

One file a node label, and one a relationship type and pair of labels; `import.sh` runs the import. Texts are
always quoted, so that an empty one is kept apart from a missing one, which is written as nothing.
"""

from __future__ import annotations

import secrets
import shlex
import shutil
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Any

from kg.errors import InputError, SchemaError
from kg.export.base import Exportable, Row
from kg.files import sync_folder
from kg.resources import data_dir
from kg.schema import Property, schema

BETWEEN = "\x1f"  # between the items of a list: the "unit separator", which no text of ours holds
_TYPES = {"integer": "long", "double": "double", "boolean": "boolean"}
_OPTIONS = (
    "--array-delimiter=U+001F",
    "--id-type=string",
    "--multiline-fields=true",
    "--strict=true",  # nothing is skipped: one bad row fails the import
    "--bad-tolerance=0",
)
_SCRIPT = """#!/bin/sh
# Import into a new database, with its server stopped. Arguments (--overwrite-destination) are passed on.
#   NEO4J_ADMIN=/path/to/neo4j-admin NEO4J_DATABASE=neo4j sh import.sh
# Then start the server and make the indexes: cypher-shell -f constraints.cypher, or `kg load`.
set -eu
cd "$(dirname "$0")"
exec "${{NEO4J_ADMIN:-neo4j-admin}}" {command} "$@" "${{NEO4J_DATABASE:-neo4j}}"
"""


def write_neo4j_admin(source: Exportable, folder: Path) -> int:
    """Write the folder, whole or not at all; return the number of nodes and edges.

    Raises:
        InputError: if the folder exists and is not empty, or cannot be written, or there are no nodes.
        SchemaError: if an item of a list holds the character that separates items.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise InputError(f"{folder}: is there already; name a new folder, or empty this one")
    scratch = folder.parent / f".kg-{secrets.token_hex(8)}.tmp"
    try:
        scratch.mkdir()
        count = _write(source, scratch)
        if folder.exists():
            folder.rmdir()
        scratch.rename(folder)
        sync_folder(folder.parent)
    except OSError as error:
        raise InputError(
            f"{folder}: cannot be written ({error.strerror or error}); name another folder"
        ) from error
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return count


def import_arguments(folder: Path) -> list[str]:
    """Return what follows `neo4j-admin`, but for the database's name; files are named without the folder."""
    files = [
        f"--{kind}={path.name}"
        for kind in ("nodes", "relationships")
        for path in sorted(folder.glob(f"{kind}-*.csv"))
    ]
    return ["database", "import", "full", *_OPTIONS, *files]


def _write(source: Exportable, folder: Path) -> int:
    count = 0
    with ExitStack() as stack:
        files: dict[str, IO[str]] = {}

        def put(name: str, header: list[str], line: str) -> None:
            if name not in files:
                files[name] = stack.enter_context((folder / name).open("w", encoding="utf-8", newline="\n"))
                files[name].write(",".join(header) + "\n")
            files[name].write(line + "\n")

        for row in source.store.nodes():
            label = row["type"]
            properties = schema().nodes[label].properties
            header = [*_header(properties, f"id:ID({label})"), ":LABEL"]
            put(f"nodes-{label}.csv", header, _line(row, properties, [label]))
            count += 1
        for row in source.store.edges():
            name, start, stop = row["type"], row["from_type"], row["to_type"]
            properties = schema().edges[name].properties
            header = [*_header(properties, "id:string"), f":START_ID({start})", f":END_ID({stop})", ":TYPE"]
            line = _line(row, properties, [row["from"], row["to"], name])
            put(f"relationships-{name}-{start}-{stop}.csv", header, line)
            count += 1
        if not count:
            raise InputError("the graph is empty: there is nothing to import")
    command = shlex.join(import_arguments(folder))
    (folder / "import.sh").write_text(_SCRIPT.format(command=command), encoding="utf-8")
    shutil.copyfile(data_dir("schema") / "generated" / "constraints.cypher", folder / "constraints.cypher")
    return count


def _header(properties: Mapping[str, Property], key: str) -> list[str]:
    """Return a header: `key` for the id, which a named `:ID` column keeps as a property as well."""
    kinds = {name: _TYPES.get(prop.range, "string") for name, prop in properties.items()}
    return [
        key if name == "id" else f"{name}:{kinds[name]}{'[]' if prop.multivalued else ''}"
        for name, prop in properties.items()
    ]


def _line(row: Row, properties: Iterable[str], ends: list[str]) -> str:
    return ",".join([*(_field(row, row.get(name)) for name in properties), *map(_quoted, ends)])


def _field(row: Row, value: Any) -> str:  # noqa: ANN401 - whatever the schema has
    if value is None or value == []:  # a list that is missing is read back as an empty one
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if not isinstance(value, list):
        return _quoted(value)
    items = [str(item) for item in value]
    for item in items:
        if BETWEEN in item:
            raise SchemaError(f"{row['id']!r}: {item!a} holds U+001F, which separates the items of a list")
        if not item:
            raise SchemaError(f"{row['id']!r}: a list has an empty item, which the CSV cannot say")
    return _quoted(BETWEEN.join(items))


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'
