// Which checkpoints may be held for models that were retrained without somebody: nobody is to be told pushed away by one that knew them.
import assert from 'node:assert/strict';
import { copyFile, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { MANIFEST } from '../../src/checkpoints/manifest.ts';
import type { Checkpoint } from '../../src/domain/checkpoint.ts';
import type { NewCheckpoint } from '../../src/runs/ports.ts';
import { notRetrained } from '../../src/runs/trained-without.ts';
import { workModel } from '../../src/runs/work-model.ts';
import { RECIPE } from '../checkpoints/tiny.ts';
import { createTestWorker, TENANT, type TestWorker } from '../helpers/worker.ts';

let worker: TestWorker;
let modelId: string;
let train: string;
const line: Record<'registered' | 'steps' | 'anew' | 'later', string> = {
  ...{ registered: '', steps: '', anew: '', later: '' },
};

const active = async () => (await worker.store.getModel(TENANT, modelId))!.active;
async function forget(person: number, name: string): Promise<string> {
  const before = await active();
  await worker.request(person, { name, params: {} }, { model_ids: [modelId] });
  await workModel(worker.deps, modelId, new AbortController().signal);
  assert.notEqual(await active(), before);
  return active();
}
before(async () => {
  worker = await createTestWorker();
  const recipe = { 'recipe.json': JSON.stringify(RECIPE) };
  const corpora = worker.model.corpora;
  train = corpora.find(({ role }) => role === 'train')!.corpus_id;
  const about = { name: 'line', architecture: 'gpt2', parameters: 7, corpora, has_recipe: true, warnings: [] };
  const checkpoint = await adopted('registered', null, { ...weights('registered'), ...recipe });
  const made = await worker.store.createModel(TENANT, { ...about, checkpoint }, 'test');
  assert.ok(made.status === 'created');
  modelId = made.model.id;
  line.registered = await active();
  line.steps = await forget(0, 'npo');
  line.anew = await forget(1, 'retrain');
  line.later = await forget(2, 'npo');
});
after(() => worker.close());

const weights = (name: string) => ({ 'config.json': '{}', 'model.safetensors': name });

async function adopted(
  name: string,
  parent: string | null,
  from: Record<string, string> | { copyOf: string },
): Promise<NewCheckpoint> {
  const { checkpoints } = worker.deps;
  const folder = await checkpoints.workFolder(name);
  await mkdir(folder, { recursive: true });
  if ('copyOf' in from && typeof from.copyOf === 'string') {
    const kept = await checkpoints.materialise(from.copyOf);
    for (const file of await readdir(kept)) if (file !== MANIFEST) await copyFile(join(kept, file), join(folder, file));
  } else for (const [file, text] of Object.entries(from)) await writeFile(join(folder, file), text);
  return checkpoints.adopt(folder, { architecture: 'gpt2', parent, run_id: null });
}

/** Somebody brings it into the line. */
async function brought(name: string, from: Record<string, string> | { copyOf: string }): Promise<string> {
  const checkpoint = await adopted(name, line.registered, from);
  const added = await worker.store.addCandidate(TENANT, modelId, checkpoint, 'test', async () => true);
  assert.equal(added.status, 'created');
  return checkpoint.digest;
}
const placesOf = (person: number) => [0, 1].map((n) => ({ corpus_id: train, ordinal: 2 * person + n }));

async function why(digest: string, ...people: number[]): Promise<string | null> {
  const checkpoints = await worker.store.listCheckpoints(TENANT, modelId);
  const made: Checkpoint = checkpoints.find((one) => one.digest === digest)!;
  return notRetrained(worker.deps, TENANT, made, { subject_keys: [], places: people.flatMap(placesOf) });
}

test('of the checkpoints that runs made only a training without all who are asked about', async () => {
  assert.equal(await why(line.anew, 1), null);
  assert.equal(await why(line.anew, 0), null, 'it left out whoever was erased before it as well');
  assert.match(
    (await why(line.anew, 1, 2))!,
    /^was made by method retrain, and is not known to be trained anew without all/,
  );
  assert.match((await why(line.steps, 0))!, /^was made by method npo, and is not known to be trained anew/);
  assert.match((await why(line.later, 1))!, /by method npo/, 'steps have changed it since');
});

test('the one that the model was registered with knew everybody, and so did whatever has its files or is made of it', async () => {
  assert.match((await why(line.registered, 0))!, /^was itself trained on what is asked about$/);
  assert.match((await why(await brought('copy', { copyOf: line.registered }), 3))!, /^was itself trained/);
  assert.match((await why(await brought('copy-of-steps', { copyOf: line.steps }), 0))!, /^was itself trained/);
  const init = { seed: 1, base_checkpoint: line.registered };
  const tuned = await brought('tuned', { ...weights('tuned'), 'recipe.json': JSON.stringify({ ...RECIPE, init }) });
  assert.ok((await why(tuned, 0))!.endsWith(`, by its base checkpoint ${line.registered}`));
});

test('who brings one from outside is believed that it was retrained, also where it is a copy of a training of ours', async () => {
  const honest = await brought('honest', weights('honest'));
  assert.equal(await why(honest, 0, 3), null);
  const init = { seed: 1, base_checkpoint: honest };
  const tuned = await brought('tuned-anew', { ...weights('anew'), 'recipe.json': JSON.stringify({ ...RECIPE, init }) });
  assert.equal(await why(tuned, 0), null);
  const copy = await brought('copy-of-anew', { copyOf: line.anew });
  assert.deepEqual([await why(copy, 1), (await why(copy, 3)) === null], [null, false]);
});

test('a person is known by other records too: of a model that was trained on them, whoever has its files', async () => {
  const { subjectKeys } = worker.deps;
  const person = subjectKeys.keyFor(TENANT, { type: 'email', value: 'train0@example.org' });
  const corpus = await worker.store.createCorpus(TENANT, 'elsewhere', 'test');
  assert.ok(corpus.status === 'created');
  const corpus_id = corpus.corpus.id;
  async function* records() {
    yield { ordinal: 0, record_id: 'other', subjects: [person] };
  }
  await worker.store.addRecords(TENANT, corpus_id, records(), `sha256:${'0'.repeat(64)}`, 'test');
  const about = { name: 'elsewhere', architecture: 'gpt2', parameters: 7, has_recipe: false, warnings: [] };
  const checkpoint = await adopted('elsewhere', null, weights('elsewhere'));
  await worker.store.createModel(TENANT, { ...about, corpora: [{ corpus_id, role: 'train' }], checkpoint }, 'test');
  const copy = await brought('copy-elsewhere', { copyOf: checkpoint.digest });
  const [made] = await worker.store.checkpointsAt(TENANT, copy);
  const question = { subject_keys: [person.key], places: placesOf(0) };
  assert.match((await notRetrained(worker.deps, TENANT, made!, question))!, /^was itself trained/);
  assert.equal(await why(copy, 0), null, 'asked about these records alone it is not known to have seen them');
});
