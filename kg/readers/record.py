"""From one record with named fields (a JSON object, a table's row) to one paper."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterable, Iterator, Mapping

from kg.errors import UsageError, nearest
from kg.model import Paper
from kg.readers.base import Place, Problem
from kg.readers.clean import clean, clean_html
from kg.readers.dates import parse_date
from kg.readers.ids import Ids, arxiv_year, find_ids

# Our field -> the names it goes by, the preferred first; compared without case, "_", "-" and spaces.
COLUMNS: dict[str, tuple[str, ...]] = {
    "title": ("title", "paper_title", "display_name", "article_title", "name"),
    "abstract": ("abstract", "paper_abstract", "abstract_text", "summary", "description", "abstract_note"),
    "arxiv": ("arxiv", "arxiv_id", "arxiv_number", "eprint"),
    "doi": ("doi", "paper_doi"),
    "acl": ("acl", "acl_id", "anthology_id"),
    "id": ("id", "paper_id", "_id", "identifier", "key"),
    "url": ("url", "paper_url", "url_abs", "link", "links", "urls", "pdf_url", "url_pdf", "entry_id", "pdf"),
    "date": (
        "publication_date",
        "published",
        "date",
        "created",
        "pub_date",
        "publication_year",
        "year",
        "pub_year",
        "update_date",
    ),
    "year": ("year", "publication_year", "pub_year"),
    # Never plain "note" or "source": many tables have those, and say something else in them.
    "note": ("text_note", "source_note"),
}
MAX_TITLE = 2_000
MAX_ABSTRACT = 100_000
_JATS = "<jats:"
_MAX_SEEN = 100  # column names kept for a message


def normalise_name(name: str) -> str:
    """Reduce a column name to what is compared: "Paper Title", "paper_title" and "paperTitle" agree."""
    return re.sub(r"[\s_.\-]", "", name.lstrip("\ufeff")).casefold()


_NAMES = {field: tuple(map(normalise_name, names)) for field, names in COLUMNS.items()}


def check_mapping(mapping: Mapping[str, str]) -> None:
    """Refuse a mapping that names a field we do not have.

    Raises:
        UsageError: with the fields there are.
    """
    for field in mapping:
        if field not in COLUMNS:
            known = ", ".join(COLUMNS)
            raise UsageError(
                f"--map names the field {field!r}, which is none of {known}.{nearest(field, COLUMNS)}"
            )


def columns_for(names: Iterable[str], mapping: Mapping[str, str]) -> dict[str, list[str]]:
    """Return our field -> the columns among `names` that may hold it, the preferred first."""
    known: dict[str, str] = {}
    for name in names:
        known.setdefault(normalise_name(name), name)
    found: dict[str, list[str]] = {}
    for field, candidates in _NAMES.items():
        if field in mapping:
            candidates = (normalise_name(mapping[field]),)
        columns = [known[name] for name in candidates if name in known]
        if columns:
            found[field] = columns
    return found


def check_columns(
    where: str, names: Collection[str], columns: Collection[str], mapping: Mapping[str, str]
) -> None:
    """Refuse a mapping to a column that a table lacks.

    Args:
        where: name of the table.
        names: the table's columns.
        columns: the fields that `columns_for` found in it.
        mapping: our field -> column name.

    Raises:
        UsageError: with the columns there are.
    """
    for field, name in mapping.items():
        if field not in columns:
            reason = f"has no column {name!r}, which --map gives for {field}"
            raise UsageError(f"{where}: {reason}; {_have(names)}")


class Unmapped:
    """The mapped columns that no record of a file has, found where each record has columns of its own."""

    def __init__(self, mapping: Mapping[str, str]) -> None:
        self._mapping = mapping
        self._missing = set(mapping)
        self._names: dict[str, None] = {}

    def see(self, names: Iterable[str], columns: Iterable[str]) -> None:
        """Take note of a record's columns and of the fields that `columns_for` found in it."""
        if self._missing:
            self._missing.difference_update(columns)
            if len(self._names) < _MAX_SEEN:
                self._names.update(dict.fromkeys(map(str, names)))

    def problems(self, place: Place) -> Iterator[Problem]:
        """Yield what to say at the end of the file."""
        if not self._names:
            return
        for field, name in self._mapping.items():
            if field in self._missing:
                reason = f"no record has {name!r}, which --map gives for {field}"
                yield place.problem("", reason, _have(self._names))


def _have(names: Iterable[str]) -> str:
    return f"its columns are {', '.join(sorted(names)[:12]) or 'none'}"


def paper_from_record(
    record: Mapping[str, object],
    place: Place,
    locator: str,
    columns: Mapping[str, list[str]],
) -> Paper | Problem:
    """Build a paper from a record whose columns go by one of their usual names.

    Args:
        record: column name -> value.
        place: where it comes from.
        locator: place in it.
        columns: what `columns_for` gave.
    """
    values = {field: [record.get(name) for name in names] for field, names in columns.items()}
    title = first_given(*values.get("title", ()))
    abstract = first_given(*values.get("abstract", ()))
    known = [as_text(value) for field in ("arxiv", "doi", "acl", "id") for value in values.get(field, ())]
    links = [link for value in values.get("url", ()) for link in as_texts(value)]
    dates = [value for value in values.get("date", ()) if value is not None]
    dates += [value for value in values.get("year", ()) if value is not None]
    notes = filter(None, map(as_text, values.get("note", ())))
    html = _JATS in as_text(abstract) or _JATS in as_text(title)
    return make_paper(
        place,
        locator,
        title=title,
        abstract=abstract,
        ids=find_ids([*known, *links]),
        dates=dates,
        note=next(notes, None),
        html=html,
        hint="" if "title" in columns else missing_title_hint(record),
    )


def make_paper(
    place: Place,
    locator: str,
    *,
    title: object,
    abstract: object,
    ids: Ids,
    dates: Iterable[object] = (),
    date_text: str | None = None,
    note: str | None = None,
    html: bool = False,
    hint: str = "",
) -> Paper | Problem:
    """Clean texts, read dates, and return the paper, or what is wrong with it.

    Args:
        place: where the record comes from.
        locator: place in it.
        title: title as written; required. A text, or (as Crossref gives it) a list of one text.
        abstract: abstract as written, likewise; may be empty.
        ids: identifiers.
        dates: dates in order of trust; a complete one is preferred to one that has only a year.
        date_text: the date as the source writes it, where that is not one of `dates`.
        note: goes to `Source.note`.
        html: whether the format carries HTML in its texts.
        hint: what to do when there is no title.
    """
    cleaner = clean_html if html else clean
    texts: list[str] = []
    for name, value, limit in (("title", title, MAX_TITLE), ("abstract", abstract, MAX_ABSTRACT)):
        written_text = _one_text(value)
        if written_text is None:
            reason = f"its {name} is {_kind(value)}, not a text"
            return place.problem(locator, reason, f"give the {name} as one text")
        # Cut far beyond the limit, so that a hostile text is not cleaned at length only to be refused.
        text = cleaner(written_text[: 10 * limit])
        if len(text) > limit:
            reason = f"the {name} is longer than {limit:,} characters"
            return place.problem(locator, reason, "is this a paper's record?")
        texts.append(text)
    clean_title, clean_abstract = texts
    if not clean_title:
        reason = "has neither title nor abstract" if not clean_abstract else "has an abstract but no title"
        return place.problem(locator, reason, hint or "give it a title")
    year, date, written = best_date(dates)
    if year is None and ids.arxiv:
        year = arxiv_year(ids.arxiv)
    return Paper(
        title=clean_title,
        abstract=clean_abstract,
        year=year,
        date=date,
        date_text=date_text or written,
        arxiv=ids.arxiv,
        doi=ids.doi,
        acl=ids.acl,
        sources=(place.origin(locator, clean(note) or None if note else None),),
    )


def best_date(dates: Iterable[object]) -> tuple[int | None, str | None, str | None]:
    """Return year, ISO date and the text of the first complete date, else of the first with a year."""
    partial: tuple[int | None, str | None, str | None] = (None, None, None)
    for value in dates:
        year, date = parse_date(value)
        written = clean(value if isinstance(value, str) else (date or str(year or ""))) or None
        if date:
            return year, date, written
        # A text nobody can read is kept as text: "May 30" says something, though no year.
        if partial[0] is None and (year or (partial[2] is None and isinstance(value, str))):
            partial = (year, None, written)
    return partial


def missing_title_hint(record: Iterable[str]) -> str:
    """Say which columns there are and how to name the title's."""
    return f"{_have(map(str, record))}: say which holds the title: --map title=COLUMN"


def first_given(*values: object) -> object:
    """Return the first value that is not empty, of whatever kind, or ""."""
    return next((value for value in values if not _is_empty(value)), "")


def _is_empty(value: object) -> bool:
    if isinstance(value, str):
        return not value.strip()
    if isinstance(value, float):
        return not math.isfinite(value)  # how a table says that a cell is empty
    if isinstance(value, list | tuple):
        return not any(value)  # of the values in a list only None, "" and the like say nothing
    return value is None or value == {}


def _one_text(value: object) -> str | None:
    """Return a text, a number, or a list of one text as text; None if it is another kind of value."""
    if _is_empty(value):
        return ""
    if isinstance(value, list | tuple):
        there = [item for item in value if item]
        return there[0] if len(there) == 1 and isinstance(there[0], str) else None
    return None if isinstance(value, bool) else next(as_texts(value), None)


def _kind(value: object) -> str:
    if isinstance(value, list | tuple):
        return f"a list of {len(value)}"
    return "an object" if isinstance(value, dict) else f"a {type(value).__name__}"


def as_text(value: object) -> str:
    """Return a value as text: a string, the first of a list, or a number; anything else is empty."""
    return next(as_texts(value), "")


def as_texts(value: object) -> Iterator[str]:
    """Yield the texts in a value: itself, or those in a list."""
    if isinstance(value, str):
        if value.strip():
            yield value
    elif isinstance(value, bool):
        return
    elif isinstance(value, int):
        yield str(value)
    elif isinstance(value, float):
        if math.isfinite(value):
            yield str(value)
    elif isinstance(value, list | tuple):
        for item in value:
            if isinstance(item, str) and item.strip():
                yield item
