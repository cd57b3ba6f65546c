// Twenty requests against one model: one by one, in batches of five, all at once, and one by one without holding earlier people.
// What is done is kept in the work folder and not done again.
// `--data synthetic|tofu`, `--seed N`, `--only NAME,NAME`, `--tofu DIR`, `--work DIR`, `--page`, `--json`.
import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { table } from '../src/cli/terminal.ts';
import { TRAINER_VERSION } from '../src/compute/train-model.ts';
import { readConfig } from '../src/config.ts';
import { chooseBackend } from '../src/engine/choice.ts';
import { goalsOf } from './sequence/goal.ts';
import { writePage } from './sequence/kept.ts';
import { HEADINGS, rowOf, type SequenceResult } from './sequence/page.ts';
import { type Sequence, syntheticSequence, tofuSequence } from './sequence/settings.ts';
import type { Results, Task } from './sequence/task.ts';
import { type Ground, type Variant, walk } from './sequence/walk.ts';
import { createRunner } from './shared/work.ts';
import { findData } from './tofu/data.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const CHILD = fileURLToPath(new URL('./sequence/child.ts', import.meta.url));

const VARIANTS: readonly Variant[] = [
  { name: 'one-by-one', batch: 1, held: true },
  { name: 'not-held', batch: 1, held: false },
  { name: 'fives', batch: 5, held: true },
  { name: 'at-once', batch: 20, held: true },
];

const { values: flags } = parseArgs({
  options: {
    data: { type: 'string', default: 'synthetic,tofu' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string', default: '' },
    tofu: { type: 'string' },
    work: { type: 'string' },
    page: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});
const say = (text: string) => process.stdout.write(`${text}\n`);
const list = (text: string) => text.split(',').filter((word) => word !== '');

function variants(): readonly Variant[] {
  const named = list(flags.only);
  const unknown = named.find((name) => VARIANTS.every((one) => one.name !== name));
  if (unknown !== undefined)
    throw new RangeError(`--only must name ${VARIANTS.map(({ name }) => name).join(', ')}, not ${unknown}`);
  return named.length === 0 ? VARIANTS : VARIANTS.filter(({ name }) => named.includes(name));
}

function sequences(): Sequence[] {
  const seed = Number(flags.seed);
  if (!Number.isSafeInteger(seed) || seed < 1) throw new RangeError('--seed must be a whole number from 1 on');
  return list(flags.data).flatMap((data): Sequence[] => {
    if (data === 'synthetic') return [syntheticSequence(seed)];
    if (data !== 'tofu') throw new RangeError(`--data must be synthetic or tofu, not ${data}`);
    const source = findData(flags.tofu, ROOT);
    return source === null ? [] : [tofuSequence(source, seed)];
  });
}

const config = readConfig();
const { backend } = await chooseBackend(config.compute);
const { threads, environment } = config.compute;

/** Folder, corpora and the trained model that every variant starts from. */
async function groundOf({ data, seed, model, options, people, write }: Sequence): Promise<Ground> {
  const key = createHash('sha256').update(JSON.stringify({ model, options, people, TRAINER_VERSION })).digest('hex');
  const dir = join(resolve(flags.work ?? join(config.dataDir, 'bench-sequence')), `${data}-${seed}-${key.slice(0, 8)}`);
  const written = await write(dir);
  const start = join(dir, 'start');
  const tell = (text: string) => process.stderr.write(`${text}\n`);
  const runner = createRunner<Task, Results>({ dir, child: CHILD, environment, say: tell });
  const { train, holdout } = written.corpora;
  await runner.result('training', {
    kind: 'train',
    options: { ...model, train, holdout, out: start, options, backend, threads },
  });
  return {
    ...{ dir, written, start, runner, backend, threads },
    async writeSets(name, sets) {
      const file = join(dir, `${name}.sets`);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, JSON.stringify(sets), { mode: 0o600 });
      return file;
    },
  };
}

const found: SequenceResult[] = [];
for (const sequence of sequences()) {
  const ground = await groundOf(sequence);
  const walked = [];
  for (const variant of variants()) walked.push(await walk(ground, variant));
  const result = { data: sequence.data, seed: sequence.seed, walked };
  found.push(result);
  say(`\n${sequence.data}, seed ${sequence.seed}\n`);
  say(table([HEADINGS, ...walked.map(rowOf)]));
  for (const { what, met, found: numbers } of goalsOf(result)) say(`${met ? 'met   ' : 'MISSED'}  ${what}: ${numbers}`);
}
if (flags.page) await writePage(ROOT, found);
if (flags.json) say(JSON.stringify(found));
