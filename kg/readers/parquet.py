"""Parquet tables, read a batch of rows at a time, and only the columns that matter."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.parquet as pq

from kg.errors import InputError
from kg.model import Paper
from kg.readers.base import Options, Problem
from kg.readers.record import check_columns, columns_for, missing_title_hint, paper_from_record
from kg.readers.stream import Head, Stream

_MAGIC = b"PAR1"
_BATCH = 1_000


class Parquet:
    """Reader of Parquet files."""

    name = "parquet"

    def sniff(self, head: Head) -> float:
        """Recognise the magic bytes."""
        return 1.0 if head.raw.startswith(_MAGIC) else 0.0

    def read(self, stream: Stream, options: Options) -> Iterator[Paper | Problem]:
        """Yield one paper per row; locators count rows from 1."""
        with stream.seekable() as file:
            number = 0
            try:
                table = pq.ParquetFile(file)
                names = table.schema_arrow.names
                columns = columns_for(names, options.mapping)
                check_columns(stream.name, names, columns, options.mapping)
                if "title" not in columns:
                    yield stream.problem("", "no column is a title", missing_title_hint(names))
                    return
                wanted = sorted({name for found in columns.values() for name in found})
                for batch in table.iter_batches(_BATCH, columns=wanted):
                    for row in batch.to_pylist():
                        number += 1
                        yield paper_from_record(row, stream, f"row {number}", columns)
            except InputError:  # a ValueError, which damaged data may raise as well
                raise
            except (pa.ArrowException, OSError, ValueError) as error:
                reason = f"the Parquet data is damaged ({_first_line(error)}); {number} rows before were read"
                yield stream.problem(f"row {number + 1}", reason, "get a whole copy of the file")


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:200]
