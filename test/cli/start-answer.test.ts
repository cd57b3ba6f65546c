import assert from 'node:assert/strict';
import { test } from 'node:test';
import { graceMs, reasonsOf, serves, shownReasons, warningsOf } from '../../src/cli/start-answer.ts';

const disk = 'CHECKPOINT_DIR has 12 MB left, less than MIN_FREE_BYTES (268 MB)';

test('an answer that names reasons is told from any other', () => {
  assert.deepEqual(reasonsOf({ code: 'service-unavailable', parts: {}, reasons: { disk } }), { disk });
  for (const other of [null, 'text', {}, { code: 'rate-limited' }, { reasons: { disk: 1 } }])
    assert.equal(reasonsOf(other), null);
});

test('the API is of use with a full disk at once, without queue or worker after a while, and never without its database', () => {
  assert.deepEqual([serves({ disk }), graceMs({ disk })], [true, 0]);
  for (const part of ['queue', 'workers']) {
    assert.ok(serves({ [part]: 'does not answer' }));
    assert.ok(graceMs({ disk, [part]: 'does not answer' }) > 5000);
  }
  for (const part of ['database', 'migrations']) assert.ok(!serves({ disk, [part]: 'does not answer' }));
});

test('every reason is told with its setting or remedy', () => {
  const queue = 'does not answer';
  const workers = 'no worker takes runs: requests wait';
  const [ofDisk, ofQueue, ofWorkers] = warningsOf({ disk, queue, workers });
  assert.match(ofDisk!, /^disk: .*MIN_FREE_BYTES \(268 MB\)\. Free room .*models can be deleted/);
  assert.match(ofQueue!, /^queue: does not answer\. .*REDIS_URL/);
  assert.match(ofWorkers!, /^workers: no worker .*READY_NEEDS_WORKER/);
  assert.equal(shownReasons({ disk: 'full', queue }), ' (disk: full; queue: does not answer)');
  assert.equal(shownReasons(null), '');
});
