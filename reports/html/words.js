// Events in words, and instants as text.
import { KIND } from "./data.js";
import { PART } from "./order.js";

export const KIND_WORDS = ["effects", "changes", "log lines", "notes", "starts of tasks", "steps of the schedule", "violations", "crashes"];

export function clockText(run, time) {
  return new Date(run.start + time).toISOString().slice(11, 23);
}

export function dateText(run, time) {
  return new Date(run.start + time).toISOString().slice(0, 10);
}

export function durationText(ms) {
  const seconds = Math.floor(ms / 1000);
  const pad = (number) => String(number).padStart(2, "0");
  if (seconds >= 3600) return `${Math.floor(seconds / 3600)} h ${pad(Math.floor(seconds / 60) % 60)} min`;
  if (seconds >= 60) return `${Math.floor(seconds / 60)} min ${pad(seconds % 60)} s`;
  return `${seconds}.${String(ms % 1000).padStart(3, "0")} s`;
}

export function intervalText(ms) {
  if (ms > 0 && ms % 60000 === 0) return `${ms / 60000} min`;
  return ms % 1000 === 0 ? `${ms / 1000} s` : `about ${Math.round(ms / 1000)} s`;
}

/** Violated oracles of a run: `container-lost, phantom-running × 13`. */
export function oraclesText(run) {
  const times = new Map();
  for (const { oracle } of run.violations) times.set(oracle, (times.get(oracle) ?? 0) + 1);
  return [...times].map(([oracle, count]) => (count > 1 ? `${oracle} × ${count}` : oracle)).join(", ");
}

export function words(report) {
  const string = (place) => (place === 0 ? null : report.strings[place - 1]);
  const value = (place) => (place === 0 ? null : report.values[place - 1]);

  function errorText(run, event) {
    const error = value(run.error[event]);
    return error === null ? "" : [error.status, error.code, error.message].filter((part) => part).join(" ");
  }

  function message(data) {
    const names = data.apps?.map((app) => app.name).join(", ") || data.name || data.appName || "";
    return [data.type, names].filter((part) => part).join(" ");
  }

  /** {head, about, tail, tone}: what happened, to what, how it went; tone: "bad", "warn", "good", "gone", "quiet", "loud", "". */
  function effect(run, event, part) {
    const sent = value(run.args[event])?.data;
    const fault = report.faults[run.fault[event]];
    const error = errorText(run, event);
    const unanswered = run.applied[event] < 0 ? " (never answered)" : "";
    return {
      head: report.effects[run.effect[event]][0] + (part === PART.RESUME ? ", answered" : ""),
      about: sent && typeof sent === "object" ? message(sent) : string(run.object[event]) ?? "",
      tail: [fault ? `⚡ ${fault}` : "", error ? `→ ${error}` : unanswered].filter((text) => text).join(" "),
      tone: fault || error ? "warn" : "",
    };
  }

  function change(run, event) {
    const text = string(run.text[event]);
    const gone = /removed|lost|cleared|unmounted|stopped/.test(text);
    const detail = text === "crontab saved" ? null : string(run.detail[event]); // not the whole table
    return {
      head: `${gone ? "−" : /updated|changed|written|delivered|saved/.test(text) ? "~" : "+"} ${text}`,
      about: [string(run.object[event]), detail].filter((part) => part).join(" · "),
      tail: "",
      tone: /removed|lost|unmounted/.test(text) ? "gone" : /created|started|inserted|mounted|pulled/.test(text) ? "good" : "quiet",
    };
  }

  const others = {
    [KIND.LOG]: (run, event) => {
      const level = string(run.detail[event]);
      return { head: level, about: string(run.text[event]) ?? "", tail: "", tone: level === "error" ? "warn" : "quiet" };
    },
    [KIND.NOTE]: (run, event) => ({
      head: string(run.text[event]) ?? "",
      about: string(run.object[event]) ?? string(run.detail[event]) ?? "",
      tail: run.result[event] ? String(value(run.result[event])) : "",
      tone: "loud",
    }),
    [KIND.TASK]: (run, event) => ({ head: "begins", about: string(run.text[event]) ?? "", tail: "", tone: "quiet" }),
    [KIND.STEP]: (run, event) => ({ head: "schedule", about: string(run.text[event]) ?? "", tail: "", tone: "quiet" }),
    [KIND.VIOLATION]: (run, event) => ({ head: `✗ ${string(run.text[event])}`, about: "", tail: string(run.detail[event]) ?? "", tone: "bad" }),
    [KIND.CRASH]: (run, event) => ({ head: string(run.text[event]) ?? "", about: "", tail: "", tone: "bad" }),
  };

  return {
    string,
    value,
    errorText,
    taskOf: (run, event) => (run.task[event] < 0 ? "" : run.taskNames[run.task[event]]),
    of(run, event, part) {
      if (run.kind[event] === KIND.EFFECT) return effect(run, event, part);
      return run.kind[event] === KIND.CHANGE ? change(run, event) : others[run.kind[event]](run, event);
    },
    fold: (run, fold) => ({
      head: `↻ × ${fold.times.toLocaleString("en")}`,
      about: `every ${intervalText(fold.interval)}, until ${dateText(run, fold.latest)} ${clockText(run, fold.latest)}`,
      tail: "",
      tone: "loud",
    }),
  };
}

/** Bytes per event: 1 where effect, object, text, reason or error has the words; where none has, those whose request or
 * answer has them. null for no words. */
export function search(report, run, query) {
  const wanted = query.trim().toLowerCase();
  if (wanted === "") return null;
  const has = (text) => text.toLowerCase().includes(wanted);
  const strings = [false, ...report.strings.map(has)];
  const values = [false, ...report.values.map((value) => has(typeof value === "string" ? value : JSON.stringify(value)))];
  const effects = report.effects.map(([name]) => has(name));
  const faults = report.faults.map((name) => name !== null && has(name));
  /** Effect and object together, as the page shows them. */
  const whole = (i) => wanted.includes(" ") && run.object[i] > 0 && has(`${report.effects[run.effect[i]][0]} ${report.strings[run.object[i] - 1]}`);
  const said = (i) =>
    strings[run.text[i]] || strings[run.object[i]] || strings[run.detail[i]] || values[run.error[i]] ||
    (run.kind[i] === KIND.EFFECT ? effects[run.effect[i]] || faults[run.fault[i]] || whole(i) : run.kind[i] === KIND.NOTE && values[run.result[i]]);
  const mark = (is) => {
    const hits = new Uint8Array(run.count);
    let any = false;
    for (let i = 0; i < run.count; i++) if (is(i)) any = hits[i] = 1;
    return any ? hits : null;
  };
  return mark(said) ?? mark((i) => values[run.args[i]] || values[run.result[i]]) ?? new Uint8Array(run.count);
}
