// What verification takes: records a second against PyTorch doing the same, and whole verifications of 1, 10 and 100 people.
// `--python PATH`, `--rounds N`, `--threads N`, `--only scoring|verifications`, `--page`, `--json`. Exits with 1 where the two sides’ log-probabilities differ.
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { enterSharedHeap } from '../src/cli/shared-heap.ts';
import { readConfig } from '../src/config.ts';
import { findPythons } from './shared/torch.ts';
import { type VerifyBenchResult, verifyPage } from './verify/page.ts';
import { compareScoring, SHAPES } from './verify/scoring.ts';
import { candidateOf, FORGOTTEN, openScene, shares, total } from './verify/totals.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
/** Nats; both sides compute in float32, in different orders. */
const LARGEST_DIFFERENCE = 1e-4;

const { values: flags } = parseArgs({
  options: {
    python: { type: 'string' },
    rounds: { type: 'string', default: '3' },
    threads: { type: 'string', default: '1' },
    only: { type: 'string' },
    page: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});
const say = (text: string) => process.stdout.write(`${text}\n`);

/** Whole ones, and shares of a run. */
async function verifications(
  result: VerifyBenchResult,
  { dir, threads, rounds }: { dir: string; threads: number; rounds: number },
): Promise<void> {
  const scene = await openScene({ dir, threads });
  const parent = await scene.trained();
  const candidate = await candidateOf(scene, parent, FORGOTTEN.at(-1)!);
  for (const count of FORGOTTEN) {
    result.totals.push(await total(scene, { parent, candidate }, count, rounds));
    say(JSON.stringify(result.totals.at(-1)));
  }
  for (const count of FORGOTTEN.slice(0, 2)) {
    result.shares.push(...(await shares(scene, parent, count)));
    say(JSON.stringify(result.shares.slice(-2)));
  }
}

async function main(): Promise<void> {
  const python = findPythons(ROOT, flags.python === undefined ? undefined : [flags.python])[0] ?? null;
  if (python === null) say('No Python with torch (--python PATH, data/torch, python3): only our own times.');
  const [rounds, threads] = [Number(flags.rounds), Number(flags.threads)];
  const dir = join(readConfig().dataDir, 'bench-verify');
  await rm(dir, { recursive: true, force: true });
  await mkdir(dir, { recursive: true });
  const result: VerifyBenchResult = {
    date: new Date().toISOString().slice(0, 10),
    ...{ torch: python?.name ?? null, rounds, load: 0, scoring: [], totals: [], shares: [] },
  };
  try {
    if (flags.only !== 'verifications')
      for (const shape of SHAPES) result.scoring.push(await compareScoring(shape, { threads, rounds, python, dir }));
    if (flags.only !== 'scoring') await verifications(result, { dir, threads, rounds });
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
  result.load = loadavg()[2]!;
  const page = verifyPage(result);
  say(page);
  const parted = result.scoring.filter(({ difference }) => difference !== null && !(difference <= LARGEST_DIFFERENCE));
  for (const { model, difference } of parted) say(`The log-probabilities of ${model} differ by ${difference}.`);
  if (flags.page && parted.length === 0) await writeFile(join(ROOT, 'docs', 'verify-benchmarks.md'), page);
  if (flags.json) say(JSON.stringify(result));
  if (parted.length > 0) process.exitCode = 1;
}

enterSharedHeap();
await main();
