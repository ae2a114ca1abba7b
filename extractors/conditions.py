r"""Under what condition a number was reached, as its sentence words it: "with ResNet-50", "at 256 tokens".

A free text beside the few forms of `split`. It never says what the slots of the number say already. All texts
are the Doc's with LaTeX blanked (`extractors.unlatex.plain`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from extractors.result_words import Around, owner, splits_in
from kg.metrics import metric_of

Span = tuple[int, int]

_MOST = 3  # conditions of one number
_WORDS = 9  # in a condition, at most
OPENING = re.compile(r"\b(?:without using|with|using|via|under|without|given|at|in|after|when|for)\b", re.I)
_STOP = r"(?<![\d\s])\s*[,:]|[,:](?!\s{0,2}\d{3}(?!\d))|[;()\[\]—]|\. |\b(?:while|whereas|but|which)\b"
# Where such a phrase ends at the latest; one with "when" or "without" goes on over prepositions.
_CLAUSE_END = re.compile(rf"{_STOP}|\b(?:and|is|are|was|were)\b", re.I)
_CLOSING = re.compile(
    rf"{_STOP}|\b(?:that|who|where|than|compared|against|it|we|they|this|versus|vs|respectively"
    r"|and (?:an? |the )?(?=[\d$]|\w+(?:s|ed|ing) )|thereby|thus|hence|\w+ing (?=(?:an?|the|all|each|its)\b)"
    r"|(?:outperform|surpass|exceed|beat|achiev|reach|obtain|attain|yield|improv|demonstrat|show|establish"
    r"|represent|indicat|maintain|requir|mark|enabl|match|highlight|underscor|suggest|reveal|eliminat|allow"
    r"|retain|preserv|leav)(?!\w*(?:ion|ment)s?\b)\w*|setting (?=an? |new )"
    r"|is|are|was|were|has|have|can|with|using|via|under|without|at|on|for|across|by|from|over)\b",
    re.I,
)
_TRAIL = re.compile(
    r"(?:\s|\b(?:guided|combined|released|trained|conditioned|and|or|of|the|an?|only|just|even|in|to|as|on|both"
    r"|its|their|also|further)\b)+$",
    re.I,
)
_QUANTITY = re.compile(r"\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|single|half)\b", re.I)
_NAME = re.compile(r"(?<![\w.])(?:[A-Z][\w.+/-]*[A-Z\d][\w.+/-]*|[a-z]+[A-Z]\w*|[A-Z][a-z]+(?= ))")
_MEANS = re.compile(
    r"\b(?:tools?|fine-?tuning|(?:pre-?)?training|supervision|supervised|labels?|feedback|search|annotations?"
    r"|ensembl\w+|augmentation|retrieval|prompting|prompts?|demonstrations?|guidance|reasoning|thinking|noise"
    r"|attacks?|budget|backbones?|features|probe|probing|constraints?|evaluation|protocol|transfer|shift"
    r"|conditions?|settings?|regime|scenarios?|mode)\b",
    re.I,
)
_SETTING = re.compile(
    r"\b(?:settings?|mode|regime|scenarios?|conditions?|protocol|configuration)$"
    r"|\b\w+-(?:step|stage|way|epoch)\b",
    re.I,
)
_PARTICIPLE = re.compile(r" \w+(?:ing|ed)\b")
# Praise, gains and metrics are no conditions, nor is what the slots say; a p-value is not one either.
_VAGUE = re.compile(
    r"\bp ?[<=>]|(?:19|20)\d\d\b|\bCI\b"
    r"|\b(?:confidence interval|standard deviation|std|cost|our|ours|proposed|this|these|respect|regard"
    r"|negligible|minimal|minor|comparable"
    r"|significant\w*|substantial\w*|improvements?|gains?|more|fewer|less|lower|higher|faster|better"
    r"|competitive|strong|robust|high|low|good|reductions?|increases?|decreases?|drops?|degradation|loss of"
    r"|averages?|example|instance|particular|general|addition|contrast|comparison|terms|total|most|all|both"
    r"|state-of-the-art|sota|which|real[ -]time|datasets?|benchmarks?|accuracy|precision|practice"
    r"|only slight\w*|up to|least|success\w*|values?|scores?|rates?)\b",
    re.I,
)
_SPARES = re.compile(
    r" \w*(?:sacrific|compromis|degrad|hurt|affect|harm|los|impair|need|chang|incurr|introduc)\w*", re.I
)
# "Compared with", "in under 3 s".
_NO_OPENING = re.compile(
    r"\b(?:compar\w+|commensurate|along|together|associat\w+|consistent|competitive|deal\w*|align\w*|agree\w*"
    r"|overlap\w*|seamlessly|interfac\w+|correlat\w+|equipped|interact\w*|conversations?|collaboration|in) $",
    re.I,
)
_OTHER_CLAUSE = re.compile(
    r";|\b(?:and|but|while|whereas) (?:\w+ly )?(?:achiev|reach|obtain|attain|improv|outperform|yield|gain"
    r"|reduc|deliver|get|scor|set|increas|surpass)\w*",
    re.I,
)
_RIVAL = re.compile(
    r"\b(?:outperform|surpass|exceed|beat|compar)\w*|\b(?:than|over|versus|vs|against)\b", re.I
)
_SUBSET = re.compile(
    r"\b(?P<part>(?:[\w%.,-]+ ){0,4}(?:subset|portion|fraction|half|subsample)) of(?: the| our)? ?$", re.I
)
_SIZE = re.compile(r"\s*(?:at )?\(?\s*(?P<size>\d{2,4}\s*[x×]\s*\d{2,4})(?!\w)")
_LEAD = re.compile(r"(?:.*\b(?:an?|the|our|its|on|in|over|from|of|across|for|to|with|using|and)\s+)?", re.I)


def condition(around: Around, taken: Sequence[Span], place: Span | None) -> list[Span]:
    """Return where the conditions of a number stand, in order, at most three.

    Args:
        around: where it stands.
        taken: what no condition may overlap: numbers, and the phrases that fill the number's slots.
        place: where what it was measured on is named, be it in another sentence.
    """
    found = [span for span in _phrases(around, taken) if _applies(around, span)]
    for span in (*_subset(around, place), *_resolution(around, place, taken)) if place else ():
        if not any(a < span[1] and span[0] < b for a, b in found):
            found.append(span)
    return sorted(found)[:_MOST]


def _applies(around: Around, span: Span) -> bool:
    """Whether a condition goes with the number, and not with another one or another clause."""
    start, end = span
    number = around.numbers[around.at][0]
    fronted = not around.text[around.low : start].strip()
    if end <= number and not fronted and _OTHER_CLAUSE.search(around.text, end, number):
        return False
    low, high = (end, number) if end <= number else (around.numbers[around.at][1], start)
    between = around.text[low:high]
    # What is said of the rival, or as an aside in brackets.
    if end > number and _RIVAL.search(between):
        return False
    inside = around.text.count("(", around.low, start) > around.text.count(")", around.low, start)
    if inside and (")" if end <= number else "(") in between and between.strip() != "(":
        return False
    return owner(around, start)


def _subset(around: Around, place: Span) -> Iterator[Span]:
    """Yield what part of its data a number was measured on: "a held-out subset of XY"."""
    if part := _SUBSET.search(around.text, max(0, place[0] - 70), place[0]):
        lead = _LEAD.match(around.text, part.start("part"), part.end("part"))
        yield lead.end() if lead else part.start("part"), part.end("part")


def _resolution(around: Around, place: Span, taken: Sequence[Span]) -> Iterator[Span]:
    """Yield the size of the images of a dataset: "ImageNet 256x256"."""
    size = _SIZE.match(around.text, place[1])
    if size and not any(a < size.end("size") and size.start("size") < b for a, b in taken):
        yield size.span("size")


def _phrases(around: Around, taken: Sequence[Span]) -> Iterator[Span]:
    text, high = around.text, around.high
    done = around.low
    for opening in OPENING.finditer(text, around.low, high):
        if opening.start() < done:
            continue
        closes = _CLAUSE_END if opening[0].lower() in ("when", "for", "without") else _CLOSING
        closing = closes.search(text, opening.end(), high)
        end = closing.start() if closing else high
        body = _TRAIL.sub("", text[opening.end() : end].rstrip(". "))
        start, stop = opening.start(), opening.end() + len(body)
        if not body.strip() or len(body.split()) > _WORDS or any(a < end and start < b for a, b in taken):
            continue
        if _NO_OPENING.search(text, max(around.low, start - 20), start):
            continue
        fronted = not text[around.low : start].strip(" ,") and text[stop : stop + 1] == ","
        if _says(opening[0].lower(), body, fronted):
            done = stop
            yield start, stop


def _says(word: str, body: str, fronted: bool) -> bool:
    """Whether a phrase says something definite about how a number was reached."""
    if _VAGUE.search(body) or splits_in(f"{word}{body}"):
        return False
    if not _QUANTITY.search(body) and metric_of(body.strip()) is not None:
        return False  # "with Hausdorff distances of 2 and 3 mm"
    if word == "when":
        return _PARTICIPLE.match(body) is not None and len(body.split()) > 1
    if word == "for":
        return fronted
    if word == "without":
        return not _SPARES.match(body)
    if word in ("in", "after"):
        return bool((word == "after" and _QUANTITY.search(body)) or _SETTING.search(body))
    if word == "at":
        return bool(_QUANTITY.search(body))
    return bool(_QUANTITY.search(body) or _NAME.search(body) or _MEANS.search(body))
