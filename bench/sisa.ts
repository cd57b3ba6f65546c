// What training in shards costs and saves, on small models of both kinds. `--json`.
import { mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { enterSharedHeap } from '../src/cli/shared-heap.ts';
import { table } from '../src/cli/terminal.ts';
import { runComputeJob } from '../src/compute/job.ts';
import { loadAnyWeights, openAnyModel, rowsOf } from '../src/compute/models.ts';
import { readConfig } from '../src/config.ts';
import { toLine } from '../src/corpora/records.ts';
import type { SetsFile, UnlearnJob, UnlearnResult } from '../src/domain/compute.ts';
import { trainingRecordOf, type UploadedRecord } from '../src/domain/record.ts';
import { createEngine } from '../src/engine/choice.ts';
import { kindOf } from '../src/training/kinds.ts';
import { batchedShare } from '../src/training/sisa/cost.ts';
import { memorization } from '../src/training/train.ts';
import { type BenchKind, KINDS, type Place } from './sisa/kinds.ts';
import { cellsOf, HEADINGS, type SisaResult, type SisaRow, sisaBenchmarksPage } from './sisa/page.ts';
import { measurePlacements, type PlacementRow, placementPage, placementTable } from './sisa/placement.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const SIZES = [
  [1, 1],
  [2, 1],
  [2, 4],
  [5, 1],
  [5, 4],
] as const;
/** Removed one at a time: they stand all over the corpus. */
const REMOVALS = 6;

const { values: flags } = parseArgs({
  options: { json: { type: 'boolean', default: false }, only: { type: 'string' } },
});
const say = (text: string) => void (flags.json || process.stdout.write(`${text}\n`));
const personOf = ({ subjects }: UploadedRecord): string => subjects![0]!.value!;
const quiet = { progress: () => undefined, signal: new AbortController().signal };

async function known(place: Place, dir: string, records: UploadedRecord[]): Promise<number> {
  const model = await openAnyModel(dir);
  const engine = await createEngine(place);
  const state = engine.createState(await loadAnyWeights(dir));
  const kind = kindOf(model.architecture);
  const rows = records.flatMap((record) => rowsOf(model, trainingRecordOf(record)));
  const score = kind.scorer(engine, model.architecture, model.config, state);
  const share = await memorization(score, rows, kind.ending);
  state.dispose();
  await engine.dispose();
  return share;
}

async function removal(
  kind: BenchKind,
  place: Place,
  parent: string,
  people: readonly string[],
): Promise<UnlearnResult> {
  const path = (name: string) => join(place.dir, name);
  const rows = kind.train.map((record, ordinal) => ({ gone: people.includes(personOf(record)), ordinal }));
  const those = (gone: boolean) =>
    rows.filter((row) => row.gone === gone).map(({ ordinal }) => ({ corpus_id: 'c', ordinal, person: gone ? 0 : -1 }));
  const sets: SetsFile = { forget: those(true), retain: those(false), calibration: [], holdout: [] };
  await writeFile(path('sets.json'), JSON.stringify(sets));
  await rm(path('candidate'), { recursive: true, force: true });
  const { backend, threads } = place;
  const method = { name: parent === 'model-1-1' ? 'retrain' : 'sisa', params: {} };
  const job: UnlearnJob = {
    ...{ stage: 'unlearn', run_id: 'bench', corpora: { c: path('stored.ndjson') }, sets_file: path('sets.json') },
    ...{ parent_dir: path(parent), base_dir: kind.hasBase ? path('base') : null, out_dir: path('candidate'), method },
    ...{ seed: 1, threads, backend, time_limit_seconds: 3600, weight_types: 'original', memory_budget_bytes: null },
  };
  return (await runComputeJob(job, quiet)) as UnlearnResult;
}

async function bytesOf(dir: string): Promise<number> {
  const files = await Promise.all((await readdir(dir)).map((name) => stat(join(dir, name))));
  return files.reduce((sum, { size }) => sum + size, 0);
}

async function measure(kind: BenchKind, place: Place, shards: number, slices: number): Promise<SisaRow> {
  const out = `model-${shards}-${slices}`;
  const { steps, seconds } = await kind.learn(place, out, shards === 1 ? null : { shards, slices, placement: null });
  const people = [...new Set(kind.train.map(personOf))];
  const removed: UnlearnResult[] = [];
  // training again in one piece costs the same for everybody
  const count = shards === 1 ? 1 : REMOVALS;
  for (let i = 0; i < count; i++)
    removed.push(await removal(kind, place, out, [people[Math.floor((i * people.length) / count)]!]));
  const mean = (of: (result: UnlearnResult) => number) => removed.reduce((sum, one) => sum + of(one), 0) / count;
  const dir = join(place.dir, out);
  return {
    ...{ kind: kind.name, shards, slices, seconds, steps },
    known: await known(place, dir, kind.train),
    others: await known(place, dir, kind.others),
    removal_seconds: mean((one) => Object.values(one.seconds).reduce((sum, some) => sum + some, 0)),
    removal_steps: mean(({ curve }) => curve.at(-1)?.step ?? 0),
    // steps do not grow fewer with the records
    expected_share: shards === 1 ? 1 : batchedShare({ records: people.length, shards, slices }, 1) + 1 / people.length,
    bytes: await bytesOf(dir),
  };
}

/** A fresh folder with the corpora of a kind. */
async function prepare(kind: BenchKind, name: string): Promise<Place> {
  const { dataDir, compute } = readConfig();
  const place = { dir: join(dataDir, 'bench-sisa', name), backend: 'onnxruntime/cpu', threads: compute.threads };
  await rm(place.dir, { recursive: true, force: true });
  await mkdir(place.dir, { recursive: true });
  const lines = (records: UploadedRecord[]) => records.map((record) => `${JSON.stringify(record)}\n`).join('');
  await writeFile(join(place.dir, 'train.ndjson'), lines(kind.train));
  await writeFile(join(place.dir, 'others.ndjson'), lines(kind.others));
  await writeFile(join(place.dir, 'stored.ndjson'), kind.train.map(toLine).join(''));
  await kind.prepare(place);
  return place;
}

/** Request-aware placement against places that are drawn, on the classifier. */
async function comparePlacements(): Promise<PlacementRow[]> {
  const kind = KINDS[0]!;
  const place = await prepare(kind, 'placement');
  const rows = await measurePlacements(kind, place, (parent, people) => removal(kind, place, parent, people));
  await rm(place.dir, { recursive: true });
  say(placementTable(rows));
  await writeFile(join(ROOT, 'docs', 'sisa-placement-benchmarks.md'), placementPage(rows));
  return rows;
}

async function main(): Promise<void> {
  enterSharedHeap();
  const placement = await comparePlacements();
  if (flags.only === 'placement') {
    if (flags.json) process.stdout.write(`${JSON.stringify({ placement })}\n`);
    return;
  }
  const rows: SisaRow[] = [];
  for (const [i, kind] of KINDS.entries()) {
    const place = await prepare(kind, String(i));
    for (const [shards, slices] of SIZES) {
      say(`${kind.name}: ${shards} shards, ${slices} slices`);
      rows.push(await measure(kind, place, shards, slices));
    }
    await rm(place.dir, { recursive: true });
  }
  const result: SisaResult = { date: new Date().toISOString().slice(0, 10), removals: REMOVALS, rows };
  say(table([HEADINGS, ...rows.map(cellsOf)]));
  await writeFile(join(ROOT, 'docs', 'sisa-benchmarks.md'), sisaBenchmarksPage(result));
  if (flags.json) process.stdout.write(`${JSON.stringify({ ...result, placement })}\n`);
}

await main();
