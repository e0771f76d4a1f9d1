"use strict";
/* Tables sort, filter, copy and download; the graph highlights; the chart reads out values. Nothing here leaves the page. */
(() => {
  const make = (tag, text, more = {}) => Object.assign(document.createElement(tag), { textContent: text }, more);
  const button = (text, label, act) => {
    const made = make("button", text, { type: "button" });
    made.setAttribute("aria-label", label);
    made.addEventListener("click", act);
    return made;
  };
  const formula = /^\s*[=+\-@\t\r\n|%]/;
  const defused = (text) => (text.startsWith("'") || formula.test(text) ? "'" + text : text);
  const quoted = (text) => (/[",\r\n]/.test(text) ? '"' + text.replaceAll('"', '""') + '"' : text);
  const cellText = (cell) => (cell.dataset.v !== undefined ? cell.dataset.v : defused(cell.dataset.whole ?? cell.textContent.trim()));

  /* The times of a table again in another zone, on demand, below the ones in UTC: drawn by the style sheet, so that text, copies and CSV stay as they are. */
  const zones = (title, columns) => {
    const own = Intl.DateTimeFormat().resolvedOptions().timeZone, select = make("select", "");
    select.setAttribute("aria-label", "Another time zone for " + title);
    select.append(make("option", "UTC only", { value: "" }));
    for (const zone of new Set([own, ...(Intl.supportedValuesOf?.("timeZone") ?? [])])) select.append(make("option", zone, { value: zone }));
    select.addEventListener("change", () => {
      const style = { timeZone: select.value, year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit", timeZoneName: "shortOffset", hourCycle: "h23" };
      const format = select.value && new Intl.DateTimeFormat("en-GB", style);
      for (const cell of columns.flatMap(([, cells]) => cells)) {
        const at = Date.parse(cell.textContent.trim().replace(" ", "T") + "Z");
        if (!format || Number.isNaN(at)) { delete cell.dataset.zone; continue; }
        const part = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]));
        cell.dataset.zone = part.year + "-" + part.month + "-" + part.day + " " + part.hour + ":" + part.minute + ":" + part.second + " " + part.timeZoneName;
      }
      for (const [head] of columns) {
        if (format) head.dataset.zone = select.value;
        else delete head.dataset.zone;
      }
    });
    return select;
  };

  for (const box of document.querySelectorAll(".table")) {
    const table = box.querySelector("table"), body = table.tBodies[0], rows = [...body.rows], heads = [...table.tHead.rows[0].cells];
    const bar = box.querySelector(".bar"), count = box.querySelector(".count"), said = count.textContent;
    const shown = () => rows.filter((row) => !row.hidden);
    const exported = (join) => {
      const lines = [heads.map((head) => head.textContent.trim())].concat([...body.rows].filter((row) => !row.hidden).map((row) => [...row.cells].map(cellText)));
      return lines.map(join).join("\n") + "\n";
    };
    const filter = make("input", "", { type: "search", placeholder: "Filter rows" });
    filter.setAttribute("aria-label", "Filter rows of " + box.dataset.title);
    const facet = heads.findIndex((head) => head.dataset.facet !== undefined);
    const select = make("select", "");
    const printed = box.querySelector(".printed");
    const paper = () => { /* as many rows as are printed of those that are left, in their order */
      const most = Number(box.dataset.paper), left = [...body.rows].filter((row) => !row.hidden);
      left.forEach((row, index) => row.classList.toggle("late", index >= most));
      if (printed) printed.firstChild.data = left.length > most ? "On paper: the first " + most + " of these rows. " : "";
    };
    const apply = () => {
      const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
      for (const row of rows) {
        const text = row.textContent.toLowerCase();
        row.hidden = !words.every((word) => text.includes(word)) || (select.value !== "" && row.cells[facet].textContent.trim() !== select.value);
      }
      const left = shown().length;
      count.textContent = left === rows.length ? said : left.toLocaleString("en") + " of the " + rows.length.toLocaleString("en") + " rows shown here match.";
      paper();
    };
    filter.addEventListener("input", apply);
    if (rows.length > 5) bar.append(filter);
    if (facet >= 0 && rows.length > 5) {
      select.setAttribute("aria-label", "Show only one kind");
      select.append(make("option", "all kinds", { value: "" }));
      for (const value of [...new Set(rows.map((row) => row.cells[facet].textContent.trim()))].sort()) select.append(make("option", value, { value }));
      select.addEventListener("change", apply);
      bar.append(select);
    }
    const timed = heads.map((head, index) => [head, rows.map((row) => row.cells[index])]).filter(([head]) => head.textContent.includes("(UTC)"));
    if (timed.length) bar.append(zones(box.dataset.title, timed));
    const copy = button("Copy", "Copy the rows shown of " + box.dataset.title, () => {
      const text = exported((cells) => cells.map((cell) => cell.replaceAll(/[\t\r\n]/g, " ")).join("\t"));
      const done = () => { copy.textContent = "Copied"; setTimeout(() => { copy.textContent = "Copy"; }, 1500); };
      const area = make("textarea", text);
      document.body.append(area);
      area.select();
      if (document.execCommand("copy")) done();
      area.remove();
      copy.focus();
    });
    bar.append(copy, button("CSV", "Download the rows shown of " + box.dataset.title + " as CSV", () => {
      const link = make("a", "", { href: URL.createObjectURL(new Blob([exported((cells) => cells.map(quoted).join(","))], { type: "text/csv" })), download: box.dataset.name + ".csv" });
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 1000);
    }));
    heads.forEach((head, index) => {
      const sort = button(head.textContent.trim(), "Sort by " + head.textContent.trim(), () => {
        const down = head.getAttribute("aria-sort") === "ascending";
        heads.forEach((other) => other.removeAttribute("aria-sort"));
        head.setAttribute("aria-sort", down ? "descending" : "ascending");
        const key = (row) => row.cells[index].dataset.v;
        const compare = (a, b) => (key(a) !== undefined && key(b) !== undefined ? key(a) - key(b) : row(a).localeCompare(row(b), "en", { numeric: true }));
        const row = (r) => r.cells[index].textContent.trim();
        rows.sort((a, b) => (row(a) === "") - (row(b) === "") || (down ? -1 : 1) * compare(a, b));
        body.append(...rows);
        paper();
      });
      head.dataset.name = head.textContent.trim(); /* on paper: a heading that holds a button is not printed again on the next page */
      sort.removeAttribute("aria-label");
      sort.title = "Sort";
      head.replaceChildren(sort);
    });
  }

  for (const graph of document.querySelectorAll(".graph svg")) {
    const edges = [...graph.querySelectorAll(".edge")], nodes = [...graph.querySelectorAll(".node")];
    const light = (id) => {
      const near = new Set([id]);
      for (const edge of edges) {
        const touches = edge.dataset.a === id || edge.dataset.b === id;
        edge.classList.toggle("dim", id !== null && !touches);
        if (touches) near.add(edge.dataset.a).add(edge.dataset.b);
      }
      for (const node of nodes) node.classList.toggle("dim", id !== null && !near.has(node.dataset.id));
    };
    for (const node of nodes) {
      node.addEventListener("pointerenter", () => light(node.dataset.id));
      node.addEventListener("pointerleave", () => light(null));
      node.addEventListener("focus", () => light(node.dataset.id));
      node.addEventListener("blur", () => light(null));
    }
  }

  /* A statement opens where its number stands; without this script the link leads to it. */
  let opened = 0;
  for (const link of document.querySelectorAll("a.q")) {
    link.setAttribute("role", "button");
    link.setAttribute("aria-expanded", "false");
    link.addEventListener("click", (event) => {
      const source = document.getElementById(link.hash.slice(1))?.querySelector(".statement");
      if (!source) return;
      event.preventDefault();
      const is = link.getAttribute("aria-expanded") === "true";
      if (is) document.getElementById(link.getAttribute("aria-controls"))?.remove();
      else {
        const copy = make("div", "", { className: "inline statement", id: "inline-" + ++opened });
        copy.setAttribute("role", "region");
        copy.setAttribute("aria-label", "Behind the number, " + opened + ": " + link.hash.slice(7));
        copy.append(...source.cloneNode(true).childNodes);
        for (const inner of copy.querySelectorAll("[aria-label]")) inner.setAttribute("aria-label", inner.getAttribute("aria-label") + ", opened " + opened);
        copy.addEventListener("keydown", (event) => { if (event.key === "Escape") { link.click(); link.focus(); } });
        (link.closest(".figures") ?? link.closest(".trail") ?? link).after(copy);
        link.setAttribute("aria-controls", copy.id);
      }
      link.setAttribute("aria-expanded", String(!is));
    });
    link.addEventListener("keydown", (event) => {
      const open = link.getAttribute("aria-expanded") === "true";
      if (event.key === " " || (event.key === "Escape" && open)) { event.preventDefault(); link.click(); }
    });
  }
  const reveal = () => { const at = document.getElementById(location.hash.slice(1)); if (at instanceof HTMLDetailsElement) at.open = true; };
  addEventListener("hashchange", reveal);
  reveal();

  const links = [...document.querySelectorAll(".contents a")];
  const inView = new Set();
  const watch = new IntersectionObserver((entries) => {
    for (const entry of entries) inView[entry.isIntersecting ? "add" : "delete"](entry.target.id);
    const first = links.find((link) => inView.has(link.hash.slice(1)));
    if (first) for (const link of links) link === first ? link.setAttribute("aria-current", "true") : link.removeAttribute("aria-current");
  }, { rootMargin: "-10% 0px -60% 0px" });
  for (const section of document.querySelectorAll("main > section")) watch.observe(section);
})();
