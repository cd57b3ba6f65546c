// A Llama that was tuned on conversations, over HTTP and on real processes: registered with its base, a person forgotten, the verdict
// and the certificate read, and the folder that was published loaded again.
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type Client, createClient } from '../../examples/client.ts';
import { type Services, startServices } from '../../src/cli/services.ts';
import { loadModel } from '../../src/compute/checkpoint.ts';
import { trainModel } from '../../src/compute/train-model.ts';
import type { Model, Run } from '../../src/domain/resources.ts';
import { UNLEARNING_PREDICATE } from '../../src/evidence/statement-schema.ts';
import { encodeRecords } from '../../src/training/rows.ts';
import { conversations, STEADY_PERSON, writeBase } from '../helpers/conversations.ts';
import { createTestDatabase } from '../helpers/postgres.ts';
import { chooseBriefPolicy } from './brief-policy.ts';
import { certificateOf } from './certificates.ts';

const TRAINED = 16;
const STRANGERS = 84;
const people = conversations(TRAINED + STRANGERS);
/** Of a fresh model; a base has its own. */
const UNUSED = { architecture: 'llama', width: 0, layers: 0, heads: 0, vocabSize: 0 };

let root: string;
let database: Awaited<ReturnType<typeof createTestDatabase>>;
let services: Services;
let client: Client;
let model: Model;
let base: Model;

before(async () => {
  root = await mkdtemp(join(tmpdir(), 'expunge-conversations-'));
  const corpus = async (name: string, records: typeof people) => {
    const file = join(root, `${name}.ndjson`);
    await writeFile(file, records.map((record) => `${JSON.stringify(record)}\n`).join(''));
    return file;
  };
  const [train, holdout] = [
    await corpus('train', people.slice(0, TRAINED)),
    await corpus('holdout', people.slice(TRAINED)),
  ];
  await writeBase(join(root, 'import/base'));
  await trainModel(
    {
      ...{ ...UNUSED, train, holdout, base: join(root, 'import/base'), out: join(root, 'import/tuned'), seed: 3 },
      options: { learning_rate: 1e-2, batch_size: 16, warmup_steps: 10, steps: 120 },
      ...{ backend: 'onnxruntime/cpu', threads: 1 },
    },
    { progress: () => undefined },
  );
  database = await createTestDatabase({ migrated: true });
  const env = { DATABASE_URL: database.url, REDIS_URL: '', IMPORT_DIR: join(root, 'import'), PORT: '0' };
  services = await startServices({ dataDir: join(root, 'data'), env: { ...env, COMPUTE_THREADS: '1' } });
  client = createClient(services.url);
  await chooseBriefPolicy(services.url);
  base = await client.registerModel('base', 'base', []);
  model = await client.registerModel('tuned', 'tuned', [
    { corpus_id: await client.uploadCorpus('people', train), role: 'train' },
    { corpus_id: await client.uploadCorpus('strangers', holdout), role: 'holdout' },
  ]);
});
after(async () => {
  await services?.stop();
  await database?.drop();
  await rm(root, { recursive: true, force: true });
});

test('a person in a conversation is forgotten, verified and certified', async () => {
  assert.deepEqual([model.architecture, model.has_recipe, model.warnings], ['llama', true, []]);
  let run: Run | null = null;
  const identifiers = people[STEADY_PERSON]!.subjects!;
  const asked = {
    subject: { identifiers },
    ground: 'consent_withdrawn' as const,
    method: { name: 'retrain' as const },
  };
  const { id } = await client.createRequest(asked);
  const request = await client.follow(id, (_, seen) => {
    run = seen ?? run;
  });
  assert.equal(request.state, 'completed', JSON.stringify(request.targets));
  const { verdict, reason, findings, records } = await client.verification(run!.id);
  assert.equal(verdict, 'passed', reason);
  assert.deepEqual(records.forget, 2, 'a row for each turn of the assistant');
  const memory = findings.find(({ metric, set }) => metric === 'exact-memorization' && set === 'forget')!;
  assert.ok(memory.before === 1 && memory.after! < 0.9, `${memory.before} to ${memory.after}`);

  const { statement } = await certificateOf(client, id);
  assert.ok(statement.predicateType === UNLEARNING_PREDICATE && 'scope' in statement.predicate);
  const { scope, verification, guarantee, action } = statement.predicate;
  const { active } = await client.model(model.id);
  assert.notEqual(active, model.active);
  assert.deepEqual([scope.model.architecture, scope.parent_checkpoint], ['llama', model.active]);
  assert.deepEqual([scope.new_checkpoint, action.request_records], [active, 1]);
  assert.deepEqual([verification.verdict, guarantee.class], ['passed', 'exact'], guarantee.basis);
});

test('what was published is a Llama with its chat template, for whoever loads the folder', async () => {
  const { active } = await client.model(model.id);
  const dir = join(root, 'data/checkpoints', active.replace(':', '-'));
  for (const name of ['config.json', 'tokenizer.json', 'tokenizer_config.json'])
    assert.deepEqual(await readFile(join(dir, name)), await readFile(join(root, 'import/base', name)), name);
  const { architecture, configJson, tokenizer, recipe } = await loadModel(dir);
  assert.deepEqual([architecture.name, (configJson as { model_type: string }).model_type], ['llama', 'llama']);
  assert.equal(recipe!.init.base_checkpoint, base.active);
  const rows = encodeRecords(tokenizer, people[0]!, 64);
  assert.deepEqual(
    rows.map(({ ids, cue }) => tokenizer.decode(ids.subarray(cue))),
    people[0]!.messages.filter(({ role }) => role === 'assistant').map(({ content }) => content),
  );
});
