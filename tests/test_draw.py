"""The picture: what the page holds, and what a real browser makes of it."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from kg.draw import page, pick
from kg.draw.layout import positions
from kg.errors import InputError

if TYPE_CHECKING:
    from selenium.webdriver.chrome.webdriver import WebDriver

Record = dict[str, object]
HOSTILE = '</script><img src=x onerror="window.hacked=1">\'"&<!--\u2028\u2029\ud800{{data}}'
DARK = "rgba(20, 23, 28, 1)"
SHOWN = "return document.getElementById('graph')._cyreg.cy.nodes().filter((n) => n.visible()).length"
VENDOR = Path(__file__).parent.parent / "kg" / "draw" / "vendor"
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--window-size=1280,800",
)


def node(name: str, kind: str = "Method", support: float = 1, **more: object) -> Record:
    return {"id": f"{kind.lower()}:{name}", "type": kind, "name": name, "support": support, **more}


def edge(kind: str, start: Record, end: Record, quote: str | None = None, **more: object) -> Record:
    ends: Record = {"id": f"{kind} {start['id']} {end['id']} {quote}", "from": start["id"], "to": end["id"]}
    return {**ends, "type": kind, "quote": quote, "origin": "text", "confidence": 1.0, **more}


def sample() -> tuple[list[Record], list[Record]]:
    """Two papers, a method, a problem with two quotes on one link, and a decided edge."""
    ewc = node("EWC", support=4, aliases=["elastic weight consolidation"], year=2017)
    problem = node("forgetting", "Problem", 9)
    broader = node("interference", "Problem", 2)
    paper = node("Overcoming forgetting", "Paper")
    cites = {"paper": paper["id"], "paper_title": paper["name"], "mention": "forgetting"}
    edges = [
        edge("INTRODUCES", paper, ewc, "We call it EWC.", **{**cites, "mention": "EWC"}),
        edge("TARGETS", ewc, problem, "EWC overcomes Forgetting in nets.", **cites, stance="mitigates"),
        edge(
            "TARGETS",
            ewc,
            problem,
            "It slows forgetting.",
            **{**cites, "paper": "p2", "paper_title": "Other"},
        ),
        edge("BROADER", problem, broader, None, origin="decision", confidence=0.8, reason="head noun"),
    ]
    return [ewc, problem, broader, paper], edges


def data_of(document: str) -> dict[str, list[dict[str, Any]]]:
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', document, re.S)
    assert found
    data: dict[str, list[dict[str, Any]]] = json.loads(found[1])
    return data


# ---- the document ------------------------------------------------------------------------------------------


def test_the_same_graph_in_another_order_gives_the_same_page() -> None:
    nodes, edges = sample()
    assert page(nodes, edges, title="t") == page(nodes[::-1], edges[::-1], title="t")


def test_the_page_forbids_every_load_and_names_no_address_to_load() -> None:
    document = page(*sample(), title="t")
    assert (
        "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:" in document
    )
    own = document.replace((VENDOR / "cytoscape.min.js").read_text(encoding="utf-8"), "")
    assert not re.search(r"""(src|href)\s*=\s*(?!["']?data:)|@import|url\(|fetch\(|import\(""", own)


def test_the_summary_counts_what_is_drawn() -> None:
    assert "4 nodes, 4 edges from 2 papers" in page(*sample(), title="t")


def test_a_graph_above_the_limit_says_what_it_leaves_out() -> None:
    nodes, edges = sample()
    document = page(nodes, edges, title="t", limit=2)
    assert "Showing 2 of 4 nodes and 2 of 4 edges from 2 papers" in document
    drawn = {row["name"]: row["hidden"] for row in data_of(document)["nodes"]}
    assert drawn == {"forgetting": 1, "EWC": 1}


def test_an_edge_with_an_end_that_is_not_there_is_left_out_and_counted() -> None:
    nodes, edges = sample()
    assert "1 edge left out" in page(nodes[:3], edges, title="t")


def test_edges_between_two_nodes_are_bundled_whatever_their_direction() -> None:
    a, b = node("a"), node("b")
    [link] = data_of(page([a, b], [edge("USES", a, b), edge("COMPARED_WITH", b, a)], title="t"))["links"]
    assert {row["type"] for row in link["edges"]} == {"USES", "COMPARED_WITH"}


def test_values_that_json_has_no_word_for_do_not_break_the_page() -> None:
    odd = node("a", score=float("nan"), best=float("inf"), tags=["x", "y"], half=0.5, none=None)
    [row] = data_of(page([odd], [], title="t"))["nodes"]
    assert row["more"] == {"tags": "x, y", "half": 0.5}


def test_hostile_text_reaches_the_document_only_escaped() -> None:
    document = page([node(HOSTILE)], [], title=HOSTILE, subtitle=HOSTILE, note=HOSTILE)
    assert "<img" not in document
    assert "\u2028" not in document
    assert document.encode("utf-8")
    assert data_of(document)["nodes"][0]["name"] == HOSTILE


def test_two_nodes_with_one_id_are_refused_by_name() -> None:
    with pytest.raises(InputError, match=r"method:a"):
        page([node("a"), node("a")], [], title="t")


def test_the_view_is_connected_and_holds_the_most_supported() -> None:
    hub, far = node("hub", "Problem", 50), node("far", "Problem", 40)
    spokes = [node(f"m{at}", support=at) for at in range(10)]
    nodes = [far, *spokes, hub]
    edges = [edge("TARGETS", spoke, hub) for spoke in spokes]
    chosen, kept = pick(nodes, edges, 4)
    assert [row["name"] for row in chosen] == ["m7", "m8", "m9", "hub"]
    assert len(kept) == 3
    assert pick(nodes[::-1], edges[::-1], 4)[0] == chosen[::-1]
    assert far in pick(nodes, edges, 12)[0]
    with pytest.raises(InputError, match="limit is 0"):
        pick(nodes, edges, 0)


def test_no_two_nodes_lie_on_one_spot() -> None:
    names = [f"n{at}" for at in range(60)]
    spots = positions(names, [("n0", name) for name in names[:50]])
    assert len(set(spots.values())) == 60
    assert positions([], []) == {}


def test_a_long_chain_is_laid_out_too() -> None:
    names = [f"n{at:03}" for at in range(120)]
    assert len(set(positions(names, list(pairwise(names))).values())) == 120


def test_the_vendored_library_is_the_one_its_notes_describe() -> None:
    library = (VENDOR / "cytoscape.min.js").read_bytes()
    notes = (VENDOR / "README.md").read_text(encoding="utf-8")
    assert hashlib.sha256(library).hexdigest() in notes
    assert (VENDOR / "LICENSE.cytoscape").read_text(encoding="utf-8").splitlines()[0] in notes
    assert b"</script" not in library.lower()
    assert b"<!--" not in library


# ---- in a browser ------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebDriver]:
    selenium = pytest.importorskip("selenium.webdriver", reason="selenium is not installed")
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    chauffeur = shutil.which("chromedriver")
    if not chromium or not chauffeur:
        pytest.skip("no chromium with chromedriver on PATH")
    options = selenium.ChromeOptions()
    options.binary_location = chromium
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('chromium')}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = selenium.Chrome(options=options, service=selenium.ChromeService(chauffeur))
    yield driver
    driver.quit()


Open = Callable[[str], "WebDriver"]


@pytest.fixture
def opened(browser: WebDriver, tmp_path: Path) -> Iterator[Open]:
    """Open a document at desktop size; afterwards nothing may have been asked of any network or console."""

    def open_(document: str) -> WebDriver:
        (tmp_path / "picture.html").write_text(document, encoding="utf-8")
        browser.get((tmp_path / "picture.html").as_uri())
        return browser

    screen(browser, 1280, 800)
    browser.get("data:text/html,")
    log(browser, "browser")
    log(browser, "performance")
    yield open_
    assert log(browser, "browser") == []
    sent = [json.loads(row["message"])["message"] for row in log(browser, "performance")]
    asked = [row["params"]["request"]["url"] for row in sent if row["method"] == "Network.requestWillBeSent"]
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
    assert sum(url.startswith("file:") for url in asked) <= 1


def log(driver: WebDriver, kind: str) -> list[dict[str, str]]:
    """Return what was logged since the last call."""
    rows: list[dict[str, str]] = driver.get_log(kind)  # type: ignore[no-untyped-call]
    return rows


def screen(driver: WebDriver, width: int, height: int, theme: str = "light") -> None:
    shape = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", shape)
    features = [
        {"name": "prefers-color-scheme", "value": theme},
        {"name": "prefers-reduced-motion", "value": "reduce"},
    ]
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})


def click(driver: WebDriver, selector: str) -> None:
    """Click with the mouse where the picture draws an element."""
    x, y = driver.execute_script(
        """const element = document.getElementById("graph")._cyreg.cy.$(arguments[0]);
        const at = element.isNode() ? element.renderedPosition() : element.renderedMidpoint();
        const box = document.getElementById("graph").getBoundingClientRect();
        return [box.x + at.x, box.y + at.y];""",
        selector,
    )
    for kind, pressed in (("mouseMoved", 0), ("mousePressed", 1), ("mouseReleased", 0)):
        event = {"type": kind, "x": x, "y": y, "button": "left", "buttons": pressed, "clickCount": 1}
        driver.execute_cdp_cmd("Input.dispatchMouseEvent", event)
    wait(driver, "return !document.getElementById('panel').hidden")


def wait(driver: WebDriver, script: str) -> None:
    from selenium.webdriver.support.ui import WebDriverWait

    WebDriverWait(driver, 10).until(lambda here: here.execute_script(script))


def text(driver: WebDriver, selector: str) -> list[str]:
    return [element.text for element in driver.find_elements("css selector", selector)]


def keys(driver: WebDriver, *typed: str) -> None:
    driver.switch_to.active_element.send_keys(*typed)


def test_the_page_opens_in_a_browser_with_all_its_nodes(opened: Open) -> None:
    driver = opened(page(*sample(), title="My papers", subtitle="papers.kg", note="a note"))
    assert driver.title == "My papers"
    assert driver.execute_script(SHOWN) == 4
    assert text(driver, "#types .name") == ["Method", "Problem", "Paper"]
    painted = driver.execute_script(
        """const { width, height } = document.getElementById("labels");
        const pen = document.getElementById("labels").getContext("2d");
        return pen.getImageData(0, 0, width, height).data.some((value) => value > 0);"""
    )
    assert painted


def test_an_empty_graph_opens_too(opened: Open) -> None:
    assert opened(page([], [], title="Nothing")).execute_script(SHOWN) == 0


def test_clicking_a_node_shows_its_sentences_with_the_mention_marked(opened: Open) -> None:
    driver = opened(page(*sample(), title="t"))
    click(driver, "[id = 'node method:EWC']")
    assert text(driver, "#panel h2") == ["EWC"]
    assert "also: elastic weight consolidation" in text(driver, "#panel .aliases")
    assert text(driver, "#panel dd") == ["2017"]
    assert text(driver, "#panel h3 code") == ["TARGETS", "INTRODUCES"]
    assert sorted(text(driver, "#panel mark")) == ["EWC", "Forgetting", "forgetting"]
    assert any("EWC overcomes Forgetting in nets." in said for said in text(driver, "#panel .said"))
    assert {"Overcoming forgetting", "Other"} == set(text(driver, "#panel cite"))
    assert "mitigates" in text(driver, "#panel .chip")


def test_clicking_an_edge_shows_every_sentence_bundled_in_it(opened: Open) -> None:
    driver = opened(page(*sample(), title="t"))
    click(driver, "edge[source = 'node method:EWC'][target = 'node problem:forgetting']")
    assert text(driver, "#panel .kind") == ["Link of 2 edges"]
    assert len(text(driver, "#panel .said")) == 2


def test_an_edge_without_a_sentence_is_dashed_and_says_why(opened: Open) -> None:
    driver = opened(page(*sample(), title="t"))
    click(driver, "edge[dashed]")
    assert "head noun" in text(driver, "#panel .said")[0]
    assert text(driver, "#panel .chip") == ["decision", "confidence 0.80"]
    assert text(driver, "#lines li") == ["quoted from a paper", "decided or computed"]


def test_the_panel_leads_on_to_a_neighbour_and_escape_closes_it(opened: Open) -> None:
    driver = opened(page(*sample(), title="t"))
    click(driver, "[id = 'node method:EWC']")
    driver.find_element("css selector", "#panel .node-button").click()
    assert text(driver, "#panel h2") == ["forgetting"]
    assert driver.switch_to.active_element.text == "forgetting"
    keys(driver, "\ue00c")
    assert not driver.find_element("id", "panel").is_displayed()


def test_the_keyboard_alone_finds_and_opens_a_node(opened: Open) -> None:
    driver = opened(page(*sample(), title="t"))
    driver.find_element("id", "graph").send_keys("/")
    keys(driver, "ELASTIC")
    assert text(driver, "#found-count") == ["1 found"]
    assert driver.execute_script("return document.getElementById('graph')._cyreg.cy.$('.match').length") == 1
    keys(driver, "\ue007")
    assert text(driver, "#panel h2") == ["EWC"]
    keys(driver, "\ue00c")
    assert driver.switch_to.active_element.get_attribute("id") == "search"


def test_the_legend_hides_a_type_and_shows_it_again(opened: Open) -> None:
    driver = opened(page(*sample(), title="t"))
    box = driver.find_elements("css selector", "#types input")[1]
    box.click()
    wait(driver, f"{SHOWN} === 2")
    box.click()
    wait(driver, f"{SHOWN} === 4")


def test_hostile_text_is_shown_and_does_not_run(opened: Open) -> None:
    evil = HOSTILE.replace("\ud800", "")  # chromedriver cannot speak of half a surrogate pair
    bad, worse = {**node(evil, aliases=[evil]), evil: evil}, node("x", evil)
    proto = node("__proto__", "constructor")
    said = {"paper": evil, "paper_title": evil, "mention": evil, "stance": evil}
    edges = [edge(evil, bad, worse, evil, **said), edge("toString", worse, bad), edge("SELF", bad, bad)]
    driver = opened(page([bad, worse, proto], edges, title=evil, subtitle=evil, note=evil))
    driver.find_element("id", "search").send_keys("img")
    keys(driver, "\ue007")
    assert text(driver, "#panel h2")[0].startswith("</script><img src=x onerror=")
    assert driver.find_elements("css selector", "#panel mark")
    assert driver.find_elements("css selector", "img") == []
    assert driver.execute_script("return window.hacked === undefined")


def test_a_long_list_of_neighbours_is_shown_on_demand(opened: Open) -> None:
    hub = node("hub", "Problem", 20)
    spokes = [node(f"m{at}") for at in range(20)]
    driver = opened(page([hub, *spokes], [edge("TARGETS", one, hub, "q") for one in spokes], title="t"))
    click(driver, "[id = 'node problem:hub']")
    assert len(text(driver, "#panel .entry")) == 6
    driver.find_element("css selector", ".show-more").click()
    assert len(text(driver, "#panel .entry")) == 20


def test_the_page_fits_a_narrow_phone_and_a_dark_screen(opened: Open) -> None:
    driver = opened(page(*sample(), title="A rather long title of a picture of papers" * 3, note="n" * 90))
    screen(driver, 360, 640, "dark")
    wait(driver, "return !document.getElementById('legend').open")
    click(driver, "[id = 'node problem:forgetting']")
    assert driver.execute_script("return document.documentElement.scrollWidth") == 360
    assert driver.find_element("tag name", "body").value_of_css_property("background-color") == DARK
    assert driver.find_element("id", "close").is_displayed()


def test_the_buttons_zoom_and_fit(opened: Open) -> None:
    driver = opened(page(*sample(), title="t"))
    zoom = "return document.getElementById('graph')._cyreg.cy.zoom()"
    before = driver.execute_script(zoom)
    driver.find_element("id", "zoom-in").click()
    assert driver.execute_script(zoom) > before
    driver.find_element("id", "fit").click()
    assert driver.execute_script(zoom) == pytest.approx(before)
