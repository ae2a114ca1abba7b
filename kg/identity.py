"""Which records are one paper.

Two records are one paper when they share an arXiv id, a DOI or an ACL id, or when their normalised titles
are equal and no such id speaks against it. Ids that conflict stay two papers and are reported. Nothing
depends on the order in which records come: ties are broken by keys, never by position.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from kg.model import Paper, Source
from kg.readers.ids import acl_id, arxiv_id

_KINDS = ("arxiv", "doi", "acl", "title")  # the preferred key first
_RANK = {kind: rank for rank, kind in enumerate(_KINDS)}
_MARKUP = re.compile(r"\\(?:text(?:it|bf|tt|sc|rm|sf)|emph|math(?:rm|bf|cal|bb|it|sf|tt))\b")
_WORD = re.compile(r"[^\W_]+")
_ACCENTS = re.compile("[\u0300-\u036f]")
_SLUG_LENGTH = 40


@dataclass(frozen=True, slots=True, order=True)
class Conflict:
    """Records with one title that ids keep apart, or with ids that contradict each other.

    Attributes:
        first: the smallest key concerned.
        second: the other key.
        reason: what follows from it.
    """

    first: str
    second: str
    reason: str

    def __str__(self) -> str:
        """Return one line."""
        return f"{self.first} and {self.second}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Merged:
    """Papers, each once and sorted by id, and what spoke against merging, sorted."""

    papers: tuple[Paper, ...]
    conflicts: tuple[Conflict, ...]


def normalise_title(title: str) -> str:
    """Return what is compared of a title: its letters and digits, without case, accents or punctuation.

    >>> normalise_title("The Fréchet-Distance: a Review.")
    'the frechet distance a review'
    """
    text = unicodedata.normalize("NFKD", _MARKUP.sub(" ", title)).casefold()
    words = _WORD.findall(unicodedata.normalize("NFC", _ACCENTS.sub("", text)))
    return " ".join(words) or " ".join(title.casefold().split())


def keys(paper: Paper) -> list[str]:
    """Return everything that says which paper a record is of, the strongest first.

    "arxiv:2406.01234", "doi:10.1145/…", "acl:P18-1001", "title:<normalised>". A DOI that is made from an
    arXiv or ACL id gives that id too.
    """
    arxiv = {paper.arxiv, arxiv_id(paper.doi) if paper.doi else None}
    acl = {paper.acl, acl_id(paper.doi) if paper.doi else None}
    found = [f"arxiv:{value}" for value in sorted(filter(None, arxiv))]
    found += [f"doi:{paper.doi}"] if paper.doi else []
    found += [f"acl:{value}" for value in sorted(filter(None, acl))]
    return [*found, f"title:{normalise_title(paper.title)}"]


def _order(key: str) -> tuple[int, str]:
    return _RANK[key.partition(":")[0]], key


def _against(first: Iterable[str], second: Iterable[str]) -> tuple[str, str] | None:
    """Return two ids of one kind that cannot be of one paper, the smallest ones, or None."""
    for kind in _KINDS[:3]:
        pair = []
        for ids in (first, second):
            # An arXiv DOI is an arXiv id in other letters: it does not contradict the journal's DOI.
            own = [key for key in ids if key.startswith(f"{kind}:") and not key.startswith("doi:10.48550/")]
            pair.append(min(own, default=None))
        if pair[0] is not None and pair[1] is not None:
            return (pair[0], pair[1]) if pair[0] < pair[1] else (pair[1], pair[0])
    return None


class Identity:
    """Groups records in two passes, holding only their keys.

    First `add` every record; then `groups` tells which belong together, and `papers` merges them from a
    second pass over the same records in the same order.
    """

    def __init__(self) -> None:
        self._index = array("q")
        self._parent = array("q")
        self._first: dict[str, int] = {}  # id key -> a record that has it
        self._titles: dict[int, int | list[int]] = {}  # hash of a title -> records that have it
        self._conflicts: set[Conflict] = set()
        self._decided = False

    def add(self, index: int, paper: Paper) -> None:
        """Take note of a record's keys; `index` is what `groups` calls it."""
        if self._decided:
            raise ValueError("records were grouped already; make a new Identity for more")
        position = len(self._parent)
        self._index.append(index)
        self._parent.append(position)
        *ids, title = keys(paper)
        for key in ids:
            self._join(self._first.setdefault(key, position), position)
        digest = int.from_bytes(hashlib.blake2b(title.encode(), digest_size=12).digest(), "big")
        known = self._titles.setdefault(digest, position)
        if isinstance(known, list):
            known.append(position)
        elif known != position:
            self._titles[digest] = [known, position]

    def groups(self) -> list[list[int]]:
        """Return the indices of the records of each paper, in the order in which they were added."""
        self._decide()
        members: dict[int, list[int]] = {}
        for position, index in enumerate(self._index):
            members.setdefault(self._root(position), []).append(index)
        return list(members.values())

    @property
    def conflicts(self) -> list[Conflict]:
        """Ids that spoke against merging, sorted."""
        self._decide()
        return sorted(self._conflicts)

    def papers(self, records: Iterable[Paper]) -> Iterator[Paper]:
        """Merge `records`, the same ones in the same order as they were added; streams.

        A paper comes as soon as its last record was met; the order of papers is that of the records.
        """
        self._decide()
        missing = array("q", bytes(8 * len(self._parent)))
        for position in range(len(self._parent)):
            missing[self._root(position)] += 1
        held: dict[int, list[Paper]] = {}
        for position, paper in enumerate(records):
            root = self._root(position)
            missing[root] -= 1
            if missing[root]:
                held.setdefault(root, []).append(paper)
            else:
                yield merge_records([*held.pop(root, ()), paper])

    def _root(self, position: int) -> int:
        parent = self._parent
        while parent[position] != position:
            parent[position] = parent[parent[position]]
            position = parent[position]
        return position

    def _join(self, one: int, other: int) -> None:
        """Make the root of `other` the root of both."""
        self._parent[self._root(one)] = self._root(other)

    def _decide(self) -> None:
        """Join by title what no id keeps apart, in an order that only keys determine."""
        if self._decided:
            return
        self._decided = True
        ids: dict[int, set[str]] = {}
        for key, position in self._first.items():
            ids.setdefault(self._root(position), set()).add(key)
        for group in ids.values():
            self._note_contradictions(group)
        for digest in sorted(key for key, value in self._titles.items() if isinstance(value, list)):
            same = self._titles[digest]
            if isinstance(same, list):
                self._join_title(same, ids)
        self._titles.clear()

    def _note_contradictions(self, group: set[str]) -> None:
        """Report records that share one id and differ in another of the same kind."""
        for kind in ("arxiv", "acl"):
            own = sorted(key for key in group if key.startswith(f"{kind}:"))
            for other in own[1:]:
                reason = "are joined by another id they share; one of the two may be mistaken"
                self._conflicts.add(Conflict(own[0], other, reason))

    def _join_title(self, same: list[int], ids: dict[int, set[str]]) -> None:
        """Join the records of one title; each cluster goes to the smallest that it does not contradict."""
        roots = {self._root(position) for position in same}
        named = sorted((root for root in roots if root in ids), key=lambda root: min(map(_order, ids[root])))
        nameless = [root for root in roots if root not in ids]
        kept: list[int] = []
        for root in named:
            against = [_against(ids[other], ids[root]) for other in kept]
            fitting = [other for other, pair in zip(kept, against, strict=True) if pair is None]
            for pair in filter(None, against):
                self._conflicts.add(Conflict(*pair, "have one title but different ids: kept as two papers"))
            if not fitting:
                kept.append(root)
                continue
            ids[fitting[0]] |= ids.pop(root)
            self._join(root, fitting[0])
        for root in nameless:
            self._join(root, kept[0] if kept else nameless[0])
        if nameless and len(kept) > 1:
            first, second = (min(ids[root], key=_order) for root in kept[:2])
            reason = f"have one title, and so have records without an id: these are counted with {first}"
            self._conflicts.add(Conflict(first, second, reason))


def identify(papers: Iterable[Paper]) -> list[Paper]:
    """Return the papers that records make, each once, sorted by id."""
    return list(merge(papers).papers)


def merge(papers: Iterable[Paper]) -> Merged:
    """Group records into papers, all in memory; see `Identity` for more records than that."""
    records = list(papers)
    identity = Identity()
    for index, record in enumerate(records):
        identity.add(index, record)
    merged = sorted(identity.papers(records), key=lambda paper: paper.id)
    return Merged(tuple(merged), tuple(identity.conflicts))


def merge_records(records: Sequence[Paper]) -> Paper:
    """Make one paper of records that are known to be of one.

    Title and abstract are those of the record with the longest abstract, date and year those of the
    earliest complete date, else of the earliest year; ids, sources and rows of leaderboards add up.
    """
    text = min(records, key=lambda record: (-len(record.abstract), record.abstract, record.title))
    found = {key for record in records for key in keys(record)}
    dated = min(records, key=_date_order)
    sources = {source for record in records for source in record.sources}
    rows = {row for record in records for row in record.table.split("\n") if row}
    return Paper(
        title=text.title,
        abstract=text.abstract,
        id=_paper_id(min(found, key=_order)),
        year=dated.year,
        date=dated.date,
        date_text=dated.date_text,
        arxiv=_smallest(found, "arxiv"),
        doi=_smallest(found, "doi"),
        acl=_smallest(found, "acl"),
        sources=tuple(sorted(sources, key=_source_order)),
        table="\n".join(sorted(rows)),
    )


def _date_order(record: Paper) -> tuple[bool, str, bool, int, bool, str]:
    """Complete dates first, the earliest of them; then years; then texts."""
    date, year, text = record.date, record.year, record.date_text
    return date is None, date or "", year is None, year or 0, text is None, text or ""


def _source_order(source: Source) -> tuple[str, str, str, str]:
    return source.uri, source.locator, source.reader, source.note or ""


def _smallest(found: Iterable[str], kind: str) -> str | None:
    own = (key.removeprefix(f"{kind}:") for key in found if key.startswith(f"{kind}:"))
    # The journal's DOI says more than the one made from the arXiv id.
    return min(own, key=lambda value: (value.startswith("10.48550/"), value), default=None)


def _paper_id(key: str) -> str:
    plain = unicodedata.normalize("NFKD", key).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9.]+", "-", plain).strip("-.")[:_SLUG_LENGTH].strip("-.") or "x"
    digest = hashlib.sha256(f"paper\x00{key}".encode()).hexdigest()[:10]
    return f"paper:{slug}-{digest}"
