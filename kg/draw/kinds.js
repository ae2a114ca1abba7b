// What a node of each type looks like, in the picture, the legend and the panel.
"use strict";
globalThis.kgKinds = (() => {
  // Colours: Okabe and Ito, told apart with any kind of colour vision; shapes say the same again.
  const KINDS = {
    Method: { color: "#0072b2" },
    Problem: { color: "#d55e00", points: [0, -1, 1, 0, 0, 1, -1, 0] },
    Task: { color: "#009e73", points: [-0.85, -0.85, 0.85, -0.85, 0.85, 0.85, -0.85, 0.85] },
    Dataset: { color: "#e69f00", points: [-0.5, -0.87, 0.5, -0.87, 1, 0, 0.5, 0.87, -0.5, 0.87, -1, 0] },
    Benchmark: { color: "#f0e442", points: [0, -1, 0.27, -0.33, 0.95, -0.31, 0.43, 0.14, 0.59, 0.85, 0, 0.45, -0.59, 0.85, -0.43, 0.14, -0.95, -0.31, -0.27, -0.33] },
    Metric: { color: "#cc79a7", points: [0, -1, 1, 0.85, -1, 0.85] },
    Result: { color: "#56b4e9", points: [0, 1, 1, -0.85, -1, -0.85] },
    Paper: { color: "#8b929c", points: [-0.72, -1, 0.25, -1, 0.72, -0.5, 0.72, 1, -0.72, 1] },
  };
  const OTHER = { color: "#b8a38a", points: [0, -1, 0.95, -0.31, 0.59, 0.81, -0.59, 0.81, -0.95, -0.31] };
  const kind = (type) => (Object.hasOwn(KINDS, type) ? KINDS[type] : OTHER);

  function icon(type) {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    for (const [key, value] of Object.entries({ width: 16, height: 16, viewBox: "-1.2 -1.2 2.4 2.4", "aria-hidden": "true" })) svg.setAttribute(key, value);
    const { color, points } = kind(type);
    const shape = document.createElementNS(svg.namespaceURI, points ? "polygon" : "circle");
    if (points) shape.setAttribute("points", points.join(" "));
    else shape.setAttribute("r", "0.95");
    for (const [key, value] of Object.entries({ fill: color, stroke: border(color), "stroke-width": 0.16, "stroke-linejoin": "round" })) shape.setAttribute(key, value);
    svg.append(shape);
    return svg;
  }

  /** A darker shade, so that yellow is seen on white as well. */
  function border(color) {
    const part = (at) => Math.round(parseInt(color.slice(at, at + 2), 16) * 0.62);
    return `rgb(${part(1)}, ${part(3)}, ${part(5)})`;
  }

  return { KINDS, kind, border, icon };
})();
