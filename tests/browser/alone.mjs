// usage: node alone.mjs http://HOST:PORT OUT
//
// One person, on every kind of device: fills the form in, gets a session, puts it into a calendar, moves it, gives it back.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { Visitor, open } from "./visitor.mjs";
import { WORDS, answerAll, begin, tellAboutYourself, waitFor } from "./form.mjs";

const [base, out] = process.argv.slice(2);
const browser = await open();
const when = (visitor) => visitor.page.locator(".time .when").innerText();

// The entry that the page gives for a calendar.
async function calendar(visitor) {
  const [file] = await Promise.all([visitor.page.waitForEvent("download"), visitor.page.locator("a[href='/session/calendar']").click()]);
  const entry = readFileSync(await file.path(), "utf8");
  assert.match(entry, /SUMMARY:Riverbend Office\r\n/);
  assert(!/Avery|couple|therap/i.test(entry), entry);
  return { uid: entry.match(/\r\nUID:(.*)\r\n/)[1], sequence: Number(entry.match(/\r\nSEQUENCE:(\d+)\r\n/)[1]), starts: entry.match(/\r\nDTSTART:(.*)\r\n/)[1] };
}

// Looks at other times, forgets to choose, looks at a later day, and chooses one.
async function move(visitor) {
  const { page } = visitor;
  const es = visitor.wish.language === "es";
  await page.locator("a[href='/session/move']").click();
  await page.locator("#times").waitFor();
  await visitor.look("move");
  await visitor.press(es ? "Elegir esta hora" : "Choose this time");
  await visitor.look("move-nothing-chosen");
  assert.match(await page.locator(".errors").innerText(), es ? /Primero elija/ : /Choose a time first/);
  const day = new Date(Date.now() + 12 * 86_400_000).toISOString().slice(0, 10);
  await page.locator("#from").fill(day);
  await visitor.press(es ? "Ver" : "Show");
  assert.equal(new URL(page.url()).searchParams.get("from"), day);
  await visitor.look("move-later");
  await page.locator("details[open] label.choice").nth(1).click();
  await visitor.press(es ? "Elegir esta hora" : "Choose this time");
  assert.equal(visitor.path(), "/session");
}

async function walk(wish, number) {
  const visitor = await Visitor.come(browser, base, out, wish);
  await begin(visitor);
  await answerAll(visitor, [], (at) => at.look("question"));
  await tellAboutYourself(visitor, { given: "Avery", family: `Sample${number}`, email: `avery${number}@example.com`, phone: `704-555-01${40 + number}`, care: "alone" });
  await visitor.press(WORDS[wish.language].send);
  assert.equal(visitor.path(), "/session");
  await waitFor(visitor, /Your session is set|Su sesión está confirmada/);
  await visitor.look("session");
  const [before, entry] = [await when(visitor), await calendar(visitor)];
  await move(visitor);
  await visitor.look("moved");
  assert.notEqual(await when(visitor), before);
  const anew = await calendar(visitor);
  assert.equal(anew.uid, entry.uid, "it is the same entry of a calendar");
  assert(anew.sequence > entry.sequence && anew.starts !== entry.starts);
  // Another way to be reached; nothing of the old one is shown.
  await visitor.page.locator("a[href='/reach']").click();
  await visitor.page.locator("#mailbox").waitFor();
  await visitor.look("how-we-reach-you-now");
  assert(!(await visitor.page.content()).includes(`avery${number}@example.com`));
  await visitor.page.locator("[name=mailbox][value=shared]").check();
  await visitor.page.locator("[name=voicemail][value=no]").check();
  await visitor.press(wish.language === "es" ? "Guardar" : "Save this");
  assert.equal(visitor.path(), "/session");
  await visitor.page.locator("details summary").first().click();
  await visitor.look("give-it-back");
  await visitor.press(wish.language === "es" ? "Sí, devolverla" : "Yes, give it back");
  await waitFor(visitor, /given back|cancelada/);
  await visitor.look("given-back");
  await visitor.leave();
}

const wishes = [
  { device: "desktop", theme: "light", language: "en", scripts: true },
  { device: "phone", theme: "dark", language: "es", scripts: true },
  { device: "phone", theme: "light", language: "en", scripts: false },
  { device: "desktop", theme: "dark", language: "es", scripts: false },
];
for (const [number, wish] of wishes.entries()) await walk(wish, number);
await browser.close();
console.log(JSON.stringify({ walked: wishes.length }));
