"""Questions in plain English, matched word by word against the phrasings in the query headers.

No model and no guessing: a question either has the words of a phrasing (small words, singular and plural,
and a few verbs and nouns of one meaning aside) or is refused, with the nearest phrasings.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache

from kg.errors import KGError, NotFoundError, QueryError
from kg.names import Names
from kg.queries import Phrasing, Query, find_query, load_queries

_LONGEST = 1000  # characters of a question
_ARTICLES = frozenset({"a", "an", "the"})
# Words that ask the same; a phrasing that has one of them takes them all.
_SAME = (
    ("which", "what"),
    ("is", "are", "was", "were"),
    ("does", "do", "did"),
    ("has", "have"),
    ("method", "technique", "approach", "algorithm"),
    ("paper", "article", "publication"),
    ("dataset", "corpus", "corpora"),
    (
        *("mitigate", "reduce", "prevent", "avoid", "alleviate", "overcome", "address", "tackle", "solve"),
        *("combat", "counter", "handle", "fight", "target", "remedy"),
    ),
    (
        *("mitigated", "reduced", "prevented", "avoided", "alleviated", "overcome", "addressed", "tackled"),
        *("solved", "combated", "countered", "handled", "fought", "targeted", "remedied"),
    ),
    (
        *("mitigating", "reducing", "preventing", "avoiding", "alleviating", "overcoming", "addressing"),
        *("tackling", "solving", "combating", "countering", "handling", "fighting", "targeting"),
    ),
    ("study", "investigate", "analyse", "analyze", "examine"),
    ("best", "highest", "top"),
)
_CLASS = {word: words for words in reversed(_SAME) for word in words}
_POLITE = r"(?:please )?(?:(?:can|could) you )?(?:(?:tell|show|give) me |list |find )?(?:all )?"
# The second half of "which methods target forgetting, and how well?".
_HOW_WELL = re.compile(r",? and how well(?: do they (?:do|work|perform))?$", re.IGNORECASE)
_KIND = r"(?:problem|issue|task|area|method|technique|model|data ?set|benchmark|metric|paper)s?"
_BEFORE = re.compile(rf"^(?:(?:the|a|an) )?{_KIND}(?: of| called| named)? ", re.IGNORECASE)
_AFTER = re.compile(rf" {_KIND}$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Reading:
    """A way to read a question.

    Attributes:
        query: what answers it.
        params: its arguments as written.
        literal: how many letters of the question are the phrasing's own.
    """

    query: Query
    params: dict[str, str]
    literal: int


def readings(question: str) -> list[Reading]:
    """Return every way to read a question, the one with most words of its own first.

    Raises:
        QueryError: if the question is empty or longer than a question is.
    """
    text = _plain(question)
    if not text or len(text) > _LONGEST:
        raise QueryError(f"a question has 1 to {_LONGEST} characters; this has {len(text)}")
    if match := _HOW_WELL.search(text):
        first = [r for r in readings(text[: match.start()]) if r.query.name == "methods_targeting"]
        return [replace(reading, query=find_query("how_well")) for reading in first]
    found: list[Reading] = []
    for query in load_queries().values():
        for phrasing in query.asks:
            literal = len(re.sub(r"\{\w+\}|\W", "", phrasing.text))
            for pattern in _patterns(query.name, phrasing):
                if match := pattern.fullmatch(text):
                    params = {name: value.strip(" ,;:'\"") for name, value in match.groupdict().items()}
                    reading = Reading(query, params | dict(phrasing.fixed), literal)
                    if all(params.values()) and reading not in found:
                        found.append(reading)
    return sorted(found, key=lambda reading: (-reading.literal, reading.query.name))


def read(question: str, names: Names) -> Reading:
    """Return the reading whose names the graph knows; of several, the one with most words of its own.

    Raises:
        NotFoundError: if no phrasing fits (names the nearest), or a name is not in the graph.
        QueryError: if the question is empty, too long, or ambiguous.
    """
    found = readings(question)
    first: KGError | None = None
    for reading in found:
        try:
            return replace(reading, params=_resolved(reading, names))
        except (NotFoundError, QueryError) as error:
            first = first or error
    if first is not None:
        raise first
    raise NotFoundError(f"no query answers {question.strip()!r}. Ask like: {'; '.join(_nearest(question))}")


def _plain(text: str) -> str:
    """Return a question with plain quotes and single spaces, without its final mark."""
    text = unicodedata.normalize("NFKC", text).translate(str.maketrans("’‘“”", "''\"\""))
    return " ".join(text.split()).rstrip(" ?!.")


@cache
def _patterns(name: str, phrasing: Phrasing) -> tuple[re.Pattern[str], ...]:
    """Return the phrasing as expressions: names as short as can be, then as long as can be."""
    parts = re.split(r"(\{\w+\})", _plain(phrasing.text))
    out = []
    for lazy in ("?", ""):
        words = []
        for part in parts:
            if part.startswith("{"):
                param = load_queries()[name].param(part[1:-1])
                # What is no name (an edge's id) is one word.
                words.append(rf"(?P<{param.name}>\S{f'.*{lazy}' if param.labels else '+'})")
            else:
                words += [
                    _word(word) for word in re.findall(r"[\w'-]+", part) if word.casefold() not in _ARTICLES
                ]
        body = r"[ ,]+".join(rf"(?:(?:a|an|the) )?{word}" for word in words)
        out.append(re.compile(_POLITE + body, re.IGNORECASE))
    return tuple(out)


def _word(word: str) -> str:
    folded = word.casefold()
    stems = {folded, _singular(folded)}
    same = next((_CLASS[stem] for stem in sorted(stems) if stem in _CLASS), (folded,))
    return f"(?:{'|'.join(_endings(other) for other in same)})"


def _singular(word: str) -> str:
    if word.endswith("ies"):
        return word[:-3] + "y"
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


def _endings(word: str) -> str:
    """Return an expression for a word with and without the ending of a plural or third person."""
    stem = _singular(word)
    if len(stem) < 4:
        return re.escape(word)
    if stem.endswith("y"):
        return f"{re.escape(stem[:-1])}(?:y|ys|ies)"
    return f"{re.escape(stem)}(?:s|es)?"


def _resolved(reading: Reading, names: Names) -> dict[str, str]:
    """Return the arguments in forms that the graph knows: "the EWC method" may be "EWC"."""
    out = dict(reading.params)
    for param in reading.query.params:
        if param.labels and param.name in out:
            out[param.name] = _known(out[param.name], param.labels, names)
    return out


def _known(text: str, labels: tuple[str, ...], names: Names) -> str:
    first: KGError | None = None
    for form in _forms(text):
        try:
            names.match(form, labels)
        except (NotFoundError, QueryError) as error:
            first = first or error
        else:
            return form
    raise first or QueryError(f"{text!r} is no name")


def _forms(text: str) -> Iterator[str]:
    yield text
    for form in (_BEFORE.sub("", text), _AFTER.sub("", text), _AFTER.sub("", _BEFORE.sub("", text))):
        if form and form != text:
            yield form


def _nearest(question: str) -> list[str]:
    asks = [ask.text for query in load_queries().values() for ask in query.asks]
    return difflib.get_close_matches(_plain(question).casefold()[:200], asks, n=3, cutoff=0.0)
