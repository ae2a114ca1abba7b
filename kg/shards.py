"""Parquet shards of dataclasses: immutable, written whole, named by content.

The Arrow schema is read off the dataclass, so the files can be used without this package.
"""

from __future__ import annotations

import dataclasses
import hashlib
import types
import typing
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import TypeAdapter

from kg.errors import WorkspaceError
from kg.files import atomic_write

T = TypeVar("T")
_PRIMITIVES = {str: pa.string(), int: pa.int64(), float: pa.float64(), bool: pa.bool_()}


def _arrow_type(hint: Any) -> pa.DataType:  # noqa: ANN401 - a type hint is anything
    origin = get_origin(hint)
    if origin is Literal:
        return pa.string()
    if origin in (Union, types.UnionType):
        return _arrow_type(next(a for a in get_args(hint) if a is not type(None)))
    if origin is tuple:
        return pa.list_(_arrow_type(get_args(hint)[0]))
    if dataclasses.is_dataclass(hint):
        return pa.struct(list(arrow_schema(typing.cast(type, hint))))
    return _PRIMITIVES[hint]


def arrow_schema(kind: type) -> pa.Schema:
    """Return the columns that hold a dataclass."""
    hints = get_type_hints(kind)
    return pa.schema([pa.field(f.name, _arrow_type(hints[f.name])) for f in dataclasses.fields(kind)])


_ADAPTERS: dict[type, TypeAdapter[Any]] = {}


def _adapter(kind: type[T]) -> TypeAdapter[T]:
    if kind not in _ADAPTERS:
        _ADAPTERS[kind] = TypeAdapter(kind)
    return _ADAPTERS[kind]


def write_shard(folder: Path, rows: Sequence[T], kind: type[T]) -> str:
    """Write rows to a new shard and return its file name; an equal shard is written once."""
    adapter = _adapter(kind)
    table = pa.Table.from_pylist([adapter.dump_python(row) for row in rows], schema=arrow_schema(kind))
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression="zstd")
    content = sink.getvalue().to_pybytes()
    path = folder / f"{hashlib.sha256(content).hexdigest()[:20]}.parquet"
    if not path.exists() or path.read_bytes() != content:  # a damaged one is written again
        folder.mkdir(parents=True, exist_ok=True)
        with atomic_write(path, "wb") as file:
            file.write(content)
    return path.name


def read_table(path: Path, columns: Sequence[str] | None = None) -> pa.Table:
    """Read a shard, or some columns of it.

    Raises:
        WorkspaceError: if it is missing or damaged.
    """
    try:
        return pq.read_table(path, columns=None if columns is None else list(columns))
    except (OSError, pa.ArrowException) as error:
        hint = "run `kg build` again with the same inputs"
        raise WorkspaceError(
            f"{path}: the shard cannot be read ({' '.join(str(error).split())}); {hint}"
        ) from error


def rows_of(table: pa.Table, kind: type[T]) -> Iterator[T]:
    """Turn a table back into dataclasses."""
    adapter = _adapter(kind)
    for batch in table.to_batches(max_chunksize=1_000):
        for row in batch.to_pylist():
            yield adapter.validate_python(row)


def read_rows(path: Path, kind: type[T]) -> Iterator[T]:
    """Read a shard's rows.

    Raises:
        WorkspaceError: if it is missing or damaged.
    """
    yield from rows_of(read_table(path), kind)
