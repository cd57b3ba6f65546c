// What a certificate of a search has to own up to: records that matched, and that earlier runs had removed.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Attempt, MethodChoice } from '../../src/domain/resources.ts';
import type { CreateRequest } from '../../src/runs/ports.ts';
import { digest, openWorld, publishRun, report, TENANT, type World } from './fixture.ts';

let world: World;
before(async () => {
  world = await openWorld();
});
after(() => world.close());

let made = 100;
/** Publishes what waits for the model, as that method would; returns the run. */
async function publishedBy(model: string, name: string, more: Partial<Attempt> = {}): Promise<string> {
  const claim = await world.claim(model);
  const n = ++made;
  const about = { method: { name, params: {} }, seed: n, candidate: digest(n), verdict: 'passed', reason: null };
  const attempt = { ...about, seconds: {}, peak_memory_bytes: null, ...more } as Attempt;
  assert.ok(await world.store.saveAttempt(claim.run.id, claim.fence, attempt, report()));
  await publishRun(world.store, claim, n);
  return claim.run.id;
}
async function ask(keys: string[], more: Partial<CreateRequest> = {}): Promise<string> {
  const outcome = await world.request(keys, more);
  assert.ok(outcome.status === 'created', outcome.status);
  return outcome.request.id;
}
async function nothingLeft(keys: string[], more: Partial<CreateRequest> = {}): Promise<string> {
  const id = await ask(keys, more);
  assert.equal((await world.store.getRequest(TENANT, id))!.state, 'completed_no_data');
  return id;
}
const found = (request: string, ...models: string[]) => world.store.removedBefore(TENANT, request, models);
const placed = (corpus_id: string, ...ordinals: number[]): Partial<CreateRequest> => ({
  asked_records: { digest: digest('a'), record_ids: ordinals.length, texts: [], matched: ordinals.length },
  places: ordinals.map((ordinal) => ({ corpus_id, ordinal })),
});
const bound = { certified: { epsilon: 1, delta: 1e-5, budget: 1, spent: 0.1 } };

test('who was removed by steps, or shared a record with them, is told which run did it and what that was worth', async () => {
  const corpus = await world.corpus([['amy'], ['amy', 'bob'], ['bob'], ['cat'], []]);
  const model = await world.model([corpus]);
  await ask(['amy']);
  const steps = await publishedBy(model, 'npo');
  const again = { records: 2, runs: [{ run_id: steps, guarantee: 'empirical' as const, records: 2 }] };
  assert.deepEqual(await found(await nothingLeft(['amy']), model), again);
  // by the place of a record, whoever it names
  const named = await nothingLeft([], { ...placed(corpus, 1), model_ids: [model] });
  assert.deepEqual(await found(named, model), { records: 1, runs: [{ ...again.runs[0]!, records: 1 }] });

  await ask(['bob']);
  const bound1 = await publishedBy(model, 'certified-removal', bound);
  assert.deepEqual(await found(await nothingLeft(['bob', 'amy']), model), {
    records: 3,
    runs: [...again.runs, { run_id: bound1, guarantee: 'certified', records: 1 }],
  });
  assert.equal(await found(await nothingLeft(['dan']), model), null, 'of a stranger there was never anything');
});

test('of what a training left out since, that training counts, until it is rolled back', async () => {
  const corpus = await world.corpus([['eve'], ['fay'], ['gus']]);
  const model = await world.model([corpus]);
  await ask(['eve']);
  const steps = await publishedBy(model, 'npo');
  await ask(['fay']);
  const anew = await publishedBy(model, 'retrain');
  const exact: MethodChoice = { name: 'exact', params: {} };
  const [one, both] = [await nothingLeft(['eve'], { method: exact }), await nothingLeft(['eve', 'fay'])];
  const by = (run_id: string, guarantee: 'exact' | 'empirical', records: number) => ({
    records,
    runs: [{ run_id, guarantee, records }],
  });
  assert.deepEqual(await found(one, model), by(anew, 'exact', 1));
  assert.deepEqual(await found(both, model), by(anew, 'exact', 2));
  const act = { tenant: TENANT, actor: 'tester', reason: 'worse', parent_retention_ms: 1000 };
  assert.equal((await world.store.rollBackRun({ ...act, id: anew })).status, 'done');
  assert.deepEqual(await found(both, model), by(steps, 'empirical', 1));
});

test('a training from a base that saw them is none without them; each model is asked for itself', async () => {
  const corpus = await world.corpus([['hal'], ['ivy'], []]);
  const [first, second] = [await world.model([corpus]), await world.model([corpus])];
  await ask(['hal']);
  const saw = await publishedBy(first, 'retrain', { base_saw: true });
  const steps = await publishedBy(second, 'npo');
  const id = await nothingLeft(['hal']);
  const all = await found(id, first, second);
  assert.deepEqual([all?.records, all?.runs.map((run) => run.guarantee)], [1, ['empirical', 'empirical']]);
  assert.deepEqual(new Set(all?.runs.map((run) => run.run_id)), new Set([saw, steps]));
  assert.deepEqual((await found(id, second))?.runs.length, 1);
  assert.equal(await world.store.removedBefore('other', id, [first, second]), null);
  assert.equal(await found(id), null);
});
