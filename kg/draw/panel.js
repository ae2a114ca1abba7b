// The side panel. Everything from the data enters the document as text nodes, never as markup.
"use strict";
globalThis.kgPanel = (() => {
  const FIRST = 6; // entries of a group shown at once
  const WORDS = {
    INTRODUCES: ["introduces", "introduced by"],
    TARGETS: ["targets", "targeted by"],
    ABOUT: ["is about", "task of"],
    APPLIED_TO: ["applied to", "task of"],
    USES: ["uses", "used by"],
    COMPARED_WITH: ["compared with", "compared with"],
    EVALUATED_ON: ["evaluated on", "evaluates"],
    EVALUATED_BY: ["evaluated by", "metric of"],
    REPORTS: ["reports", "reported by"],
    OF: ["result of", "results"],
    ON: ["measured on", "results on it"],
    MEASURES: ["measures", "measured by"],
    AGAINST: ["against", "baseline of"],
    BROADER: ["broader", "narrower"],
  };
  const UNQUOTED = {
    decision: "No sentence: a decision of a rule or a person.",
    derived: "No sentence: computed from other facts.",
  };

  function make(tag, className, ...children) {
    const element = document.createElement(tag);
    if (className) element.className = className;
    element.append(...children.filter((child) => child !== null && child !== undefined));
    return element;
  }

  function words(type, outgoing) {
    const known = Object.hasOwn(WORDS, type) ? WORDS[type] : null;
    if (known) return known[outgoing ? 0 : 1];
    const plain = type.toLowerCase().replaceAll("_", " ");
    return outgoing ? plain : `\u2190 ${plain}`;
  }

  /** The quote with each occurrence of the mention in a <mark>. */
  function marked(quote, mention) {
    const parts = [];
    const needle = String(mention ?? "");
    let hay = quote;
    let key = needle;
    if (needle && !quote.includes(needle)) {
      const lower = quote.toLowerCase();
      // Lower case can be longer (a dotted capital I): then positions would not fit.
      if (lower.length === quote.length) [hay, key] = [lower, needle.toLowerCase()];
    }
    let from = 0;
    for (let at = key ? hay.indexOf(key) : -1; at >= 0; at = hay.indexOf(key, from)) {
      parts.push(quote.slice(from, at), make("mark", "", quote.slice(at, at + key.length)));
      from = at + key.length;
    }
    parts.push(quote.slice(from));
    return parts;
  }

  function chips(edge) {
    const texts = [edge.stance, edge.outcome];
    if (edge.origin && edge.origin !== "text") texts.push(edge.origin);
    if (typeof edge.confidence === "number" && edge.confidence < 0.995) texts.push(`confidence ${edge.confidence.toFixed(2)}`);
    return texts.filter((text) => text && text !== "unknown").map((text) => make("span", "chip", String(text)));
  }

  function said(edge, view) {
    const block = make("blockquote", "said");
    if (edge.quote) block.append(...marked(String(edge.quote), edge.mention));
    else {
      block.classList.add("empty");
      block.append(String(edge.reason ?? edge.explanation ?? UNQUOTED[edge.origin] ?? "No sentence is given."));
    }
    const title = edge.paper_title ?? edge.paper;
    if (title) {
      const cite = make("cite", "");
      const known = edge.paper !== undefined && view.node(edge.paper);
      if (known) {
        const button = make("button", "", String(title));
        button.type = "button";
        button.addEventListener("click", () => view.choose(edge.paper));
        cite.append(button);
      } else cite.append(String(title));
      block.append(cite);
    }
    const marks = chips(edge);
    if (marks.length) block.append(make("div", "", ...marks));
    return block;
  }

  /** The sentences of some edges; one that says the same for the same paper again is not repeated. */
  function quotes(edges, view) {
    const seen = new Set();
    return edges.filter((edge) => {
      const key = JSON.stringify([edge.quote, edge.mention, edge.paper, edge.stance, edge.outcome]);
      return seen.size !== seen.add(key).size;
    }).map((edge) => said(edge, view));
  }

  function nodeButton(node, view) {
    const button = make("button", "node-button", view.icon(node.type), make("span", "", node.name));
    button.type = "button";
    button.title = node.type;
    button.addEventListener("click", () => view.choose(node.id));
    return button;
  }

  /** A list that shows its first entries and the rest on demand. */
  function list(makers) {
    const box = make("div", "");
    const show = (count) => makers.splice(0, count).forEach((maker) => box.append(maker()));
    show(FIRST);
    if (makers.length) {
      const button = make("button", "show-more", `Show ${makers.length} more`);
      button.type = "button";
      button.addEventListener("click", () => {
        const next = box.childElementCount - 1;
        button.remove();
        show(makers.length);
        box.children[next]?.querySelector("button")?.focus();
      });
      box.append(button);
    }
    return box;
  }

  function heading(type, text, count) {
    return make("h3", "", text, make("code", "", type), make("span", "count", String(count)));
  }

  /** Groups of edges by type and direction, each by the node at the other end. */
  function groups(node, edges, view) {
    const byKind = new Map();
    for (const edge of edges) {
      const outgoing = edge.from === node.id;
      const key = `${outgoing ? 0 : 1} ${edge.type}`;
      if (!byKind.has(key)) byKind.set(key, { type: edge.type, outgoing, ends: new Map() });
      const ends = byKind.get(key).ends;
      const other = outgoing ? edge.to : edge.from;
      if (!ends.has(other)) ends.set(other, []);
      ends.get(other).push(edge);
    }
    return [...byKind].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, { type, outgoing, ends }]) => {
      const sorted = [...ends].sort(([a, x], [b, y]) => y.length - x.length || view.node(b).support - view.node(a).support);
      const makers = sorted.map(([other, list]) => () => make("div", "entry", nodeButton(view.node(other), view), ...quotes(list, view)));
      return make("div", "group", heading(type, words(type, outgoing), ends.size), list(makers));
    });
  }

  function title(text) {
    const element = make("h2", "", text);
    element.id = "panel-name";
    element.tabIndex = -1;
    return element;
  }

  function aboutNode(node, edges, view) {
    const papers = `support: ${node.support.toLocaleString("en")} paper${node.support === 1 ? "" : "s"}`;
    const more = make("dl", "more");
    for (const [key, value] of Object.entries(node.more)) {
      more.append(make("dt", "", key.replaceAll("_", " ")), make("dd", "", String(value)));
    }
    const aliases = node.aliases.filter((alias) => alias !== node.name);
    return [
      make("p", "kind", view.icon(node.type), node.type === "Paper" ? node.type : `${node.type}, ${papers}`),
      title(node.name),
      aliases.length ? make("p", "aliases", `also: ${aliases.join(" \u00b7 ")}`) : null,
      more.childElementCount ? more : null,
      ...groups(node, edges, view),
      node.hidden ? make("p", "aliases group", `${node.hidden.toLocaleString("en")} more edge${node.hidden === 1 ? "" : "s"} of it lead out of this picture.`) : null,
      edges.length || node.hidden ? null : make("p", "aliases", "Nothing is linked to it."),
    ].filter(Boolean);
  }

  function aboutLink(link, view) {
    const [a, b] = [view.node(link.edges[0].from), view.node(link.edges[0].to)];
    const byType = new Map();
    for (const edge of link.edges) {
      const key = JSON.stringify([edge.type, edge.from]);
      if (!byType.has(key)) byType.set(key, []);
      byType.get(key).push(edge);
    }
    const parts = [...byType.values()].map((edges) => {
      const { type, from, to } = edges[0];
      const sayings = quotes(edges, view).map((block) => () => block);
      return make("div", "group between",
        nodeButton(view.node(from), view),
        heading(type, `\u2193 ${words(type, true)}`, edges.length),
        nodeButton(view.node(to), view),
        list(sayings));
    });
    const name = title(`${a.name} \u2192 ${b.name}`);
    name.className = "unseen";
    return [make("p", "kind", `Link of ${link.edges.length} edge${link.edges.length === 1 ? "" : "s"}`), name, ...parts];
  }

  return { make, words, nodeButton, aboutNode, aboutLink };
})();
