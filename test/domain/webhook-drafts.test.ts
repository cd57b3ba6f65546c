import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Value } from 'typebox/value';
import { REQUEST_STATES } from '../../src/domain/states.ts';
import { draftsOf } from '../../src/domain/webhook-drafts.ts';
import { EVENT_PATTERNS, isWanted, requestEvents, WEBHOOK_EVENTS } from '../../src/domain/webhook-events.ts';

const ID = '019ac000-0000-7000-8000-000000000001';
const OTHER = '019ac000-0000-7000-8000-000000000002';
const digest = (c: string) => `sha256:${c.repeat(64)}`;

const run = { run_id: ID, model_id: OTHER };
/** Entries of the ledger as the store writes them. */
const ENTRIES: [type: string, data: Record<string, unknown>, told: string[]][] = [
  ['run.moved', { ...run, to: 'unlearning', targets: 'unlearning', request_ids: [OTHER] }, ['moved']],
  ['run.moved', { ...run, to: 'verifying', candidate: digest('a') }, []],
  [
    'run.moved',
    { ...run, to: 'awaiting_promotion', targets: 'awaiting_promotion', request_ids: [OTHER], verdict: 'passed' },
    ['moved', 'run.awaiting_promotion'],
  ],
  [
    'run.moved',
    { ...run, to: 'needs_review', targets: 'needs_review', request_ids: [ID, OTHER] },
    ['moved', 'moved', 'run.finished'],
  ],
  [
    'run.published',
    { ...run, parent: digest('a'), checkpoint: digest('b'), verdict: 'passed', request_ids: [OTHER] },
    ['moved', 'run.finished', 'checkpoint.published'],
  ],
  ['certificate.issued', { certificate_id: ID, request_id: OTHER, run_id: null }, ['certificate.issued']],
  ['certificate.revoked', { certificate_id: ID, request_id: OTHER, run_id: ID }, ['certificate.revoked']],
  [
    'checkpoint.replaced',
    { model_id: ID, digest: digest('c'), replaced_by: digest('d'), recipients: 2 },
    ['checkpoint.replaced'],
  ],
  ['checkpoint.retired', { model_id: ID, digest: digest('c') }, ['checkpoint.retired']],
  ['checkpoint.deleted', { model_id: ID, digest: digest('c') }, ['checkpoint.deleted']],
  [
    'verification.ended',
    { verification_id: ID, model_id: OTHER, checkpoint: digest('c'), state: 'failed', verdict: null },
    ['verification.finished'],
  ],
  ['request.denied', { request_id: ID, to: 'denied' }, ['moved']],
  ['request.cooled', { request_ids: [ID, OTHER], to: 'queued' }, ['moved', 'moved']],
  ['request.verified', { request_id: ID, to: 'queued', targets: [{ id: OTHER }] }, ['moved']],
  ['request.verified', { request_id: ID, to: 'completed_no_data', targets: [] }, []],
  ['request.suppressed', { request_ids: [ID] }, []],
  ['restriction.reopened', { restriction_id: ID, request_id: OTHER, run_id: ID }, ['restriction.placed']],
  ['request.extended', { request_id: ID }, ['extended']],
  ['run.claimed', { ...run, request_ids: [ID] }, []],
  ['model.registered', { model_id: ID }, []],
];

test('what is told follows from the entry, and fits the schema of its event', () => {
  for (const [type, data, told] of ENTRIES) {
    const drafts = draftsOf({ type, data });
    assert.deepEqual(
      drafts.map((draft) => (draft.about === 'request' ? draft.change : draft.type)),
      told,
      type,
    );
    for (const draft of drafts)
      if (draft.about === 'other') {
        const schema = { ...WEBHOOK_EVENTS[draft.type].data, additionalProperties: false };
        assert.deepEqual([...Value.Errors(schema, JSON.parse(JSON.stringify(draft.data)))], [], type);
      }
  }
});

test('an end has an event of its own, whatever goes on is state_changed, and one that is over at once tells of both', () => {
  const ends = REQUEST_STATES.filter((state) => requestEvents('moved', state)[0] !== 'deletion_request.state_changed');
  assert.deepEqual(ends, [
    ...['completed', 'completed_no_data', 'denied', 'cancelled', 'failed', 'needs_review', 'partially_completed'],
  ]);
  const both = ['deletion_request.created', 'deletion_request.completed'];
  assert.deepEqual(requestEvents('created', 'completed_no_data'), both);
  assert.deepEqual(requestEvents('created', 'queued'), ['deletion_request.created']);
  assert.deepEqual(requestEvents('extended', 'queued'), ['deletion_request.extended']);
});

test('patterns take whole families or one event', () => {
  assert.ok(isWanted(['*'], 'run.finished'));
  assert.ok(isWanted(['certificate.issued', 'run.*'], 'run.finished'));
  assert.ok(!isWanted(['run.*', 'checkpoint.retired'], 'checkpoint.deleted'));
  assert.ok((EVENT_PATTERNS as readonly string[]).includes('deletion_request.*'));
});
