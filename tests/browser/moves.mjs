// usage: node moves.mjs http://HOST:PORT OUT MAIL WISHES
//
// Two partners and another time: what is only held moves at once, what is fixed for two moves when both say yes. Who
// asked, and whether somebody has said no, nobody reads. In the end one gives the session back.

import assert from "node:assert/strict";
import { Visitor, open } from "./visitor.mjs";
import { WORDS, answerAll, begin, tellAboutYourself, waitFor } from "./form.mjs";
import { linkOf } from "./mail.mjs";

const [base, out, mail, wishes] = process.argv.slice(2);
const browser = await open();
const time = async (visitor) => (await visitor.page.locator(".time .when").innerText()).replace(/\s+/g, " ");

// Chooses the last time of the first day that is not the session's own, and gives what the page called it.
async function move(visitor, name) {
  await visitor.page.locator("a[href='/session/move']").click();
  await visitor.page.locator("#times").waitFor();
  if (name) await visitor.look(name);
  const option = visitor.page.locator("details[open] label.choice").last();
  await option.locator("input").check();
  if (name) await visitor.look(`${name}-chosen`);
  await visitor.press(visitor.wish.language === "es" ? "Elegir esta hora" : "Choose this time");
  assert.equal(visitor.path(), "/session");
}

const first = await Visitor.come(browser, base, out, { device: "phone", theme: "light", language: "en", scripts: true });
await begin(first);
await answerAll(first, [[/cold shoulder|keeps count|same fight|end in silence|hard subject/, /^Most of the time/]]);
await tellAboutYourself(first, { given: "Devon", family: "Sample", email: "devon@example.com", phone: "704-555-0181", care: "couple" });
await first.press("Send it");
await waitFor(first, /A time is held for you/);
assert.match(await first.text(), /Something small to try/);
await first.look("small-steps");
await first.page.locator("a[href='/invite']").click();
await first.press("Make the link");
const link = (await first.page.locator(".code").innerText()).trim();

const second = await Visitor.come(browser, base, out, { device: "desktop", theme: "dark", language: "es", scripts: false });
await second.go(new URL(link).pathname);
await second.press("Ver de qué se trata");
await second.press(WORDS.es.begin);
await answerAll(second);
await tellAboutYourself(second, { given: "Emery", family: "Sample", email: "emery@example.com", phone: "704-555-0182" });
await second.press(WORDS.es.send);
await waitFor(second, /Hay una hora reservada/);
assert(!/Algo pequeño para probar/.test(await second.text()), "what fits one's answers is not shown to the other");
await second.look("held-for-the-second");

// Held: the first partner's wish moves it at once, and the second reads the new time.
await first.go("/session");
const held = await time(first);
await move(first, "move");
await waitFor(first, /A time is held for you/);
const moved = await time(first);
assert.notEqual(moved, held);
await second.page.reload();
await waitFor(second, /Hay una hora reservada/);

// Somebody of the practice says yes: it is fixed, and from now on it moves only when both say yes.
await fetch(`${wishes}/confirm`);
await waitFor(first, /Your session is set/);
await waitFor(second, /Su sesión está confirmada/);
await first.look("set-for-two");
await move(first);
await waitFor(first, /You asked for another time/);
await first.look("asked-for-another-time");
assert.equal(await time(first), moved, "it stays as it is until both said yes");
await waitFor(second, /¿Le convendría otra hora\?/);
await second.look("another-time-is-proposed");
await second.press("No, dejarla como está");
assert(!/convendría/.test(await second.text()));
// A no reads like silence.
await first.page.reload();
assert.match(await first.text(), /You asked for another time/);

// The other way round: the second one asks, the first reads it in a letter and says yes.
await move(second, "move");
await waitFor(second, /Usted pidió otra hora/);
await second.look("asked-for-another-time");
const letter = await linkOf(mail, "devon@example.com", /another time|time/i, 3);
const reader = await Visitor.come(browser, base, out, { device: "phone", theme: "dark", language: "en", scripts: false });
await reader.go(letter.path);
assert.equal(reader.path(), "/session");
await waitFor(reader, /Would another time work for you/);
await reader.look("another-time-is-proposed");
await reader.press("Yes, move it to this time");
await waitFor(reader, /Your session is set/);
assert.notEqual(await time(reader), moved);
await waitFor(second, /Su sesión está confirmada/);
await second.page.reload();
assert(!/Usted pidió/.test(await second.text()), "what was asked for has come about");

// One gives it back: the other reads that it will not take place, and not who or why.
await reader.page.locator("details:not(.times) summary").first().click();
await reader.look("give-it-back");
await reader.press("Yes, give it back");
await waitFor(reader, /given back/);
await waitFor(second, /no tendrá lugar/);
await second.look("will-not-take-place");
assert(!/Devon|canceló|cancelad/.test(await second.text()));
for (const visitor of [first, second, reader]) await visitor.leave();
await browser.close();
console.log(JSON.stringify({ held, moved }));
