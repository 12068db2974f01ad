// The order of things: a run's *moments*. An effect has two, when it is applied and when its task sees the answer (one
// when both are the same transition); everything else has one. They are sorted by transition; what belongs to none comes
// where the record has it: a change after the apply that brought it about, a note after the resume of the task that says it.
import { KIND, decodeEvents } from "./data.js";

export const PART = { WHOLE: 0, APPLY: 1, RESUME: 2 };
const PLACES = 2 ** 22; // more than a run has events

function effectKeys(run, event, issued, add) {
  const applied = run.appliedStep[event];
  const resumed = run.resumedStep[event];
  if (applied === 0) {
    add(issued * 2 + 1, event);
  } else {
    add(applied * 2, event);
    if (resumed !== 0 && resumed !== applied) add(resumed * 2, event);
  }
}

function sortedKeys(run) {
  const lastStep = new Int32Array(run.taskNames.length);
  const keys = new Float64Array(run.count * 2);
  let length = 0;
  let now = 0;
  const add = (place, event) => (keys[length++] = place * PLACES + event);
  for (let i = 0; i < run.count; i++) {
    const cause = run.cause[i];
    const task = run.task[i];
    const step = cause >= 0 && run.kind[cause] === KIND.EFFECT ? run.appliedStep[cause] : task >= 0 ? lastStep[task] : 0;
    now = Math.max(now, step);
    if (run.kind[i] === KIND.EFFECT) {
      effectKeys(run, i, now, add);
      if (run.resumedStep[i] !== 0) lastStep[task] = run.resumedStep[i];
    } else {
      add(now * 2 + 1, i);
    }
  }
  return keys.subarray(0, length).sort();
}

/** Adds to the run: eventOf, part and time of each moment; first, last moment of each event; until: the moment by which
 * all that the event changed has happened. */
function ordered(run) {
  const keys = sortedKeys(run);
  const eventOf = new Int32Array(keys.length);
  const part = new Uint8Array(keys.length);
  const time = new Float64Array(keys.length);
  const first = new Int32Array(run.count).fill(-1);
  const last = new Int32Array(run.count).fill(-1);
  const until = new Int32Array(run.count).fill(-1);
  for (let moment = 0; moment < keys.length; moment++) {
    const event = keys[moment] % PLACES;
    eventOf[moment] = event;
    if (first[event] < 0) first[event] = moment;
    last[event] = moment;
    time[moment] = run.at[event];
    until[event] = Math.max(until[event], first[event]);
    if (run.kind[event] === KIND.CHANGE && run.cause[event] >= 0) until[run.cause[event]] = moment;
    if (run.kind[event] === KIND.EFFECT && run.applied[event] >= 0) {
      const resumes = first[event] !== moment;
      part[moment] = resumes ? PART.RESUME : run.resumedStep[event] === run.appliedStep[event] ? PART.WHOLE : PART.APPLY;
      time[moment] = resumes ? run.resumed[event] : run.applied[event];
    }
  }
  return { eventOf, part, time, first, last, until, momentCount: keys.length };
}

/** The run with its events and their order, worked out when first asked for. */
export function opened(run, strings) {
  if (run.eventOf === undefined) Object.assign(decodeEvents(run, strings), ordered(run));
  return run;
}
