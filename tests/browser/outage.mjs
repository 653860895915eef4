// usage: node outage.mjs http://HOST:PORT OUT MAIL WISHES
//
// The house falls over while somebody writes, and comes back: nothing that was typed is lost, and what was sent is sent once.

import assert from "node:assert/strict";
import { Visitor, open } from "./visitor.mjs";
import { answerAll, begin, tellAboutYourself, waitFor } from "./form.mjs";
import { lettersTo, linkOf } from "./mail.mjs";

const [base, out, mail, wishes] = process.argv.slice(2);
const browser = await open();
const TYPED = "We talk about bills.\nNot about us.";
const fallen = /ERR_CONNECTION|ERR_EMPTY|ERR_INCOMPLETE|Failed to load/;
const forgive = (visitor) => { visitor.wrong = visitor.wrong.filter((each) => !fallen.test(each)); };
// Presses while nobody is there, sees that the page says so, and waits until it has gone on by itself.
async function pressAway(visitor, name, from) {
  await fetch(`${wishes}/kill`);
  await visitor.page.getByRole("button", { name, exact: true }).click();
  await visitor.page.locator(".status", { hasText: "connection is weak" }).waitFor();
  assert.equal(visitor.path(), from);
  await fetch(`${wishes}/start`);
  await visitor.page.waitForURL((url) => url.pathname !== from, { timeout: 60_000 });
  forgive(visitor);
}

const visitor = await Visitor.come(browser, base, out, { device: "phone", theme: "light", language: "en", scripts: true });
await begin(visitor);
let at = "";
const typed = async () => await visitor.page.locator("textarea:visible").evaluateAll((areas) => areas.map((area) => area.value));
await answerAll(visitor, [[/Picture three months/, TYPED]], async () => {
  if (at || !(await typed()).includes(TYPED)) return;
  at = visitor.path();
  await pressAway(visitor, "Continue", at);
  await visitor.go(at);
  assert((await typed()).includes(TYPED), "what was typed is there again");
});
assert(at, "somewhere a text is asked for");
await tellAboutYourself(visitor, { given: "Morgan", family: "Sample", email: "morgan@example.com", phone: "704-555-0131", care: "alone" });
await pressAway(visitor, "Send it", "/review");
assert.equal(visitor.path(), "/session");
await waitFor(visitor, /Your session is set/);
await linkOf(mail, "morgan@example.com", /BEGIN:VCALENDAR/);
assert.equal(lettersTo(mail, "morgan@example.com").length, 1, "one intake, one letter");
forgive(visitor);
await visitor.leave();

// Without scripts the browser says that nobody answers; loading that again sends the same once more.
const plain = await Visitor.come(browser, base, out, { device: "desktop", theme: "dark", language: "es", scripts: false });
await begin(plain);
await plain.go("/about/1");
for (const [field, value] of [["given_name", "Noel"], ["family_name", "Sample"], ["month", "4"], ["day", "30"], ["year", "1990"], ["state", "NC"]]) {
  await plain.page.locator(`#${field}`).fill(value);
}
await fetch(`${wishes}/kill`);
await plain.page.getByRole("button", { name: "Continuar" }).click();
await plain.page.waitForURL(/^chrome-error:/).catch(() => {});
await fetch(`${wishes}/start`);
await plain.page.reload();
await plain.page.locator("#email").waitFor();
assert.equal(plain.path(), "/about/2");
await plain.go("/about/1");
assert.equal(await plain.page.locator("#given_name").inputValue(), "Noel");
forgive(plain);
await plain.leave();
await browser.close();
console.log(JSON.stringify({ at }));
