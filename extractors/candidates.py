"""Things a paper may be about: noun phrases, coined names and known names, with all their occurrences."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from itertools import accumulate, chain

from spacy.tokens import Doc

from extractors.chunks import Chunk, Word, chunks_of, words_of
from extractors.doc import abbreviations_of
from extractors.lexicon import key, registry, sections
from extractors.tokens import tokens_of

Key = tuple[str, ...]


@dataclass(slots=True)
class Place:
    """One occurrence of a candidate.

    Attributes:
        start, end: token range.
        chunk: number of the noun phrase it is in.
        whole: it is the noun phrase (after shedding "severe" and the like), not a part of one.
    """

    start: int
    end: int
    chunk: int
    whole: bool


@dataclass(slots=True)
class Candidate:
    """A thing that is named, however often, and what else it is called.

    Attributes:
        key: normalised name, the identity inside one paper.
        places: occurrences in text order.
        known: label in the registry, or "".
        short, long: it is the acronym, or the long form, of another candidate.
        partner: key of that other candidate, or None.
        features: names of the features that hold (see `features.py`).
    """

    key: Key
    places: list[Place] = field(default_factory=list)
    known: str = ""
    short: bool = False
    long: bool = False
    partner: Key | None = None
    features: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Reading:
    """A Doc cut into words and noun phrases, and the candidates in it.

    Attributes:
        doc: the Doc.
        text: its text, which spaCy would join anew at every look.
        starts, ends: where each token begins and ends in `text`.
        opens: for each token, the token that its sentence begins with.
        words, chunks: its words and noun phrases, in text order.
        candidates: by normalised name.
        title_words: number of words in the title.
    """

    doc: Doc
    text: str
    starts: list[int]
    ends: list[int]
    opens: list[int]
    words: list[Word]
    chunks: list[Chunk]
    candidates: dict[Key, Candidate]
    title_words: int

    def written(self, place: Place) -> str:
        """Return the text of an occurrence."""
        return self.text[self.starts[place.start] : self.ends[place.end - 1]]


def read(doc: Doc) -> Reading:
    """Find the candidates of a Doc; linear in its length."""
    tokens = tokens_of(doc)
    words = words_of(tokens)
    chunks = chunks_of(words)
    opens = list(accumulate((i if opens else 0 for i, opens in enumerate(tokens.opens)), max))
    title_end: int = doc._.kg_title_end
    in_title = sum(1 for word in words if tokens.starts[word.start] < title_end)
    reading = Reading(doc, tokens.text, tokens.starts, tokens.ends, opens, words, chunks, {}, in_title)
    for number, chunk in enumerate(chunks):
        _from_chunk(reading, number, chunk)
    _joined_by_of(reading)
    chunk_at = _chunk_of_tokens(reading, len(doc))
    _known(reading, chunk_at)
    _abbreviated(reading, chunk_at)
    return reading


def _add(
    reading: Reading, start: int, end: int, chunk: int, *, whole: bool, name: Key | None = None
) -> Candidate | None:
    """Add an occurrence, unless the text has no letter, or is one character."""
    name = name or key(reading.text[reading.starts[start] : reading.ends[end - 1]])
    candidate = reading.candidates.get(name)
    if candidate is None:
        written = "".join(name)
        if len(written) < 2 or not any(map(str.isalpha, written)):
            return None
        candidate = reading.candidates[name] = Candidate(name)
    for place in candidate.places[-4:]:
        if place.start == start and place.end == end:
            place.whole = place.whole or whole
            return candidate
    candidate.places.append(Place(start, end, chunk, whole))
    return candidate


_word_key = lru_cache(maxsize=65536)(key)


def _from_chunk(reading: Reading, number: int, chunk: Chunk) -> None:
    """Add the noun phrase itself, its parts that may be the name, and coined names inside it."""
    words, edges = reading.words, sections("edges")
    keys = [_word_key(words[i].lower) for i in range(chunk.start, chunk.end)]
    begin, end = chunk.start, chunk.end

    def add(a: int, b: int, *, whole: bool) -> None:
        name = tuple(chain.from_iterable(keys[a - chunk.start : b - chunk.start]))
        _add(reading, words[a].start, words[b - 1].end, number, whole=whole, name=name)

    while begin < end - 1 and words[begin].lower in edges["first"]:
        begin += 1
    while end - 1 > begin and words[end - 1].lower in edges["last"] and words[end - 2].named:
        end -= 1
    add(begin, end, whole=True)
    if chunk.end > end:
        add(begin, end + 1, whole=False)
    for drop in (1, 2):
        if end - begin > drop:
            add(begin + drop, end, whole=False)
    if end - begin >= 2:
        add(begin, end - 1, whole=False)
    run = -1
    for i in range(begin, end + 1):
        named = i < end and words[i].named
        if named and run < 0:
            run = i
        elif not named and run >= 0:
            if i - run < end - begin:
                add(run, i, whole=False)
            run = -1
        if named and words[i].coined and words[i].end - words[i].start >= 3:
            _inside_compound(reading, words[i], number)


def _inside_compound(reading: Reading, word: Word, number: int) -> None:
    """Add "LoRA" of "LoRA-based": a coined first part before a lower-case second part."""
    text, starts, ends = reading.text, reading.starts, reading.ends
    first, joint, second = (text[starts[i] : ends[i]] for i in range(word.start, word.start + 3))
    if joint == "-" and second.islower() and second.isalpha() and len(second) > 2 and len(first) > 1:
        _add(reading, word.start, word.start + 1, number, whole=False)


_OF_HEADS_MAX_WORDS = 3


def _joined_by_of(reading: Reading) -> None:
    """Add "lack of labels", "detection of small objects": two noun phrases with "of" or "in" between."""
    words, chunks = reading.words, reading.chunks
    for number in range(len(chunks) - 1):
        left, right = chunks[number], chunks[number + 1]
        gap = right.start - left.end
        if (
            not 1 <= gap <= 2
            or words[left.end].lower != "of"
            or words[left.start].sentence != words[right.start].sentence
        ):
            continue
        if gap == 2 and words[left.end + 1].lower not in {"the", "a", "an"}:
            continue
        start = max(left.start, left.end - _OF_HEADS_MAX_WORDS)
        _add(reading, words[start].start, words[right.end - 1].end, number, whole=True)


def _chunk_of_tokens(reading: Reading, length: int) -> list[int]:
    """Return for every token the number of its noun phrase, -1 if it is in none."""
    out = [-1] * length
    for number, chunk in enumerate(reading.chunks):
        for i in range(reading.words[chunk.start].start, reading.words[chunk.end - 1].end):
            out[i] = number
    return out


def _known(reading: Reading, chunk_at: list[int]) -> None:
    """Add the names of the registry."""
    begins = {start: i for i, start in enumerate(reading.starts)}
    stops = {end: i + 1 for i, end in enumerate(reading.ends)}
    for start, end, entry in registry().find(reading.text):
        first, last = begins.get(start), stops.get(end)
        if first is None or last is None or reading.opens[last - 1] > first:
            continue
        candidate = _add(reading, first, last, chunk_at[first], whole=True)
        if candidate is not None:
            candidate.known = entry.label


def _abbreviated(reading: Reading, chunk_at: list[int]) -> None:
    """Join acronyms with their long forms."""
    if reading.doc._.kg_abbreviations is None:
        return
    for pair in abbreviations_of(reading.doc):
        short = _add(reading, pair.short_start, pair.short_end, chunk_at[pair.short_start], whole=True)
        long = _add(reading, pair.long_start, pair.long_end, chunk_at[pair.long_end - 1], whole=True)
        if short is None or long is None or short is long:
            continue
        if short.partner is None:
            short.short, short.partner = True, long.key
        if long.partner is None:
            long.long, long.partner = True, short.key
