// Staff before their pages: how somebody gets in, and what they press.

import { createHmac } from "node:crypto";
import assert from "node:assert/strict";
import { Visitor } from "./visitor.mjs";

// The code that an authenticator app shows for this key; `later` steps of half a minute from now.
export function code(secret, later = 0) {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const bits = [...secret.replace(/\s/g, "")].map((letter) => alphabet.indexOf(letter).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + later));
  const mac = createHmac("sha1", key).update(step).digest();
  const at = mac[19] & 15;
  return String((mac.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

// Somebody with a one-time sign-in that opens a session at once.
export async function arrive(browser, base, out, wish, token) {
  const staff = await Visitor.come(browser, base, out, wish);
  await staff.go(`/staff/welcome/${token}`);
  await staff.page.getByRole("button", { name: "Open the console" }).waitFor();
  assert(!staff.page.url().includes(token), "the token has left the address");
  await staff.press("Open the console");
  return staff;
}

// Somebody new: chooses a password and takes the second factor. Gives the key of their app.
export async function enrol(staff, token, password) {
  await staff.go("/staff/welcome");
  await staff.look("welcome");
  await staff.page.locator("#sign_in").fill(token);
  await staff.press("Go on");
  await staff.look("enrol");
  const secret = await staff.page.locator("#secret").innerText();
  const give = async (first, again, digits) => {
    await staff.page.locator("#password").fill(first);
    await staff.page.locator("#again").fill(again);
    await staff.page.locator("#code").fill(digits);
    await staff.press("Take both and sign in");
  };
  await give("too short", "too short", code(secret));
  await staff.look("enrol-refused");
  await give(password, password, code(secret));
  await staff.look("recovery-codes");
  assert.equal(await staff.page.locator(".codes li").count() > 5, true, "there are recovery codes");
  await staff.page.getByRole("link", { name: "I have them: go on" }).click();
  return secret;
}

export async function signIn(staff, email, password, digits) {
  await staff.page.locator("#email").fill(email);
  await staff.page.locator("#password").fill(password);
  await staff.page.locator("#code").fill(digits);
  await staff.press("Sign in");
}

// Opens one of a case's actions.
export async function open(staff, name) {
  const summary = staff.page.locator(".act > summary", { hasText: name }).first();
  if (!await summary.evaluate((it) => it.parentElement.open)) await summary.click();
}
