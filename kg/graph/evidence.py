"""Quote or it does not exist: evidence is checked against the text before a fact becomes an edge."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

from kg.errors import EvidenceError
from kg.model import Claim, Evidence, Mention, Paper, PaperFacts, Result

T = TypeVar("T")


def _refuse(paper: Paper, what: str) -> EvidenceError:
    return EvidenceError(f"{paper.id} ({paper.title[:60]!r}): {what}; the fact is refused")


def check_mention(paper: Paper, mention: Mention) -> None:
    """Check that a mention's offsets give its text.

    Raises:
        EvidenceError: if they do not.
    """
    text = paper.text(mention.field)
    found = text[mention.start : mention.end] if 0 <= mention.start < mention.end else ""
    if found != mention.text or not found:
        place = f"{mention.field}[{mention.start}:{mention.end}]"
        raise _refuse(paper, f"the mention {mention.text!r} is not at {place}, which reads {found!r}")


def check_evidence(paper: Paper, evidence: Evidence) -> None:
    """Check that a quote is a stretch of the text that holds its mention.

    Raises:
        EvidenceError: if it is not.
    """
    e = evidence
    length = len(paper.text(e.field))
    if not 0 <= e.quote_start <= e.mention_start < e.mention_end <= e.quote_end <= length:
        spans = f"quote {e.quote_start}:{e.quote_end}, mention {e.mention_start}:{e.mention_end}"
        raise _refuse(paper, f"{spans} do not nest in the {e.field} of {length} characters")


def check_claim(paper: Paper, claim: Claim) -> None:
    """Check every offset of a claim, and that it has evidence and the attribute its role needs.

    Raises:
        EvidenceError: if one is wrong.
    """
    for mention in (claim.name, *claim.aliases):
        check_mention(paper, mention)
    if not claim.evidence:
        raise _refuse(paper, f"{claim.role} {claim.name.text!r} has no evidence")
    for evidence in claim.evidence:
        check_evidence(paper, evidence)
    if (claim.role == "targets") != (claim.stance is not None):
        raise _refuse(paper, f"{claim.role} {claim.name.text!r} has stance {claim.stance!r}")
    if (claim.role == "compares") != (claim.outcome is not None):
        raise _refuse(paper, f"{claim.role} {claim.name.text!r} has outcome {claim.outcome!r}")


def _parsed(text: str, quote: str) -> tuple[float, str | None] | None:
    # Imported here: it brings spaCy along, and a graph that is only read needs none.
    from extractors.quantities import parse_quantity

    try:
        return parse_quantity(text, quote)
    except ValueError:
        return None


def check_result(paper: Paper, result: Result) -> None:
    """Check every offset of a claimed number.

    Raises:
        EvidenceError: if one is wrong.
    """
    e = result.evidence
    check_evidence(paper, e)
    text = paper.text(e.field)
    if text[e.mention_start : e.mention_end] != result.value_text:
        raise _refuse(
            paper, f"the number {result.value_text!r} is not at {e.field}[{e.mention_start}:{e.mention_end}]"
        )
    # A cell of a table is read alone: the words of a sentence lend it no unit.
    quote = "" if e.field == "table" else text[e.quote_start : e.quote_end]
    read = _parsed(result.value_text, quote)
    if read != (result.value, result.unit):
        stored = f"{result.value:g} {result.unit or ''}".rstrip()
        raise _refuse(paper, f"the number {result.value_text!r} reads {read}, not {stored!r}")
    for mention in (result.metric, result.on, result.method, result.baseline):
        if mention is not None:
            check_mention(paper, mention)
    if result.baseline_value is not None:
        _check_baseline(paper, result, text, quote)


def _check_baseline(paper: Paper, result: Result, text: str, quote: str) -> None:
    start, end, value = result.baseline_start, result.baseline_end, result.baseline_value
    if start is None or end is None or not 0 <= start < end <= len(text):
        raise _refuse(paper, f"the baseline value {value:g} has no offsets in the {result.evidence.field}")
    # Only the value is stored: the other end has the number's unit, which may be written at one end alone.
    read = _parsed(text[start:end], quote)
    if read is None or read[0] != value:
        raise _refuse(paper, f"the baseline value {text[start:end]!r} reads {read}, not {value:g}")


def sound(paper: Paper, facts: PaperFacts) -> tuple[PaperFacts, list[str]]:
    """Return the facts that quote the paper, and one line for each that does not."""
    refused: list[str] = []

    def quotes(check: Callable[[Paper, T], None], fact: T) -> bool:
        try:
            check(paper, fact)
        except EvidenceError as error:
            refused.append(str(error))
            return False
        return True

    claims = tuple(claim for claim in facts.claims if quotes(check_claim, claim))
    results = tuple(result for result in facts.results if quotes(check_result, result))
    mentions = tuple(mention for mention in facts.mentions if quotes(check_mention, mention))
    if refused:
        facts = replace(facts, claims=claims, results=results, mentions=mentions)
    return facts, refused


def quote_fields(paper: Paper, evidence: Evidence) -> dict[str, Any]:
    """Return the evidence properties of an edge."""
    return {
        "paper": paper.id,
        "field": evidence.field,
        "quote": paper.text(evidence.field)[evidence.quote_start : evidence.quote_end],
        "quote_start": evidence.quote_start,
        "quote_end": evidence.quote_end,
        "mention_start": evidence.mention_start,
        "mention_end": evidence.mention_end,
    }


def context_of(paper: Paper, facts: PaperFacts, evidence: Evidence, mention: Mention) -> Evidence:
    """Return the quote for something a number is linked to.

    The number's own sentence when it names the thing; else a sentence of the facts that names it, else
    the stretch between the two (in one field), else the thing's whole field.
    """
    e, m = evidence, mention
    if m.field == e.field and e.quote_start <= m.start and m.end <= e.quote_end:
        return Evidence(e.field, e.quote_start, e.quote_end, m.start, m.end)
    for claim in facts.claims:
        for other in claim.evidence:
            if other.field == m.field and other.quote_start <= m.start and m.end <= other.quote_end:
                return Evidence(m.field, other.quote_start, other.quote_end, m.start, m.end)
    if m.field == e.field:
        start, end = min(e.quote_start, m.start), max(e.quote_end, m.end)
        return Evidence(e.field, start, end, m.start, m.end)
    return Evidence(m.field, 0, len(paper.text(m.field)), m.start, m.end)
