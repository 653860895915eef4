// A form whose connection is bad: what was answered stays on the page, and is sent until it was taken. A step that is
// being answered is looked at by the service at once: what it opens, and what must be shown.
const say = (form, text) => { const status = form.querySelector(".status"); if (status) status.textContent = text; };
const body = (form, more) => {
  const fields = new URLSearchParams(new FormData(form));
  for (const [name, value] of Object.entries(more)) fields.set(name, value);
  return fields;
};
const post = (form, more, signal) => fetch(form.action, { method: "POST", body: body(form, more), signal, headers: { accept: "text/html" } });

// Puts another page in this one's place, without a flash and with its own address.
const turn = async (response) => {
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const main = page.querySelector("main");
  if (!main) { location.assign(response.url); return; }
  document.title = page.title;
  document.querySelector(".bar").replaceWith(page.querySelector(".bar"));
  document.querySelector("main").replaceWith(main);
  if (response.url !== location.href) history.pushState(null, "", response.url);
  scrollTo(0, 0);
  arrive(main);
  (main.querySelector(".errors") ?? main).focus();
};

const send = async (form, more, tries = 0) => {
  form.setAttribute("aria-busy", "true");
  try {
    const response = await post(form, more);
    if (response.status === 503) throw new Error("busy");
    await turn(response);
  } catch {
    say(form, form.querySelector(".status")?.dataset.offline ?? "");
    const again = () => { removeEventListener("online", again); clearTimeout(timer); if (form.isConnected) send(form, more, tries + 1); };
    const timer = setTimeout(again, Math.min(1000 * 2 ** tries, 30000));
    addEventListener("online", again);
    return;
  }
  form.removeAttribute("aria-busy");
};
addEventListener("submit", (event) => {
  const form = event.target;
  if (!("send" in form.dataset)) return;
  event.preventDefault();
  if (form.hasAttribute("aria-busy")) return;
  const button = event.submitter;
  send(form, button?.name ? { [button.name]: button.value } : {});
});
addEventListener("popstate", () => location.reload());

// What is shown at once: below the answer that called for it, once, and gone again with it.
const show = (form, found, near) => {
  const panel = found.querySelector("#panel");
  const old = form.querySelector("#panel");
  if (!panel) old?.remove();
  else if (form.elements.read.value !== found.dataset.mark || !old) {
    old?.remove();
    near.closest("fieldset").after(panel);
    say(form, panel.querySelector("h2").textContent);
  }
  form.elements.read.value = found.dataset.mark;
};
let looking;
const look = async (form, near) => {
  looking?.abort();
  const mine = looking = new AbortController();
  // Whoever listens to the page hears it once, when all of it stands there.
  const status = form.querySelector(".status");
  status.setAttribute("aria-busy", "true");
  try {
    const response = await post(form, { live: "1" }, mine.signal);
    if (!response.ok) return;
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const found = page.querySelector("[data-open]");
    if (!found || !form.isConnected) return;
    const open = new Set(found.dataset.open.split(" "));
    for (const part of form.querySelectorAll("[data-item]")) {
      part.hidden = !open.has(part.dataset.item);
      if (part.localName === "fieldset") part.disabled = part.hidden;
    }
    say(form, status.dataset.saved);
    show(form, found, near);
  } catch {
    // The press on "Continue" sends it all again.
  } finally {
    if (mine === looking) status.removeAttribute("aria-busy");
  }
};
addEventListener("change", (event) => {
  const form = event.target.form;
  if (!form || !("live" in form.dataset)) return;
  reveal(form);
  look(form, event.target);
});

// A choice that may be left blank can be taken back.
const reveal = (form) => {
  for (const button of form.querySelectorAll("[data-clear]")) {
    button.hidden = !form.querySelector(`[name="${button.dataset.clear}"]:checked`);
  }
};
addEventListener("click", (event) => {
  const name = event.target.dataset?.clear;
  if (!name) return;
  const form = event.target.form;
  for (const option of form.querySelectorAll(`[name="${name}"]`)) option.checked = false;
  const blank = document.createElement("input");
  Object.assign(blank, { type: "hidden", name, value: "" });
  form.append(blank);
  reveal(form);
  look(form, event.target);
  form.addEventListener("change", (change) => { if (change.target.name === name) blank.remove(); });
});
