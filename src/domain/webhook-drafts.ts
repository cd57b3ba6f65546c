// Which events follow from an entry of the ledger. Whatever is told of is a decision, and every decision has its entry.
import { isFinalRun, type RunState } from './states.ts';
import type { RequestChange, WebhookEventType } from './webhook-events.ts';

/** Of a request, whose state its caller looks up; or of something else, which the entry says all of. */
export type Draft =
  | { about: 'request'; change: RequestChange; request_id: string; run_id: string | null }
  | { about: 'other'; type: WebhookEventType; data: Record<string, unknown> };

type Data = Record<string, unknown>;
const textOf = (data: Data, field: string): string | null => (typeof data[field] === 'string' ? data[field] : null);

/** Those that an entry names. */
function requestsIn(data: Data, change: RequestChange): Draft[] {
  const many = Array.isArray(data.request_ids) ? (data.request_ids as string[]) : [];
  const one = textOf(data, 'request_id');
  const run_id = textOf(data, 'run_id');
  const ids = new Set(one === null ? many : [one, ...many]);
  return Array.from(ids, (request_id) => ({ about: 'request', change, request_id, run_id }));
}

const other = (type: WebhookEventType, data: Data): Draft[] => [{ about: 'other', type, data }];

const runData = (data: Data, state: unknown) => ({
  ...{ run_id: data.run_id, model_id: data.model_id, state, verdict: data.verdict ?? null },
  links: { self: `/v1/runs/${data.run_id}` },
});

const checkpointData = (model_id: unknown, checkpoint_id: unknown) => ({
  ...{ model_id, checkpoint_id },
  links: { self: `/v1/models/${model_id}/checkpoints/${checkpoint_id}` },
});

const certificateData = ({ certificate_id, request_id, run_id }: Data) => ({
  ...{ certificate_id, deletion_request_id: request_id, run_id: run_id ?? null },
  links: { self: `/v1/certificates/${certificate_id}` },
});

function ofRun(data: Data): Draft[] {
  const { to } = data;
  const requests = data.targets === undefined ? [] : requestsIn(data, 'moved');
  if (to === 'awaiting_promotion') return [...requests, ...other('run.awaiting_promotion', runData(data, to))];
  if (!isFinalRun(to as RunState)) return requests;
  return [...requests, ...other('run.finished', runData(data, to))];
}

const ofPublication = (data: Data): Draft[] => [
  ...requestsIn(data, 'moved'),
  ...other('run.finished', runData(data, 'published')),
  ...other('checkpoint.published', {
    ...checkpointData(data.model_id, data.checkpoint),
    ...{ parent_id: data.parent, run_id: data.run_id },
  }),
];

const ofRestriction = (type: WebhookEventType, { restriction_id, request_id }: Data) =>
  other(type, {
    ...{ restriction_id, deletion_request_id: request_id },
    links: { self: `/v1/restrictions/${restriction_id}` },
  });

const moved = (data: Data) => requestsIn(data, 'moved');
const BY_ENTRY: Record<string, (data: Data) => Draft[]> = {
  'request.created': (data) => requestsIn(data, 'created'),
  'request.extended': (data) => requestsIn(data, 'extended'),
  'request.erased': (data) => requestsIn(data, 'erased'),
  'request.verified': moved,
  'request.approved': moved,
  'request.approval_lapsed': moved,
  'request.unusual': moved,
  'request.held': moved,
  'request.released': moved,
  'request.denied': moved,
  'request.cancelled': moved,
  'request.retried': moved,
  'request.cooled': moved,
  'request.nothing_left': moved,
  'request.model_gone': moved,
  'request.reopened': moved,
  'run.moved': ofRun,
  'run.released': moved,
  'run.published': ofPublication,
  'certificate.issued': (data) => other('certificate.issued', certificateData(data)),
  'certificate.revoked': (data) => other('certificate.revoked', certificateData(data)),
  'checkpoint.replaced': (data) =>
    other('checkpoint.replaced', {
      ...checkpointData(data.model_id, data.digest),
      ...{ replaced_by: data.replaced_by, recipients: data.recipients },
      links: { self: `/v1/checkpoints/${data.digest}/recipients` },
    }),
  'checkpoint.retired': (data) => other('checkpoint.retired', checkpointData(data.model_id, data.digest)),
  'checkpoint.deleted': (data) => other('checkpoint.deleted', checkpointData(data.model_id, data.digest)),
  'restriction.placed': (data) => ofRestriction('restriction.placed', data),
  'restriction.ending': (data) => ofRestriction('restriction.ending', data),
  'restriction.lifted': (data) => ofRestriction('restriction.lifted', data),
  'model.deleted': ({ model_id, recipients }) =>
    other('model.deleted', { model_id, recipients, links: { self: `/v1/models/${model_id}` } }),
  'corpus.deleted': ({ corpus_id }) =>
    other('corpus.deleted', { corpus_id, links: { self: `/v1/corpora/${corpus_id}` } }),
  'verification.ended': (data) =>
    other('verification.finished', {
      ...{ verification_id: data.verification_id, model_id: data.model_id, checkpoint_id: data.checkpoint },
      ...{ state: data.state, verdict: data.verdict ?? null },
      ...{ active: data.active === true, came_back: data.came_back ?? null },
      links: { self: `/v1/verifications/${data.verification_id}` },
    }),
};

/** In order; none of an entry that no webhook tells of. */
export const draftsOf = ({ type, data }: { type: string; data: Data }): Draft[] => BY_ENTRY[type]?.(data) ?? [];
