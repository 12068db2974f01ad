// What is drawn of the lanes: lifelines, arrows between tasks and neighbours, marks of what has no arrow.
import { KIND } from "./data.js";
import { PART } from "./order.js";

const ARROW = 4; // length of a head
const GONE = /removed|lost|cleared|unmounted|stopped/;

/** Calls whose answer is a line of its own: [{lane, from, to}], lines between which the task waits. */
export function spansOf(run, rows, lanes) {
  const open = new Map();
  const spans = [];
  rows.forEach((row, line) => {
    if (row === null || row.fold) return;
    const event = run.eventOf[row.moment];
    if (row.part === PART.APPLY) open.set(event, line);
    else if (row.part === PART.RESUME && open.has(event))
      spans.push({ lane: lanes.place.get(`task ${run.taskNames[run.task[event]]}`), from: open.get(event), to: line });
  });
  return spans;
}

function colors(element) {
  const style = getComputedStyle(element);
  const color = (name) => style.getPropertyValue(`--${name}`).trim();
  return {
    line: color("lifeline"), text: color("text"), quiet: color("quiet"), bad: color("bad"), warn: color("warn"), good: color("good"), back: color("paper"),
    tasks: Array.from({ length: 8 }, (_, i) => color(`task-${i}`)),
  };
}

function line(context, fromX, fromY, toX, toY) {
  context.beginPath();
  context.moveTo(fromX, fromY);
  context.lineTo(toX, toY);
  context.stroke();
}

function arrow(context, fromX, toX, y, dashed) {
  const direction = Math.sign(toX - fromX);
  context.setLineDash(dashed ? [3, 2] : []);
  line(context, fromX, y, toX - direction * ARROW, y);
  context.setLineDash([]);
  context.beginPath();
  context.moveTo(toX, y);
  context.lineTo(toX - direction * ARROW, y - ARROW * 0.7);
  context.lineTo(toX - direction * ARROW, y + ARROW * 0.7);
  context.fill();
}

function dot(context, x, y, radius, filled) {
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  if (filled) context.fill();
  else context.stroke();
}

function diamond(context, x, y, radius) {
  context.beginPath();
  context.moveTo(x, y - radius);
  context.lineTo(x + radius, y);
  context.lineTo(x, y + radius);
  context.lineTo(x - radius, y);
  context.fill();
}

function effect(context, { run, event, part, taskX, portX, y, gap, color, palette }) {
  const wrong = run.error[event] > 0 || run.fault[event] > 0;
  context.strokeStyle = context.fillStyle = color;
  if (run.applied[event] < 0) {
    const end = taskX + (portX - taskX) * 0.6; // nobody has got it
    line(context, taskX, y, end, y);
    line(context, end - 3, y - 3, end + 3, y + 3);
    line(context, end - 3, y + 3, end + 3, y - 3);
    return;
  }
  const both = part === PART.WHOLE;
  if (part !== PART.RESUME) arrow(context, taskX, portX, both ? y - gap : y, false);
  if (wrong) context.strokeStyle = context.fillStyle = palette.warn;
  if (part !== PART.APPLY) arrow(context, portX, taskX, both ? y + gap : y, true);
  if (run.fault[event] > 0) {
    context.font = `${gap * 5}px sans-serif`;
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.fillText("⚡", (taskX + portX) / 2, y);
  }
}

/** Where what is no effect is marked: on the lane of the neighbour that it happened at, of the task, or beside all. */
function markX({ run, event, lanes, ports, x }) {
  const cause = run.cause[event];
  if (run.kind[event] === KIND.CHANGE && cause >= 0 && run.kind[cause] === KIND.EFFECT) {
    const lane = lanes.place.get(`port ${ports[run.effect[cause]]}`);
    if (lane !== undefined) return x(lane);
  }
  return run.task[event] >= 0 ? x(lanes.place.get(`task ${run.taskNames[run.task[event]]}`)) : 4;
}

function mark(context, { run, event, at, y, color, palette, strings, gap }) {
  const kind = run.kind[event];
  context.strokeStyle = context.fillStyle = color;
  if (kind === KIND.VIOLATION) {
    context.fillStyle = palette.bad;
    diamond(context, at, y, gap * 2.2);
  } else if (kind === KIND.CHANGE) {
    context.fillStyle = GONE.test(strings[run.text[event] - 1]) ? palette.bad : palette.good;
    context.fillRect(at - gap * 1.2, y - gap * 1.2, gap * 2.4, gap * 2.4);
  } else if (kind === KIND.LOG) {
    context.fillStyle = palette.back;
    dot(context, at, y, gap * 1.2, true);
    dot(context, at, y, gap * 1.2, false);
  } else {
    dot(context, at, y, gap * 1.6, true);
  }
}

/** Draws the lines of the range. */
export function draw(canvas, { run, rows, spans, range, lanes, geometry, ports, strings }) {
  const ratio = window.devicePixelRatio || 1;
  const { laneWidth, rowHeight } = geometry;
  const width = laneWidth * lanes.names.length;
  const height = Math.max(1, (range.to - range.from) * rowHeight);
  const palette = colors(canvas);
  const context = canvas.getContext("2d");
  const x = (lane) => Math.round((lane + 0.5) * laneWidth) + 0.5;
  const gap = Math.max(2, rowHeight / 9);
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
  context.scale(ratio, ratio);
  context.lineWidth = 1;
  lanes.names.forEach((_, lane) => {
    context.strokeStyle = palette.line;
    context.setLineDash(lane < lanes.taskCount ? [] : [1, 3]);
    line(context, x(lane), 0, x(lane), height);
  });
  context.setLineDash([]);
  const top = (at) => (at - range.from + 0.5) * rowHeight;
  for (const span of spans) {
    if (span.to < range.from || span.from >= range.to) continue;
    context.strokeStyle = palette.tasks[span.lane % 8];
    context.lineWidth = Math.max(3, gap);
    line(context, x(span.lane), Math.max(0, top(span.from)), x(span.lane), Math.min(height, top(span.to)));
  }
  context.lineWidth = Math.max(1.2, rowHeight / 20);
  for (let at = range.from; at < range.to; at++) {
    const row = rows[at];
    if (row === null) continue;
    const event = run.eventOf[row.moment];
    const taskLane = run.task[event] < 0 ? -1 : lanes.place.get(`task ${run.taskNames[run.task[event]]}`);
    const color = taskLane < 0 ? palette.quiet : palette.tasks[taskLane % 8];
    const y = Math.round(top(at)) + 0.5;
    if (row.fold) {
      context.strokeStyle = color;
      if (taskLane >= 0) dot(context, x(taskLane), y, gap * 1.6, false);
    } else if (run.kind[event] === KIND.EFFECT) {
      effect(context, { run, event, part: row.part, taskX: x(taskLane), portX: x(lanes.place.get(`port ${ports[run.effect[event]]}`)), y, gap, color, palette });
    } else {
      mark(context, { run, event, at: markX({ run, event, lanes, ports, x }), y, color, palette, strings, gap });
    }
  }
}
