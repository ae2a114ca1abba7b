"""RDF files that no export of ours wrote, or that somebody changed: one clear line each."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from kg.errors import InputError, UsageError
from kg.rdf.read import read_graph, whole
from kg.rdf.terms import BASE
from tests.graphs import tiny
from tests.rdf import rdf

Change = Callable[[str], str]


def _p(name: str) -> str:
    return f"<{whole(name)}>"


def _g(node: str) -> str:
    return f"<{BASE}{node}>"


def _without(*parts: str) -> Change:
    def change(text: str) -> str:
        kept = [line for line in text.splitlines() if f" {' '.join(parts)} " not in f" {line}"]
        assert len(kept) < text.count("\n")
        return "\n".join(kept) + "\n"

    return change


def _instead(old: str, new: str) -> Change:
    def change(text: str) -> str:
        assert old in text
        return text.replace(old, new, 1)

    return change


def _also(*lines: str) -> Change:
    return lambda text: text + "".join(f"{line} .\n" for line in lines)


def _object(predicate: str, old: str, new: str) -> Change:
    return _instead(f"{_p(predicate)} {old}", f"{_p(predicate)} {new}")


EWC, LORA, CF, QA = (
    _g(x) for x in ("method:ewc", "method:lora", "problem:catastrophic-forgetting", "task:qa")
)
X = _g("x")
DAMAGED: dict[str, tuple[Change, str]] = {
    "no label": (_without(EWC, _p("skos:prefLabel")), "'method:ewc': has no 'name'"),
    "two labels": (_also(f'{EWC} {_p("skos:prefLabel")} "x"'), "2 values of skos:prefLabel; expected one"),
    "language": (_instead('"EWC" .', '"EWC"@en .'), '"EWC"@en; expected a text'),
    "no number": (_instead('"94.5"^', '"many"^'), 'has the kg:value "many"^^'),
    "infinite": (_instead('"94.5"^', '"INF"^'), "expected xsd:decimal"),
    "datatype": (_instead('"2016"^', '"2016" . # ^'), 'has the kg:year "2016"; expected xsd:integer'),
    "stance": (_instead('"mitigates"', '"ignores"'), "stance is 'ignores', which the schema forbids"),
    "two classes": (_also(f"{EWC} {_p('rdf:type')} {_p('kg:Task')}"), "is Method and Task; expected one"),
    "same id": (
        _also(f"{X} {_p('rdf:type')} {_p('kg:Task')}", f'{X} {_p("dcterms:identifier")} "method:ewc"'),
        "x has the dcterms:identifier 'method:ewc' of",
    ),
    "predicate": (
        _object("rdf:predicate", _p("kg:uses"), "<urn:x>"),
        "has the rdf:predicate urn:x, which is none of the schema's",
    ),
    "class": (_object("rdf:object", CF, QA), "to_type is 'Task', which the schema forbids"),
    "unknown end": (
        lambda text: re.sub(rf"(?m)^{re.escape(_g('problem:hallucination'))} .*\n", "", text),
        "problem:hallucination, which the file does not describe",
    ),
    "unknown paper": (
        _object("prov:wasDerivedFrom", _g("paper:ewc"), X),
        f"comes from {BASE}x, which the file does not describe",
    ),
    "no evidence": (_without(_p("kg:evidence")), "has no kg:evidence: no sentence says it, and the fact is"),
    "no target": (_without(_p("oa:hasTarget")), "leads to 0 oa:hasTarget; expected one"),
    "no quote": (_without(_p("oa:exact")), "has no 'quote', which the schema requires"),
    "other quote": (_object("oa:exact", '"', '"Not '), "does not say at"),
    "other place": (_object("oa:start", '"0"', '"1"'), "does not say at"),
    "no claim": (
        _also(f"{EWC} {_p('kg:uses')} {LORA}"),
        "no claim with a quote says so; the fact is refused",
    ),
    "half": (lambda text: text[:-40], "cannot be read (Parser error"),
    "no RDF": (lambda _: "hello\n", "cannot be read (Parser error"),
    "foreign": (lambda _: "<urn:a> <urn:b> <urn:c> .\n", "is RDF but no graph of ours: nothing in it is a"),
}


@pytest.mark.parametrize(("change", "message"), DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_file_is_one_clear_line(change: Change, message: str, tmp_path: Path) -> None:
    path = tmp_path / "damaged.nt"
    path.write_text(change(rdf(tiny(), "ntriples")), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_graph(path)
    said = str(caught.value)
    assert said.startswith(f"{path}: ")
    assert message in said
    assert "\n" not in said


def test_other_files_are_one_clear_line(tmp_path: Path) -> None:
    for name in ("g.txt", "g.gz", "g", "g.rdf"):
        with pytest.raises(UsageError, match="its name says no RDF format"):
            read_graph(tmp_path / name)
    with pytest.raises(InputError, match=r"missing\.nt: cannot be read"):
        read_graph(tmp_path / "missing.nt")
    (tmp_path / "g.nt.gz").write_bytes(b"no gzip")
    with pytest.raises(InputError, match="cannot be read"):
        read_graph(tmp_path / "g.nt.gz")
    (tmp_path / "g.ttl").write_bytes(b"\xff\xfe")
    with pytest.raises(InputError, match="cannot be read"):
        read_graph(tmp_path / "g.ttl")
