r"""Under what condition a number was reached, as its sentence words it: "with ResNet-50", "at 256 tokens".

A free text beside the few forms of `split`. It never says what the slots of the number say already. All texts
are the Doc's with LaTeX blanked (`extractors.unlatex.plain`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from extractors.lexicon import sections
from extractors.result_words import DOES, Around, owner, splits_in
from kg.metrics import metric_of

Span = tuple[int, int]

_MOST = 3  # conditions of one number
_WORDS = 9  # in a condition, at most
_COUNT = "one|two|three|four|five|six|seven|eight|nine|ten|single"


def _any(section: str) -> str:
    """Return a pattern for any of the words of a section of `data/condition_words.txt`."""
    written = sorted(sections("condition_words")[section], key=lambda word: (-len(word), word))
    return "|".join(word.replace("_", " ").replace("*", r"\w*") for word in written)


_BASED = r"(?:built|based) (?:up)?on|initiali[sz]ed (?:from|with)|starting from"
_TRAINED = r"(?:pre-?|fine-?)?(?:trained|tuned)(?: only| solely| exclusively)? (?:on|with|from|using)"
_OPENING = re.compile(
    rf"\b(?:without using|with|using|via|under|without|given|at|in|on|after|when|for|{_BASED}|{_TRAINED})\b",
    re.I,
)
# "On Llama-3-8B", "on a single GPU"; "On the Llama model, XY reaches 9% on AB".
_RUNS_ON = re.compile(
    rf"(?:[\s-][A-Z]?\d+(?:\.\d+)?B|\b(?:{_any('hardware')}|RTX ?\d+\w*|[AHV]100|Jetson(?: \w+){{0,2}}))$"
)
_MODEL = re.compile(r"\b(?:(?i:models?|backbones?|architectures?|checkpoints?)|\d+(?:\.\d+)?[BM])$")
# "XY on AB attains": the second name is a part of how the method was run.
_DOES = re.compile(
    rf",? (?:\w+ly |can |also ){{0,2}}(?:{DOES}|attain|score|deliver|yield|result)(?:e?s|e?d)?\b"
)
# Where a condition ends at the latest; one with "when" or "without" goes on over prepositions.
_STOP = (
    r"(?<![\d\s])\s*[,:]|[,:](?!\s{0,2}\d{3}(?!\d))|[;()\[\]—]|\. | --?-? | – "
    r"|\b(?:while|whereas|but|yet|which)\b"
)
_CLAUSE_END = re.compile(rf"{_STOP}|\b(?:and|is|are|was|were)\b", re.I)
_CLOSING = re.compile(
    rf"{_STOP}|\b(?:{_any('closing')}|(?:{_any('verbs')})(?!\w*(?:ion|ment)s?\b)\w*"
    r"|and (?:an? |the )?(?=[\d$]|\w+(?:s|ed|ing) )|\w+ing (?=(?:an?|the|all|each|its)\b)"
    r"|setting (?=an? |new ))\b",
    re.I,
)
_TRAIL = re.compile(rf"(?:\s|\b(?:{_any('trailing')})\b)+$", re.I)
# What makes a phrase definite: a quantity, a name, a means.
_QUANTITY = re.compile(rf"\d|\b(?:{_COUNT}|half)\b", re.I)
_NAME = re.compile(r"(?<![\w.])(?:[A-Z][\w.+/-]*[A-Z\d][\w.+/-]*|[a-z]+[A-Z]\w*|[A-Z][a-z]+(?= ))")
_MEANS = re.compile(rf"\b(?:{_any('means')})\b", re.I)
_COUNTED = rf"(?:\d+|{_COUNT}|multi|few)-(?:{_any('counted')})(?: (?:setting|mode|classification|task))?"
_SETTING = re.compile(rf"\b(?:{_any('settings')})$|\b{_COUNTED}\b", re.I)
# "A LLaVA model with our XY".
_COMPARES = re.compile(r"\b(?:compar|replac|combin|contrast|integrat|substitut)\w* (?:an? |the )?$", re.I)
_WITH_OWN = re.compile(r"\b(?P<base>[A-Z][\w.-]*[A-Z\d][\w.-]*)(?:\)| models?)? with (?:our |the proposed )$")
# "84.1% (three-class)", "33.0% IoU (T=1)"; p, n and the like are of statistics.
_ASSIGNED = r"\W{0,2}(?![pnNrRFdt]\b)[A-Za-z] {0,2}=\W{0,2}\d+(?:\.\d+)?\W?"
_BRACKETED = re.compile(rf"[^\s,;()]{{0,3}}(?: [\w@.-]+){{0,2}} \((?P<setting>(?i:{_COUNTED})|{_ASSIGNED})\)")
# "On AB with XY, ...": still the head of the sentence.
_HEAD = re.compile(r"\s*(?:On|In|For|Under|Using|With|Across|At)\b[^,;:]*$|\s*$")
_NAMED_IN_BRACKETS = re.compile(r" \([A-Z][\w.+/-]*\)")
_FACTOR = re.compile(r"\W*\d+(?:\.\d+)?\s*[x×]\W*")
# What may be at so much, and is no outcome: "at a compression rate of 1%".
_KEPT = re.compile(
    r"compress|sampl|mask|prun|spars|drop|noise|false|missing|poison|corrupt|label|retention|budget|coverage|evict",
    re.I,
)
# "With 40% noise", "under a 5% budget", "at a sampling rate of 5%".
_SET = re.compile(
    rf"\d[^\s,;]*(?: %)? (?:of (?:the |its )?)?(?:[\w-]+ ){{0,3}}?(?:{_any('set')})\b"
    rf"|\b(?:{_any('levels')})s? (?:of|=) \W{{0,2}}\d",
    re.I,
)
_NUMBER_LAST = re.compile(r"(?:^|\s)[^\w\s]{0,2}\d[\d.]*\s?%?$")
_GOES_ON = re.compile(r",? (?:and |or )?[^\w\s(]{0,2}\d|, \d")
_PARTICIPLE = re.compile(r" \w+(?:ing|ed)\b")
_TASK = re.compile(r"\btasks?$", re.I)
_ARTICLE = re.compile(r" (?:an?|the) ")
# A p-value is no condition either, nor a year.
_VAGUE = re.compile(rf"\bp ?[<=>]|(?:19|20)\d\d\b|\bCI\b|\b(?:{_any('vague')})\b", re.I)
_LOOSE = re.compile(rf"\b(?:{_any('loose')})\b", re.I)
_SPARES = re.compile(rf" \w*(?:{_any('spares')})\w*", re.I)
_NO_OPENING = re.compile(rf"\b(?:{_any('before')}) $", re.I)
# Numbers of one list, with what each is of: "52.2% win rate and 47.5% recall".
_COORDINATED = re.compile(rf"(?!.*\b(?:{_any('apart')})\b)[^;:()]{{0,60}}", re.I)
_OTHER_CLAUSE = re.compile(
    r";|(?<!that )\b(?:while (?!\w+ing\b)|whereas\b)"
    rf"|\b(?:and|but) (?:\w+ly )?(?:{_any('goes_on')})\w*",
    re.I,
)
# "With A it reaches 1%, and with B 2%"; "surpassing XY with 2%".
_RESTART = re.compile(
    rf"\b(?:and|but|whereas|while|yet) (?:\w+ly |when |only ){{0,2}}"
    rf"(?:with|using|via|under|without|after|when|{_BASED}|{_TRAINED})\b",
    re.I,
)
_RIVAL_HAS = re.compile(
    r"\b(?:outperform|surpass|exceed|beat)\w* [^,;()]{1,40}(?:\(| with | at | of )[^\w]*$", re.I
)
_RIVAL = re.compile(rf"\b(?:{_any('rival')})\b", re.I)
# "A held-out subset of XY", "trained on a 10% subset of XY".
_SUBSET = re.compile(
    r"\b(?P<part>(?:\btrain\w* (?:\w+ly )?(?:on|with) (?:an? |the )?)?(?:[\w%.,-]+ ){0,4}"
    r"(?:subset|portion|fraction|half|subsample|(?:area|level|track|fold|part|phase|season)[ -]\w{1,2})) of"
    r"(?: the| our)? ?$",
    re.I,
)
_SIZE = re.compile(r"\s*(?:at )?\(?\s*(?P<size>\d{2,4}\s*[x×]\s*\d{2,4})(?!\w)")
_LEAD = re.compile(r"(?:.*\b(?:an?|the|our|its|on|in|over|from|of|across|for|to|with|using|and)\s+)?", re.I)


def worded(text: str) -> str:
    """Return a condition as it reads inside a sentence: "With" at the head of one is no other than "with"."""
    opening = _OPENING.match(text)
    apart = opening is not None and text[opening.end() : opening.end() + 1] == " "  # "AT-Net" is a name
    return text[0].lower() + text[1:] if apart else text


def condition(
    around: Around, taken: Sequence[Span], place: Span | None, method: Span | None = None
) -> list[Span]:
    """Return where the conditions of a number stand, in order, at most three.

    Args:
        around: where it stands.
        taken: what no condition may overlap beside claimed numbers: what fills the number's slots, and other
            numbers.
        place: where what it was measured on is named, be it in another sentence.
        method: where its method is named.
    """
    phrases = _phrases(around, taken, place, method)
    found = [*(span for span in phrases if _applies(around, span)), *_bracketed(around)]
    found += [] if method is None else _base(around, taken, method)
    for span in (*_subset(around, place), *_resolution(around, place, taken)) if place else ():
        if not any(a < span[1] and span[0] < b for a, b in found):
            found.append(span)
    return sorted(found)[:_MOST]


def _applies(around: Around, span: Span) -> bool:
    """Whether a condition goes with the number, and not with another one or another clause."""
    start, end = span
    number = around.numbers[around.at][0]
    fronted = _HEAD.match(around.text, around.low, start) is not None
    if start <= number < end:
        return False
    if end <= number and not fronted and _OTHER_CLAUSE.search(around.text, end, number):
        return False
    low, high = (end, number) if end <= number else (around.numbers[around.at][1], start)
    between = around.text[low:high]
    if end <= number and (_RESTART.search(between) or _RIVAL_HAS.search(between)):
        return False
    # What is said of the rival, or as an aside in brackets.
    if end > number and _RIVAL.search(between):
        return False
    inside = around.text.count("(", around.low, start) > around.text.count(")", around.low, start)
    if inside and (")" if end <= number else "(") in between and between.strip() != "(":
        return False
    if around.text.startswith("even ", start - 5):
        start -= 5  # an aside elsewhere, here it belongs to what follows
    return owner(around, start) or _listed(around, start)


def _listed(around: Around, start: int) -> bool:
    """Whether a condition behind some numbers goes with all of them: "52.2% X and 47.5% Y on AB with C"."""
    last = max((i for i, (low, _) in enumerate(around.numbers) if low <= start), default=0)
    return around.at < last and _together(around, last) and owner(replace(around, at=last), start)


def _together(around: Around, last: int) -> bool:
    """Whether the number and those behind it up to `last` stand in one list."""
    gaps = (around.text[around.numbers[i][1] : around.numbers[i + 1][0]] for i in range(around.at, last))
    return all(map(_COORDINATED.fullmatch, gaps))


def _bracketed(around: Around) -> list[Span]:
    """Return the setting in brackets behind the number or the list it is in: "84.1% (three-class)"."""
    for i in range(around.at, len(around.numbers)):
        if found := _BRACKETED.match(around.text, around.numbers[i][1], around.high):
            return [found.span("setting")] if _together(around, i) else []
    return []


def _base(around: Around, taken: Sequence[Span], method: Span) -> list[Span]:
    """Return the model that a method is put to: "LLaVA with our XY reaches 9%"."""
    if not around.low <= method[0] < around.high:
        return []
    base = _WITH_OWN.search(around.text, max(around.low, method[0] - 60), method[0])
    if base is None or _COMPARES.search(around.text, base.start() - 25, base.start()):
        return []
    if any(a < base.end("base") and base.start("base") < b for a, b in taken):
        return []
    return [base.span("base")]


def _subset(around: Around, place: Span) -> Iterator[Span]:
    """Yield what part of its data a number was measured on: "a held-out subset of XY"."""
    if part := _SUBSET.search(around.text, max(0, place[0] - 70), place[0]):
        trained = part["part"].lower().startswith("train")
        lead = None if trained else _LEAD.match(around.text, part.start("part"), part.end("part"))
        yield lead.end() if lead else part.start("part"), part.end("part")


def _resolution(around: Around, place: Span, taken: Sequence[Span]) -> Iterator[Span]:
    """Yield the size of the images of a dataset: "ImageNet 256x256"."""
    size = _SIZE.match(around.text, place[1])
    claimed = [*taken, *around.numbers]
    if size and not any(a < size.end("size") and size.start("size") < b for a, b in claimed):
        yield size.span("size")


def _phrases(
    around: Around, taken: Sequence[Span], place: Span | None, method: Span | None
) -> Iterator[Span]:
    text, high = around.text, around.high
    done = around.low
    for opening in _OPENING.finditer(text, done, high):
        start, opens = opening.span()
        if start < done:
            continue
        word = opening[0].lower()
        closes = _CLAUSE_END if word in ("when", "for", "without") else _CLOSING
        closing = closes.search(text, opens, high)
        end = closing.start() if closing else high
        body = _TRAIL.sub("", text[opens:end].rstrip(". "))
        stop = opens + len(body)
        if not (body.strip() and body[0].isspace()):
            continue  # "on-chip"
        if len(body.split()) > _WORDS or any(a < end and start < b for a, b in taken):
            continue
        claims = any(a < end and start < b for a, b in around.numbers)
        if claims and not (word in ("with", "using", "under", "at") and _sets(word, body)):
            continue
        if _NUMBER_LAST.search(body) and _GOES_ON.match(text, stop):
            continue  # "with 1, 2 and 4 bits"
        if _NO_OPENING.search(text, max(around.low, start - 20), start):
            continue
        fronted = not text[around.low : start].strip(" ,") and text[stop : stop + 1] == ","
        close = _close(around, start, method)
        # Behind a method "on" says where it runs if what the number was measured on stands elsewhere.
        does = close and not _inside(around, place) and _DOES.match(text, stop) is not None
        if word == "on" and not (does or _RUNS_ON.search(body) or (fronted and _MODEL.search(body))):
            continue
        if _says(word, body, fronted=fronted, close=close or _close(around, start, place), set_by=claims):
            named = _NAMED_IN_BRACKETS.match(text, stop)  # "with Mask2Former (Swin-S)"
            done = named.end() if named else stop
            yield start, done


def _close(around: Around, start: int, *spans: Span | None) -> bool:
    """Whether a phrase stands right behind one of some spans, or behind the number inside its brackets."""
    number = around.numbers[around.at]
    inside = around.text[number[0] - 1 : number[0]] == "("
    return any(span and span[1] == start - 1 for span in (*spans, number if inside else None))


def _inside(around: Around, place: Span | None) -> bool:
    """Whether the sentence itself names what the number was measured on."""
    return place is not None and around.low <= place[0] < around.high


def _sets(word: str, body: str) -> bool:
    """Whether a number in a phrase says how something was reached, not what."""
    if _FACTOR.fullmatch(body):
        return True  # "at 8x"
    named = metric_of(re.sub(r" ?(?:of|=).*", "", body).strip())
    return _SET.search(body) is not None and (
        named is None or (word != "with" and _KEPT.search(body) is not None)
    )


def _says(word: str, body: str, *, fronted: bool, close: bool, set_by: bool) -> bool:
    """Whether a phrase says something definite about how a number was reached.

    Args:
        word: what opens it, in lower case.
        body: the rest.
        fronted: the sentence begins with it.
        close: it stands right behind what was measured on, or behind the method.
        set_by: a claimed number in it is known to say how, not what.
    """
    if set_by or (word in ("at", "under") and _sets(word, body)):
        return True
    if _VAGUE.search(body) or splits_in(f"{word}{body}"):
        return False
    if not _QUANTITY.search(body) and metric_of(body.strip()) is not None:
        return False  # "with Hausdorff distances of 2 and 3 mm"
    first = word.split()[0]
    if first == "when":
        return _PARTICIPLE.match(body) is not None and len(body.split()) > 1
    if first == "for":
        return fronted and not _TASK.search(body)
    if first == "without":
        return not _SPARES.match(body)
    if first == "in" and _LOOSE.search(body):
        return False
    if first in ("in", "after"):
        return bool((first == "after" and _QUANTITY.search(body)) or _SETTING.search(body))
    if first == "at":
        return bool(_QUANTITY.search(body))
    if first in ("built", "based", "starting"):
        return fronted or close
    if first == "on" or (first == "with" and close):
        return True
    if first == "under" and " " in _ARTICLE.sub("", body).strip() and not _LOOSE.search(body):
        return True
    return bool(_QUANTITY.search(body) or _NAME.search(body) or _MEANS.search(body))
