// Training steps and forward passes of GPT-2, ours against PyTorch and TensorFlow.js, in turns of one run.
// `--python PATH` (any number), `--sizes 3.4M,30M`, `--threads 1,2`, `--rounds N`, `--json`. Exits with 1 when the loss
// curves part.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { table } from '../src/cli/terminal.ts';
import { readConfig } from '../src/config.ts';
import { holdContest } from './engine/contest.ts';
import {
  type EngineResult,
  enginePage,
  HEADINGS,
  machine,
  PROFILE_HEADINGS,
  profileRows,
  rowOf,
} from './engine/page.ts';
import { SIZES } from './engine/sizes.ts';
import { versionsHere } from './engine/versions.ts';
import { findPythons } from './shared/torch.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
/** Relative. Both sides compute in float32, in different orders. */
const LARGEST_DIFFERENCE = 1e-3;

const { values: flags } = parseArgs({
  options: {
    python: { type: 'string', multiple: true },
    sizes: { type: 'string' },
    threads: { type: 'string' },
    rounds: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});
const say = (text: string) => process.stdout.write(`${text}\n`);

function plan() {
  const wanted = flags.sizes?.split(',');
  const unknown = wanted?.find((name) => !SIZES.some((size) => size.name === name));
  if (unknown !== undefined) throw new Error(`--sizes: no ${unknown}; there are ${SIZES.map(({ name }) => name)}`);
  const threads = (flags.threads ?? '1,2').split(',').map(Number);
  if (threads.some((count) => !Number.isInteger(count) || count < 1))
    throw new Error('--threads: whole numbers from 1');
  const rounds = flags.rounds === undefined ? undefined : Number(flags.rounds);
  if (rounds !== undefined && !(Number.isInteger(rounds) && rounds > 0))
    throw new Error('--rounds: a whole number from 1');
  const sizes = SIZES.filter(({ name }) => wanted?.includes(name) ?? true);
  return sizes.flatMap((size) =>
    threads.map((count) => ({ size: { ...size, rounds: rounds ?? size.rounds }, threads: count })),
  );
}

async function main(): Promise<void> {
  const contests = plan();
  const pythons = findPythons(ROOT, flags.python);
  if (pythons.length === 0) say('No Python with torch (--python PATH, data/torch, python3): nothing to compare with.');
  const dir = join(readConfig().dataDir, `bench-engine-${process.pid}`);
  const result: EngineResult = {
    date: new Date().toISOString().slice(0, 10),
    ...machine(),
    versions: versionsHere(),
    results: [],
    profiles: [],
    pinnings: [],
    absent: [],
  };
  for (const { size, threads } of contests) {
    say(`${size.name}, ${threads} ${threads === 1 ? 'thread' : 'threads'} ...`);
    const withTfjs = size.name === SIZES[0]!.name;
    const { results, profile, pinnings, absent } = await holdContest({ size, threads, pythons, withTfjs, dir });
    result.results.push(...results);
    result.profiles.push({ model: size.name, threads, operators: profile });
    result.pinnings.push(...pinnings.filter((line) => !result.pinnings.includes(line)));
    result.absent.push(...absent.filter((line) => !result.absent.includes(line)));
    say(
      table(
        [HEADINGS, ...results.map(rowOf)],
        ['left', 'right', 'left', ...HEADINGS.slice(3).map(() => 'right' as const)],
      ),
    );
  }
  const { results, profiles, pinnings, absent } = result;
  say(
    table([PROFILE_HEADINGS, ...profiles.flatMap(profileRows)], ['left', 'right', 'left', 'right', 'right', 'right']),
  );
  for (const line of pinnings) say(`Fastest for ${line}`);
  for (const line of absent) say(`Not in the table: ${line}`);
  const parted = results.filter(({ loss_difference: by }) => by !== null && !(by <= LARGEST_DIFFERENCE));
  for (const { model, threads, side } of parted) say(`The loss curves part: ${model}, ${threads} threads, ${side}`);
  const whole = flags.sizes === undefined && flags.threads === undefined && flags.rounds === undefined;
  if (whole && parted.length === 0) await writeFile(join(ROOT, 'docs', 'engine-benchmarks.md'), enginePage(result));
  if (flags.json) say(JSON.stringify(result));
  if (parted.length > 0) process.exitCode = 1;
}

await main();
