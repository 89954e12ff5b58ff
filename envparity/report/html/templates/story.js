// After matrix.js, with its data, its `h` and its state.

// --- the story of a cell -----------------------------------------------------------------------
const packed = document.querySelectorAll("script.stories"), unpacked = new Map();

function unpack(chunk) {
  if (!unpacked.has(chunk)) {
    const bytes = Uint8Array.from(atob(packed[chunk].textContent), (c) => c.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    unpacked.set(chunk, new Response(stream).json());
  }
  return unpacked.get(chunk);
}

const brief = (b, s, p) => { const story = told[place(b, s, p)]; return story ? data.briefs[story - 1].map((text) => data.texts[text]) : ["", ""]; };
const quoted = (word) => /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'"'"'`)}'`;
const command = (b, s, p) => data.builders[b] === "-" ? "envparity lint" : ["envparity", "run", names[s], "--builder", data.builders[b], "--python", data.pythons[p][0]].map(quoted).join(" ");

function side(pieces, kind) {
  if (pieces === null) return h("td", { class: "none" });
  return h("td", { class: kind }, h(kind === "l" ? "del" : "ins", null, pieces.map((text, i) => i % 2 ? h("mark", null, text) : text)));
}

function diffTable([step, run, what, lines]) {
  return h("table", { class: "diff" }, h("caption", null, `step ${step}, ${what}  `, h("code", null, run)),
    h("thead", null, h("tr", null, h("th", { scope: "col" }, "− vanilla"), h("th", { scope: "col" }, "+ environment"))),
    h("tbody", null, lines.map((line) => typeof line === "number" ? h("tr", { class: "skip" }, h("td", { colspan: 2 }, `… ${line} ${line === 1 ? "line" : "lines"} left out`)) :
      typeof line === "string" ? h("tr", null, h("td", { class: "same" }, line), h("td", { class: "same" }, line)) : h("tr", null, side(line[0], "l"), side(line[1], "r")))));
}

function kin(b, s, p) {
  const head = h("tr", null, h("td"), data.pythons.map(([label, short]) => h("th", { scope: "col", title: label }, short.replace("-", "-\u200b"))));
  const lines = data.builders.map((name, i) => h("tr", null, h("th", { scope: "row" }, name), data.pythons.map(([label], j) => {
    const letter = letterOf(i, s, j);
    return h("td", null, letter === " " ? "" : h("button", { type: "button", class: letter, "aria-current": String(i === b && j === p), "aria-label": `${name} on ${label}: ${WORDS[letter]}`, onclick: () => tell(i, s, j) }, GLYPHS[letter]));
  })));
  return h("div", { class: "kin" }, h("table", null, h("thead", null, head), h("tbody", null, lines)));
}

async function copy(text, button, code) {
  try { await navigator.clipboard.writeText(text); } catch {
    getSelection().selectAllChildren(code);
    document.execCommand("copy");
  }
  button.textContent = "Copied";
  setTimeout(() => { button.textContent = "Copy"; }, 1500);
}

let turn = 0;
async function tell(b, s, p) {
  const mine = ++turn, dialog = $("story"), letter = letterOf(b, s, p), story = told[place(b, s, p)];
  const [why, known] = brief(b, s, p), [name, summary, origins, steps] = data.scenarios[s], change = changeOf(b, s, p);
  let differences = [], was = null, trouble = "";
  if (story) try {
    [differences, was] = (await unpack(Math.floor((story - 1) / data.perChunk)))[(story - 1) % data.perChunk];
  } catch (error) { trouble = `The differences cannot be unpacked by this browser (${error.message}); the report file has them.`; }
  if (mine !== turn) return;
  const outcome = data.outcomes[data.cells[b][s * P + p].toLowerCase()];
  const again = command(b, s, p), code = h("code", { tabindex: "0" }, again), button = h("button", { class: "button", type: "button", onclick: () => copy(again, button, code) }, "Copy");
  const at = new Set(differences.map((one) => one[0]));
  const theme = themeOf[s];
  dialog.replaceChildren(
    h("div", { class: "bar" }, h("span", { class: `badge ${letter}` }, `${GLYPHS[letter]} ${letter === "x" ? `${outcome}, as expected` : outcome}`),
      change && change !== "unchanged" && letter !== "g" ? h("span", { class: "badge" }, change) : "",
      h("button", { class: "button push", type: "button", title: "The failure before this one (p)", "aria-label": "Previous failure", onclick: () => { nextFailure(-1); press(active.r, active.c); } }, "‹"),
      h("button", { class: "button", type: "button", title: "The failure after this one (n)", "aria-label": "Next failure", onclick: () => { nextFailure(1); press(active.r, active.c); } }, "›"),
      h("button", { class: "button", type: "button", "aria-label": "Close", onclick: () => dialog.close() }, "✕")),
    h("div", { class: "tell" },
      h("h2", { id: "story-title", tabindex: "-1" }, name.startsWith(`${theme}/`) ? [h("small", null, `${theme}/`), name.slice(theme.length + 1)] : name),
      h("p", { class: "where" }, `${data.builders[b]} on ${data.pythons[p][0]}`),
      data.texts[summary] ? h("p", { class: "lead" }, data.texts[summary]) : "",
      origins.length ? h("ul", { class: "origins", "aria-label": "Where it comes from" }, origins.map(([text, link]) => h("li", null,
        data.texts[link] ? h("a", { href: data.texts[link], rel: "noopener noreferrer", target: "_blank" }, data.texts[text]) : data.texts[text]))) : "",
      why ? h("p", null, h("strong", null, `${outcome[0].toUpperCase()}${outcome.slice(1)}: `), why) : "",
      known ? h("p", null, h("strong", null, "Expected: "), known) : "",
      trouble ? h("p", { class: "bad" }, trouble) : "",
      was ? h("p", null, h("strong", null, `${change[0].toUpperCase()}${change.slice(1)}: `), `it was ${was[0]}${was[1] ? ` (${was[1]})` : ""}`) : "",
      differences.length ? [h("h3", null, "What differs"), differences.map(diffTable)] : "",
      was && was[2].length ? h("details", { class: "before" }, h("summary", null, "What differed before"), was[2].map(diffTable)) : "",
      steps.length ? [h("h3", null, "Steps"), h("ol", { class: "steps" }, steps.map((text, i) => h("li", at.has(i + 1) ? { class: "at" } : null, h("code", null, data.texts[text]), at.has(i + 1) ? h("span", { class: "sr" }, " (differs)") : "")))] : "",
      h("h3", null, "Run this cell again"), h("div", { class: "again" }, code, button),
      h("h3", null, "The same scenario elsewhere"), kin(b, s, p)));
  if (!dialog.open) dialog.showModal();
  $("story-title").focus({ preventScroll: true });
  dialog.scrollTop = 0;
  state.cell = [name, data.builders[b], data.pythons[p][0]].join("|");
  keep();
}
$("story").addEventListener("close", () => { turn++; state.cell = ""; keep(); mark(true); });
$("story").addEventListener("click", (event) => { if (event.target === $("story")) $("story").close(); });

// --- the address -------------------------------------------------------------------------------
const LISTS = { o: WORDS, c: Object.fromEntries(kinds.map((kind) => [kind, kind])) };

function keep() {
  const kept = new URLSearchParams();
  for (const key of ["q", "b", "t", "p"]) if (state[key]) kept.set(key, state[key]);
  for (const [key, words] of Object.entries(LISTS)) if (state[key].size) kept.set(key, [...state[key]].map((one) => words[one]).join(","));
  if (state.cell) kept.set("cell", state.cell);
  const fragment = kept.toString();
  if (fragment !== location.hash.slice(1)) history.replaceState(null, "", fragment ? `#${fragment}` : location.pathname + location.search);
}

function restore() {
  const kept = new URLSearchParams(location.hash.slice(1));
  const one = (key, known) => known.includes(kept.get(key)) ? kept.get(key) : "";
  state.q = kept.get("q") || "";
  state.b = one("b", data.builders); state.t = one("t", themes); state.p = one("p", data.pythons.map((python) => python[0]));
  for (const [key, words] of Object.entries(LISTS)) {
    const wanted = (kept.get(key) || "").split(",");
    state[key] = new Set(Object.keys(words).filter((letter) => wanted.includes(words[letter])));
  }
  $("query").value = state.q; $("builder").value = state.b; $("theme").value = state.t; $("python").value = state.p;
  const cell = kept.get("cell");
  refresh();
  if (cell) {
    const [python, builder, ...name] = cell.split("|").reverse();
    const found = [data.builders.indexOf(builder), names.indexOf(name.reverse().join("|")), data.pythons.findIndex((each) => each[0] === python)];
    if (!found.includes(-1) && letterOf(...found) !== " ") {
      const r = rows.findIndex((row) => row.list.includes(found[1]) && (row.kind === "s" || row.kind === "c"));
      if (r >= 0) move(r, columns.findIndex((column) => column.b === found[0] && column.ps.includes(found[2])) + 1);
      tell(...found);
    }
  }
}

function refresh(scrolled) { choose(); drawGrid(scrolled); keep(); }

const fill = (select, all, entries) => select.append(h("option", { value: "" }, all), ...entries.map((one) => h("option", { value: one }, one)));
fill($("builder"), "all builders", data.builders);
fill($("theme"), "all themes", themes);
fill($("python"), "all interpreters", data.pythons.map((one) => one[0]));
for (const [id, key] of [["query", "q"], ["builder", "b"], ["theme", "t"], ["python", "p"]]) {
  $(id).addEventListener("input", () => { state[key] = $(id).value; refresh(0); view.scrollTop = 0; });
}
$("builder").hidden = B < 2; $("theme").hidden = themes.length < 2; $("python").hidden = P < 2;
document.querySelector(".filter").addEventListener("submit", (event) => { event.preventDefault(); move(active.r, active.c); });
$("query").addEventListener("keydown", (event) => { if (event.key === "Escape" && !$("query").value) move(active.r, active.c); });
$("reset").addEventListener("click", () => { Object.assign(state, { q: "", b: "", t: "", p: "", o: new Set(), c: new Set() }); keep(); restore(); $("query").focus(); });
$("fold").addEventListener("click", () => {
  const all = builderList(), done = all.every((b) => folded.has(b));
  for (const b of all) if (done) folded.delete(b); else folded.add(b);
  refresh();
});
addEventListener("hashchange", restore);
new ResizeObserver(() => {
  const { width } = size;
  measure();
  if (width !== size.width) drawGrid(); else draw();
}).observe(view);
addEventListener("beforeprint", () => { printing = true; drawn = new Map(); drawGrid(); });
addEventListener("afterprint", () => { printing = false; drawGrid(); });
// Where the columns do not fit, builders begin as one column each.
if (B > 1 && B * P * 25 + Math.min(336, innerWidth * .45) > innerWidth) data.builders.forEach((_, b) => folded.add(b));
measure();
restore();
