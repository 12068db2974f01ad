// The whole run as a strip: how much happened when, where oracles were violated, where the cursor is.
import { KIND } from "./data.js";
import * as state from "./state.js";
import { clockText } from "./words.js";

const BUCKETS = 240;

function densityOf(run, rows) {
  const buckets = new Float64Array(BUCKETS);
  const length = Math.max(1, run.virtual_ms);
  for (const row of rows) if (row !== null && row.fold === null) buckets[Math.min(BUCKETS - 1, Math.floor((row.time / length) * BUCKETS))]++;
  return buckets;
}

export function Overview() {
  const { runs, rows } = state.view.value;
  const index = state.side.value;
  const run = runs[index];
  const length = Math.max(1, run.virtual_ms);
  const buckets = densityOf(run, rows[index]);
  const most = Math.log1p(Math.max(...buckets));
  const at = run.momentCount > 0 ? run.time[state.moment.value] : 0;
  const faults = [];
  for (let i = 0; i < run.count && faults.length < 500; i++) if (run.kind[i] === KIND.EFFECT && run.fault[i] > 0) faults.push(run.at[i]);
  const jump = (event) => {
    const box = event.currentTarget.getBoundingClientRect();
    const time = ((event.clientX - box.left) / box.width) * length;
    const list = rows[index];
    let line = list.findIndex((row) => row !== null && row.time >= time);
    if (line < 0) line = list.length - 1;
    state.goToLine(line, index);
  };
  return (
    <svg class="overview" viewBox={`0 0 ${BUCKETS} 20`} preserveAspectRatio="none" role="img" aria-label={`The whole run, ${clockText(run, 0)} to ${clockText(run, length)}: ${run.violations.length} violations`} onClick={jump}>
      {[...buckets].map((count, i) => count > 0 && <rect key={i} class="density" x={i} width="0.8" y={18 - 16 * (Math.log1p(count) / most)} height={16 * (Math.log1p(count) / most)} />)}
      {faults.map((time, i) => <rect key={`f${i}`} class="fault" x={(time / length) * (BUCKETS - 1)} width="0.8" y="14" height="6" />)}
      {run.violations.map((violation) => <rect key={violation.event} class="violated" x={(violation.at / length) * (BUCKETS - 1)} width="0.5" y="0" height="20" />)}
      <rect class="cursor" x={(at / length) * (BUCKETS - 1)} width="1" y="0" height="20" />
    </svg>
  );
}
