// Somebody in front of a browser, on some device, with or without scripts; and what is held of every page that they see:
// a picture, no violation that axe knows, HTML that validates, no word on the console, nothing loaded from elsewhere.

import { mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import assert from "node:assert/strict";

// The packages lie where tests/run put them, not beside this file.
const packages = createRequire(join(process.env.RAPPORT_TEST_NODE_MODULES, "anything.js"));
const { chromium } = packages("playwright-core");
const { HtmlValidate } = packages("html-validate");
const axe = packages("axe-core").source;

const FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync"];
const DEVICES = {
  phone: { viewport: { width: 360, height: 740 }, deviceScaleFactor: 1, isMobile: true, hasTouch: true },
  narrow: { viewport: { width: 320, height: 640 }, deviceScaleFactor: 1 },
  desktop: { viewport: { width: 1280, height: 900 }, deviceScaleFactor: 1 },
};
// What "Leave now" leads to; no test goes there.
export const AWAY = "https://www.weather.gov/";

const validator = new HtmlValidate({
  extends: ["html-validate:recommended"],
  rules: {
    // A line of a template that is empty in this case.
    "no-trailing-whitespace": "off",
    // Titles of pages are sentences.
    "long-title": "off",
    // Numbers of phones don't break where their class says so.
    "tel-non-breaking": ["error", { ignoreClasses: ["figure"] }],
    "form-dup-name": ["error", { shared: ["radio", "checkbox", "submit"] }],
  },
});

export const open = () => chromium.launch({ executablePath: "/usr/bin/chromium", args: FLAGS });

export class Visitor {
  // `wish`: device, theme ("light" or "dark"), language ("en" or "es"), scripts (true or false).
  static async come(browser, base, out, wish) {
    const context = await browser.newContext({
      ...DEVICES[wish.device], colorScheme: wish.theme, javaScriptEnabled: wish.scripts, acceptDownloads: true,
      locale: wish.language === "es" ? "es-US" : "en-US",
    });
    await context.route(AWAY, (route) => route.fulfill({ contentType: "text/html", body: "<title>Weather</title>Sunny." }));
    return new Visitor(context, await context.newPage(), base, out, wish);
  }

  constructor(context, page, base, out, wish) {
    Object.assign(this, { context, page, base, out, wish, seen: 0, html: "", wrong: [] });
    page.on("console", (message) => {
      // A form that was not right, or came too late, is answered so, and a browser notes that.
      const expected = /status of (422|410|404|409|403|401)/.test(message.text());
      if (["error", "warning"].includes(message.type()) && !expected) this.wrong.push(`console: ${message.text()}`);
    });
    page.on("pageerror", (error) => this.wrong.push(`script: ${error.message}`));
    page.on("request", (request) => {
      const url = request.url();
      if (!url.startsWith(base) && url !== AWAY && !url.startsWith("data:")) this.wrong.push(`elsewhere: ${url}`);
    });
    page.on("response", async (response) => {
      const kind = response.headers()["content-type"] ?? "";
      if (!kind.startsWith("text/html") || !response.url().startsWith(base) || response.status() === 303) return;
      const html = await response.text().catch(() => "");
      // Not what the script asks for while somebody answers.
      if (html.startsWith("<!DOCTYPE")) this.html = html;
    });
  }

  async go(path) { await this.page.goto(this.base + path); }

  // Looks at the page as it stands, and holds it to what holds of every page.
  async look(name) {
    const { device, theme, language, scripts } = this.wish;
    const folder = join(this.out, `${device}-${theme}-${language}${scripts ? "" : "-without-scripts"}`);
    mkdirSync(folder, { recursive: true });
    this.seen += 1;
    const file = `${String(this.seen).padStart(2, "0")}-${name}`;
    await this.page.evaluate("scrollTo(0, 0)");
    await this.page.screenshot({ path: join(folder, `${file}.png`), fullPage: true });
    const title = await this.page.title();
    assert(!/couple|partner|therap|pareja|terap|violen|safety|segurid/i.test(title.split(" – ").at(-1)), `the title tells: ${title}`);
    // Without scripts a page cannot look at itself; it is the same page.
    if (scripts) await this.lookCloser(file);
    if (this.html) {
      const report = await validator.validateString(this.html, `${file}.html`);
      for (const message of report.results.flatMap((result) => result.messages)) {
        this.wrong.push(`${file}: html ${message.ruleId} ${message.line}:${message.column} ${message.message}`);
      }
    }
  }

  async lookCloser(file) {
    const found = await this.page.evaluate(`${axe}; axe.run({ runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] })`);
    for (const each of found.violations) {
      this.wrong.push(`${file}: axe ${each.id}: ${each.help} – ${each.nodes.map((node) => node.html).slice(0, 3).join(" | ")}`);
    }
    const wide = await this.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth");
    if (wide > 0) this.wrong.push(`${file}: ${wide} pixels wider than the screen`);
  }

  // Answers what stands on the page: by the first entry of `answers` whose question fits, else with the mildest option.
  async answer(answers = []) {
    const questions = this.page.locator("fieldset.question:visible");
    for (let at = 0; at < await questions.count(); at += 1) {
      const question = questions.nth(at);
      const text = (await question.locator("legend").textContent()).trim();
      const wanted = answers.find(([asked]) => asked.test(text));
      const options = question.locator("label.choice");
      if (await options.count() === 0) {
        if (wanted) await question.locator("textarea, input:not([type=hidden])").first().fill(wanted[1]);
        continue;
      }
      const labels = (await options.allTextContents()).map((label) => label.trim());
      // The first is the mildest in every list of the sample practice.
      const place = wanted ? labels.findIndex((label) => wanted[1].test(label)) : 0;
      assert(place >= 0, `${text} has no option like ${wanted?.[1]}: ${labels}`);
      await options.nth(place).click();
      // What follows from it stands there before the next one is looked for.
      if (this.wish.scripts) await this.page.waitForFunction(() => !document.querySelector("[aria-busy]"));
    }
  }

  // Presses a button and waits for what it leads to, by the script or by the browser itself.
  async press(name) {
    const button = this.page.getByRole("button", { name, exact: true }).first();
    const byScript = this.wish.scripts && await button.evaluate((it) => it.form?.dataset.send !== undefined);
    if (!byScript) { await Promise.all([this.page.waitForNavigation(), button.click()]); return; }
    await button.click();
    await this.page.waitForFunction(() => !document.querySelector("[aria-busy]"));
  }

  path() { return new URL(this.page.url()).pathname; }

  async text() { return (await this.page.locator("main").innerText()).replace(/\s+/g, " "); }

  async leave() {
    await this.context.close();
    assert.deepEqual(this.wrong, [], `what ${JSON.stringify(this.wish)} met`);
  }
}
