// Named schemas: each is one component of the OpenAPI document and is referred to by name.
import Type, { type TSchema } from 'typebox';
import { ApiKey } from '../domain/api-key.ts';
import { Checkpoint, StoredCheckpoint } from '../domain/checkpoint.ts';
import { CheckpointVerification, ListedVerification, VerificationPlan } from '../domain/checkpoint-verification.ts';
import { Id } from '../domain/common.ts';
import { Forgetting } from '../domain/forgetting.ts';
import { InfluenceAnalysis } from '../domain/influence.ts';
import { PolicyVersion } from '../domain/policies.ts';
import { UploadedRecord } from '../domain/record.ts';
import { Certificate, Corpus, CurvePoint, DeletionPlan, DeletionRequest, Model, Run } from '../domain/resources.ts';
import { Restriction } from '../domain/restriction.ts';
import { ModelForecast, RequestForecast, Scheduling } from '../domain/scheduling.ts';
import { UploadResource } from '../domain/upload.ts';
import { VerificationReport } from '../domain/verification.ts';
import { WebhookDelivery, WebhookEndpoint, WebhookEndpointWithSecret } from '../domain/webhook.ts';
import { Problem } from './problem.ts';
import type { App } from './types.ts';

const NAMED = {
  Problem,
  Corpus,
  UploadedRecord,
  Upload: UploadResource,
  Model,
  Forgetting,
  Checkpoint,
  StoredCheckpoint,
  DeletionRequest,
  DeletionPlan,
  Restriction,
  Run,
  CurvePoint,
  VerificationReport,
  CheckpointVerification,
  ListedVerification,
  VerificationPlan,
  PolicyVersion,
  Scheduling,
  ModelForecast,
  RequestForecast,
  Certificate,
  InfluenceAnalysis,
  WebhookEndpoint,
  WebhookEndpointWithSecret,
  WebhookDelivery,
  ApiKey,
} satisfies Record<string, TSchema>;
type Named = typeof NAMED;

export function addSchemas(app: App): void {
  for (const [name, schema] of Object.entries(NAMED)) app.addSchema({ ...schema, $id: name });
}

/** Reference to a named schema, with its type. */
export const ref = <Name extends keyof Named>(name: Name) =>
  Type.Unsafe<Type.Static<Named[Name]>>(Type.Ref(`${name}#`));

/** Every failure, as a problem document. */
export const problems = {
  '4xx': {
    description: 'Refused: a problem document says why and what to do',
    content: { 'application/problem+json': { schema: ref('Problem') } },
  },
  '5xx': {
    description: 'Failed on this side: a problem document without internals',
    content: { 'application/problem+json': { schema: ref('Problem') } },
  },
};

/** The same schema with a description of the response. */
export const described = <T extends TSchema>(description: string, schema: T): T => ({ ...schema, description });

export const IdParams = Type.Object({ id: Id });
export const NotModified = Type.Null({ description: 'If-None-Match names the present state' });

/** Text that Postgres, file names and headers take: visible ASCII. Without @: addresses are what ids that name people are made of. */
export const VISIBLE = '^[!-?A-~]+$';
