// usage: node letters.mjs http://HOST:PORT OUT MAIL WISHES
//
// What stands in letters: a link opens its own page and nothing else, a mail scanner changes nothing by looking at it, a
// yes is a press, an open page tells what is new by itself. An invitation by letter is answered, and refused for good.

import assert from "node:assert/strict";
import { Visitor, open } from "./visitor.mjs";
import { answerAll, begin, tellAboutYourself, waitFor } from "./form.mjs";
import { lettersTo, linkOf } from "./mail.mjs";

const [base, out, mail] = process.argv.slice(2);
const browser = await open();
const come = (wish) => Visitor.come(browser, base, out, { device: "phone", theme: "light", language: "en", scripts: true, ...wish });
// As a scanner of mail does: every address that it finds, with no cookie of anybody's, forms it does not press.
async function scan(path) {
  const nobody = await browser.newContext();
  for (const address of [path, "/session/accept", "/session/cancel", "/invitation/look", "/invitation/decline"]) {
    const answer = await nobody.request.get(base + address);
    assert([200, 404, 410].includes(answer.status()), `${address}: ${answer.status()}`);
  }
  await nobody.request.fetch(base + path, { method: "HEAD" });
  await nobody.close();
}
async function opened(visitor, path) {
  await visitor.go(path);
  const token = path.split("/").at(-1);
  assert.equal(visitor.path(), `/${path.split("/")[1]}`, "the token has left the address");
  assert(!(await visitor.page.content()).includes(token), "nor does it stand in the page");
}

// A yes by the letter's link.
const client = await come();
await begin(client);
await answerAll(client);
await tellAboutYourself(client, { given: "Harper", family: "Sample", email: "harper@example.com", phone: "704-555-0191", care: "alone" });
await client.press("Send it");
await waitFor(client, /A time is held for you/);
await client.look("held-for-your-yes");
const { path } = await linkOf(mail, "harper@example.com", /hold/i);
await scan(path);
await client.page.reload();
assert.equal(await client.page.getByRole("button", { name: "Yes, this time is good" }).count(), 1, "a scanner said no yes");
const elsewhere = await come({ device: "desktop", theme: "dark", scripts: false });
await opened(elsewhere, path);
await elsewhere.look("opened-from-a-letter");
await elsewhere.press("Yes, this time is good");
assert.match(await elsewhere.text(), /Your session is set/);
// The page that was open all the while says so by itself, and its title too.
await client.page.waitForFunction(() => document.querySelector("main").innerText.includes("Your session is set"));
assert.match(await client.page.title(), /Your session is set/);
const [file] = await Promise.all([client.page.waitForEvent("download"), client.page.locator("a[href='/session/calendar']").click()]);
const entry = await file.createReadStream().then((stream) => stream.toArray()).then((parts) => Buffer.concat(parts).toString());
const uid = entry.match(/\r\nUID:(.*)\r\n/)[1];
const confirmed = await linkOf(mail, "harper@example.com", /BEGIN:VCALENDAR/);
assert(confirmed.letter.replace(/\r?\n /g, "").includes(`UID:${uid}`), "the page's entry is the letter's");
assert.equal(confirmed.path, path, "every letter has the same link");

// Asking a partner by letter: a wrong address is told, the right one gets one letter, whose link says nothing by itself.
const inviter = await come({ theme: "dark" });
await begin(inviter);
await answerAll(inviter);
await tellAboutYourself(inviter, { given: "Indigo", family: "Sample", email: "indigo@example.com", phone: "704-555-0192", care: "couple" });
await inviter.press("Send it");
await waitFor(inviter, /A time is held for you/);
await inviter.page.locator("a[href='/invite']").click();
await inviter.press("Make the link");
await inviter.page.locator("#email").fill("jules@");
await inviter.press("Send the letter");
await inviter.look("invite-wrong-address");
await inviter.page.locator("#email").fill("jules@example.com");
await inviter.press("Send the letter");
await inviter.look("invite-letter");
const asked = await linkOf(mail, "jules@example.com", /invit/i);
assert(!/Indigo|couple|therap|partner|session/i.test(asked.letter.split(/\r?\n\r?\n/).slice(1).join("\n").replace(/\/session\//g, "")), "the letter tells of nobody and nothing");
await scan(asked.path);
const partner = await come({ device: "desktop", scripts: false });
await opened(partner, asked.path);
await partner.look("invitation");
await partner.press("See what it is about");
await partner.look("invited");
await partner.go("/invitation");
await partner.press("No, and never write to me again");
await partner.look("refused");
// Gone for good, and it says nothing of why.
await partner.go(asked.path);
await partner.press("See what it is about");
await partner.look("no-longer-open");
assert.match(await partner.text(), /no longer open/);
await inviter.go("/session");
assert.match(await inviter.text(), /A time is held for you/);

// Somebody else asks the same address: no second letter goes there.
const other = await come({ device: "desktop", language: "es" });
await begin(other);
await answerAll(other);
await tellAboutYourself(other, { given: "Kai", family: "Sample", email: "kai@example.com", phone: "704-555-0193", care: "couple" });
await other.press("Enviar");
await waitFor(other, /Hay una hora reservada/);
await other.page.locator("a[href='/invite']").click();
await other.press("Hacer el enlace");
await other.page.locator("#email").fill("jules@example.com");
await other.press("Enviar la carta");
await other.look("invite-letter");
await other.go("/session");
await other.page.locator("details:not(.times) summary").first().click();
await other.press("Sí, devolverla");
await linkOf(mail, "kai@example.com", /cancel/i).catch(() => {});
assert.equal(lettersTo(mail, "jules@example.com").length, 1);
for (const visitor of [client, elsewhere, inviter, partner, other]) await visitor.leave();
await browser.close();
console.log(JSON.stringify({ uid }));
