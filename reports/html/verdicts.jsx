// The verdicts over scenarios and releases, and the violations of a run.
import * as state from "./state.js";
import { clockText, dateText, durationText, oraclesText } from "./words.js";

function Verdict({ run }) {
  return <span class={`verdict ${run.verdict}`}>{run.verdict}</span>;
}

function Row({ run }) {
  const shown = state.shownRuns.value.some((one) => one.index === run.index);
  const choose = () => state.selectRun(run.index);
  return (
    <tr class={shown ? "shown" : ""} aria-current={state.current.value === run.index ? "true" : undefined} onClick={choose}>
      <td class="outcome"><span class={run.as_expected ? "as-expected" : "not-expected"}>{run.as_expected ? "expected" : "NOT expected"}</span></td>
      <td><button class="link" onClick={choose}>{run.scenario}</button></td>
      <td>{run.release}</td>
      <td><Verdict run={run} /></td>
      <td class="number">{durationText(run.virtual_ms)}</td>
      <td class="oracles">{run.because ?? oraclesText(run)}{run.unmet.map((text) => <div key={text} class="unmet">{text}</div>)}</td>
    </tr>
  );
}

export function Verdicts() {
  const runs = state.report.value.runs;
  return (
    <section class="verdicts" aria-label="Verdicts" tabIndex={runs.length > 6 ? 0 : undefined}>
      <table>
        <thead>
          <tr><th>outcome</th><th>scenario</th><th>release</th><th>verdict</th><th class="number">virtual time</th><th>violated oracles</th></tr>
        </thead>
        <tbody>{runs.map((run) => <Row key={run.index} run={run} />)}</tbody>
      </table>
    </section>
  );
}

export function Violations() {
  return state.shownRuns.value.map((run) => (
    <section key={run.index}>
      <h2>{run.release} <Verdict run={run} /></h2>
      {run.violations.length === 0 && <p class="quiet">{run.because ?? "No oracle was violated."}</p>}
      <ol class="violations">
        {run.violations.map((violation) => (
          <li key={violation.event}>
            <button class="link" disabled={run.count === 0} onClick={() => state.goTo(run.index, violation.event)}>
              <b>✗ {violation.oracle}</b> <time title={dateText(run, violation.at)}>{clockText(run, violation.at)}</time>
              <span>{violation.message}</span>
            </button>
          </li>
        ))}
      </ol>
    </section>
  ));
}
