// The keyboard.
import { useEffect, useRef } from "preact/hooks";
import * as state from "./state.js";
import { cycleTheme } from "./toolbar.jsx";

const PAGE = 20;

function stop() {
  closeMenus(null);
  state.playing.value = false;
}

const KEYS = [
  [["j", "ArrowDown"], "one line on", () => state.step(1)],
  [["k", "ArrowUp"], "one line back", () => state.step(-1)],
  [["PageDown"], "a page on", () => state.step(PAGE)],
  [["PageUp"], "a page back", () => state.step(-PAGE)],
  [["Home", "g"], "to the beginning", () => state.goToLine(0)],
  [["End", "G"], "to the end", () => state.goToLine(Infinity)],
  [["n"], "to the next violation", () => state.goToViolation(1)],
  [["N"], "to the violation before", () => state.goToViolation(-1)],
  [["d"], "to the first difference", state.goToDifference],
  [["s"], "side by side, or one alone", state.toggleBeside],
  [["ArrowLeft", "ArrowRight"], "to the other run, side by side", null],
  [[" "], "play, pause", () => (state.playing.value = !state.playing.value)],
  [["/"], "search", () => document.getElementById("search").focus()],
  [["t"], "colours", cycleTheme],
  [["?"], "these keys", () => (state.help.value = !state.help.value)],
  [["Escape"], "close, stop", stop],
];

const NAMES = { " ": "space", ArrowDown: "↓", ArrowUp: "↑", ArrowLeft: "←", ArrowRight: "→" };

function goAcross(side) {
  if (state.view.value.runs.length === 2) state.goToLine(state.cursor.value, side);
}

function onKey(event) {
  const target = event.target;
  if (event.ctrlKey || event.metaKey || event.altKey || target.closest("input, select, textarea, [contenteditable]")) return;
  if (event.key === "Escape" && state.help.value) return; // the dialog's own
  if (event.key === " " && target.closest("button, summary, [role=tab]")) return;
  if (event.key === "ArrowLeft" || event.key === "ArrowRight") {
    goAcross(event.key === "ArrowLeft" ? 0 : 1);
    event.preventDefault();
    return;
  }
  // in a panel the arrows and pages scroll it
  if (target.closest(".panel-body, .verdicts") && /^(Arrow|Page|Home|End)/.test(event.key)) return;
  const found = KEYS.find(([keys, , act]) => act !== null && keys.includes(event.key));
  if (found === undefined) return;
  event.preventDefault();
  found[2]();
}

/** Menus close when something else is meant. */
function closeMenus(target) {
  for (const menu of document.querySelectorAll(".menu[open]")) if (!menu.contains(target)) menu.open = false;
}

export function useKeys() {
  useEffect(() => {
    const onPress = (event) => closeMenus(event.target);
    window.addEventListener("keydown", onKey);
    window.addEventListener("pointerdown", onPress);
    return () => {
      window.removeEventListener("keydown", onKey);
      window.removeEventListener("pointerdown", onPress);
    };
  }, []);
}

export function Help() {
  const dialog = useRef();
  useEffect(() => dialog.current.showModal(), []);
  return (
    <dialog ref={dialog} class="help" aria-label="Keys" onClose={() => (state.help.value = false)}>
      <h2>Keys</h2>
      <dl>
        {KEYS.map(([keys, what]) => (
          <div key={what}>
            <dt>{keys.map((key) => <kbd key={key}>{NAMES[key] ?? key}</kbd>)}</dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <h2>Signs</h2>
      <dl>
        <div><dt>→ ←</dt><dd>a request of a task, and the answer that it sees</dd></div>
        <div><dt>⚡</dt><dd>a fault that was injected</dd></div>
        <div><dt>+ − ~</dt><dd>what came, went, changed</dd></div>
        <div><dt>✗</dt><dd>an oracle that was violated</dd></div>
        <div><dt>↻</dt><dd>the lines of the task above it, again and again</dd></div>
        <div><dt>≠</dt><dd>where two runs first differ</dd></div>
      </dl>
      <form method="dialog"><button autofocus>Close</button></form>
    </dialog>
  );
}
