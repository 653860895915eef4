// The form that is read aloud: which questions follow from an answer, the service says; every part is in the page already.
const follow = document.querySelector("form[data-follow]");
let following;
follow?.addEventListener("change", async () => {
  following?.abort();
  const mine = following = new AbortController();
  follow.setAttribute("aria-busy", "true");
  const body = new URLSearchParams(new FormData(follow));
  body.set("go", "look");
  const response = await fetch(follow.action, { method: "POST", body, signal: mine.signal }).catch(() => null);
  const text = response?.ok ? await response.text().catch(() => null) : null;
  // An answer that came since asks again.
  if (mine !== following) return;
  follow.removeAttribute("aria-busy");
  if (text === null) return;
  const page = new DOMParser().parseFromString(text, "text/html");
  const parts = (of) => [...of.querySelectorAll("[data-follows], fieldset.question")];
  const [now, then] = [parts(document), parts(page)];
  if (now.length !== then.length) return;
  now.forEach((part, at) => {
    part.hidden = then[at].hidden;
    if (part.localName === "fieldset") part.disabled = part.hidden;
  });
});
