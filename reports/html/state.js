// What the reader has chosen, and what follows from it. Everything that is shown is a function of these signals; the
// address of the page (#run=…&event=…) holds the choice.
import { batch, computed, effect, signal } from "@preact/signals";
import { alignRows, firstDifference } from "./align.js";
import { KIND } from "./data.js";
import { opened } from "./order.js";
import { lineAt, rowsOf } from "./rows.js";
import { search, words } from "./words.js";
import { worldOf } from "./world.js";

const WIDE_ENOUGH_FOR_TWO = 900;

export const report = signal(null);
export const current = signal(0); // the run that the cursor is in
export const beside = signal(-1); // the run at its right or left; −1: none
const place = signal(0); // the key of a row of the current run: a moment, or half past it
export const moment = computed(() => Math.floor(place.value));
export const level = signal("story");
export const fold = signal(true);
export const hidden = signal(new Set()); // kinds that are not shown
export const task = signal("");
export const port = signal("");
export const query = signal("");
export const onlyHits = signal(false);
export const tab = signal("instant");
export const speed = signal(4);
export const playing = signal(false);
export const help = signal(false);
export const theme = signal("");
const extras = signal(new Map()); // run → events that are shown whatever the filters say
export const reveal = signal({ row: 0 }); // a new object: the row is to be seen

export const said = computed(() => words(report.value));
export const ports = computed(() => report.value.effects.map(([, name]) => name));

const runAt = (index) => opened(report.value.runs[index], report.value.strings);
export const run = computed(() => runAt(current.value));

/** The runs on show, left to right: in the report's order. */
export const shownRuns = computed(() => {
  const shown = beside.value < 0 ? [current.value] : [current.value, beside.value].sort((one, other) => one - other);
  return shown.map(runAt);
});

export const difference = computed(() => (shownRuns.value.length === 2 ? firstDifference(...shownRuns.value) : -1));

const hitsOf = computed(() => new Map(shownRuns.value.map((one) => [one.index, search(report.value, one, query.value)])));
export const hits = computed(() => hitsOf.value.get(current.value));
export const hitsIn = (one) => hitsOf.value.get(one.index);

const filters = computed(() => ({ level: level.value, fold: fold.value, kinds: hidden.value, task: task.value, port: port.value }));

function extrasOf(one) {
  const forced = new Set(extras.value.get(one.index));
  if (difference.value >= 0 && difference.value < one.count) forced.add(difference.value);
  return forced;
}

/** Lists of rows of the same length, one per shown run, null where a run has nothing on a line; and per run its last key
 * up to each line. */
export const view = computed(() => {
  const runs = shownRuns.value;
  const only = onlyHits.value;
  const lists = runs.map((one) => rowsOf(one, filters.value, ports.value, only ? hitsOf.value.get(one.index) : null, extrasOf(one)));
  const rows = runs.length === 2 ? alignRows(runs, lists) : lists;
  const keys = rows.map((list) => {
    let last = -1;
    return list.map((row) => (last = row === null ? last : row.key));
  });
  return { runs, rows, keys, count: rows[0].length };
});

export const side = computed(() => view.value.runs.findIndex((one) => one.index === current.value));
/** The line that the cursor is on. */
export const cursor = computed(() => lineAt(view.value.keys[side.value], place.value));

/** What a run stands at: the moment on the cursor's line, or the last before it; and the one before that. */
export function standing(index) {
  const { rows, keys, runs } = view.value;
  const line = cursor.value;
  if (index === side.value) {
    const event = runs[index].eventOf[moment.value];
    const earlier = line > 0 ? Math.floor(keys[index][line - 1]) : -1;
    return { moment: moment.value, event, before: earlier, here: true };
  }
  const at = Math.floor(keys[index][line] ?? -1);
  const here = rows[index][line] !== null && rows[index][line] !== undefined;
  return { moment: at, event: at < 0 ? -1 : runs[index].eventOf[at], before: line > 0 && here ? Math.floor(keys[index][line - 1]) : at, here };
}

const worlds = new Map();
/** The world of a run where it stands, and what has just changed. */
export function worldHere(index) {
  const one = view.value.runs[index];
  if (!worlds.has(one.index)) worlds.set(one.index, worldOf(one, report.value.strings));
  const at = standing(index);
  if (at.moment < 0) return worlds.get(one.index).at(-1, -1);
  const cause = one.cause[at.event];
  if (one.kind[at.event] === KIND.VIOLATION && cause >= 0) return worlds.get(one.index).at(one.first[cause] - 1, Math.max(at.moment, one.until[cause]));
  const until = Math.max(at.moment, one.part[at.moment] === 2 ? at.moment : one.until[at.event]);
  return worlds.get(one.index).at(at.here ? Math.min(at.before, at.moment - 1) : until, until);
}

// ---- moving -------------------------------------------------------------------------------------------------------

/** Goes to an event of a run, and shows it even where the filters would not. */
export function goTo(index, event, which = "first") {
  batch(() => {
    const one = runAt(index);
    if (index !== current.value) {
      if (index === beside.value) beside.value = current.value;
      else if (beside.value >= 0) beside.value = -1;
      current.value = index;
    }
    place.value = one[which][event];
    const rows = view.value.rows[side.value];
    const shown = rows[cursor.value];
    if (shown == null || one.eventOf[shown.moment] !== event) {
      const more = new Map(extras.value);
      more.set(index, new Set([...(more.get(index) ?? []), event]));
      extras.value = more;
    }
    tab.value = tab.value === "coverage" ? "instant" : tab.value;
  });
  reveal.value = { row: cursor.value };
}

/** Goes to a line: to what this run has there, or else the other. */
export function goToLine(line, preferred = side.value) {
  const { rows, runs, count } = view.value;
  if (count === 0) return;
  const to = Math.min(Math.max(line, 0), count - 1);
  const where = rows[preferred][to] !== null ? preferred : 1 - preferred;
  batch(() => {
    if (runs[where].index !== current.value) {
      const other = current.value;
      current.value = runs[where].index;
      beside.value = runs.length === 2 ? other : -1;
    }
    place.value = rows[where][to].key;
  });
  reveal.value = { row: to };
}

export const step = (by) => goToLine(cursor.value + by);

export function goToViolation(by) {
  const events = run.value.violations.map((violation) => violation.event);
  const candidates = by > 0 ? events.filter((event) => run.value.first[event] > moment.value) : events.filter((event) => run.value.first[event] < moment.value).reverse();
  if (candidates.length > 0) goTo(current.value, candidates[0]);
  else if (events.length === 0 && beside.value >= 0 && report.value.runs[beside.value].violations.length > 0) goTo(beside.value, report.value.runs[beside.value].violations[0].event);
}

export const hitMoments = computed(() => {
  const marked = hits.value;
  if (!marked) return [];
  const moments = [];
  for (let event = 0; event < marked.length; event++) if (marked[event]) moments.push(run.value.first[event]);
  return moments.sort((one, other) => one - other);
});

export function goToHit(by) {
  const moments = hitMoments.value;
  if (moments.length === 0) return;
  const next = by > 0 ? moments.find((one) => one > moment.value) ?? moments[0] : moments.findLast((one) => one < moment.value) ?? moments.at(-1);
  goTo(current.value, run.value.eventOf[next]);
}

export function goToDifference() {
  if (difference.value >= 0 && difference.value < run.value.count) goTo(current.value, difference.value);
}

export function selectRun(index) {
  batch(() => {
    if (index === current.value) return;
    if (index === beside.value) beside.value = current.value;
    else if (beside.value >= 0) beside.value = twinOf(index);
    current.value = index;
    place.value = 0;
  });
  reveal.value = { row: cursor.value };
}

/** Another run of the same scenario, the one that is compared with: the next, or the one before. −1: there is none. */
export function twinOf(index) {
  const same = report.value.runs.filter((one) => one.scenario === report.value.runs[index].scenario && one.index !== index);
  return (same.find((one) => one.index > index) ?? same[0])?.index ?? -1;
}

export function toggleBeside() {
  beside.value = beside.value >= 0 ? -1 : twinOf(current.value);
  reveal.value = { row: cursor.value };
}

/** Filters have changed: what was shown in spite of them is forgotten. */
export function filter(change) {
  batch(() => {
    extras.value = new Map();
    change();
  });
  reveal.value = { row: cursor.value };
}

// ---- the address --------------------------------------------------------------------------------------------------

function addressOf() {
  const parts = [["run", run.value.id], ["event", run.value.eventOf[moment.value] ?? 0]];
  if (beside.value >= 0) parts.push(["beside", report.value.runs[beside.value].id]);
  if (query.value !== "") parts.push(["q", query.value]);
  if (level.value !== "story") parts.push(["level", level.value]);
  return `#${parts.map(([key, value]) => `${key}=${encodeURIComponent(value)}`).join("&")}`;
}

/** Takes what the address says; what it does not say stays as it is by default. */
export function readAddress() {
  const said = new URLSearchParams(location.hash.slice(1));
  const find = (id) => report.value.runs.findIndex((one) => one.id === id);
  batch(() => {
    const index = Math.max(0, find(said.get("run")));
    current.value = index;
    if (said.has("beside")) beside.value = find(said.get("beside"));
    else if (said.has("run")) beside.value = -1;
    else beside.value = report.value.runs.length === 2 && window.innerWidth >= WIDE_ENOUGH_FOR_TWO ? twinOf(index) : -1;
    if (beside.value === index) beside.value = -1;
    level.value = said.get("level") ?? "story";
    query.value = said.get("q") ?? "";
  });
  const event = Number(said.get("event") ?? -1);
  if (Number.isInteger(event) && event >= 0 && event < run.value.count) goTo(current.value, event);
  else goToLine(0);
}

export function keepAddress() {
  let timer = 0;
  let own = "";
  effect(() => {
    own = addressOf();
    clearTimeout(timer);
    // browsers limit how often it may be replaced
    timer = setTimeout(() => history.replaceState(null, "", own), 150);
  });
  window.addEventListener("hashchange", () => {
    if (location.hash !== own) readAddress();
  });
}
