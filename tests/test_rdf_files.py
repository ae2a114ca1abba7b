"""RDF files: what is written, and that it reads back."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from pathlib import Path
from random import Random
from types import SimpleNamespace

import pyoxigraph as ox
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import kg
from kg.errors import SchemaError, UsageError
from kg.export import export
from kg.graph import GraphData
from kg.rdf import FORMATS, SUFFIXES
from kg.rdf.read import read_graph, whole
from kg.rdf.terms import BASE, id_of
from kg.rdf.write import write
from kg.stores.embedded import EmbeddedStore
from kg.workspace import Workspace
from tests.conformance import HOSTILE, made
from tests.graphs import tiny
from tests.rdf import Tables, rdf

SEEDS = Path(__file__).resolve().parents[2] / "shared" / "seeds"
every_suffix = pytest.mark.parametrize("suffix", SUFFIXES)


def _write(data: GraphData, path: Path, base: str = BASE, *, with_text: bool = True) -> Path:
    path.write_text(rdf(data, SUFFIXES[path.suffix], base, with_text=with_text), encoding="utf-8")
    return path


def _triples(text: str, suffix: str) -> set[tuple[str, str, str]]:
    form = ox.RdfFormat.from_extension(suffix[1:])
    quads = ox.parse(text.encode(), format=form)
    return {
        (str(q.subject), str(q.predicate), str(q.object)) for q in quads if q.graph_name == ox.DefaultGraph()
    }


@every_suffix
@pytest.mark.parametrize("base", [BASE, "http://example.org/a-b/c.d/"])
def test_a_graph_reads_back_from_every_format_under_any_base(suffix: str, base: str, tmp_path: Path) -> None:
    assert read_graph(_write(tiny(), tmp_path / f"g{suffix}", base)).hash() == tiny().hash()


def test_all_formats_say_the_same_triples() -> None:
    first = _triples(rdf(tiny(), "turtle"), ".ttl")
    assert len(first) > 1000
    for suffix, form in SUFFIXES.items():
        assert _triples(rdf(tiny(), form), suffix) == first


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    seed=st.integers(0, 10_000),
    names=st.lists(st.text(min_size=1), min_size=3, max_size=6),
    suffix=st.sampled_from(list(SUFFIXES)),
)
def test_hostile_texts_read_back(seed: int, names: list[str], suffix: str, tmp_path: Path) -> None:
    data = made(Random(seed), 4, [*names, *Random(seed).sample(HOSTILE, 4)])  # noqa: S311 - no secret
    assert read_graph(_write(data, tmp_path / f"g{suffix}")).hash() == data.hash()


def test_hostile_ids_readers_and_numbers_read_back(tmp_path: Path) -> None:
    def hostile(row: dict[str, object]) -> dict[str, object]:
        ends = ("id", "from", "to", "paper")
        row |= {key: f"{row[key]}/ü #?%<>{{}}\\" for key in ends if row.get(key) is not None}
        more = {"extractor": "a/b c", "version": "1+é#"} if "extractor" in row else {}
        return row | more | ({"value": -1.5e-300} if "value" in row else {})

    data = GraphData.of_rows(map(hostile, tiny().iter_nodes()), map(hostile, tiny().iter_edges()))
    for suffix in SUFFIXES:
        assert read_graph(_write(data, tmp_path / f"g{suffix}")).hash() == data.hash()


def test_a_compressed_file_reads_back(tmp_path: Path) -> None:
    path = tmp_path / "g.trig.gz"
    path.write_bytes(gzip.compress(rdf(tiny(), "trig").encode()))
    assert read_graph(path).hash() == tiny().hash()


def test_sorted_joined_and_foreign_triples_do_no_harm(tmp_path: Path) -> None:
    lines = sorted(set(rdf(tiny(), "ntriples").splitlines()))
    lines.insert(7, f"<{BASE}method:ewc> <http://example.org/note> _:b .")
    lines.append('_:b <http://example.org/p> "x"@en .')
    path = tmp_path / "sorted.nt"
    path.write_text("\n".join(lines[::-1]) + "\n", encoding="utf-8")
    assert read_graph(path).hash() == tiny().hash()


def test_without_text_abstracts_are_missing_and_that_is_said(tmp_path: Path) -> None:
    path = _write(tiny(), tmp_path / "g.trig", with_text=False)
    assert "dcterms:abstract" not in path.read_text(encoding="utf-8")
    with pytest.warns(UserWarning, match="11 papers have no abstract") as said:
        data = read_graph(path)
    assert len(said) == 1
    assert data.counts() == tiny().counts()
    assert all(row["abstract"] is None for row in data.iter_nodes() if row["type"] == "Paper")


def test_an_empty_graph_reads_back(tmp_path: Path) -> None:
    for suffix in SUFFIXES:
        assert read_graph(_write(GraphData(), tmp_path / f"g{suffix}")).hash() == GraphData().hash()


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("rdf") / "sample.kg"
    kg.build(["sample"], path, model="fast")
    return path


def test_the_sample_goes_out_and_comes_back(sample: Path, tmp_path: Path) -> None:
    with kg.open(sample) as graph:
        for form in ("trig", "nquads"):
            path = tmp_path / f"g{export.__globals__['FORMATS'][form].suffix}"
            assert export(graph, form, path, with_text=True) == sum(
                Workspace.open(sample).info()["counts"].values()
            )
            assert read_graph(path).hash() == Workspace.open(sample).info()["hash"]


@pytest.mark.skipif(not SEEDS.is_dir(), reason="the seeds lie in ../shared/seeds, beside the repository")
def test_the_seeds_go_out_and_come_back(tmp_path: Path) -> None:
    made = kg.build([str(min(SEEDS.glob("*.txt")))], tmp_path / "seeds.kg", model="fast")
    with kg.open(tmp_path / "seeds.kg") as graph:
        export(graph, "nquads", tmp_path / "g.nq", with_text=True)
    assert read_graph(tmp_path / "g.nq").hash() == made.graph_hash


def test_a_store_and_its_export_say_the_same(tmp_path: Path) -> None:
    store = EmbeddedStore.of(tiny())
    for form in FORMATS:
        assert "".join(write(store, form, with_text=True)) == rdf(tiny(), form)


def test_rdf_options_are_for_rdf_only() -> None:
    source = SimpleNamespace(store=Tables(tiny()))
    with pytest.raises(UsageError, match="are for RDF: turtle, ntriples"):
        export(source, "nodes", None, with_text=True)
    for base in ("nonsense", "http://example.org/a#", "http://example.org/a", "http://e.org/<>/", "urn:x/"):
        with pytest.raises(UsageError, match="expected an IRI that ends in /"):
            list(write(Tables(tiny()), "turtle", base))


def test_an_infinite_number_is_refused() -> None:
    rows = [row | ({"value": float("inf")} if "value" in row else {}) for row in tiny().iter_nodes()]
    with pytest.raises(SchemaError, match="result:clear-1: holds a number that is infinite"):
        rdf(GraphData.of_rows(rows, tiny().iter_edges()), "ntriples")


def test_ids_and_iris_mean_each_other() -> None:
    assert id_of(BASE, f"{BASE}claim/uses:1%2F2") == "uses:1/2"
    assert id_of(BASE, f"{BASE}method:ewc") == "method:ewc"
    with pytest.raises(ValueError, match="does not begin with"):
        id_of(BASE, "http://example.org/method:ewc")


def test_json_ld_is_one_json_document_with_its_context() -> None:
    document = json.loads(rdf(tiny(), "jsonld"))
    assert document["@context"]["xsd"] == whole("xsd:")
    ewc = next(node for node in document["@graph"] if node.get("id") == "method:ewc" and "name" in node)
    assert ewc["@type"] == ["kg:Method", "skos:Concept"]
    assert ewc["aliases"] == "elastic weight consolidation"


def test_the_command_line_writes_and_reads_files(tmp_path: Path) -> None:
    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "kg", *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=False, encoding="utf-8")

    first, second = _write(tiny(), tmp_path / "a.ttl"), tmp_path / "b.trig"
    base = "https://example.org/"
    done = run("export", str(first), "--format", "trig", "--base", base, "--with-text", "-o", str(second))
    count = sum(tiny().counts().values())
    assert (done.returncode, done.stderr) == (0, f"{second}: {count} trig\n")
    assert read_graph(second).hash() == tiny().hash()
    assert f"@prefix g: <{base}> ." in second.read_text(encoding="utf-8")
    without = _write(tiny(), tmp_path / "c.nt", with_text=False)
    said = run("stats", str(without), "--format", "csv").stderr.splitlines()[0]
    assert said == f"kg: {without}: 11 papers have no abstract: the file was exported without --with-text"
