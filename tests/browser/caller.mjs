// usage: node caller.mjs http://HOST:PORT OUT COORDINATOR SECOND
//
// Somebody calls instead of filling the form in: a coordinator reads it aloud, without scripts and with them; where an
// answer calls for help, it is there to be read to them at once.

import assert from "node:assert/strict";
import { open } from "./visitor.mjs";
import { arrive } from "./staff.mjs";

const [base, out, first, second] = process.argv.slice(2);
const browser = await open();

async function take(staff, person, answers) {
  const { page } = staff;
  await staff.go("/staff");
  await page.getByRole("link", { name: "Intake by phone" }).click();
  await page.locator("#given_name").waitFor();
  await staff.look("intake");
  // Nobody is sent half a form.
  await staff.press("Send it");
  await page.locator(".errors").waitFor();
  await staff.look("intake-refused");
  for (const [field, value] of [["given_name", person.given], ["family_name", "Sample"], ["month", "4"], ["day", "30"], ["year", "1990"], ["state", "NC"], ["phone", person.phone]]) {
    await page.locator(`#${field}`).fill(value);
  }
  for (const [name, value] of [["mailbox", "private"], ["voicemail", "no"], ["care", "individual"]]) await page.locator(`[name=${name}][value=${value}]`).check();
  for (const consent of await page.locator("[name=consent]").all()) await consent.check();
  await staff.answer(answers);
  if (!staff.wish.scripts) await staff.press("Show what follows from these answers");
  await page.waitForLoadState("networkidle");
  await staff.answer(answers);
  await staff.look("intake-filled-in");
  await staff.press("Send it");
}

const plain = await arrive(browser, base, out, { device: "phone", theme: "light", language: "en", scripts: false }, first);
await plain.look("queue");
await take(plain, { given: "Noor", phone: "704-555-0171" }, []);
assert.match(plain.path(), /^\/staff\/cases\//);
await plain.look("case");
assert.match(await plain.text(), /Noor Sample/);
await plain.page.locator("#note > summary").click();
await plain.page.locator("#note_text").fill("Called from work.");
await plain.press("Write it down");
assert.match(await plain.text(), /Called from work/);
await plain.leave();

const narrow = await arrive(browser, base, out, { device: "narrow", theme: "dark", language: "en", scripts: true }, second);
await narrow.look("queue");
await take(narrow, { given: "Idris", phone: "704-555-0172" }, [[/afraid of your partner/, /^Yes$/]]);
await narrow.look("read-this-to-them");
assert.match(await narrow.text(), /Read this to them now/);
await narrow.page.getByRole("link", { name: "Go on to the case" }).click();
await narrow.page.locator("#contacts").waitFor();
await narrow.look("case");
assert.match(await narrow.text(), /Idris Sample/);
await narrow.leave();
await browser.close();
console.log(JSON.stringify({ taken: 2 }));
