// The page of the HTML report.
import { render } from "preact";
import { useEffect } from "preact/hooks";
import { Coverage } from "./coverage.jsx";
import { readReport } from "./data.js";
import { Instant } from "./instant.jsx";
import { Help, useKeys } from "./keys.jsx";
import { Lanes } from "./lanes.jsx";
import { Overview } from "./overview.jsx";
import * as state from "./state.js";
import { Filters, Heading, Player } from "./toolbar.jsx";
import { Verdicts, Violations } from "./verdicts.jsx";

const TABS = [
  ["instant", "Instant", Instant],
  ["violations", "Violations", Violations],
  ["coverage", "Coverage", Coverage],
];

function Panel() {
  const [, , Content] = TABS.find(([name]) => name === state.tab.value);
  return (
    <aside class="panel" aria-label="Details">
      <div class="tabs" role="tablist">
        {TABS.map(([name, title]) => (
          <button key={name} role="tab" aria-selected={state.tab.value === name} onClick={() => (state.tab.value = name)}>
            {title}
            {name === "violations" && <span class="count">{state.run.value.violations.length}</span>}
          </button>
        ))}
      </div>
      <div class="panel-body" role="tabpanel" tabIndex={0} aria-label={state.tab.value}>
        <Content />
      </div>
    </aside>
  );
}

function App() {
  useKeys();
  useEffect(() => {
    document.documentElement.dataset.ready = Math.round(performance.now());
  }, []);
  const { scenario } = state.run.value;
  useEffect(() => {
    document.title = `${scenario} – drydock`;
  }, [scenario]);
  return (
    <>
      <Heading />
      <Verdicts />
      <main>
        <section class="story" aria-label="What happened">
          <Player />
          <Filters />
          <Overview />
          <Lanes />
        </section>
        <Panel />
      </main>
      {state.help.value && <Help />}
    </>
  );
}

async function begin() {
  const root = document.getElementById("app");
  try {
    state.report.value = await readReport(document.getElementById("data"));
  } catch (error) {
    root.textContent = `This report cannot be read: ${error.message}`;
    return;
  }
  root.replaceChildren();
  if (state.report.value.runs.length === 0) {
    root.textContent = "No runs.";
    return;
  }
  state.readAddress();
  state.keepAddress();
  render(<App />, root);
}

begin();
