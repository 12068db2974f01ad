// What is shown of a run: moments that pass the filters, the answer of a call beside its request where nobody else comes
// between, and bursts of a task that come again and again told once, as in the text timeline (reports/timeline.c).
import { KIND } from "./data.js";
import { PART } from "./order.js";

const BURST_GAP_MS = 2000;
const REPEAT_SLACK_MS = 1000;

export const LEVELS = [
  ["story", "what matters"],
  ["changes", "what changes"],
  ["all", "everything"],
];

/** A number that is the same for events that say the same, in any run of the report. */
export function signature(run, event) {
  let hash = run.kind[event];
  for (const part of [
    run.task[event] < 0 ? 0 : run.tasks[run.task[event]],
    run.effect[event],
    run.fault[event],
    run.error[event],
    run.text[event],
    run.object[event],
    run.detail[event],
  ])
    hash = (Math.imul(hash, 0x01000193) ^ part) | 0;
  return hash;
}

/** Bytes per event: 1 for what the level shows. */
function shownAtLevel(run, level) {
  const shown = new Uint8Array(run.count);
  for (let i = 0; i < run.count; i++) {
    const changes = run.kind[i] === KIND.CHANGE;
    if (level === "all" || run.told[i] || (level === "changes" && changes)) {
      shown[i] = 1;
      if (changes && run.cause[i] >= 0) shown[run.cause[i]] = 1;
    }
  }
  return shown;
}

function passes(run, event, filters, ports) {
  if (filters.kinds.has(run.kind[event])) return false;
  if (filters.task !== "" && (run.task[event] < 0 || run.taskNames[run.task[event]] !== filters.task)) return false;
  if (filters.port === "") return true;
  const cause = run.cause[event];
  const effect = run.kind[event] === KIND.EFFECT ? event : cause >= 0 && run.kind[cause] === KIND.EFFECT ? cause : -1;
  return effect >= 0 && ports[run.effect[effect]] === filters.port;
}

/** Moments to show, and the part of its event that each row stands for. */
function chosen(run, filters, ports, hits, extras) {
  const shown = shownAtLevel(run, filters.level);
  const moments = [];
  const parts = [];
  const ofTask = new Map();
  const othersAt = new Map();
  for (let moment = 0; moment < run.momentCount; moment++) {
    const event = run.eventOf[moment];
    const wanted = shown[event] && passes(run, event, filters, ports) && (hits === null || hits[event]);
    if (!wanted && !extras.has(event)) continue;
    const task = run.task[event];
    const own = ofTask.get(task) ?? 0;
    let part = run.part[moment];
    if (part === PART.RESUME && othersAt.get(event)?.others === moments.length - own) {
      parts[othersAt.get(event).row] = PART.WHOLE;
      continue;
    }
    if (part === PART.APPLY) othersAt.set(event, { row: moments.length, others: moments.length - own });
    ofTask.set(task, own + 1);
    moments.push(moment);
    parts.push(part);
  }
  return { moments, parts };
}

/** Bursts of a task that equal its previous one, at the same distance, are told by it. */
function burstsOf(run, moments) {
  const open = new Map();
  const bursts = [];
  const burstOf = moments.map((moment) => {
    const event = run.eventOf[moment];
    const task = run.task[event] < 0 ? -1 : run.tasks[run.task[event]];
    const time = run.time[moment];
    let burst = open.get(task);
    if (burst === undefined || time - burst.last > BURST_GAP_MS) {
      burst = { task, first: time, last: time, signature: 0, lines: 0, times: 1, interval: 0, latest: time, teller: null };
      open.set(task, burst);
      bursts.push(burst);
    }
    burst.last = time;
    burst.lines++;
    burst.signature = (Math.imul(burst.signature, 31) + signature(run, event)) | 0;
    return burst;
  });
  const latest = new Map();
  for (const burst of bursts) {
    const teller = latest.get(burst.task);
    const distance = teller === undefined ? 0 : burst.first - teller.latest;
    if (
      teller !== undefined &&
      teller.signature === burst.signature &&
      teller.lines === burst.lines &&
      (teller.times === 1 || Math.abs(distance - teller.interval) <= REPEAT_SLACK_MS)
    ) {
      teller.interval = teller.times === 1 ? distance : teller.interval;
      teller.times++;
      teller.latest = burst.first;
      burst.teller = teller;
    } else {
      latest.set(burst.task, burst);
    }
  }
  return burstOf;
}

/** The rows of a run: [{moment, part, fold, time, key}]; fold: the burst that is repeated, moment is then the last line
 * that tells it. `key` rises from row to row. hits: bytes per event, or null; extras: events that are shown whatever the filters say. */
export function rowsOf(run, filters, ports, hits, extras) {
  const { moments, parts } = chosen(run, filters, ports, hits, extras);
  const row = (i) => ({ moment: moments[i], part: parts[i], fold: null, time: run.time[moments[i]], key: moments[i] });
  if (!filters.fold) return moments.map((_, i) => row(i));
  const burstOf = burstsOf(run, moments);
  const left = new Map();
  const rows = [];
  for (let i = 0; i < moments.length; i++) {
    const burst = burstOf[i];
    if (burst.teller !== null) {
      if (extras.has(run.eventOf[moments[i]])) rows.push(row(i));
      continue;
    }
    rows.push(row(i));
    if (burst.times === 1) continue;
    left.set(burst, (left.get(burst) ?? burst.lines) - 1);
    if (left.get(burst) === 0)
      rows.push({ moment: moments[i], part: parts[i], fold: burst, time: run.time[moments[i]], key: moments[i] + 0.5 });
  }
  return rows;
}

/** How many of the keys, which never fall, are below `key`. */
function countBelow(keys, key) {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (keys[middle] < key) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The line of the last key that is not past `key`: the first, where lines share it. 0 when all are past it. */
export function lineAt(keys, key) {
  const after = countBelow(keys, key + 0.25);
  return after === 0 ? 0 : countBelow(keys, keys[after - 1]);
}
