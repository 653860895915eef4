// The queue's lines: new ones take their place, changed ones are marked, and nothing jumps from under the cursor.
const queue = document.getElementById("queue");
const lines = () => [...document.querySelectorAll(".line")];
const mark = (line, word) => {
  const name = line.querySelector(".name");
  if (name.querySelector(".fresh, .changed-word")) return;
  const told = document.createElement("b");
  told.className = "fresh changed-word";
  told.textContent = word;
  name.append(" ", told);
};
if (queue) refreshers.push((page) => {
  const fresh = page.getElementById("queue");
  const list = queue.querySelector(".lines"), next = fresh?.querySelector(".lines");
  if (!fresh || !list || !next) { if (fresh && plain(fresh) !== plain(queue)) queue.replaceChildren(...fresh.childNodes); return; }
  const old = new Map(lines().map((line) => [line.id, line]));
  const placed = [...next.children].map((line) => {
    const before = old.get(line.id);
    if (!before) return line;
    const unmarked = (it) => plain(it).replace(/ changed(?= |$)/, "");
    if (unmarked(before) === plain(line)) return before;
    if (!busy(before)) { mark(line, "changed"); return line; }
    // What has the focus keeps it: its parts change around it.
    for (const part of [".tag", ".left", ".notes", ".hand"]) {
      const [was, is] = [before.querySelector(part), line.querySelector(part)];
      if (was && is) was.replaceWith(is); else if (was) was.remove(); else if (is) before.append(is);
    }
    mark(before, "changed");
    return before;
  });
  // Only what has to move is moved, so that the focus and the place on the screen stay.
  placed.forEach((line, at) => { if (list.children[at] !== line) list.insertBefore(line, list.children[at] ?? null); });
  while (list.children.length > placed.length) list.lastElementChild.remove();
});

// Single keys, where nobody is typing and nobody has switched them off.
const keys = {
  j: () => step(1), k: () => step(-1),
  // Of a line that has no button nothing is claimed, whatever case stands beside the list.
  c: () => (current() ? current().querySelector("form.hand") : document.getElementById("claim"))?.requestSubmit(),
  l: () => {
    const line = current();
    if (line) location.assign(`${line.querySelector("a").pathname}#call`);
    else document.getElementById("call")?.querySelector("summary")?.click();
  },
  "/": () => document.getElementById("client")?.focus(),
  "?": () => { const list = document.querySelector("details.keys"); if (list) { list.open = !list.open; list.querySelector("summary").focus(); list.scrollIntoView({ block: "nearest" }); } },
};
const current = () => document.activeElement?.closest(".line");
// Beside a case the steps begin at that one.
const here = () => current() ?? document.querySelector(".beside [aria-current]")?.closest(".line");
const step = (by) => {
  const all = lines(), at = all.indexOf(here());
  const next = all[at < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(Math.max(at + by, 0), all.length - 1)];
  next?.querySelector(".name a").focus();
};
addEventListener("keydown", (event) => {
  const off = document.querySelector("[data-keys]")?.dataset.keys !== "on";
  if (off || event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select, [contenteditable]")) return;
  const act = keys[event.key];
  if (!act) return;
  event.preventDefault();
  act();
});

// The list beside a case shows that one, and its head.
const listed = document.querySelector(".beside [aria-current]")?.closest(".line");
const beside = listed?.closest(".beside");
if (listed && listed.offsetTop + listed.offsetHeight > beside.clientHeight) beside.scrollTop = listed.offsetTop - 2 * listed.offsetHeight;
