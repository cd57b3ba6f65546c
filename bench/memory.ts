// Planned memory against the peak of real trainings, each in a process of its own. A plan between 1.0 and 1.3 times the
// peak is good; a lower one is a mistake, and the constants in src/training/memory-costs.ts want measuring again.
// `--large`: 124M parameters too; `--only TEXT`: cases whose name holds it; `--json`.
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { table } from '../src/cli/terminal.ts';
import { readConfig } from '../src/config.ts';
import { CASES, LARGE, type MemoryCase, type MemoryResult } from './memory/cases.ts';

const { values: flags } = parseArgs({
  options: {
    large: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
    json: { type: 'boolean', default: false },
  },
});
const CHILD = fileURLToPath(new URL('./memory/case.ts', import.meta.url));
const say = (text: string) => process.stdout.write(`${text}\n`);

async function measure(one: MemoryCase): Promise<MemoryResult> {
  const { stdout } = await promisify(execFile)(process.execPath, [CHILD, JSON.stringify(one)], {
    env: readConfig().compute.environment,
  });
  return JSON.parse(stdout.trim().split('\n').at(-1)!) as MemoryResult;
}

const gigabytes = (bytes: number) => (bytes / 1e9).toFixed(2);
const results = [];
for (const one of [...CASES, ...(flags.large ? LARGE : [])]) {
  if (!one.name.includes(flags.only)) continue;
  const { plan, measured } = await measure(one);
  results.push({ name: one.name, plan, measured, ratio: plan.total / measured });
  process.stderr.write(`${one.name}: ${gigabytes(plan.total)} planned, ${gigabytes(measured)} GB\n`);
}
const rows = results.map(({ name, plan, measured, ratio }) => [
  ...[name, gigabytes(plan.total), gigabytes(measured), ratio.toFixed(2)],
]);
say(table([['training', 'planned GB', 'peak GB', 'ratio'], ...rows], ['left', 'right', 'right', 'right']));
if (flags.json) say(JSON.stringify({ cases: results }));
process.exitCode = results.some(({ ratio }) => ratio < 1) ? 1 : 0;
