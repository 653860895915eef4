// usage: node edges.mjs http://HOST:PORT OUT
//
// Leaving at once, help below the answer that calls for it, a connection that breaks, a form that is left and found again,
// texts that would like to be something else, and pages of every other kind.

import assert from "node:assert/strict";
import { AWAY, Visitor, open } from "./visitor.mjs";
import { answerAll, begin, tellAboutYourself } from "./form.mjs";

const [base, out] = process.argv.slice(2);
const browser = await open();
const come = (wish = {}) => Visitor.come(browser, base, out, { device: "desktop", theme: "light", language: "en", scripts: true, ...wish });
const cookies = async (visitor) => (await visitor.context.cookies(base)).map((cookie) => cookie.name).filter((name) => name !== "__Host-lang");
// The page is left at once, and the device forgets as soon as the house has heard of it.
const hasForgotten = async (visitor) => {
  for (let turn = 0; (await cookies(visitor)).length > 0; turn += 1) {
    assert(turn < 200, `never forgot ${await cookies(visitor)}`);
    await new Promise((wake) => setTimeout(wake, 50));
  }
};
// On to the question whose words fit.
const onTo = async (visitor, words) => {
  for (let turn = 0; !words.test(await visitor.text()); turn += 1) {
    assert(turn < 80, `${words} is asked`);
    await visitor.answer();
    await visitor.press("Continue");
  }
};

// Leaving: by button and by Shift, with and without scripts; the device has forgotten, and Back shows nothing.
for (const scripts of [true, false]) {
  const visitor = await come({ scripts });
  await begin(visitor);
  assert.notDeepEqual(await cookies(visitor), []);
  await visitor.page.getByRole("button", { name: "Leave now" }).click();
  await visitor.page.waitForURL(AWAY);
  await hasForgotten(visitor);
  await visitor.page.goBack().catch(() => {});
  assert(!visitor.page.url().includes("/questions/"), visitor.page.url());
  await visitor.leave();
}
const hasty = await come();
await begin(hasty);
for (let press = 0; press < 3; press += 1) await hasty.page.keyboard.press("Shift");
await hasty.page.waitForURL(AWAY);
await hasForgotten(hasty);
await hasty.leave();

// What this device keeps: nothing beyond the browser's end, unless somebody lets it.
for (const [saves, lasts] of [[false, false], [true, true]]) {
  const careful = await come({ device: "phone" });
  await careful.go("/");
  if (saves) await careful.page.locator("[name=unsaved]").uncheck();
  await careful.press("Begin");
  const form = (await careful.context.cookies(base)).find((cookie) => cookie.name === "__Host-form");
  assert.equal(form.expires > 0, lasts, `the form's cookie lasts: ${form.expires}`);
  assert.deepEqual(await careful.page.evaluate(() => [localStorage.length, sessionStorage.length]), [0, 0]);
  await careful.leave();
}

// Help at once, below the answer, and the form stays; what was switched on comes up, and goes again.
const afraid = await come({ device: "phone" });
await begin(afraid);
await onTo(afraid, /afraid of your partner/);
const question = (words) => afraid.page.locator("fieldset.question", { hasText: words });
assert(!await question("around your neck").isVisible());
await question("afraid of your partner").locator("label.choice", { hasText: /^Yes$/ }).click();
await afraid.page.locator("#panel").waitFor();
await afraid.look("help-below-the-answer");
assert.match(await afraid.page.locator("fieldset.question + #panel").innerText(), /Hotline/);
assert.equal(await afraid.page.locator("#panel").evaluate((panel) => panel.previousElementSibling.textContent.includes("afraid of your partner")), true);
await question("around your neck").waitFor();
await question("afraid of your partner").locator("label.choice", { hasText: /^No$/ }).click();
await afraid.page.locator("#panel").waitFor({ state: "detached" });
assert(!await question("around your neck").isVisible());
await afraid.leave();

// While an answer is looked at the page says so, and no longer, whether the service answered or nobody did.
const watchful = await come({ device: "phone" });
await begin(watchful);
const busy = watchful.page.locator(".status[aria-busy]");
const options = watchful.page.locator("fieldset.question:visible label.choice");
for (const [nth, answered] of [[0, true], [1, false]]) {
  let end;
  const ends = new Promise((resolve) => { end = resolve; });
  await watchful.page.route("**/questions/*", async (route) => { await ends; await (answered ? route.continue() : route.abort()); });
  await options.nth(nth).click();
  await busy.waitFor();
  end();
  await busy.waitFor({ state: "detached" });
  await watchful.page.unroute("**/questions/*");
}
watchful.wrong = watchful.wrong.filter((each) => !/ERR_FAILED/.test(each));
await watchful.leave();

// Without scripts it comes before anything else that was pressed, and once: whoever stops or goes back reads it too.
for (const [press, onward] of [["Stop for now", "/later"], ["Back", "/questions/"], ["Continue", "/questions/"]]) {
  const grave = await come({ scripts: false, device: "phone" });
  await begin(grave);
  await onTo(grave, /wanted to be dead/);
  await grave.answer([[/wanted to be dead/, /^Yes/]]);
  const asked = grave.path();
  await grave.press(press);
  assert.equal(grave.path(), asked, `${press} waits for help`);
  await grave.look(`help-before-${onward.split("/")[1]}`);
  assert.match(await grave.page.locator("#panel").innerText(), /988/);
  await grave.press(press);
  assert(grave.path() !== asked && grave.path().startsWith(onward), `${press} leads to ${grave.path()}`);
  await grave.leave();
}

// Not alone: what is about violence is not on any page.
for (const scripts of [true, false]) {
  const watched = await come({ scripts, device: "phone", theme: "dark" });
  await begin(watched);
  let asked = "";
  await answerAll(watched, [[/Are you alone right now/, /^No, not right now/]], async (visitor) => { asked += await visitor.page.content(); });
  assert(/wanted to be dead/.test(asked) && !/afraid of your partner/.test(asked), "violence is skipped unseen");
  await watched.leave();
}

// Missing answers are told beside their field and on top, and what was given stays.
const hurried = await come({ scripts: false, device: "narrow", language: "es" });
await begin(hurried);
await hurried.press("Continuar");
await hurried.look("errors");
assert.match(await hurried.page.locator(".errors").innerText(), /Revise esto/);
await hurried.go("/about/1");
await hurried.page.locator("#given_name").fill("Ana <b>");
await hurried.press("Continuar");
await hurried.look("about-errors");
assert.equal(await hurried.page.locator("#given_name").inputValue(), "Ana <b>");
await hurried.leave();

// A connection that breaks: the answer stays on the page and is sent when it is back.
const travelling = await come();
await begin(travelling);
await travelling.answer();
await travelling.context.setOffline(true);
await travelling.page.getByRole("button", { name: "Continue" }).click();
await travelling.page.locator(".status", { hasText: "connection is weak" }).waitFor();
await travelling.look("offline").catch(() => {});
await travelling.context.setOffline(false);
await travelling.page.waitForURL("**/questions/2");
travelling.wrong = travelling.wrong.filter((each) => !/ERR_INTERNET_DISCONNECTED|ERR_FAILED/.test(each));
// Stopping, and going on elsewhere by the link; the token leaves the address.
await travelling.press("Stop for now");
await travelling.look("later");
const link = (await travelling.page.locator(".code").innerText()).trim();
const elsewhere = await come({ device: "phone", theme: "dark" });
await elsewhere.go(new URL(link).pathname);
assert.equal(elsewhere.path(), "/questions/2");
assert.deepEqual(await elsewhere.page.evaluate(() => [localStorage.length, sessionStorage.length]), [0, 0]);
await elsewhere.leave();
await travelling.leave();

// Texts that would like to be markup are text; and sending twice is sending once.
const NAUGHTY = `"><script>document.title='x'</script><img src=x onerror=alert(1)>{{7*7}}\u202e‘’ ﷽ 田中さん`;
const naughty = await come();
await begin(naughty);
await answerAll(naughty, [[/Picture three months/, NAUGHTY], [/closer again/, /^Yes$/], [/What did you try/, NAUGHTY]]);
await tellAboutYourself(naughty, { given: "O'Mara \"<i>", family: "Sample & Söhne", email: "omara@example.com", phone: "704-555-0171", care: "alone" });
assert((await naughty.page.locator("dd").allInnerTexts()).some((text) => text.includes("<script>document.title='x'</script>")), "it reads as it was typed");
const form = naughty.page.locator("form[action='/send']");
const sent = await form.evaluate((form) => [...new FormData(form)]);
await naughty.press("Send it");
assert.equal(naughty.path(), "/session");
const again = await naughty.context.request.post(`${base}/send`, { form: Object.fromEntries(sent), headers: { origin: base } });
assert.equal(new URL(again.url()).pathname, "/session");
await naughty.leave();

// A form that was sent, or is over, is told as that, and this device forgets it.
const late = await come();
await begin(late);
await late.go(`/continue/${"A".repeat(43)}`);
assert.match(await late.text(), /no longer here/);
await late.look("form-gone");
assert(!(await cookies(late)).includes("__Host-form"));
await late.leave();

// The first page is light: with its style, its script and its icon.
const light = await come({ device: "phone" });
const sizes = [];
light.page.on("response", (response) => sizes.push(response.body().then((body) => body.length, () => 0)));
await light.page.goto(`${base}/`, { waitUntil: "networkidle" });
const bytes = (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
assert(sizes.length >= 3 && bytes < 60_000, `${bytes} bytes in ${sizes.length} answers`);
await light.leave();

// The other pages.
for (const language of ["en", "es"]) {
  for (const [device, theme] of [["desktop", "light"], ["narrow", "dark"]]) {
    const reader = await come({ device, theme, language });
    for (const [path, name] of [["/help", "help"], ["/answers", "questions-and-answers"], ["/session", "no-session"], ["/nowhere", "not-found"]]) {
      await reader.go(path);
      await reader.look(name);
    }
    await reader.go("/help");
    await reader.page.getByRole("button", { name: language === "en" ? "Español" : "English" }).click();
    await reader.page.locator(`html[lang=${language === "en" ? "es" : "en"}]`).waitFor();
    assert.equal(reader.path(), "/help");
    await reader.leave();
  }
}
await browser.close();
console.log(JSON.stringify({ bytes }));
