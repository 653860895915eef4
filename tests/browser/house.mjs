// usage: node house.mjs http://HOST:PORT OUT COORDINATOR CLINICIAN ADMINISTRATOR AUDITOR
//
// What keeps the house running, seen by each role with a one-time sign-in: letters, the roster and somebody's hours, the
// rules and a replay of others, accounts, the trail. Who may not do something is not offered it.

import assert from "node:assert/strict";
import { open as chromium } from "./visitor.mjs";
import { arrive } from "./staff.mjs";

const [base, out, coordinator, clinician, administrator, auditor] = process.argv.slice(2);
const browser = await chromium();
const come = (wish, token) => arrive(browser, base, out, { device: "desktop", theme: "light", language: "en", scripts: true, ...wish }, token);
const places = async (staff) => (await staff.page.locator(".places a").allInnerTexts()).map((name) => name.trim());
const see = async (staff, path, name) => { await staff.go(path); await staff.look(name); };

// A coordinator: letters, and somebody's hours.
const desk = await come({ device: "phone", theme: "dark" }, coordinator);
assert.deepEqual(await places(desk), ["Queue", "Letters", "Calendar", "Roster"]);
await see(desk, "/staff/letters", "letters");
assert.match(await desk.text(), /confirmed/);
await see(desk, "/staff/letters?open=1", "letters-none-open");
await see(desk, "/staff/health", "health");
assert.match(await desk.text(), /All well Queues/);
await see(desk, "/staff/mailbox", "mailbox");
await desk.page.locator(".item a").first().click();
await desk.page.locator(".letter-text").waitFor();
await desk.look("mail");
await desk.go("/staff/letters");
await desk.page.getByRole("link", { name: "What letters say" }).click();
await desk.page.frameLocator("iframe").locator("body").waitFor();
await desk.look("sample-letter");
assert.match(await desk.page.locator("dd").innerText(), /\w/);
await desk.page.locator("[name=letter]").selectOption("reminder");
await desk.page.locator("[name=mailbox]").selectOption("shared");
await desk.page.locator("[name=language]").selectOption("es");
await desk.press("Show");
const letter = desk.page.frameLocator("iframe").locator("body");
await letter.waitFor();
await desk.look("sample-letter-shared-in-spanish");
assert.match(await letter.innerText(), /704-555-0100/);
assert.equal(await letter.locator("[style]").first().evaluate((it) => it.style.length > 0), true, "styles in place hold");
await see(desk, "/staff/calendar?week=2099-01-05", "calendar-empty");
await desk.go("/staff/calendar");
// Whoever is booked is so within two weeks.
for (let week = 0; week < 2 && !await desk.page.locator(".session").count(); week += 1) await desk.page.getByRole("link", { name: "The week after" }).click();
await desk.page.locator(".session").first().waitFor();
await desk.look("calendar");
await desk.page.getByRole("link", { name: "By room" }).click();
await desk.look("calendar-by-room");
await see(desk, "/staff/roster", "roster");
await desk.page.locator(".item a").first().click();
await desk.page.locator("#new-day").waitFor();
await desk.look("therapist");
const rows = await desk.page.locator("fieldset.rule").count();
await desk.page.locator("#new-day").fill("2099-01-05");
await desk.page.locator("#new-from").fill("19:00");
await desk.page.locator("#new-until").fill("18:00");
await desk.press("See whom it touches");
await desk.look("hours-wrong");
assert.match(await desk.page.locator(".errors").innerText(), /end after it begins/);
await desk.page.locator("#new-until").fill("20:00");
await desk.press("See whom it touches");
await desk.look("hours-tried");
assert.match(await desk.text(), /touches no session/);
await desk.press("Write it");
assert.equal(await desk.page.locator("fieldset.rule").count(), rows + 1);
await see(desk, "/staff/accounts", "forbidden");
assert.match(await desk.text(), /role may not do that/);
desk.wrong = desk.wrong.filter((each) => !/status of 403/.test(each));

// A clinician: the rules, and what others would have decided.
const rue = await come({}, clinician);
assert.deepEqual(await places(rue), ["Queue", "Letters", "Calendar", "Roster", "Practice"]);
await see(rue, "/staff/practice", "practice");
await rue.page.getByRole("link", { name: "What letters say" }).click();
await rue.page.locator("[name=letter]").selectOption("staff_alert");
await rue.press("Show");
await rue.page.frameLocator("iframe").locator("body").waitFor();
await rue.look("sample-letter-for-staff");
assert.match(await rue.text(), /same for every mailbox/);
await rue.go("/staff/practice");
const rules = await rue.page.locator("#rules").inputValue();
await rue.page.locator("#rules").fill(`${rules.trimEnd()}\n  - {id: adults, when: client.age > 17, urgency: PRIORITY, because: Because., book: hold}\n`);
await rue.press("Show what would be different");
await rue.look("replayed");
assert.match(await rue.text(), /would be different/);
assert.match(await rue.text(), /\+adults/);
await rue.page.locator("#rules").fill(rules.replace("client.age < 18", "client.agee < 18"));
await rue.press("Show what would be different");
await rue.look("rules-wrong");
assert.match(await rue.page.locator(".errors").innerText(), /triage\.yaml:\d+:\d+/);
assert(!await rue.page.locator("form[action$='/hours']").count(), "a clinician reads hours");

// An administrator: accounts.
const ada = await come({ theme: "dark" }, administrator);
assert.deepEqual(await places(ada), ["Letters", "Roster", "Practice", "Accounts"]);
await see(ada, "/staff/accounts", "accounts");
await ada.page.locator("#display_name").fill("Noor <b>New</b>");
await ada.press("Make the account");
await ada.look("invite-wrong");
assert.equal(await ada.page.locator("#display_name").inputValue(), "Noor <b>New</b>");
await ada.page.locator("#email").fill("noor@example.com");
await ada.page.locator("#role").selectOption("auditor");
assert(await ada.page.getByLabel(/By letter/).isChecked(), "nobody else sees a sign-in unless somebody asks to");
await ada.page.getByLabel(/As a link/).check();
await ada.press("Make the account");
await ada.look("handed-over");
assert.match(await ada.page.locator(".code").innerText(), /\/staff\/welcome\/[\w-]{43}$/);
await ada.go("/staff/accounts");
await ada.page.locator("#display_name").fill("Iman <i>New</i>");
await ada.page.locator("#email").fill("iman@example.com");
await ada.page.locator("#role").selectOption("coordinator");
await ada.press("Make the account");
await ada.look("invited-by-letter");
assert.match(await ada.text(), /A letter goes to Iman <i>New<\/i>/);
assert.equal(await ada.page.locator(".code").count(), 0);
await ada.go("/staff/accounts");
const noor = ada.page.locator(".item", { hasText: "noor@example.com" });
await noor.locator("summary").click();
await noor.getByRole("button", { name: "Close it, and sign them out" }).click();
await ada.page.locator(".item", { hasText: "noor@example.com" }).locator(".state", { hasText: "closed" }).waitFor();
await see(ada, "/staff/letters", "letters-of-an-administrator");
assert.match(await ada.text(), /staff invitation/);

// An auditor: the trail, with and without scripts.
const eve = await come({ device: "narrow" }, auditor);
assert.deepEqual(await places(eve), ["Audit"]);
await see(eve, "/staff/audit", "audit");
await eve.page.locator("[name=method]").fill("AccountService/InviteStaff");
await eve.press("Show");
await eve.look("audit-filtered");
assert.equal(await eve.page.locator("tbody tr").count(), 2);
await eve.go("/staff/audit");
await eve.press("Verify the trail");
await eve.look("verified");
assert.match(await eve.text(), /as it was written/);

for (const staff of [desk, rue, ada, eve]) await staff.leave();
await browser.close();
console.log(JSON.stringify({ walked: 4 }));
