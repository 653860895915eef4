// usage: node house.mjs http://HOST:PORT OUT COORDINATOR CLINICIAN ADMINISTRATOR AUDITOR
//
// What keeps the house running, seen by each role with a one-time sign-in: letters, the roster and somebody's hours, the
// rules and a replay of others, accounts, the trail. Who may not do something is not offered it.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
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

// Their calendars, and whom they treat alone.
const page = desk.path();
const file = (name, text) => ({ name, mimeType: "text/plain", buffer: Buffer.from(text) });
const calendar = (...lines) => ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//them", ...lines, "END:VCALENDAR", ""].join("\r\n");
await desk.page.locator("#calendar #file").setInputFiles(file("busy.ics", calendar("BEGIN:VEVENT", "UID:1", "DTSTART:soon", "END:VEVENT")));
await desk.page.locator("#calendar button").first().click();
await desk.page.locator(".errors").waitFor();
await desk.look("busy-wrong");
assert.match(await desk.page.locator(".errors").innerText(), /Line \d+, column \d+/);
await desk.page.locator("#calendar #file").setInputFiles(file("busy.ics", calendar("BEGIN:VEVENT", "UID:1", "DTSTAMP:20261101T000000Z", "DTSTART:20990105T150000Z", "DTEND:20990105T160000Z", "END:VEVENT")));
await desk.page.locator("#calendar button").first().click();
await desk.page.getByRole("button", { name: "Write it" }).waitFor();
await desk.look("busy-tried");
assert.match(await desk.text(), /out of their hours: 1 single, 0 recurring/);
await desk.press("Write it");
assert.equal(desk.path(), page);
assert.match(await desk.text(), /out of these: 1 single, 0 recurring/);
await desk.press("Make an address");
await desk.look("feed");
const address = (await desk.page.locator(".code").innerText()).trim();
assert.match(address, /[\w-]{43}/);
await desk.go(page);
assert(!(await desk.page.content()).includes(address), "the address is shown once");
await desk.press("End it");
await desk.page.getByRole("button", { name: "Make an address" }).waitFor();
await desk.press("Note it");
await desk.look("treated-wrong");
await desk.page.locator("#treated_email").fill("quinn@example.com");
await desk.press("Note it");
assert.match(await desk.page.locator("#treated").innerText(), /Noted/);
assert(!desk.page.url().includes("quinn") && !(await desk.page.content()).includes("quinn"), "who it is is kept by nobody");
await desk.page.locator("#treated_email").fill("quinn@example.com");
await desk.press("Forget it");
await desk.look("forgotten");
assert.match(await desk.page.locator("#treated").innerText(), /there are none yet/);

// Somebody new, and everybody out of a file: what is wrong with it, what it would change, and exactly that.
await desk.go("/staff/roster/new");
await desk.page.locator("#display_name").fill("Ada <b>Sample</b>");
await desk.page.locator("#licences").fill("NC 2030-06-30");
await desk.press("Put them on the roster");
await desk.look("newcomer-wrong");
assert.match(await desk.page.locator(".errors").innerText(), /must be a state, a number and a last day/);
assert.equal(await desk.page.locator("#display_name").inputValue(), "Ada <b>Sample</b>");
await desk.page.locator("#licences").fill("NC LP-77 2030-06-30\nSC LP-78 2030-06-30 video");
await desk.page.locator("#gender").selectOption("woman");
await desk.page.locator("[name=treats][value=couple]").check();
await desk.page.locator("#languages").fill("en");
await desk.page.locator("#weekly_sessions").fill("20");
await desk.press("Put them on the roster");
assert.match(await desk.text(), /^Ada <b>Sample<\/b>/);
await see(desk, "/staff/roster/import", "import");
const head = "name,credentials,gender,licences,supervised_by,treats,methods,competences,languages,payers_individual,payers_couple,fee_individual,fee_couple,minutes_individual,minutes_couple,weekly_sessions,availability";
const row = (languages) => `Ada Sample,PhD,woman,NC LP-77 2030-06-30,,couple,,,${languages},,,,,,,18,mon 09:00-17:00 video`;
await desk.page.locator("#file").setInputFiles(file("roster.csv", `${head}\n${row("en").replace("woman", "lady")}\n`));
await desk.press("See what it changes");
await desk.look("import-wrong");
assert.match(await desk.page.locator(".errors").innerText(), /Line 2, column \d+/);
assert.match(await desk.page.locator("#csv").inputValue(), /lady/, "the file stands there to be mended");
await desk.page.locator("#csv").fill(`${head}\n${row("en; es")}\nBo Sample,,man,NC LP-79 2030-06-30,,couple,,,en,,,,,,,10,tue 09:00-17:00 video\n`);
await desk.press("See what it changes");
await desk.look("import-tried");
assert.match(await desk.text(), /Ada Sample/);
assert.match(await desk.text(), /Bo Sample new/);
await desk.press("Write it");
assert.equal(desk.path(), "/staff/roster");
assert.match(await desk.text(), /Bo Sample/);
await see(desk, "/staff/accounts", "forbidden");
assert.match(await desk.text(), /role may not do that/);
desk.wrong = desk.wrong.filter((each) => !/status of 403/.test(each));

// A clinician: the rules, and what others would have decided.
const rue = await come({}, clinician);
assert.deepEqual(await places(rue), ["Queue", "Letters", "Calendar", "Roster", "Practice"]);
await see(rue, "/staff/practice", "practice");
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
await ada.press("Make the account");
await ada.look("handed-over");
assert.match(await ada.page.locator(".code").innerText(), /\/staff\/welcome\/[\w-]{43}$/);
await ada.go("/staff/accounts");
const noor = ada.page.locator(".item", { hasText: "noor@example.com" });
await noor.locator("summary").click();
await noor.getByRole("button", { name: "Close it, and sign them out" }).click();
await ada.page.locator(".item", { hasText: "noor@example.com" }).locator(".state", { hasText: "closed" }).waitFor();
await see(ada, "/staff/letters", "letters-of-an-administrator");

// An auditor: the trail, with and without scripts.
const eve = await come({ device: "narrow" }, auditor);
assert.deepEqual(await places(eve), ["Audit"]);
await see(eve, "/staff/audit", "audit");
await eve.page.locator(".filters [name=method]").fill("AccountService/InviteStaff");
await eve.press("Show");
await eve.look("audit-filtered");
assert.equal(await eve.page.locator("tbody tr").count(), 1);
const [saved] = await Promise.all([eve.page.waitForEvent("download"), eve.page.getByRole("button", { name: "Save these entries as a file" }).click()]);
const lines = readFileSync(await saved.path(), "utf8").trimEnd().split("\n").map((line) => JSON.parse(line));
assert.deepEqual(lines.map((line) => line.method), ["rapport.staff.v1.AccountService/InviteStaff"]);
await eve.go("/staff/audit?method=AuditService/ExportAuditTrail");
assert.equal(await eve.page.locator("tbody tr").count() > 0, true, "that it was saved stands in the trail");
await eve.go("/staff/audit");
await eve.press("Verify the trail");
await eve.look("verified");
assert.match(await eve.text(), /as it was written/);

for (const staff of [desk, rue, ada, eve]) await staff.leave();
await browser.close();
console.log(JSON.stringify({ walked: 4 }));
