// The picture itself: reads the data, draws it with Cytoscape, and ties legend, search, panel and keys to it.
"use strict";
(() => {
  const { KINDS, kind, border, icon } = globalThis.kgKinds;
  const { make, words, nodeButton, aboutNode, aboutLink } = globalThis.kgPanel;
  const by = (id) => document.getElementById(id);
  const data = JSON.parse(by("data").textContent);

  const nodes = new Map(data.nodes.map((node) => [node.id, node]));
  const links = new Map(data.links.map((link, at) => [`link ${at}`, link]));
  const edgesOf = new Map(data.nodes.map((node) => [node.id, []]));
  for (const { ends, edges } of data.links) for (const end of new Set(ends)) edgesOf.get(end).push(...edges);
  const top = Math.max(9, ...data.nodes.map((node) => node.support));
  const weight = (node) => Math.sqrt(Math.max(0, node.support - 1) / (top - 1)); // 0 to 1
  // A bigger graph is seen from farther off: nodes and lines grow with it, so that they stay visible.
  const extent = (key) => Math.max(0, ...data.nodes.map((node) => node[key])) + 100;
  const grown = Math.min(2.6, Math.max(1, 0.85 * Math.max(extent("x") / 1100, extent("y") / 720)));
  const size = (node) => (18 + 34 * weight(node)) * grown;
  const narrow = matchMedia("(max-width: 720px)");
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  const state = { chosen: null, query: "", matches: null, hover: null, stale: true, placed: [], look: {}, back: null, whole: true, panel: true };

  function readLook() {
    const style = getComputedStyle(document.documentElement);
    const read = (name) => style.getPropertyValue(`--${name}`).trim();
    state.look = { page: read("page"), ink: read("ink"), quiet: read("quiet"), edge: read("edge"), hot: read("edge-hot"), accent: read("accent"), halo: read("halo") };
    state.font = getComputedStyle(document.body).fontFamily;
  }

  function styles() {
    const { edge, hot, accent, page } = state.look;
    const shape = (type) => (kind(type).points ? { shape: "polygon", "shape-polygon-points": kind(type).points } : { shape: "ellipse" });
    const types = [...new Set(data.nodes.map((node) => node.type))];
    return [
      { selector: "node", style: { width: "data(size)", height: "data(size)", "border-width": 1.4 * grown, "overlay-opacity": 0, "underlay-color": accent, "z-index": "data(z)" } },
      ...types.map((type, at) => ({ selector: `node[kind = ${at}]`, style: { ...shape(type), "background-color": kind(type).color, "border-color": border(kind(type).color) } })),
      { selector: "edge", style: { width: "data(width)", "line-color": edge, "curve-style": "straight", "target-arrow-color": edge, "source-arrow-color": edge, "arrow-scale": 0.75 * grown, "overlay-opacity": 0, "overlay-padding": 6 } },
      { selector: "edge[loop]", style: { "curve-style": "bezier", "loop-direction": "-45deg" } },
      { selector: "edge[forth]", style: { "target-arrow-shape": "triangle" } },
      { selector: "edge[back]", style: { "source-arrow-shape": "triangle" } },
      { selector: "edge[dashed]", style: { "line-style": "dashed" } },
      { selector: "node.dim", style: { opacity: 0.16 } },
      { selector: "edge.dim", style: { opacity: 0.1 } },
      { selector: "edge.hot", style: { "line-color": hot, "target-arrow-color": hot, "source-arrow-color": hot, "z-index": 9 } },
      { selector: "edge.chosen", style: { "line-color": accent, "target-arrow-color": accent, "source-arrow-color": accent, "underlay-color": accent, "underlay-opacity": 0.25, "underlay-padding": 4 } },
      { selector: "node.match", style: { "underlay-opacity": 0.5, "underlay-padding": 6 * grown, "underlay-shape": "ellipse" } },
      { selector: "node.chosen", style: { "border-width": 3, "border-color": page, "underlay-opacity": 0.9, "underlay-padding": 4, "underlay-shape": "ellipse" } },
      { selector: ".off", style: { display: "none" } },
      { selector: "core", style: { "active-bg-size": 0, "selection-box-opacity": 0 } },
    ];
  }

  function elements() {
    const types = [...new Set(data.nodes.map((node) => node.type))];
    const drawn = data.nodes.map((node) => ({
      data: { id: `node ${node.id}`, kind: types.indexOf(node.type), size: size(node), z: Math.round(100 * weight(node)) },
      position: { x: node.x, y: node.y },
    }));
    for (const [id, { ends: [a, b], edges }] of links) {
      const row = { id, source: `node ${a}`, target: `node ${b}`, width: (1.2 + 0.7 * Math.log2(edges.length)) * grown };
      if (a === b) row.loop = 1;
      if (edges.some((edge) => edge.from === a)) row.forth = 1;
      if (a !== b && edges.some((edge) => edge.from === b)) row.back = 1;
      if (edges.every((edge) => edge.origin && edge.origin !== "text")) row.dashed = 1;
      drawn.push({ data: row });
    }
    return drawn;
  }

  readLook();
  const cy = cytoscape({
    container: by("graph"), elements: elements(), style: styles(), layout: { name: "preset" },
    minZoom: 0.02, maxZoom: 3, boxSelectionEnabled: false, autounselectify: true, hideEdgesOnViewport: data.links.length > 4000,
  });
  const drawn = (id) => cy.getElementById(`node ${id}`);
  const record = (element) => (element.isNode() ? nodes.get(element.id().slice(5)) : links.get(element.id()));

  // ---- names ----------------------------------------------------------------------------------------------

  const canvas = by("labels");
  const texts = new Map();

  function text(node) {
    if (!texts.has(node.id)) {
      const pixels = Math.round(11 + 4 * weight(node));
      const font = `${weight(node) > 0.45 ? 600 : 400} ${pixels}px ${state.font}`;
      texts.set(node.id, { font, line: Math.round(pixels * 1.25), text: globalThis.kgLabels.wrap(node.name, font) });
    }
    return texts.get(node.id);
  }

  function labelItems(zoom) {
    const items = [];
    for (const node of data.nodes) {
      const element = drawn(node.id);
      if (element.hasClass("off") || element.hasClass("dim")) continue;
      const { x, y } = element.position();
      const strong = element.hasClass("chosen");
      const first = strong ? 3 : element.hasClass("match") ? 2 : 0;
      const minor = node.type === "Paper" || node.type === "Result" ? 0.5 : 0;
      items.push({ id: node.id, x, y, reach: (size(node) / 2) * zoom, ...text(node), strong, must: strong, over: weight(node) > 0.3, quiet: minor > 0, rank: [first, node.support - minor] });
    }
    return items.sort((a, b) => b.rank[0] - a.rank[0] || b.rank[1] - a.rank[1]);
  }

  function edgeItems() {
    const hot = cy.edges(".hot").filter((element) => element.visible());
    if (hot.length > 40) return [];
    const font = `italic 11px ${state.font}`;
    return hot.map((element) => {
      const { x, y } = element.midpoint();
      const types = [...new Set(record(element).edges.map((edge) => words(edge.type, true)))];
      return { id: element.id(), x, y, font, line: 13, text: globalThis.kgLabels.wrap(types.join(", "), font), quiet: true };
    });
  }

  /** The stage in pixels with the pan left out: while all is shown, no name hangs over its edge. */
  function bounds() {
    const { x, y } = cy.pan();
    return { x1: 2 - x, y1: 2 - y, x2: cy.width() - 2 - x, y2: cy.height() - 2 - y };
  }

  function drawLabels() {
    const ratio = window.devicePixelRatio || 1;
    const [width, height] = [cy.width(), cy.height()];
    if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
      canvas.width = Math.round(width * ratio);
      canvas.height = Math.round(height * ratio);
    }
    if (state.stale || state.zoom !== cy.zoom()) {
      state.zoom = cy.zoom();
      state.placed = globalThis.kgLabels.place(labelItems(state.zoom), edgeItems(), state.zoom, state.whole ? bounds() : null);
      state.stale = false;
    }
    const context = canvas.getContext("2d");
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, height);
    globalThis.kgLabels.draw(context, state.placed, cy.pan(), state.look);
  }

  function restale() {
    state.stale = true;
    requestAnimationFrame(drawLabels);
  }

  /** The node whose name lies under a point of the stage. */
  function namedAt({ x, y }) {
    const pan = cy.pan();
    const hit = state.placed.find(({ id, box }) => nodes.has(id) && x - pan.x >= box.x1 && x - pan.x <= box.x2 && y - pan.y >= box.y1 && y - pan.y <= box.y2);
    return hit ? drawn(hit.id) : null;
  }

  // ---- what is lit up -------------------------------------------------------------------------------------

  function relight() {
    let lit = null;
    cy.batch(() => {
      cy.elements().removeClass("dim hot chosen match");
      if (state.matches) {
        const found = cy.collection(state.matches.map((node) => drawn(node.id)));
        found.addClass("match");
        lit = found;
      }
      if (state.chosen) {
        const around = state.chosen.isNode() ? state.chosen.closedNeighborhood() : state.chosen.union(state.chosen.connectedNodes());
        around.edges().addClass("hot");
        state.chosen.addClass("chosen");
        lit = around;
      }
      if (lit) cy.elements().not(lit).addClass("dim");
    });
    restale();
    return lit;
  }

  function showAll(animated = true) {
    const seen = cy.elements().not(".off");
    if (!seen.length) return;
    const box = seen.nodes().boundingBox({ includeLabels: false });
    const margin = narrow.matches ? 40 : 56;
    const zoom = Math.min(1.4, (cy.width() - 2 * margin) / Math.max(box.w, 1), (cy.height() - 2 * margin) / Math.max(box.h, 1));
    state.least = zoom;
    const pan = { x: (cy.width() - zoom * (box.x1 + box.x2)) / 2, y: (cy.height() - zoom * (box.y1 + box.y2)) / 2 };
    move({ zoom, pan }, animated);
    state.whole = true;
    restale();
  }

  function move(view, animated = true) {
    cy.stop();
    state.whole = false;
    if (animated && !still.matches) cy.animate(view, { duration: 250 });
    else cy.viewport(view);
  }

  function zoomBy(factor) {
    const level = Math.min(cy.maxZoom(), Math.max(cy.minZoom(), cy.zoom() * factor));
    const [x, y] = [cy.width() / 2, cy.height() / 2];
    const pan = cy.pan();
    const ratio = level / cy.zoom();
    move({ zoom: level, pan: { x: x - (x - pan.x) * ratio, y: y - (y - pan.y) * ratio } });
  }

  /** Bring what is lit up into sight, without moving when it is well in sight already. */
  function reveal(element, lit) {
    const margin = narrow.matches ? 50 : 90;
    const [width, height] = [cy.width() - 2 * margin, cy.height() - 2 * margin];
    const box = lit.boundingBox({ includeLabels: false });
    const fitting = Math.min(width / Math.max(box.w, 1), height / Math.max(box.h, 1), Math.max(1.2 / grown, cy.zoom()));
    const now = cy.zoom();
    const near = now > 0.55 * fitting;
    const inside = (it) => it.x1 > 20 && it.y1 > 20 && it.x2 < cy.width() - 20 && it.y2 < cy.height() - 20;
    if (near && inside(lit.renderedBoundingBox({ includeLabels: false }))) return;
    // A hub's neighbours may lie all over the picture: who has zoomed in far keeps that.
    if (now > 2 * fitting && inside(element.renderedBoundingBox({ includeLabels: false }))) return;
    const zoom = Math.max(near ? Math.min(now, fitting) : fitting, Math.min(now, state.least));
    move({ zoom, pan: { x: (cy.width() - zoom * (box.x1 + box.x2)) / 2, y: (cy.height() - zoom * (box.y1 + box.y2)) / 2 } });
  }

  // ---- panel ----------------------------------------------------------------------------------------------

  const view = { node: (id) => nodes.get(id), icon, choose: (id) => choose(drawn(id)) };

  function choose(element) {
    const about = record(element);
    if (by("panel").hidden) state.back = document.activeElement;
    if (element.hasClass("off")) setType(about.type, true);
    state.chosen = element;
    by("panel-body").replaceChildren(...(element.isNode() ? aboutNode(about, edgesOf.get(about.id), view) : aboutLink(about, view)));
    by("panel").hidden = false;
    by("panel").scrollTop = 0;
    by("tip").hidden = true;
    const lit = relight();
    cy.resize();
    reveal(element, lit);
    by("panel-name").focus({ preventScroll: true });
  }

  function closePanel() {
    if (by("panel").hidden) return;
    by("panel").hidden = true;
    state.chosen = null;
    relight();
    cy.resize();
    (state.back?.isConnected ? state.back : by("graph")).focus({ preventScroll: true });
  }

  // ---- legend ---------------------------------------------------------------------------------------------

  const boxes = new Map();

  function setType(type, on) {
    boxes.get(type).checked = on;
    cy.batch(() => {
      for (const node of data.nodes) if (node.type === type) drawn(node.id).toggleClass("off", !on);
    });
    restale();
  }

  function buildLegend() {
    const order = Object.keys(KINDS);
    const place = (type) => (order.includes(type) ? order.indexOf(type) : order.length);
    const types = [...new Set(data.nodes.map((node) => node.type))].sort((a, b) => place(a) - place(b) || (a < b ? -1 : 1));
    for (const type of types) {
      const box = make("input");
      box.type = "checkbox";
      box.checked = true;
      box.addEventListener("change", () => {
        setType(type, box.checked);
        if (state.chosen?.hidden()) closePanel();
      });
      boxes.set(type, box);
      const count = data.nodes.filter((node) => node.type === type).length;
      by("types").append(make("li", "", make("label", "", box, icon(type), make("span", "name", type), make("span", "count", count.toLocaleString("en")))));
    }
    by("lines").hidden = cy.edges("[dashed]").empty();
    by("legend").open = !narrow.matches;
    narrow.addEventListener("change", () => { by("legend").open = !narrow.matches; });
  }

  // ---- search ---------------------------------------------------------------------------------------------

  const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  const haystack = new Map(data.nodes.map((node) => [node.id, [node.name, ...node.aliases].map(plain).join("\n")]));

  function search(query) {
    const wanted = plain(query.trim());
    state.matches = wanted ? data.nodes.filter((node) => haystack.get(node.id).includes(wanted)) : null;
    by("found").hidden = !state.matches;
    const found = state.matches ?? [];
    const more = found.length > 30 ? ", the first 30 listed" : "";
    by("found-count").textContent = found.length ? `${found.length.toLocaleString("en")} found${more}` : "Nothing in this picture has that in its name.";
    by("found-list").replaceChildren(...found.slice(0, 30).map((node) => make("li", "", nodeButton(node, { icon, choose: pickFound }))));
    if (state.matches) {
      by("panel").hidden = true;
      state.chosen = null;
    }
    relight();
  }

  function pickFound(id) {
    by("found").hidden = true;
    by("search").focus();
    choose(drawn(id));
  }

  function bindSearch() {
    const box = by("search");
    box.addEventListener("input", () => search(box.value));
    box.addEventListener("focus", () => { by("found").hidden = !state.matches; });
    box.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && state.matches?.length) pickFound(state.matches[0].id);
      if (event.key === "ArrowDown") { by("found-list").querySelector("button")?.focus(); event.preventDefault(); }
    });
    by("found-list").addEventListener("keydown", (event) => {
      const step = { ArrowDown: "nextElementSibling", ArrowUp: "previousElementSibling" }[event.key];
      if (!step) return;
      event.preventDefault();
      (event.target.closest("li")?.[step]?.querySelector("button") ?? box).focus();
    });
    document.addEventListener("pointerdown", (event) => { if (!event.target.closest(".search")) by("found").hidden = true; });
  }

  // ---- pointer and keys -----------------------------------------------------------------------------------

  function showTip(element, at) {
    const about = record(element);
    const tip = by("tip");
    if (element.isNode()) tip.replaceChildren(about.name, document.createElement("br"), make("small", "", about.type));
    else {
      const types = [...new Set(about.edges.map((edge) => words(edge.type, true)))].join(", ");
      tip.replaceChildren(types, make("small", "", ` \u00b7 ${about.edges.length} edge${about.edges.length === 1 ? "" : "s"}`));
    }
    tip.hidden = false;
    tip.style.left = `${Math.max(6, Math.min(at.x + 14, cy.width() - tip.offsetWidth - 6))}px`;
    tip.style.top = `${at.y + 18 + tip.offsetHeight > cy.height() ? at.y - tip.offsetHeight - 10 : at.y + 18}px`;
  }

  function bindGraph() {
    const under = (event) => (event.target !== cy && event.target.isNode() ? event.target : namedAt(event.renderedPosition) ?? (event.target === cy ? null : event.target));
    cy.on("tap", (event) => {
      const element = under(event);
      if (element) choose(element);
      else if (!by("panel").hidden) closePanel();
      else if (state.matches) { by("search").value = ""; search(""); }
    });
    cy.on("mousemove", (event) => {
      const element = under(event);
      by("graph").style.cursor = element ? "pointer" : "grab";
      if (element) showTip(element, event.renderedPosition);
      else by("tip").hidden = true;
    });
    by("graph").addEventListener("pointerleave", () => { by("tip").hidden = true; });
    cy.on("viewport", () => { by("tip").hidden = true; });
    cy.on("position", "node", () => { state.stale = true; });
    cy.on("dragpan scrollzoom pinchzoom", () => { state.whole = false; });
    cy.on("render", drawLabels);
  }

  function onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const typing = event.target.matches?.("input[type=search]");
    if (event.key === "Escape") {
      if (typing && by("search").value) { by("search").value = ""; search(""); } else closePanel();
      return;
    }
    if (typing) return;
    if (event.key === "/") { by("search").focus(); event.preventDefault(); }
    if (event.target.closest?.("#panel, #legend, .search")) return;
    const step = { ArrowLeft: [60, 0], ArrowRight: [-60, 0], ArrowUp: [0, 60], ArrowDown: [0, -60] }[event.key];
    if (step) { state.whole = false; cy.panBy({ x: step[0], y: step[1] }); event.preventDefault(); }
    if (event.key === "+" || event.key === "=") zoomBy(1.35);
    if (event.key === "-") zoomBy(1 / 1.35);
    if (event.key === "0") showAll();
  }

  /** A window of a new size shows all again if all was shown; the panel's coming and going moves nothing. */
  function resized() {
    cy.resize();
    const same = state.panel === by("panel").hidden;
    state.panel = by("panel").hidden;
    if (same && state.whole) showAll(false);
    restale();
  }

  buildLegend();
  bindSearch();
  bindGraph();
  document.addEventListener("keydown", onKey);
  by("close").addEventListener("click", closePanel);
  by("zoom-in").addEventListener("click", () => zoomBy(1.35));
  by("zoom-out").addEventListener("click", () => zoomBy(1 / 1.35));
  by("fit").addEventListener("click", () => showAll());
  dark.addEventListener("change", () => { readLook(); cy.style(styles()); restale(); });
  new ResizeObserver(resized).observe(by("stage"));
  cy.resize();
  showAll(false);
})();
