import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import pg from 'pg';
import {
  checkpoint,
  digest,
  must,
  openWorld,
  publication,
  publishRun,
  report,
  TENANT,
  toVerifying,
  type World,
} from './fixture.ts';

let world: World;
let people = 0;
before(async () => {
  world = await openWorld();
});
after(() => world.close());

async function verifying() {
  const key = `owner-${++people}`;
  const model = await world.model([await world.corpus([[key], [key], ['other']])]);
  await world.request([key]);
  const claim = await world.claim(model);
  await toVerifying(world.store, claim);
  return { model, claim };
}

/** What another run of the model would have done: no second run can be open, so by hand. */
async function moveAlias(model: string): Promise<void> {
  const client = new pg.Client({ connectionString: world.url });
  await client.connect();
  try {
    await client.query(`update checkpoints set state = 'retained', delete_after = now() where model_id = $1`, [model]);
    await client.query(
      `insert into checkpoints select tenant_id, model_id, $2, digest, null, 'active', manifest, bytes, now(), null
       from checkpoints where model_id = $1`,
      [model, digest(77)],
    );
    await client.query('update models set active = $2 where id = $1', [model, digest(77)]);
  } finally {
    await client.end();
  }
}

test('publication moves the alias, keeps the parent for its window and completes the requests', async () => {
  const { store } = world;
  const { model, claim } = await verifying();
  const outcome = await store.publish(claim, publication(claim, 2));
  assert.equal(outcome.status, 'published');
  assert.equal((await store.getModel(TENANT, model))?.active, digest(2));
  const [fresh, parent] = await store.listCheckpoints(TENANT, model);
  assert.deepEqual([fresh?.digest, fresh?.state, fresh?.parent_digest], [digest(2), 'active', digest(1)]);
  assert.deepEqual([fresh?.run_id, parent?.digest, parent?.state], [claim.run.id, digest(1), 'retained']);
  const window = Date.parse(must(parent?.delete_after)) - Date.parse(must(fresh?.created_at));
  assert.equal(window, 3_600_000);
  const run = must(await store.getRun(TENANT, claim.run.id));
  assert.deepEqual([run.state, run.candidate, run.verdict], ['published', digest(2), 'passed']);
  assert.deepEqual(await store.getVerification(TENANT, run.id), report());
  const request = must(await store.getRequest(TENANT, run.request_ids[0]!));
  assert.deepEqual([request.state, request.targets[0]?.state], ['completed', 'completed']);
  assert.equal(request.completed_at, run.finished_at);
});

test('published twice is published once, with the same answer', async () => {
  const { store } = world;
  const { model, claim } = await verifying();
  const outcomes = await Promise.all([1, 2, 3].map(() => store.publish(claim, publication(claim, 2))));
  assert.deepEqual(outcomes[1], outcomes[0]);
  assert.deepEqual(outcomes[2], outcomes[0]);
  const entries = await store.readLedger({ limit: 1000 });
  const mine = entries.filter((entry) => entry.type === 'run.published' && entry.data.model_id === model);
  assert.equal(mine.length, 1);
  const [outcome] = outcomes;
  assert.equal(outcome?.status === 'published' && outcome.ledger_seq, mine[0]?.seq);
});

test('a lost compare-and-swap supersedes the run; its requests wait again and the next run takes them', async () => {
  const { store } = world;
  const { model, claim } = await verifying();
  await moveAlias(model);
  assert.deepEqual(await store.publish(claim, publication(claim, 2)), { status: 'superseded' });
  assert.deepEqual(await store.publish(claim, publication(claim, 2)), { status: 'superseded' });
  const run = must(await store.getRun(TENANT, claim.run.id));
  assert.equal(run.state, 'superseded');
  const request = must(await store.getRequest(TENANT, run.request_ids[0]!));
  assert.deepEqual([request.state, request.targets[0]?.run_id], ['queued', null]);
  assert.equal((await store.getModel(TENANT, model))?.active, digest(77));
  assert.ok((await store.modelsToRing()).includes(model));
  const next = await world.claim(model);
  assert.equal(next.run.parent, digest(77));
  assert.equal((await store.runSets(next, async () => {})).counts.erased_before, 0);
  await publishRun(store, next, 78);
  assert.equal((await store.getRequest(TENANT, run.request_ids[0]!))?.state, 'completed');
});

test('a stale fence publishes nothing', async () => {
  const { store } = world;
  const { model, claim } = await verifying();
  assert.deepEqual(await store.publish(claim, publication(claim, 2, { fence: claim.fence + 1 })), { status: 'fenced' });
  assert.equal(await store.releaseRun(claim.run.id, claim.fence, 'lost'), true);
  assert.deepEqual(await store.publish(claim, publication(claim, 2)), { status: 'fenced' });
  assert.equal((await store.getModel(TENANT, model))?.active, digest(1));
});

test('what has not passed, or does not descend from the parent, or was not verified, is refused', async () => {
  const { store } = world;
  const { model, claim } = await verifying();
  for (const verdict of ['failed', 'inconclusive'] as const) {
    await assert.rejects(store.publish(claim, publication(claim, 2, { report: report(verdict) })), /verification is/);
  }
  const stranger = publication(claim, 2, { checkpoint: checkpoint(2, digest(50)) });
  await assert.rejects(store.publish(claim, stranger), /does not descend/);
  await store.moveRun(claim, 'unlearning', { targets: 'unlearning' }, 'worker-a');
  await assert.rejects(store.publish(claim, publication(claim, 2)), /it is unlearning/);
  assert.equal((await store.getModel(TENANT, model))?.active, digest(1));
  assert.equal((await store.listCheckpoints(TENANT, model)).length, 1);
});
