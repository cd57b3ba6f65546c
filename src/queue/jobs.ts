// Every queue and job of the service. A job is a doorbell: it carries an id and nothing else.
import Type, { type Static } from 'typebox';
import { Value } from 'typebox/value';
import { Id } from '../domain/common.ts';
import { ExpungeError } from '../errors.ts';

/** Requests may be waiting for this model. */
export const ModelRing = Type.Object({ modelId: Id }, { additionalProperties: false });
export type ModelRing = Static<typeof ModelRing>;

/** Somebody asked a model something. */
export const ProbeRing = Type.Object({ probeId: Id }, { additionalProperties: false });
export type ProbeRing = Static<typeof ProbeRing>;

/** Somebody wants to know which records shaped an answer. */
export const InfluenceRing = Type.Object({ analysisId: Id }, { additionalProperties: false });
export type InfluenceRing = Static<typeof InfluenceRing>;

/** Somebody wants a checkpoint verified. */
export const VerificationRing = Type.Object({ verificationId: Id }, { additionalProperties: false });
export type VerificationRing = Static<typeof VerificationRing>;

/** Something is to be sent to a webhook endpoint. */
export const WebhookRing = Type.Object({ endpointId: Id }, { additionalProperties: false });
export type WebhookRing = Static<typeof WebhookRing>;

export const QUEUES = {
  models: { name: 'expunge-models', job: 'unlearn', data: ModelRing },
  probes: { name: 'expunge-probes', job: 'complete', data: ProbeRing },
  influence: { name: 'expunge-influence', job: 'analyse', data: InfluenceRing },
  verifications: { name: 'expunge-verifications', job: 'verify', data: VerificationRing },
  webhooks: { name: 'expunge-webhooks', job: 'deliver', data: WebhookRing },
} as const;
export type QueueKey = keyof typeof QUEUES;

/**
 * Checks what came out of the queue, since anybody who reaches it can put something in.
 * Throws `validation-failed` naming the queue and the field, never the value.
 */
export function parseJob<K extends QueueKey>(queue: K, data: unknown): Static<(typeof QUEUES)[K]['data']> {
  const schema = QUEUES[queue].data;
  const [first] = Value.Errors(schema, data);
  if (first) {
    throw new ExpungeError(
      'validation-failed',
      `A job of queue ${QUEUES[queue].name} does not fit its schema: ${first.instancePath || '/'} ${first.message}`,
    );
  }
  return data as Static<(typeof QUEUES)[K]['data']>;
}
