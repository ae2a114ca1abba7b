"""What can be seen of a candidate without understanding it: cue words, neighbours, form, place, repetition.

A feature is a short readable text such as `lead=mitigate` (the verb that governs the list it is in) or
`head=forgetting`; `data/weights.tsv` says what each speaks for.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from extractors.candidates import Candidate, Reading
from extractors.chunks import Word
from extractors.lexicon import sections, singular

_LIST = frozenset((",", "and", "or", "&", ";", "as", "well"))
_REACH = 10


@dataclass(slots=True)
class _Sentence:
    """A sentence's words that say something: (word number, word)."""

    cues: list[tuple[int, str]]
    position: str


def annotate(reading: Reading) -> None:
    """Set `features` of every candidate of a reading."""
    contexts = _contexts(reading)
    title_words = {word.lower for word in reading.words[: reading.title_words] if word.alpha}
    kind = [
        f"kind={cue}"
        for cue in ("benchmark", "dataset", "survey", "review", "study", "attack")
        if cue in title_words
    ]
    for candidate in reading.candidates.values():
        seen = candidate.features
        shape = _form(reading, candidate, seen)
        seen.update(kind)
        whole = sentences = 0
        last = -1
        for place in candidate.places:
            if place.chunk >= 0:
                context = contexts[place.chunk]
                whole += place.whole
                number = reading.words[reading.chunks[place.chunk].start].sentence
                if number != last:
                    sentences, last = sentences + 1, number
                if place.whole:
                    seen.update(context)
                    seen.update([f"{c}&{shape}" for c in context[:6]])
                else:
                    seen.update(context[6:])
                    seen.update([f"part:{c}" for c in context[:4]])
        if candidate.known and _cued(seen):
            seen.update((f"cued={candidate.known}", f"new&{shape}"))
        else:
            seen.add(f"known={candidate.known}" if candidate.known else f"new&{shape}")
        seen.add(f"times={min(sentences, 5)}")
        seen.add(f"times={min(sentences, 5)}&{shape}")
        seen.add(f"whole={min(whole, 4)}")
        first = candidate.places[0].chunk
        if first >= 0:
            seen.add(f"first:{contexts[first][-1]}")
        if "at=title" in seen:
            seen.add(f"title&{shape}")
            seen.add(f"title&times={min(sentences, 4)}&{shape}")


_INTRODUCING = frozenset(
    f"lead={verb}{end}"
    for verb in ("propose", "introduce", "present", "develop", "name", "term", "dub", "call")
    for end in ("", "s", "d", "ed", "bed")
)


def _cued(seen: set[str]) -> bool:
    """Whether the text seems to introduce the name: after "we propose", or before a title's colon.

    What everybody knows today was introduced by somebody once, so a known name is judged apart there.
    """
    return not seen.isdisjoint(_INTRODUCING) or ("at=title" in seen and "next=:" in seen)


def _form(reading: Reading, candidate: Candidate, seen: set[str]) -> str:
    """Add what the name itself looks like; returns its shape."""
    text = reading.written(candidate.places[0])
    pieces = candidate.key
    head = pieces[-1]
    size = min(len(text.split()), 4)
    shape = shape_of(text)
    seen.update((f"shape={shape}", f"size={size}", f"head={head}", f"tail={head[-3:]}", f"from={pieces[0]}"))
    if len(pieces) > 1:
        seen.add(f"last2={pieces[-2]} {head}")
        seen.update([f"has={piece}" for piece in pieces[:-1]])
    if candidate.short or candidate.long:
        seen.add("short" if candidate.short else "long")
    elif "(" in text:
        seen.add("paren")
    low = text.casefold()
    if "bench" in low and shape == "coined":
        seen.add("bench")
    return shape


@lru_cache(maxsize=65536)
def shape_of(text: str) -> str:
    """Class a name by its letters: coined, caps (ABC), title (Two Words), mixed, number, lower."""
    parts = text.split()
    if any(_inner_capital(part) for part in parts):
        return "caps" if len(parts) == 1 and parts[0].isupper() else "coined"
    if any(c.isdigit() for part in parts for c in part) and parts[0][:1].isupper():
        return "coined"
    upper = sum(part[:1].isupper() for part in parts)
    if upper == len(parts):
        return "title" if len(parts) > 1 else "cap"
    return "mixed" if upper else "lower"


@lru_cache(maxsize=65536)
def _inner_capital(text: str) -> bool:
    """Whether a capital stands inside a word, hyphens apart: "iCaRL", not "Low-Rank"."""
    return any(c.isupper() for p in text.split("-") for c in p[1:])


def _contexts(reading: Reading) -> list[list[str]]:
    """Return the features of the surroundings of each noun phrase."""
    words, chunks = reading.words, reading.chunks
    closed = sections("edges")["closed"]
    sentences = _sentences(reading, closed)
    lead = _leads(reading)
    out: list[list[str]] = []
    for number, chunk in enumerate(chunks):
        sentence = sentences[words[chunk.start].sentence]
        at, listed = lead[number]
        before = words[at].lower if at >= 0 and words[at].sentence == words[chunk.start].sentence else "^"
        two = "^"
        if before != "^" and at >= 1 and words[at - 1].sentence == words[at].sentence:
            two = words[at - 1].lower
        verb, _ = _governor(sentence.cues, at)
        after = _after(words, chunk.end)
        nxt, nxt2 = (
            _word(words, after, words[chunk.start].sentence),
            _word(words, after + 1, words[chunk.start].sentence),
        )
        following = _following(sentence.cues, after)
        features = [
            f"prev={before}",
            f"prev2={two} {before}",
            f"lead={verb}",
            f"next={nxt}",
            f"next2={nxt} {nxt2}",
            f"then={following}",
        ]
        if listed:
            features.append("listed")
        if chunk.start < reading.title_words:
            zone = _zone(words, chunk.start)
            features += [f"zone={zone}", "at=title"]
            out.append(features)
            continue
        features += [f"cue<{cue}" for i, cue in sentence.cues if i < chunk.start]
        features += [f"cue>{cue}" for i, cue in sentence.cues if i >= chunk.end]
        features.append(f"at={sentence.position}")
        out.append(features)
    return out


def _sentences(reading: Reading, closed: frozenset[str]) -> list[_Sentence]:
    """Return the cue words of every sentence."""
    total = reading.words[-1].sentence + 1 if reading.words else 0
    titled = 1 if reading.title_words else 0
    out = [_Sentence([], "") for _ in range(total)]
    for i, word in enumerate(reading.words):
        if word.breaks and word.alpha and (word.lower not in closed or word.lower in {"we", "our", "this"}):
            out[word.sentence].cues.append((i, word.lower))
    for number, sentence in enumerate(out):
        from_end = total - 1 - number
        sentence.position = (
            "title" if titled and number == 0
            else f"s{number - titled}" if number - titled < 3
            else f"e{from_end}" if from_end < 2
            else "mid"
        )  # fmt: skip
    return out


def _leads(reading: Reading) -> list[tuple[int, bool]]:
    """Return for each noun phrase the word before the list it is in, and whether it is in a list."""
    words, chunks = reading.words, reading.chunks
    out: list[tuple[int, bool]] = []
    for number, chunk in enumerate(chunks):
        at = chunk.start - 1
        back = at
        while back >= 0 and back > at - 4 and words[back].lower in _LIST:
            back -= 1
        closing = back >= 0 and words[back].text == ")"
        if closing:
            back -= 1
        previous = chunks[number - 1] if number else None
        if previous is not None and at >= 0:
            if words[at].text == "(" and previous.end == at:
                out.append(out[number - 1])
                continue
            if (
                (back < at or closing)
                and previous.end - 1 == back
                and words[back].sentence == words[chunk.start].sentence
            ):
                out.append((out[number - 1][0], True))
                continue
        while at >= 0 and words[at].lower in {"the", "a", "an", '"', "“", "'", "``", "‘", "\\", "$"}:
            at -= 1
        out.append((at, False))
    return out


def _governor(cues: list[tuple[int, str]], at: int) -> tuple[str, int]:
    """Return the nearest cue word at or before word `at`."""
    found = ("-", -1)
    for i, cue in cues:
        if i > at:
            break
        if at - i <= _REACH:
            found = (cue, i)
    return found


def _following(cues: list[tuple[int, str]], after: int) -> str:
    """Return the nearest cue word from word `after` on."""
    for i, cue in cues:
        if i >= after:
            return cue if i - after <= _REACH else "-"
    return "-"


def _after(words: list[Word], end: int) -> int:
    """Return the word after a noun phrase and the acronym in parentheses that may follow it."""
    if end + 2 < len(words) and words[end].text == "(" and words[end + 2].text == ")":
        return end + 3
    return end


def _word(words: list[Word], i: int, sentence: int) -> str:
    """Return a word in lower case, "$" where the sentence is over."""
    if i >= len(words) or words[i].sentence != sentence:
        return "$"
    return singular(words[i].lower)


def _zone(words: list[Word], start: int) -> str:
    """Say where in the title a phrase stands: before or after the colon, or after which small word."""
    colon = any(words[i].text in {":", "-", "—", "–"} for i in range(start))
    for i in range(start - 1, -1, -1):
        if words[i].breaks:
            return ("after " if colon else "") + words[i].lower
    return "start"
