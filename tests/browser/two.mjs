// usage: node two.mjs http://HOST:PORT OUT
//
// Two partners: one asks the other, who tells of something that is nobody else's. The one reads the same as before; the
// other sees at once where help is. A third, who was asked, says no for good.

import assert from "node:assert/strict";
import { Visitor, open } from "./visitor.mjs";
import { WORDS, answerAll, begin, tellAboutYourself, waitFor } from "./form.mjs";

const [base, out] = process.argv.slice(2);
const browser = await open();
// What a page says, without what differs from load to load.
const reads = async (visitor) => { await visitor.page.reload(); return visitor.text(); };

async function first(wish, number) {
  const visitor = await Visitor.come(browser, base, out, wish);
  await begin(visitor);
  await answerAll(visitor);
  await tellAboutYourself(visitor, { given: "Blake", family: `Sample${number}`, email: `blake${number}@example.com`, phone: `704-555-01${50 + number}`, care: "couple" });
  await visitor.press(WORDS[wish.language].send);
  await waitFor(visitor, /A time is held for you/);
  await visitor.look("held");
  return visitor;
}

async function ask(visitor) {
  await visitor.page.locator("a[href='/invite']").click();
  await visitor.look("invite");
  await visitor.press("Make the link");
  await visitor.look("invite-link");
  const link = (await visitor.page.locator(".code").innerText()).trim();
  return `/invitation/${link.split(/[/#]/).at(-1)}`;
}

async function second(wish, link) {
  const visitor = await Visitor.come(browser, base, out, wish);
  await visitor.go(link);
  // The token has left the address, and opening it has said nothing.
  assert.equal(visitor.path(), "/invitation");
  assert(!visitor.page.url().includes(link.split("/").at(-1)));
  await visitor.look("invitation");
  await visitor.press("See what it is about");
  await visitor.look("invited");
  return visitor;
}

const one = await first({ device: "desktop", theme: "light", language: "en", scripts: true }, 1);
const link = await ask(one);
await one.go("/session");
const before = await one.text();

const other = await second({ device: "phone", theme: "light", language: "en", scripts: false }, link);
await other.press("Begin");
let shown = 0;
await answerAll(other, [[/afraid of your partner/, /^Yes$/], [/change_never_asked/, /x/]], async (visitor) => {
  if (await visitor.page.locator("#panel").count() > 0) { shown += 1; await visitor.look("help-at-once"); }
});
assert(shown > 0, "help was shown with the answer");
await tellAboutYourself(other, { given: "Casey", family: "Sample", email: "casey@example.com", phone: "704-555-0161" });
await other.press("Send it");
await other.look("sent-with-help");
assert.match(await other.text(), /You don.t have to|Hotline/);
await other.page.getByRole("link", { name: "See what happens next" }).click();
await other.look("call");
assert.match(await other.text(), /calls you/);
// Whatever the other one brought: the first reads the same.
assert.equal(await reads(one), before);
await other.leave();
await one.leave();

const asking = await first({ device: "phone", theme: "dark", language: "en", scripts: true }, 2);
const refused = await second({ device: "desktop", theme: "dark", language: "en", scripts: true }, await ask(asking));
await refused.page.goBack();
await refused.press("No, and never write to me again");
await refused.look("refused");
assert.match(await refused.text(), /won.t write to you again/);
await refused.leave();
await asking.leave();
await browser.close();
console.log(JSON.stringify({ shown }));
