// Who decides about a request and its candidate, from filing to promotion, where FOUR_EYES asks for somebody else each time.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { v7 as uuid } from 'uuid';
import { buildApp } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import { ROLES } from '../../src/domain/scopes.ts';
import { makeKey } from '../../src/evidence/api-key.ts';
import { refuseOpenDoor } from '../../src/http/open-door.ts';
import { writeTinyCheckpoint } from './checkpoint-fixture.ts';
import { caller, keyOf, runOf } from './matrix/world.ts';
import { line, openService } from './service.ts';

test('whoever files does not approve, and whoever filed or approved does not promote', async (t) => {
  const service = await openService(t, { AUTH: 'required', FOUR_EYES: 'true' });
  const { deps, importDir } = service;
  const ask = caller(service);
  const everything = [...ROLES['privacy-officer'], ...ROLES['release-approver'], ...ROLES['ml-engineer']];
  const [filer, approver, releaser] = [
    await keyOf(service, 'default', everything),
    await keyOf(service, 'default', everything),
    await keyOf(service, 'default', ROLES['release-approver']),
  ];
  const corpus_id = (await ask(filer.text, 'POST', '/v1/corpora', { name: 'people' })).json().id;
  const ndjson = { 'content-type': 'application/x-ndjson' };
  const records = [line('a', 'mirela@example.org'), line('b'), line('c', 'tomas@example.org')].join('\n');
  await ask(filer.text, 'POST', `/v1/corpora/${corpus_id}/records`, records, ndjson);
  const path = await writeTinyCheckpoint(importDir, 'tiny');
  const body = { name: 'tiny', path, corpora: [{ corpus_id, role: 'train' }] };
  const model = (await ask(filer.text, 'POST', '/v1/models', body)).json().id;
  const subject = { identifiers: [{ type: 'email', value: 'mirela@example.org' }] };
  const request = (await ask(filer.text, 'POST', '/v1/deletion-requests', { subject })).json();
  assert.equal(request.state, 'awaiting_approval');

  const plan = (await ask(approver.text, 'GET', `/v1/deletion-requests/${request.id}/plan`)).json();
  const approve = (key: string) =>
    ask(key, 'POST', `/v1/deletion-requests/${request.id}/approve`, { plan_digest: plan.digest });
  const id = uuid();
  const { text: rotated, secret_hash } = makeKey(id);
  const next = { id, secret_hash, lifetime_ms: 60_000, overlap_ms: 60_000 };
  assert.equal((await deps.store.rotateApiKey('default', filer.id, next, 'command')).status, 'rotated');
  for (const key of [filer.text, rotated]) {
    const refused = await approve(key);
    assert.deepEqual([refused.statusCode, refused.json().code], [403, 'four-eyes'], 'a rotation makes nobody else');
  }
  assert.equal((await approve(approver.text)).statusCode, 200);

  const run = await runOf(service, model);
  const promote = (key: string) => ask(key, 'POST', `/v1/runs/${run}/promote`);
  for (const key of [filer.text, rotated, approver.text]) {
    const refused = await promote(key);
    assert.deepEqual([refused.statusCode, refused.json().code], [403, 'four-eyes']);
  }
  const promoted = await promote(releaser.text);
  assert.deepEqual([promoted.statusCode, promoted.json().state], [200, 'published'], promoted.body);
  const decisions = (await deps.store.readLedger({ limit: 100 })).filter(({ type }) =>
    ['request.created', 'request.approved', 'run.promoted'].includes(type),
  );
  assert.deepEqual(
    decisions.map(({ type, actor }) => [type, actor]),
    [
      ['request.created', filer.actor],
      ['request.approved', approver.actor],
      ['run.promoted', releaser.actor],
    ],
  );

  // nobody has to approve an ordinary request here, and whoever makes an unusual one does not find it usual
  const decisionsOff = { ...deps.config.decisions, approval: 'off' as const };
  const budget = { ...deps.config.budget, people: 0, request_people: 0 };
  const app = await buildApp({ ...deps, config: { ...deps.config, decisions: decisionsOff, budget } });
  t.after(() => app.close());
  const elsewhere = caller({ ...service, app });
  const another = { subject: { identifiers: [{ type: 'email', value: 'tomas@example.org' }] } };
  const unusual = (await elsewhere(filer.text, 'POST', '/v1/deletion-requests', another)).json();
  assert.equal(unusual.state, 'awaiting_approval');
  assert.deepEqual(
    unusual.suspicion.signals.map(({ signal }: { signal: string }) => signal),
    ['records-budget', 'people-budget'],
  );
  const { digest: plan_digest } = (
    await elsewhere(filer.text, 'GET', `/v1/deletion-requests/${unusual.id}/plan`)
  ).json();
  const [own, others] = [
    await elsewhere(filer.text, 'POST', `/v1/deletion-requests/${unusual.id}/approve`, { plan_digest }),
    await elsewhere(approver.text, 'POST', `/v1/deletion-requests/${unusual.id}/approve`, { plan_digest }),
  ];
  assert.deepEqual([own.statusCode, own.json().code, others.statusCode], [403, 'four-eyes', 200], others.body);
  assert.equal(others.json().state, 'queued');
});

test('a process does not start where strangers could do everything, or nobody could ever decide', () => {
  const start = (env: Record<string, string>) => () => refuseOpenDoor(readConfig(env));
  for (const HOST of ['127.0.0.1', '127.8.8.8', 'localhost', '::1']) start({ HOST })();
  for (const HOST of ['0.0.0.0', '::', '10.0.0.1', 'service.example', '127.0.0.1.example']) {
    assert.throws(start({ HOST }), /set AUTH=required/, HOST);
    start({ HOST, AUTH: 'required' })();
  }
  const settings: Record<string, string>[] = [
    { FOUR_EYES: 'true' },
    { APPROVAL: 'four-eyes' },
    { PROMOTION: 'four-eyes' },
  ];
  for (const env of settings) {
    assert.throws(start(env), /four-eyes and AUTH is none/);
    start({ ...env, AUTH: 'required' })();
  }
  const { approval, promotion } = readConfig({}).decisions;
  assert.deepEqual([approval, promotion], ['off', 'automatic']);
});
