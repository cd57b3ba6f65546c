// The life of a target (one model of a request) and of a run, as pure tables.

export const TARGET_STATES = [
  'received',
  'queued',
  'unlearning',
  'verifying',
  'completed',
  'completed_no_data',
  'cancelled',
  'failed',
  'needs_review',
] as const;
export type TargetState = (typeof TARGET_STATES)[number];

/** A request shows its targets' common state, or `partially_completed` when they ended differently. */
export const REQUEST_STATES = [...TARGET_STATES, 'partially_completed'] as const;
export type RequestState = (typeof REQUEST_STATES)[number];

const TARGET_MOVES: Record<TargetState, readonly TargetState[]> = {
  received: ['queued', 'completed_no_data', 'cancelled'],
  // `completed_no_data` when another run removed everything meanwhile
  queued: ['unlearning', 'completed_no_data', 'cancelled', 'failed'],
  // back to `queued` when a worker died or another run published first
  unlearning: ['verifying', 'queued', 'failed', 'needs_review'],
  verifying: ['completed', 'unlearning', 'queued', 'failed', 'needs_review'],
  completed: [],
  completed_no_data: [],
  cancelled: [],
  failed: [],
  needs_review: [],
};

export const canMoveTarget = (from: TargetState, to: TargetState): boolean => TARGET_MOVES[from].includes(to);
export const isFinalTarget = (state: TargetState): boolean => TARGET_MOVES[state].length === 0;
/** A waiting target may be cancelled; one that a run has claimed may not. */
export const isWaitingTarget = (state: TargetState): boolean => state === 'received' || state === 'queued';

const ORDER: TargetState[] = ['received', 'queued', 'unlearning', 'verifying'];

/** Derives the state of a request from its targets'; a request without targets found no data. */
export function requestState(targets: readonly TargetState[]): RequestState {
  if (targets.length === 0) return 'completed_no_data';
  const open = targets.filter((state) => !isFinalTarget(state));
  // the least advanced target tells how far the request is
  if (open.length > 0) return ORDER.find((state) => open.includes(state)) ?? 'received';
  const distinct = [...new Set(targets)];
  const first = distinct[0]!;
  if (distinct.length === 1) return first;
  if (distinct.every((state) => state === 'completed' || state === 'completed_no_data')) return 'completed';
  if (distinct.includes('completed')) return 'partially_completed';
  return distinct.includes('failed') ? 'failed' : 'needs_review';
}

export const RUN_STATES = [
  'planned',
  'unlearning',
  'verifying',
  'awaiting_promotion',
  'published',
  'needs_review',
  'failed',
  'cancelled',
  'superseded',
] as const;
export type RunState = (typeof RUN_STATES)[number];

const RUN_MOVES: Record<RunState, readonly RunState[]> = {
  planned: ['unlearning', 'failed', 'cancelled', 'superseded'],
  unlearning: ['verifying', 'planned', 'failed', 'cancelled', 'superseded', 'needs_review'],
  // `unlearning` again: the next method of the plan
  verifying: [
    'published',
    'awaiting_promotion',
    'unlearning',
    'planned',
    'needs_review',
    'failed',
    'cancelled',
    'superseded',
  ],
  awaiting_promotion: ['published', 'needs_review', 'superseded'],
  published: [],
  needs_review: [],
  failed: [],
  cancelled: [],
  superseded: [],
};
export const canMoveRun = (from: RunState, to: RunState): boolean => RUN_MOVES[from].includes(to);
export const isFinalRun = (state: RunState): boolean => RUN_MOVES[state].length === 0;
