"""From one record with named fields (a JSON object, a table's row) to one paper."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping

from kg.errors import InputError, nearest
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
    "note": ("note", "source_note", "source"),
}
MAX_TITLE = 2_000
MAX_ABSTRACT = 100_000
_JATS = "<jats:"


def normalise_name(name: str) -> str:
    """Reduce a column name to what is compared: "Paper Title", "paper_title" and "paperTitle" agree."""
    return re.sub(r"[\s_.\-]", "", name.lstrip("\ufeff")).casefold()


_NAMES = {field: tuple(map(normalise_name, names)) for field, names in COLUMNS.items()}


def check_mapping(mapping: Mapping[str, str]) -> None:
    """Refuse a mapping that names a field we do not have.

    Raises:
        InputError: with the fields there are.
    """
    for field in mapping:
        if field not in COLUMNS:
            known = ", ".join(COLUMNS)
            raise InputError(
                f"mapping names the field {field!r}, which is none of {known}.{nearest(field, COLUMNS)}"
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


def paper_from_record(
    record: Mapping[str, object],
    place: Place,
    locator: str,
    mapping: Mapping[str, str],
    columns: Mapping[str, list[str]] | None = None,
) -> Paper | Problem:
    """Build a paper from a record whose columns go by one of their usual names.

    Args:
        record: column name -> value.
        place: where it comes from.
        locator: place in it.
        mapping: our field -> column name, for columns with other names.
        columns: what `columns_for` gave, where all records have the same columns.
    """
    columns = columns_for(record, mapping) if columns is None else columns
    values = {field: [record.get(name) for name in names] for field, names in columns.items()}
    title = next(filter(None, map(as_text, values.get("title", ()))), "")
    abstract = next(filter(None, map(as_text, values.get("abstract", ()))), "")
    known = [as_text(value) for field in ("arxiv", "doi", "acl", "id") for value in values.get(field, ())]
    links = [link for value in values.get("url", ()) for link in as_texts(value)]
    dates = [value for value in values.get("date", ()) if value is not None]
    dates += [value for value in values.get("year", ()) if value is not None]
    notes = filter(None, map(as_text, values.get("note", ())))
    html = _JATS in abstract or _JATS in title
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
    title: str,
    abstract: str,
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
        title: title as written; required.
        abstract: abstract as written; may be empty.
        ids: identifiers.
        dates: dates in order of trust; a complete one is preferred to one that has only a year.
        date_text: the date as the source writes it, where that is not one of `dates`.
        note: goes to `Source.note`.
        html: whether the format carries HTML in its texts.
        hint: what to do when there is no title.
    """
    cleaner = clean_html if html else clean
    # Cut far beyond the limits below, so that a hostile text is not cleaned at length only to be refused.
    title, abstract = cleaner(title[: 10 * MAX_TITLE]), cleaner(abstract[: 10 * MAX_ABSTRACT])
    if not title:
        reason = "has neither title nor abstract" if not abstract else "has an abstract but no title"
        return place.problem(locator, reason, hint or "give it a title")
    for name, text, limit in (("title", title, MAX_TITLE), ("abstract", abstract, MAX_ABSTRACT)):
        if len(text) > limit:
            reason = f"the {name} is longer than {limit:,} characters"
            return place.problem(locator, reason, "is this a paper's record?")
    year, date, written = best_date(dates)
    if year is None and ids.arxiv:
        year = arxiv_year(ids.arxiv)
    return Paper(
        title=title,
        abstract=abstract,
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
    names = ", ".join(sorted(map(str, record))[:12])
    return f"its columns are {names or 'none'}: say which holds the title with mapping title=COLUMN"


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
