// What happens next: read again whenever the service says that something changed.
let news;
const arrive = (main) => {
  news?.close();
  for (const form of main.querySelectorAll("form[data-live]")) reveal(form);
  const place = main.querySelector("[data-news]");
  if (!place) return;
  news = new EventSource(place.dataset.news);
  news.addEventListener("news", async () => {
    const response = await fetch(location.href, { headers: { accept: "text/html" } }).catch(() => null);
    if (!response?.ok) return;
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const fresh = page.querySelector("[data-news]");
    const now = document.querySelector("[data-news]");
    const plain = (part) => part.textContent.replace(/\s+/g, " ");
    // Whoever is about to press something keeps what they see, unless it changed.
    if (fresh && now && plain(fresh) !== plain(now)) { now.replaceWith(fresh); document.title = page.title; }
  });
};
arrive(document.querySelector("main"));
