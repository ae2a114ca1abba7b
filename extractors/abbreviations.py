"""`kg_abbreviations`: acronyms and their long forms."""

from __future__ import annotations

from spacy.tokens import Doc

from extractors.doc import Abbreviation, set_abbreviations
from extractors.tokens import Tokens, tokens_of

_OPEN = frozenset("([")
_CLOSE = frozenset(")]")  # also of "):", which is one token, a smiley, to spaCy
_STOP = frozenset((",", ";", ":", "=", "—", ".", "e.g.", "i.e."))
_BARS = frozenset("();:")
_REACH = 40
_MAX_SHORT_TOKENS = 6
_MAX_LONG_CHARS = 160


def _is_short(text: str) -> bool:
    """Whether a text in parentheses can be a short form: 2 to 14 characters, a capital, not a number."""
    return (
        2 <= len(text) <= 14
        and text[0].isalnum()
        and sum(c.isupper() for c in text) >= 1
        and (sum(c.isupper() for c in text) >= 2 or not text.istitle())
        and len(text.split()) <= 2
    )


def best_long_form(short: str, long: str) -> int:
    """Return where the long form of `short` begins in `long`, -1 if it does not fit.

    The algorithm of Schwartz and Hearst (2003), "A simple algorithm for identifying abbreviation
    definitions in biomedical text", Pacific Symposium on Biocomputing: match the characters of the
    short form from the right, the first one at the beginning of a word.
    """
    i, j = len(short) - 1, len(long) - 1
    while i >= 0:
        wanted = short[i].casefold()
        if not wanted.isalnum():
            i -= 1
            continue
        while j >= 0 and (long[j].casefold() != wanted or (i == 0 and j > 0 and long[j - 1].isalnum())):
            j -= 1
        if j < 0:
            return -1
        i, j = i - 1, j - 1
    return j + 1


class Abbreviations:
    """spaCy component; assigns `doc._.kg_abbreviations`, a dict for each `Abbreviation` in text order.

    Both orders are read: "long form (SF)" and "SF (long form)".
    """

    def __call__(self, doc: Doc) -> Doc:
        """Read one Doc; linear, since each parenthesis looks back over at most a few words."""
        tokens = tokens_of(doc)
        found: list[Abbreviation] = []
        opened = -1
        for i, text in enumerate(tokens.texts):
            if text in _OPEN:
                opened = i
            elif text[:1] in _CLOSE and opened >= 0:
                pair = _pair(tokens, opened, i)
                if pair is not None:
                    found.append(pair)
                opened = -1
        set_abbreviations(doc, found)
        return doc


def _pair(tokens: Tokens, opened: int, closed: int) -> Abbreviation | None:
    """Read the pair around one parenthesis, if there is one."""
    texts = tokens.texts
    start = opened + 1
    # "(SF; see below)", "(SF, 2020)"
    end = next((k for k in range(start, min(closed, start + _REACH)) if texts[k] in _STOP), closed)
    if start >= end or opened == 0 or tokens.opens[opened]:
        return None
    inner = tokens.text[tokens.starts[start] : tokens.ends[end - 1]]
    while opened > 0 and texts[opened - 1].endswith("{"):  # "Quick Sand Net \textbf{(QSN)}"
        opened -= 1
    if end - start <= _MAX_SHORT_TOKENS and _is_short(inner):
        long = _long_before(tokens, inner, opened)
        if long is not None:
            return Abbreviation(start, end, *long)
    if end == closed and " " in inner:
        return _short_before(tokens, inner, opened, closed)
    return None


def _long_before(tokens: Tokens, short: str, opened: int) -> tuple[int, int] | None:
    """Find the long form in the words before the parenthesis; returns a token range."""
    letters = sum(c.isalnum() for c in short.removesuffix("s"))
    most = min(letters + 5, letters * 2) + 2
    begin, words = opened, 0
    while begin > 0 and words < most and not tokens.opens[begin]:
        if tokens.texts[begin - 1].isspace() or tokens.texts[begin - 1] in _BARS:
            break
        begin -= 1
        words += tokens.texts[begin].isalpha()
    if begin >= opened:
        return None
    left, right = tokens.starts[begin], tokens.ends[opened - 1]
    window = tokens.text[left:right]
    for form in (short[:-1], short) if short.endswith("s") and not short.isupper() else (short,):
        at = best_long_form(form, window)
        if at < 0 or not _plausible(form, window[at:]):
            continue
        # A token may begin before the long form ("Pre-LN"): the whole token is taken.
        while tokens.ends[begin] <= left + at:
            begin += 1
        return begin, opened
    return None


def _short_before(tokens: Tokens, long: str, opened: int, closed: int) -> Abbreviation | None:
    """Read "SF (long form)": the word before the parenthesis abbreviates what is inside."""
    begin = opened - 1
    while begin > 0 and not tokens.spaces[begin - 1] and not tokens.opens[begin] and opened - begin < _REACH:
        begin -= 1
    short = tokens.text[tokens.starts[begin] : tokens.ends[opened - 1]]
    if not _is_short(short) or len(long) > _MAX_LONG_CHARS:
        return None
    if best_long_form(short, long) != 0 or not _plausible(short, long):
        return None
    return Abbreviation(begin, opened, opened + 1, closed)


def _plausible(short: str, long: str) -> bool:
    """Whether a long form is not too long, too short, or the short form itself."""
    n = sum(c.isalnum() for c in short)
    words = long.replace("-", " ").split()
    return (
        len(long) > len(short)
        and len(words) <= min(n + 5, n * 2)
        and len(words) >= (2 if n > 2 else 1)
        and short.casefold() not in (word.casefold() for word in words)
    )
