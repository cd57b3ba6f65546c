// Ten thousand requests wait for one model.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openWorld, type World } from './fixture.ts';

let world: World;
before(async () => {
  world = await openWorld();
});
after(() => world.close());

test('more requests than a run takes: the oldest go first, and the others wait for the next', async () => {
  const model = await world.model([await world.corpus([['many'], ['rest']])]);
  const made = await world.request(['many']);
  assert.ok(made.status === 'created');
  const { id } = made.request;
  // as two large batches make them; that they are about one person is no matter to a claim
  await world.sql(`
    insert into deletion_requests
    select (jsonb_populate_record(r, jsonb_build_object('id', gen_random_uuid(), 'received_at', now() + interval '1 hour'))).*
    from deletion_requests r, generate_series(1, 10050) where r.id = '${id}'`);
  // as the intake does where tables have grown
  await world.sql('analyze deletion_requests');
  await world.sql(`
    with made as (select id from deletion_requests where received_at > now()),
    asked as (
      insert into request_subjects
      select (jsonb_populate_record(s, jsonb_build_object('request_id', made.id))).*
      from request_subjects s, made where s.request_id = '${id}')
    insert into request_targets
    select (jsonb_populate_record(t, jsonb_build_object('id', gen_random_uuid(), 'request_id', made.id))).*
    from request_targets t, made where t.request_id = '${id}'`);
  await world.sql('analyze request_targets');
  const { run } = await world.claim(model);
  assert.equal(run.request_ids.length, 10_000);
  assert.ok(run.request_ids.includes(id));
  assert.equal(
    await world.sql(`select from request_targets where model_id = '${model}' and state = 'queued' and run_id is null`),
    51,
  );
});
