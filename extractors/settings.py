"""Conditions of a number that no pattern of its own sentence finds: "zero-shot" in the title, the base model.

Candidates are found once a paper, by form; a small network (`row_heads.py`, fitted by `scripts/fit_rows.py`
to conditions that were annotated number by number) says which hold of which number.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

from spacy.tokens import Doc

from extractors.lexicon import sections
from extractors.result_scenes import Stage
from extractors.result_words import splits_in
from extractors.row_heads import Floats, RowHead, Span, Views
from extractors.unlatex import balanced
from kg.model import Claim, Evidence, Mention, Result

LEAST = 0.5  # probability
_MOST = 3  # settings of one number, the likeliest
_GAP = 2  # characters between title and abstract of a Doc
_FIGURE = re.compile(r"\d[\d.,]*")
_BLANK = re.compile(r"[\s$]+")
_MODEL = re.compile(r"[A-Z].*[A-Z\d]|[a-z][A-Z]|[A-Za-z]-?\d")
_FAMILY = re.compile(r"[a-z]*")
_SIZED = re.compile(r"\db$|net|bert|vit|former|llama|qwen|gpt")
_WORD = re.compile(r"[\w'-]+|[^\s\w]")
_TITLED = re.compile(r"[A-Z][a-z]+(?:[ -][A-Z]?[a-z]+)*")  # "Zero-Shot"
_SKIPPED = frozenset({"the", "a", "an", "only", "just"})
_COMPARES = re.compile(
    r"(?:outperform|surpass|exceed|beat|compar|than|over|versus|vs|against|match|rival|baseline|unlike)\w*",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Setting:
    """What may be a condition.

    Attributes:
        kind: "set" (zero-shot), "amount" (8 steps), "size" (7B, W4A4, K=2), "part" (hard split), "model".
        name: its words, in lower case, blanks squeezed.
        places: where it stands, in Doc characters.
    """

    kind: str
    name: str
    places: tuple[Span, ...]


def _words(section: str) -> str:
    written = sorted(sections("condition_words")[section], key=lambda word: (-len(word), word))
    return "|".join(re.escape(word.lower()).replace("_", " ") for word in written)


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Return the forms of settings, for texts in lower case."""
    words = "one|two|three|four|five|six|seven|eight|nine|ten|single|half"
    many = rf"(?:\$?\d[\d.,]{{0,12}}(?:\$?\\?%|[kmb])?\$?|{words})"
    ends = r"(?![\w-])"
    return (
        ("set", re.compile(rf"(?<![\w-])(?:{_words('anywhere')}|\d+-shot|\d+-way|\d+-step|\d+-fold){ends}")),
        (
            "amount",
            re.compile(
                rf"(?<![\w.,$]){many}[ -](?:of (?:the )?)?(?:(?:{_words('measured_of')}) )*"
                rf"(?:{_words('measured')}){ends}"
            ),
        ),
        (
            "size",
            re.compile(
                r"(?<![\w.-])\d+(?:\.\d+)?[bm](?!\w)|(?<!\w)w\d+a\d+(?:kv\d+)?(?!\w)"
                r"|(?<!\w)(?![np])[a-z] ?= ?\d+(?!\.?\d)"
            ),
        ),
        (
            "part",
            re.compile(
                rf"(?<![\w-])(?:(?:{_words('part')})(?: [\w-]+)? (?:{_words('parts')})"
                rf"|(?:test(?:ing)?|validation|val|dev|development)(?: set| split)?){ends}"
            ),
        ),
    )


def find(layout: Stage) -> list[Setting]:
    """Return what may be a condition of the numbers of a paper, in order of kind and first place."""
    found: dict[tuple[str, str], list[Span]] = {}

    def add(kind: str, span: Span) -> None:
        name = _BLANK.sub(" ", layout.text[slice(*span)].lower()).strip()
        found.setdefault((kind, name), []).append(span)

    # Of the same length, as "İ".lower() is not.
    lower = "".join(low if len(low := char.lower()) == 1 else char for char in layout.text)
    for kind, pattern in _patterns():
        for match in pattern.finditer(lower):
            add(kind, match.span())
    for start, end, label in layout.labels:
        if label in ("Method", "Tool") and _MODEL.search(layout.raw, start, end):
            add("model", (start, end))
    return [Setting(kind, name, tuple(places)) for (kind, name), places in found.items()]


class Settings:
    """The settings of one paper, and what is known of names in it.

    Args:
        doc: the paper, with vectors of its tokens.
        layout: the same, laid out.
        claims: the roles that were judged.
        results: its numbers, all of them.

    Attributes:
        layout: the paper.
        views: vectors of what stands in it.
        found: what may be a condition.
        counts: cues for how much there is in the paper of what may be confused.
    """

    def __init__(self, doc: Doc, layout: Stage, claims: Iterable[Claim], results: Sequence[Result]) -> None:
        self.layout = layout
        self.views = Views(doc)
        self.found = find(layout) if results else []
        self._offset = layout.title_end + _GAP if layout.title_end else 0
        self._lows = [low for low, _ in layout.bounds]
        self._roles: dict[str, set[str]] = {}
        for claim in claims:
            for mention in (claim.name, *claim.aliases):
                self._roles.setdefault(claim.role, set()).add(mention.text.lower())
        self._methods = {result.method.text.lower() for result in results if result.method}
        self._baselines = {result.baseline.text.lower() for result in results if result.baseline}
        kinds = [setting.kind for setting in self.found]
        self._many = {kind: binned(kinds.count(kind), (1, 2, 3, 5)) for kind in kinds}
        places = {layout.raw[a:b] for a, b, label in layout.labels if label in ("Dataset", "Benchmark")}
        self.counts = [
            f"numbers={binned(len(results), (1, 2, 4, 8))}",
            f"places={binned(len(places), (1, 2, 3, 5))}",
            f"models={binned(kinds.count('model'), (0, 1, 2, 4, 8))}",
            f"introduced={binned(len(self._roles.get('introduces', ())), (0, 1, 2, 4))}",
        ]

    def of(self, result: Result, head: RowHead) -> tuple[Result, list[float]]:
        """Return a number with the settings that hold of it, three at most, behind its conditions.

        With it, how likely each other one holds that it does not have.
        """
        cases = list(self.cues(result))
        places = [place for _, place, _ in cases]
        chances = head.probabilities([cues for _, _, cues in cases], self.parts(result, places))
        return self.chosen(result, places, chances.tolist())

    def parts(self, result: Result, places: Sequence[Span]) -> list[Floats]:
        """Describe a number and what may be its settings by vectors."""
        here, views = self.span(result.evidence), self.views
        return [
            views.number(here),
            views.phrases(places),
            views.gaps(here, places),
            views.mean(self.quote(result)),
        ]

    def chosen(
        self, result: Result, places: Sequence[Span], chances: Sequence[float]
    ) -> tuple[Result, list[float]]:
        """Return the same, given where its settings stand and how likely each holds."""
        kept: list[Span] = []
        missing = []
        for chance, (start, end) in sorted(zip(chances, places, strict=True), reverse=True):
            inside = any(start < b and a < end for a, b in kept)
            if chance >= LEAST and not inside and len(kept) < _MOST:
                kept.append((start, end))
            elif not inside:
                missing.append(chance)
        raw = self.layout.raw
        texts = (raw[slice(*balanced(raw, *span))] for span in self._joined(sorted(kept)))
        form = _patterns()[0][1]
        plain = (
            low if form.fullmatch(low := text.lower()) and _TITLED.fullmatch(text) else text for text in texts
        )
        known = [result.condition] if result.condition else []
        return replace(result, condition="; ".join((*known, *plain)) or None), missing

    def _joined(self, spans: Sequence[Span]) -> list[Span]:
        """Make one of settings that stand side by side: "five-fold cross-validation"."""
        out: list[Span] = []
        for start, end in spans:
            if out and self.layout.raw[out[-1][1] : start] in (" ", "-"):
                out[-1] = out[-1][0], end
            else:
                out.append((start, end))
        return out

    def cues(self, result: Result) -> Iterator[tuple[Setting, Span, list[str]]]:
        """Yield each setting that a number may have, the place nearest to the number, and its cues."""
        here, quote = self.span(result.evidence), self.quote(result)
        slots = [m for m in (result.metric, result.on, result.method, result.baseline) if m]
        taken = [here, *map(self.span, slots)]
        said = [m.text.lower() for m in slots if m is not result.baseline]
        known = (result.condition or "").lower()
        for setting in self.found:
            free = [(a, b) for a, b in setting.places if not any(a < d and c < b for c, d in taken)]
            if not free or setting.name in said or setting.name in known or self._split(setting, result):
                continue
            if setting.kind == "model" and (
                self.plays(setting.name, "introduces")
                or any(setting.name in text for text in said)
                or _family(setting.name) in known.split()
            ):
                continue
            near = [(_RANK[self.where(place, here, quote)], abs(place[0] - here[0]), place) for place in free]
            place = min(near)[2]
            yield setting, place, self._cues(setting, place, result)

    def plays(self, name: str, role: str) -> bool:
        """Whether something is said to play a role in the paper."""
        return name.lower() in self._roles.get(role, ())

    def span(self, said: Mention | Evidence) -> Span:
        """Return where a mention stands in the Doc."""
        offset = self._offset if said.field == "abstract" else 0
        if isinstance(said, Evidence):
            return said.mention_start + offset, said.mention_end + offset
        return said.start + offset, said.end + offset

    def quote(self, result: Result) -> Span:
        """Return where the sentence of a number stands in the Doc."""
        evidence = result.evidence
        offset = self._offset if evidence.field == "abstract" else 0
        return evidence.quote_start + offset, evidence.quote_end + offset

    def where(self, place: Span, here: Span, quote: Span) -> str:
        """Say where something stands to a number: in the title, the same sentence, before or after it."""
        if place[0] < self._offset <= here[0]:
            return "title"
        return "same" if quote[0] <= place[0] < quote[1] else "before" if place[0] < quote[0] else "after"

    def _split(self, setting: Setting, result: Result) -> bool:
        """Whether a setting says what the number's split says already."""
        said = (result.split or "").split(", ")
        forms = {form for *_, form in splits_in(setting.name)} or {setting.name}
        return forms <= set(said)

    def _cues(self, setting: Setting, place: Span, result: Result) -> list[str]:
        kind, name, here = setting.kind, setting.name, self.span(result.evidence)
        where = self.where(place, here, self.quote(result))
        text = self.layout.text
        out = [f"k={kind} w={where}", f"k={kind} n={self._many[kind]} w={where}"]
        if kind == "model":
            out += self._name_cues(name, where)
        else:
            word = _FIGURE.sub("N", name)
            head = re.split(r"[ -]", word)[-1]
            out += [f"t={word}", f"t={word} w={where}", f"h={head} k={kind}", f"h={head} k={kind} w={where}"]
        before = [w.lower() for w in _WORD.findall(text, max(0, place[0] - 40), place[0])[-3:]]
        behind = [w.lower() for w in _WORD.findall(text, place[1], place[1] + 40)[:1]]
        near = next((word for word in reversed(before) if word not in _SKIPPED), "^")
        out += [
            f"b={near} k={kind}",
            f"b={near} k={kind} w={where}",
            f"a={behind[0] if behind else '$'} k={kind} w={where}",
        ]
        steps = bisect_right(self._lows, place[0]) - bisect_right(self._lows, here[0])
        out.append(f"d={max(-4, min(4, steps))} k={kind}")
        own = result.method is not None and self.plays(result.method.text, "introduces")
        out += [
            f"subj={result.subject} k={kind} w={where}",
            f"nomethod={result.method is None} k={kind} w={where}",
            f"own={own} k={kind} w={where}",
            f"hascond={result.condition is not None} w={where}",
        ]
        if where == "same":
            side, low, high = ("l", place[1], here[0]) if place[0] < here[0] else ("r", here[1], place[0])
            rival = _COMPARES.search(text, low, high) is not None if low < high else False
            out += [f"side={side} k={kind}", f"cmp={rival} side={side} k={kind}"]
            if _COMPARES.search(
                text, max(self._lows[bisect_right(self._lows, place[0]) - 1], place[0] - 30), place[0]
            ):
                out.append(f"cmpbefore k={kind}")
        if any(a < self._offset <= here[0] for a, _ in setting.places):
            out.append(f"intitle k={kind}")
        return out

    def _name_cues(self, name: str, where: str) -> list[str]:
        return [
            f"family={_family(name)[:5]}",
            f"sized={_SIZED.search(name) is not None} w={where}",
            f"comp={self.plays(name, 'compares')} w={where}",
            f"uses={self.plays(name, 'uses')} w={where}",
            f"othermethod={name in self._methods} w={where}",
            f"base={name in self._baselines} w={where}",
        ]


_RANK: Mapping[str, int] = {"same": 0, "before": 1, "title": 2, "after": 3}


def _family(name: str) -> str:
    """Return the letters with which a name begins: "resnet" of "resnet-50"."""
    found = _FAMILY.match(name)
    return found[0] if found else ""


def binned(size: int, limits: Sequence[int]) -> str:
    """Return the first limit that a size does not exceed, "more" beyond the last."""
    return str(next((limit for limit in limits if size <= limit), "more"))
