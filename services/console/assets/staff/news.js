// Time left, turned every second: seconds only in the last hour.
const span = (ms) => {
  const all = Math.floor(ms / 1000), minutes = Math.floor(all / 60), hours = Math.floor(minutes / 60);
  const two = (number) => String(number).padStart(2, "0");
  if (hours >= 48) return `${Math.floor(hours / 24)} days`;
  if (hours >= 1) return `${hours} h ${two(minutes % 60)} min`;
  return `${minutes} min ${two(all % 60)} s`;
};
const turn = () => {
  for (const left of document.querySelectorAll("time[data-left]")) {
    const ms = Date.parse(left.dateTime) - Date.now();
    const text = ms < 0 ? `${span(-ms)} late` : span(ms);
    if (left.textContent !== text) left.textContent = text;
    left.classList.toggle("late", ms < 0);
  }
};
setInterval(turn, 1000);
turn();

// What the page asks by itself says so: nobody is working for it, and so it keeps no session open.
const byItself = (url) => fetch(url, { headers: { accept: "text/html", "x-rapport-background": "1" } });
const read = async (url) => {
  const response = await byItself(url);
  if (response.status === 401) { ended(); return null; }
  if (!response.ok || response.redirected) return null;
  return new DOMParser().parseFromString(await response.text(), "text/html");
};

// The session is over: nothing of anybody stays on the screen, and what was typed stays in the page behind it.
const ended = () => {
  news?.close();
  if (document.querySelector(".ended")) return;
  const main = document.querySelector("main");
  const told = document.createElement("main"), alert = document.createElement("section");
  told.className = "page";
  alert.className = "ended";
  alert.setAttribute("role", "alert");
  const [title, text, row, link, back] = ["h1", "p", "p", "a", "button"].map((tag) => document.createElement(tag));
  title.textContent = "Your session has ended";
  text.textContent = "What you were writing is still in this page. Sign in, in another tab, and come back to it.";
  Object.assign(link, { href: "/staff/sign-in", target: "_blank", rel: "noopener", className: "btn", textContent: "Sign in" });
  Object.assign(back, { type: "button", className: "btn ghost", textContent: "I have signed in: go on here" });
  row.className = "row";
  row.append(link, back);
  alert.append(title, text, row);
  told.append(alert);
  main.hidden = true;
  main.after(told);
  document.title = `Session ended – ${document.title.split(" – ").at(-1)}`;
  back.addEventListener("click", async () => {
    const response = await byItself(location.href).catch(() => null);
    if (!response?.ok || response.redirected) { text.textContent = "You are not signed in yet. Sign in, in another tab, and come back to this one."; return; }
    told.remove();
    main.hidden = false;
    listen();
    refresh();
  });
};

// Puts what changed in the place of what stood there, piece by piece: what is in use, or was typed, stays.
const busy = (part) => part.matches("details[open]") || part.querySelector("details[open]") !== null || part.contains(document.activeElement);
const plain = (part) => {
  const copy = part.cloneNode(true);
  for (const time of copy.querySelectorAll("time[data-left]")) time.remove();
  return copy.textContent.replace(/\s+/g, " ").trim();
};
let refresh = async () => {
  const page = await read(location.href).catch(() => null);
  if (page) for (const each of refreshers) each(page);
  turn();
};
const refreshers = [(page) => {
  for (const part of document.querySelectorAll("[data-live]")) {
    const fresh = page.getElementById(part.id);
    const differs = fresh && (fresh.dataset.mark !== part.dataset.mark || plain(fresh) !== plain(part));
    if (differs && !busy(part)) part.replaceWith(fresh);
  }
}];

let news, asked = false;
const listen = () => {
  const place = document.querySelector("[data-news]");
  if (!place) return;
  news?.close();
  news = new EventSource(place.dataset.news);
  // The first hint says that the stream stands; whatever came before it is read with it.
  news.addEventListener("changed", async () => {
    if (asked) return;
    asked = true;
    await refresh();
    asked = false;
  });
  news.addEventListener("ended", ended);
  // A browser asks again by itself, but for an answer that is no stream: the session may be over.
  news.addEventListener("error", () => {
    if (news.readyState === EventSource.CLOSED) { read(location.href).catch(() => null); setTimeout(() => { if (!document.querySelector(".ended")) listen(); }, 30000); }
  });
};
addEventListener("pagehide", () => news?.close());
listen();
