// Two thousand damaged checkpoints are registered with the real service: each gets a clear refusal that names a file, or was whole after all; the
// process lives, and nothing is left on disk.
import assert from 'node:assert/strict';
import { cp, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { after, before, test } from 'node:test';
import * as tf from '@tensorflow/tfjs';
import { architectures } from '../../src/architectures/index.ts';
import { readLayersModel } from '../../src/checkpoints/layers-model/read.ts';
import { createRandom } from '../../src/domain/random.ts';
import { modelFiles, writeFiles } from '../checkpoints/layers-models.ts';
import { rawWeights, writeShards } from '../checkpoints/raw.ts';
import { TOPOLOGIES, WORD_TOKENIZER } from '../helpers/classifiers.ts';
import { CONFIG, writeTinyCheckpoint } from './checkpoint-fixture.ts';
import { damage, damageFolder, type Files, mendFolder } from './fuzz/damage.ts';
import { assertSound } from './fuzz/sound.ts';
import { call, corpusWith, line, openService, type TestService } from './service.ts';

const CASES = 2000;
/** Registrations at a time, each from folders of its own. */
const LANES = 4;
/** Change it to see others; every case prints what it needs to be made again. */
const SEED = 20_261;

const closers: (() => unknown)[] = [];
let service: TestService;
let train: string;
let examples: string;
before(async () => {
  service = await openService({ after: (close) => void closers.push(close as () => unknown) }, { LOG_LEVEL: 'warn' });
  train = await corpusWith(service.app, 'train', [line('a', 'mirela@example.org')]);
  const example = { id: 'a', input: Array.from({ length: 12 }, (_, id) => id), label: 1 };
  examples = await corpusWith(service.app, 'examples', [JSON.stringify(example)]);
});
after(async () => {
  for (const close of closers) await close();
});

const gpt2 = architectures.gpt2!;
const config = gpt2.parseConfig(CONFIG);
const shapes = new Map(Object.entries(gpt2.shapes(config)).map(([name, shape]) => [name, String(shape)]));
// heads have no part in the shapes: another number of them that divides the width is another model, and a whole one
const { model_type: _, n_head, ...SIZES } = CONFIG;
assert.equal(SIZES.n_embd % n_head, 0);

/** A single file, shards, and a LayersModel of texts. */
async function goodFolders(): Promise<{ kind: string; dir: string; files: Files }[]> {
  const root = join(service.deps.config.dataDir, 'good');
  const [single, shards, layers] = ['single', 'shards', 'layers'].map((name) => join(root, name)) as [
    string,
    string,
    string,
  ];
  await writeTinyCheckpoint(root, 'single');
  await mkdir(shards, { recursive: true });
  for (const name of ['config.json', 'tokenizer.json', 'tokenizer_config.json'])
    await cp(join(single, name), join(shards, name));
  const tensors = rawWeights(gpt2.initialise(config, 1));
  await writeShards(shards, [tensors.slice(0, 5), tensors.slice(5)]);
  await writeFiles(layers, await modelFiles(TOPOLOGIES.text(), 2));
  await writeFile(join(layers, 'tokenizer.json'), JSON.stringify(WORD_TOKENIZER));
  return Promise.all(
    [single, shards, layers].map(async (dir) => {
      const names = (await readdir(dir)).sort();
      const contents = await Promise.all(names.map((name) => readFile(join(dir, name))));
      return { kind: basename(dir), dir, files: new Map(names.map((name, i) => [name, contents[i]!])) };
    }),
  );
}

const register = (name: string, path: string, corpus_id: string) =>
  call(service.app, 'POST', '/v1/models', { name, path, corpora: [{ corpus_id, role: 'train' }] });

/** What was taken is what TensorFlow.js would load. */
async function assertSoundLayers(dir: string): Promise<void> {
  await tf.setBackend('cpu');
  const model = await tf.loadLayersModel(tf.io.fromMemory(await readLayersModel(dir)));
  assert.deepEqual(model.outputs[0]!.shape, [null, 3]);
  model.dispose();
}

const NAMES_A_FILE = /^[^/:]{0,300}\.[A-Za-z]+(: | is a symbolic link\. )/u;

function assertRefused(answer: Awaited<ReturnType<typeof register>>, files: Files, label: string): string {
  assert.equal(answer.statusCode, 422, `${label}: ${answer.body}`);
  assert.match(answer.headers['content-type'] as string, /^application\/problem\+json/);
  const { code, detail, errors, remedy } = answer.json();
  assert.ok(['checkpoint-invalid', 'path-not-allowed'].includes(code), `${label}: ${answer.body}`);
  assert.match(detail, NAMES_A_FILE, label);
  assert.ok(detail.length < 1500, `${label}: ${detail.length} characters`);
  assert.ok(!detail.includes(service.deps.config.dataDir), `${label}: ${detail}`);
  assert.ok(remedy.length > 0 && errors[0].pointer === '#/path' && files.size > 0, label);
  return code;
}

/** Everything under the data folder but what is registered from and what was good. */
async function onDisk(): Promise<string[]> {
  const { dataDir } = service.deps.config;
  return (await readdir(dataDir, { recursive: true })).filter((name) => !/^(import|good|postgres)/.test(name)).sort();
}

test(`${CASES} damaged checkpoints: each a clear refusal, or whole after all`, { timeout: 300_000 }, async (t) => {
  const { app, importDir, deps, logs } = service;
  const good = await goodFolders();
  const start = await onDisk();
  const accepted = new Set<string>();
  const counts: Record<string, number> = {};
  const reasons = new Set<string>();

  async function one(i: number, lane: number): Promise<void> {
    const random = createRandom(SEED + i);
    const { kind, files } = good[[0, 0, 1, 1, 2][random.int(5)]!]!;
    const changes = damage(random, files);
    const label = `case ${i} (${[...changes.keys()]})`;
    const path = `${kind}-${lane}`;
    const dir = join(importDir, path);
    await damageFolder(dir, changes);
    const answer = await register(`fuzz-${i}`, path, kind === 'layers' ? examples : train);
    if (answer.statusCode === 201) {
      const sound = kind === 'layers' ? assertSoundLayers(dir) : assertSound(dir, shapes, SIZES);
      await sound.catch((error: Error) => assert.fail(`${label} was accepted: ${error.message}`));
      accepted.add(answer.json().active.replace(':', '-'));
      counts.accepted = (counts.accepted ?? 0) + 1;
    } else {
      const code = assertRefused(answer, files, label);
      counts[code] = (counts[code] ?? 0) + 1;
      reasons.add(
        answer
          .json()
          .detail.replaceAll(/"[^"]*"|\d+/g, '…')
          .slice(0, 60),
      );
    }
    await mendFolder(dir, files, changes);
  }
  let next = 0;
  const worker = async (lane: number) => {
    for (const { kind, dir } of good) await cp(dir, join(importDir, `${kind}-${lane}`), { recursive: true });
    while (next < CASES) await one(next++, lane);
  };
  const started = performance.now();
  await Promise.all(Array.from({ length: LANES }, (_, lane) => worker(lane)));
  t.diagnostic(
    `${JSON.stringify(counts)}, ${reasons.size} kinds of reason, ${Math.round(performance.now() - started)} ms`,
  );

  assert.deepEqual(await readdir(join(deps.config.checkpointDir, 'work')), []);
  const inside = /\/(sha256-[0-9a-f]{64}|blobs)\//;
  const now = (await onDisk()).filter((name) => !start.includes(name));
  const published = now.filter((name) => !inside.test(name));
  const expected = [...accepted].map((digest) => `checkpoints/${digest}`);
  assert.deepEqual(published, ['checkpoints', 'checkpoints/blobs', ...expected, 'checkpoints/work'].sort());
  // the index of files that are stored once names none that no checkpoint holds
  for (const name of now.filter((path) => path.includes('/blobs/')))
    assert.ok((await stat(join(deps.config.dataDir, name))).nlink > 1, name);
  assert.deepEqual(logs, [], 'nothing failed that was not refused');
  assert.ok(reasons.size > 60 && counts['path-not-allowed']! > 5, `${reasons.size} kinds of reason`);
  assert.ok((counts.accepted ?? 0) < CASES / 5, 'most of it is damage');
  assert.equal((await call(app, 'GET', '/health/live')).statusCode, 200);
});
