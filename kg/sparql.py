r"""Which SPARQL of a user's own is run: a question to this graph, and nothing else.

SERVICE, which calls other servers, is refused wherever it stands but in a variable's name: what is a string
or a comment depends on the grammar, so that a text can look harmless token by token and call a server all
the same. `\uXXXX`, which engines put for characters before they parse or do not
(https://www.w3.org/TR/sparql11-query/#codepointEscape), is refused. The rest is read as tokens.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from kg.errors import QueryError

LONGEST = 1_000_000  # characters
_FORMS = ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE")
_PROLOGUE = ("BASE", "PREFIX", "VERSION")
_UPDATES = ("INSERT", "DELETE", "LOAD", "CLEAR", "CREATE", "DROP", "COPY", "MOVE", "ADD", "WITH")
_REFUSED = {
    "FROM": "a query reads the whole graph; use GRAPH to choose a part",
}
_TOKEN = re.compile(
    r"""(?P<space>\s+|\#[^\n\r]*)"""
    r"""|(?P<iri><[^<>"{}|^`\\\x00-\x20]*>)"""
    r'''|(?P<long>"""(?:"{0,2}(?:[^"\\]|\\.))*"""|\'\'\'(?:'{0,2}(?:[^'\\]|\\.))*\'\'\')'''
    r"""|(?P<string>"(?:[^"\\\n\r]|\\.)*"|'(?:[^'\\\n\r]|\\.)*')"""
    r"""|(?P<variable>[?$]\w+)|(?P<language>@[a-zA-Z]+(?:-[a-zA-Z0-9]+)*)"""
    # A full stop ends a local name here, which engines allow inside it: what follows is looked at as well.
    r"""|(?P<prefixed>(?P<prefix>[\w.-]*):(?:(?:[\w:]|%[0-9a-fA-F]{2}|\\.)(?:[\w:-]|%[0-9a-fA-F]{2}|\\.)*)?)"""
    r"""|(?P<word>\w+)|(?P<mark>.)""",
    re.DOTALL,
)
_ESCAPE = re.compile(r"\\[uU]")
_VARIABLE = re.compile(r"[?$][A-Za-z0-9_]+")


def check(text: str) -> str:
    """Refuse what is no reading query of this graph; whether its grammar is right is the engine's to say.

    Returns:
        The form of the query: SELECT, ASK, CONSTRUCT or DESCRIBE.

    Raises:
        QueryError: on an update, SERVICE, FROM, an escaped code point, or a text that is too long.
    """
    if len(text) > LONGEST:
        raise QueryError(f"the query has {len(text):,} characters; at most {LONGEST:,} are read")
    if found := _ESCAPE.search(text):
        raise QueryError(f"{found[0]} is refused: write the character itself")
    if "service" in _VARIABLE.sub(" ", text).casefold():
        raise QueryError(
            "SERVICE is refused: a query reads this graph only and calls no other server; "
            'in a text write it as CONCAT("ser", "vice")'
        )
    form = _form(text)
    for word in _words(text):
        # Engines split words where they can: "trueSERVICE<http://…>" calls a server.
        for refused, why in _REFUSED.items():
            if refused in word:
                raise QueryError(f"{refused} is refused: {why}")
    return form


def _words(text: str) -> Iterator[str]:
    """Yield what could be keywords, in upper case; the prefix of a name is one of them."""
    for match in _TOKEN.finditer(text):
        if match.lastgroup == "word":
            yield match[0].upper()
        elif match.lastgroup == "prefixed":
            yield match["prefix"].upper()


def _form(text: str) -> str:
    words = (match[0].upper() for match in _TOKEN.finditer(text) if match.lastgroup == "word")
    form = next((word for word in words if word not in _PROLOGUE), "")
    if form in _UPDATES:
        raise QueryError(f"{form} changes the graph and is refused: it is only read here")
    if form not in _FORMS:
        raise QueryError(f"a query is one of {', '.join(_FORMS)}; this begins with {form!r}")
    return form
