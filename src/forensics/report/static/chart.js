"use strict";
/* Makes the static charts live: Vega draws, with its interpreter of expressions instead of eval. */
(() => {
  const tidy = (value) => (value === null || value === undefined ? "–" : value.toLocaleString("en", { maximumFractionDigits: value < 10 ? 1 : 0 }));
  const stamp = (t) => new Date(t).toISOString().slice(0, 16).replace("T", " ") + " UTC";
  const start = async (figure) => {
    const { spec, columns, series } = JSON.parse(figure.querySelector("script[type='application/json']").textContent);
    const keys = Object.keys(columns), points = columns.t.map((_, index) => Object.fromEntries(keys.map((key) => [key, columns[key][index]])));
    spec.data.unshift({ name: "points", values: points });
    const frame = figure.querySelector(".frame"), live = document.createElement("div"), readout = figure.querySelector(".readout");
    live.className = "live";
    live.hidden = true;
    frame.append(live);
    const options = { renderer: "svg", actions: false, ast: true, tooltip: false, defaultStyle: false, hover: false, mode: "vega", logLevel: 0 };
    const { view } = await window.vegaEmbed(live, spec, options);
    live.querySelector("svg").setAttribute("aria-hidden", "true");
    frame.querySelector(".static").hidden = true;
    live.hidden = false;
    const fit = () => view.width(Math.max(240, frame.clientWidth - spec.padding.left - spec.padding.right)).runAsync();
    new ResizeObserver(fit).observe(frame);
    await fit();
    const spoken = Object.assign(document.createElement("p"), { className: "spoken" }); /* for those who move the pointer with the keys and do not see it */
    spoken.setAttribute("role", "status");
    readout.after(spoken);
    const byTime = new Map(points.map((point) => [point.t, point])), events = spec.data.find((data) => data.name === "events").values;
    const hint = readout.textContent, outputs = [...figure.querySelectorAll(".keys output")], size = points.length > 1 ? points[1].t - points[0].t : 60000;
    const show = (t) => {
      const point = byTime.get(t);
      outputs.forEach((output, index) => {
        const [upper, lower] = series[index];
        output.textContent = !point ? "" : tidy(point[upper] === null || lower === null ? point[upper] : point[upper] - point[lower]);
      });
      if (!point) { readout.textContent = hint; return; }
      const [from, to] = view.signal("xdom"), reach = Math.max(size, (to - from) / 150);
      const near = events.filter((event) => Math.abs(event.t - t) <= reach).sort((a, b) => Math.abs(a.t - t) - Math.abs(b.t - t)).slice(0, 2);
      readout.textContent = [stamp(t), ...near.map((event) => event.type + ": " + event.text)].join("  ·  ");
    };
    view.addSignalListener("at", (_, t) => show(t));
    const whole = view.signal("whole");
    const set = (from, to) => {
      const width = Math.min(Math.max(to - from, 8 * size), whole[1] - whole[0]);
      const left = Math.min(Math.max(from, whole[0]), whole[1] - width);
      view.signal("xdom", [left, left + width]).runAsync();
    };
    const zoom = (factor) => { const [from, to] = view.signal("xdom"), middle = (from + to) / 2, half = (factor * (to - from)) / 2; set(middle - half, middle + half); };
    const move = (part) => { const [from, to] = view.signal("xdom"), by = part * (to - from); set(from + by, to + by); };
    const step = (by) => {
      const [from, to] = view.signal("xdom"), at = view.signal("at");
      const index = at === null ? points.findIndex((point) => point.t >= from) : points.findIndex((point) => point.t === at) + by;
      const point = points[Math.min(Math.max(index, 0), points.length - 1)];
      if (point.t < from || point.t > to) set(point.t - (to - from) / 2, point.t + (to - from) / 2);
      view.signal("at", point.t).runAsync();
      show(point.t);
      spoken.textContent = [readout.textContent, ...outputs.map((output) => output.previousElementSibling.textContent + " " + output.textContent)].join("; ");
    };
    const acts = { "+": () => zoom(0.5), "-": () => zoom(2), "0": () => set(whole[0], whole[1]), "[": () => move(-0.4), "]": () => move(0.4), ArrowLeft: () => step(-1), ArrowRight: () => step(1) };
    frame.addEventListener("keydown", (event) => { const act = acts[event.key === "=" ? "+" : event.key]; if (act) { act(); event.preventDefault(); } });
    const buttons = figure.querySelector(".buttons");
    for (const [text, label, key] of [["Zoom in", "Zoom in", "+"], ["Zoom out", "Zoom out", "-"], ["←", "Earlier", "["], ["→", "Later", "]"], ["Whole span", "Show the whole span", "0"]]) {
      const made = document.createElement("button");
      made.type = "button";
      made.textContent = text;
      made.setAttribute("aria-label", label);
      made.addEventListener("click", acts[key]);
      buttons.append(made);
    }
    figure.dataset.live = "yes";
  };
  const seen = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      if (!entry.isIntersecting) continue;
      seen.unobserve(entry.target);
      start(entry.target);
    }
  }, { rootMargin: "200px" });
  for (const figure of document.querySelectorAll("figure.chart[data-chart]")) seen.observe(figure);
})();
