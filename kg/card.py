"""A fact as a person reads it: what is said, and the sentence that says it, the name highlighted."""

from __future__ import annotations

from rich.text import Text

from kg.decisions import RESULTS, SLOTS, Fact
from kg.model import FIELDS, Claim, Evidence, Paper, PaperFacts


def head(paper: Paper) -> Text:
    """Return a paper's title, and what must be said of its text."""
    notes = sorted({source.note for source in paper.sources if source.note})
    about = [str(paper.year or ""), paper.arxiv or paper.doi or paper.acl or "", *notes]
    return Text.assemble(
        "\n", (paper.title, "bold underline"), "\n", (" · ".join(filter(None, about)) or paper.id, "dim")
    )


def card(paper: Paper, fact: Fact, place: str, said: str = "") -> Text:
    """Return a fact and its surest quote, the name in it highlighted."""
    if isinstance(fact, Claim):
        name, role = fact.name.text, str(fact.role)
        also = f"also {', '.join(alias.text for alias in fact.aliases)}" if fact.aliases else None
        kind = fact.label if fact.role == "introduces" else None
        parts = [also, kind, fact.stance, fact.outcome]
        evidence = max(fact.evidence, key=lambda e: e.confidence)
    else:
        name, role, evidence = fact.value_text, RESULTS, fact.evidence
        slots = {slot: getattr(fact, slot) for slot in SLOTS}
        parts = [
            fact.kind,
            *(f"{slot} {mention.text if mention else '–'}" for slot, mention in slots.items()),
        ]
        parts += [f"baseline's number {fact.baseline_value:g}"] if fact.baseline_value is not None else []
    about = "  ".join(filter(None, [*parts, f"{fact.confidence:.2f}"]))
    return Text.assemble(
        (f"\n{place} ", "dim"), f"{role}  ", (name, "bold"), f"  {about}", (said, "yellow"), "\n    “",
        _quote(paper, evidence), "”",
    )  # fmt: skip


def _quote(paper: Paper, evidence: Evidence) -> Text:
    quote = Text(paper.text(evidence.field)[evidence.quote_start : evidence.quote_end])
    quote.stylize(
        "bold reverse",
        evidence.mention_start - evidence.quote_start,
        evidence.mention_end - evidence.quote_start,
    )
    return quote


def whole(paper: Paper, facts: PaperFacts) -> Text:
    """Return the text of a paper, every name that some fact has in it highlighted, and the paper's kind."""
    parts = [Text("\n")]
    for field in FIELDS:
        text = Text(paper.text(field))
        named = [m for claim in facts.claims for m in (claim.name, *claim.aliases)]
        spans = [(m.start, m.end) for m in named if m.field == field]
        numbers = [result.evidence for result in facts.results if result.evidence.field == field]
        for start, end in [*spans, *((e.mention_start, e.mention_end) for e in numbers)]:
            text.stylize("bold", start, end)
        parts += [text, Text("\n")]
    said = Text(f"kind of paper: {facts.kind}; {len(facts.claims) + len(facts.results)} facts")
    return Text("").join([*parts, said])
