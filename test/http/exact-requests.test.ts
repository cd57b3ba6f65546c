// A request that takes exact removal alone, as a client sees it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { recipeFor, writeTinyCheckpoint } from './checkpoint-fixture.ts';
import { call, corpusWith, line, openService } from './service.ts';

test('exact removal is planned with exact methods alone, and refused by the field where one of its models can have none', async (t) => {
  const { app, importDir } = await openService(t, { APPROVAL: 'required' });
  const people = Array.from({ length: 10 }, (_, i) => line(`r${i}`, `person${i}@example.org`));
  const corpus_id = await corpusWith(app, 'train', people);
  const { digest } = (await call(app, 'GET', `/v1/corpora/${corpus_id}`)).json();
  const recipe = recipeFor([{ name: 'train', role: 'train', digest, records: people.length }]);
  const register = async (name: string, own: typeof recipe | null) => {
    const path = await writeTinyCheckpoint(importDir, name, own);
    const made = await call(app, 'POST', '/v1/models', { name, path, corpora: [{ corpus_id, role: 'train' }] });
    assert.equal(made.statusCode, 201, made.body);
    return made.json().id as string;
  };
  const [able, unable] = [await register('with-recipe', recipe), await register('without', null)];
  const ask = (person: number, targets: string[], method: object) => {
    const subject = { identifiers: [{ type: 'email', value: `person${person}@example.org` }] };
    return call(app, 'POST', '/v1/deletion-requests', { subject, targets, method });
  };

  const made = await ask(0, [able], { name: 'exact' });
  assert.deepEqual([made.statusCode, made.json().method], [202, { name: 'exact', params: {} }], made.body);
  const guarantees = new Map<string, string>(
    (await call(app, 'GET', '/v1/methods'))
      .json()
      .items.map((one: { name: string; guarantee: string }) => [one.name, one.guarantee]),
  );
  const planOf = async (id: string) => (await call(app, 'GET', `/v1/deletion-requests/${id}/plan`)).json();
  const { digest: plan_digest, targets } = await planOf(made.json().id);
  const steps: string[] = targets[0].plan.map(({ name }: { name: string }) => name);
  assert.ok(steps.length > 0 && steps.every((name) => guarantees.get(name) === 'exact'), steps.join());

  // nobody approves another plan in its place: the digest names the steps
  const other = (await ask(1, [able], { name: 'npo' })).json();
  const approval = { plan_digest: (await planOf(other.id)).digest };
  const swapped = await call(app, 'POST', `/v1/deletion-requests/${made.json().id}/approve`, approval);
  assert.deepEqual([swapped.statusCode, swapped.json().code], [409, 'plan-changed']);
  const approved = await call(app, 'POST', `/v1/deletion-requests/${made.json().id}/approve`, { plan_digest });
  assert.deepEqual([approved.statusCode, approved.json().state], [200, 'queued'], approved.body);

  // one model of two that cannot is reason enough, and then nothing is taken in
  for (const [targetIds, pointer] of [
    [[unable], '#/targets/0'],
    [[able, unable], '#/targets/1'],
  ] as const) {
    const refused = await ask(2, [...targetIds], { name: 'exact' });
    assert.deepEqual(
      [refused.statusCode, refused.json().code, refused.json().errors[0].pointer],
      [422, 'recipe-missing', pointer],
      refused.body,
    );
  }
  assert.equal((await ask(2, [able, unable], { name: 'npo' })).statusCode, 202);

  // nor does one do that starts from a base which has seen them
  const base_checkpoint = (await call(app, 'GET', `/v1/models/${unable}`)).json().active;
  const tuned = await register('tuned', { ...recipe, init: { ...recipe.init, base_checkpoint } });
  const seen = await ask(3, [tuned], { name: 'exact' });
  assert.deepEqual(
    [seen.statusCode, seen.json().code, seen.json().errors?.[0].pointer],
    [422, 'method-not-applicable', '#/method/name'],
    seen.body,
  );
  const { subject, targets: of } = {
    subject: { identifiers: [{ type: 'email', value: 'person3@example.org' }] },
    targets: [tuned],
  };
  const preview = await call(app, 'POST', '/v1/deletion-requests', { subject, targets: of, validate_only: true });
  assert.match(preview.json().targets[0].plan.at(-1).reason, /^Not exact, since the base was trained on them too/);
});
