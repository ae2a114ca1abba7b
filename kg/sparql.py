r"""Which SPARQL of a user's own is run: a question to this graph, and nothing else.

`check` reads the text as tokens, twice: as it stands and with `\uXXXX` put for characters, which engines do
before they parse (https://www.w3.org/TR/sparql11-query/#codepointEscape) or do not.
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
    "SERVICE": "a query reads this graph only and calls no other server",
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
_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})|\\U([0-9a-fA-F]{8})")


def check(text: str) -> str:
    """Refuse what is no reading query of this graph; whether its grammar is right is the engine's to say.

    Returns:
        The form of the query: SELECT, ASK, CONSTRUCT or DESCRIBE.

    Raises:
        QueryError: on an update, SERVICE, FROM, or a text that is too long.
    """
    if len(text) > LONGEST:
        raise QueryError(f"the query has {len(text):,} characters; at most {LONGEST:,} are read")
    decoded = _ESCAPE.sub(_character, text)
    form = _form(decoded)
    for word in (*_words(decoded), *_words(text)):
        # Engines split words where they can: "trueSERVICE<http://…>" calls a server.
        for refused, why in _REFUSED.items():
            if refused in word:
                raise QueryError(f"{refused} is refused: {why}")
    return form


def _character(match: re.Match[str]) -> str:
    code = int(match[1] or match[2], 16)
    if code > 0x10FFFF or 0xD800 <= code <= 0xDFFF:
        raise QueryError(f"{match[0]} is no character")
    return chr(code)


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
