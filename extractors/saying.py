"""Which sentence says it: how plainly each sentence that names a thing says what the thing is to the paper.

A paper names its problem in the background ("networks suffer from forgetting") as well as where it says what
it does about it ("we mitigate forgetting"). Only the second kind answers a question, so quotes are ranked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from extractors.quotes import Quotes
from kg.model import Evidence, Role

_AGAINST = re.compile(
    r"\b(?:mitigat|alleviat|overcom|overc[ao]me|address|tackl|reduc|prevent|avoid|solv|resolv|combat|counter|lessen"
    r"|minimi[sz]|eliminat|suppress|remed|circumvent|bypass|handl|relie[fv]|eas(?:es|ing)\b|curb|escap|limits\b"
    r"|protect|defen[dcs]|robust|resilien|without|less|fewer|lower|removes?\b|fix|cut|bridg|clos(?:es|ing)\b"
    r"|narrow|improv|correct|compensat|treats?\b|against|free from|no )\w*",
    re.IGNORECASE,
)
_OWN = re.compile(
    r"\b(?:we|our|ours|us|this (?:paper|work|study|article|survey)|the paper|the authors|here|in this)\b",
    re.IGNORECASE,
)
_COMPARED = re.compile(
    r"outperform|surpass|exceed|superior|\bbeat|better|improv|match|comparable|on par|competitive|compar"
    r"|baseline|\bover\b|\bthan\b|\bversus\b|\bvs\b|against|behind|worse",
    re.IGNORECASE,
)
_BACKGROUND = re.compile(
    r"^however\b|\bhowever,|\b(?:existing|previous|prior|traditional|conventional|recent|many|most|current) "
    r"(?:\w+ ){0,2}(?:methods?|approaches|works?|models?|techniques?|studies)\b"
    r"|\b(?:suffers?|prone|vulnerable|susceptible|leads?|leading|causes?|caused|causing|results? in)\b"
    r"|\b(?:remains?|challeng\w+)\b",
    re.IGNORECASE,
)
_KEPT = 2.0  # a quote that says it so much less plainly than the best one is no evidence
_PLAIN = 2.0


def ranked(
    quotes: Quotes, evidence: Iterable[Evidence], role: Role, own_names: Iterable[str]
) -> tuple[Evidence, ...]:
    """Return the evidence with its confidence: 1 for what says it plainly, half of it for every point less.

    Args:
        quotes: the text.
        evidence: one quote a sentence.
        role: what is said; targets and comparisons drop sentences that name the thing and say nothing of it.
        own_names: what the paper introduces, as written.
    """
    found = list(evidence)
    if role not in ("targets", "compares") or not found:
        return tuple(found)
    names = [name.casefold() for name in own_names]
    scores = [_plainness(quotes, one, role, names) for one in found]
    best = max(scores)
    top = 1.0 if best >= _PLAIN else 0.8 if best > 0 else 0.6
    return tuple(
        replace(one, confidence=round(top * 0.5 ** (best - score), 4))
        for one, score in zip(found, scores, strict=True)
        if best - score < _KEPT
    )


def _plainness(quotes: Quotes, one: Evidence, role: Role, names: list[str]) -> float:
    text = quotes.field(one.field)
    sentence = text[one.quote_start : one.quote_end]
    before = text[one.quote_start : one.mention_start]
    score = 0.0
    if role == "targets":
        score += 2.0 * bool(_AGAINST.search(before)) + 0.5 * bool(_AGAINST.search(sentence))
    else:
        score += 2.0 * bool(_COMPARED.search(sentence))
    score += 1.0 * bool(_OWN.search(sentence))
    folded = sentence.casefold()
    score += 1.0 * any(name in folded for name in names)
    score -= 1.5 * bool(_BACKGROUND.search(sentence))
    return score


_ACTS = re.compile(
    r"(?:\s*\([^()]*\))?\s+(?:\w+ly\s+)?(?:mitigat|alleviat|overcom|address|tackl|reduc|prevent|avoid|solv|resolv"
    r"|combat|counter|lessen|minimi[sz]|eliminat|suppress|remed|circumvent)(?:es|s|ies)\b"
)


def acts_on_a_problem(quotes: Quotes, start: int, end: int) -> bool:
    """Whether the name at these characters opens its sentence and works against something: "X reduces …"."""
    return quotes.sentence(start)[0] == start and _ACTS.match(quotes.text, end) is not None


def works_against(quotes: Quotes, evidence: Iterable[Evidence]) -> bool:
    """Whether a sentence says that something is done about the problem it names."""
    return any(
        _AGAINST.search(quotes.field(one.field), one.quote_start, one.mention_start)
        and not _BACKGROUND.search(quotes.field(one.field), one.quote_start, one.quote_end)
        for one in evidence
    )
