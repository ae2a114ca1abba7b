"""Noun phrases without a tagger: what stands between verbs, function words and marks."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

from extractors.lexicon import sections
from extractors.units import rows

# "mAP@0.5:0.95" is one. No possessive quantifiers: nested, they match nothing in Python before 3.11.5.
_WORD = re.compile(r"(?:[^\s,;:()\[\]\"“”!?—→-]|-(?!-)|(?<=\d):(?=\.?\d))+|-{2,}|[,;:()\[\]\"“”!?—→]")

_VERSION = re.compile(r"\d{1,2}(?:\.\d)?|(?:19|20)\d\d")
_WORDS = re.compile(r"[a-z][a-z-]*(?: [a-z][a-z-]*)+")


@dataclass(frozen=True, slots=True)
class Phrase:
    """A noun phrase.

    Attributes:
        spans: offsets of its words in the text.
        words: the words in lower case.
        before: the word or mark right before it, in lower case ("^" at the start).
        after: the word or mark right after it ("$" at the end).
        cut_from: offset where the longer phrase began that it was cut from; -1 where it was not cut.
    """

    spans: tuple[tuple[int, int], ...]
    words: tuple[str, ...]
    before: str
    after: str
    cut_from: int = -1

    @property
    def start(self) -> int:
        """Offset of its first character."""
        return self.spans[0][0]

    @property
    def end(self) -> int:
        """Offset after its last character."""
        return self.spans[-1][1]

    @property
    def opening(self) -> int:
        """Offset where the phrase begins that it was cut from, else where it begins."""
        return self.start if self.cut_from < 0 else self.cut_from

    def part(self, first: int, last: int) -> Phrase:
        """Return its words `[first:last)` as a phrase of their own."""
        before = self.words[first - 1] if first else self.before
        after = self.words[last] if last < len(self.words) else self.after
        return Phrase(self.spans[first:last], self.words[first:last], before, after, self.opening)


def phrases(
    text: str, low: int, high: int, taken: list[tuple[int, int]], *, split_slash: bool = False
) -> list[Phrase]:
    """Return the noun phrases of `text[low:high]`, in order.

    Args:
        text: the text, LaTeX blanked.
        low: start of the sentence.
        high: end of the sentence.
        taken: spans that belong to no phrase (numbers), sorted.
        split_slash: whether "Precision/Recall" is two.
    """
    words = _words(text, low, high, taken)
    terms, first = _set_terms()
    whole = []
    if not first.isdisjoint(word for _, _, word in words):
        whole = [match.span() for match in terms.finditer(text, low, high)]
    if split_slash:
        words = [part for word in words for part in _halves(word)]
    out: list[Phrase] = []
    run: list[tuple[int, int, str]] = []
    before = "^"
    for start, end, word in [*words, (high, high, "$")]:
        while whole and whole[0][1] < end:
            del whole[0]
        inside = bool(whole) and whole[0][0] <= start
        ends = _breaks(word) and not inside and not (run and _version(text, run[-1], start, word))
        if ends or (run and start - run[-1][1] > 3):
            if run:
                out.append(Phrase(tuple((a, b) for a, b, _ in run), tuple(w for *_, w in run), before, word))
                before = run[-1][2]
                run = []
            if ends:
                before = word
                continue
        run.append((start, end, word))
    return out


def _words(text: str, low: int, high: int, taken: list[tuple[int, int]]) -> list[tuple[int, int, str]]:
    out: list[tuple[int, int, str]] = []
    if not taken:
        for match in _WORD.finditer(text, low, high):
            word = match[0]
            word = word.rstrip(".'’*") or word[0]
            start = match.start()
            out.append((start, start + len(word), word.lower()))
        return out
    at = 0
    for match in _WORD.finditer(text, low, high):
        while at < len(taken) and taken[at][1] <= match.start():
            at += 1
        if at < len(taken) and taken[at][0] < match.end():
            # "ICC=0.75", "nDCG@5~0.459": what stands before the number is a word of its own.
            word = text[match.start() : taken[at][0]].rstrip("=~≈:<>≥≤ ")
            if word:
                out.append((match.start(), match.start() + len(word), word.lower()))
            if not out or out[-1][2] != "#":
                out.append((taken[at][0], taken[at][1], "#"))
            continue
        word = match[0].rstrip(".'’*") or match[0][0]
        out.append((match.start(), match.start() + len(word), word.lower()))
    return out


def _halves(word: tuple[int, int, str]) -> list[tuple[int, int, str]]:
    """Cut a word at its one slash, if names stand on both sides."""
    start, end, text = word
    match = re.fullmatch(r"([a-z][^/]+)/([a-z][^/]+)", text)
    if not match:
        return [word]
    middle = start + len(match[1])
    return [(start, middle, match[1]), (middle, middle + 1, "/"), (middle + 1, end, match[2])]


def _version(text: str, last: tuple[int, int, str], start: int, word: str) -> bool:
    """Whether a word belongs to the name before it, as in "Track 1", "RTLLM 2.0" or "SWE-bench Verified"."""
    told = _VERSION.fullmatch(word) is not None or (word == "verified" and text[start] == "V")
    return told and start == last[1] + 1 and text[last[0]].isupper()


@cache
def _set_terms() -> tuple[re.Pattern[str], frozenset[str]]:
    """Names of metrics with a word in them that ends a phrase elsewhere ("intersection over union").

    As a pattern, and their first words, without which nothing need be looked for.
    """
    names = (name.strip().lower() for row in rows("metrics.tsv")[1:] for name in (row[0], *row[1].split("|")))
    terms = {name for name in names if any(map(_breaks, name.split())) and _WORDS.fullmatch(name)}
    written = "|".join(sorted(map(re.escape, terms), key=len, reverse=True))
    return re.compile(rf"\b(?:{written})\b", re.IGNORECASE), frozenset(name.split()[0] for name in terms)


@lru_cache(maxsize=1 << 16)
def _breaks(word: str) -> bool:
    if word in stop_words() or not any(c.isalpha() for c in word):
        return True
    return (
        word.endswith("ly")
        and len(word) > 5
        and word not in ("family", "assembly", "anomaly", "monopoly", "supply")
    )


@cache
def stop_words() -> frozenset[str]:
    """Words at which a phrase ends."""
    data = files("extractors").joinpath("data")
    words: set[str] = set()
    known = sections("numbers_words")
    for name in ("numbers_stopwords.txt", "numbers_verbs.txt"):
        for line in data.joinpath(name).read_text(encoding="utf-8").splitlines():
            if line.startswith("#"):
                continue
            for word in line.split():
                words |= {word} if "stop" in name else _forms(word)
    return frozenset((words | known["irregular"]) - known["nouns"])


def _forms(base: str) -> set[str]:
    stem = base[:-1] if base.endswith("e") else base
    doubled = base + base[-1] if re.search(r"[^aeiou][aeiou][bdgmnprt]$", base) else base
    third = base + ("es" if re.search(r"(?:s|x|ch|sh)$", base) else "s")
    if re.search(r"[^aeiou]y$", base):
        return {base, base[:-1] + "ies", base[:-1] + "ied", base + "ing"}
    return {base, third, stem + "ed", stem + "ing", doubled + "ed", doubled + "ing"}
