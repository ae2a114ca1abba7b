"""Problems by their whole name: "lack of labels" where a part of it was found, "labels"."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence

from spacy.tokens import Span

from extractors.quotes import Quotes

_REACH = 70  # characters before a name in which its head is looked for
_LINK = r"(?:of|on|for|to|in|with|upon)(?: (?:the|an?|any|specific|such|its|their))?"
# What is lacking is no problem by itself; what costs much may be one.
_LACKS = (
    r"(?:lack|absence|scarcity|shortage|paucity|dearth|unavailability|insufficiency|(?:over-?)?reliance"
    r"|dependence|dependency)"
)
_SUFFERS = (
    r"(?:costs?|burden|complexity|difficult(?:y|ies)|inability|inefficienc(?:y|ies)|sensitivity|vulnerability"
    r"|susceptibility|degradation|deterioration|variability|instability|limitations?|loss|failures?|drawbacks?"
    r"|misuse|heterogeneity|imbalance|inconsistenc(?:y|ies)|curse)"
)
_KIND = (
    r"(?:(?:high|severe|heavy|strong|poor|limited|weak|low|excessive|computational|memory|annotation|labeling"
    r"|training|inference|communication|performance|accuracy|sample|data|information) )?"
)
_HEAD = re.compile(rf"(?<![\w-])(?P<head>{_KIND}(?:(?P<lacks>{_LACKS})|{_SUFFERS})) {_LINK} $", re.I)
_PROBLEM = re.compile(
    r"^lacking\b|\b(?:overheads?|complexity|drift|hallucinations?|bias(?:es)?|stereotypes?|problems?|issues?"
    r"|costs?|errors?|noise|attacks?|degradation|collapse|forgetting|shifts?|overfitting)$",
    re.I,
)


def whole(quotes: Quotes, spans: Sequence[Span]) -> list[Span]:
    """Return the places of a problem with the head that makes it one, "scarcity of" what was found.

    Args:
        quotes: of the Doc.
        spans: where the problem was found; as they are where it is one without a head.
    """
    found = [_headed(quotes, span) for span in spans]
    heads = [head for head in found if head is not None]
    if not heads or (len(heads) < len(spans) and not any(lacks for _, lacks in heads)):
        return list(spans)
    return [span for span, _ in heads]


def _headed(quotes: Quotes, span: Span) -> tuple[Span, bool] | None:
    """Return a span with its head, and whether that says that it is lacking; None without a head."""
    low, _ = quotes.sentence(span.start_char)
    found = _HEAD.search(quotes.text, max(low, span.start_char - _REACH), span.start_char)
    if found is None or _PROBLEM.search(span.text):
        return None
    token = bisect_left(quotes.tokens.starts, found.start("head"))
    return Span(span.doc, token, span.end, label=span.label_), found["lacks"] is not None
