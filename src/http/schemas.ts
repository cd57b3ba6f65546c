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

const problem = (description: string) => ({
  description,
  content: { 'application/problem+json': { schema: ref('Problem') } },
});

/** Every failure, as a problem document. */
export const problems = {
  '4xx': problem('Refused: a problem document says why and what to do'),
  '5xx': problem('Failed on this side: a problem document without internals'),
};
/** The same of a route that honours If-Match. */
export const conditionalProblems = {
  412: problem('If-Match names another state than the present one; nothing was done'),
  ...problems,
};
/** The same of a route that replaces as a whole what somebody chose. */
export const replacingProblems = {
  428: problem('Somebody has chosen already, and the call has no If-Match; nothing was done'),
  ...conditionalProblems,
};

/** The same schema with a description of the response. */
export const described = <T extends TSchema>(description: string, schema: T): T => ({ ...schema, description });

export const IdParams = Type.Object({ id: Id });
export const NotModified = Type.Null({ description: 'If-None-Match names the present state' });

/** Text that Postgres, file names and headers take: visible ASCII. Without @: addresses are what ids that name people are made of. */
export const VISIBLE = '^[!-?A-~]+$';
