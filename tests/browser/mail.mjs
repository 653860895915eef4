// Letters as they lie in the mail folder.

import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import assert from "node:assert/strict";

// Quoted-printable and base64 parts read as text; enough for links and words.
const decoded = (text) => text.replace(/=\r?\n/g, "").replace(/(=[0-9A-F]{2})+/g, (bytes) => Buffer.from(bytes.replaceAll("=", ""), "hex").toString("utf8"));

export function lettersTo(folder, address) {
  const files = readdirSync(folder).filter((file) => file.endsWith(".eml")).sort();
  const letters = files.map((file) => readFileSync(join(folder, file), "utf8"));
  return letters.filter((letter) => letter.split(/\r?\n\r?\n/, 1)[0].includes(`To: ${address}`)).map(decoded);
}

// Waits until a letter to somebody holds what fits, and gives the path that its link leads to.
export async function linkOf(folder, address, fits) {
  for (let turn = 0; turn < 120; turn += 1) {
    const letter = lettersTo(folder, address).findLast((letter) => fits.test(letter));
    const link = letter?.match(/https:\/\/riverbend\.example\.com(\/(?:session|invitation)\/[\w-]{43})/);
    if (link) return { path: link[1], letter };
    await new Promise((wake) => setTimeout(wake, 250));
  }
  assert.fail(`no letter to ${address} has a link and ${fits}: ${lettersTo(folder, address).length} letters`);
}
