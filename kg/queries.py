"""Named questions: `queries/NAME.cypher`, read strictly and held to Cypher that every engine takes.

Beside it lies its SPARQL twin, `queries/NAME.rq` (see `kg.twins`), unless the header says
`// sparql: none - why`. A file begins with a header of comment lines:

    // about: Methods that work against a problem.
    // param: problem: Problem - the problem, narrower ones included
    // param: stance: Stance|any = mitigates - what the method does about it
    // returns: method: str? - name of the method; missing where the contribution has none
    // ask: which methods target {problem}?

A parameter's type is one of: node labels joined by "|" or `Node` for any label (the query is given a list
of canonical names, of ids where `Paper` or `Node` is asked); an enum of the schema or words in lower case,
joined by "|"; `int`, `float`, `share` (0 to 1) or `str`. `= none` makes a name, number or text optional: the
query is given a list, which is empty where nothing was asked. A column's type is `str`, `int` or `float`,
with "?" where it can be missing. A phrasing may end in `[parameter=value]`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

from kg.errors import QueryError, nearest
from kg.portable import Cypher
from kg.resources import data_dir
from kg.schema import schema
from kg.twins import Sparql, read_twin

_HEADER = re.compile(r"//\s*(\w+):\s*(.+)")
_PARAM = re.compile(r"(\w+): ([\w|]+)(?: = (\S+))?(?: - (.+))")
_COLUMN = re.compile(r"(\w+): (\w+)(\?)?(?: - (.+))")
_FIXED = re.compile(r"\s*\[(\w+)=(\w+)\]$")
_NUMBERS = {"int": int, "float": float}
_AMOUNTS = {**_NUMBERS, "share": float}
_KEYS = ("about", "param", "returns", "sparql", "ask")
_NO_TWIN = "none - "


@dataclass(frozen=True, slots=True)
class Param:
    """A parameter of a question.

    Attributes:
        type: as the header writes it.
        labels: where it is a name: of nodes with these labels.
        choices: where it is one of a few words: these.
        required: whether it must be given; else `default` stands in.
        default: None where there is none: what was not given is then an empty list to the query.
    """

    name: str
    type: str
    labels: tuple[str, ...]
    choices: tuple[str, ...]
    required: bool
    default: str | int | float | None
    description: str

    @property
    def by_id(self) -> bool:
        """Whether the query takes ids of nodes; else it takes canonical names."""
        return "Paper" in self.labels

    @property
    def listed(self) -> bool:
        """Whether the query takes a list: names, or an optional value (of at most one)."""
        return bool(self.labels) or (not self.required and self.default is None)


@dataclass(frozen=True, slots=True)
class Column:
    """A returned column; `type` is `str`, `int` or `float`."""

    name: str
    type: str
    optional: bool
    description: str


@dataclass(frozen=True, slots=True)
class Phrasing:
    """A way to ask: a text with `{parameter}` in it, and the parameters it settles itself."""

    text: str
    fixed: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Query:
    """A named question, and what answers it.

    Attributes:
        sparql: the text of the SPARQL twin, None where there is none.
        no_sparql: why there is none.
    """

    name: str
    about: str
    params: tuple[Param, ...]
    columns: tuple[Column, ...]
    asks: tuple[Phrasing, ...]
    cypher: str
    sparql: str | None
    no_sparql: str = ""

    def twin(self) -> str:
        """Return the SPARQL that answers the question.

        Raises:
            QueryError: if there is none; says why.
        """
        if self.sparql is None:
            raise QueryError(f"{self.name} cannot be asked in SPARQL: {self.no_sparql}")
        return self.sparql

    def usage(self) -> list[str]:
        """Return the parameters as a line of help: `problem`, `[stance=mitigates]`."""
        return [
            p.name if p.required else f"[{p.name}={'…' if p.default is None else p.default}]"
            for p in self.params
        ]

    def param(self, name: str) -> Param:
        """Return a parameter.

        Raises:
            QueryError: if there is none of this name.
        """
        for param in self.params:
            if param.name == name:
                return param
        known = [p.name for p in self.params]
        raise QueryError(
            f"{self.name} has no parameter {name!r}.{nearest(name, known)} Parameters: {', '.join(known)}"
        )


def read_query(path: Path) -> Query:
    """Read one query file.

    Raises:
        QueryError: on a wrong header, or Cypher outside the portable subset, with file and line.
    """
    text = path.read_text(encoding="utf-8")
    found: dict[str, list[tuple[str, str]]] = {key: [] for key in _KEYS}
    lines = text.splitlines()
    for number, line in enumerate(lines, 1):
        if not line.startswith("//"):
            header, body = lines[: number - 1], "\n".join(lines[number - 1 :]).strip()
            break
        where = f"{path.name}:{number}"
        if not (match := _HEADER.fullmatch(line.rstrip())):
            raise QueryError(f"{where}: a header line reads `// key: text`; this is {line!r}")
        if match[1] not in found:
            hint = nearest(match[1], _KEYS)
            raise QueryError(f"{where}: unknown header key {match[1]!r}.{hint} Known: {', '.join(_KEYS)}")
        found[match[1]].append((where, match[2]))
    else:
        raise QueryError(f"{path.name}: has no query after its header")
    for key in ("about", "returns", "ask"):
        if not found[key]:
            raise QueryError(f"{path.name}: the header lacks `// {key}:`")
    for key in ("about", "sparql"):
        if len(found[key]) > 1:
            raise QueryError(f"{found[key][1][0]}: a second `{key}`; one line says it")
    twin, why = _twin(path.with_suffix(".rq"), header, found["sparql"])
    query = Query(
        name=path.stem,
        about=found["about"][0][1],
        params=tuple(_param(*item) for item in found["param"]),
        columns=tuple(_column(*item) for item in found["returns"]),
        asks=tuple(_phrasing(*item) for item in found["ask"]),
        cypher=body,
        sparql=twin,
        no_sparql=why,
    )
    cypher = Cypher(query.cypher, path.name)
    _compare(query, path.name, cypher.params, cypher.columns, "RETURN")
    if twin is not None:
        sparql = Sparql(twin, path.with_suffix(".rq").name)
        _compare(query, sparql.where, sparql.params, sparql.columns, "SELECT")
    _check(query, path.name)
    return query


def _twin(path: Path, header: Sequence[str], said: Sequence[tuple[str, str]]) -> tuple[str | None, str]:
    """Return the text of a query's twin, or None and why it has none."""
    if not said:
        return read_twin(path, header), ""
    where, text = said[0]
    if not (why := text.removeprefix(_NO_TWIN)) or why == text:
        raise QueryError(f"{where}: `sparql` reads `{_NO_TWIN}why`; this is {text!r}")
    if path.exists():
        raise QueryError(f"{where}: says that there is no twin, but there is {path.name}")
    return None, why


def _param(where: str, text: str) -> Param:
    match = _PARAM.fullmatch(text)
    if not match:
        raise QueryError(f"{where}: a parameter reads `name: Type = default - description`; this is {text!r}")
    name, kind, default, description = match.groups()
    labels, choices = _type(where, kind)
    value: str | int | float | None = default
    if labels and default not in (None, "none"):
        raise QueryError(f"{where}: the default of a name is `none`, not {default!r}")
    if labels or (default == "none" and "none" not in choices):
        value = None
    elif choices and default is not None and default not in choices:
        raise QueryError(f"{where}: default {default!r} is none of {', '.join(choices)}")
    elif kind in _AMOUNTS and default is not None:
        try:
            value = _AMOUNTS[kind](default)
        except ValueError:
            raise QueryError(f"{where}: default {default!r} is no {kind}") from None
        if kind == "share" and not 0 <= float(value) <= 1:
            raise QueryError(f"{where}: default {default!r} is no share, a number from 0 to 1")
    return Param(name, kind, labels, choices, default is None, value, description)


def _type(where: str, kind: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return labels and choices of a parameter's type; both empty for int, float, share, str."""
    nodes, enums = schema().nodes, schema().enums
    if kind in (*_AMOUNTS, "str"):
        return (), ()
    if kind == "Node":
        return tuple(nodes), ()
    parts = kind.split("|")
    if all(part in nodes for part in parts):
        return tuple(parts), ()
    choices: list[str] = []
    for part in parts:
        if part in enums:
            choices += enums[part]
        elif part.islower() and len(parts) > 1 and part not in _AMOUNTS:
            choices.append(part)
        else:
            known = ["Node", *_AMOUNTS, "str", *nodes, *enums]
            raise QueryError(
                f"{where}: unknown type {part!r}.{nearest(part, known)} Known: {', '.join(known)}"
            )
    return (), tuple(choices)


def _column(where: str, text: str) -> Column:
    match = _COLUMN.fullmatch(text)
    if not match or match[2] not in (*_NUMBERS, "str"):
        raise QueryError(
            f"{where}: a column reads `name: type - text`, type str, int or float, and ? where it can "
            f"be missing; this is {text!r}"
        )
    return Column(match[1], match[2], bool(match[3]), match[4])


def _phrasing(where: str, text: str) -> Phrasing:
    fixed = []
    while match := _FIXED.search(text):
        fixed.append((match[1], match[2]))
        text = text[: match.start()]
    if not re.sub(r"\{\w+\}", "", text).strip(" ?."):
        raise QueryError(f"{where}: the phrasing {text!r} has no words of its own")
    return Phrasing(text, tuple(reversed(fixed)))


def _compare(query: Query, where: str, params: set[str], columns: Sequence[str], clause: str) -> None:
    """Compare the header with what a text takes and gives.

    Raises:
        QueryError: where they differ.
    """
    declared = [p.name for p in query.params]
    if undeclared := sorted(params - set(declared)):
        raise QueryError(f"{where}: the query uses ${undeclared[0]}, which no `param` line declares")
    if unused := [name for name in declared if name not in params]:
        raise QueryError(f"{where}: the query never uses the declared parameter {unused[0]!r}")
    if (wanted := [c.name for c in query.columns]) != list(columns):
        raise QueryError(
            f"{where}: the header's columns ({', '.join(wanted)}) are not those that {clause} gives "
            f"({', '.join(columns)})"
        )


def _check(query: Query, where: str) -> None:
    """Check that the header holds together.

    Raises:
        QueryError: if a name is declared twice, or a phrasing sets what it cannot.
    """
    declared, columns = [p.name for p in query.params], [c.name for c in query.columns]
    for kind, names in (("parameter", declared), ("column", columns)):
        if twice := [n for n in names if names.count(n) > 1]:
            raise QueryError(f"{where}: {kind} {twice[0]!r} is declared twice")
    for ask in query.asks:
        given = [*re.findall(r"\{(\w+)\}", ask.text), *(name for name, _ in ask.fixed)]
        for name in given:
            query.param(name)
        if missing := [p.name for p in query.params if p.required and p.name not in given]:
            raise QueryError(f"{where}: the phrasing {ask.text!r} lacks {{{missing[0]}}}")
        for name, value in ask.fixed:
            if value not in query.param(name).choices:
                raise QueryError(
                    f"{where}: the phrasing {ask.text!r} sets {name} to {value!r}, which is no choice"
                )


@cache
def load_queries() -> Mapping[str, Query]:
    """Return the product's own questions by name."""
    paths = sorted(data_dir("queries").glob("*.cypher"))
    return MappingProxyType({path.stem: read_query(path) for path in paths})


def find_query(name: str) -> Query:
    """Return the question called `name`.

    Raises:
        QueryError: if there is none; names the nearest.
    """
    if query := load_queries().get(name):
        return query
    raise QueryError(
        f"no query is called {name!r}.{nearest(name, load_queries())} Queries: {', '.join(load_queries())}"
    )


def bind(name: str, positional: Sequence[object], keyword: Mapping[str, object]) -> dict[str, object]:
    """Return a query's arguments by name, where some were given by position, in the header's order.

    Raises:
        QueryError: if there are too many, or one is given twice.
    """
    query = find_query(name)
    if len(positional) > len(query.params):
        most = f"{len(query.params)} arguments ({' '.join(query.usage())})"
        raise QueryError(f"{name} takes {most}; {len(positional)} were given")
    out = {param.name: value for param, value in zip(query.params, positional, strict=False)}
    if twice := [key for key in keyword if key in out]:
        raise QueryError(f"{name}: {twice[0]!r} is given by position ({out[twice[0]]!r}) and by name")
    return {**out, **keyword}
