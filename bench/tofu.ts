// The whole path over HTTP on the TOFU questions: one author is forgotten, then four in one batch; both are held
// against models retrained without them. `--data DIR`, `--json`.
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type Client, createClient } from '../examples/client.ts';
import { startServices } from '../src/cli/services.ts';
import { enterSharedHeap } from '../src/cli/shared-heap.ts';
import { duration, progressBar } from '../src/cli/terminal.ts';
import { trainModel } from '../src/compute/train-model.ts';
import { readConfig } from '../src/config.ts';
import type { DeletionRequest, Run } from '../src/domain/resources.ts';
import { chooseBackend, createEngine } from '../src/engine/choice.ts';
import { type Candidates, keepCandidates } from './tofu/candidates.ts';
import { findData, identifierOf, readTofu, type TofuData, writeCorpora } from './tofu/data.ts';
import { type BenchResult, benchmarksPage, type Stage, stageText } from './tofu/page.ts';
import { compareTruth, type Place, retrainWithout, verify } from './tofu/reference.ts';

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
const say = (text: string) => process.stdout.write(`${text}\n`);

async function trainOnTofu(place: Place): Promise<BenchResult['training']> {
  const bar = progressBar(process.stdout, 'training');
  const { threads, backend } = place;
  const result = await trainModel(
    { ...MODEL, ...place.files, out: place.model, options: OPTIONS, threads, backend },
    {
      progress: ({ step, steps, loss, exactMemorization: known }) =>
        bar.update(
          step / steps,
          `step ${step}, loss ${loss.toFixed(3)}${known === null ? '' : `, ${(100 * known).toFixed(1)} % memorised`}`,
        ),
    },
  );
  bar.done(
    `trained: ${result.steps} steps in ${duration(result.seconds)}, ${(100 * result.exactMemorization).toFixed(1)} % memorised`,
  );
  return { steps: result.steps, seconds: result.seconds, exact_memorization: result.exactMemorization };
}

interface Bench {
  place: Place;
  data: TofuData;
  client: Client;
  candidates: Candidates;
}

/** Requests for all authors at once, followed to their end; they must share one run. */
async function forget(
  { client, candidates }: Bench,
  authors: number[],
): Promise<{ requests: DeletionRequest[]; run: Run }> {
  const accepted = await Promise.all(
    authors.map((author) =>
      client.post<DeletionRequest>('/v1/deletion-requests', { subject: { identifiers: [identifierOf(author)] } }),
    ),
  );
  const bar = progressBar(process.stdout, `forgetting ${authors.length}`);
  const requests = await Promise.all(
    accepted.map(({ id }) =>
      client.follow(id, (_, run) => {
        if (!run) return;
        candidates.keep(run);
        bar.update(null, `${run.progress.phase} step ${run.progress.step}, ${run.attempts.length} attempts done`);
      }),
    ),
  );
  bar.done();
  const runs = [...new Set(requests.map((request) => request.targets[0]?.run_id))];
  if (runs.length !== 1 || !runs[0]) throw new Error(`${authors.length} requests made ${runs.length} runs`);
  return { requests, run: await client.get<Run>(`/v1/runs/${runs[0]}`) };
}

async function stage(bench: Bench, name: string, authors: number[], before: number[]): Promise<Stage> {
  const { place, data, client, candidates } = bench;
  const { requests, run } = await forget(bench, authors);
  const report = await client.verification(run.id);
  const engine = await createEngine(place);
  const gone = [...before, ...authors];
  const retrained = join(place.dir, `retrained-without-${gone.length}`);
  const retrainSeconds = await retrainWithout(engine, place, data, gone, retrained);
  const last = candidates.last(run);
  const truth = last && {
    ...{ method: last.method, published: last.published },
    ...(await compareTruth(engine, data, authors, last.folder, retrained)),
  };
  await engine.dispose();
  const state = [...new Set(requests.map((request) => request.state))].join(', ');
  const exact = await verify(place, data, authors, before, retrained);
  const result = { name, authors: authors.length, state, run, report, retrained: exact, retrainSeconds, truth };
  say(stageText(result));
  return result;
}

async function main(): Promise<number> {
  const source = findData(flags.data, ROOT);
  if (source === null) return 0;
  const config = readConfig();
  const dir = join(config.dataDir, 'bench-tofu');
  await rm(dir, { recursive: true, force: true });
  await mkdir(join(dir, 'import'), { recursive: true });
  const data = await readTofu(source);
  const { threads } = config.compute;
  const { backend } = await chooseBackend(config.compute);
  const place: Place = {
    dir,
    files: await writeCorpora(data, dir),
    model: join(dir, 'import', 'tofu'),
    threads,
    backend,
  };
  const training = await trainOnTofu(place);
  const services = await startServices({
    dataDir: join(dir, 'service'),
    // four requests are one batch also where the machine is busy
    env: { IMPORT_DIR: join(dir, 'import'), PORT: '0', COALESCE_MS: '5000', SWEEP_SECONDS: '30' },
  });
  try {
    const client = createClient(services.url);
    const corpora = [
      { corpus_id: await client.uploadCorpus('tofu', place.files.train), role: 'train' },
      { corpus_id: await client.uploadCorpus('tofu-others', place.files.holdout), role: 'holdout' },
    ];
    const model = await client.registerModel('tofu-gpt2', 'tofu', corpora);
    const candidates = keepCandidates(join(dir, 'service', 'checkpoints'), join(dir, 'candidates'));
    const bench = { place, data, client, candidates };
    const stages = [
      await stage(bench, 'One author', ONE, []),
      await stage(bench, 'Four authors in one batch', FOUR, ONE),
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
