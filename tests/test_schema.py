from __future__ import annotations

from pathlib import Path

import pytest

from kg.errors import SchemaError
from kg.generate import artefacts
from kg.resources import data_dir
from kg.schema import read_schema, schema


def test_generated_files_are_what_the_schema_gives() -> None:
    for name, text in artefacts(schema()).items():
        assert (data_dir("schema") / "generated" / name).read_text(encoding="utf-8") == text, (
            f"{name} is stale: run `kg schema --write`"
        )


def test_every_edge_but_broader_carries_a_quote() -> None:
    assert {name for name, edge in schema().edges.items() if not edge.quoted} == {"BROADER"}


def test_inherited_properties_come_first() -> None:
    assert list(schema().nodes["Method"].properties) == [
        "id",
        "name",
        "aliases",
        "search_text",
        "support",
        "kind",
    ]


def _read(tmp_path: Path, old: str, new: str) -> None:
    text = (data_dir("schema") / "methods.yaml").read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "changed.yaml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    read_schema(path)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("required: true", "requierd: true", "unknown key 'requierd'. Did you mean 'required'"),
        ("range: PaperKind", "range: PaperKnd", "unknown range 'PaperKnd'. Did you mean 'PaperKind'"),
        ("is_a: Entity", "is_a: Entty", "class 'Entty' is not defined. Did you mean 'Entity'"),
        (
            "{range: Paper, relational_role: SUBJECT}",
            "{range: Papers, relational_role: SUBJECT}",
            "is no node type",
        ),
        ("relational_role: SUBJECT", "relational_role: OBJECT", "needs one SUBJECT and one OBJECT"),
        ("classes:", "clases:", "unknown key 'clases'. Did you mean 'classes'"),
        ("enums:", "enums: [", "cannot be read"),
    ],
)
def test_a_wrong_schema_is_refused_with_the_place(tmp_path: Path, old: str, new: str, message: str) -> None:
    with pytest.raises(SchemaError) as caught:
        _read(tmp_path, old, new)
    assert message in str(caught.value)
    assert "changed.yaml" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_schema_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(SchemaError, match=r"nowhere\.yaml: cannot be read"):
        read_schema(tmp_path / "nowhere.yaml")
