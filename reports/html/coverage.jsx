// What the runs on show reached: effects by how they ended, notes, and what was counted.
import { KIND } from "./data.js";
import * as state from "./state.js";

function effectsOf(run) {
  const byEffect = new Map();
  for (let i = 0; i < run.count; i++) {
    if (run.kind[i] !== KIND.EFFECT) continue;
    const entry = byEffect.get(run.effect[i]) ?? { issued: 0, failed: 0, faults: new Map(), open: 0 };
    entry.issued++;
    if (run.error[i] > 0) entry.failed++;
    if (run.applied[i] < 0) entry.open++;
    if (run.fault[i] > 0) entry.faults.set(run.fault[i], (entry.faults.get(run.fault[i]) ?? 0) + 1);
    byEffect.set(run.effect[i], entry);
  }
  return byEffect;
}

function notesOf(run) {
  const notes = new Map();
  for (let i = 0; i < run.count; i++)
    if (run.kind[i] === KIND.NOTE) {
      const name = state.said.value.string(run.text[i]);
      notes.set(name, (notes.get(name) ?? 0) + 1);
    }
  return [...notes].sort(([one], [other]) => (one < other ? -1 : 1));
}

const number = (count) => (count === 0 ? "" : count.toLocaleString("en"));

function Effects({ run }) {
  const { effects, faults } = state.report.value;
  const reached = effectsOf(run);
  const all = effects.filter(([, , immediate]) => !immediate).length;
  const rows = [...reached].sort(([one], [other]) => one - other);
  return (
    <>
      <p>{reached.size} of {all} kinds of calls were made.</p>
      <table class="coverage">
        <thead><tr><th>call</th><th class="number">made</th><th class="number">failed</th><th>faults</th></tr></thead>
        <tbody>
          {rows.map(([effect, entry]) => (
            <tr key={effect}>
              <td>{effects[effect][0]}</td>
              <td class="number">{number(entry.issued)}</td>
              <td class="number">{number(entry.failed)}</td>
              <td>{[...entry.faults].map(([fault, count]) => `${faults[fault]}${count > 1 ? ` × ${count}` : ""}`).join(", ")}{entry.open > 0 && ` ${entry.open} never answered`}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

function Counts({ title, rows }) {
  return (
    <table class="coverage">
      <thead><tr><th>{title}</th><th class="number">times</th></tr></thead>
      <tbody>{rows.map(([name, count, what]) => <tr key={name}><td title={what}>{name}</td><td class="number">{number(count) || 0}</td></tr>)}</tbody>
    </table>
  );
}

const share = ([all, ...reached], index) => (all === 0 ? "" : `${Math.round((100 * reached[index]) / all)} %`);

/** Lines and branches of core/ that the run reached, file by file, where they were counted (run --coverage). */
function Code({ run }) {
  const files = state.report.value.coverage;
  if (files === null) return null;
  const at = run.index;
  const sum = (what) => files.reduce((sums, file) => file[what].map((count, i) => count + (sums[i] ?? 0)), []);
  const row = (name, file) => (
    <tr key={name}>
      <td>{name}</td>
      <td class="number">{share(file.lines, at)}</td>
      <td class="number" title={`${file.lines[at + 1]} of ${file.lines[0]} lines`}>{number(file.lines[at + 1])}</td>
      <td class="number" title={`of ${file.branches[0]} branches`}>{share(file.branches, at)}</td>
    </tr>
  );
  return (
    <table class="coverage">
      <thead><tr><th>core/</th><th class="number">lines</th><th class="number">reached</th><th class="number">branches</th></tr></thead>
      <tbody>
        {row("all", { lines: sum("lines"), branches: sum("branches") })}
        {files.filter((file) => file.lines[at + 1] > 0).map((file) => row(file.file, file))}
      </tbody>
    </table>
  );
}

export function Coverage() {
  return state.shownRuns.value.map((run) => (
    <section key={run.index}>
      <h2>{run.scenario} on {run.release}</h2>
      <Code run={run} />
      <Effects run={run} />
      <Counts title="what the logic said" rows={notesOf(run)} />
      <Counts title="counted" rows={run.counts.filter(([, count]) => count > 0)} />
      <p class="quiet">seed {run.seed}, trace {run.trace_hash}, {run.file}</p>
    </section>
  ));
}
