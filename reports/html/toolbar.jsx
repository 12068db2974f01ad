// The bars above the lanes: heading with search, player, filters.
import { useEffect, useRef } from "preact/hooks";
import { LEVELS } from "./rows.js";
import * as state from "./state.js";
import { KIND_WORDS, clockText, dateText } from "./words.js";

const SPEEDS = [1, 2, 4, 10, 30];
const THEMES = { "": "as the system", light: "light", dark: "dark" };

function Search() {
  const found = state.hitMoments.value;
  const place = found.findIndex((moment) => moment >= state.moment.value);
  const here = place >= 0 && found[place] === state.moment.value;
  const onKeyDown = (event) => {
    if (event.key === "Enter") state.goToHit(event.shiftKey ? -1 : 1);
    else if (event.key === "Escape") event.target.blur();
    else return;
    event.preventDefault();
  };
  return (
    <search class="search">
      <input
        id="search"
        type="search"
        placeholder="Search  /"
        aria-label="Search effects, objects, notes and log lines"
        value={state.query.value}
        onInput={(event) => state.filter(() => (state.query.value = event.target.value))}
        onKeyDown={onKeyDown}
      />
      {state.query.value.trim() !== "" && (
        <>
          <output class="found" aria-live="polite">{found.length === 0 ? "none" : `${here ? place + 1 : "–"} / ${found.length.toLocaleString("en")}`}</output>
          <button title="The one before (Shift+Enter)" aria-label="Previous found" onClick={() => state.goToHit(-1)}>↑</button>
          <button title="The next (Enter)" aria-label="Next found" onClick={() => state.goToHit(1)}>↓</button>
          <label class="check" title="Show only what was found">
            <input type="checkbox" checked={state.onlyHits.value} onChange={(event) => state.filter(() => (state.onlyHits.value = event.target.checked))} />
            only these
          </label>
        </>
      )}
    </search>
  );
}

export function cycleTheme() {
  const names = Object.keys(THEMES);
  state.theme.value = names[(names.indexOf(state.theme.value) + 1) % names.length];
}

export function Heading() {
  useEffect(() => {
    if (state.theme.value === "") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = state.theme.value;
  }, [state.theme.value]);
  const run = state.run.value;
  return (
    <header class="heading">
      <h1>{run.scenario}</h1>
      <span class="brand">drydock {state.report.value.drydock}</span>
      <p class="summary">{run.summary}</p>
      <Search />
      <div class="buttons">
        {state.twinOf(run.index) >= 0 && (
          <button aria-pressed={state.beside.value >= 0} title="Two runs of the scenario side by side (s)" onClick={state.toggleBeside}>Side by side</button>
        )}
        <button title={`Colours: ${THEMES[state.theme.value]}`} aria-label={`Colours: ${THEMES[state.theme.value]}`} onClick={cycleTheme}>{state.theme.value === "dark" ? "●" : state.theme.value === "light" ? "○" : "◐"}</button>
        <button title="Keys (?)" aria-label="Keys" onClick={() => (state.help.value = true)}>?</button>
      </div>
    </header>
  );
}

export function Player() {
  const playing = state.playing.value;
  const steps = useRef(0);
  useEffect(() => {
    if (!playing) return undefined;
    const timer = setInterval(() => {
      steps.current++;
      if (state.cursor.value >= state.view.value.count - 1) state.playing.value = false;
      else state.step(1);
    }, 1000 / state.speed.value);
    return () => clearInterval(timer);
  }, [playing, state.speed.value]);
  const { run, moment } = { run: state.run.value, moment: state.moment.value };
  const time = run.momentCount > 0 ? run.time[moment] : 0;
  return (
    <div class="bar player" role="toolbar" aria-label="Player">
      <button title="One back (k, ↑)" aria-label="Step back" onClick={() => state.step(-1)}>◂</button>
      <button class="play" title="Play (space)" aria-label={playing ? "Pause" : "Play"} aria-pressed={playing} onClick={() => (state.playing.value = !playing)}>{playing ? "❚❚" : "▶"}</button>
      <button title="One on (j, ↓)" aria-label="Step" onClick={() => state.step(1)}>▸</button>
      <select aria-label="Speed" value={state.speed.value} onChange={(event) => (state.speed.value = Number(event.target.value))}>
        {SPEEDS.map((speed) => <option key={speed} value={speed}>{speed}/s</option>)}
      </select>
      <output class="clock" aria-label="Instant"><span>{dateText(run, time)}</span> {clockText(run, time)}</output>
      <span class="gap" />
      <button class="bad" disabled={run.violations.length === 0 && state.beside.value < 0} title="To the next violation (n; N: the one before)" onClick={() => state.goToViolation(1)}>✗ next violation</button>
      {state.shownRuns.value.length === 2 && (
        <button class="differs" disabled={state.difference.value < 0} title="To where the two first differ (d)" onClick={state.goToDifference}>{state.difference.value < 0 ? "no difference" : "≠ first difference"}</button>
      )}
    </div>
  );
}

function Choice({ label, value, all, options, onChoose }) {
  return (
    <select aria-label={label} value={value} class={value === "" ? "" : "set"} onChange={(event) => onChoose(event.target.value)}>
      <option value="">{all}</option>
      {options.map((option) => <option key={option} value={option}>{option}</option>)}
    </select>
  );
}

export function Filters() {
  const tasks = [...new Set(state.shownRuns.value.flatMap((run) => run.taskNames))].sort();
  const ports = [...new Set(state.report.value.effects.filter(([, , immediate]) => !immediate).map(([, port]) => port))];
  const toggle = (kind) =>
    state.filter(() => {
      const hidden = new Set(state.hidden.value);
      if (!hidden.delete(kind)) hidden.add(kind);
      state.hidden.value = hidden;
    });
  return (
    <div class="bar filters" role="toolbar" aria-label="Filters">
      <select aria-label="How much is shown" value={state.level.value} onChange={(event) => state.filter(() => (state.level.value = event.target.value))}>
        {LEVELS.map(([name, title]) => <option key={name} value={name}>{title}</option>)}
      </select>
      <Choice label="Task" value={state.task.value} all="all tasks" options={tasks} onChoose={(name) => state.filter(() => (state.task.value = name))} />
      <Choice label="Neighbour" value={state.port.value} all="all neighbours" options={ports} onChoose={(name) => state.filter(() => (state.port.value = name))} />
      <details class="menu">
        <summary>{state.hidden.value.size === 0 ? "all kinds" : `${KIND_WORDS.length - state.hidden.value.size} of ${KIND_WORDS.length} kinds`}</summary>
        <div>
          {KIND_WORDS.map((name, kind) => (
            <label key={name} class="check"><input type="checkbox" checked={!state.hidden.value.has(kind)} onChange={() => toggle(kind)} />{name}</label>
          ))}
        </div>
      </details>
      <label class="check" title="What a task does again and again is told once"><input type="checkbox" checked={state.fold.value} onChange={(event) => state.filter(() => (state.fold.value = event.target.checked))} />fold repetitions</label>
      <span class="gap" />
      <span class="quiet">{state.view.value.count.toLocaleString("en")} lines of {state.run.value.count.toLocaleString("en")} events</span>
    </div>
  );
}
