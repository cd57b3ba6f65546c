// What the plan of a request says before there is a run.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { writeTinyCheckpoint } from './checkpoint-fixture.ts';
import { call, corpusWith, line, openService } from './service.ts';

const RECORDS = 40;

test('of records that a request names itself nobody knows whose they are; those of a subject are one person’s', async (t) => {
  const { app, importDir } = await openService(t, { APPROVAL: 'required' });
  const lines = Array.from({ length: 2 * RECORDS }, (_, i) =>
    line(`r${i}`, i < RECORDS ? 'eustace@example.org' : undefined),
  );
  const corpus_id = await corpusWith(app, 'train', lines);
  const path = await writeTinyCheckpoint(importDir, 'tiny');
  const made = await call(app, 'POST', '/v1/models', { name: 'tiny', path, corpora: [{ corpus_id, role: 'train' }] });
  assert.equal(made.statusCode, 201, made.body);
  // it takes gradients of so many records of each person
  const chosen = await call(app, 'PUT', '/v1/verification-policy', { preset: 'strict' });
  assert.equal(chosen.statusCode, 200, chosen.body);

  const secondsOf = ({ targets: [target] }: { targets: { records: number; plan: { estimate: unknown }[] }[] }) => {
    assert.equal(target!.records, RECORDS);
    const { verification } = target!.plan[0]!.estimate as { verification: { seconds: number } };
    return verification.seconds;
  };
  const method = { name: 'grad-diff' };
  const wish = async (whose: object) => {
    const preview = await call(app, 'POST', '/v1/deletion-requests', { ...whose, method, validate_only: true });
    assert.equal(preview.statusCode, 200, preview.body);
    return secondsOf(preview.json());
  };
  const record_ids = Array.from({ length: RECORDS }, (_, i) => `r${i}`);
  const subject = { identifiers: [{ type: 'email', value: 'eustace@example.org' }] };
  const [one, many] = [await wish({ subject }), await wish({ record_ids, corpus_id })];
  assert.ok(many > one, `${many} s of records that are named, ${one} s of one person's`);

  // the plan that is approved says the same
  const asked = await call(app, 'POST', '/v1/deletion-requests', { record_ids, corpus_id, method });
  assert.equal(asked.statusCode, 202, asked.body);
  const plan = await call(app, 'GET', `/v1/deletion-requests/${asked.json().id}/plan`);
  assert.equal(secondsOf(plan.json()), many);
});
