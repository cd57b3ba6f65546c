// The whole path over HTTP on the TOFU questions: one author is forgotten, then four in one batch; both are held
// against models retrained without them. `--data DIR`, `--json`.
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createClient } from '../examples/client.ts';
import { startServices } from '../src/cli/services.ts';
import { enterSharedHeap } from '../src/cli/shared-heap.ts';
import { readConfig } from '../src/config.ts';
import { chooseBackend } from '../src/engine/choice.ts';
import { keepCandidates } from './tofu/candidates.ts';
import { say, stage, trainWithBar } from './tofu/course.ts';
import { findData, readTofu, TWENTY_AUTHORS, writeCorpora } from './tofu/data.ts';
import { type BenchResult, benchmarksPage } from './tofu/page.ts';
import type { Place } from './tofu/reference.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
/** The first of the split that the data set's authors set aside for forgetting. */
const ONE = [180];
const FOUR = [181, 182, 183, 184];
const MODEL = { architecture: 'gpt2', width: 192, layers: 4, heads: 6, vocabSize: 2048, seed: 1 };
const OPTIONS = {
  learning_rate: 2e-3,
  batch_size: 16,
  warmup_steps: 50,
  steps: 1200,
  stop_when: { exact_memorization: 0.99, check_every: 50 },
};

const { values: flags } = parseArgs({
  options: { data: { type: 'string' }, json: { type: 'boolean', default: false } },
});

async function main(): Promise<number> {
  const source = findData(flags.data, ROOT);
  if (source === null) return 0;
  const config = readConfig();
  const dir = join(config.dataDir, 'bench-tofu');
  await rm(dir, { recursive: true, force: true });
  await mkdir(join(dir, 'import'), { recursive: true });
  const data = await readTofu(source, TWENTY_AUTHORS);
  const { threads } = config.compute;
  const { backend } = await chooseBackend(config.compute);
  const place: Place = {
    dir,
    files: await writeCorpora(data, dir),
    model: join(dir, 'import', 'tofu'),
    threads,
    backend,
  };
  const training = await trainWithBar(place, { ...MODEL, options: OPTIONS });
  const services = await startServices({
    dataDir: join(dir, 'service'),
    // four requests are one batch also where the machine is busy
    env: { IMPORT_DIR: join(dir, 'import'), PORT: '0', COALESCE_MS: '5000', SWEEP_SECONDS: '30' },
  });
  try {
    const client = createClient(services.url);
    const corpora = [
      { corpus_id: await client.uploadCorpus('tofu', place.files.train), role: 'train' as const },
      { corpus_id: await client.uploadCorpus('tofu-others', place.files.holdout), role: 'holdout' as const },
    ];
    const model = await client.registerModel('tofu-gpt2', 'tofu', corpora);
    const candidates = keepCandidates(join(dir, 'service', 'checkpoints'), join(dir, 'candidates'));
    const course = { place, data, client, candidates };
    const stages = [
      (await stage(course, 'One author', ONE, [])).stage,
      (await stage(course, 'Four authors in one batch', FOUR, ONE)).stage,
    ];
    const records = { train: data.train.length, holdout: data.holdout.length };
    const result: BenchResult = { parameters: model.parameters, records, training, stages };
    await writeFile(join(ROOT, 'docs', 'benchmarks.md'), benchmarksPage(result, new Date().toISOString().slice(0, 10)));
    if (flags.json) say(JSON.stringify(result));
    return 0;
  } finally {
    await services.stop();
  }
}

enterSharedHeap();
process.exitCode = await main();
