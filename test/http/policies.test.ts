import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, test } from 'node:test';
import canonicalize from 'canonicalize';
import { Value } from 'typebox/value';
import { PolicyVersion, PRESETS } from '../../src/domain/policies.ts';
import { VerificationPolicy } from '../../src/domain/verification.ts';
import { writeTinyCheckpoint } from './checkpoint-fixture.ts';
import { call, corpusWith, line, openService, type TestService } from './service.ts';

const closers: (() => unknown)[] = [];
let service: TestService;
let ofModel: string;
const TENANT = '/v1/verification-policy';
before(async () => {
  service = await openService({ after: (close: unknown) => void closers.push(close as () => unknown) });
  const corpus_id = await corpusWith(service.app, 'train', [line('r0', 'ada@example.org')]);
  const path = await writeTinyCheckpoint(service.importDir, 'tiny');
  const body = { name: 'tiny', path, corpora: [{ corpus_id, role: 'train' }] };
  const model = (await call(service.app, 'POST', '/v1/models', body)).json();
  ofModel = `/v1/models/${model.id}/verification-policy`;
});
after(async () => {
  for (const close of closers) await close();
});
const read = async (path: string) => (await call(service.app, 'GET', path)).json();
const choose = (path: string, payload: object, tag?: string) =>
  service.app.inject({ method: 'PUT', url: path, payload, headers: tag === undefined ? {} : { 'if-match': tag } });
const sha256 = (policy: object) => `sha256:${createHash('sha256').update(canonicalize(policy)!).digest('hex')}`;

test('the presets are listed with their digests, and without a choice the service has `standard`', async () => {
  const { items } = await read('/v1/verification-policies');
  assert.deepEqual(
    items.map(({ name, digest, policy }: { name: string; digest: string; policy: object }) => [
      name,
      digest === sha256(policy),
    ]),
    [
      ['strict', true],
      ['standard', true],
      ['exploratory', true],
    ],
  );
  for (const path of [TENANT, ofModel]) {
    const { in_force, versions } = await read(path);
    assert.deepEqual([in_force.scope, in_force.version, in_force.preset, versions], ['service', 0, 'standard', []]);
    assert.deepEqual(in_force.policy, Value.Default(VerificationPolicy, {}));
  }
});

test('a model follows its tenant until it has a policy of its own; versions are kept, and the ledger names each', async () => {
  const tenant = await choose(TENANT, { preset: 'exploratory' });
  assert.equal(tenant.statusCode, 200, tenant.body);
  assert.ok(Value.Check(PolicyVersion, tenant.json()), tenant.body);
  assert.deepEqual((await read(ofModel)).in_force, tenant.json());
  const first = (await choose(ofModel, { preset: 'strict' })).json();
  const own = (
    await choose(ofModel, { policy: { memory_margin: 0.01, naturalness: { length_factor: 2 } } }, '*')
  ).json();
  assert.deepEqual([first.version, own.version, own.scope, own.preset], [1, 2, 'model', null]);
  const { policy } = PRESETS.standard;
  const naturalness = { ...policy.naturalness, length_factor: 2 };
  assert.deepEqual(own.policy, { ...policy, memory_margin: 0.01, naturalness });
  assert.equal(own.digest, sha256(own.policy));
  const again = (await choose(ofModel, { policy: own.policy }, '*')).json();
  assert.deepEqual(again, own, 'the same thresholds are no new version');
  assert.deepEqual(await read(ofModel), { in_force: own, versions: [own, first] });
  assert.deepEqual((await read(TENANT)).versions, [tenant.json()]);
  const entries = (await service.deps.store.readLedger({ limit: 100 })).filter(
    ({ type }) => type === 'verification-policy.chosen',
  );
  assert.deepEqual(
    entries.map(({ data }) => [data.scope, data.version, data.digest]),
    [tenant.json(), first, own].map(({ scope, version, digest }) => [scope, version, digest]),
  );
});

test('a policy that cannot be is refused, naming the field', async () => {
  for (const [body, pointer] of [
    [{}, '#'],
    [{ preset: 'strict', policy: {} }, '#'],
    [{ preset: 'lenient' }, '#/preset'],
    [{ policy: { memory_margin: 2 } }, '#/policy/memory_margin'],
    [{ policy: { membership_alpha: 0 } }, '#/policy/membership_alpha'],
    [{ policy: { robustness: ['guess'] } }, '#/policy/robustness/0'],
    [{ policy: { naturalness: { length_factor: 0.5 } } }, '#/policy/naturalness/length_factor'],
    [{ policy: { margin: 1 } }, '#/policy'],
  ] as const) {
    const refused = await choose(ofModel, body);
    assert.equal(refused.statusCode, 400, refused.body);
    assert.equal(refused.json().errors[0].pointer, pointer, refused.body);
  }
  const nobody = '/v1/models/0198a000-0000-7000-8000-000000000001/verification-policy';
  assert.equal((await choose(nobody, { preset: 'strict' })).statusCode, 404);
  assert.equal((await call(service.app, 'GET', nobody)).statusCode, 404);
});

test('of two who saw the same choice one chooses anew; who names none, where something was chosen, is told to look', async () => {
  for (const path of [TENANT, ofModel]) {
    const seen = (await call(service.app, 'GET', path)).headers.etag as string;
    assert.equal((await choose(path, { policy: { memory_margin: 0.04 } }, seen)).statusCode, 200);
    const now = await call(service.app, 'GET', path);
    for (const [tag, status, code] of [
      [seen, 412, 'precondition-failed'],
      ['"other"', 412, 'precondition-failed'],
      [undefined, 428, 'precondition-required'],
    ] as const) {
      const refused = await choose(path, { preset: 'exploratory' }, tag);
      assert.deepEqual([refused.statusCode, refused.json().code], [status, code], refused.body);
    }
    assert.deepEqual(await read(path), now.json(), 'nothing was chosen');
    const chosen = await choose(path, { preset: 'strict' }, now.headers.etag as string);
    assert.deepEqual([chosen.statusCode, chosen.json().preset], [200, 'strict'], chosen.body);
  }
  // what a model follows is part of what was seen of it
  const corpus_id = await corpusWith(service.app, 'other', [line('r0', 'eva@example.org')]);
  const body = { name: 'other', path: 'tiny', corpora: [{ corpus_id, role: 'train' }] };
  const path = `/v1/models/${(await call(service.app, 'POST', '/v1/models', body)).json().id}/verification-policy`;
  const seen = (await call(service.app, 'GET', path)).headers.etag as string;
  assert.equal((await choose(TENANT, { preset: 'exploratory' }, '*')).statusCode, 200);
  assert.equal((await choose(path, { preset: 'strict' }, seen)).statusCode, 412);
  const both = await Promise.all(['strict', 'exploratory'].map((preset) => choose(path, { preset })));
  assert.deepEqual(both.map(({ statusCode }) => statusCode).toSorted(), [200, 428], 'one first choice, not two');
});
