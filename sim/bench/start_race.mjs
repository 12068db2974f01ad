// The start race (sim/search/programs.h) on fast-check's scheduler: executions per second.
// Usage: node start_race.mjs TASKS EXECUTIONS, with fast-check in node_modules.
import fc from 'fast-check';

const tasks = Number(process.argv[2]);
const executions = Number(process.argv[3]);

async function race(scheduler) {
  const values = new Array(tasks + 1).fill(0);
  const step = (act) => scheduler.schedule(Promise.resolve()).then(act);
  const actor = async (own) => {
    await step(() => values[0]);
    await step(() => { values[own] = 1; });
    await step(() => { values[0] += 1; });
    await step(() => values[own]);
  };
  const all = Promise.all(Array.from({ length: tasks }, (_, i) => actor(i + 1)));
  await scheduler.waitFor(all);
}

const start = process.hrtime.bigint();
await fc.assert(fc.asyncProperty(fc.scheduler(), race), { numRuns: executions, seed: 1 });
const seconds = Number(process.hrtime.bigint() - start) / 1e9;
console.log((executions / seconds).toFixed(0));
