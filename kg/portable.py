"""The portable subset of Cypher: what the embedded store and Neo4j 5 run to the same rows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from kg.errors import QueryError, nearest
from kg.schema import Property, schema

_TOKEN = re.compile(
    r"""(?P<space>\s+|//[^\n]*)|(?P<string>'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*")|(?P<quoted>`[^`]+`)"""
    r"""|(?P<param>\$\w+)|(?P<number>\d+(?:\.\d+)?)|(?P<name>[^\W\d]\w*)|(?P<mark>\.\.|<=|>=|<>|->|<-|/\*|.)""",
    re.DOTALL,
)
_CLAUSES = {"CALL", "MATCH", "WHERE", "WITH", "RETURN", "ORDER", "SKIP", "LIMIT", "UNWIND"}
_REFUSED = {
    **dict.fromkeys(
        ("CREATE", "MERGE", "DELETE", "DETACH", "SET", "REMOVE", "DROP", "FOREACH"), "a question only reads"
    ),
    "LOAD": "a question reads the graph only",
    "CALL": "procedures differ between engines; of subqueries only CALL () { … } is alike",
    "TRANSACTIONS": "the embedded store has no IN TRANSACTIONS",
    "UNION": "ORDER BY would sort its last part only; use label or type alternatives",
    "SHORTEST": "write shortestPath((a)-[*..6]-(b))",
    "ALLSHORTESTPATHS": "the embedded store gives no more than 256; take shortestPath's length",
    "APOC": "APOC is no part of Neo4j",
    "PERCENTILECONT": "the embedded store lacks it",
    "PERCENTILEDISC": "the embedded store lacks it",
}
_BLOCKS = {"EXISTS", "COUNT"}
_OPEN = {"(": ")", "[": "]", "{": "}"}


@dataclass(slots=True)
class _Frame:
    """An open bracket: the clause it is in, and whether it holds clauses (a block) or a map."""

    bracket: str
    clause: str
    block: bool = False


@dataclass
class Cypher:
    """A reading query, checked as it is made.

    Attributes:
        text: the query.
        where: where it stands, for messages.
        params: names of the parameters it uses.
        columns: names of the columns it returns, in order.

    Raises:
        QueryError: if it leaves the subset: what, and what to write instead.
    """

    text: str
    where: str
    params: set[str] = field(default_factory=set)
    columns: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._tokens: list[tuple[str, str]] = [
            (m.lastgroup or "", m.group()) for m in _TOKEN.finditer(self.text) if m.lastgroup != "space"
        ]
        self._variables: dict[str, set[str]] = {}
        self._keys: set[str] = set()
        self._matches: dict[str, set[int]] = {}  # edge variable: the MATCH clauses that bind it
        self._words()
        self._structure()
        self._properties()
        self._ending()

    def _fail(self, message: str) -> QueryError:
        return QueryError(f"{self.where}: {message}")

    def _at(self, i: int) -> str:
        return self._tokens[i][1] if 0 <= i < len(self._tokens) else ""

    def _name(self, i: int) -> str:
        """Return the plain or back-quoted name at `i`, else nothing."""
        kind, text = self._tokens[i] if 0 <= i < len(self._tokens) else ("", "")
        return text.strip("`") if kind in ("name", "quoted") else ""

    def _words(self) -> None:
        for i, (kind, text) in enumerate(self._tokens):
            if kind == "param":
                self.params.add(text[1:])
            if text in ("/*", ";") and kind == "mark":
                raise self._fail(f"{text} has no place in a query file; comments begin with //")
            if (
                kind == "name"
                and self._at(i - 1) not in (".", ":", "|")
                and (why := _REFUSED.get(text.upper()))
                and not self._subquery(i + 3)
            ):
                raise self._fail(f"{text}: {why}")

    def _subquery(self, i: int) -> bool:
        """Whether `i` opens the block of a subquery that takes nothing from outside: CALL () {."""
        before = [self._at(k).upper() for k in range(i - 3, i + 1)]
        return before == ["CALL", "(", ")", "{"]

    def _structure(self) -> None:
        """Walk clauses and brackets: patterns, labels, types, map keys."""
        frames = [_Frame("", "", block=True)]
        for i, (kind, text) in enumerate(self._tokens):
            frame = frames[-1]
            if kind == "name" and frame.block and text.upper() in _CLAUSES and self._at(i - 1) != ".":
                frame.clause = text.upper()
            elif kind != "mark":
                continue
            elif text in _OPEN:
                frames.append(self._opened(i, frame))
            elif text in _OPEN.values():
                if _OPEN.get(frame.bracket) != text:
                    raise self._fail(f"unbalanced {text!r}")
                frames.pop()
                if frames[-1].clause == "MATCH" and text == ")" and self._at(i + 1) in ("{", "+", "*"):
                    raise self._fail("a quantified path; write -[:TYPE*1..3]->")
            elif text == "," and frame.block and frame.clause == "MATCH":
                raise self._fail("patterns joined by a comma; write one path per MATCH")
            elif text == "->" and self._at(i + 1) in ("{", "+", "*"):
                raise self._fail("a quantified relationship; write -[:TYPE*1..3]->")
            elif text == ":":
                self._colon(i, frame)
            elif text == "=" and frame.block and frame.clause == "MATCH":
                self._variables[self._name(i - 1)] = set()
        if len(frames) > 1:
            raise self._fail(f"{frames[-1].bracket!r} is never closed")

    def _opened(self, i: int, frame: _Frame) -> _Frame:
        text, before, variable = self._at(i), self._at(i - 1), self._name(i + 1)
        block = text == "{" and (before.upper() in _BLOCKS or self._subquery(i))
        pattern = frame.clause == "MATCH" and not block
        call = text == "(" and self._tokens[i - 1][0] == "name" and before.upper() not in _CLAUSES
        if pattern and text != "{" and variable and not call:
            kinds = schema().nodes if text == "(" else schema().edges
            self._variables.setdefault(variable, set() if self._at(i + 2) == ":" else set(kinds))
            if text == "[":
                places = self._matches.setdefault(variable, set())
                places.add(self._match(i))
                if len(places) > 1:
                    raise self._fail(
                        f"two MATCH clauses bind the edge {variable!r}, and the embedded store then searches "
                        f"everything; give each its own name"
                    )
        return _Frame(text, "MATCH" if pattern else "", block=block)

    def _match(self, i: int) -> int:
        """Return the position of the MATCH whose pattern or WHERE holds `i`, or -1."""
        while i >= 0:
            word = self._at(i).upper()
            if word in ("MATCH", "WITH", "RETURN", "UNWIND", "ORDER") and self._tokens[i][0] == "name":
                return i if word == "MATCH" else -1
            i -= 1
        return -1

    def _colon(self, i: int, frame: _Frame) -> None:
        if frame.bracket == "{" and not frame.block:
            self._keys.add(self._name(i - 1))
            if frame.clause == "MATCH":
                self._known("property", self._name(i - 1), _properties((*schema().nodes, *schema().edges)))
            return
        edges, variable = frame.bracket == "[", self._name(i - 1)
        known: Iterable[str] = schema().edges if edges else schema().nodes
        names, raw = [self._name(i + 1)], [self._at(i + 1)]
        while self._at(i + 2) == "|":
            i += 2
            names.append(self._name(i + 1))
            raw.append(self._at(i + 1))
        for name in names:
            self._known("relationship type" if edges else "label", name, known)
            if name.upper() == "ON" and "`ON`" not in raw:
                raise self._fail("ON is a word of Cypher; write `ON`")
        if frame.clause == "MATCH" and variable in self._variables:
            self._variables[variable] |= set(names)

    def _known(self, what: str, name: str, known: Iterable[str]) -> None:
        if name not in known:
            raise self._fail(f"{what} {name!r} is not in the schema.{nearest(name, known)}")

    def _properties(self) -> None:
        everything = _properties((*schema().nodes, *schema().edges)) | self._keys
        for i, (_, text) in enumerate(self._tokens):
            if text == "." and (name := self._name(i + 1)):
                variable = self._name(i - 1)
                types = self._variables.get(variable)
                here = self._match(i)
                if here >= 0 and here not in self._matches.get(variable, {here}):
                    raise self._fail(
                        f"{variable}.{name} of an edge matched before is missing in a later MATCH of the "
                        f"embedded store; put WITH {variable}.{name} AS … before it"
                    )
                self._known("property", name, _properties(types) if types else everything)

    def _ending(self) -> None:
        """Check the last RETURN and its ORDER BY."""
        words = [text.upper() if kind == "name" else "" for kind, text in self._tokens]
        if "RETURN" not in words:
            raise self._fail("has no RETURN")
        start = len(words) - words[::-1].index("RETURN")
        if "ORDER" not in words[start:]:
            raise self._fail("has no ORDER BY after RETURN: rows would come in any order")
        order = words.index("ORDER", start)
        skip = 1 if words[start] == "DISTINCT" else 0
        for item in self._items(start + skip, order):
            texts = [self._at(i) for i in item]
            named = len(item) > 2 and texts[-2].upper() == "AS"
            if not named and len(item) != 1:
                raise self._fail(f"the returned {' '.join(texts)!r} has no name; add AS")
            value = self._name(item[0]) if len(item) == (3 if named else 1) else ""
            if value in self._variables:
                raise self._fail(
                    f"RETURN {value} gives a whole node or edge, whose shape differs; return its properties"
                )
            self.columns.append(self._name(item[-1]))
        end = next((i for i in range(order, len(words)) if words[i] in ("SKIP", "LIMIT")), len(words))
        self._sorting(self._items(order + 2, end))

    def _sorting(self, items: list[list[int]]) -> None:
        for number, item in enumerate(items, 1):
            texts = [self._at(i) for i in item if self._at(i).upper() not in ("ASC", "DESC")]
            types = self._variables.get(texts[0]) if len(texts) == 3 and texts[1] == "." else None
            if types and not _always(types, texts[2]):
                raise self._fail(
                    f"ORDER BY {''.join(texts)} can be missing, which engines sort differently; use coalesce"
                )
            last = f"_{texts[-1].casefold()}"
            if number == len(items) and not (last.endswith("_id") and len(texts) in (1, 3)):
                whole = "".join(texts)
                raise self._fail(f"ORDER BY ends in {whole!r}: equal rows come in any order; end it in an id")

    def _items(self, start: int, end: int) -> list[list[int]]:
        """Split token positions at commas outside brackets."""
        items: list[list[int]] = [[]]
        depth = 0
        for i in range(start, end):
            text = self._at(i) if self._tokens[i][0] == "mark" else ""
            depth += (text in _OPEN) - (text in _OPEN.values())
            if text == "," and not depth:
                items.append([])
            else:
                items[-1].append(i)
        return items


def _properties(types: Iterable[str]) -> set[str]:
    return {name for kind in types for name in _type(kind)}


def _always(types: Iterable[str], name: str) -> bool:
    """Whether every one of the types requires the property."""
    return all(name in _type(kind) and _type(kind)[name].required for kind in types)


def _type(kind: str) -> Mapping[str, Property]:
    found = schema().nodes.get(kind) or schema().edges[kind]
    return found.properties
