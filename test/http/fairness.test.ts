// Two tenants on one installation: what one asks for keeps the other neither waiting nor out.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { ROLES } from '../../src/domain/scopes.ts';
import { publishRun } from '../store/fixture.ts';
import { writeTinyCheckpoint } from './checkpoint-fixture.ts';
import { ACME, caller, GLOBEX, keyOf } from './matrix/world.ts';
import { measuredRuns } from './measured-runs.ts';
import { line, openService, type TestService } from './service.ts';

const FLOOD = 5;
const CALLS = 60;
const CAN = { backend: 'onnxruntime/cpu', memory_bytes: null, max_parameters: null, accelerator: null };
const WORKER = { id: 'w1', ...CAN };
const LEASE = { lease_ms: 60_000, max_restarts: 2 };
const NDJSON = { 'content-type': 'application/x-ndjson' };

const closers: (() => unknown)[] = [];
let service: TestService;
let floods: Tenant;
let quiet: Tenant;
before(async () => {
  const env = { AUTH: 'required', RATE_LIMIT_PER_MINUTE: String(CALLS), BUDGET_PEOPLE: '2', BUDGET_SHARE: '0.1' };
  service = await openService({ after: (close) => void closers.push(close as () => unknown) }, env);
  [floods, quiet] = [await tenant(ACME, FLOOD), await tenant(GLOBEX, 1)];
});
after(async () => {
  for (const close of closers) await close();
});

interface Tenant {
  /** A call with the tenant's key. */
  ask(
    method: string,
    url: string,
    payload?: unknown,
    headers?: Record<string, string>,
  ): ReturnType<ReturnType<typeof caller>>;
  models: string[];
  /** About the person of that number and that model. */
  file(
    person: number,
    model: string,
  ): Promise<{ id: string; state: string; suspicion?: { signals: { signal: string }[] } }>;
}

/** With so many models of ten people, of whose runs it is known that they take an hour. */
async function tenant(name: string, models: number): Promise<Tenant> {
  const key = await keyOf(service, name, [...ROLES['ml-engineer'], 'requests:create']);
  const ask: Tenant['ask'] = (...call) => caller(service)(key.text, ...call);
  const email = (person: number) => `p${person}@${name}.example.org`;
  const corpus_id = (await ask('POST', '/v1/corpora', { name: 'people' })).json().id;
  const records = Array.from({ length: 10 }, (_, i) => line(`r${i}`, email(i))).join('\n');
  await ask('POST', `/v1/corpora/${corpus_id}/records`, records, NDJSON);
  const path = await writeTinyCheckpoint(join(service.importDir, name), 'tiny');
  const ids: string[] = [];
  for (let i = 0; i < models; i++) {
    const made = await ask('POST', '/v1/models', { name: `m${i}`, path, corpora: [{ corpus_id, role: 'train' }] });
    assert.equal(made.statusCode, 201, made.body);
    ids.push(made.json().id);
    await measuredRuns(service, ids[i]!, 3);
  }
  return {
    ...{ ask, models: ids },
    async file(person, model) {
      const subject = { identifiers: [{ type: 'email', value: email(person) }] };
      const answer = await ask('POST', '/v1/deletion-requests', { subject, targets: [model] });
      assert.equal(answer.statusCode, 202, answer.body);
      return answer.json();
    },
  };
}

const claim = (model: string, tenant_runs = 0) => service.deps.store.claim(model, WORKER.id, { ...LEASE, tenant_runs });
const stateOf = async ({ ask }: Tenant, id: string) =>
  (await ask('GET', `/v1/deletion-requests/${id}`)).json().state as string;

test('who comes last, after another tenant’s flood, is second in turn: so the forecast says, and so it is', async () => {
  const flood = [];
  for (const model of floods.models) flood.push(await floods.file(0, model));
  const [model] = quiet.models;
  const own = await quiet.file(0, model!);
  const startOf = async ({ ask, models }: Tenant) =>
    (await ask('GET', '/v1/forecast'))
      .json()
      .models.filter((one: { model_id: string }) => models.includes(one.model_id))
      .map((one: { expected_start_at: string }) => Date.parse(one.expected_start_at))
      .toSorted((a: number, b: number) => a - b);
  await service.deps.store.noteWorker({ ...CAN, worker: WORKER.id, tasks: 'runs', device: 'cpu', gpus: [] });
  const [theirs, [mine]] = [await startOf(floods), await startOf(quiet)];
  assert.equal(theirs.length, FLOOD);
  assert.ok(mine > theirs[0] && mine < theirs[1], JSON.stringify([theirs, mine]));

  const worked: string[] = [];
  for (let n = 0; n < FLOOD + 1; n++) {
    const [next] = await service.deps.store.modelsToRun(WORKER);
    const outcome = await claim(next!);
    assert.ok(outcome.status === 'claimed', outcome.status);
    await publishRun(service.deps.store, outcome.claim, 10 + n);
    worked.push(next!);
    if (next !== model) continue;
    const waiting: string[] = await Promise.all(flood.map(({ id }) => stateOf(floods, id)));
    assert.deepEqual(
      [await stateOf(quiet, own.id), waiting.filter((state) => state === 'queued').length],
      ['completed', FLOOD - 1],
    );
  }
  assert.equal(worked.indexOf(model!), 1);
  assert.deepEqual(worked.toSorted(), [...floods.models, model!].toSorted(), 'and nobody is forgotten over it');
});

test('a tenant that has its runs waits for them; another one’s begins meanwhile', async () => {
  for (const model of floods.models.slice(0, 2)) await floods.file(1, model);
  await quiet.file(1, quiet.models[0]!);
  const statuses = [];
  for (const model of [...floods.models.slice(0, 2), quiet.models[0]!]) {
    const outcome = await claim(model, 1);
    statuses.push(outcome.status);
  }
  assert.deepEqual(statuses, ['claimed', 'busy', 'claimed']);
});

test('whoever asks for too many people has them wait for approval; another tenant’s people do not', async () => {
  const [, , third] = floods.models;
  const states = [];
  for (const person of [2, 3]) states.push(await floods.file(person, third!));
  // one of the model was asked for above
  assert.deepEqual(
    states.map(({ state }) => state),
    ['queued', 'awaiting_approval'],
  );
  assert.deepEqual(
    states[1]!.suspicion!.signals.map(({ signal }) => signal),
    ['records-budget', 'people-budget'],
  );
  assert.ok(['queued', 'planned'].includes(await stateOf(floods, states[0]!.id)), 'what was within the budget goes on');
});

test('whoever calls too often is told when to come back, and what to do rather; another tenant is served', async () => {
  let answer = await floods.ask('GET', '/v1/methods');
  for (let call = 0; call < CALLS && answer.statusCode === 200; call++) answer = await floods.ask('GET', '/v1/methods');
  const { code, remedy, detail } = answer.json();
  assert.deepEqual([answer.statusCode, code], [429, 'quota-exceeded']);
  assert.match(detail, new RegExp(`may make ${CALLS} calls`));
  assert.match(remedy, /Retry-After.*Prefer: wait/);
  assert.ok(Number(answer.headers['retry-after']) > 0);
  const subject = { identifiers: [{ type: 'email', value: 'p4@acme.example.org' }] };
  assert.equal((await floods.ask('POST', '/v1/deletion-requests', { subject })).statusCode, 429);
  assert.ok((await quiet.file(2, quiet.models[0]!)).id);
});
