// The form that is read aloud: which questions follow from an answer, the service says; every part is in the page already.
const follow = document.querySelector("form[data-follow]");
let following;
follow?.addEventListener("change", async () => {
  following?.abort();
  following = new AbortController();
  const body = new URLSearchParams(new FormData(follow));
  body.set("go", "look");
  const response = await fetch(follow.action, { method: "POST", body, signal: following.signal }).catch(() => null);
  if (!response?.ok) return;
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const parts = (of) => [...of.querySelectorAll("[data-follows], fieldset.question")];
  const [now, then] = [parts(document), parts(page)];
  if (now.length !== then.length) return;
  now.forEach((part, at) => {
    part.hidden = then[at].hidden;
    if (part.localName === "fieldset") part.disabled = part.hidden;
  });
});
