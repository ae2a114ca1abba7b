// Names on a canvas above the graph, at one size whatever the zoom, as on a map: the most supported come first,
// and a name that would cover another is left out until zooming in makes room for it.
"use strict";
globalThis.kgLabels = (() => {
  const CELL = 80;
  const WRAP = 132; // widest line, in pixels
  const LINES = 2;
  const pen = document.createElement("canvas").getContext("2d");

  /** Split a name into at most two lines; what does not fit becomes an ellipsis. */
  function wrap(text, font) {
    pen.font = font;
    const words = text.split(/\s+/u);
    const lines = [];
    while (words.length && lines.length < LINES) {
      let line = words.shift();
      while (words.length && pen.measureText(`${line} ${words[0]}`).width <= WRAP) line += ` ${words.shift()}`;
      lines.push(line);
    }
    const last = lines.length - 1;
    if (words.length) lines[last] += "\u2026";
    const cut = lines.map((line) => shorten(line));
    return { lines: cut, width: Math.max(...cut.map((line) => pen.measureText(line).width)) };
  }

  function shorten(line) {
    if (pen.measureText(line).width <= WRAP) return line;
    const chars = Array.from(line.slice(0, 60));
    while (chars.length > 1 && pen.measureText(`${chars.join("")}\u2026`).width > WRAP) chars.pop();
    return `${chars.join("").trimEnd()}\u2026`;
  }

  /** Rectangles in a grid, so that asking what one of them touches does not look at all. */
  class Boxes {
    constructor() { this.cells = new Map(); }
    * keys(box) {
      for (let x = Math.floor(box.x1 / CELL); x <= Math.floor(box.x2 / CELL); x++) {
        for (let y = Math.floor(box.y1 / CELL); y <= Math.floor(box.y2 / CELL); y++) yield x * 100003 + y;
      }
    }
    add(box) {
      for (const key of this.keys(box)) {
        if (this.cells.has(key)) this.cells.get(key).push(box);
        else this.cells.set(key, [box]);
      }
    }
    free(box, owner) {
      for (const key of this.keys(box)) {
        for (const other of this.cells.get(key) ?? []) {
          if (other.owner !== owner && box.x1 < other.x2 && other.x1 < box.x2 && box.y1 < other.y2 && other.y1 < box.y2) return false;
        }
      }
      return true;
    }
  }

  /** The four places for a name around its node, best first. */
  function places(x, y, reach, width, height) {
    const box = (left, top) => ({ x1: left, y1: top, x2: left + width, y2: top + height });
    return [
      box(x - width / 2, y + reach + 1),
      box(x - width / 2, y - reach - 1 - height),
      box(x + reach + 2, y - height / 2),
      box(x - reach - 2 - width, y - height / 2),
    ];
  }

  /** Choose places for the names of `items`, most important first, in pixels with the pan left out. */
  function place(items, edges, zoom, bounds) {
    const within = (box) => !bounds || (box.x1 >= bounds.x1 && box.x2 <= bounds.x2 && box.y1 >= bounds.y1 && box.y2 <= bounds.y2);
    const taken = new Boxes();
    const bodies = new Boxes();
    const important = new Boxes();
    const result = [];
    for (const item of items) {
      const [x, y] = [item.x * zoom, item.y * zoom];
      const body = { x1: x - item.reach, x2: x + item.reach, y1: y - item.reach, y2: y + item.reach, owner: item.id };
      bodies.add(body);
      if (item.over) important.add(body);
    }
    for (const item of items) {
      const height = item.text.lines.length * item.line + 3;
      const options = places(item.x * zoom, item.y * zoom, item.reach + 1, item.text.width + 8, height);
      const clear = options.filter((box) => within(box) && taken.free(box, item.id));
      let spot = clear.find((box) => bodies.free(box, item.id));
      // A name that matters may lie over a node that matters less; any other needs an empty place.
      if (item.over) spot ??= clear.find((box) => important.free(box, item.id)) ?? clear[0];
      if (item.must) spot ??= options[0];
      if (!spot) continue;
      spot.owner = item.id;
      taken.add(spot);
      result.push({ ...item, box: spot });
    }
    for (const item of edges) {
      const box = { x1: item.x * zoom - item.text.width / 2 - 4, x2: item.x * zoom + item.text.width / 2 + 4, y1: item.y * zoom - 8, y2: item.y * zoom + 8, owner: item.id };
      if (!taken.free(box, item.id)) continue;
      taken.add(box);
      result.push({ ...item, box });
    }
    return result;
  }

  /** Draw names with a halo in the colour of the page; the chosen one on a plate. */
  function draw(context, placed, pan, look) {
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.lineJoin = "round";
    context.lineWidth = 4;
    for (const item of placed) {
      const { x1, y1, x2, y2 } = item.box;
      const middle = (x1 + x2) / 2 + pan.x;
      if (item.strong) {
        context.fillStyle = look.ink;
        context.beginPath();
        context.roundRect(x1 + pan.x, y1 + pan.y, x2 - x1, y2 - y1, 4);
        context.fill();
      }
      context.font = item.font;
      context.strokeStyle = look.halo;
      context.fillStyle = item.strong ? look.page : item.quiet ? look.quiet : look.ink;
      item.text.lines.forEach((line, at) => {
        const y = y1 + pan.y + 2 + item.line * (at + 0.5);
        if (!item.strong) context.strokeText(line, middle, y);
        context.fillText(line, middle, y);
      });
    }
  }

  return { wrap, place, draw };
})();
