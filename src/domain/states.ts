// The life of a target (one model of a request) and of a run, as pure tables. docs/requests.md is made from them.

export const TARGET_STATES = [
  'received',
  'awaiting_verification',
  'awaiting_approval',
  'on_hold',
  'queued',
  'unlearning',
  'verifying',
  'awaiting_promotion',
  'completed',
  'completed_no_data',
  'denied',
  'cancelled',
  'failed',
  'needs_review',
] as const;
export type TargetState = (typeof TARGET_STATES)[number];

/** A request shows its targets' common state, or `partially_completed` when they ended differently. */
export const REQUEST_STATES = [...TARGET_STATES, 'partially_completed'] as const;
export type RequestState = (typeof REQUEST_STATES)[number];

/** What stands between a request and its run, in this order. */
const GATED = ['awaiting_verification', 'received', 'awaiting_approval', 'queued'] as const;
/** Nothing has begun yet. */
const WAITING: readonly TargetState[] = [...GATED, 'on_hold'];
/** Nothing goes on by itself any more. */
const ENDED: readonly TargetState[] = [
  ...(['completed', 'completed_no_data', 'denied', 'cancelled', 'failed', 'needs_review'] as const),
];

/** Of a target that is made; `completed_no_data` where the model has nothing to forget. */
export const FIRST_STATES: readonly TargetState[] = [...GATED, 'completed_no_data'];

interface Move {
  from: readonly TargetState[];
  to: readonly TargetState[];
  /** For people. */
  what: string;
}

/** What a caller asks of a request: its targets that are in `from` move, the others stay. */
export const REQUEST_ACTIONS = {
  verify: {
    ...{ from: ['awaiting_verification'], to: ['received', 'awaiting_approval', 'queued'] },
    what: 'The controller says that the person is who they say they are',
  },
  approve: { from: ['awaiting_approval'], to: ['queued'], what: 'Somebody approves the plan, named by its digest' },
  hold: { from: GATED, to: ['on_hold'], what: 'The data must be kept for the time being' },
  release: { from: ['on_hold'], to: GATED, what: 'The hold ends; the target waits for what it waited for before' },
  deny: { from: WAITING, to: ['denied'], what: 'The request is refused, by an exception of the law' },
  cancel: { from: WAITING, to: ['cancelled'], what: 'The request is withdrawn' },
  retry: {
    ...{ from: ['failed', 'needs_review'], to: ['awaiting_approval', 'queued'] },
    what: 'Another run is to try, of models that are still there; an approval counts for one try',
  },
} as const satisfies Record<string, Move>;
export type RequestAction = keyof typeof REQUEST_ACTIONS;

/** What a caller asks of a run; all its targets move with it. */
export const RUN_ACTIONS = {
  promote: { from: ['awaiting_promotion'], to: ['completed'], what: 'The verified candidate becomes the active one' },
  rollback: {
    ...{ from: ['awaiting_promotion', 'completed', 'completed_no_data'], to: ['needs_review'] },
    what: 'The candidate is refused; where it was published, the parent is active again, and so are the records that had gone',
  },
} as const satisfies Record<string, Move>;

/** What happens by itself. */
export const EVENTS = {
  'cooling-off over': { from: ['received'], to: ['awaiting_approval', 'queued'], what: 'Its cooling-off time is over' },
  'approval lapsed': {
    ...{ from: ['queued'], to: ['awaiting_approval'] },
    what: 'The model has another checkpoint than the plan was approved on, or more is known of its base, and the plan would be another now',
  },
  'found unusual': {
    ...{ from: ['queued'], to: ['awaiting_approval'] },
    what: 'Its run found, before it began, that these records are unusual to the model: not learned, too steep, or in unusually many of its shards',
  },
  begun: { from: ['queued'], to: ['unlearning'], what: 'A run begins its first method' },
  'nothing left': {
    from: ['queued'],
    to: ['completed_no_data'],
    what: 'Another run removed everything meanwhile; of a request with `exact`, an exact one',
  },
  made: { from: ['unlearning'], to: ['verifying'], what: 'There is a candidate' },
  'not passed': { from: ['verifying'], to: ['unlearning'], what: 'The next method of the plan is tried' },
  passed: {
    ...{ from: ['verifying'], to: ['completed', 'awaiting_promotion'] },
    what: 'Verification passed; where promotion is somebody’s decision, that is waited for',
  },
  'given back': {
    ...{ from: ['unlearning', 'verifying', 'awaiting_promotion'], to: ['queued'] },
    what: 'A worker was lost or stopped, another run published first, or the run was split in two',
  },
  'none passed': { from: ['unlearning', 'verifying'], to: ['needs_review'], what: 'No method of the plan passed' },
  broken: {
    from: ['queued', 'unlearning', 'verifying'],
    to: ['failed'],
    what: 'The run cannot be done, or the model was deleted before one began',
  },
} as const satisfies Record<string, Move>;

const MOVES: readonly Move[] = [REQUEST_ACTIONS, RUN_ACTIONS, EVENTS].flatMap(
  (table) => Object.values(table) as Move[],
);

export const canMoveTarget = (from: TargetState, to: TargetState): boolean =>
  MOVES.some((move) => move.from.includes(from) && move.to.includes(to));
export const isFinalTarget = (state: TargetState): boolean => ENDED.includes(state);
/** A waiting target may be held, denied and cancelled; one that a run has claimed may not. */
export const isWaitingTarget = (state: TargetState): boolean => WAITING.includes(state);
/** States in which a second request about the same person and model would do nothing new. */
export const OPEN_STATES = TARGET_STATES.filter((state) => !isFinalTarget(state));

/** Whether the action moves a target that is in this state. */
export const isMovedBy = (action: RequestAction, state: TargetState): boolean =>
  (REQUEST_ACTIONS[action] as Move).from.includes(state);
/** The actions that would move at least one of these targets. */
export const allowedActions = (targets: readonly TargetState[]): RequestAction[] =>
  (Object.keys(REQUEST_ACTIONS) as RequestAction[]).filter((action) => targets.some((one) => isMovedBy(action, one)));

/** What has been seen to of all that a run waits for. */
export interface Gates {
  held: boolean;
  verified: boolean;
  /** The cooling-off time is over, or there was none. */
  cooled: boolean;
  /** Or no approval is asked for. */
  approved: boolean;
}
/** Where a target waits: at the first gate that is closed. */
export function waitingState({ held, verified, cooled, approved }: Gates): TargetState {
  if (held) return 'on_hold';
  if (!verified) return 'awaiting_verification';
  if (!cooled) return 'received';
  return approved ? 'queued' : 'awaiting_approval';
}

/** Least advanced first. */
export const ORDER: readonly TargetState[] = [
  ...(['on_hold', ...GATED, 'unlearning', 'verifying', 'awaiting_promotion'] as const),
];
/** Of ends that differ and leave something undone: who looks into the request has to see the first of these. */
const UNDONE = ['failed', 'needs_review', 'denied', 'cancelled'] as const;

/** Derives the state of a request from its targets'; a request without targets found no data. */
export function requestState(targets: readonly TargetState[]): RequestState {
  if (targets.length === 0) return 'completed_no_data';
  const open = ORDER.find((state) => targets.includes(state));
  // the least advanced target tells how far the request is
  if (open !== undefined) return open;
  const undone = UNDONE.find((state) => targets.includes(state));
  if (undone === undefined) return targets.includes('completed') ? 'completed' : 'completed_no_data';
  return targets.includes('completed') ? 'partially_completed' : undone;
}
export const isOpenRequest = (state: RequestState): boolean => (OPEN_STATES as readonly string[]).includes(state);

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
  'split',
] as const;
export type RunState = (typeof RUN_STATES)[number];

const RUN_MOVES: Record<RunState, readonly RunState[]> = {
  planned: ['unlearning', 'failed', 'cancelled', 'superseded', 'split'],
  unlearning: ['verifying', 'planned', 'failed', 'cancelled', 'superseded', 'needs_review', 'split'],
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
    'split',
  ],
  awaiting_promotion: ['published', 'needs_review', 'superseded'],
  // rolled back
  published: ['needs_review'],
  needs_review: [],
  failed: [],
  cancelled: [],
  superseded: [],
  split: [],
};
const ENDED_RUNS: readonly RunState[] = ['published', 'needs_review', 'failed', 'cancelled', 'superseded', 'split'];
export const canMoveRun = (from: RunState, to: RunState): boolean => RUN_MOVES[from].includes(to);
/** Nothing goes on by itself any more. */
export const isFinalRun = (state: RunState): boolean => ENDED_RUNS.includes(state);
