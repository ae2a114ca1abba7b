r"""The one place where text is cleaned; every offset in the graph points into what comes out of here.

LaTeX stays as written: `87.2\%` is what the paper says, and a quote must be found again in its source.
"""

from __future__ import annotations

import html
import re
import unicodedata

# Zero-width and soft characters split words invisibly; bidi marks reorder what a reader sees. The rest of
# category Cf (and all of Cc but white space) goes the same way, with the surrogates and noncharacters.
_DROPPED = {"Cc", "Cf", "Cs"}
_PLAIN = re.compile(r"[ -~]*\Z")
_TAG = re.compile(r"</?[A-Za-z][A-Za-z0-9:._-]*(?:\s[^<>]*)?/?>")
# Tags that end a word or a paragraph; all others (<i>, <sub>) stand inside words.
_BREAK = re.compile(r"</?(?:jats:)?(?:p|br|div|li|ul|ol|title|sec|h[1-6]|list|list-item)\b[^<>]*>", re.I)
_UNSAFE_HINT = re.compile(r"<|&")


def clean(text: str) -> str:
    """Return `text` in NFC with single spaces and without invisible characters.

    Runs of any white space become one space, ends are stripped, control, format (soft hyphen, zero
    width, bidi) and surrogate characters are removed. Cleaning cleaned text changes nothing.
    """
    if _PLAIN.match(text):
        return " ".join(text.split())
    for char in set(text):
        if not _visible(char):
            text = text.replace(char, "")
    return unicodedata.normalize("NFC", " ".join(text.split()))


def _visible(char: str) -> bool:
    """Whether `char` is kept; white space that is a control character is kept to be collapsed."""
    if char.isspace():
        return True
    if unicodedata.category(char) in _DROPPED:
        return False
    return not ("\ufdd0" <= char <= "\ufdef" or ord(char) & 0xFFFE == 0xFFFE)


def clean_html(text: str) -> str:
    """Clean text of a format that carries HTML or JATS: tags removed, entities unescaped once.

    Only for such formats: elsewhere "<" and "&" mean themselves ("a<b>c" in a plain title).
    """
    if not _UNSAFE_HINT.search(text):
        return clean(text)
    text = _BREAK.sub(" ", text)
    return clean(html.unescape(_TAG.sub("", text)))
