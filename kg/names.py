"""What a user calls a thing, and what the graph calls it: arguments of questions are resolved here."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from kg.errors import NotFoundError, QueryError, nearest
from kg.queries import Param, Query
from kg.resolve.normalise import head_phrase, joined, normal, tokens
from kg.schema import schema
from kg.stores.base import Row, Store

_PAPER_KEYS = ("arxiv", "doi", "acl")
_URL = re.compile(
    r"^(?:https?://)?(?:dx\.)?(?:doi\.org/|arxiv\.org/(?:abs|pdf)/|aclanthology\.org/)", re.IGNORECASE
)
_PREFIX = re.compile(r"^(?:arxiv|doi|acl):\s*", re.IGNORECASE)
_VERSION = re.compile(r"(?<=\d)v\d+$")
_NEAR = 2_000  # names handed to difflib, whose cost grows with them


@dataclass(frozen=True, slots=True)
class Entry:
    """A node as the index knows it; `keys` are a paper's arXiv id, DOI and ACL id."""

    id: str
    type: str
    name: str
    aliases: tuple[str, ...]
    keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Match:
    """The nodes that a text means, sorted by id; `narrower` where none is called so itself."""

    text: str
    entries: tuple[Entry, ...]
    narrower: bool = False

    @property
    def names(self) -> list[str]:
        """Canonical names, each once, sorted."""
        return sorted({entry.name for entry in self.entries})

    @property
    def ids(self) -> list[str]:
        """Ids, sorted."""
        return sorted(entry.id for entry in self.entries)

    @property
    def note(self) -> str:
        """How the text was read, where that is no matter of course."""
        if self.narrower:
            some = ", ".join(self.names[:3]) + (", …" if len(self.names) > 3 else "")
            terms = "1 narrower term" if len(self.names) == 1 else f"{len(self.names)} narrower terms"
            return f"read {self.text!r} as {terms}: {some}"
        if all(_spoken(name) != _spoken(self.text) for name in self.names):
            return f"read {self.text!r} as {' and '.join(repr(name) for name in self.names)}"
        return ""


class _Index:
    """The nodes of one label."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self.entries = entries

    @cached_property
    def ids(self) -> Mapping[str, Entry]:
        return {entry.id: entry for entry in self.entries}

    @cached_property
    def verbatim(self) -> Mapping[str, list[Entry]]:
        return _group((entry.name, entry) for entry in self.entries)

    @cached_property
    def names(self) -> Mapping[str, list[Entry]]:
        return _group((_spoken(entry.name), entry) for entry in self.entries)

    @cached_property
    def aliases(self) -> Mapping[str, list[Entry]]:
        return _group((_spoken(alias), entry) for entry in self.entries for alias in entry.aliases)

    @cached_property
    def keys(self) -> Mapping[str, list[Entry]]:
        return _group((key.casefold(), entry) for entry in self.entries for key in entry.keys)

    def narrower(self, wanted: tuple[str, ...]) -> list[Entry]:
        """Return entries with a form whose head phrase ends in `wanted`."""
        return [
            entry
            for entry in self.entries
            if any(
                head_phrase(form.casefold())[-len(wanted) :] == wanted
                for form in (entry.name, *entry.aliases)
            )
        ]


def _spoken(name: str) -> str:
    """Return the comparable form of a name in which case says nothing: "gans" may mean GANS or GANs."""
    return joined(name.casefold())


def _group(pairs: Iterable[tuple[str, Entry]]) -> Mapping[str, list[Entry]]:
    groups: dict[str, list[Entry]] = defaultdict(list)
    for key, entry in pairs:
        if key and entry not in groups[key]:
            groups[key].append(entry)
    return dict(groups)


class Names:
    """The names of a graph's nodes; each label is read when it is first asked for.

    Args:
        nodes: gives the nodes of one label as rows with id, name, aliases (and ids of papers).
    """

    def __init__(self, nodes: Callable[[str], Iterable[Row]]) -> None:
        self._nodes = nodes
        self._labels: dict[str, _Index] = {}

    @classmethod
    def of(cls, store: Store) -> Names:
        """Return the names that a store holds."""

        def nodes(label: str) -> Iterable[Row]:
            keys = ["id", "name", "aliases", *(_PAPER_KEYS if label == "Paper" else ())]
            columns = ", ".join(f"n.{key} AS {key}" for key in keys)
            return store.cypher(f"MATCH (n:{label}) WHERE n.id IS NOT NULL RETURN {columns} ORDER BY n.id")

        return cls(nodes)

    def resolve(self, text: str, labels: Sequence[str]) -> list[str]:
        """Return the canonical names that `text` means, sorted.

        Raises:
            NotFoundError: if no node of these labels is called so; names the nearest.
            QueryError: if the text is empty, or begins the titles of several papers.
        """
        return self.match(text, labels).names

    def match(self, text: str, labels: Sequence[str]) -> Match:
        """Return the nodes that `text` means.

        An id, then the name as written, then a name or an identifier in comparable form (case, hyphens,
        articles, plural "s" aside), then an alias, then the beginning of one paper's title, then narrower
        terms: names that end in the text before any "of", "in" or "for".

        Raises:
            NotFoundError: if no node of these labels is called so; names the nearest.
            QueryError: if the text is empty, or begins the titles of several papers.
        """
        text = text.strip()
        if not text:
            raise QueryError(f"the name of a {_either(labels)} is empty")
        known = {label.lower(): label for label in labels}
        if (label := known.get(text.partition(":")[0])) and (entry := self._index(label).ids.get(text)):
            return Match(text, (entry,))
        # A claimed number is called "94.5%", like many others: only its id means it.
        indexes = [self._index(label) for label in labels if label != "Result"]
        for found in self._exact(text, indexes):
            if found:
                return Match(text, _sorted(found))
        if "Paper" in labels and (paper := self._title(text)):
            return Match(text, (paper,))
        wanted = tokens(text.casefold())
        terms = [index for index in indexes if index is not self._labels.get("Paper")]
        if found := [entry for index in terms for entry in index.narrower(wanted)]:
            return Match(text, _sorted(found), narrower=True)
        raise NotFoundError(self._missing(text, labels))

    def _exact(self, text: str, indexes: Sequence[_Index]) -> Iterable[list[Entry]]:
        """Yield what each step of an exact reading finds, most literal first."""
        yield [entry for index in indexes for entry in index.verbatim.get(text, ())]
        key = _spoken(text)
        yield [entry for index in indexes for entry in index.names.get(key, ())]
        bare = (
            _VERSION.sub("", _PREFIX.sub("", _URL.sub("", text)).removesuffix(".pdf")).rstrip("/").casefold()
        )
        yield [entry for index in indexes for entry in index.keys.get(bare, ())]
        yield [entry for index in indexes for entry in index.aliases.get(key, ())]

    def _index(self, label: str) -> _Index:
        if label not in self._labels:
            rows = self._nodes(label)
            self._labels[label] = _Index([_entry(label, row) for row in rows])
        return self._labels[label]

    def _title(self, text: str) -> Entry | None:
        """Return the one paper whose title begins with `text`."""
        start = normal(text.casefold())
        titles = self._index("Paper").entries
        found = [entry for entry in titles if normal(entry.name.casefold()).startswith(start)]
        if len(found) > 1:
            some = ", ".join(f"{entry.name!r} ({entry.id})" for entry in found[:3])
            raise QueryError(
                f"{text!r} begins the titles of {len(found)} papers: {some}; give more of it, or the id"
            )
        return found[0] if found else None

    def _missing(self, text: str, labels: Sequence[str]) -> str:
        labels = [label for label in labels if label != "Result"]
        forms = {f for label in labels for e in self._index(label).entries for f in (e.name, *e.aliases)}
        message = f"no {_either(labels)} is called {text!r}.{nearest(text, _near(text, forms))}"
        others = [label for label in schema().nodes if label not in (*labels, "Paper", "Result")]
        elsewhere = [o for o in others if any(self._exact(text, [self._index(o)]))]
        if elsewhere:
            message += f" There is a {_either(elsewhere)} of that name."
        return message


def _entry(label: str, row: Row) -> Entry:
    keys = tuple(str(row[key]) for key in _PAPER_KEYS if row.get(key))
    return Entry(row["id"], label, row["name"], tuple(row.get("aliases") or ()), keys)


def _sorted(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    return tuple(sorted(set(entries), key=lambda entry: entry.id))


def _either(labels: Sequence[str]) -> str:
    return "node" if len(labels) > 4 else " or ".join(labels)


def _near(text: str, forms: Iterable[str]) -> list[str]:
    """Return the forms that share most three-letter groups with `text`: those worth a careful look."""

    def groups(word: str) -> set[str]:
        word = f" {word.casefold()} "
        return {word[i : i + 3] for i in range(len(word) - 2)}

    wanted = groups(text)
    scored = sorted(
        ((len(wanted & groups(form)), form) for form in forms), key=lambda pair: (-pair[0], pair[1])
    )
    return [form for score, form in scored[:_NEAR] if score]


@dataclass(frozen=True, slots=True)
class Arguments:
    """Arguments as a query takes them, and how names were read."""

    params: Mapping[str, object]
    notes: tuple[str, ...]


def arguments(query: Query, given: Mapping[str, object], names: Names) -> Arguments:
    """Check and resolve what a user gave for a query's parameters.

    A name may be one text or several (a list): the query is then asked about all of them.

    Raises:
        QueryError: on an unknown, missing or wrong argument; names parameter, value and choices.
        NotFoundError: if a name is in the graph under no form.
    """
    for name in given:
        query.param(name)
    params: dict[str, object] = {}
    notes: list[str] = []
    for param in query.params:
        value = given.get(param.name)
        if value is None and param.required:
            raise QueryError(f"{query.name} needs {param.name!r} ({param.type}): {param.description}")
        if value is None:
            params[param.name] = [] if param.listed else param.default
        elif param.labels:
            found = _nodes(query, param, value, names)
            params[param.name] = sorted(
                {key for match in found for key in (match.ids if param.by_id else match.names)}
            )
            notes += [match.note for match in found if match.note]
        else:
            plain = _plain(query, param, value)
            params[param.name] = [plain] if param.listed else plain
    return Arguments(params, tuple(notes))


def _nodes(query: Query, param: Param, value: object, names: Names) -> list[Match]:
    texts = [value] if isinstance(value, str) else value
    if not isinstance(texts, (list, tuple, set, frozenset)) or not texts:
        raise QueryError(
            f"{query.name}: {param.name} is {value!r}; expected the name of a {_either(param.labels)}"
        )
    out = []
    for text in texts:
        if not isinstance(text, str):
            raise QueryError(
                f"{query.name}: {param.name} has {text!r}; expected the name of a {_either(param.labels)}"
            )
        out.append(names.match(text, param.labels))
    return out


def _plain(query: Query, param: Param, value: object) -> object:
    where = f"{query.name}: {param.name} is {value!r}"
    if param.choices:
        if value not in param.choices:
            hint = nearest(str(value), param.choices)
            raise QueryError(f"{where}, which is no choice.{hint} Choices: {', '.join(param.choices)}")
        return value
    if param.type == "str":
        if not isinstance(value, str):
            raise QueryError(f"{where}; expected a text")
        return value
    kind: type[int] | type[float] = int if param.type == "int" else float
    try:
        if isinstance(value, bool) or not isinstance(value, (int, float, str)):
            raise ValueError
        number = kind(value)
        most = 1 if param.type == "share" else math.inf
        if number != float(value) or not math.isfinite(number) or not 0 <= number <= most:
            raise ValueError
    except (ValueError, OverflowError):
        what = {"int": "a whole number from 0", "share": "a number from 0 to 1"}
        raise QueryError(f"{where}; expected {what.get(param.type, 'a number from 0')}") from None
    return number
