// Two runs side by side: where they first differ, and their rows on common lines.
import { signature } from "./rows.js";

const COMPARED = ["kind", "effect", "fault", "args", "result", "error", "text", "object", "detail", "at", "applied", "resumed"];
const TABLE_MAX = 250000;

/** The number of the first event that is not the same in both; −1 when there is none. */
export function firstDifference(one, other) {
  const shared = Math.min(one.count, other.count);
  for (let i = 0; i < shared; i++) {
    const task = (run) => (run.task[i] < 0 ? -1 : run.tasks[run.task[i]]);
    if (task(one) !== task(other) || COMPARED.some((column) => one[column][i] !== other[column][i])) return i;
  }
  return one.count === other.count ? -1 : shared;
}

/** Pairs of equal rows, in order: a longest common subsequence. */
function commonRows(left, right) {
  const width = right.length + 1;
  const table = new Uint16Array((left.length + 1) * width);
  for (let i = left.length - 1; i >= 0; i--)
    for (let j = right.length - 1; j >= 0; j--)
      table[i * width + j] =
        left[i] === right[j] ? table[(i + 1) * width + j + 1] + 1 : Math.max(table[(i + 1) * width + j], table[i * width + j + 1]);
  const pairs = [];
  for (let i = 0, j = 0; i < left.length && j < right.length; ) {
    if (left[i] === right[j]) pairs.push([i++, j++]);
    else if (table[(i + 1) * width + j] >= table[i * width + j + 1]) i++;
    else j++;
  }
  return pairs;
}

function signs(run, rows) {
  return rows.map((row) => (row.fold ? Math.imul(row.fold.signature ^ row.fold.times, 0x85ebca6b) | 0 : signature(run, run.eventOf[row.moment])));
}

/** Rows of one instant on common lines: equal ones side by side, between them what is only here beside what is only there. */
function alignInstant(runs, groups, out) {
  const [left, right] = groups;
  const pairs =
    left.length * right.length > TABLE_MAX ? [] : commonRows(signs(runs[0], left), signs(runs[1], right));
  let i = 0;
  let j = 0;
  for (const [pairLeft, pairRight] of [...pairs, [left.length, right.length]]) {
    for (; i < pairLeft || j < pairRight; ) {
      out[0].push(i < pairLeft ? left[i++] : null);
      out[1].push(j < pairRight ? right[j++] : null);
    }
    if (i < left.length && j < right.length) {
      out[0].push(left[i++]);
      out[1].push(right[j++]);
    }
  }
}

/** Two lists of rows as two lists of the same length, null where one has nothing: lines of one instant are beside one
 * another. */
export function alignRows(runs, lists) {
  const out = [[], []];
  const at = [0, 0];
  const timeOf = (side) => (at[side] < lists[side].length ? lists[side][at[side]].time : Infinity);
  while (at[0] < lists[0].length || at[1] < lists[1].length) {
    const time = Math.min(timeOf(0), timeOf(1));
    const groups = [0, 1].map((side) => {
      const from = at[side];
      while (timeOf(side) === time) at[side]++;
      return lists[side].slice(from, at[side]);
    });
    alignInstant(runs, groups, out);
  }
  return out;
}
