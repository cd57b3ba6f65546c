// Verifications on demand from HTTP to a real small model: an honest checkpoint, and two that claim to have forgotten.
import assert from 'node:assert/strict';
import { cp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Value } from 'typebox/value';
import { runComputeJob } from '../../src/compute/job.ts';
import { mergeAdapter } from '../../src/compute/merge-adapter.ts';
import { trainModel } from '../../src/compute/train-model.ts';
import { writeSets } from '../../src/corpora/sets-file.ts';
import { splitHoldout } from '../../src/corpora/split.ts';
import { CheckpointVerification, ListedVerification } from '../../src/domain/checkpoint-verification.ts';
import { createRandom } from '../../src/domain/random.ts';
import { createProbeVault } from '../../src/evidence/kept-probes.ts';
import { canonicalDigest } from '../../src/runs/digests.ts';
import { verifyCheckpoint } from '../../src/runs/verify-checkpoint.ts';
import { publishRun } from '../store/fixture.ts';
import { CONFIG, writeTinyCheckpoint } from './checkpoint-fixture.ts';
import { call, corpusWith, openService, type TestService } from './service.ts';

const random = createRandom(7);
const letters = (count: number) => Array.from({ length: count }, () => 'abcdefghij'[random.int(10)]).join('');
const peopleOf = (role: string, count: number) =>
  Array.from({ length: count }, (_, i) => {
    const name = `${String.fromCharCode((role === 't' ? 107 : 75) + (i >> 2))}${'wxyz'[i % 4]}`;
    return [0, 1].map((n) => ({
      ...{ id: `${role}${i}-${n}`, prompt: `${name}${n}`, answer: letters(4) },
      subjects: [{ type: 'email', value: `${role}${i}@example.org` }],
    }));
  });
const TRAIN = peopleOf('t', 12);
const HOLDOUT = peopleOf('h', 16);
const FORGOTTEN = { identifiers: [{ type: 'email', value: 't3@example.org' }] };
const lines = (people: object[][]) => people.flat().map((record) => JSON.stringify(record));

const closers: (() => unknown)[] = [];
let service: TestService;
let modelId: string;
let original: string;
const candidates: Record<'honest' | 'unchanged' | 'adapter', string> = { honest: '', unchanged: '', adapter: '' };

/** Trained from the same fresh weights, so that all have one tokenizer. */
async function trainInto(name: string, base: string, people: object[][], more: object = {}, steps = 120) {
  const { importDir } = service;
  const [train, out] = [join(importDir, `${name}.ndjson`), join(importDir, name)];
  await writeFile(train, lines(people).join('\n'));
  const options = { learning_rate: 0.02, batch_size: 12, warmup_steps: 5, steps, ...more };
  const fresh = { architecture: 'gpt2', width: 0, layers: 0, heads: 0, vocabSize: 0, seed: 3 };
  const adapterOut = 'trains' in more ? join(importDir, `${name}-adapter`) : null;
  const given = { ...fresh, train, holdout: null, out, base: join(importDir, base), adapterOut, options };
  await trainModel({ ...given, backend: 'onnxruntime/cpu', threads: 1 }, { progress: () => undefined });
  await rm(join(out, 'recipe.json'));
}

const register = (body: object, id = modelId) => call(service.app, 'POST', `/v1/models/${id}/checkpoints`, body);

before(async () => {
  service = await openService(
    { after: (close) => void closers.push(close as () => unknown) },
    {
      ...{ LOG_LEVEL: 'warn', MAX_OPEN_VERIFICATIONS: '3' },
    },
  );
  const { app, importDir } = service;
  const [train, holdout] = [
    await corpusWith(app, 'train', lines(TRAIN)),
    await corpusWith(app, 'holdout', lines(HOLDOUT)),
  ];
  await writeTinyCheckpoint(importDir, 'fresh', null, 3, { ...CONFIG, n_embd: 32 });
  await trainInto('original', 'fresh', TRAIN);
  await trainInto('honest', 'fresh', TRAIN.toSpliced(3, 1));
  const trains = { trainable: [], lora_rank: 8, lora_alpha: 16, lora_targets: [] };
  await trainInto('learner', 'honest', [TRAIN[3]!], { trains }, 40);
  const places = { base: join(importDir, 'honest'), adapter: join(importDir, 'learner-adapter') };
  await mergeAdapter({ ...places, out: join(importDir, 'adapter') });
  await cp(join(importDir, 'original'), join(importDir, 'unchanged'), { recursive: true });
  const corpora = [
    { corpus_id: train, role: 'train' },
    { corpus_id: holdout, role: 'holdout' },
  ];
  const model = await call(app, 'POST', '/v1/models', { name: 'tiny', path: 'original', corpora });
  assert.equal(model.statusCode, 201, model.body);
  ({ id: modelId, active: original } = model.json());
  for (const name of ['honest', 'unchanged', 'adapter'] as const) {
    const made = await register({ path: name });
    assert.equal(made.statusCode, 201, made.body);
    candidates[name] = made.json().digest;
  }
});
after(async () => {
  for (const close of closers) await close();
});

const ask = (digest: string, body: object) =>
  call(service.app, 'POST', `/v1/checkpoints/${digest}/verifications`, body);
const read = async (id: string) => (await call(service.app, 'GET', `/v1/verifications/${id}`)).json();

/** What a worker does when it is rung, with its compute process in this one. */
async function work(id: string): Promise<void> {
  const { deps } = service;
  const settings = {
    ...{ leaseMs: 10_000, maxRestarts: 1, timeLimitSeconds: 60, parentRetentionMs: 0, reverifyForMs: 0, threads: 1 },
    ...{ backend: 'onnxruntime/cpu', weightTypes: 'original' as const, memoryBudgetBytes: null },
    ...{ referenceRetentionMs: 0, referenceBytes: 0, ledgerCheckpointMs: 0, eraseAfterMs: null, fingerprintMs: 0 },
  };
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const probes = createProbeVault(deps.config.probeDir, deps.subjectKeys);
  const files = { splitHoldout, writeSets, probes, clock: () => new Date() };
  const worker = { ...deps, ...files, settings, log, compute: { run: runComputeJob }, worker: 'test' };
  await verifyCheckpoint(worker, id, new AbortController().signal);
}

/** Ends one that waits, as if its worker had been lost too often. */
async function end(id: string): Promise<void> {
  const { store } = service.deps;
  const { fence } = (await store.claimVerification(id, 'test', { lease_ms: 1000, max_restarts: 0 }))!;
  assert.ok(await store.finishVerification(id, fence, { reason: 'enough' }, 'test'));
}

async function verified(digest: string, body: object): Promise<CheckpointVerification> {
  const asked = await ask(digest, body);
  assert.equal(asked.statusCode, 202, asked.body);
  const { pathname } = new URL(String(asked.headers.location));
  const waiting = await call(service.app, 'GET', pathname);
  assert.deepEqual([waiting.json().state, waiting.json().report, waiting.json().links.report], ['queued', null, null]);
  assert.ok(Number(waiting.headers['retry-after']) > 0);
  const poll = () => service.app.inject({ url: pathname, headers: { 'if-none-match': String(waiting.headers.etag) } });
  assert.equal((await poll()).statusCode, 304);
  await work(asked.json().id);
  const done = await poll();
  assert.equal(done.headers['retry-after'], undefined);
  assert.ok(Value.Check(CheckpointVerification, done.json()), done.body);
  return done.json();
}
const values = ({ report }: CheckpointVerification, metric: string) => {
  const { before: was, after: is } = report!.findings.find((one) => one.metric === metric && one.set === 'forget')!;
  return [was!, is!] as const;
};

test('a checkpoint that forgot is told from a copy of its parent and from one that kept the person in an adapter', async () => {
  const ask = { subject: FORGOTTEN, policy: 'exploratory' };
  const honest = await verified(candidates.honest, ask);
  assert.equal(honest.state, 'done', String(honest.reason));
  assert.deepEqual([honest.verdict, honest.records, honest.asks], [honest.report!.verdict, 2, 'subject']);
  const [was, is] = values(honest, 'probability');
  assert.ok(was > 0.5 && is < 0.25, `${was} ${is}`);
  assert.equal(honest.report!.findings.find(({ metric }) => metric === 'probability')!.verdict, 'passed');
  assert.notEqual(honest.verdict, 'failed', String(honest.reason));
  for (const name of ['unchanged', 'adapter'] as const) {
    const dishonest = await verified(candidates[name], ask);
    assert.deepEqual([name, dishonest.verdict], [name, 'failed'], String(dishonest.reason));
    assert.ok(values(dishonest, 'probability')[1] > 0.5, name);
    assert.equal(dishonest.query_digest, honest.query_digest);
    assert.equal(dishonest.report_digest, canonicalDigest(dishonest.report!));
  }
  assert.deepEqual(honest.policy.scope, 'verification');
  assert.deepEqual([honest.policy.preset, honest.report!.policy_choice!.scope], ['exploratory', 'verification']);
});

test('it is listed, shown as a page, in the ledger, and at the checkpoint with its last verdict', async () => {
  const { app, deps } = service;
  const digest = candidates.unchanged;
  const first = (await call(app, 'GET', `/v1/checkpoints/${digest}/verifications`)).json();
  assert.deepEqual([first.items.length, first.next_cursor], [1, null]);
  assert.ok(Value.Check(ListedVerification, first.items[0]) && !('report' in first.items[0]));
  const { id, report_digest, policy, query_digest } = first.items[0];
  const page = await call(app, 'GET', `/v1/verifications/${id}/report`);
  assert.equal(page.headers['content-type'], 'text/html; charset=utf-8');
  for (const words of ['Verification of a checkpoint', digest, original, query_digest, 'class="verdict failed"'])
    assert.ok(page.body.includes(words), words);
  const again = await app.inject({
    url: `/v1/verifications/${id}/report`,
    headers: { 'if-none-match': String(page.headers.etag) },
  });
  assert.equal(again.statusCode, 304);
  const entries = (await deps.store.readLedger({ limit: 1000 })).filter(({ data }) => data.verification_id === id);
  const about = {
    verification_id: id,
    model_id: modelId,
    checkpoint: digest,
    query_digest,
    policy_digest: policy.digest,
  };
  assert.deepEqual(
    entries.map(({ type, actor, data }) => ({ type, actor, data })),
    [
      {
        ...{ type: 'verification.requested', actor: 'anonymous' },
        data: { ...about, against: original, reference: null, asks: 'subject', records: 2 },
      },
      {
        ...{ type: 'verification.ended', actor: 'test' },
        data: { ...about, asks: 'subject', state: 'done', verdict: 'failed', report_digest, active: false },
      },
    ],
  );
  const checkpoint = (await call(app, 'GET', `/v1/models/${modelId}/checkpoints/${digest}`)).json();
  assert.deepEqual([checkpoint.state, checkpoint.parent_digest, checkpoint.run_id], ['candidate', original, null]);
  const { finished_at, ...last } = checkpoint.last_verification;
  assert.deepEqual(last, { verdict: 'failed', verification_id: id, run_id: null, failing: 1 });
  assert.equal(finished_at, first.items[0].finished_at);
  assert.equal((await call(app, 'GET', `/v1/models/${modelId}`)).json().last_verification, null);
});

test('records by id, a retrained reference and another parent; the active checkpoint says what was found of it', async () => {
  const body = { record_ids: ['t3-0', 't3-1', 't5-0'], policy: 'exploratory' };
  const held = { against_checkpoint_id: candidates.unchanged, reference_checkpoint_id: candidates.honest };
  const found = await verified(original, { ...body, ...held });
  assert.deepEqual([found.verdict, found.asks, found.records], ['failed', 'records', 3], String(found.reason));
  assert.deepEqual([found.report!.people.forget, found.report!.records.forget], [2, 3]);
  assert.ok(found.report!.retraining!.distances.length > 0);
  const model = (await call(service.app, 'GET', `/v1/models/${modelId}`)).json();
  assert.deepEqual([model.active, model.last_verification.verdict], [original, 'failed']);
  const ended = (await service.deps.store.readLedger({ limit: 1000 })).findLast((one) => one.type.endsWith('.ended'));
  assert.deepEqual([ended!.data.active, ended!.data.verdict], [true, 'failed']);
});

test('nothing of whom it is about is in an answer, a log or the ledger, while it waits and afterwards', async () => {
  const { store } = service.deps;
  const { id } = (await ask(candidates.honest, { subject: FORGOTTEN })).json();
  const waiting = JSON.stringify([await read(id), await store.readLedger({ limit: 1000 })]);
  await end(id);
  const done = (await call(service.app, 'GET', `/v1/checkpoints/${candidates.honest}/verifications`)).body;
  for (const text of [waiting, done, service.logs.join()]) assert.doesNotMatch(text, /t3@|t3-|example\.org/);
});

test('what cannot be verified is refused, with the field and the remedy; validate_only stores nothing', async () => {
  const { app, deps } = service;
  const nobody = { identifiers: [{ type: 'email', value: 'nobody@example.org' }] };
  const stranger = `sha256:${'9'.repeat(64)}`;
  const { honest, unchanged, adapter } = candidates;
  const subject = FORGOTTEN;
  const knew = { subject, against_checkpoint_id: adapter };
  const restricted = { identifiers: [{ type: 'email', value: 't5@example.org' }] };
  const about = { subject: restricted, ground: 'accuracy_contested', reason: 'It is looked into.' };
  const placed = (await call(app, 'POST', '/v1/restrictions', about)).json();
  for (const [digest, body, status, code, pointer] of [
    [honest, {}, 400, 'validation-failed', '#'],
    [honest, { subject, record_ids: ['t1-0'] }, 400, 'validation-failed', '#'],
    [honest, { subject: nobody }, 400, 'validation-failed', '#/subject'],
    [honest, { subject: { identifiers: [{ type: 'email' }] } }, 400, 'validation-failed', '#/subject/identifiers/0'],
    [honest, { record_ids: ['t1-0', 'h1-0'] }, 400, 'validation-failed', '#/record_ids/1'],
    [honest, { subject, policy: 'lenient' }, 400, 'validation-failed', '#/policy'],
    [honest, { subject, model_id: '0198a000-0000-7000-8000-000000000001' }, 400, 'validation-failed', '#/model_id'],
    [honest, { subject, against_checkpoint_id: honest }, 400, 'validation-failed', '#/against_checkpoint_id'],
    [honest, { subject, against_checkpoint_id: stranger }, 400, 'validation-failed', '#/against_checkpoint_id'],
    [honest, { subject, reference_checkpoint_id: original }, 400, 'validation-failed', '#/reference_checkpoint_id'],
    [honest, { subject, reference_checkpoint_id: stranger }, 400, 'validation-failed', '#/reference_checkpoint_id'],
    [unchanged, { ...knew, reference_checkpoint_id: original }, 400, 'validation-failed', '#/reference_checkpoint_id'],
    [honest, { subject, reference_checkpoint_id: unchanged }, 400, 'validation-failed', '#/reference_checkpoint_id'],
    [honest, { subject: restricted }, 409, 'subject-restricted', '#/subject'],
    [honest, { record_ids: ['t1-0', 't5-0'] }, 409, 'subject-restricted', '#/record_ids'],
    [original, { subject }, 409, 'parent-missing', '#/against_checkpoint_id'],
    [stranger, { subject }, 404, 'not-found', undefined],
    ['sha256:1', { subject }, 404, 'not-found', undefined],
  ] as const) {
    const refused = await ask(digest, body);
    assert.deepEqual([refused.statusCode, refused.json().code], [status, code], refused.body);
    assert.equal(refused.json().errors?.[0]?.pointer, pointer, refused.body);
    assert.ok(refused.json().remedy);
  }
  const held = await ask(honest, { subject, reference_checkpoint_id: unchanged });
  assert.match(
    held.json().detail,
    /^#\/reference_checkpoint_id was itself trained on what is asked .* or leave it out/,
  );
  const lift = { reason: 'It was right.', informed_at: new Date().toISOString() };
  assert.equal((await call(app, 'POST', `/v1/restrictions/${placed.id}/lift`, lift)).statusCode, 200);
  const before = (await deps.store.readLedger({ limit: 1000 })).length;
  const checked = await ask(honest, { subject, validate_only: true });
  assert.equal(checked.statusCode, 200, checked.body);
  assert.deepEqual([checked.json().against_checkpoint_id, checked.json().records], [original, 2]);
  assert.equal((await deps.store.readLedger({ limit: 1000 })).length, before);
  assert.equal((await call(app, 'GET', `/v1/checkpoints/${stranger}/verifications`)).statusCode, 404);
});

test('another tenant’s checkpoints and verifications are not there', async () => {
  const { app, deps } = service;
  const manifest = { version: 1 as const, architecture: 'gpt2', parent: null, run_id: null, files: [] };
  const digest = `sha256:${'7'.repeat(64)}`;
  const checkpoint = { digest, parent_digest: null, run_id: null, manifest, bytes: 1 };
  const about = { name: 'theirs', architecture: 'gpt2', parameters: 1, corpora: [], has_recipe: false, warnings: [] };
  const made = await deps.store.createModel('other', { ...about, checkpoint }, 'test');
  assert.ok(made.status === 'created');
  assert.equal((await ask(digest, { subject: FORGOTTEN })).statusCode, 404);
  assert.equal((await register({ path: 'honest' }, made.model.id)).statusCode, 404);
  const [mine] = (await call(app, 'GET', `/v1/checkpoints/${original}/verifications`)).json().items;
  assert.equal(await deps.store.getCheckpointVerification('other', mine.id), null);
  assert.deepEqual((await deps.store.listVerifications('other', original, { limit: 5 })).items, []);
  assert.equal((await call(app, 'GET', '/v1/verifications/0198a000-0000-7000-8000-000000000001')).statusCode, 404);
});

test('a call that is repeated with its key is done once; a checkpoint that is needed is not retired', async () => {
  const { app, deps } = service;
  const once = () =>
    app.inject({
      ...{ method: 'POST', url: `/v1/checkpoints/${candidates.adapter}/verifications` },
      ...{ headers: { 'idempotency-key': 'twice' }, payload: { record_ids: ['t3-0'], policy: 'exploratory' } },
    });
  const [first, second] = [await once(), await once()];
  assert.deepEqual([second.json().id, second.headers['idempotency-replayed']], [first.json().id, 'true']);
  const retire = () => call(app, 'POST', `/v1/models/${modelId}/checkpoints/${candidates.adapter}/retire`);
  const held = await retire();
  assert.deepEqual([held.statusCode, held.json().existing], [409, `/v1/verifications/${first.json().id}`]);
  await end(first.json().id);
  const retired = await retire();
  assert.deepEqual([retired.statusCode, retired.json().state], [200, 'deleted'], retired.body);
  const gone = await ask(candidates.adapter, { record_ids: ['t3-0'] });
  assert.deepEqual([gone.statusCode, gone.json().code], [409, 'checkpoint-gone'], gone.body);
  assert.ok(gone.json().detail.includes(retired.json().deleted_at));
  const against = { subject: FORGOTTEN, against_checkpoint_id: candidates.adapter };
  assert.equal((await ask(candidates.honest, against)).json().errors[0].pointer, '#/against_checkpoint_id');
  const back = await register({ path: 'adapter' });
  assert.deepEqual([back.statusCode, back.json().state, back.json().deleted_at], [201, 'candidate', null], back.body);
  assert.ok(await deps.checkpoints.verify(candidates.adapter));
});

test('a checkpoint of another kind, or of no known parent, does not enter a line; one that is there already is said to be', async () => {
  const { importDir } = service;
  await writeTinyCheckpoint(importDir, 'wider', null, 3, { ...CONFIG, n_embd: 64 });
  await cp(join(importDir, 'honest'), join(importDir, 'mute'), { recursive: true });
  const config = { eos_token: 'a', tokenizer_class: 'PreTrainedTokenizerFast' };
  await writeFile(join(importDir, 'mute', 'tokenizer_config.json'), JSON.stringify(config));
  for (const [body, code, pointer, detail] of [
    [{ path: 'wider' }, 'checkpoint-mismatch', '#/path', /^config.json describes another model/],
    [{ path: 'mute' }, 'checkpoint-mismatch', '#/path', /tokenizer_config.json or the chat template ends/],
    [{ path: 'none' }, 'path-not-allowed', '#/path', /./],
    [
      { path: 'honest', parent_checkpoint_id: `sha256:${'8'.repeat(64)}` },
      'validation-failed',
      '#/parent_checkpoint_id',
      /./,
    ],
    [{}, 'validation-failed', '#/path', /./],
  ] as const) {
    const refused = await register(body);
    assert.deepEqual([refused.json().code, refused.json().errors[0].pointer], [code, pointer], refused.body);
    assert.match(refused.json().detail, detail);
  }
  const again = await register({ path: 'honest' });
  assert.deepEqual([again.statusCode, again.json().digest], [200, candidates.honest]);
  const model = (await call(service.app, 'GET', `/v1/models/${modelId}`)).json();
  assert.equal(model.active, original, 'never active');
});

const T1 = { identifiers: [{ type: 'email', value: 't1@example.org' }] };
/** A run that forgets person 1 publishes a checkpoint; what it holds is of no interest. */
async function eraseT1(): Promise<void> {
  const { store } = service.deps;
  await call(service.app, 'POST', '/v1/deletion-requests', { subject: T1 });
  const outcome = await store.claim(modelId, 'worker', { lease_ms: 60_000, max_restarts: 1 });
  assert.ok(outcome.status === 'claimed');
  await publishRun(store, outcome.claim, 5);
}

test('only so many of a tenant may be open; text that is gone is said to be, and since when', async () => {
  const { deps } = service;
  const open = deps.config.verifications.open;
  for (let i = 0; i < open; i++) assert.equal((await ask(candidates.honest, { record_ids: ['t1-0'] })).statusCode, 202);
  const full = await ask(candidates.honest, { record_ids: ['t1-0'] });
  assert.deepEqual([full.statusCode, full.json().code], [409, 'too-many-verifications'], full.body);
  assert.match(full.json().remedy, /MAX_OPEN_VERIFICATIONS/);
  const { corpora } = (await call(service.app, 'GET', `/v1/models/${modelId}`)).json();
  await rm(deps.corpora.path(corpora[0].corpus_id));
  const lost = await ask(candidates.honest, { record_ids: ['t1-0'] });
  assert.deepEqual([lost.json().code, lost.json().errors[0].pointer], ['records-gone', '#/record_ids'], lost.body);
  assert.match(lost.json().detail, /No run has erased them/);
  await eraseT1();
  const erased = await ask(candidates.honest, { subject: T1 });
  assert.deepEqual([erased.statusCode, erased.json().code], [409, 'records-gone'], erased.body);
  assert.match(erased.json().detail, /erased from the model on 20\d\d-.*nobody can look any more/);

  // destroyed for a request, whatever else is there
  const [place] = await deps.store.recordsWithIds('default', modelId, ['t1-0']);
  const entry = {
    version: 1 as const,
    tenant: 'default',
    corpus_id: place!.corpus_id,
    erased_at: new Date().toISOString(),
  };
  const of = { ...entry, deletion_request_id: modelId };
  await deps.store.restoreDeletions(of, [{ ordinal: place!.ordinal, digest: null }]);
  const gone = await ask(candidates.honest, { record_ids: ['t1-0'] });
  assert.deepEqual([gone.json().code, gone.json().errors[0].pointer], ['records-gone', '#/record_ids'], gone.body);
  assert.match(gone.json().detail, /^The text of 1 of 1 records was erased, the first on 20\d\d-/);
});
