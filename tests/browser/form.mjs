// The form from its first page to its last, as somebody fills it in.

import assert from "node:assert/strict";

export const WORDS = {
  en: { begin: "Begin", next: "Continue", send: "Send it", couple: "For two of us", alone: "For me alone", call: "Call me", private: "Only me", yes: "Yes" },
  es: { begin: "Empezar", next: "Continuar", send: "Enviar", couple: "Para los dos", alone: "Solo para mí", call: "Llamarme", private: "Solo yo", yes: "Sí" },
};

// From the first page to the first question.
export async function begin(visitor) {
  await visitor.go("/");
  await visitor.look("welcome");
  await visitor.press(WORDS[visitor.wish.language].begin);
  assert.equal(visitor.path(), "/questions/1");
}

// Every question, with these answers where they fit. `each` is told of every page.
export async function answerAll(visitor, answers = [], each = async () => {}) {
  const { next } = WORDS[visitor.wish.language];
  for (let turn = 0; visitor.path().startsWith("/questions/"); turn += 1) {
    assert(turn < 80, "the form has an end");
    await visitor.answer(answers);
    await each(visitor);
    await visitor.press(next);
  }
  assert.equal(visitor.path(), "/about/1");
}

// Who they are and how to reach them. `person.care`: "couple", "alone", or nothing for somebody who was invited.
export async function tellAboutYourself(visitor, person) {
  const words = WORDS[visitor.wish.language];
  const { page } = visitor;
  const fill = (field, value) => page.locator(`#${field}`).fill(value);
  const choose = (label) => page.locator("label.choice", { hasText: label }).first().click();
  for (const [field, value] of [["given_name", person.given], ["family_name", person.family], ["month", "4"], ["day", "30"], ["year", "1990"], ["state", "NC"]]) {
    await fill(field, value);
  }
  await visitor.look("about-you");
  await visitor.press(words.next);
  assert.equal(visitor.path(), "/about/2");
  await fill("email", person.email);
  await choose(words.private);
  await fill("phone", person.phone);
  await page.locator("[name=voicemail][value=yes]").check();
  await visitor.look("how-we-reach-you");
  await visitor.press(words.next);
  if (person.care) {
    assert.equal(visitor.path(), "/about/3");
    await choose(words[person.care]);
    if (person.care === "couple") await choose(words.call);
    await visitor.look("whom-it-is-for");
    await visitor.press(words.next);
  }
  assert.equal(visitor.path(), "/about/4");
  await visitor.look("what-would-suit-you");
  await visitor.press(words.next);
  assert.equal(visitor.path(), "/about/5");
  for (const consent of await page.locator("[name=consent]").all()) await consent.check();
  await visitor.look("what-you-agree-to");
  await visitor.press(words.next);
  assert.equal(visitor.path(), "/review");
  await visitor.look("review");
}

// Until the page of what happens next says so.
export async function waitFor(visitor, pattern) {
  for (let turn = 0; turn < 60; turn += 1) {
    if (pattern.test(await visitor.text())) return;
    await new Promise((wake) => setTimeout(wake, 250));
    await visitor.page.reload();
  }
  assert.fail(`never read ${pattern}: ${await visitor.text()}`);
}
