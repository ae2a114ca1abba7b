"""Claimed numbers become results: with metric, what they were measured on, method and baseline."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from dataclasses import replace

import numpy as np
from spacy.tokens import Doc, Span

from extractors.conditions import condition, worded
from extractors.doc import locate, numbers_of
from extractors.numbers import Quantity, parse_quantity, quantities, token_range
from extractors.phrases import Phrase
from extractors.result_choice import Choice, Offer, Scores, choose
from extractors.result_own import applied_to, by_name, lifted, or_main, who_acts
from extractors.result_scenes import Stage, far, near, stage, subject
from extractors.result_slots import SLOTS, Candidate, Scene, empty_cues, find_phrases, weigh
from extractors.result_words import Around, hedge, split, whose
from extractors.row_heads import row_heads
from extractors.settings import Settings
from extractors.tokens import Tokens, tokens_of
from extractors.trained import trained_of
from extractors.trust import trust
from extractors.unlatex import balanced
from kg.metrics import has_cut_off
from kg.model import Claim, Evidence, Label, Mention, PaperKind, Result, Scale

_LABELS: dict[str, frozenset[str]] = {
    "metric": frozenset({"Metric"}),
    "on": frozenset({"Dataset", "Benchmark", "Task"}),
    "method": frozenset({"Method", "Tool"}),
    "baseline": frozenset({"Method", "Tool"}),
}
_FALLBACK: dict[str, Label] = {"metric": "Metric", "on": "Dataset", "method": "Method", "baseline": "Method"}

# What is read of a sentence around a number: characters to each side, and other numbers to each side.
_SENTENCE = 600
_NEIGHBOURS = 12
_OF_AN_ABSTRACT = 40  # claimed numbers, at most
_TOGETHER = 64  # numbers that the model reads at once


def link_results(
    doc: Doc,
    spans: list[tuple[Span, float, str]],
    claims: list[Claim],
    tokens: Tokens | None = None,
    kind: PaperKind | None = None,
) -> tuple[list[Result], list[Scale]]:
    """Link the numbers of a Doc to what its text says about them.

    At last, as it depends on all numbers of the paper, with the model: conditions of scores that stand
    in other sentences, and how far each score is to be trusted. Arguments are those of `linked`.
    """
    layout, results, scales = linked(doc, spans, claims, tokens, kind)
    heads = row_heads(doc)
    # Neither was measured on texts that are no abstracts.
    if heads is None or not results or len(results) > _OF_AN_ABSTRACT:
        return results, scales
    settings = Settings(doc, layout, claims, results)
    same = Counter((r.evidence.field, r.evidence.quote_start) for r in results)
    found = []
    for plain in results:
        if plain.kind != "absolute":
            found.append(plain)
            continue
        result, missing = settings.of(plain, heads.settings)
        beside = same[plain.evidence.field, plain.evidence.quote_start]
        found.append(replace(result, trust=trust(settings, result, missing, beside, heads.trust)))
    return found, scales


def linked(
    doc: Doc,
    spans: list[tuple[Span, float, str]],
    claims: list[Claim],
    tokens: Tokens | None = None,
    kind: PaperKind | None = None,
) -> tuple[Stage, list[Result], list[Scale]]:
    """Link the numbers of a Doc; conditions are those that patterns find in their sentences.

    Args:
        doc: its numbers are read here where `kg_numbers` has not run.
        spans: the mentions with score and rule.
        claims: the roles that were judged; the introduced method is the default subject.
        tokens: of the Doc, where they have been read already.
        kind: of the paper; who brings no method measures others'.
    """
    numbers = quantities(doc) if doc._.kg_numbers is None else numbers_of(doc)
    layout = stage(doc, numbers, spans, claims, tokens)
    offers = [offers_of(layout, at, scene) for at, scene in layout.scenes]
    weigh_anew(doc, tokens or tokens_of(doc), [offer for some in offers for offer in some])
    results: list[Result] = []
    compared = _compared(claims)
    rivals = {number.baseline_start for number in numbers}
    for (at, scene), some in zip(layout.scenes, offers, strict=True):
        for i, (number, chosen) in enumerate(zip(scene.numbers, choose(scene, some), strict=True)):
            if "metric" in chosen:
                chosen["metric"] = _with_cut_off(layout, scene, chosen["metric"])
            ran_with = _own(layout, at, chosen, number.start)
            result = _result(doc, layout, at, number, chosen)
            if result is not None:
                around = _around(layout, at, scene, i)
                method = result.method.text if result.method else None
                owner = whose(around, number, method, layout.introduced, compared)
                if owner is None and "method" in chosen:
                    owner = by_name(layout, chosen["method"], kind)
                # Of "4.2 versus 1.8" the second is the rival's.
                if number.start in rivals or owner == "rival":
                    result = _of_the_rival(result, layout.introduced)
                    owner = "rival"
                results.append(
                    replace(
                        result,
                        hedge=hedge(around),
                        split=split(around, _place(chosen)),
                        condition=_condition(layout, around, scene, chosen, ran_with),
                        subject=owner,
                    )
                )
    return layout, _once(results), _scales(doc, layout, numbers)


def _own(layout: Stage, at: int, chosen: dict[str, Choice], number: int) -> tuple[int, int] | None:
    """Put the paper's own method in place of what it was applied to, or run with; return the former."""
    method = chosen.get("method")
    if method is None:
        return None
    if applied_to(layout, at, method) or lifted(layout, at, method, number):
        del chosen["method"]
        if layout.main is not None:
            chosen["method"] = (*layout.main, method[2])
        return method[:2]
    del chosen["method"]
    if acts := who_acts(layout, method, chosen.get("on"), number):
        chosen["method"] = or_main(layout, at, acts)
    return None


def _place(chosen: dict[str, Choice]) -> tuple[int, int] | None:
    return chosen["on"][:2] if "on" in chosen else None


def _condition(
    layout: Stage,
    around: Around,
    scene: Scene,
    chosen: dict[str, Choice],
    ran_with: tuple[int, int] | None,
) -> str | None:
    """Return the words for the condition of a number, several joined by "; ", None without any.

    One is what its method was applied to (`ran_with`).
    """
    first = bisect_left(scene.starts, around.low)
    near = scene.numbers[first : bisect_left(scene.starts, around.high)][: 2 * _NEIGHBOURS + 1]
    taken = [
        *(
            (number.baseline_start, number.baseline_end)
            for number in near
            if number.baseline_start is not None and number.baseline_end is not None
        ),
        *(choice[:2] for choice in chosen.values()),
        *([ran_with] if ran_with else []),
    ]
    method = chosen["method"][:2] if "method" in chosen else None
    spans = condition(around, taken, _place(chosen), method)
    spans = [*([ran_with] if ran_with else []), *spans]
    found = [layout.raw[slice(*balanced(layout.raw, *span))] for span in spans]
    return "; ".join(worded(text) for text in found if text.count("{") == text.count("}")) or None


def _of_the_rival(result: Result, introduced: frozenset[str]) -> Result:
    """Give a rival's number to what it was taken to be compared with, not to what the paper introduces."""
    if result.method is None or result.method.text.lower() not in introduced:
        return result
    rival = result.baseline if result.baseline and result.baseline.text.lower() not in introduced else None
    return replace(result, method=rival, baseline=None)


def offers_of(layout: Stage, at: int, scene: Scene) -> list[Offer]:
    """Return what may fill the slots of the numbers of a sentence, weighed by the tables."""
    outside = elsewhere(layout, at, scene)
    # They are the same for all its numbers.
    known = [weigh(option.cues) for option in outside]
    out = []
    for i, number in enumerate(scene.numbers):
        options = near(scene, i)
        scores: list[Scores] = [*(weigh(option.cues) for option in options), *known]
        out.append(Offer(number, [*options, *outside], scores, weigh(empty_cues(scene, i))))
    return out


def weigh_anew(doc: Doc, tokens: Tokens, offers: list[Offer]) -> None:
    """Put the model's scores in place of the tables', where the Doc has vectors."""
    model = trained_of(doc)
    if model is None:
        return
    starts = tokens.starts
    for some in (offers[at : at + _TOGETHER] for at in range(0, len(offers), _TOGETHER)):
        numbers = np.array([token_range(starts, offer.number.start, offer.number.end) for offer in some])
        places = [token_range(starts, option.start, option.end) for offer in some for option in offer.options]
        owners = np.repeat(np.arange(len(some)), [len(offer.options) for offer in some])
        table = np.array([row for offer in some for row in offer.scores]).reshape(-1, len(SLOTS))
        empty = np.array([offer.empty for offer in some])
        scores, empty = model.slots(
            doc.tensor, numbers, np.array(places, dtype=np.int64).reshape(-1, 2), owners, table, empty
        )
        rows = iter(scores.tolist())
        for offer, none in zip(some, empty.tolist(), strict=True):
            offer.scores = [next(rows) for _ in offer.options]
            offer.empty = none


def _once(results: list[Result]) -> list[Result]:
    """Leave out what the title says when the abstract says it too."""
    said = {(abs(r.value), r.unit) for r in results if r.evidence.field == "abstract"}
    return [r for r in results if r.evidence.field == "abstract" or (abs(r.value), r.unit) not in said]


def offered(layout: Stage, at: int, scene: Scene, i: int) -> list[Candidate]:
    """Return every candidate of number `i` of a scene."""
    return [*near(scene, i), *elsewhere(layout, at, scene)]


def elsewhere(layout: Stage, at: int, scene: Scene) -> list[Candidate]:
    """Return the candidates outside a sentence, which are the same for all its numbers."""
    return [*far(layout, at), *subject(scene, layout, layout.bounds[at][0])]


def _result(
    doc: Doc,
    layout: Stage,
    at: int,
    number: Quantity,
    chosen: dict[str, Choice],
) -> Result | None:
    quote = layout.quote(at, number.start, number.end)
    if quote is None:
        return None
    try:
        # As the store will read it: a number that its own sentence does not give back is dropped.
        value, unit = parse_quantity(number.value_text, quote[1])
    except ValueError:
        return None
    evidence = _evidence(doc, quote, number)
    mentions = {slot: _mention(doc, layout, slot, choice) for slot, choice in chosen.items()}
    base = _baseline(doc, evidence, number, layout.raw, quote[1])
    return Result(
        value=value,
        value_text=number.value_text,
        unit=unit,
        kind=number.kind,
        evidence=evidence,
        confidence=number.score,
        rule=number.rule,
        metric=mentions.get("metric"),
        on=mentions.get("on"),
        method=mentions.get("method"),
        baseline=mentions.get("baseline"),
        baseline_value=base[0] if base else None,
        baseline_start=base[1] if base else None,
        baseline_end=base[2] if base else None,
    )


def _compared(claims: list[Claim]) -> frozenset[str]:
    """Names that the paper compares itself with, in lower case."""
    return frozenset(
        mention.text.lower()
        for claim in claims
        if claim.role == "compares"
        for mention in (claim.name, *claim.aliases)
    )


def _around(layout: Stage, at: int, scene: Scene, i: int) -> Around:
    """Return a number's sentence; of a very long one a part, since it is read for each number."""
    low, high = layout.bounds[at]
    number, first = scene.numbers[i], max(0, i - _NEIGHBOURS)
    near = scene.numbers[first : i + _NEIGHBOURS + 1]
    low, high = max(low, number.start - _SENTENCE), max(min(high, number.end + _SENTENCE), number.end)
    inside = [(one.start, one.end) for one in near if low <= one.start and one.end <= high]
    return Around(layout.text, low, high, inside, inside.index((number.start, number.end)))


def _evidence(doc: Doc, quote: tuple[int, str], number: Quantity) -> Evidence:
    low, text = quote
    field, quote_start, quote_end = locate(doc, low, low + len(text))
    _, mention_start, mention_end = locate(doc, number.start, number.end)
    return Evidence(field, quote_start, quote_end, mention_start, mention_end)


def _baseline(
    doc: Doc, evidence: Evidence, number: Quantity, raw: str, quote: str
) -> tuple[float, int, int] | None:
    """Return the other end as the store will read it; None where its own text does not give it back."""
    if number.baseline_value is None or number.baseline_start is None or number.baseline_end is None:
        return None
    title_end: int = doc._.kg_title_end
    if number.baseline_start < title_end < number.baseline_end:
        return None
    field, start, end = locate(doc, number.baseline_start, number.baseline_end)
    if field != evidence.field:
        return None
    try:
        value, _ = parse_quantity(raw[number.baseline_start : number.baseline_end], quote)
    except ValueError:  # "12.5 versus four": a word is a number beside others only
        return None
    return value, start, end


# "83% mAP at 50", "recall at 10", "AP at IoU 0.5": at what, is part of the metric.
_AT = re.compile(
    r" (?:at|@) ?(?:(?:an? )?IoU(?: threshold)?(?: of)?[ =]*)?(?:\d+(?:\.\d+)?|k)(?![\w%]|[.,]\d)"
    r"(?=$|[.,;:)]| (?:on|and|while|of|for|is|in|with|to|compared|over|from|by|using|under)\b| \W)"
)


def _with_cut_off(layout: Stage, scene: Scene, metric: Choice) -> Choice:
    """Return a metric with its cut-off, where the text has one."""
    start, end, sure = metric
    found = _AT.match(layout.text, end) if has_cut_off(layout.text[start:end]) else None
    if found is None or any(number.start < found.end() and end < number.end for number in scene.numbers):
        return metric
    return start, found.end(), sure


# "The QuillNet result of 9%" is QuillNet's.
_RESULT = re.compile(r"(?<=[A-Z\d]) (?:results?|scores?|performance)$")


# "The teacher's mIoU", "an excellent AUC".
_WHOSE = re.compile(
    r"^(?:the )?(?:[a-z]\w+['’]s|excellent|superior|competitive|impressive|outstanding|remarkable|promising"
    r"|top-tier|state-of-the-art) "
)
_SECTION = re.compile(r"^(?:Results?|Methods?|Findings?|Conclusions?) (?=\w*[A-Z])")  # a heading


def _mention(doc: Doc, layout: Stage, slot: str, choice: Choice) -> Mention:
    start, end, probability = choice
    start, end = balanced(layout.raw, start, end)
    if slot in ("method", "baseline"):
        end = start + len(_RESULT.sub("", layout.raw[start:end]))
        if layout.opens(start) and layout.raw[start:end].lower() not in layout.introduced:
            start = end - len(_SECTION.sub("", layout.raw[start:end]))
    if slot == "metric":
        start = end - len(_WHOSE.sub("", layout.raw[start:end]))
    label = layout.label_at(start, end)
    chosen: Label = label if label in _LABELS[slot] else _FALLBACK[slot]  # type: ignore[assignment]
    field, low, high = locate(doc, start, end)
    rule = f"slot:{slot}"
    model = trained_of(doc)
    sure = probability if model is None else model.calibrated(rule, probability)
    return Mention(field, low, high, layout.raw[start:end], chosen, round(sure, 4), rule)


def _scales(doc: Doc, layout: Stage, numbers: list[Quantity]) -> list[Scale]:
    starts = [low for low, _ in layout.bounds]
    out = []
    for number in numbers:
        if number.category != "scale":
            continue
        at = max(bisect_right(starts, number.start) - 1, 0)
        quote = layout.quote(at, number.start, number.end)
        if quote is not None:
            counted = _counted(layout, at, number)
            out.append(Scale(number.value_text, counted, _evidence(doc, quote, number), "scale"))
    return out


def _counted(layout: Stage, at: int, number: Quantity) -> str | None:
    """Name what a quantity counts: the noun phrase right behind it, also after "of"."""
    high = min(layout.bounds[at][1], number.end + 120)
    found = find_phrases(layout.text, number.end, high, [], split=False)
    if not found:
        return None
    phrase: Phrase = found[0]
    gap = layout.text[number.end : phrase.start].strip(" -")
    return (
        layout.raw[phrase.start : phrase.end] if gap in ("", "of", "of the", "of all", "different") else None
    )
