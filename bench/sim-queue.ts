// A year of requests against ways to plan them: `npm run sim:queue`. `--json`; `--page` writes docs/queue-simulation.md; `--seed n`.
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { table } from '../src/cli/terminal.ts';
import { readEnvironment } from '../src/environment.ts';
import { cellsOf, HEADINGS, type OtherSeed, simulationPage } from './sim-queue/page.ts';
import { perfect } from './sim-queue/perfect.ts';
import { ONE, OURS, POLICIES } from './sim-queue/policies.ts';
import { simulate } from './sim-queue/simulate.ts';
import { YEAR } from './sim-queue/world.ts';

const { values: flags } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    page: { type: 'boolean', default: false },
    seed: { type: 'string', default: '1' },
  },
});

const setting = { ...YEAR, seed: Number(flags.seed) };
const outcomes = [...POLICIES(readEnvironment({})).map((policy) => simulate(setting, policy)), perfect(setting)];
const POLICY = Object.fromEntries(POLICIES(readEnvironment({})).map((policy) => [policy.name, policy]));

function another(seed: number): OtherSeed {
  const other = { ...setting, seed };
  const [single, ours] = [simulate(other, POLICY[ONE]!), simulate(other, POLICY[OURS]!)];
  const share = ours.gpu_hours / single.gpu_hours;
  return { seed, share, missed: ours.missed, perfect_missed: perfect(other).missed };
}

if (flags.page) {
  const others = [setting.seed + 1, setting.seed + 2].map(another);
  await writeFile(new URL('../docs/queue-simulation.md', import.meta.url), simulationPage(setting, outcomes, others));
}
const [first] = outcomes;
if (flags.json) process.stdout.write(`${JSON.stringify({ setting, outcomes })}\n`);
else process.stdout.write(`${table([HEADINGS, ...outcomes.map((one) => cellsOf(one, first!))])}\n`);
