"""SPARQL twins: `queries/NAME.rq` asks what `queries/NAME.cypher` asks, and gives the same rows.

A twin begins with the header of its Cypher file, line by line, `#` in place of `//`. What follows is one
SELECT of standard SPARQL 1.1 (https://www.w3.org/TR/sparql11-query/) over the default graph, in which
`RdfStore` holds everything. Its variables are the header's columns, in order; it ends in ORDER BY, by columns
that every engine sorts alike: numbers, and texts in ASCII such as ids.

A parameter is written `$name`. `fill` puts terms in its place, never text, so that no value changes what
is asked:

    FILTER(?confidence >= $min_confidence)      one value: a text, whole number or decimal
    VALUES ?name { $method }                    a list: its terms, separated by spaces
    FILTER(?id NOT IN ($paper))                 a list in round brackets: separated by commas
    FILTER NOT EXISTS { VALUES ?one { $other } }    whether a list is empty

The best quote of a group is the least of its keys, a key being a text that sorts as the quotes do:
decimals from 1 to 2 and ids end in a space, which sorts before all that they are made of; whole numbers have
a thousand million added, so that all are equally long. After "|" comes the claim that the key belongs to.

Four habits keep Oxigraph from joining whole predicates, and cost other engines nothing. A sub-SELECT begins
at VALUES and finds its claims by plain patterns. What is shown of them follows in an OPTIONAL for each value,
of one triple or a path of two or three steps, though the value is always there. What is computed and then
looked up is COALESCEd with a constant, so that it is surely bound. LIMIT 1000000000 leaves nothing out: it
tells the planner that there is an end to the groups.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from kg.errors import QueryError

_TOKEN = re.compile(
    r"""(?P<space>\s+|\#[^\n]*)|(?P<iri><[^<>"{}|^`\\\s]*>)"""
    r'''|(?P<string>"""(?:\\.|[^\\])*?"""|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')'''
    r"""|(?P<param>\$\w+)|(?P<variable>\?\w+)|(?P<prefixed>[\w.-]*:[\w.-]*)|(?P<word>\w+)|(?P<mark>.)""",
    re.DOTALL,
)
_REFUSED = {
    **dict.fromkeys(
        (*("INSERT", "DELETE", "LOAD", "CLEAR", "CREATE", "DROP", "COPY", "MOVE", "ADD"),),
        "a question only reads",
    ),
    **dict.fromkeys(("CONSTRUCT", "ASK", "DESCRIBE"), "a twin gives rows, which SELECT does"),
    **dict.fromkeys(("GRAPH", "FROM"), "a twin reads the default graph, the union of all"),
    "SERVICE": "a question reads this graph only",
    "LATERAL": "it is no part of SPARQL 1.1",
    **dict.fromkeys(("SAMPLE", "GROUP_CONCAT"), "its order is any; take the MIN of a key"),
    **dict.fromkeys(("NOW", "RAND", "UUID", "STRUUID"), "the same question must give the same rows"),
}
# What a text between quotes cannot hold, and tabs, which rdflib makes spaces of. A "u" after a backslash is
# escaped, too: engines may read "\u0041" before they read the text that it stands in
# (https://www.w3.org/TR/sparql11-query/#codepointEscape), and then find it within "\\u0041".
_ESCAPED = re.compile(r'\\[uU]?|["\n\r\t]')
_ESCAPES = {
    **{"\\": r"\\", "\\u": r"\\\U00000075", "\\U": r"\\\U00000055"},
    **{'"': r"\"", "\n": r"\n", "\r": r"\r", "\t": r"\t"},
}
_KINDS: Mapping[str, Callable[[str], object]] = {"str": str, "int": int, "float": float}

Solution = Mapping[str, str]
"""Names of variables to the lexical forms of what they are bound to; what is unbound is left out."""


@dataclass
class Sparql:
    """A twin's query, checked as it is made.

    Attributes:
        text: the query, without its header.
        where: where it stands, for messages.
        params: names of the parameters it uses.
        columns: names of the variables it selects, in order.

    Raises:
        QueryError: if it leaves what a twin may say.
    """

    text: str
    where: str
    params: set[str] = field(default_factory=set)
    columns: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        tokens = list(_tokens(self.text))
        for kind, text in tokens:
            if kind == "param":
                self.params.add(text[1:])
            if kind == "word" and (why := _REFUSED.get(text.upper())):
                raise QueryError(f"{self.where}: {text}: {why}")
        words = [text.upper() if kind == "word" else text for kind, text in tokens]
        if "SELECT" not in words or "WHERE" not in words:
            raise QueryError(f"{self.where}: has no SELECT … WHERE")
        self._select(words[words.index("SELECT") + 1 : words.index("WHERE")])
        depth = 0
        outer = []
        for word in words:
            depth += (word == "{") - (word == "}")
            if not depth:
                outer.append(word)
        if "ORDER" not in outer:
            raise QueryError(f"{self.where}: has no ORDER BY at its end: rows would come in any order")

    def _select(self, words: Sequence[str]) -> None:
        depth = 0
        for before, word in zip(("", *words), words, strict=False):
            depth += (word == "(") - (word == ")")
            if word.startswith("?") and (not depth or (depth == 1 and before == "AS")):
                self.columns.append(word[1:])
        if "*" in words and not self.columns:
            raise QueryError(f"{self.where}: SELECT * has columns in any order; name them")


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    """Yield kind and text of everything but space and comments."""
    for match in _TOKEN.finditer(text):
        if match.lastgroup != "space":
            yield match.lastgroup or "", match.group()


def read_twin(path: Path, header: Sequence[str]) -> str:
    """Return the query of a twin, without its header.

    Args:
        path: the file.
        header: the lines of the Cypher file's header.

    Raises:
        QueryError: if there is no such file, or its header is another.
    """
    if not path.is_file():
        raise QueryError(
            f"{path.name}: there is no such SPARQL twin; write it, or say `// sparql: none - why` instead"
        )
    lines = path.read_text(encoding="utf-8").splitlines()
    for number, cypher in enumerate(header, 1):
        wanted = f"#{cypher.removeprefix('//')}"
        here = lines[number - 1] if number <= len(lines) else ""
        if here != wanted:
            raise QueryError(f"{path.name}:{number}: the Cypher header has {wanted!r} here; this is {here!r}")
    rest = lines[len(header) :]
    if rest and rest[0].startswith("#"):
        raise QueryError(
            f"{path.name}:{len(header) + 1}: the Cypher header is over here; this is {rest[0]!r}"
        )
    return "\n".join(rest).strip()


def fill(text: str, params: Mapping[str, object]) -> str:
    """Return a twin's query with terms in place of its parameters.

    Args:
        text: the query.
        params: a value for every parameter: a text, a number, or a list of them.

    Raises:
        QueryError: if a parameter has no value, or one that is no term.
    """
    out: list[str] = []
    bracket = ""
    for match in _TOKEN.finditer(text):
        part = match.group()
        if match.lastgroup == "param":
            name = part[1:]
            if name not in params:
                raise QueryError(f"the query needs a value for ${name}")
            part = _terms(name, params[name], ", " if bracket == "(" else " ")
        elif match.lastgroup != "space":
            bracket = part
        out.append(part)
    return "".join(out)


def _terms(name: str, value: object, between: str) -> str:
    if isinstance(value, (list, tuple)):
        return between.join(_term(name, one) for one in value)
    return _term(name, value)


def _term(name: str, value: object) -> str:
    """Write a value as a term."""
    if isinstance(value, str):
        return '"' + _ESCAPED.sub(lambda match: _ESCAPES[match[0]], value) + '"'
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, float) and (number := Decimal(repr(value))).is_finite():
        # A decimal, as in the graph: compared with a double, a decimal would lose its last digits.
        digits = format(number, "f")
        return digits if "." in digits else f"{digits}.0"
    raise QueryError(f"${name} is {value!r}; expected a text, a finite number, or a list of them")


def answer(
    select: Callable[[str], Iterable[Solution]],
    text: str,
    params: Mapping[str, object],
    types: Mapping[str, str],
) -> list[dict[str, Any]]:
    """Return the rows that a twin gives.

    Args:
        select: runs a SPARQL query.
        text: the twin's query.
        params: a value for every parameter.
        types: columns to `str`, `int` or `float`.

    Raises:
        QueryError: if a parameter is wrong, or the engine refuses.
    """
    return [
        {
            name: None if (value := solution.get(name)) is None else _KINDS[kind](value)
            for name, kind in types.items()
        }
        for solution in select(fill(text, params))
    ]
