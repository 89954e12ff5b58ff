"use strict";
// Everything that comes from the data becomes text, never markup: nodes are made by `h` alone.
const data = JSON.parse(document.getElementById("data").textContent);
const P = data.pythons.length, N = data.scenarios.length, B = data.builders.length;
const $ = (id) => document.getElementById(id);

// From worst to best as a person reads them; what does not apply says less than parity.
const RANKS = "edrgxups";
const GLYPHS = { g: "∅", e: "!", d: "✗", r: "⊘", x: "≠", u: "–", p: "✓", s: "·", " ": "" };
const WORDS = { ...data.outcomes, x: "expected", " ": "no cell" };
const NONE = RANKS.length;
const FAILURES = 3;
const MARKS = { broken: "worse", flaky: "worse", gone: "worse", "not comparable": "worse", "differs otherwise": "moved", new: "fresh", fixed: "better" };

const ranks = data.cells.map((row) => Uint8Array.from(row, (c) => c === " " ? NONE : RANKS.indexOf(c === c.toUpperCase() ? "x" : c)));
const names = data.scenarios.map((one) => one[0]);
const themeOf = names.map((name) => name.split("/")[0]);
const familyOf = names.map((name) => name.includes("[") ? name.slice(0, name.indexOf("[")) : name);
const themes = [...new Set(themeOf)];
const told = new Int32Array(B * N * P);
{ let at = 0; for (const n of data.told) { if (n < 0) at -= n; else told[at++] = n; } }
const place = (b, s, p) => (b * N + s) * P + p;
const kinds = Object.values(data.kinds), letters = [...RANKS, " "];
const moves = data.changes.map((row) => Uint8Array.from(row, (c) => c === " " ? kinds.length : c.charCodeAt(0) - 97));
const changeOf = (b, s, p) => moves.length ? kinds[moves[b][s * P + p]] : undefined;
const letterOf = (b, s, p) => letters[ranks[b][s * P + p]];

function h(tag, attributes, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value === true) node.setAttribute(name, "");
    else if (value !== false && value !== undefined && value !== null) node.setAttribute(name, value);
  }
  node.append(...children.flat(Infinity).filter((one) => one !== null && one !== undefined && one !== ""));
  return node;
}

// --- what is shown ---------------------------------------------------------------------------
const state = { q: "", b: "", t: "", p: "", o: new Set(), c: new Set(), cell: "" };
const folded = new Set(), closed = new Set(), opened = new Map();
let columns = [], rows = [], active = { r: 0, c: 0 }, hay = null;

function haystack() {
  // What a search looks through: made when somebody first searches.
  return hay ||= data.scenarios.map(([name, summary, origins], s) => {
    const seen = new Set([summary, ...origins.map((one) => one[0])]);
    for (let b = 0; b < B; b++) for (let p = 0; p < P; p++) {
      const story = told[place(b, s, p)];
      if (story) for (const text of data.briefs[story - 1]) seen.add(text);
    }
    return [name, ...[...seen].map((text) => data.texts[text])].join("\n").toLowerCase();
  });
}

const builderList = () => data.builders.map((_, b) => b).filter((b) => state.b === "" || data.builders[b] === state.b);
const pythonList = () => data.pythons.map((_, p) => p).filter((p) => state.p === "" || data.pythons[p][0] === state.p);
const isFiltered = () => state.q !== "" || state.o.size > 0 || state.c.size > 0;
const fits = (b, s, p) => (!state.o.size || state.o.has(letterOf(b, s, p))) && (!state.c.size || state.c.has(changeOf(b, s, p)));

function choose() {
  const bs = builderList(), ps = pythonList();
  columns = [];
  for (const b of bs) {
    if (folded.has(b) && ps.length > 1 && bs.length > 1) columns.push({ b, ps, first: true });
    else ps.forEach((p, i) => columns.push({ b, ps: [p], first: i === 0 }));
  }
  const filtered = isFiltered();
  const words = state.q.toLowerCase().split(/\s+/).filter(Boolean);
  const picky = state.o.size > 0 || state.c.size > 0;
  const outcomes = letters.map(() => 0), changes = [...kinds, ""].map(() => 0);
  const wanted = letters.map((letter) => !state.o.size || state.o.has(letter)), meant = [...kinds, ""].map((kind) => !state.c.size || state.c.has(kind));
  let shown = 0, previous = "", head = null;
  rows = [];
  const families = new Map();
  for (let s = 0; s < N; s++) {
    if (state.t !== "" && themeOf[s] !== state.t) continue;
    if (words.length && !words.every((word) => haystack()[s].includes(word))) continue;
    let matches = 0, any = false;
    for (const b of bs) for (const p of ps) {
      const at = s * P + p, rank = ranks[b][at];
      if (rank === NONE) continue;
      any = true;
      outcomes[rank]++;
      const move = moves.length ? moves[b][at] : kinds.length;
      changes[move]++;
      if (wanted[rank] && meant[move]) matches++;
    }
    if (!any || (picky && !matches)) continue;
    shown += matches;
    const theme = themeOf[s], family = familyOf[s];
    if (theme !== previous) { head = { kind: "t", name: theme, list: [] }; rows.push(head); previous = theme; }
    head.list.push(s);
    if (closed.has(theme)) continue;
    if (family !== names[s]) {
      let row = families.get(family);
      if (!row) { row = { kind: "f", name: family, list: [] }; families.set(family, row); rows.push(row); }
      row.list.push(s);
      if (opened.get(family) ?? filtered) rows.push({ kind: "c", name: names[s].slice(family.length), list: [s] });
    } else rows.push({ kind: "s", name: names[s].slice(theme.length + 1) || names[s], list: [s] });
  }
  chips($("outcomes"), [...RANKS].map((c, rank) => [c, GLYPHS[c], WORDS[c], outcomes[rank]]), state.o);
  if (moves.length) chips($("changes"), kinds.map((kind, i) => [kind, "", kind, changes[i]]), state.c);
  const scenarios = rows.reduce((sum, row) => sum + (row.kind === "t" ? row.list.length : 0), 0);
  $("count").textContent = `${shown.toLocaleString("en")} cells in ${scenarios} scenarios`;
  $("reset").hidden = !(isFiltered() || state.b || state.t || state.p);
  $("fold").hidden = bs.length < 2 || ps.length < 2;
  $("fold").textContent = bs.every((b) => folded.has(b)) ? "Unfold builders" : "Fold builders";
}

function chips(group, entries, chosen) {
  const focused = group.contains(document.activeElement) ? document.activeElement.value : null;
  group.hidden = false;
  group.replaceChildren(...entries.filter(([key, , , count]) => count || chosen.has(key)).map(([key, glyph, word, count]) =>
    h("button", { type: "button", value: key, "aria-pressed": String(chosen.has(key)), onclick: () => {
      if (!chosen.delete(key)) chosen.add(key);
      refresh();
    } }, glyph && h("b", { "aria-hidden": "true" }, glyph), word, h("span", null, count.toLocaleString("en")))));
  if (focused !== null) [...group.children].find((one) => one.value === focused)?.focus();
}

// --- the grid --------------------------------------------------------------------------------
const view = $("view");
let body = null, rowHeight = 25, drawn = new Map(), printing = false, notes = false;
// Asking the browser for sizes while a table changes makes it lay out everything at once.
const size = { width: 0, height: 0 };

function aggregate(row, column) {
  // The worst of the cells, how many fail, and the one that a click opens.
  let rank = NONE, failures = 0, cell = null, mark = "", moved = "", off = isFiltered() && row.kind !== "t";
  for (const s of row.list) for (const p of column.ps) {
    const found = ranks[column.b][s * P + p];
    if (found === NONE) continue;
    if (found < FAILURES) failures++;
    if (found < rank) { rank = found; cell = [column.b, s, p]; }
    const change = moves.length && row.kind !== "t" ? changeOf(column.b, s, p) : "", kind = change && MARKS[change];
    if (kind && (mark === "" || (kind === "worse" && mark !== "worse"))) { mark = kind; moved = change; }
    if (off && fits(column.b, s, p)) off = false;
  }
  return { letter: rank === NONE ? " " : RANKS[rank], failures, cell, mark, moved, off };
}

function strip(row, column) {
  // A folded builder's interpreters, one beside another: the worst of each.
  const colours = column.ps.map((p) => Math.min(...row.list.map((s) => ranks[column.b][s * P + p])));
  const width = 100 / colours.length;
  return `linear-gradient(to right, ${colours.map((rank, i) => `var(--tick-${RANKS[rank] || "none"}) ${i * width}% ${(i + 1) * width}%`).join(", ")})`;
}

function drawRow(index) {
  const row = rows[index];
  const many = row.kind === "t" || row.kind === "f";
  const open = row.kind === "t" ? !closed.has(row.name) : row.kind === "f" ? opened.get(row.name) ?? isFiltered() : undefined;
  const name = row.kind === "f" ? row.name.slice(row.name.indexOf("/") + 1) : row.name;
  const line = h("tr", { class: row.kind, "aria-rowindex": index + 3 });
  line.append(h("th", { scope: "row", tabindex: "-1", title: names[row.list[0]] && !many ? names[row.list[0]] : row.name, "aria-expanded": many ? String(open) : undefined },
    many ? h("i", { "aria-hidden": "true" }, open ? "▾" : "▸") : "", name, many ? h("small", null, row.kind === "t" ? `  ${row.list.length}` : `  ${row.list.length} ${row.list.length === 1 ? "case" : "cases"}`) : ""));
  for (const column of columns) {
    const cell = aggregate(row, column);
    const td = document.createElement("td");
    td.className = `${cell.letter}${column.first ? " first" : ""}${cell.off ? " off" : ""}${cell.mark ? ` ${cell.mark}` : ""}`;
    const several = column.ps.length > 1 && cell.failures > 1 && !many ? cell.failures : "";
    td.textContent = row.kind === "t" && cell.failures ? (cell.failures > 999 ? "1k+" : cell.failures) : GLYPHS[cell.letter] + several;
    if (column.ps.length > 1 && row.kind !== "t" && cell.cell && "edrx".includes(cell.letter)) td.style.backgroundImage = strip(row, column);
    const failing = (many || several) && cell.failures ? `, ${cell.failures} failing` : "";
    td.setAttribute("aria-label", WORDS[cell.letter] + failing + (cell.moved && cell.moved !== WORDS[cell.letter] ? `, ${cell.moved}` : ""));
    td.tabIndex = -1;
    line.append(td);
  }
  if (notes) line.append(h("td", { class: "note" }, row.kind === "t" ? "" : data.texts[data.scenarios[row.list[0]][1]]));
  return line;
}

function heading(column) {
  const all = column.ps.length > 1;
  const attributes = { scope: "col", class: `${column.first ? "first" : ""}` };
  if (all) return null;
  const [label, short] = data.pythons[column.ps[0]];
  if (data.pythons.some((one) => one[1].length > 4)) attributes.class += " tall";
  return h("th", attributes, h("span", { title: label, "aria-label": `${label} ${data.builders[column.b]}` , role: "text" }, short));
}

function measure() {
  size.width = view.clientWidth;
  size.height = view.clientHeight;
  rowHeight = parseFloat(getComputedStyle(document.documentElement).getPropertyValue("--row")) || 25;
}

function drawGrid(scrolled) {
  // Room to the right is for what each scenario says; on paper and on a telephone there is none.
  const room = size.width - 336 - columns.reduce((sum, one) => sum + (one.ps.length > 1 ? 68 : 25), 0);
  notes = !printing && innerWidth > 768 && room > 240;
  const table = h("table", { class: "grid", role: "grid", "aria-label": "Outcomes by scenario, builder and interpreter", "aria-rowcount": rows.length + 2, "aria-colcount": columns.length + 1 + notes });
  const cols = h("colgroup", null, h("col", { class: "name" }), columns.map((one) => h("col", { class: one.ps.length > 1 ? "all" : "one" })), notes ? h("col", { class: "note" }) : "");
  const top = h("tr", { "aria-rowindex": 1 }, h("th", { class: "corner", rowspan: 2, scope: "col" }, "scenario"));
  const low = h("tr", { "aria-rowindex": 2 });
  for (const b of builderList()) {
    const mine = columns.filter((one) => one.b === b);
    const all = mine[0].ps.length > 1;
    const toggle = builderList().length < 2 ? h("span", null, data.builders[b]) : h("button", { type: "button", title: data.builders[b], "aria-expanded": String(!all), onclick: () => { if (!folded.delete(b)) folded.add(b); refresh(); } }, data.builders[b]);
    const narrow = all ? innerWidth < 768 || data.builders.some((name) => name.length > P + 4) : mine.length < 3;
    top.append(h("th", { scope: all ? "col" : "colgroup", colspan: mine.length, rowspan: all ? 2 : 1, class: `first${narrow ? " tall" : ""}` }, toggle));
    low.append(...mine.map(heading).filter(Boolean));
  }
  const folds = columns.filter((one) => one.ps.length > 1).length;
  table.style.width = notes ? "100%" : `calc(var(--name) + ${columns.length - folds} * var(--cell) + ${folds} * var(--all))`;
  body = h("tbody");
  if (notes) top.append(h("th", { class: "note", rowspan: 2, scope: "col" }, "what vanilla does"));
  table.append(cols, h("thead", null, top, low), body);
  drawn = new Map();
  if (rows.length) view.replaceChildren(table);
  else view.replaceChildren(h("p", { class: "empty" }, "No cell is like that."));
  active.r = Math.max(0, Math.min(active.r, rows.length - 1));
  active.c = Math.max(0, Math.min(active.c, columns.length));
  draw(scrolled);
}

function draw(scrolled = view.scrollTop) {
  // Only rows in sight have nodes; two spacers stand for the others.
  if (!rows.length) return;
  const over = 8;
  let from = Math.max(0, Math.floor(scrolled / rowHeight) - over);
  let to = Math.min(rows.length, Math.ceil((scrolled + size.height) / rowHeight) + over);
  if (printing) { from = 0; to = rows.length; }
  const focused = body.contains(document.activeElement);
  const next = new Map();
  for (let i = from; i < to; i++) next.set(i, drawn.get(i) || drawRow(i));
  const gap = (count) => h("tr", { class: "gap", "aria-hidden": "true" }, h("td", { colspan: columns.length + 1 + notes }));
  const above = gap(), below = gap();
  above.firstChild.style.height = `${from * rowHeight}px`;
  below.firstChild.style.height = `${(rows.length - to) * rowHeight}px`;
  if (!drawn.size || [...next.keys()].some((i) => !drawn.has(i)) || drawn.size !== next.size) {
    body.replaceChildren(...(from ? [above] : []), ...next.values(), ...(to < rows.length ? [below] : []));
    drawn = next;
  }
  mark(focused);
}

function mark(focus) {
  body.querySelector("[tabindex='0']")?.setAttribute("tabindex", "-1");
  const cell = drawn.get(active.r)?.cells[active.c];
  if (cell) {
    cell.tabIndex = 0;
    if (focus) cell.focus({ preventScroll: true });
  } else if (focus) { view.tabIndex = -1; view.focus({ preventScroll: true }); }
}

function move(r, c) {
  active = { r: Math.max(0, Math.min(r, rows.length - 1)), c: Math.max(0, Math.min(c, columns.length)) };
  const top = active.r * rowHeight, room = view.clientHeight - (view.querySelector("thead")?.offsetHeight || 0) - rowHeight;
  if (top < view.scrollTop) view.scrollTop = top;
  else if (top > view.scrollTop + room) view.scrollTop = top - room;
  draw();
  mark(true);
  const cell = drawn.get(active.r)?.cells[active.c];
  const side = drawn.get(active.r)?.cells[0].offsetWidth || 0;
  if (cell && active.c) {
    const left = cell.offsetLeft;
    if (left < view.scrollLeft + side) view.scrollLeft = left - side;
    else if (left + cell.offsetWidth > view.scrollLeft + view.clientWidth) view.scrollLeft = left + cell.offsetWidth - view.clientWidth;
  }
}

function press(r, c) {
  const row = rows[r];
  if (!row) return;
  if (c === 0 && row.kind === "t") { if (!closed.delete(row.name)) closed.add(row.name); }
  else if (c === 0 && row.kind === "f") opened.set(row.name, !(opened.get(row.name) ?? isFiltered()));
  else {
    const found = c ? aggregate(row, columns[c - 1]).cell : worst(row);
    if (found) tell(...found);
    return;
  }
  refresh();
  move(r, c);
}

function worst(row) {
  const found = columns.map((column) => aggregate(row, column)).filter((one) => one.cell);
  return found.sort((a, b) => RANKS.indexOf(a.letter) - RANKS.indexOf(b.letter))[0]?.cell;
}

// Where runs are compared, what got worse is wanted as well.
const isWanting = (cell) => cell.failures > 0 || cell.mark === "worse";

function nextFailure(step) {
  let { r, c } = active;
  for (let i = 0; i < rows.length * (columns.length + 1); i++) {
    c += step;
    if (c > columns.length) { c = 1; r++; } else if (c < 1) { c = columns.length; r--; }
    if (r < 0 || r >= rows.length) return;
    if (rows[r].kind !== "t" && isWanting(aggregate(rows[r], columns[c - 1]))) { move(r, c); return; }
  }
}

view.addEventListener("scroll", () => requestAnimationFrame(() => draw()), { passive: true });
view.addEventListener("click", (event) => {
  const cell = event.target.closest("td, tbody th"), line = cell?.closest("tr");
  if (!line || line.className === "gap") return;
  const r = Number(line.getAttribute("aria-rowindex")) - 3;
  const c = cell.className === "note" ? 0 : cell.cellIndex;
  move(r, c);
  press(r, c);
});
view.addEventListener("mouseover", (event) => {
  const cell = event.target.closest("td"), line = cell?.closest("tr");
  if (!line || line.className === "gap" || cell.className === "note" || cell.title) return;
  const row = rows[Number(line.getAttribute("aria-rowindex")) - 3], found = aggregate(row, columns[cell.cellIndex - 1]).cell;
  if (found) cell.title = [`${names[found[1]]}  ${data.builders[found[0]]}  ${data.pythons[found[2]][0]}: ${cell.getAttribute("aria-label")}`, ...brief(...found)].filter(Boolean).join("\n");
});
view.addEventListener("keydown", (event) => {
  if (event.target.closest("thead") || event.altKey || event.metaKey) return;
  const page = Math.max(1, Math.floor(view.clientHeight / rowHeight) - 4);
  const last = rows.length - 1, wide = columns.length, { r, c } = active;
  const go = {
    ArrowDown: [r + 1, c], ArrowUp: [r - 1, c], ArrowRight: [r, c + 1], ArrowLeft: [r, c - 1], PageDown: [r + page, c], PageUp: [r - page, c],
    Home: event.ctrlKey ? [0, 0] : [r, 0], End: event.ctrlKey ? [last, wide] : [r, wide],
  }[event.key];
  if (go) move(...go);
  else if (event.key === "Enter" || event.key === " ") press(r, c);
  else return;
  event.preventDefault();
});
addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || /^(INPUT|SELECT)$/.test(event.target.tagName)) return;
  const inStory = $("story").open;
  if (event.key === "/" && !inStory) $("query").focus();
  else if (event.key === "n" || event.key === "p") { nextFailure(event.key === "n" ? 1 : -1); if (inStory) press(active.r, active.c); }
  else return;
  event.preventDefault();
});
