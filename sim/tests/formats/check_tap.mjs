// Reads TAP with npm's tap-parser, which knows version 14. Usage: node check_tap.mjs NODE_MODULES FILE TESTS FAILED
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';

const [modules, file, tests, failed] = process.argv.slice(2);
const { Parser } = createRequire(resolve(modules) + '/')('tap-parser');
const wrong = [];
const parser = new Parser({ strict: true }, (results) => {
  wrong.push(...results.failures.filter((failure) => failure.tapError).map((failure) => failure.tapError));
  if (results.count !== Number(tests)) wrong.push(`tests: ${results.count}, expected ${tests}`);
  if (results.plan.end !== results.count) wrong.push(`plan: ${results.plan.end}, but ${results.count} tests`);
  if (results.fail !== Number(failed)) wrong.push(`failed: ${results.fail}, expected ${failed}`);
});
parser.on('version', (version) => Number(version) === 14 || wrong.push(`version ${version}, expected 14`));
parser.on('extra', (line) => wrong.push(`not TAP: ${line.trimEnd()}`));
parser.on('assert', (point) => {
  if (!point.ok && !point.diag) wrong.push(`test ${point.id} failed without diagnostics`);
  if (point.todo || point.skip) wrong.push(`test ${point.id} has a directive`);
  if (!point.name) wrong.push(`test ${point.id} has no description`);
});
parser.end(readFileSync(file, 'utf8'));
for (const line of wrong) console.error(`${file}: ${line}`);
process.exit(wrong.length > 0 ? 1 : 0);
