// The HTML report in a real browser: headless Chromium opens the page from disk and uses it as a reader would.
// Usage: node page_test.mjs MODULES-FOLDER DRYDOCK OUT-FOLDER (screenshots and pages go there)
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import test, { after, before } from "node:test";
import { pathToFileURL } from "node:url";

const [modules, drydock, folder] = process.argv.slice(2);
const { chromium } = createRequire(resolve(modules, "package.json"))("playwright-core");
const { readReport } = await import("../data.js");
const { opened } = await import("../order.js");
const { sectionsOf, worldOf } = await import("../world.js");
const INCIDENT = "scenarios/incidents/openclawpro.json";
const LOST = "fluxopenclaw_openclawpro1774571881282";
const DESKTOP = { width: 1440, height: 900 };
const PATIENCE_MS = 30000;

let browser;

/** Runs scenarios into a page; outcomes that are not as expected do not matter here. */
function report(name, ...scenario) {
  const file = join(folder, name);
  try {
    execFileSync(drydock, ["run", ...scenario, "--quiet", "--report", `html=${file}`], { stdio: "pipe" });
  } catch (error) {
    if (error.status !== 1) throw error;
  }
  return file;
}

/** A page that is open, and fails the test for anything that it complains of or asks the network for. */
async function open(file, { hash = "", viewport = DESKTOP, colorScheme = "light" } = {}) {
  const context = await browser.newContext({ viewport, colorScheme });
  const page = await context.newPage();
  const complaints = [];
  page.on("console", (message) => ["error", "warning"].includes(message.type()) && complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("request", (request) => request.url().startsWith("file:") || complaints.push(`asks for ${request.url()}`));
  await page.goto(pathToFileURL(resolve(file)).href + hash);
  await page.waitForSelector("html[data-ready]", { timeout: PATIENCE_MS });
  return {
    page,
    text: (selector) => page.locator(selector).first().innerText(),
    selected: () => page.locator(".line.selected").first().innerText(),
    async close() {
      assert.deepEqual(complaints, []);
      await context.close();
    },
  };
}

/** Where the page's address says that it is, once it does. */
/* The page is drawn some time after a key; what never comes fails by the time-out. */
const becomes = (page, selector, count) =>
  page.waitForFunction(([selector, count]) => document.querySelectorAll(selector).length === count, [selector, count]);
const address = async (page) => {
  await page.waitForTimeout(250);
  return new URLSearchParams(new URL(page.url()).hash.slice(1));
};

let both;

before(async () => {
  mkdirSync(folder, { recursive: true });
  both = report("both.html", INCIDENT, "--revision", "all");
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
});
after(() => browser?.close());

test("opens from disk with both releases, and says how soon", async () => {
  const { page, text, close } = await open(both);
  const rows = await page.locator(".verdicts tbody tr").allInnerTexts();
  assert.equal(rows.length, 2);
  assert.match(rows[0], /expected\s+openclawpro\s+8\.9\.1\s+violated\s+13 h 15 min\s+container-lost, retry-forever, phantom-running × 13/);
  assert.match(rows[1], /expected\s+openclawpro\s+8\.9\.2\s+held/);
  assert.equal(await text("h1"), "openclawpro");
  assert.equal(await page.title(), "openclawpro – drydock");
  console.log(`# interactive after ${await page.evaluate(() => document.documentElement.dataset.ready)} ms`);
  await close();
});

test("three actions show the prune and what it deleted: open, n, look", async () => {
  const { page, text, selected, close } = await open(both);
  await page.keyboard.press("n");
  assert.match(await selected(), /container-lost/);
  assert.match(await text(".event .tail"), new RegExp(`container ${LOST} .* was deleted by docker containers.prune in install:webshop`));
  assert.match(await text(".event .facts"), /because of\s+docker containers\.prune/);
  const worlds = page.locator(".world");
  assert.equal(await worlds.count(), 2);
  assert.equal(await worlds.nth(0).locator("li.removed del").innerText(), LOST);
  assert.equal(await worlds.nth(1).locator("li.removed").count(), 0); // 8.9.2 has kept it
  assert.match(await worlds.nth(1).innerText(), new RegExp(LOST));
  // the event that it is because of is one click away, and is the effect itself
  await page.locator(".event .facts .link", { hasText: "docker containers.prune" }).click();
  assert.match(await selected(), /docker containers\.prune/);
  assert.match(await text(".event .facts"), /code\s+core\/\w+\.c:\d+/); // where core/ asks for it
  assert.equal(await page.locator(".world").first().locator("li.removed del").innerText(), LOST);
  await close();
});

test("steps, plays and stops", async () => {
  const { page, selected, close } = await open(both, { hash: "#run=openclawpro%2F8.9.1" });
  const first = await selected();
  await page.keyboard.press("j");
  const second = await selected();
  assert.notEqual(first, second);
  await page.keyboard.press("k");
  assert.equal(await selected(), first);
  await page.keyboard.press("ArrowDown");
  assert.equal(await selected(), second);
  await page.getByLabel("Speed").selectOption("30");
  await page.getByLabel("Play", { exact: true }).click();
  await page.waitForFunction((text) => !document.querySelector(".line.selected")?.innerText.includes(text), second.trim());
  await page.keyboard.press("Escape");
  const stopped = await selected();
  await page.waitForTimeout(200);
  assert.equal(await selected(), stopped);
  await page.keyboard.press("End");
  const last = await address(page);
  await page.keyboard.press("j"); // there is nothing beyond
  assert.equal((await address(page)).get("event"), last.get("event"));
  await close();
});

test("every violation is reached, forwards and backwards", async () => {
  const { page, selected, close } = await open(both, { hash: "#run=openclawpro%2F8.9.1" });
  const told = [];
  for (let i = 0; i < 15; i++) {
    await page.keyboard.press("n");
    told.push((await selected()).match(/✗ ([a-z-]+)/)?.[1]);
  }
  assert.deepEqual([...new Set(told)], ["container-lost", "retry-forever", "phantom-running"]);
  assert.equal(told.filter((oracle) => oracle === "phantom-running").length, 13);
  const last = (await address(page)).get("event");
  await page.keyboard.press("n"); // that was the last
  assert.equal((await address(page)).get("event"), last);
  await page.keyboard.press("N");
  assert.notEqual((await address(page)).get("event"), last);
  await page.getByRole("tab", { name: /Violations/ }).click();
  assert.equal(await page.locator(".violations li").count(), 15);
  await page.locator(".violations button").first().click();
  assert.match(await selected(), /container-lost/);
  await close();
});

test("search finds, goes from one to the next, and can hide the rest", async () => {
  const { page, text, selected, close } = await open(both, { hash: "#run=openclawpro%2F8.9.1" });
  await page.keyboard.press("/");
  await page.keyboard.type("containers.prune");
  await page.keyboard.press("Enter");
  assert.match(await selected(), /docker containers\.prune/);
  assert.match(await text(".found"), /^1 \/ \d+$/);
  // an event that the filters hide is shown all the same
  await page.locator("#search").fill("containers.create");
  await page.keyboard.press("Enter");
  assert.match(await selected(), /docker containers\.create/);
  await page.getByText("only these").click();
  assert.ok((await page.locator(".line").allInnerTexts()).every((line) => line.includes("containers.create")));
  await page.locator("#search").fill("no such thing anywhere");
  assert.equal(await text(".found"), "none");
  await close();
});

test("filters show what they say", async () => {
  const { page, text, close } = await open(both, { hash: "#run=openclawpro%2F8.9.1" });
  const lines = async () => Number((await text(".filters .gap + .quiet")).match(/^([\d,]+) lines/)[1].replaceAll(",", ""));
  const story = await lines();
  await page.getByLabel("How much is shown").selectOption("all");
  const all = await lines();
  assert.ok(all > story * 10, `${all} of ${story}`);
  await page.getByText("fold repetitions").click();
  const unfolded = await lines();
  assert.ok(unfolded > 43000, String(unfolded));
  await page.getByLabel("Task", { exact: true }).selectOption("install:webshop");
  await page.getByLabel("Neighbour", { exact: true }).selectOption("docker");
  const docker = await page.locator(".line").allInnerTexts();
  assert.ok(docker.length > 5 && docker.every((line) => /docker|[+−~] (container|network|image|data)|✗ container-lost/.test(line)), docker.join("\n"));
  await close();
});

test("a link opens at its event", async () => {
  const one = await open(both);
  await one.page.keyboard.press("n");
  const link = await address(one.page);
  await one.close();
  const two = await open(both, { hash: `#run=${encodeURIComponent(link.get("run"))}&event=${link.get("event")}&q=prune` });
  assert.match(await two.selected(), /container-lost/);
  assert.equal(await two.page.locator("#search").inputValue(), "prune");
  assert.equal(await two.page.locator(".head").count(), 1);
  // and follows when the address changes
  await two.page.evaluate(() => (location.hash = "#run=openclawpro%2F8.9.2&event=0"));
  await two.page.waitForFunction(() => document.querySelector(".head b").innerText === "8.9.2");
  await two.close();
});

test("side by side: level lines, the first difference marked in both", async () => {
  const { page, close } = await open(both);
  assert.deepEqual(await page.locator(".head b").allInnerTexts(), ["8.9.1", "8.9.2"]);
  const marked = page.locator(".line.first-difference");
  assert.equal(await marked.count(), 2);
  const [left, right] = [await marked.nth(0).boundingBox(), await marked.nth(1).boundingBox()];
  assert.ok(Math.abs(left.y - right.y) < 1 && right.x > left.x + 100);
  // what comes before is the same, word for word
  const before = await page.$$eval(".pane", (panes) =>
    panes.map((pane) => {
      const lines = [...pane.querySelectorAll(".line")];
      return lines.slice(0, lines.findIndex((line) => line.classList.contains("first-difference"))).map((line) => line.innerText);
    }),
  );
  assert.ok(before[0].length > 0);
  assert.deepEqual(before[0], before[1]);
  // the guards of the two decide differently, beside one another
  const guards = page.locator(".line", { hasText: /guard-(passed|held)/ });
  assert.equal(await guards.count(), 2);
  assert.ok(Math.abs((await guards.nth(0).boundingBox()).y - (await guards.nth(1).boundingBox()).y) < 1);
  await page.keyboard.press("s");
  await becomes(page, ".head", 1);
  await page.keyboard.press("s");
  await page.keyboard.press("d");
  await becomes(page, ".line.selected.first-difference", 1);
  await page.keyboard.press("ArrowRight");
  assert.equal((await address(page)).get("run"), "openclawpro/8.9.2");
  await close();
});

test("coverage says which calls were made, and how they ended", async () => {
  const { page, close } = await open(both, { hash: "#run=openclawpro%2F8.9.1" });
  await page.getByRole("tab", { name: "Coverage" }).click();
  const panel = await page.locator(".panel-body").innerText();
  assert.match(panel, /\d+ of \d+ kinds of calls were made/);
  assert.match(panel, /docker containers\.prune\s+1/);
  assert.match(panel, /guard-passed\s+1/);
  await close();
});

test("100,000 events: only what is in sight is in the document", async () => {
  const long = join(folder, "long.json");
  const scenario = JSON.parse(readFileSync(INCIDENT, "utf8"));
  writeFileSync(long, JSON.stringify({ ...scenario, $schema: undefined, duration: "45h" }));
  const { page, text, close } = await open(report("long.html", long, "--revision", "8.9.1"), { hash: "#run=openclawpro%2F8.9.1&level=all" });
  assert.match(await text(".filters .gap + .quiet"), /of 1\d\d,\d\d\d events/);
  await page.getByText("fold repetitions").click();
  const sight = await page.evaluate(async () => {
    const scroller = document.querySelector(".scroller");
    const seen = [];
    const canvas = [];
    for (let i = 0; i <= 20; i++) {
      scroller.scrollTop = ((scroller.scrollHeight - scroller.clientHeight) * i) / 20;
      await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
      seen.push(document.querySelectorAll(".line").length);
      canvas.push(document.querySelector(".pane canvas").clientHeight);
    }
    const box = scroller.getBoundingClientRect();
    const shown = [...document.querySelectorAll(".line")].filter((line) => line.getBoundingClientRect().bottom <= box.bottom + 1).length;
    return { most: Math.max(...seen), least: Math.min(...seen), canvas: Math.max(...canvas), height: scroller.scrollHeight, shown };
  });
  assert.ok(sight.height > 100000 * 20, JSON.stringify(sight));
  assert.ok(sight.most < 120 && sight.least > 20 && sight.canvas < 4000, JSON.stringify(sight));
  assert.ok(sight.shown > 10, "the end of the run is blank"); // it is drawn where the reader is
  console.log(`# 100,000 events: interactive after ${await page.evaluate(() => document.documentElement.dataset.ready)} ms, at most ${sight.most} lines drawn`);
  await close();
});

test("in every scenario the changes lead from the first world to the last", async () => {
  const EXPIRE = /^rows globalzelapps\.(zelappslocation|appsInstalling)/; // rows that leave by themselves, without an event
  const html = readFileSync(report("all.html", "scenarios", "--revision", "all"), "utf8");
  const { runs, strings } = await readReport({ textContent: /id="data">([^<]*)</.exec(html)[1] });
  const lines = (section) => section.items.filter((item) => item.change !== "removed").map(({ name, text }) => `${name} ${text}`);
  assert.ok(runs.length > 100);
  for (const run of runs) {
    const told = worldOf(opened(run, strings), strings).at(-1, run.momentCount);
    const found = new Map(told.map((section) => [section.section, lines(section).sort()]));
    for (const section of sectionsOf(run.last_world))
      if (!EXPIRE.test(section.section)) assert.deepEqual(found.get(section.section) ?? [], lines(section).sort(), `${section.section} of ${run.id}`);
  }
});

test("many scenarios: the table chooses the run", async () => {
  const { page, selected, close } = await open(report("races.html", "scenarios/races", "--revision", "all"));
  const rows = page.locator(".verdicts tbody tr");
  const count = await rows.count();
  assert.ok(count > 5);
  const name = await rows.nth(count - 1).locator("button").innerText();
  await rows.nth(count - 1).locator("button").click();
  assert.equal(await page.locator("h1").innerText(), name);
  await page.keyboard.press("j");
  assert.ok((await selected()).length > 0);
  await close();
});

for (const [name, viewport, colorScheme] of [
  ["light", DESKTOP, "light"],
  ["dark", DESKTOP, "dark"],
  ["narrow", { width: 400, height: 850 }, "light"],
  ["4k", { width: 3840, height: 2160 }, "light"],
])
  test(`fits: ${name}`, async () => {
    const { page, close } = await open(both, { viewport, colorScheme });
    await page.keyboard.press("n");
    await page.waitForTimeout(100);
    assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= viewport.width, "it is wider than the window");
    const letters = parseFloat(await page.evaluate(() => getComputedStyle(document.documentElement).fontSize));
    assert.ok(viewport.width < 2000 ? letters >= 14 : letters >= 18, `letters of ${letters} px`);
    const back = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    assert.equal(Number(back.match(/\d+/)[0]) < 128, colorScheme === "dark");
    await page.screenshot({ path: join(folder, `${name}.png`) });
    await close();
  });

test("the reader's choice of colours beats the system's", async () => {
  const { page, close } = await open(both, { colorScheme: "light" });
  const light = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  assert.ok(Number(light.match(/\d+/)[0]) >= 128, light);
  await page.keyboard.press("t");
  await page.keyboard.press("t");
  await page.waitForFunction(() => Number(getComputedStyle(document.body).backgroundColor.match(/\d+/)[0]) < 128);
  await page.keyboard.press("?");
  await page.getByRole("dialog").waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  await close();
});
