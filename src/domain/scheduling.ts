// How a model's requests are scheduled, and what is expected of them, as the wire shows it.
import Type, { type Static } from 'typebox';
import { Id, Name, Nullable, StringEnum, Timestamp } from './common.ts';
import { REQUEST_STATES, TARGET_STATES } from './states.ts';

const MOST_HOURS = 24 * 90;

export const schedulingFields = {
  max_wait_hours: Nullable(
    Type.Number({
      ...{ minimum: 0, maximum: MOST_HOURS },
      description: 'How long its requests wait for others to come at most; 0: not at all; null: COALESCE_MAX_HOURS',
    }),
  ),
  promptness: Nullable(
    Type.Number({
      exclusiveMinimum: 0,
      description: 'Seconds of compute that it is worth to answer one request a day sooner; null: COALESCE_PROMPTNESS',
    }),
  ),
  backend: Nullable(
    Type.String({
      ...{ minLength: 1, maxLength: 100, pattern: '^[a-z0-9/-]+$' },
      description:
        'Workers that may take its runs: on this backend, or on all that begin so (`onnxruntime`); null: any',
    }),
  ),
  memory_bytes: Nullable(
    Type.Integer({ minimum: 1, description: 'And with so much memory for a compute process; null: any' }),
  ),
};

export const Scheduling = Type.Object({
  ...schedulingFields,
  updated_at: Nullable({ ...Timestamp, description: 'Null: nothing was chosen' }),
});
export type Scheduling = Static<typeof Scheduling>;

export const ModelForecast = Type.Object({
  model_id: Id,
  model_name: Name,
  waiting: Type.Integer({ description: 'Requests that wait for a run that has not begun' }),
  running: Type.Boolean({ description: 'Whether a run of the model is under way' }),
  window: Nullable(
    Type.Object(
      { ends_at: Timestamp, reason: Type.String() },
      { description: 'Until when they wait for others to come; null: they do not' },
    ),
  ),
  run_seconds: Nullable(Type.Number({ description: 'What their run is thought to take; null: nothing was measured' })),
  expected_start_at: Nullable({ ...Timestamp, description: 'Null: nobody waits, or no worker can take the run' }),
  expected_done_at: Nullable(Timestamp),
  first_due_at: Nullable(Timestamp),
  at_risk: Type.Boolean({ description: 'Whoever is due first is expected to be late, or no worker can take the run' }),
});
export type ModelForecast = Static<typeof ModelForecast>;

export const RequestAtRisk = Type.Object({
  deletion_request_id: Id,
  model_id: Id,
  due_at: Timestamp,
  expected_done_at: Nullable({ ...Timestamp, description: 'Null: no worker can take the run' }),
});
export type RequestAtRisk = Static<typeof RequestAtRisk>;

const expected_done_at = Nullable({ ...Timestamp, description: 'Null: it cannot be told, and `reason` says why' });
const reason = Type.String({ description: 'What it follows from, or why it cannot be told' });

const TargetForecast = Type.Object({
  model_id: Id,
  model_name: Name,
  state: StringEnum(TARGET_STATES),
  expected_start_at: Nullable({ ...Timestamp, description: 'Null: it has begun, or cannot be told' }),
  ...{ expected_done_at, reason },
});

export const RequestForecast = Type.Object({
  deletion_request_id: Id,
  state: StringEnum(REQUEST_STATES),
  at: Timestamp,
  due_at: Timestamp,
  expected_done_at,
  reason,
  at_risk: Type.Boolean({
    description:
      'It is open, and expected after `due_at`, or past it already, or no worker can take the run of a model',
  }),
  targets: Type.Array(TargetForecast, { description: 'Models that are not done with it' }),
});
export type RequestForecast = Static<typeof RequestForecast>;
