// usage: node desk.mjs http://HOST:PORT OUT COORDINATOR SECOND CLINICIAN
//
// The desk at work, with one-time sign-ins of two new coordinators and a new clinician:
// somebody signs in with a second factor, calls, books, closes; a clinician lowers what a coordinator can't; two collide;
// and a new case stands in another browser's queue within a second.

import assert from "node:assert/strict";
import { Visitor, open as chromium } from "./visitor.mjs";
import { WORDS, answerAll, begin, tellAboutYourself } from "./form.mjs";
import { code, enrol, open, signIn } from "./staff.mjs";

const [base, out, newcomer, second, third] = process.argv.slice(2);
const EMAIL = "sam@example.com", PASSWORD = "green lanterns over the quiet river";
const browser = await chromium();
const line = (staff, label) => staff.page.locator(".line", { hasText: label }).first();
const colleagues = (staff) => staff.page.locator("#assignee option").allInnerTexts();
const handOver = (staff) => Promise.all([staff.page.waitForNavigation(), staff.page.locator("#hand button", { hasText: "Hand over" }).click()]);
const follow = async (staff, label) => { await staff.go("/staff"); await line(staff, label).locator(".name a").click(); await staff.page.locator("#contacts").waitFor(); };

// In, out, and in again with the second factor.
const sam = await Visitor.come(browser, base, out, { device: "desktop", theme: "light", language: "en", scripts: true });
await sam.go("/staff");
assert.equal(sam.path(), "/staff/sign-in");
await sam.look("sign-in");
const secret = await enrol(sam, newcomer, PASSWORD);
await sam.press("Sign out");
await signIn(sam, EMAIL, PASSWORD, "000000");
await sam.look("sign-in-refused");
await signIn(sam, EMAIL, PASSWORD, code(secret, 1));
assert.equal(sam.path(), "/staff");
await sam.look("queue");
await sam.go("/staff/account");
await sam.look("account");

// The queue by keys, filters and names.
await sam.go("/staff");
await sam.page.keyboard.press("j");
await sam.page.keyboard.press("j");
await sam.page.keyboard.press("k");
assert(await sam.page.evaluate(() => document.activeElement.closest(".line") === document.querySelector(".line")));
await sam.page.keyboard.press("?");
await sam.look("keys");
await sam.page.locator("[name=urgency]").selectOption("immediate");
await sam.press("Show");
assert.match(sam.page.url(), /urgency=immediate/);
await sam.look("queue-filtered");
await sam.page.locator("#client").fill("nobody by this name");
await sam.press("Find");
assert(!sam.page.url().includes("nobody"), "who is looked for stands in no address");
await sam.look("found-nobody");
await sam.page.locator("#client").fill(" avery   sample ");
await sam.press("Find");
await sam.look("found");
assert.equal(await sam.page.locator(".line").count(), 1);

const kim = await Visitor.come(browser, base, out, { device: "phone", theme: "dark", language: "en", scripts: true });
await enrol(kim, second, PASSWORD);
await kim.look("queue");
const rue = await Visitor.come(browser, base, out, { device: "desktop", theme: "dark", language: "en", scripts: true });
await enrol(rue, third, PASSWORD);
await rue.look("queue");

// On a wide screen the queue stands beside a case, under the same filters; on a narrow one it is nobody's.
await rue.page.setViewportSize({ width: 1440, height: 900 });
await rue.go("/staff?urgency=immediate");
await rue.page.locator(".line .name a").first().click();
const beside = rue.page.getByRole("navigation", { name: "Queue" });
await beside.waitFor();
await rue.look("case-beside-the-queue");
assert.equal(await beside.locator(".line").count(), await beside.locator(".line.immediate").count());
assert.equal(new URL(await beside.locator("[aria-current=page]").evaluate((it) => it.href)).pathname, rue.path());
await rue.go("/staff");
await rue.page.locator(".line .name a").first().click();
await beside.waitFor();
const first = rue.path();
await rue.page.keyboard.press("j");
await rue.page.keyboard.press("Enter");
await rue.page.waitForURL((url) => url.pathname.startsWith("/staff/cases/") && url.pathname !== first);
assert.equal(await beside.locator("[aria-current=page]").count(), 1);
await rue.page.setViewportSize({ width: 1000, height: 900 });
assert.equal(await beside.count(), 0, "no screen reader meets the list where no eye does");
await rue.page.setViewportSize({ width: 1280, height: 900 });
await rue.go("/staff");

// Two at once: the later one is told what changed, and loses nothing.
const routine = await rue.page.locator(".line.routine .name a, .line.priority .name a").first().innerText();
await follow(kim, routine);
await kim.look("case");
await open(kim, "Log a call");
const words = "Their daughter’s recital is on Thursday.";
await kim.page.locator("#outcome").selectOption("3");
await kim.page.locator("#call_note").fill(words);
await follow(sam, routine);
await sam.look("case");
await sam.press("Claim");
await kim.press("Log it");
await kim.look("case-overtaken");
assert.match(await kim.text(), /Somebody changed this case while you were writing/);
assert.match(await kim.text(), /Sam First has it in hand now/);
assert.equal(await kim.page.locator("#call_note").inputValue(), words);
assert.equal(await kim.page.locator("#outcome").inputValue(), "3");
await kim.press("Log it");
assert.match(await kim.text(), /voicemail left/);

// What a coordinator does with a case. A note takes nothing from anybody, so that nobody is overtaken with one.
await open(sam, "Note");
await sam.page.locator("#note_text").fill("The mother of one of them calls a lot.");
await sam.press("Write it down");
assert.match(await sam.text(), /calls a lot/);
await open(sam, "Log a call");
await sam.page.locator("#outcome").selectOption("1");
await sam.page.locator("#call_note").fill("Would like mornings. <script>alert(1)</script>");
await sam.look("case-log-a-call");
await sam.press("Log it");
assert.match(await sam.text(), /by phone: reached/);
await open(sam, "Hand over");
assert.deepEqual(await colleagues(sam), ["Choose a colleague", "Kim Second, Coordinator", "Rue Third, Clinician"]);
await handOver(sam);
await sam.look("case-handed-to-nobody");
assert.match(await sam.text(), /Choose whom it goes to/);
await sam.page.locator("#assignee").selectOption({ label: "Kim Second, Coordinator" });
await handOver(sam);
assert.match(await sam.text(), /in Kim Second’s hands/);
await open(sam, "Close");
await sam.page.locator("#close_reason").selectOption("6");
await sam.press("Close the case");
await sam.look("case-close-refused");
assert.match(await sam.text(), /needs mending/);
await follow(kim, routine);

// A time is given back, another one booked.
if (await kim.page.locator("#session summary", { hasText: "Give it back" }).count() > 0) {
  await kim.page.locator("#session summary", { hasText: "Give it back" }).click();
  await kim.press("Yes, give it back");
}
await kim.page.locator(".act.link").click();
await kim.look("matches");
await follow(sam, routine);
await open(sam, "Log a call");
await sam.page.locator("#outcome").selectOption("2");
await sam.press("Log it");
await kim.page.locator(".matches .btn").first().click();
await kim.page.locator(".errors").waitFor();
await kim.look("matches-overtaken");
assert.match(await kim.text(), /Somebody changed this case while you were writing/);
await kim.page.locator(".matches .btn").first().click();
await kim.page.locator("#session .tag").waitFor();
await kim.look("case-booked");
await open(kim, "Close");
await kim.page.locator("#close_reason").selectOption("1");
await kim.press("Close the case");
assert.match(await kim.text(), /Closed: care has begun/);
await kim.look("case-closed");

// Where safety is in question a coordinator reads no reason and lowers nothing; a clinician does.
const urgent = await rue.page.locator(".line.urgent .name a").first().innerText();
await follow(sam, urgent);
await sam.look("clinician-case-for-a-coordinator");
assert.equal(await sam.page.locator(".why, .scales, #joint, #hand").count(), 0);
await open(sam, "Urgency");
await sam.page.locator("#urgency").selectOption("1");
await sam.page.locator("#judge_reason").fill("Sounded calm.");
await sam.press("Judge so");
await sam.look("a-coordinator-lowers-nothing");
assert.match(await sam.text(), /Only a clinician decides that here/);
assert.equal(await sam.page.locator("#judge_reason").inputValue(), "Sounded calm.");
await follow(rue, urgent);
await rue.look("clinician-case");
assert(await rue.page.locator(".why li").count() > 0, "a clinician reads why");
assert(await rue.page.locator(".band.holds").count() > 0, "a score stands in its band");
assert.match(await rue.page.locator("#scores").textContent(), /Bands: .* from 0 to /);
await open(rue, "Hand over");
assert.deepEqual(await colleagues(rue), ["Choose a colleague", "Rue Third, Clinician"]);
await rue.look("clinician-case-to-a-clinician-alone");
await open(rue, "Urgency");
await rue.page.locator("#urgency").selectOption("2");
await rue.page.locator("#judge_reason").fill("Talked for half an hour; a plan is in place.");
await rue.press("Judge so");
assert.match(await rue.page.locator("#head .tag").innerText(), /Priority/);
await rue.look("lowered");
await open(rue, "All answers");
await rue.press("Show them");
await rue.look("reveal-refused");
assert.match(await rue.text(), /needs mending/);
await rue.page.locator("#reveal_reason").fill("Her own words, before I call.");
await rue.press("Show them");
await rue.look("revealed");
assert.match(await rue.text(), /Everything that was answered/);
await rue.page.locator(".back a").click();
assert.match(await rue.page.locator("#timeline").innerText(), /Her own words, before I call/);
await rue.page.getByRole("link", { name: "The therapist’s brief, to print" }).click();
await rue.look("brief");

// A new case stands in another browser's queue within a second.
await rue.go("/staff");
await rue.page.locator("#queue").waitFor();
const client = await Visitor.come(browser, base, out, { device: "desktop", theme: "light", language: "en", scripts: true });
await begin(client);
await answerAll(client);
await tellAboutYourself(client, { given: "Zora", family: "Sample", email: "zora@example.com", phone: "704-555-0188", care: "alone" });
const shown = rue.page.locator(".line", { hasText: "Zora" }).first().waitFor({ timeout: 20_000 }).then(() => Date.now());
const answered = client.page.waitForResponse((response) => new URL(response.url()).pathname === "/send").then(() => Date.now());
await client.press(WORDS.en.send);
const took = await shown - await answered;
await rue.look("queue-with-a-new-case");
assert(await line(rue, "Zora").locator(".fresh").count() > 0, "it is marked as new");
assert(took < 1000, `it took ${took} ms`);

// The session ends elsewhere: the page says so and shows nobody any more.
const elsewhere = await rue.context.newPage();
await elsewhere.goto(`${base}/staff/account`);
await elsewhere.getByRole("button", { name: "Sign out everywhere" }).click();
await elsewhere.waitForURL(/sign-in/);
await follow(sam, "Zora");
await open(sam, "Note");
await sam.page.locator("#note_text").fill("Called the office too.");
await sam.press("Write it down");
await rue.page.locator(".ended").waitFor({ timeout: 10_000 });
await rue.look("session-ended");
assert(!/Zora/.test(await rue.page.locator("body").innerText()), "nobody stays on the screen");

for (const each of [sam, kim, rue, client]) await each.leave();
await browser.close();
console.log(JSON.stringify({ took }));
