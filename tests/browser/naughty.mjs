// usage: node naughty.mjs http://HOST:PORT OUT MAIL WISHES
//
// Every string of the list of naughty strings in every field of a client's that takes a text: it is a text on the page that
// asks for it and on the page that sums up, whatever it would rather be. One of them is sent, and is a text in the letter.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Visitor, open } from "./visitor.mjs";
import { answerAll, begin, tellAboutYourself } from "./form.mjs";
import { linkOf } from "./mail.mjs";

const [base, out, mail] = process.argv.slice(2);
const folder = process.env.RAPPORT_CORPUS;
if (!folder) console.error("RAPPORT_CORPUS is unset: the list of naughty strings was not tried");
const SENT = "<b>\"Q'&{{7*7}}</b>";
const strings = folder ? JSON.parse(readFileSync(join(folder, "blns.json"), "utf8")) : [SENT];
const browser = await open();
const visitor = await Visitor.come(browser, base, out, { device: "desktop", theme: "light", language: "en", scripts: true });
await begin(visitor);
const steps = new Set();
await answerAll(visitor, [[/closer again/, /^Yes$/]], async () => {
  if (await visitor.page.locator("textarea").count() > 0) steps.add(visitor.path());
});
assert(steps.size > 0, "somewhere a text is asked for");
await tellAboutYourself(visitor, { given: "Oakley", family: "Sample", email: "oakley@example.com", phone: "704-555-0132", care: "alone" });

const tried = await visitor.page.evaluate(async ({ strings, steps }) => {
  const parse = (html) => new DOMParser().parseFromString(html, "text/html");
  const get = async (path) => parse(await (await fetch(path)).text());
  const post = async (path, fields) => {
    const answer = await fetch(path, { method: "POST", body: new URLSearchParams(fields) });
    return { status: answer.status, page: parse(await answer.text()) };
  };
  const wrong = [];
  // What only markup could have brought.
  const foreign = (page, what) => {
    const found = page.querySelectorAll("script:not([src^='/assets/']), img, iframe, svg, object, embed, style, marquee, b, i, [onerror], [onload], [onclick], [onmouseover], a[href^='javascript']");
    if (found.length > 0) wrong.push(`${what}: ${found[0].outerHTML}`);
  };
  const line = (text) => text.replace(/\p{Cc}/gu, " ").trim();
  // A browser lets nobody type more than this into a field.
  const MOST = { given_name: 100, family_name: 100, pronouns: 40, month: 2, state: 2, email: 254, phone: 30, introduce_as: 60, pin: 12 };
  const cut = (text, name) => text.slice(0, MOST[name]).replace(/[\uD800-\uDBFF]$/, "");
  const typed = (fields) => Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, cut(value, name)]));
  const GOOD = { email: "oakley@example.com", mailbox: "private", phone: "704-555-0132", voicemail: "yes", introduce_as: "", pin: "" };
  const same = (one, other) => one.replace(/\s+/g, " ").trim() === other.replace(/\s+/g, " ").trim();
  let named = 0;
  for (const text of strings) {
    // Where a field takes it, its page keeps it; where not, the page that says so shows it again.
    for (const [path, fields] of [
      ["/about/1", { given_name: text, family_name: text, pronouns: text, month: text, day: "30", year: "1990", state: text }],
      ["/about/2", { email: text, mailbox: "private", phone: text, voicemail: "yes", introduce_as: text, pin: text }],
      ["/call", { given_name: text, family_name: text, phone: text, voicemail: "no", introduce_as: text }],
    ]) {
      const { status, page } = await post(path, typed(fields));
      foreign(page, `${path} with ${text}`);
      if (![200, 422].includes(status)) { wrong.push(`${path} with ${text}: ${status}`); continue; }
      const shown = page.querySelector("#given_name, #email");
      const wanted = line(cut(text, shown?.name));
      if (status === 422 && !same(shown.value, wanted)) wrong.push(`${path} shows ${shown.value} of ${text}`);
    }
    // The page that sums up: names as they were typed.
    await post("/about/2", GOOD);
    const name = line(cut(text, "given_name"));
    const kept = await post("/about/1", { given_name: name, family_name: "Sample", pronouns: "", month: "4", day: "30", year: "1990", state: "NC" });
    if (kept.status === 200) {
      const review = await get("/review");
      foreign(review, `review with ${text}`);
      const facts = [...review.querySelectorAll("dd")].map((fact) => fact.textContent);
      if (!facts.some((fact) => same(fact, name))) wrong.push(`review lacks ${text}`);
      named += 1;
    }
  }
  await post("/about/1", { given_name: "Oakley", family_name: "Sample", pronouns: "", month: "4", day: "30", year: "1990", state: "NC" });
  // The questions that take a text: some of the list at a time, each in a line of its own.
  for (let from = 0; from < strings.length; from += 12) {
    const text = strings.slice(from, from + 12).map(line).join("\n");
    for (const step of steps) {
      const form = (await get(step)).querySelector("form.form");
      const fields = new FormData(form);
      for (const area of form.querySelectorAll("textarea")) fields.set(area.name, text);
      await post(step, fields);
      const page = await get(step);
      foreign(page, `${step} from ${from}`);
      for (const area of page.querySelectorAll("textarea")) if (!same(area.value, text)) wrong.push(`${step} from ${from} shows ${area.value}`);
    }
    const review = await get("/review");
    foreign(review, `review from ${from}`);
    if (![...review.querySelectorAll("dd")].some((fact) => same(fact.textContent, text))) wrong.push(`review lacks the answers from ${from}`);
  }
  return { named, wrong };
}, { strings, steps: [...steps] });
assert.deepEqual(tried.wrong.slice(0, 10), []);
assert(tried.named > strings.length / 2, `${tried.named} were taken for a name`);
visitor.wrong = visitor.wrong.filter((each) => !/status of/.test(each));

// One is sent.
await visitor.go("/about/1");
await visitor.page.locator("#given_name").fill(SENT);
await visitor.press("Continue");
for (const [field, value] of [["email", "oakley@example.com"], ["phone", "704-555-0132"], ["introduce_as", SENT], ["pin", ""]]) await visitor.page.locator(`#${field}`).fill(value);
await visitor.press("Continue");
await visitor.go("/review");
await visitor.look("naughty-review");
await visitor.press("Send it");
assert.equal(visitor.path(), "/session");
const { letter } = await linkOf(mail, "oakley@example.com", /BEGIN:VCALENDAR/);
assert(letter.includes(`Hello ${SENT},`), "the text part reads as it was typed");
assert(!letter.split("text/html").at(-1).includes("<b>\"Q"), "the HTML part holds it as text");
await visitor.leave();
await browser.close();
console.log(JSON.stringify({ tried: strings.length, named: tried.named, steps: steps.size }));
