// A real pretrained model on the way of the product: SmolLM2-135M-Instruct learns a few TOFU authors, with adapters and
// in full, forgets one over HTTP, and is held against a model trained again from the same base without that one.
// `--data DIR`, `--only lora|full`, `--json`. What a half found is kept, so that the halves may run one by one; the page has both.
import { constants, existsSync } from 'node:fs';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { decodeJwt } from 'jose';
import { createClient, type ModelCorpora, ok } from '../examples/client.ts';
import { startServices } from '../src/cli/services.ts';
import { enterSharedHeap } from '../src/cli/shared-heap.ts';
import { peakMemoryBytes } from '../src/compute/peak-memory.ts';
import { readConfig } from '../src/config.ts';
import { PRESETS } from '../src/domain/policies.ts';
import type { DeletionRequest, Run } from '../src/domain/resources.ts';
import type { VerificationPolicy } from '../src/domain/verification.ts';
import { chooseBackend, createEngine } from '../src/engine/choice.ts';
import type { UnlearningStatement } from '../src/evidence/statement-schema.ts';
import { collectAnswers } from './smollm2/answers.ts';
import { FEW_AUTHORS, FORGOTTEN } from './smollm2/choice.ts';
import { HALVES, type Half } from './smollm2/halves.ts';
import { type Certified, type HalfResult, type SmolResult, smolPage } from './smollm2/page.ts';
import { keepCandidates } from './tofu/candidates.ts';
import { type Course, forget, say, stage, trainWithBar } from './tofu/course.ts';
import { findData, readTofu, writeCorpora } from './tofu/data.ts';
import type { Place } from './tofu/reference.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const MODEL = join(ROOT, 'data/models/smollm2-135m-instruct');
const SEED = 1;
/** Attacks on the weights train two more models in every verification, and a step takes many seconds here. */
const POLICY: VerificationPolicy = { ...PRESETS.standard.policy, robustness: [] };
/** Of a fresh model; a base has its own. */
const UNUSED = { architecture: 'llama', width: 0, layers: 0, heads: 0, vocabSize: 0 };

const { values: flags } = parseArgs({
  options: { data: { type: 'string' }, only: { type: 'string' }, json: { type: 'boolean', default: false } },
});

/** What all halves share. */
interface Common extends Pick<Course, 'data' | 'client' | 'candidates'> {
  dir: string;
  place: Omit<Place, 'dir' | 'model'>;
  base: string;
  corpora: ModelCorpora;
}

async function certified({ client }: Common, [request]: DeletionRequest[]): Promise<Certified> {
  const id = request?.certificate_ids[0];
  if (id === undefined) return null;
  const { predicate } = decodeJwt(await client.certificateJws(id)) as unknown as UnlearningStatement;
  return { guarantee: predicate.guarantee.class, verdict: predicate.verification.verdict };
}

/** Steps of a run by phase, as its curve has them. */
async function stepsOf({ client }: Common, run: Run): Promise<Record<string, number>> {
  const { items } = await ok(client.api.GET('/v1/runs/{id}/curves', { params: { path: { id: run.id } } }));
  const steps: Record<string, number> = {};
  for (const { phase, step } of items) steps[phase] = Math.max(steps[phase] ?? 0, step);
  return steps;
}

/** What the default plan would have tried next, asked for by name. */
async function askAgain(common: Common, course: Course): Promise<HalfResult['exact']> {
  const wish = { ...course.wish, method: { name: 'retrain' as const } };
  const { requests, run } = await forget({ ...course, wish }, [FORGOTTEN]);
  return { state: requests[0]!.state, run, certificate: await certified(common, requests) };
}

async function runHalf(common: Common, half: Half): Promise<HalfResult> {
  const started = performance.now();
  say(`\n${half.title}`);
  const { client, data, candidates, dir, base } = common;
  const place: Place = { ...common.place, dir: join(dir, half.name), model: join(dir, 'import', half.name) };
  await mkdir(place.dir, { recursive: true });
  const trained = await trainWithBar(place, { ...UNUSED, seed: SEED, base, options: half.options });
  const training = { ...trained, peak_memory_bytes: peakMemoryBytes() };
  const model = await client.registerModel(`smollm2-${half.name}`, half.name, common.corpora);
  for (const warning of model.warnings) say(`warning: ${warning}`);
  const wish = { targets: [model.id], method: half.method };
  const course: Course = { place, data, client, candidates, wish };
  const end = await stage(course, `${half.title}: one author`, [FORGOTTEN], []);
  const { run, state } = end.stage;
  const steps = await stepsOf(common, run);
  const certificate = await certified(common, end.requests);
  const exact = state === 'completed' ? null : await askAgain(common, course);
  const engine = await createEngine(place);
  const last = candidates.last(run);
  const answers = await collectAnswers(engine, data, {
    base,
    'fine-tuned': place.model,
    ...(last === null ? {} : { [last.published ? 'unlearned' : 'unlearned, not published']: last.folder }),
    retrained: end.retrained,
  });
  await engine.dispose();
  const [date, seconds] = [new Date().toISOString().slice(0, 10), (performance.now() - started) / 1000];
  return { half, date, seconds, training, stage: end.stage, steps, certificate, exact, answers };
}

/** What every half found when it last ran; `found` replaces what was kept of the same. */
async function withKept(folder: string, found: HalfResult[]): Promise<HalfResult[]> {
  await mkdir(folder, { recursive: true });
  const fileOf = (name: string) => join(folder, `${name}.json`);
  for (const result of found) await writeFile(fileOf(result.half.name), JSON.stringify(result));
  const kept = HALVES.map(({ name }) => fileOf(name)).filter((file) => existsSync(file));
  return Promise.all(kept.map(async (file) => JSON.parse(await readFile(file, 'utf8')) as HalfResult));
}

/** The halves that are asked for, or null with a line that says what is missing. */
function wanted(): Half[] | null {
  if (!existsSync(MODEL)) {
    process.stderr.write('skipped: the model is not there; `npm run models:smollm2` makes it\n');
    return null;
  }
  const halves = HALVES.filter(({ name }) => flags.only === undefined || name === flags.only);
  if (halves.length > 0) return halves;
  throw new Error(`--only ${flags.only}: there are ${HALVES.map(({ name }) => name).join(' and ')}`);
}

async function main(): Promise<number> {
  const [halves, source] = [wanted(), findData(flags.data, ROOT)];
  if (halves === null || source === null) return 0;
  const config = readConfig();
  const dir = join(config.dataDir, 'bench-smollm2');
  await rm(dir, { recursive: true, force: true });
  const base = join(dir, 'import', 'base');
  await mkdir(join(dir, 'import'), { recursive: true });
  await cp(MODEL, base, { recursive: true, mode: constants.COPYFILE_FICLONE });
  const data = await readTofu(source, FEW_AUTHORS);
  const files = await writeCorpora(data, dir);
  const { threads } = config.compute;
  const { backend } = await chooseBackend(config.compute);
  const services = await startServices({
    dataDir: join(dir, 'service'),
    env: { IMPORT_DIR: join(dir, 'import'), PORT: '0', SWEEP_SECONDS: '30' },
  });
  try {
    const client = createClient(services.url);
    await ok(
      client.api.PUT('/v1/verification-policy', { params: { header: { 'if-match': '*' } }, body: { policy: POLICY } }),
    );
    const corpora = [
      { corpus_id: await client.uploadCorpus('tofu', files.train), role: 'train' as const },
      { corpus_id: await client.uploadCorpus('tofu-others', files.holdout), role: 'holdout' as const },
    ];
    const { parameters } = await client.registerModel('smollm2', 'base', []);
    const candidates = keepCandidates(join(dir, 'service', 'checkpoints'), join(dir, 'candidates'));
    const place = { files, base, threads, backend, policy: POLICY };
    const common: Common = { dir, data, client, candidates, base, corpora, place };
    const results: HalfResult[] = [];
    for (const half of halves) results.push(await runHalf(common, half));
    const forgotten = data.train.filter(({ author }) => author === FORGOTTEN).length;
    const records = { train: data.train.length, forgotten, holdout: data.holdout.length };
    const kept = await withKept(join(config.dataDir, 'bench-smollm2-results'), results);
    const result: SmolResult = { parameters, records, halves: kept };
    await writeFile(join(ROOT, 'docs', 'smollm2.md'), smolPage(result));
    if (flags.json) say(JSON.stringify(result));
    return 0;
  } finally {
    await services.stop();
  }
}

enterSharedHeap();
process.exitCode = await main();
