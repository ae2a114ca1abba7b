"""The readers there are, by name; where two are equally sure, the first one reads."""

from __future__ import annotations

from kg.readers.arxiv_atom import ArxivAtom
from kg.readers.arxiv_snapshot import ArxivSnapshot
from kg.readers.base import Reader
from kg.readers.bibtex import BibTeX
from kg.readers.hf_daily import HFDaily
from kg.readers.json_records import JsonRecords
from kg.readers.openalex import OpenAlex
from kg.readers.parquet import Parquet
from kg.readers.pdf import Pdf
from kg.readers.pwc import PapersWithCode
from kg.readers.ris import Ris
from kg.readers.semantic_scholar import SemanticScholar
from kg.readers.tables import Tables
from kg.readers.text import Text

_ALL: tuple[Reader, ...] = (
    HFDaily(),
    PapersWithCode(),
    ArxivAtom(),
    ArxivSnapshot(),
    OpenAlex(),
    SemanticScholar(),
    JsonRecords(),
    Parquet(),
    Pdf(),
    BibTeX(),
    Ris(),
    Tables(),
    Text(),
)

READERS: dict[str, Reader] = {reader.name: reader for reader in _ALL}
MAPPED = ("csv", "json", "parquet")
"""The readers of formats whose columns have names of the user's own: only they take a mapping."""
