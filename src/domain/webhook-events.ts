// Every event that a webhook may tell of: one registry is the type, the payload's schema, the OpenAPI section and the page.
import Type, { type TObject } from 'typebox';
import { Digest, Id, Nullable, StringEnum, Timestamp } from './common.ts';
import { REQUEST_STATES, type RequestState, RUN_STATES } from './states.ts';
import { VERDICTS } from './verification.ts';

const Links = Type.Object({
  self: Type.String({ description: 'Path of what it is about, on the host of the service' }),
});

const OfRequest = Type.Object({
  deletion_request_id: Id,
  state: StringEnum(REQUEST_STATES, 'Of the request when this happened'),
  version: Type.Integer({ description: 'ETag of that state: what is read now may be later' }),
  run_id: Nullable({ ...Id, description: 'The run that moved it' }),
  links: Links,
});
const OfRun = Type.Object({
  run_id: Id,
  model_id: Id,
  state: StringEnum(RUN_STATES),
  verdict: Nullable(StringEnum(VERDICTS)),
  links: Links,
});
const OfCheckpoint = Type.Object({ model_id: Id, checkpoint_id: Digest, links: Links });
const OfCertificate = Type.Object({
  certificate_id: Id,
  deletion_request_id: Id,
  run_id: Nullable(Id),
  links: Links,
});

const OfRestriction = Type.Object({
  restriction_id: Id,
  deletion_request_id: Nullable({ ...Id, description: 'The request that it waits with' }),
  links: Links,
});

interface WebhookEvent {
  /** For people. */
  summary: string;
  data: TObject;
}

export const WEBHOOK_EVENTS = {
  'deletion_request.created': { summary: 'A deletion request was taken in', data: OfRequest },
  'deletion_request.state_changed': { summary: 'A request or a target of it moved, and it goes on', data: OfRequest },
  'deletion_request.extended': { summary: 'The time for a request was extended', data: OfRequest },
  'deletion_request.completed': {
    summary: 'Every target of a request is done, or had nothing to forget',
    data: OfRequest,
  },
  'deletion_request.partially_completed': { summary: 'The targets of a request ended differently', data: OfRequest },
  'deletion_request.denied': { summary: 'A request was refused', data: OfRequest },
  'deletion_request.cancelled': { summary: 'A request was withdrawn', data: OfRequest },
  'deletion_request.failed': { summary: 'A request could not be carried out', data: OfRequest },
  'deletion_request.needs_review': { summary: 'Verification did not pass: somebody has to look', data: OfRequest },
  'deletion_request.erased': { summary: 'The text of the records of a request is gone', data: OfRequest },
  'run.awaiting_promotion': { summary: 'A candidate passed verification and waits for a decision', data: OfRun },
  'run.finished': { summary: 'A run ended, whatever came of it', data: OfRun },
  'certificate.issued': { summary: 'A certificate was signed', data: OfCertificate },
  'certificate.revoked': { summary: 'A certificate is void: what it certified was rolled back', data: OfCertificate },
  'checkpoint.published': {
    summary: 'A model answers from a new checkpoint',
    data: Type.Object({
      ...OfCheckpoint.properties,
      parent_id: { ...Digest, description: 'What it answered from before' },
      run_id: Id,
    }),
  },
  'checkpoint.replaced': {
    summary: 'A checkpoint that somebody has got is not in use any more: its recipients are to be told',
    data: Type.Object({
      ...OfCheckpoint.properties,
      replaced_by: { ...Digest, description: 'What the model answers from now' },
      recipients: Type.Integer({ description: 'How many have not heard yet' }),
    }),
  },
  'checkpoint.retired': { summary: 'A checkpoint is not to be used any more', data: OfCheckpoint },
  'checkpoint.deleted': { summary: 'The weights of a checkpoint are gone', data: OfCheckpoint },
  'restriction.placed': {
    summary: 'The processing of a person’s records was restricted, or is so again after a rollback',
    data: OfRestriction,
  },
  'restriction.ending': {
    summary: 'A restriction is about to be lifted: the person is to be told before (Art. 18(3))',
    data: OfRestriction,
  },
  'restriction.lifted': { summary: 'A restriction is over', data: OfRestriction },
  'model.deleted': {
    summary: 'A model was deleted: whoever has got weights of it is to be told',
    data: Type.Object({
      model_id: Id,
      recipients: Type.Integer({ description: 'How many have not heard yet' }),
      links: Links,
    }),
  },
  'corpus.deleted': { summary: 'A corpus was deleted', data: Type.Object({ corpus_id: Id, links: Links }) },
  'verification.finished': {
    summary: 'A verification on demand, or by schedule, ended',
    data: Type.Object({
      verification_id: Id,
      model_id: Id,
      checkpoint_id: Digest,
      state: StringEnum(['done', 'failed'] as const),
      verdict: Nullable(StringEnum(VERDICTS)),
      active: Type.Boolean({ description: 'Whether the checkpoint is in use' }),
      came_back: Nullable(
        Type.Array(Id, { description: 'By schedule: requests whose people came back; null: on demand, or no end' }),
      ),
      links: Links,
    }),
  },
  'webhook.test': {
    summary: 'Somebody asked for a test of the endpoint',
    data: Type.Object({ webhook_endpoint_id: Id, links: Links }),
  },
} as const satisfies Record<string, WebhookEvent>;

export type WebhookEventType = keyof typeof WEBHOOK_EVENTS;
export const WEBHOOK_EVENT_TYPES = Object.keys(WEBHOOK_EVENTS) as WebhookEventType[];

/** What is sent: thin, so that whoever may not read the resource learns its id and state and nothing else. */
export const payloadOf = (type: WebhookEventType) =>
  Type.Object({
    type: Type.Literal(type),
    timestamp: { ...Timestamp, description: 'When it happened, not when it was sent' },
    data: WEBHOOK_EVENTS[type].data,
  });

/** The same for every event. */
export const bodyOf = (type: WebhookEventType, timestamp: string, data: Record<string, unknown>): string =>
  JSON.stringify({ type, timestamp, data });

const ENDS: Partial<Record<RequestState, WebhookEventType>> = {
  completed: 'deletion_request.completed',
  completed_no_data: 'deletion_request.completed',
  partially_completed: 'deletion_request.partially_completed',
  denied: 'deletion_request.denied',
  cancelled: 'deletion_request.cancelled',
  failed: 'deletion_request.failed',
  needs_review: 'deletion_request.needs_review',
};

export type RequestChange = 'created' | 'moved' | 'extended' | 'erased';

/** The events of a request that changed so and is in that state now. One that is over when it is made tells of both. */
export function requestEvents(change: RequestChange, state: RequestState): WebhookEventType[] {
  const end = ENDS[state];
  if (change === 'erased') return ['deletion_request.erased'];
  if (change === 'extended') return ['deletion_request.extended'];
  if (change === 'created') return ['deletion_request.created', ...(end === undefined ? [] : [end])];
  return [end ?? 'deletion_request.state_changed'];
}

/** `*`: every event; `run.*`: every event whose name begins so. */
export const isWanted = (patterns: readonly string[], type: string): boolean =>
  patterns.some((one) => (one.endsWith('*') ? type.startsWith(one.slice(0, -1)) : one === type));

/** What an endpoint may ask for. */
export const EVENT_PATTERNS = [
  '*',
  ...new Set(WEBHOOK_EVENT_TYPES.map((type) => `${type.split('.')[0]}.*`)),
  ...WEBHOOK_EVENT_TYPES,
] as const;
