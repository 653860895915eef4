// usage: node hostile.mjs http://HOST:PORT OUT COORDINATOR CLINICIAN ADMINISTRATOR AUDITOR
//
// What clients and staff typed, on every page of staff's that shows it: markup is a text, whatever it would rather be, and a
// word that nothing breaks makes no page wider than the narrowest screen.

import assert from "node:assert/strict";
import { Visitor, open as chromium } from "./visitor.mjs";
import { arrive, open } from "./staff.mjs";

const [base, out, coordinator, clinician, administrator, auditor] = process.argv.slice(2);
const MARKUP = "<b>\"Q'&{{7*7}}</b>", WIDE = "W".repeat(58);
const strings = [MARKUP, WIDE, "'\"><svg onload=alert(1)>"];
const browser = await chromium();
const narrow = { device: "narrow", theme: "light", language: "en", scripts: true };
const come = async (token) => {
  const staff = await arrive(browser, base, out, narrow, token);
  staff.page.on("dialog", (dialog) => { staff.wrong.push(`dialog: ${dialog.message()}`); dialog.dismiss(); });
  await staff.page.evaluate(inPages);
  return staff;
};
const seen = { calls: 0, pages: 0 };

// What a page's own scripts could do: ask for pages and read them as a browser does.
const inPages = `window.hostile = (() => {
  const parse = (html) => new DOMParser().parseFromString(html, "text/html");
  const get = async (path) => parse(await (await fetch(path)).text());
  const post = async (path, fields) => {
    const answer = await fetch(path, { method: "POST", body: new URLSearchParams(fields) });
    return { status: answer.status, path: new URL(answer.url).pathname, page: parse(await answer.text()) };
  };
  const plain = (text) => text.replace(/[\\p{Cc}\\s]+/gu, " ").trim();
  const cut = (text, most) => text.slice(0, most).replace(/[\\uD800-\\uDBFF]$/, "");
  // Read on the page, or standing in a field of it.
  const tells = (page, text) => plain(page.querySelector("main").textContent).includes(plain(text))
    || [...page.querySelectorAll("input, textarea")].some((field) => plain(field.value) === plain(text));
  // What only markup could have brought.
  const foreign = (page) => page.querySelector("script:not([src^='/assets/']), img, iframe, object, embed, style, marquee, i, [onerror], [onload], [onclick], [onmouseover], a[href^='javascript' i]")?.outerHTML;
  return { get, post, plain, cut, tells, foreign };
})();
`;

// Looks at a page without a picture of it.
async function glance(staff, path) {
  await staff.go(path);
  seen.pages += 1;
  const { wide, foreign } = await staff.page.evaluate(`${inPages} ({ wide: document.documentElement.scrollWidth - document.documentElement.clientWidth, foreign: hostile.foreign(document) })`);
  if (wide > 0) staff.wrong.push(`${path}: ${wide} pixels wider than the screen`);
  if (foreign) staff.wrong.push(`${path}: ${foreign}`);
}

// Clients ask to be called in those words; where one of them is no name, the others have a usual one.
const client = await Visitor.come(browser, base, out, narrow);
await client.go("/call");
await client.page.evaluate(inPages);
const names = await client.page.evaluate(async (strings) => {
  const { get, post, plain, cut, tells, foreign } = window.hostile;
  const names = [];
  const ask = async (given, family, introduce_as) => {
    const phone = `704-${600 + Math.trunc(names.length / 1000)}-${String(1000 + names.length)}`;
    const fields = { request_id: crypto.randomUUID(), given_name: cut(given, 100), family_name: cut(family, 100), phone, voicemail: "yes", introduce_as: cut(introduce_as, 60) };
    const { status } = await post("/call", fields);
    if (status === 200) names.push([given, family].map((name) => plain(cut(name, 100))));
    return status === 200;
  };
  for (let at = 0; at < strings.length; at += 3) {
    const [one, two, three] = [0, 1, 2].map((next) => strings[(at + next) % strings.length]);
    if (await ask(one, two, three) || await ask(one, two, "")) continue;
    await ask(one, "Sample", three);
    await ask("Oakley", two, "");
  }
  return names;
}, strings);
assert(names.length > 0, "somebody has such a name");
await client.leave();

// One more, with everything that a client tells in a field of its own, by phone.
const desk = await come(coordinator);
await desk.go("/staff/intake");
for (const [field, value] of [["given_name", MARKUP], ["family_name", WIDE], ["pronouns", MARKUP], ["month", "4"], ["day", "30"], ["year", "1990"], ["state", "NC"],
  ["email", "oakley@example.com"], ["phone", "704-555-0132"], ["introduce_as", MARKUP], ["pin", "maple7"]]) await desk.page.locator(`#${field}`).fill(value);
for (const [name, value] of [["mailbox", "private"], ["voicemail", "no"], ["care", "individual"]]) await desk.page.locator(`[name=${name}][value=${value}]`).check();
for (const consent of await desk.page.locator("[name=consent]").all()) await consent.check();
await desk.answer([[/closer again/, /^Yes$/]]);
await desk.page.waitForLoadState("networkidle");
const areas = desk.page.locator("textarea:visible");
assert(await areas.count() > 0, "somewhere a text is asked for");
for (const area of await areas.all()) await area.fill(`${MARKUP} ${WIDE}`);
await desk.press("Show what follows from these answers");
await desk.look("intake");
await desk.answer([[/closer again/, /^Yes$/]]);
await desk.press("Send it");
assert.match(desk.path(), /^\/staff\/cases\//, await desk.page.locator(".errors, .wrong").allInnerTexts().then((all) => all.join("; ")));
const whole = desk.path();

// The queue, page by page: every name is there as it was typed.
const cases = [];
for (let path = "/staff"; path;) {
  await glance(desk, path);
  cases.push(...await desk.page.locator(".line .name a").evaluateAll((all) => all.map((a) => ({ path: a.pathname, label: a.textContent.replace(/[\p{Cc}\s]+/gu, " ").trim() }))));
  const next = desk.page.locator("a[rel=next]");
  path = await next.count() > 0 ? await next.evaluate((a) => a.pathname + a.search) : undefined;
}
await desk.go("/staff");
await desk.look("queue");
for (const [given, family] of names) {
  // Of the family's name a line tells the first letter.
  if (!cases.some(({ label }) => label.startsWith(given) && label.includes(family[0]))) desk.wrong.push(`the queue lacks ${given} ${family}`);
}
await desk.page.evaluate(inPages);
desk.wrong.push(...await desk.page.evaluate(async (strings) => {
  const { get, post, plain, cut, tells, foreign } = window.hostile;
  const wrong = [];
  for (const text of strings) {
    const wanted = plain(cut(text, 254));
    if (!wanted) continue;
    const { status, page } = await post("/staff/find", { client: wanted });
    if (status !== 200 || foreign(page) || !tells(page, wanted)) wrong.push(`find ${text}: ${status} ${foreign(page)}`);
  }
  return wrong;
}, strings));

// A clinician logs a call, writes a note and judges in those words.
const rue = await come(clinician);
const written = await rue.page.evaluate(async ({ strings, cases }) => {
  const { get, post, plain, cut, tells, foreign } = window.hostile;
  const wrong = [];
  let calls = 0;
  const act = async (path, name, field, text, more) => {
    const form = (await get(path)).querySelector(`form[action="${path}/${name}"]`);
    const fields = { ...Object.fromEntries(new FormData(form)), ...more, [field]: text };
    const { status, page } = await post(form.getAttribute("action"), fields);
    calls += 1;
    if (![200, 422].includes(status)) wrong.push(`${name} with ${text}: ${status}`);
    if (foreign(page)) wrong.push(`${name} with ${text}: ${foreign(page)}`);
    if (plain(text) && !tells(page, text)) wrong.push(`${name} shows no ${text}`);
  };
  for (let at = 0; at < strings.length; at += 3) {
    const { path } = cases[(at / 3) % cases.length];
    const [one, two, three] = [strings[at], strings[at + 1] ?? strings[0], strings[at + 2] ?? strings[1]];
    await act(path, "call", "call_note", one, { outcome: "3", channel: "1" });
    await act(path, "note", "note_text", two, { kind: "1" });
    await act(path, "urgency", "judge_reason", three, {});
  }
  return { wrong, calls };
}, { strings, cases });
rue.wrong.push(...written.wrong);
seen.calls = written.calls;
for (const { path } of cases) await glance(rue, path);

// Everything that is done with a case, in words of markup and of no end.
const say = async (name, fields, button) => {
  await open(rue, name);
  for (const [field, value] of Object.entries(fields)) await rue.page.locator(`#${field}`).fill(value);
  await rue.press(button);
};
await rue.go(whole);
await rue.look("case");
await rue.page.getByRole("link", { name: /^(Book|Move)$/ }).click();
await rue.page.locator(".matches").waitFor();
await rue.look("matches");
await rue.page.locator("details.act summary").click();
await rue.page.locator("#override_reason").fill(`${MARKUP} ${WIDE}`);
await rue.page.locator("details.act button").click();
await rue.page.locator(".errors").waitFor();
assert.equal(await rue.page.locator("#override_reason").inputValue(), `${MARKUP} ${WIDE}`);
await rue.look("matches-refused");
await rue.go(whole);
await say("All answers", { reveal_reason: `${MARKUP} ${WIDE}` }, "Show them");
await rue.look("revealed");
for (const text of [MARKUP, WIDE]) assert((await rue.text()).includes(text), `the answers hold ${text}`);
await rue.go(`${whole}/brief`);
await rue.look("brief");
for (const text of [MARKUP, WIDE]) assert((await rue.text()).includes(text), `the brief holds ${text}`);
await rue.go(whole);
await say("Stop contact", { stop_note: `${MARKUP} ${WIDE}` }, "Contact them no more");
await say("Contact again", { resume_reason: `${MARKUP} ${WIDE}` }, "Contact them again");
await say("Refer", { refer_to: MARKUP, refer_reason: WIDE }, "Refer and close");
await say("Reopen", { reopen_reason: `${MARKUP} ${WIDE}` }, "Reopen it");
await say("Close", { close_note: `${MARKUP} ${WIDE}` }, "Close the case");
await rue.look("case-with-all-of-it");
const timeline = await rue.page.locator("#timeline").innerText();
for (const text of [MARKUP, WIDE]) assert(timeline.split(text).length > 5, `the timeline holds ${text} of every act`);

// Rules that nobody can read, and addresses that nobody has.
await rue.go("/staff/practice");
await rue.page.evaluate(inPages);
rue.wrong.push(...await rue.page.evaluate(async (strings) => {
  const { get, post, plain, cut, tells, foreign } = window.hostile;
  const wrong = [];
  for (let from = 0; from < strings.length; from += 12) {
    const rules = strings.slice(from, from + 12).join("\n");
    const { status, page } = await post("/staff/practice/replay", { rules, since: strings[from] });
    const area = page.querySelector("#rules");
    if (status !== 422 || foreign(page) || plain(area?.value ?? "") !== plain(rules)) wrong.push(`rules from ${from}: ${status} ${foreign(page)}`);
  }
  for (const text of strings) {
    const page = await get(`/staff?${new URLSearchParams({ urgency: text, state: text, whose: text, language: text, page: text })}`);
    if (foreign(page)) wrong.push(`the queue with ${text}: ${foreign(page)}`);
  }
  return wrong;
}, strings));
await rue.go("/staff/practice");
await rue.page.locator("#rules").fill(`${MARKUP}\n${WIDE}`);
await rue.press("Show what would be different");
await rue.look("rules-wrong");

// Therapists by those names.
await desk.go("/staff/roster");
const therapist = await desk.page.locator(".item a").first().evaluate((a) => a.pathname);
await desk.page.evaluate(inPages);
desk.wrong.push(...await desk.page.evaluate(async ({ strings, therapist }) => {
  const { get, post, plain, cut, tells, foreign } = window.hostile;
  const wrong = [];
  for (const text of strings) {
    const form = (await get(therapist)).querySelector("form[action$='/profile']");
    const fields = { ...Object.fromEntries(new FormData(form)), display_name: cut(text, 100), credentials: cut(text, 60), sure: "1" };
    const { status, page } = await post(form.getAttribute("action"), fields);
    if (![200, 422].includes(status)) wrong.push(`the roster with ${text}: ${status}`);
    if (foreign(page)) wrong.push(`the roster with ${text}: ${foreign(page)}`);
    if (plain(text) && !tells(page, cut(text, 100))) wrong.push(`the roster shows no ${text}`);
  }
  return wrong;
}, { strings, therapist }));
await desk.go(therapist);
for (const [field, value] of [["display_name", WIDE], ["credentials", MARKUP]]) await desk.page.locator(`#${field}`).fill(value);
await desk.press("See whom it touches");
await desk.press("Write it");
await desk.look("therapist");
for (const [path, name] of [["/staff/roster", "roster"], ["/staff/calendar", "calendar"], ["/staff/letters", "letters"], ["/staff/health", "health"], ["/staff/mailbox", "mailbox"]]) {
  await desk.go(path);
  await desk.look(name);
}
await desk.page.locator(".item", { hasText: "oakley@example.com" }).locator("a").first().click();
await desk.page.locator(".letter-text").waitFor();
await desk.look("mail");
assert((await desk.text()).includes(`Hello ${MARKUP},`), "the letter reads as it was typed");
await desk.go(whole);
await desk.look("case-for-a-coordinator");

// Accounts by those names, and a trail that is asked for them.
const ada = await come(administrator);
await ada.go("/staff/accounts");
await ada.page.evaluate(inPages);
ada.wrong.push(...await ada.page.evaluate(async (strings) => {
  const { get, post, plain, cut, tells, foreign } = window.hostile;
  const wrong = [];
  for (const [number, text] of strings.entries()) {
    const name = cut(text, 100);
    const { status, page } = await post("/staff/accounts/invite", { display_name: name, email: `invited-${number}@example.com`, role: "auditor" });
    if (![200, 422].includes(status)) wrong.push(`an account with ${text}: ${status}`);
    if (foreign(page)) wrong.push(`an account with ${text}: ${foreign(page)}`);
    if (plain(name) && !tells(page, name)) wrong.push(`an account shows no ${text}`);
  }
  return wrong;
}, strings));
for (let path = "/staff/accounts"; path;) {
  await glance(ada, path);
  const next = ada.page.locator("a[rel=next]");
  path = await next.count() > 0 ? await next.evaluate((a) => a.pathname + a.search) : undefined;
}
await ada.go("/staff/accounts");
await ada.look("accounts");
const eve = await come(auditor);
eve.wrong.push(...await eve.page.evaluate(async (strings) => {
  const { get, post, plain, cut, tells, foreign } = window.hostile;
  const wrong = [];
  for (const text of strings) {
    const page = await get(`/staff/audit?${new URLSearchParams({ principal: text, method: text, resource: text, since: text, until: text })}`);
    if (foreign(page)) wrong.push(`the trail with ${text}: ${foreign(page)}`);
    if (!tells(page, text)) wrong.push(`the trail shows no ${text}`);
  }
  return wrong;
}, strings));
await eve.go("/staff/audit");
await eve.look("audit");

for (const staff of [desk, rue, ada, eve]) await staff.leave();
await browser.close();
console.log(JSON.stringify({ tried: strings.length, named: names.length, cases: cases.length, ...seen }));
