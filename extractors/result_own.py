"""Where the paper's own method stands behind a number although another phrase was chosen for its method."""

from __future__ import annotations

import re

from extractors.result_choice import Choice
from extractors.result_scenes import Stage
from extractors.result_words import DOES, THINGS
from kg.model import PaperKind, Subject

_REACH = 300  # characters before the phrase in which its clause is read
_WITH = re.compile(r"\b(?:with|using|powered by|built on) (?:(?:an?|the) (?:\w+ )?)?$", re.I)
_SUBJECT = re.compile(
    r"(?P<whose>\b(?:our|the(?: proposed)?|this) )?(?P<who>[^\s,;:()]+) "
    rf"(?:\w+ly |can |also |further ){{0,2}}{DOES}\w*\b",
    re.I,
)
_OTHER = re.compile(
    r";|\b(?:compar\w+|than|versus|vs|against|while|whereas|but|which|whose|who|prior|previous|existing)\b",
    re.I,
)
_ACTS = re.compile(r",? (?:\w+ )?(?:\w+ing|as)\b")  # "with top models achieving"
# "Applying our method to the QuillNet model", "implementing the proposed framework on AB and CD".
_APPLIES = re.compile(
    r"\b(?:appl|implement|integrat|incorporat|insert|plugg|attach|add|combin)(?:y|ies|ied|ying|ing|s|es|ed)?"
    r" (?P<who>(?:our|the proposed|this|the) (?:[\w-]+ ){0,2}[\w-]+|[^\s,]+)"
    r" (?:in)?(?:to|on|onto|in|within|with) (?:[^,;()]{1,50}(?:,|,? and) )?(?:the |an? )?$",
    re.I,
)
_WORSENS = re.compile(r"[^.;,]{0,12} (?:\w+ly )?(?:reduc|degrad|drop|lower|decreas|cut|fool)\w*", re.I)
# "Our method improves the performance of a QuillNet".
_IMPROVES = re.compile(
    r"\b(?:our|the proposed) (?:[\w-]+ ){1,2}(?:improv|boost|enhanc|rais|lift)\w+ (?:the )?(?:\w+ )?"
    r"(?:performance|accuracy|results?) of (?:an? |the )?$",
    re.I,
)
_COMMA = re.compile(r",\s+(?:(?:our|the|proposed) ){0,2}")
_ACHIEVES = re.compile(
    rf"(?: \([^)]*\))?,? (?:\w+ly |can |also |further ){{0,2}}(?:{DOES}|attain|score|deliver|yield)\w*\b",
    re.I,
)
# "Raising the accuracy of QuillNet from 55% to 73%": QuillNet is what was worked on.
_LIFTS = re.compile(
    r"(?:(?P<who>[^\s,;:()]+) )?(?:\w+ly |can |also |further ){0,2}"
    r"\b(?:improv|boost|rais|lift|enhanc|increas|elevat|push)\w* (?:the )?(?:[\w@.+-]+ ){0,5}?"
    r"(?:(?:of|for) )?(?:(?:the|an?) )?$",
    re.I,
)
_TO = re.compile(
    r"(?:['’]s?)?(?: (?!and\b|which\b|while\b)[^\s;,()]+){0,8}? (?:from\b[^;()]{1,30}?\bto|to)"
    r"(?: \w+){0,2} ?\W{0,3}"
)
_OF_OTHERS = ("analysis", "resource", "survey", "position")
_NAME = re.compile(r"[A-Z].*[A-Z\d]|[a-z][A-Z]|[A-Za-z]-?\d")
_LACKS = re.compile(r"^(?:w/o|without|non-|no )|\b(?:teacher|predecessor|before|prior|previous)\b", re.I)
_UPON = re.compile(r" (?:trained )?(?:on|of|with|from|using|over)(?: top of)? (?:the |our )?", re.I)


def or_main(layout: Stage, at: int, method: Choice) -> Choice:
    """Return the paper's method where the text has it run with what was chosen: "9% with a ResNet-50".

    Args:
        layout: the paper.
        at: which of its sentences the number is in.
        method: what was chosen.
    """
    start, end, sure = method
    low, high = layout.bounds[at]
    text = layout.text
    if layout.main is None or not low <= start < high or text[start:end].lower() in layout.introduced:
        return method
    low = max(low, start - _REACH)
    joined = _WITH.search(text, max(low, start - 28), start)
    if joined is None or _ACTS.match(text, end):
        return method
    # "XY, powered by a ResNet-50, reaches 9%".
    before = text[low : joined.start()].rstrip(" ,(").lower()
    if any(re.search(rf"(?<!\w){re.escape(name)}$", before) for name in layout.main_forms):
        return (*layout.main, sure)
    for subject in _SUBJECT.finditer(text, low, start):
        who = subject["who"].lower()
        # "The system reaches 9% with rule-only disambiguation."
        plain = subject["whose"] is not None and who in THINGS and text[start:end].islower()
        if who in ("it", "we") or plain or who in layout.main_forms:
            return method if _OTHER.search(text, subject.start(), start) else (*layout.main, sure)
    return method


def who_acts(layout: Stage, method: Choice, place: Choice | None, number: int) -> Choice | None:
    """Return the method of a number, None where what was chosen is where it was measured.

    "On the part AB of CD, XY reaches 9%", "with the fewest parameters, XY reaches 9%": XY, whatever stands
    before the comma.

    Args:
        layout: the paper.
        method: what was chosen.
        place: what the number was measured on.
        number: where the number begins.
    """
    start, end, sure = method
    text = layout.text
    chosen = text[start:end].lower()
    if chosen in layout.introduced:
        return method
    comma = _COMMA.match(text, end)
    if comma and comma.end() < number:
        behind = text[comma.end() : comma.end() + _REACH].lower()
        for form in sorted(layout.introduced):
            if behind.startswith(form) and _ACHIEVES.match(behind, len(form)):
                return comma.end(), comma.end() + len(form), sure
    if place is None or layout.label_at(start, end) in ("Method", "Tool"):
        return method
    where = re.escape(text[place[0] : place[1]].lower())
    return None if re.search(rf"(?<![\w-]){where}$", chosen) else method


def lifted(layout: Stage, at: int, method: Choice, number: int) -> bool:
    """Whether what was chosen is what a method worked on: "boosting QuillNet from 55% to 73%".

    Args:
        layout: the paper.
        at: which of its sentences the number is in.
        method: what was chosen.
        number: where the number begins.
    """
    start, end, _ = method
    low, high = layout.bounds[at]
    if not low <= start < end <= number < high or layout.text[start:end].lower() in layout.introduced:
        return False
    if _TO.fullmatch(layout.text, end, number) is None:
        return False
    verb = _LIFTS.search(layout.text, max(low, start - _REACH), start)
    if verb is None:
        return False
    who = verb["who"] or ""
    return _NAME.search(who) is None or who.lower() in layout.introduced


def applied_to(layout: Stage, at: int, method: Choice) -> bool:
    """Whether the paper's own method is applied to what was chosen: "applying our method to XY yields 9%".

    Args:
        layout: the paper.
        at: which of its sentences the number is in.
        method: what was chosen.
    """
    low, high = layout.bounds[at]
    if not low <= method[0] < high or layout.label_at(*method[:2]) in ("Dataset", "Benchmark", "Task"):
        return False
    if _WORSENS.match(layout.text, method[1]):
        return False  # an attack: the number is of what it was applied to
    low = max(low, method[0] - _REACH)
    if _IMPROVES.search(layout.text, low, method[0]):
        return True
    found = _APPLIES.search(layout.text, low, method[0])
    who = found["who"].lower() if found else ""
    thing = who.rsplit(" ", 1)[-1]
    own = who.startswith(("our ", "the proposed ")) or (who.startswith("this ") and thing in THINGS)
    return own or who in layout.main_forms


def by_name(layout: Stage, method: Choice, kind: PaperKind | None) -> Subject | None:
    """Return whose method it is, by its name alone: "full XY" is the paper's, "GPT-4" in a benchmark's not.

    Args:
        layout: the paper.
        method: what was chosen.
        kind: of the paper.
    """
    text = layout.raw[method[0] : method[1]]
    lower = text.lower()
    if upon_own(layout, method) or (
        not _LACKS.search(text)
        and any(re.search(rf"(?<![\w-]){re.escape(form)}(?!\w|['’]s)", lower) for form in layout.introduced)
    ):
        return "own"
    if layout.main is None and kind in _OF_OTHERS and _NAME.search(text):
        return "rival"
    return None


def upon_own(layout: Stage, method: Choice) -> bool:
    """Whether a method without a name works on the paper's own: "a linear classifier on XY features"."""
    start, end, _ = method
    upon = _UPON.match(layout.text, end)
    if upon is None or layout.raw[start:end].lower() != layout.raw[start:end]:
        return False
    behind = layout.text[upon.end() : upon.end() + 80].lower()
    return any(
        behind.startswith(name) and not behind[len(name) :][:1].isalnum() for name in layout.main_forms
    )
