r"""LaTeX as BibTeX files use it to write text: accents, braces and escapes, but not mathematics.

Only what encodes plain letters is decoded; `$...$` and unknown commands stay as they are.
"""

from __future__ import annotations

import re
import unicodedata

_COMBINING = {
    "`": "\u0300",
    "'": "\u0301",
    "^": "\u0302",
    "~": "\u0303",
    "=": "\u0304",
    "u": "\u0306",
    ".": "\u0307",
    '"': "\u0308",
    "r": "\u030a",
    "H": "\u030b",
    "v": "\u030c",
    "d": "\u0323",
    "c": "\u0327",
    "k": "\u0328",
}
_LETTERS = {
    "ss": "ß",
    "o": "ø",
    "O": "Ø",
    "ae": "æ",
    "AE": "Æ",
    "oe": "œ",
    "OE": "Œ",
    "aa": "å",
    "AA": "Å",
    "l": "ł",
    "L": "Ł",
    "i": "ı",
    "j": "ȷ",
    "dh": "ð",
    "DH": "Ð",
    "th": "þ",
    "TH": "Þ",
    "textendash": "–",
    "textemdash": "—",
    "textquoteright": "’",
    "textquoteleft": "‘",
    "textquotedblleft": "“",
    "textquotedblright": "”",
    "textasciitilde": "~",
    "textbackslash": "\\",
    "textregistered": "®",
    "texttrademark": "™",
    "textdegree": "°",
    "ldots": "…",
    "dots": "…",
}
_SYMBOL_ACCENT = re.compile(r"""\\([`'^~=".])\s*(?:\{\s*(\\?[A-Za-z])\s*\}|(\\[ij](?![A-Za-z])|[A-Za-z]))""")
_LETTER_ACCENT = re.compile(r"\\([uvHcdkr])(?:\s*\{\s*(\\?[A-Za-z])\s*\}|\s+(\\[ij](?![A-Za-z])|[A-Za-z]))")
_LETTER = re.compile(
    rf"\\({'|'.join(sorted(_LETTERS, key=len, reverse=True))})(?![A-Za-z])(?:\s*\{{\}}|\s+(?=\w)|)"
)
_FONT = re.compile(r"\\(?:emph|text(?:it|bf|tt|sc|rm|sf|sl|up|normal)?|mbox|uppercase|url)\s*(?=\{)")
_SWITCH = re.compile(r"\\(?:em|it|bf|tt|sc|rm|sf|sl|itshape|bfseries|ttfamily)(?![A-Za-z])\s*")
_MATH = re.compile(
    r"(?<!\\)(\$\$?(?:[^$\\]|\\.)+\$\$?|\\\((?:[^\\]|\\[^()])*\\\)|\\ensuremath\{[^{}]*\})", re.S
)
_ESCAPED = re.compile(r"\\([%&_#$])")
_BRACE = re.compile(r"(?<!\\)[{}]")
# A command that is not known keeps its arguments' braces: "\\citebert" would be worse than "\\cite{bert}".
_COMMAND = re.compile(r"(\\[A-Za-z]+\*?(?:\{[^{}]*\})+)")


def decode_latex(text: str, *, escapes: bool) -> str:
    r"""Return `text` with accents, special letters and grouping braces resolved, outside mathematics.

    Args:
        text: a field's value without its outer braces.
        escapes: whether `\%`, `\&` and the like lose their backslash. Titles do; abstracts keep it, so
            that they read like arXiv's own, where a number's `\%` stays as written.

    >>> decode_latex(r"{\'E}tude of {BERT} on $x^{2}$", escapes=True)
    'Étude of BERT on $x^{2}$'
    """
    if "\\" not in text and "{" not in text and "}" not in text and "~" not in text:
        return text
    parts = _MATH.split(text)
    parts[::2] = [_plain(part, escapes) for part in parts[::2]]
    return unicodedata.normalize("NFC", "".join(parts))


def _plain(text: str, escapes: bool) -> str:
    text = _SYMBOL_ACCENT.sub(_accent, text)
    text = _LETTER_ACCENT.sub(_accent, text)
    text = _LETTER.sub(lambda match: _LETTERS[match[1]], text)
    text = _SWITCH.sub("", _FONT.sub("", text))
    parts = _COMMAND.split(text)
    parts[::2] = [_BRACE.sub("", part).replace("~", " ") for part in parts[::2]]
    text = "".join(parts).replace("\\ ", " ").replace("\\-", "")
    text = text.replace("``", "“").replace("''", "”")
    return _ESCAPED.sub(r"\1", text) if escapes else text


def _accent(match: re.Match[str]) -> str:
    letter = (match[2] or match[3]).lstrip("\\")
    return letter + _COMBINING[match[1]]
