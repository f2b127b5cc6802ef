// Draws the figures of a page with Plotly, which is fetched only once the reader asks for it.
(() => {
  "use strict";
  let button = null, said = null;
  const look = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  // light-dark() has to be resolved by the browser: a drawing needs the colour itself.
  const colour = (name) => {
    const probe = document.createElement("span");
    probe.className = `ink-of-${name}`;
    document.body.append(probe);
    const found = getComputedStyle(probe).color;
    probe.remove();
    return found;
  };
  // The bundle's map library would add a style sheet of its own, which the policy refuses, unless an element
  // of this name is there. No map is drawn here.
  const MAP_STYLE = "9f215cf04c5486422605d13261cb87401f4e7763b6296af81e98efbc0130da53";
  const marks = ["circle", "square", "diamond", "cross", "triangle-up", "star", "x", "pentagon"];
  const dashes = ["solid", "dot", "dash", "longdash", "dashdot", "longdashdot"];

  const dressed = (figure) => {
    const ink = colour("text");
    const hair = colour("hair");
    const inks = ["reading", "series-2", "series-3", "series-4", "series-5", "series-6"].map(colour);
    const layout = {
      ...figure.layout,
      paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)",
      // A finger that drags scrolls the page; it still has the tools of the bar.
      dragmode: matchMedia("(pointer: coarse)").matches ? false : figure.layout.dragmode,
      font: { family: look("--measured") || "sans-serif", size: 13, color: ink },
    };
    for (const axis of ["xaxis", "yaxis"]) {
      layout[axis] = { ...layout[axis], gridcolor: hair, linecolor: hair, zeroline: false };
    }
    // `meta` is the place a market (0) or a carrier has in every picture of the page.
    const data = figure.data.map(({ meta: i, ...trace }) => {
      const color = inks[i % inks.length];
      const error = trace.error_y ? { error_y: { ...trace.error_y, color } } : {};
      const marker = { size: 9, symbol: marks[i % marks.length], color };
      return { ...trace, ...error, marker, line: { width: i ? 2 : 4, dash: dashes[i % dashes.length], color } };
    });
    return [data, layout];
  };

  const draw = () => {
    for (const place of document.querySelectorAll("[data-figure]")) {
      const figure = JSON.parse(document.getElementById(place.dataset.figure).textContent);
      const [data, layout] = dressed(figure);
      place.hidden = false;
      window.Plotly.newPlot(place, data, layout, { responsive: true, displaylogo: false });
      place.setAttribute("data-drawn", "");
    }
    button.hidden = true;
    said.textContent = button.dataset.done;
  };

  const fetched = () => {
    button.disabled = true;
    said.textContent = button.dataset.wait;
    const instead = document.createElement("template");
    instead.id = MAP_STYLE;
    const script = document.createElement("script");
    script.src = button.dataset.script;
    script.onload = draw;
    script.onerror = () => { button.disabled = false; said.textContent = button.dataset.failed; };
    document.head.append(instead, script);
  };

  // The page may be renewed under an open drawing; then its new figures are drawn again.
  const ready = () => {
    [button, said] = ["explore", "explore-said"].map((name) => document.getElementById(name));
    if (!button) return;
    if (window.Plotly) { draw(); return; }
    button.hidden = false;
    button.addEventListener("click", fetched);
  };
  ready();
  window.addEventListener("otdr:renewed", ready);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { if (window.Plotly) draw(); });
})();
