// usage: node call.mjs http://HOST:PORT OUT
//
// Somebody would rather talk: a name and a number before any question, and at once by when they are called.

import assert from "node:assert/strict";
import { Visitor, open } from "./visitor.mjs";

const [base, out] = process.argv.slice(2);
const browser = await open();
const SAYS = {
  en: { ask: "Please call me", title: /One of us calls you/, promise: /will call you/ },
  es: { ask: "Llámenme, por favor", title: /Le llama una persona nuestra/, promise: /le llamará/ },
};

async function walk(wish, number) {
  const visitor = await Visitor.come(browser, base, out, wish);
  const { page } = visitor;
  const says = SAYS[wish.language];
  await visitor.go("/");
  await page.locator("a[href='/call']").click();
  await page.locator("#phone").waitFor();
  await visitor.look("call");
  assert.match(await visitor.text(), /988/, "lines stand on the page that asks nothing");
  await page.locator("#given_name").fill(`<i>Lee</i> ${number}`);
  await visitor.press(says.ask);
  await visitor.look("call-errors");
  assert.equal(await page.locator(".errors li").count(), 3);
  assert.equal(await page.locator("#given_name").inputValue(), `<i>Lee</i> ${number}`);
  await page.locator("#family_name").fill("Sample");
  await page.locator("#phone").fill(`704-555-012${number}`);
  await page.locator("[name=voicemail][value=no]").check();
  await page.locator("[name=safe]").first().check();
  const sent = await page.locator("form[action='/call']").evaluate((form) => [...new FormData(form)]).catch(() => null);
  await visitor.press(says.ask);
  assert.equal(visitor.path(), "/session");
  assert.match(await visitor.text(), says.title);
  assert.match(await visitor.text(), says.promise);
  await visitor.look("we-call-you");
  // The same press again is the same wish.
  if (sent) {
    const before = await visitor.text();
    const again = await visitor.context.request.post(`${base}/call`, { form: Object.fromEntries(sent), headers: { origin: base, "accept-language": wish.language } });
    assert.equal(new URL(again.url()).pathname, "/session");
    await page.reload();
    assert.equal(await visitor.text(), before);
  }
  for (const cookie of await visitor.context.cookies(base)) assert.equal(cookie.expires, -1, `${cookie.name} ends with the browser`);
  await visitor.leave();
}

const wishes = [
  { device: "phone", theme: "light", language: "en", scripts: true },
  { device: "narrow", theme: "dark", language: "es", scripts: true },
  { device: "desktop", theme: "dark", language: "en", scripts: false },
];
for (const [number, wish] of wishes.entries()) await walk(wish, number);
await browser.close();
console.log(JSON.stringify({ walked: wishes.length }));
