// The runs as the page holds them: inflated, columns of integers turned into typed arrays (reports/html_data.h says what is in them).

export const KIND = { EFFECT: 0, CHANGE: 1, LOG: 2, NOTE: 3, TASK: 4, STEP: 5, VIOLATION: 6, CRASH: 7 };

async function inflate(base64) {
  const bytes = Uint8Array.from(atob(base64.trim()), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return JSON.parse(await new Response(stream).text());
}

/** Sums of what each column says less the one before. */
function sums(steps) {
  const result = new Float64Array(steps.length);
  let sum = 0;
  for (let i = 0; i < steps.length; i++) result[i] = sum += steps[i];
  return result;
}

/** What is known of a run before its events are looked at. */
function named(raw, index) {
  const release = [raw.revision, ...raw.without.map((name) => `-${name}`)].join(" ");
  return { ...raw, index, release, id: `${raw.scenario}/${release}` };
}

/** Turns the columns of a run into typed arrays, in place. */
export function decodeEvents(run, strings) {
  const { events, count } = run;
  const at = sums(events.at);
  const applied = new Float64Array(count);
  const resumed = new Float64Array(count);
  const appliedStep = new Int32Array(count);
  const resumedStep = new Int32Array(count);
  const cause = new Int32Array(count);
  const task = new Int32Array(count);
  let step = 0;
  for (let i = 0; i < count; i++) {
    applied[i] = events.applied[i] < 0 ? -1 : at[i] + events.applied[i];
    resumed[i] = events.resumed[i] < 0 ? -1 : applied[i] + events.resumed[i];
    if (events.applied_step[i] !== 0) appliedStep[i] = step += events.applied_step[i];
    if (events.resumed_step[i] !== 0) resumedStep[i] = appliedStep[i] + events.resumed_step[i] - 1;
    cause[i] = events.cause[i] === 0 ? -1 : i - events.cause[i];
    task[i] = events.task[i] - 1;
  }
  const column = (name) => new Int32Array(events[name]);
  return Object.assign(run, {
    // Tasks of one name are one: a loop starts itself anew each time.
    taskNames: run.tasks.map((place) => strings[place - 1]),
    at,
    applied,
    resumed,
    appliedStep,
    resumedStep,
    cause,
    task,
    kind: new Uint8Array(events.kind),
    told: new Uint8Array(events.told),
    effect: column("effect"),
    fault: column("fault"),
    args: column("args"),
    result: column("result"),
    error: column("error"),
    text: column("text"),
    object: column("object"),
    detail: column("detail"),
    violation: column("violation"),
    place: column("place"),
    events: null,
  });
}

/** Reads what the page carries. */
export async function readReport(element) {
  const raw = await inflate(element.textContent);
  return { ...raw, runs: raw.runs.map(named) };
}
