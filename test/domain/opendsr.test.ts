import assert from 'node:assert/strict';
import { test } from 'node:test';
import { statusBody, statusOf } from '../../src/domain/opendsr.ts';
import { REQUEST_STATES } from '../../src/domain/states.ts';

test('every state has one of the four statuses, and nothing that failed is completed', () => {
  const of = (status: string) => REQUEST_STATES.filter((state) => statusOf(state) === status);
  assert.deepEqual(of('pending'), ['received', 'awaiting_verification', 'awaiting_approval', 'on_hold', 'queued']);
  assert.deepEqual(of('in_progress'), [
    ...['unlearning', 'verifying', 'awaiting_promotion', 'failed', 'needs_review', 'partially_completed'],
  ]);
  assert.deepEqual(of('completed'), ['completed', 'completed_no_data']);
  assert.deepEqual(of('cancelled'), ['denied', 'cancelled']);
});

test('a count of results is there once it is final', () => {
  const about = { controller_id: 'default', subject_request_id: 'a', due_at: '2026-12-01T00:00:00.000Z', records: 3 };
  assert.equal(statusBody({ ...about, state: 'completed' }).results_count, 3);
  assert.equal(statusBody({ ...about, state: 'completed_no_data', records: 0 }).results_count, 0);
  assert.ok(!('results_count' in statusBody({ ...about, state: 'verifying' })));
});
