"""Which claimed numbers may stand in a leaderboard, and what keeps the others out.

A leaderboard sets numbers of many papers side by side, so a row that is wrong misleads more than one that is
missing. Every reason is a property of the Result, and a question that ranks says it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise, takewhile

from kg.graph.figures import last_place
from kg.graph.stated import BOUNDS, Stated, is_range
from kg.metrics import Metric, is_vague
from kg.model import Mention, Paper, Result

_CLOSE = 3  # characters
SURE = 0.7  # every link of a number must be at least so probable
TRUSTED = 0.5  # what is likelier not right as a whole is not ranked
_NO_SCORE = {
    "improvement": "a gain, not a score",
    "reduction": "a saving, not a score",
    "ratio": "a ratio, not a score",
}
_CHANGE = r"(?:improvement|gain|increase|boost|degradation|drop|decline|loss|decrease|reduction)(?:e?s)?"
_REACHED = r"(?:to|reach\w*|achiev\w*|attain\w*|obtain\w*)"
_SAME = r"(?:\.\d|[^.;:])"  # still the same clause
# "2% accuracy degradation"; "improvements in BLEU-4 (0.47%) and METEOR (0.17%)", "gain of around 1.0%";
# "sacrificing only 0.9%"; "8.4% higher on X, 2.5% on Y".
_CHANGES_AFTER = re.compile(
    rf"[\s)]*(?:(?:[\w-]+ ){{0,2}}{_CHANGE}|(?:higher|lower|better|worse|greater|fewer|less)\b)\b"
    r"|[\s~}$\\%]*(?:[↑↓]|\\(?:up|down)arrow)[^()\w]{0,6}\)|[\s)]*relative\b",
    re.I,
)
_CHANGES_BEFORE = re.compile(
    rf"\b{_CHANGE} (?:in|of|on)\b(?:(?!\b{_REACHED}\b){_SAME}){{0,90}}$"
    rf"|\b(?:sacrific\w*|giv\w* up|forgo\w*|los(?:es|ing)) (?:\w+ ){{0,2}}$"
    rf"|\blag(?:s|ged|ging)? (?:\w+ )?behind\b(?:(?!\b{_REACHED}\b)[^,;.]){{0,60}}$"
    r"|\d[ \\%$]{0,4} (?:higher|lower|better|worse|more|less|fewer)\b"
    rf"(?:(?!\b{_REACHED}\b){_SAME}){{0,60}}$",
    re.I,
)
_COMPARED = (
    r"\b(?:outperform\w*|surpass\w*|exceed\w*|beat\w*|compared (?:to|with)|than|over|versus|vs|against)\b"
)
# "outperforming a larger U-Net (14M parameters, F1 = 0.589)", "over Evolution's FID of 40.36": the other's.
_BESIDE_A_RIVAL = re.compile(
    rf"{_COMPARED}[^;()]*\([^()]*$|{_COMPARED} (?:(?!(?:by|with|at|{_REACHED}) )[^\s;(]+ ){{1,5}}$", re.I
)
_BY_ANOTHER = re.compile(r" by (?:the )?(?=[A-Z])")
_MODIFIER = re.compile(r"\d-[a-z]+$")  # "48-hour" prediction errors
_SIGNED = re.compile(r"[\s$]*[+−]")  # "+0.71" over another's; a minus may be a score's
_COUNT = re.compile(r"\b(?:out )?of\b")  # "8 out of 9" of the comparisons
# "It improves answers in 87% of questions", "in 80% of AB and 87% of XY questions": how often, not how well.
_OFTEN_BEFORE = re.compile(
    r"(?<!results )(?<!result )(?<!resulting )\b(?:in|on|for)\b(?: \w+){0,2} [^\s\w]*$"
)
_OFTEN_AFTER = re.compile(r"[\s$}\\%]*of\b")
# "Retains 91% of full-cache accuracy on AB and 71% on XY", "92.5% of the cloud-only success rate".
_KEEPS = re.compile(
    r"\b(?:retain|preserv|recover|maintain|keep)\w* (?:[\w~>≥]+ ){0,2}[^\s\w]*\d[\d.\\%$]* ?%? of\b"
    r"(?:(?!\b(?:achiev|reach|attain|obtain|yield))[^.;()])*$",
    re.I,
)
_OF_SCORE = re.compile(r"[\s$}\\%]*of (?:the |its |their )?(?:[\w'’-]+ ){1,4}$")
_OF_WHOSE = re.compile(r"[\s$}\\%]*of (?:the )?(?:[\w.-]+ ){0,3}[\w.-]+['’]s? ")  # "98% of FooNet's accuracy"
# "A log-linear law ($R^2 = 0.86$)": how well a curve fits.
_SQUARED = re.compile(r"\$?R[\s$^{(]{0,3}(?:2|²)|R-squared|coefficient of determination", re.I)
_FIT = re.compile(
    rf"\b(?:law|fit|correlation|relationship|trend)s?\b(?:(?!\b{_REACHED}\b)[^.;]){{0,40}}$", re.I
)
_OF_PLACE = re.compile(r"[\s$}\\%]*of (?:all |the ){0,2}")
# "Inter-annotator agreement reaches 82%", "74% accuracy in matching human ratings".
_AGREE_BEFORE = re.compile(
    r"\bagreement(?: rates?| scores?)? (?:reach|is|was|of|at|between|among|achiev|obtain|\()[^.;,]{0,50}$",
    re.I,
)
_AGREE_AFTER = re.compile(
    r"[^.;,]{0,40}\b(?:in|with|by) (?:match|agree|align|correlat)\w+ (?:with )?human"
    r" (?:ratings?|judg\w+|evaluat\w+|annotat\w+|preferences?|labels?|raters?|experts?|scores?)",
    re.I,
)
_AGREEMENT = re.compile(r"kappa|agreement|correlation|alpha|ICC", re.I)
# "99.9% TPR at 1% FPR".
_AT = re.compile(r"\bat (?:an? )?(?:fixed )?[^\w.;,]*$")
_OPERATES = re.compile(r"\bf(?:alse|[anp]r\b)", re.I)
_SPLIT = re.compile(
    r"(?:val|validation|test|dev|development|train|training)"
    r"(?:[ -](?:seen|unseen|set|split|std|clean|other|\d))*",
    re.I,
)
_WORDS = re.compile(r"[a-z]+(?: [a-z]+)*")  # "rotation", "brain"
_SIZE = re.compile(r"\W*\d+\W*(?:x|×|times)\W*\d+\W*")
_MODEL = re.compile(
    r"\b[A-Z]+/\d{1,2}$|[ -][A-Z]?\d+(?:\.\d+)?B(?:-(?:Instruct|Chat|Base))?$"
)  # "SiT-XL/2", "Quill-8B"
_HARDWARE = re.compile(
    r"(?:\b|[a-z])(?:[GNTCLX]PUs?|FPGAs?|microcontrollers?|smartphones?|Jetson\b.*|Raspberry Pi.*)$"
)
# "Trained on XY, ..." and "with XY pre-training": not what it was measured on. Between stands a list.
_VERB = (
    r"\w*(?:achiev|reach|obtain|improv|attain|yield|outperform|test|evaluat|transfer|generali[sz])"
    r"|(?:scores?|gets?|gains?|has|have|is|are|was|were|on|in)\b"
)
_TRAINED = re.compile(
    r"\b(?i:train(?:ed|ing))(?: (?!(?:and|then|but|evaluated|tested|on)\b)[^\s.;:,%]+){0,4} on "
    rf"(?:(?:the|an?) )?(?:(?!{_VERB})[^\s.;:,%]+(?:,(?= (?:and |or )?[A-Z\d]))? ){{0,6}}$"
    r"|\b(?i:train(?:ed|ing)) with (?:(?:the|an?) )?(?:[A-Z]\S* (?:and )?){0,2}$"
)
_TRAINS = re.compile(r"[ -]pre-?train", re.I)
_GLUE = re.compile(r",?\s*(?P<and>(?:and|or|&)\s+)?(?:(?:the|its|our) )?(?:\w+ )?", re.I)
# What names no method, unless a name stands before it; and what is no name either.
_GENERIC = re.compile(
    r"\b(?:model|method|approach|baseline|system|agent|team|framework|pipeline|classifier|detector|network|variant"
    r"|version|performer|performance|architecture|strategy|configuration|algorithm|technique|solution"
    r"|results?|setup|strongest|best|one"
    r"|llm|vlm|mllm|lmm|lvlm|rm|fm)(?:e?s)?$",
    re.I,
)
_KIND = re.compile(r"(?:AI|CNN|DNN|FM|GAN|GNN|LLM|LMM|LVLM|ML|MLLM|RAG|RGB|RL|RM|SOTA|VLM)s?")
_PLAIN = re.compile(
    r"^(?:Full|Best|Strong|Strongest|Second|Our|Top|Final|Original|Standard|Large|Small|Baseline|Existing|Previous"
    r"|Prior|Current|Proposed|Vanilla|Open|Closed|Frontier)\b|\b\d+(?:\.\d+)?[BM]\b"
)
_WORD = re.compile(r"[a-z]+|[a-z]+-(?:ranked|performing|level|based)")
_NAMED = re.compile(r"[^\W_]*[A-Z][^\W_]*")
_SEVERAL = re.compile(r" (?:and|or) |[,&]")
_NUMBERED = re.compile(r"\d ?[&/] ?\d")  # "NavSim1&2"


def unranked(stated: Stated, metric: Metric | None, misfit: str | None) -> str | None:
    """Say why a number is compared with no other paper's; None where it may be.

    Args:
        stated: the number.
        metric: what the registry knows of its metric.
        misfit: why its value is not on the metric's scale.
    """
    reason = (
        _no_score(stated) or _no_link(stated, metric) or misfit or _not_sure(stated) or _not_exact(stated)
    )
    return reason or _made_worse(stated, metric) or _not_trusted(stated.result)


def _not_trusted(result: Result) -> str | None:
    if result.trust is None or result.trust >= TRUSTED:
        return None
    return f"trusted {result.trust:.3f}, less than {TRUSTED}"


def set_apart(numbers: Iterable[Stated], ranked: Sequence[Stated]) -> dict[str, str]:
    """Say which of a paper's ranked numbers its other numbers keep from being compared, by id of the Result.

    "On AB and XY it reaches 90%": on which of them, or on both together, is only said where each has one.
    """
    places: dict[tuple[str, int], set[str]] = {}
    for s in numbers:
        if s.on is not None:
            places.setdefault((s.result.evidence.field, s.result.evidence.quote_start), set()).add(s.on)
    found = _told_twice(ranked)
    for s in ranked:
        if s.among_others and len(places[s.result.evidence.field, s.result.evidence.quote_start]) == 1:
            found[s.id] = "names several datasets"
    return found


def _told_twice(ranked: Iterable[Stated]) -> dict[str, str]:
    """Say which of the ranked numbers one sentence gives to the same thing.

    "84.0% and 85.2% with A and B" are two settings that are not told apart, or one of them was linked
    wrongly. Beside its rivals' numbers the paper's own is what is meant.
    """
    groups: dict[tuple[object, ...], list[Stated]] = {}
    for s in ranked:
        e = s.result.evidence
        key = (e.field, e.quote_start, s.metric, s.on, s.method, s.result.split, s.result.condition)
        groups.setdefault(key, []).append(s)
    found = {}
    for group in groups.values():
        own = [s for s in group if s.result.subject != "rival"]
        for s in group if len(group) > 1 else ():
            if s.result.subject == "rival" and own:
                found[s.id] = "may be the number of what it is compared with"
            elif len(own) != 1:
                found[s.id] = "one of several such numbers in its sentence"
    return found


def is_generic(method: str) -> bool:
    """Whether what stands for a method is no name: "the strongest RAG baseline", "full model"."""
    named = any(not _KIND.fullmatch(word) for word in _NAMED.findall(_PLAIN.sub("", method)))
    return _GENERIC.search(method) is not None and not named


def is_word(method: str) -> bool:
    """Whether what stands for a method is one word in lower case: "probe", "augmentation", "top-ranked"."""
    return _WORD.fullmatch(method) is not None


def opens(title: str, names: Iterable[str]) -> bool:
    """Whether a title begins with one of some names: "XY: ..."."""
    return any(re.match(rf"{re.escape(name)}(?!\w)", title, re.IGNORECASE) for name in names)


def among_others(paper: Paper, mentions: Iterable[Mention], place: Mention) -> bool:
    """Whether a dataset is named in a list of datasets: "on AB, CD and XY"."""
    text = paper.text(place.field)
    here = (place.start, place.end)
    spans = {
        (m.start, m.end) for m in mentions if m.label in ("Dataset", "Benchmark") and m.field == place.field
    }
    apart = sorted({here, *(span for span in spans if span[1] <= here[0] or here[1] <= span[0])})
    joins = [_GLUE.fullmatch(text, one[1], other[0]) for one, other in pairwise(apart)]
    at = apart.index(here)
    before = list(takewhile(bool, reversed(joins[:at])))
    return any(join["and"] for join in (*before, *takewhile(bool, joins[at:])) if join)


def _no_score(stated: Stated) -> str | None:
    r = stated.result
    if r.kind != "absolute":
        return _NO_SCORE[r.kind]
    if _COUNT.search(r.value_text):
        return "a count of cases, not a score"
    before, after = stated.quote[: stated.at[0]], stated.quote[stated.at[1] :]
    of = r.metric.text if r.metric else ""
    if not _AGREEMENT.search(of) and (_AGREE_BEFORE.search(before) or _AGREE_AFTER.match(after)):
        return "an agreement, not a score"
    said = r.metric.start - r.evidence.quote_start - stated.at[1] if r.metric else 0
    share = _OF_WHOSE.match(after) or (0 < said <= len(after) and _OF_SCORE.match(after[:said]))
    if _KEEPS.search(before) or share:
        return "a share of another's score"
    if _SQUARED.match(of) and _FIT.search(before):
        return "how well a curve fits, not a score"
    if _AT.search(before) and _OPERATES.search(of):
        return "an operating point, not a score"
    if _OFTEN_BEFORE.search(before) and _OFTEN_AFTER.match(after):
        return "a share of cases, not a score"
    if r.baseline_value is None and _SIGNED.match(r.value_text):
        return "may be a change, not a score"
    if r.baseline_value is None and (_CHANGES_AFTER.match(after) or _CHANGES_BEFORE.search(before)):
        return "may be a change, not a score"
    return "qualifies something else" if _MODIFIER.search(r.value_text) else None


def _no_link(stated: Stated, metric: Metric | None) -> str | None:
    r = stated.result
    if r.metric is None:
        return "names no metric"
    if is_vague(r.metric.text):
        return f"the metric {r.metric.text!r} says nothing definite"
    if metric is None:
        return f"the metric {r.metric.text!r} is not in the registry"
    if _SEVERAL.search(r.metric.text):
        return f"{r.metric.text!r} may be several metrics"
    if not stated.linked or r.on is None:
        return "names no dataset" if r.on is None else "was measured on no known dataset"
    share = _OF_PLACE.match(stated.quote, stated.at[1])
    if share and stated.quote.startswith(r.on.text, share.end()):
        return "a share of cases, not a score"
    if _NUMBERED.search(r.on.text):
        return "names several datasets"
    if _SPLIT.fullmatch(r.on.text):
        return f"{r.on.text!r} is a part of some dataset"
    if _WORDS.fullmatch(r.on.text):
        return f"{r.on.text!r} names no dataset, it is a word"
    if _MODEL.search(r.on.text):
        return f"{r.on.text!r} looks like a model, no dataset"
    if stated.on_method:
        return f"{r.on.text!r} is a method to this paper, no dataset"
    if _SIZE.fullmatch(r.on.text):
        return f"{r.on.text!r} is a size, no dataset"
    if _trained_on(stated, r.on):
        return "may have been trained on the dataset that it names"
    return "was measured on hardware, no dataset" if _HARDWARE.search(r.on.text) else None


def _made_worse(stated: Stated, metric: Metric | None) -> str | None:
    """Say that the paper's own method worsens what it is measured by: an attack, or another's score."""
    r = stated.result
    if r.baseline_value is None or metric is None or metric.direction is None or r.value == r.baseline_value:
        return None
    better = (r.value > r.baseline_value) == (metric.direction == "higher")
    return None if better else "worse than what it comes from: whose score it is, is not clear"


def _trained_on(stated: Stated, place: Mention) -> bool:
    evidence = stated.result.evidence
    start = place.start - evidence.quote_start
    if place.field != evidence.field or not 0 <= start < len(stated.quote):
        return False
    after = _TRAINS.match(stated.quote, start + len(place.text))
    return after is not None or _TRAINED.search(stated.quote[:start]) is not None


def _not_sure(stated: Stated) -> str | None:
    r = stated.result
    links = (("metric", r.metric), ("dataset", r.on), ("method", r.method))
    unsure = [what for what, said in links if said is not None and said.score < SURE]
    if unsure:
        return f"not sure of its {' and '.join(unsure)}"
    if stated.nameless and r.method is not None and r.subject != "own":
        return f"names no method but {r.method.text!r}"
    sorted_out = r.subject == "rival" and (not stated.foreign or _right_before(stated, r.method))
    if not sorted_out and (_BESIDE_A_RIVAL.search(stated.quote[: stated.at[0]]) or _another(stated)):
        return "may be the number of what it is compared with"
    return None


def _right_before(stated: Stated, method: Mention | None) -> bool:
    """Whether a method is named right before the number: "outperforming GPT-4 (66.8%)"."""
    evidence = stated.result.evidence
    if method is None or method.field != evidence.field:
        return False
    return 0 <= stated.at[0] + evidence.quote_start - method.end <= _CLOSE


def _another(stated: Stated) -> bool:
    """Whether the number is said to be reached by something else than its method: "81.8% by Other"."""
    found = _BY_ANOTHER.match(stated.quote, stated.at[1])
    method = stated.result.method
    return found is not None and (method is None or not stated.quote.startswith(method.text, found.end()))


def _not_exact(stated: Stated) -> str | None:
    r = stated.result
    if is_range(r):
        return "a range, not one score"
    if last_place(r.value_text, r.value) is None:
        return "a number in words"
    bounds = [hedge for hedge in (r.hedge or "").split(", ") if hedge in BOUNDS]
    return f"hedged: {bounds[0]}" if bounds else None
