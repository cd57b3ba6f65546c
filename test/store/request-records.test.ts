import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { CreateRequest } from '../../src/runs/ports.ts';
import { must, openWorld, publishRun, subject, TENANT, type World } from './fixture.ts';

let world: World;
before(async () => {
  world = await openWorld();
});
after(() => world.close());

const asked_records = { digest: `sha256:${'a'.repeat(64)}`, record_ids: 1, texts: [], matched: 1 };
const about = (corpus_id: string, ...ordinals: number[]): Partial<CreateRequest> => ({
  ...{ subjects: [], asked_records },
  places: ordinals.map((ordinal) => ({ corpus_id, ordinal })),
});
async function made(more: Partial<CreateRequest>) {
  const outcome = await world.request([], more);
  if (outcome.status !== 'created') throw new Error(outcome.status);
  return outcome.request;
}

test('records that name nobody are one person’s by request; what names others is theirs', async () => {
  const corpus = await world.corpus([[], ['ann', 'ben'], ['ann'], [], []]);
  const model = await world.model([corpus], [await world.corpus([['ann'], ['zoe']])]);
  const request = await made(about(corpus, 0, 1));
  assert.deepEqual([request.targets[0]?.records, request.records], [2, asked_records]);
  assert.equal(await world.store.subjectDigest(TENANT, request.id), null);
  const claim = await world.claim(model);
  const sets = await world.store.runSets(claim, async () => {});
  assert.deepEqual(
    sets.forget.map(({ ordinal, person }) => [ordinal, person]),
    [
      [0, 0],
      [1, 1],
    ],
  );
  // whom a training record names is no stranger
  assert.equal(sets.holdout.length, 1);
  assert.deepEqual([sets.counts.requests, sets.counts.retain_records], [1, 3]);
  const [kept] = await world.store.requestRecords(claim);
  assert.deepEqual(
    kept?.rows.map(({ ordinal }) => ordinal),
    [0, 1],
  );
  await publishRun(world.store, claim, 2);
  assert.equal((await world.store.getRequest(TENANT, request.id))?.state, 'completed');
  assert.equal((await made(about(corpus, 0, 1))).state, 'completed_no_data');
});

test('what waits is counted again when a run starts: another request may have had the record erased', async () => {
  const corpus = await world.corpus([['cid'], ['dot'], []]);
  const model = await world.model([corpus]);
  await world.request(['cid']);
  const first = await world.claim(model);
  const waiting = await made({ ...about(corpus, 0, 2), model_ids: [model] });
  const gone = await made({ ...about(corpus, 0), model_ids: [model] }).catch(() => null);
  assert.equal(gone, null, 'the record is asked for already');
  await publishRun(world.store, first, 2);
  const second = await world.claim(model);
  const target = must(await world.store.getRequest(TENANT, waiting.id)).targets[0];
  assert.deepEqual([target?.run_id, target?.records], [second.run.id, 1]);
});

test('a retry finds the request that has come since about the same record; a rollback opens what relied on it', async () => {
  const corpus = await world.corpus([[], ['eli']]);
  const model = await world.model([corpus]);
  const first = await made(about(corpus, 0));
  const claim = await world.claim(model);
  await publishRun(world.store, claim, 2);
  const relied = await made({ ...about(corpus, 0), model_ids: [model] });
  assert.equal(relied.state, 'completed_no_data');
  const back = await world.store.rollBackRun({
    ...{ tenant: TENANT, id: claim.run.id, actor: 'tester', reason: null, parent_retention_ms: 1000 },
  });
  assert.equal(back.status, 'done');
  assert.equal((await world.store.getRequest(TENANT, relied.id))?.state, 'needs_review');
  assert.equal((await world.act(first.id, 'retry')).status, 'done');
  assert.deepEqual(await world.act(relied.id, 'retry'), { status: 'already_open', request_id: first.id });
});

test('what a base has seen counts records that the request names itself', async () => {
  const corpus = await world.corpus([[], ['fay']]);
  await world.model([corpus], [], TENANT, 71);
  const request = await made(about(corpus, 0));
  assert.equal(
    await world.store.recordsSeen(TENANT, { requests: [request.id] }, `sha256:${'71'.padStart(64, '0')}`),
    1,
  );
  // before there is a request, by what it would name
  const seen = (ordinal: number, keys: string[] = []) => {
    const whose = { subjects: keys.map((key) => subject(key)), places: [{ corpus_id: corpus, ordinal }] };
    return world.store.recordsSeen(TENANT, whose, `sha256:${'71'.padStart(64, '0')}`);
  };
  assert.deepEqual([await seen(0), await seen(0, ['fay']), await seen(9), await seen(1, ['fay', 'zoe'])], [1, 2, 0, 1]);
});
