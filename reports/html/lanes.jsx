// The lanes: time flows downwards, a column per task and per neighbour, a line of text beside them. Two runs share one
// scroller, so that their lines stay level. Only the lines in sight are in the document, and only they are drawn.
import { useSignal } from "@preact/signals";
import { useEffect, useLayoutEffect, useMemo, useRef } from "preact/hooks";
import { KIND } from "./data.js";
import { draw, spansOf } from "./draw.js";
import * as state from "./state.js";
import { clockText, dateText } from "./words.js";

const OVERSCAN = 12; // lines above and below
const CHUNK = 8; // lines by which the drawn range moves
const LANES_SHARE = { narrow: 0.3, wide: 0.42 }; // of a pane's width, at most
const WIDE = 700; // pixels
const LANE_WIDTHS = [9, 64];
const NARROWEST_WITH_LANES = 330;

const px = (length) => `${length}px`;

/** Columns that the runs on show need: tasks as they appear, then neighbours as the effects name them. */
function lanesOf(view, ports) {
  const tasks = new Set();
  const used = new Set();
  view.runs.forEach((run, index) => {
    for (const row of view.rows[index]) {
      if (row === null) continue;
      const event = run.eventOf[row.moment];
      if (run.task[event] >= 0) tasks.add(run.taskNames[run.task[event]]);
      if (run.kind[event] === KIND.EFFECT) used.add(ports[run.effect[event]]);
    }
  });
  const names = [...tasks, ...ports.filter((port, i) => used.has(port) && ports.indexOf(port) === i)];
  return { names, taskCount: tasks.size, place: new Map(names.map((name, i) => [i < tasks.size ? `task ${name}` : `port ${name}`, i])) };
}

function Head({ index, lanes, geometry }) {
  const run = state.view.value.runs[index];
  const first = state.view.value.rows[index].find((row) => row !== null);
  return (
    <div class={index === state.side.value ? "head here" : "head"} style={{ width: px(geometry.paneWidth) }}>
      <div class="title" style={{ width: px(geometry.timeWidth) }}>
        <b>{run.release}</b>
        <span class={`verdict ${run.verdict}`}>{run.verdict}</span>
        {first && <span class="quiet">{dateText(run, first.time)}</span>}
      </div>
      {geometry.laneWidth > 0 &&
        lanes.names.map((name, i) => (
          <span
            key={`${i < lanes.taskCount} ${name}`}
            class={i < lanes.taskCount ? "lane task" : "lane port"}
            data-color={i < lanes.taskCount ? i % 8 : undefined}
            style={{ left: px(geometry.timeWidth + (i + 0.5) * geometry.laneWidth) }}
            title={i < lanes.taskCount ? `task ${name}` : `neighbour ${name}`}
          >
            {name}
          </span>
        ))}
    </div>
  );
}

function Line({ index, line, row, before, lanes, geometry, selected, differs }) {
  const run = state.view.value.runs[index];
  const event = run.eventOf[row.moment];
  const said = row.fold ? state.said.value.fold(run, row.fold) : state.said.value.of(run, event, row.part);
  const hit = !row.fold && state.hitsIn(run)?.[event];
  const clock = clockText(run, row.time);
  const task = state.said.value.taskOf(run, event);
  const sameTime = before !== null && before !== undefined && before.time === row.time && before.fold === null;
  const indented = run.kind[event] === KIND.CHANGE || run.kind[event] === KIND.LOG;
  return (
    <div
      id={`line-${index}-${line}`}
      class={["line", said.tone, indented ? "indented" : "", selected ? "selected" : "", hit ? "hit" : "", differs ? "first-difference" : ""].filter((name) => name).join(" ")}
      role="option"
      aria-selected={selected}
      data-event={row.fold ? undefined : event}
      style={{ top: px(line * geometry.rowHeight), width: px(geometry.paneWidth) }}
      title={[task, said.head, said.about, said.tail].filter((text) => text).join(" · ")}
      onClick={() => state.goToLine(line, index)}
    >
      <time class={sameTime ? "same" : ""} style={{ width: px(geometry.timeWidth) }}>{row.fold ? "" : clock}</time>
      <span style={{ width: px(geometry.laneWidth * lanes.names.length) }} />
      <span class="text">
        {differs && <span class="mark">≠ first difference</span>}
        {geometry.laneWidth === 0 && task !== "" && <span class="who">{task}</span>}
        <b>{said.head}</b> {said.about} {said.tail && <i>{said.tail}</i>}
      </span>
    </div>
  );
}

function Pane({ index, range, lanes, geometry, palette }) {
  const canvas = useRef();
  const view = state.view.value;
  const run = view.runs[index];
  const rows = view.rows[index];
  const spans = useMemo(() => spansOf(run, rows, lanes), [view, lanes]);
  useLayoutEffect(() => {
    if (canvas.current) draw(canvas.current, { run, rows, spans, range, lanes, geometry, ports: state.ports.value, strings: state.report.value.strings });
  }, [view, lanes, range.from, range.to, geometry, palette]);
  const cursor = state.cursor.value;
  const lines = [];
  for (let line = range.from; line < range.to; line++) {
    const row = rows[line];
    if (row === null) continue;
    const event = run.eventOf[row.moment];
    lines.push(
      <Line key={line} index={index} line={line} row={row} before={rows[line - 1]} lanes={lanes} geometry={geometry}
        selected={line === cursor && index === state.side.value} differs={view.runs.length === 2 && event === state.difference.value && !row.fold && row.part !== 2} />,
    );
  }
  return (
    <div class="pane" style={{ left: px(index * geometry.paneWidth), width: px(geometry.paneWidth) }}>
      {cursor >= range.from && cursor < range.to && <div class={index === state.side.value ? "cursor here" : "cursor"} style={{ top: px(cursor * geometry.rowHeight), height: px(geometry.rowHeight) }} />}
      {lines}
      {geometry.laneWidth > 0 && <canvas ref={canvas} aria-hidden="true" style={{ top: px(range.from * geometry.rowHeight), left: px(geometry.timeWidth) }} />}
    </div>
  );
}

/** What depends on the size of the scroller and of letters. */
function measured(size, panes, laneCount) {
  const em = parseFloat(getComputedStyle(document.documentElement).fontSize);
  const paneWidth = Math.floor(size.width / panes);
  const timeWidth = Math.round(em * 6.6);
  const wanted = laneCount === 0 || paneWidth < NARROWEST_WITH_LANES ? 0 : Math.floor((paneWidth * (paneWidth < WIDE ? LANES_SHARE.narrow : LANES_SHARE.wide)) / laneCount);
  const laneWidth = wanted === 0 ? 0 : Math.max(LANE_WIDTHS[0], Math.min(LANE_WIDTHS[1], wanted));
  return { paneWidth, timeWidth, laneWidth, rowHeight: Math.round(em * 1.7), headHeight: Math.round(em * (laneWidth > 0 ? 6.2 : 4.2)), em };
}

export function Lanes() {
  const scroller = useRef();
  const size = useSignal({ width: 0, height: 0 });
  const top = useSignal(0);
  const palette = useSignal(0);
  const view = state.view.value;
  const lanes = useMemo(() => lanesOf(view, state.ports.value), [view]);
  const geometry = useMemo(() => measured(size.value, view.runs.length, lanes.names.length), [size.value, view, lanes]);

  useLayoutEffect(() => {
    const element = scroller.current;
    const measure = () => (size.value = { width: element.clientWidth, height: element.clientHeight });
    const observer = new ResizeObserver(measure);
    const dark = matchMedia("(prefers-color-scheme: dark)");
    const repaint = () => palette.value++;
    measure();
    observer.observe(element);
    dark.addEventListener("change", repaint);
    return () => {
      observer.disconnect();
      dark.removeEventListener("change", repaint);
    };
  }, []);
  useEffect(() => {
    palette.value++;
  }, [state.theme.value]);

  const { rowHeight, headHeight } = geometry;
  useLayoutEffect(() => {
    const element = scroller.current;
    const { row } = state.reveal.value;
    const inSight = element.clientHeight - headHeight;
    const at = row * rowHeight;
    if (at < element.scrollTop || at + rowHeight * 2 > element.scrollTop + inSight) {
      const near = Math.abs(at - element.scrollTop) < inSight * 1.5;
      element.scrollTop = near ? (at < element.scrollTop ? at - rowHeight : at - inSight + 3 * rowHeight) : at - inSight / 3;
    }
  }, [state.reveal.value]);

  const first = Math.floor(top.value / rowHeight / CHUNK) * CHUNK;
  const range = {
    from: Math.max(0, first - OVERSCAN),
    to: Math.min(view.count, first + CHUNK + Math.ceil(size.value.height / rowHeight) + OVERSCAN),
  };
  const selected = `line-${state.side.value}-${state.cursor.value}`;
  return (
    <div
      ref={scroller}
      class="scroller"
      role="listbox"
      tabIndex={0}
      aria-label="Events"
      aria-activedescendant={selected}
      onScroll={(event) => {
        const { scrollTop } = event.currentTarget;
        if (Math.floor(scrollTop / rowHeight / CHUNK) !== Math.floor(top.value / rowHeight / CHUNK)) top.value = scrollTop;
      }}
    >
      <div class="heads" role="presentation" style={{ height: px(headHeight) }}>
        {view.runs.map((run, index) => <Head key={run.index} index={index} lanes={lanes} geometry={geometry} />)}
      </div>
      <div class="bodies" style={{ height: px(Math.max(view.count * rowHeight, 1)) }}>
        {size.value.width > 0 && view.runs.map((run, index) => <Pane key={run.index} index={index} range={range} lanes={lanes} geometry={geometry} palette={palette.value} />)}
        {view.count === 0 && <p class="quiet empty">Nothing passes the filters.</p>}
      </div>
    </div>
  );
}
