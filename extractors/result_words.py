r"""What a number's own sentence says around it: hedge, split, and whose number it is; by lists of patterns.

The lists are `data/hedges.tsv` and `data/splits.tsv`; the patterns of `whose` stand here. All texts are the
Doc's with LaTeX blanked (`extractors.unlatex.plain`), so "$\sim$6%" reads "~6%".
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

from extractors.doc import Quantity
from extractors.units import rows
from kg.model import Subject

_REACH = 60  # how far a hedge or the word that says whose number it is may stand
_LINK = r"(?:[ ,(\[$]|\b(?:an?|the|only|just|even|by|of|to|a further|an additional)\b){0,8}$"
_RIVAL_CLAUSE = r"\b(?:outperform\w*|surpass\w*|exceed\w*|beat\w*|than|over|versus|vs|against|compar\w+)\b"
_OF_RIVAL = re.compile(rf"{_RIVAL_CLAUSE}(?: \S+){{0,2}} ?$", re.I)
# A setting counts where something is measured in it: "on unseen tasks", "zero-shot accuracy".
_MEASURED_IN = re.compile(
    r"\b(?:on|in|under|for|across|over|at|within|to)\b(?: (?!and\b)[^\s,;:()]+){0,4}(?: and)? ?$", re.I
)
_TRAINED_ON = re.compile(r"\btrain(?:ed|ing) (?:\w+ ){0,2}(?:on|with) (?:\w+ ){0,5}$", re.I)
_MEASURED = re.compile(
    r" ?(?:\w+ ){0,2}?(?:accurac\w+|mAP|AP|mIoU|IoU|Dice|F1\S*|AU\w+|recall|precision|success|perplexity"
    r"|error|scores?|performance|improvements?|gains?|results?|evaluation|state-of-the-art|sota|R@\d+|pass@\d+|BLEU|WER|CER|EER|MSE|MAE|RMSE)"
    r"(?![\w-])",
    re.I,
)
_ASIDE = re.compile(r"[;:]|\b(?:while|whereas|but|although|though|even|maintaining|remaining)\b", re.I)
# "Up to 91% SSIM and 31 dB" hedges both.
_SHARED = re.compile(r"\\?%?\$?(?: (?!in\b|on\b|for\b|of\b|at\b)[\w@.-]+){0,2} and (?:an? )?\$?")
_PLUS = re.compile(r"\d%?\+(?!/)")  # "35+ dB"
_AVERAGED = re.compile(r"\W*(?:on average|averaged (?:over|across))\b", re.I)
# "No model exceeds 40%", "all fail to surpass 40%"; "none of them reaches 40%".
_NO_ONE = (
    r"(?<![\w-])(?:no (?:(?!(?:it|we|they|which|that|our|the|and|or|but|its)\b)[\w-]+ ){1,4}"
    r"|none (?:of [^.;,]{1,30} )?)"
)
_NONE_BEYOND = re.compile(
    rf"(?:{_NO_ONE}|\b(?:cannot|can't|never|rarely|hardly|barely|(?:unable|fail\w*|struggl\w*) to) )"
    r"(?:exceed\w*|surpass\w*|above|over|beyond) (?:even |an? )?\W{0,2}$",
    re.I,
)
_NONE_REACHES = re.compile(
    rf"{_NO_ONE}(?:reach|clear|achiev|attain|pass)(?:es|s|ing|ed|e)? (?:even |an? )?\W{{0,2}}$", re.I
)
_COORDINATED = re.compile(r"[ ,;/$()]*(?:and|or|&)?[ ,;/$()]*")
_CUT = re.compile(r"[,;(]|\b(?:and|while|whereas|but|versus|vs)\b", re.I)
# "With XY, reaching 9%" goes on to the number.
_GOES_ON = re.compile(
    r", (?:\w+ly )?(?:achiev|reach|attain|obtain|yield|scor|deliver|result|lead)ing\b", re.I
)
_SIDE = re.compile(
    r"[;:]|\b(?:while|whereas|but|although|though|versus|vs)\b|, (?:compared|against|relative)", re.I
)
THINGS = frozenset(
    {"method", "model", "approach", "framework", "system", "algorithm", "network", "pipeline", "agent"}
    | {"solution", "architecture", "technique", "strategy", "detector", "classifier", "estimator", "policy"}
    | {"submission"}
)
_THING = rf"(?:{'|'.join(sorted(THINGS))}|work|results?)"
DOES = (
    r"(?:achieve|obtain|reach|get|attain|improve|report|gain|reduce|outperform|surpass|set|establish|raise|lower"
    r"|cut|boost|increase|match|demonstrate)"
)
_OWN = re.compile(
    rf"\bwe (?:\w+ly |can |also |further ){{0,2}}{DOES}\w*|\bours\b|\bour (?:\w+[ -]){{0,4}}{_THING}"
    rf"|\bproposed (?:\w+[ -]){{0,3}}{_THING}|\bthis (?:[\w-]+ ){{0,5}}(?:baseline|{_THING})",
    re.I,
)
# Where no other method is named, "the model achieves" and "it reaches" speak of the paper's own.
_OWN_PLAIN = re.compile(
    rf"(?:^|[,;] |\b(?:where|which|that|and) )(?:it|the (?:proposed |resulting |final |trained )?{_THING})"
    rf" (?:\w+ly |can |also |further ){{0,2}}{DOES}\w*"
    rf"|\bit (?:\w+ly |also |further ){{0,2}}{DOES}(?:e?s|e?d)\b",
    re.I,
)
_THIS = re.compile(r"\b(?:this|our)(?: [\w-]+){0,5} $", re.I)  # "this simple baseline" is one's own
_OWN_NAME = re.compile(r"(?:our|ours|we|proposed)\b|.*\bproposed\b", re.I)
_RIVAL_LEFT = re.compile(
    r"(?:compar(?:ed|ison) (?:to|with)|versus|\bvs\.?|against|relative to|as opposed to|rather than"
    r"|instead of|(?<!-)\bthan|\b(?:up|down) from|outperforming|surpassing|exceeding) "
    r"(?:the |only |just |a |an |its ){0,2}(?:[\w/.-]+ ){0,4}?(?:of |at |with |\()?\W{0,3}$",
    re.I,
)
# "fewer than 30%" and "surpassing 0.95" hedge the number, they name no rival.
_BOUND = re.compile(r"\b(?:than|surpassing|exceeding) \W{0,3}$", re.I)
_RIVAL_WHICH = re.compile(
    r"\b(?:outperform|surpass|exceed|beat)\w*\b[^.;]{0,120}?\b(?:which|that) "
    r"(?:had|has|have|achiev\w+|reach\w*|obtain\w*|scor\w+)\b[^,;]{0,60}$",
    re.I,
)
_RIVAL_NOUN = re.compile(
    r"\b(?:baselines?|humans?(?: experts?| annotators?)?|human[ -](?:level )?performance|experts?"
    r"|competitors?|(?:prior|previous|existing|other|state[ -]of[ -]the[ -]art|sota)"
    r" (?:work|art|methods?|models?|approaches|baselines?|best|sota|state[ -]of[ -]the[ -]art)"
    r"|runner-up|second[ -]best|vanilla(?: \S+)?|random (?:guessing|baseline|chance)|chance(?: level)?)"
    r"(?![\w-])",
    re.I,
)
_REACHES = re.compile(
    r"(?:(?:achiev|reach|obtain|attain|scor|yield|perform)(?:es|s|ed|e)?|gets?|shows?|has|is|was|were|at|of)\b",
    re.I,
)
_FOR = re.compile(r"[ )]*(?:for|by|of|from|with|using|in) (?:the |a |an )?(?:\w+[ -]){0,2}?", re.I)


@dataclass(frozen=True, slots=True)
class Around:
    """Where a number stands.

    Attributes:
        text: the Doc's text with LaTeX blanked.
        low, high: its sentence.
        numbers: (start, end) of all claimed numbers of the sentence, in order.
        at: which of them it is.
    """

    text: str
    low: int
    high: int
    numbers: Sequence[tuple[int, int]]
    at: int

    @property
    def left(self) -> str:
        """The sentence before the number."""
        return self.text[self.low : self.numbers[self.at][0]]

    @property
    def right(self) -> str:
        """The sentence behind the number, up to the next one."""
        end = self.numbers[self.at + 1][0] if self.at + 1 < len(self.numbers) else self.high
        return self.text[self.numbers[self.at][1] : max(end, self.numbers[self.at][1])]


def hedge(around: Around) -> str | None:
    """Return how the text qualifies a number, several forms joined by ", "; None where it does not."""
    left = around.left[-_REACH:]
    right = around.right[:_REACH].lstrip(" $}")
    found = {form for side, pattern, form in _hedges() if pattern.search(left if side == "left" else right)}
    if _NONE_BEYOND.search(left):
        found = found - {"more than"} | {"at most"}
    elif _NONE_REACHES.search(left):
        found.add("less than")
    if "up to" not in found and around.at and _SHARED.fullmatch(around.text, *_gap(around)):
        before = hedge(replace(around, at=around.at - 1))
        found |= {"up to"} & set((before or "").split(", "))
    if _PLUS.search(around.text, *around.numbers[around.at]):
        found.add("at least")
    # "On average, X gains 3%" qualifies every number of its sentence.
    if _AVERAGED.match(around.text, around.low, around.high):
        found.add("on average")
    return ", ".join(sorted(found)) or None


def _gap(around: Around) -> tuple[int, int]:
    return around.numbers[around.at - 1][1], around.numbers[around.at][0]


@cache
def _hedges() -> list[tuple[str, re.Pattern[str], str]]:
    out = []
    for side, pattern, form in rows("hedges.tsv"):
        # Signs need no blank before them, "AUROC>0.95", but arrows and tags are none: "->", "<b>".
        before = r"(?:^|(?<![\w-])(?<!=)(?<!/)|(?<=\w)(?<!<\w)(?=[≥≤<>≈]))"
        whole = rf"{before}(?:{pattern}){_LINK}" if side == "left" else rf"^ ?(?:{pattern})"
        out.append((side, re.compile(whole, re.I), form))
    return out


def split(around: Around, place: tuple[int, int] | None = None) -> str | None:
    """Return the parts or settings a number was measured in, sorted and joined by ", "; None if unsaid.

    Args:
        around: where it stands.
        place: where what it was measured on is named, be it in another sentence.
    """
    sentence = around.text[around.low : around.high]
    said = set()
    for (start, end), pattern, form in splits_in(sentence):
        before = sentence[max(0, start - 60) : start]
        # What it learnt from; the setting of what is outdone: "outperforms zero-shot baselines by 5%".
        if _OF_RIVAL.search(before) or _TRAINED_ON.search(before):
            continue
        if not (_measures(pattern) or _MEASURED_IN.search(before) or _MEASURED.match(sentence, end)):
            continue
        if owner(around, around.low + start):
            said.add(form)
    if place is not None and said.isdisjoint(_PARTS):
        said |= _of_place(around.text, place)
    return ", ".join(sorted(said)) or None


def splits_in(text: str) -> list[tuple[tuple[int, int], re.Pattern[str], str]]:
    """Return the parts and settings that a text names: where, by which pattern, in which form."""
    lower = text.lower()
    if not any(stem in lower for stem in _STEMS):
        return []
    found: list[tuple[tuple[int, int], re.Pattern[str], str]] = []
    for pattern, form in _splits():
        for match in pattern.finditer(text):
            low, high = match.span()
            # What an earlier, longer pattern has said is not said again.
            if not any(a < high and low < b for (a, b), _, _ in found):
                found.append(((low, high), pattern, form.replace("#", match[1]) if "#" in form else form))
    return found


def _of_place(text: str, place: tuple[int, int]) -> set[str]:
    """Return the parts that belong to a name: "XY validation set", "the test split of XY".

    What was trained on is no such part.
    """
    low, high = place
    behind = splits_in(text[low : high + 25])
    ahead = splits_in(text[max(0, low - 40) : low])
    found = {form for (start, _), _, form in behind if start <= high - low + 1}
    found |= {form for (_, end), _, form in ahead if _PART_OF.fullmatch(text, max(0, low - 40) + end, low)}
    return (found & _PARTS) - {"train"}


# One of these is in whatever the patterns match; most sentences have none.
_STEMS = (
    *("shot", "test", "val", "dev", "train", "held", "domain", "cross", "subject", "seen", "distrib", "ood"),
    *("leave-one", "external"),
)


# Parts of data, of which a number has one; the other forms are settings.
_PARTS = frozenset(
    {"test", "validation", "train", "held-out", "testmini", "external"}
    | {f"{part}-{kind}" for part in ("test", "dev") for kind in ("clean", "other", "dev", "std")}
)
_PART_OF = re.compile(r" (?:of|from|in) (?:the )?")


@cache
def _splits() -> list[tuple[re.Pattern[str], str]]:
    return [(re.compile(pattern, re.I), form) for pattern, form in rows("splits.tsv")]


def _measures(pattern: re.Pattern[str]) -> bool:
    """Whether a pattern names what is measured, as "test accuracy"."""
    return "accuracy" in pattern.pattern


def owner(around: Around, place: int) -> bool:
    """Say whether a setting named at `place` goes with the number.

    Before all numbers it goes with each; behind the last number of a list with the whole list; else with the
    number before it, unless a comma or "and" parts the two.
    """
    numbers, at = around.numbers, around.at
    if place < numbers[0][0]:
        return ";" not in around.text[place : numbers[at][0]]
    before = max(i for i, (start, _) in enumerate(numbers) if start <= place)
    if before + 1 < len(numbers):
        gap = around.text[numbers[before][1] : place]
        ahead = _GOES_ON.sub("", around.text[place : numbers[before + 1][0]])
        if _CUT.search(gap) and not _CUT.search(ahead):
            return at == before + 1
    if _ASIDE.search(around.text, numbers[before][1], place):
        return False
    if at == before:
        return True
    between = (around.text[numbers[i][1] : numbers[i + 1][0]] for i in range(at, before))
    return at < before and all(_COORDINATED.fullmatch(gap) for gap in between)


def whose(
    around: Around, number: Quantity, method: str | None, main: frozenset[str], compared: frozenset[str]
) -> Subject | None:
    """Return whose number it is, None where that is not clear.

    Args:
        around: where it stands; numbers that are the other end of "4.2 versus 1.8" have been sorted out.
        number: the number; a gain or saving belongs to who makes it, whatever it is compared with.
        method: the method that is linked to it, as written.
        main: names that the paper introduces, in lower case.
        compared: names that it compares itself with, in lower case.
    """
    left = around.left
    clause = left[max((m.end() for m in _SIDE.finditer(left)), default=0) :]
    name = (method or "").lower()
    # A gain is claimed by who makes it, and "87.2% versus 80.5%" begins with one's own.
    may = (
        number.kind == "absolute"
        and number.baseline_value is None
        and number.value_text.strip("$ ")[0] != "+"
    )
    if may and not _BOUND.search(left):
        behind = _FOR.match(around.right)
        if _RIVAL_LEFT.search(left[-_REACH:]) or _RIVAL_WHICH.search(left[-240:]):
            return "rival"
        if behind and _RIVAL_NOUN.match(around.right, behind.end()):
            return "rival"
    if name in main or _OWN_NAME.match(name):
        return "own"
    nouns = (
        [noun for noun in _RIVAL_NOUN.finditer(clause) if not _THIS.search(clause[: noun.start()])]
        if may
        else []
    )
    if may and name in compared:
        return "rival"
    if nouns and _REACHES.match(clause[nouns[-1].end() :].lstrip()):
        return "rival"
    if _OWN.search(clause) or (_nameless(method) and _OWN_PLAIN.search(clause)):
        return "own"
    return "rival" if may and _RIVAL_NOUN.fullmatch(name) else None


def _nameless(method: str | None) -> bool:
    return method is None or method == method.lower()
