// The variables that configure the service: one schema, which checks them and from which their page is made.
import Type, { type Static } from 'typebox';
import { Value } from 'typebox/value';
import { ABUSE_VARIABLES } from './abuse-environment.ts';
import { ExpungeError } from './errors.ts';
import { oneOf } from './one-of.ts';
import { TRACING_VARIABLES } from './tracing-environment.ts';

/** Within the month that the law gives. */
export const MOST_COOLING_OFF_HOURS = 672;
export const APPROVALS = ['off', 'required', 'four-eyes'] as const;
export const PROMOTIONS = ['automatic', 'manual', 'four-eyes'] as const;

/** With a public key alone: whoever knows that must not be able to sign. */
export const SIGNATURES = [
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'],
];

export const Environment = Type.Object({
  DATA_DIR: Type.String({ default: './data', description: 'Everything that is kept on disk' }),
  DATABASE_URL: Type.Optional(Type.String({ description: 'Postgres; unset: an embedded one under DATA_DIR' })),
  REDIS_URL: Type.Optional(Type.String({ description: 'Redis for the queue; unset: the queue lives in Postgres' })),
  CHECKPOINT_DIR: Type.Optional(Type.String({ description: 'Default DATA_DIR/checkpoints' })),
  CORPUS_DIR: Type.Optional(Type.String({ description: 'Default DATA_DIR/corpora' })),
  IMPORT_DIR: Type.Optional(
    Type.String({ description: 'Root of folders that may be registered; default DATA_DIR/import' }),
  ),
  UPLOAD_DIR: Type.Optional(Type.String({ description: 'Checkpoints on their way in; default DATA_DIR/uploads' })),
  PROBE_DIR: Type.Optional(
    Type.String({ description: 'What is kept, sealed, of the forgotten; default DATA_DIR/probes' }),
  ),
  DELETIONS_FILE: Type.Optional(
    Type.String({
      description:
        'The list of what was deleted, which the restore of a backup asks for: have it on another disk than DATA_DIR. Default DATA_DIR/deletions.jws',
    }),
  ),
  KEY_DIR: Type.Optional(Type.String({ description: 'Default DATA_DIR/keys' })),
  SUBJECT_KEY_FILE: Type.Optional(Type.String()),
  SIGNING_KEY_FILE: Type.Optional(Type.String()),
  HOST: Type.String({ default: '127.0.0.1' }),
  PORT: Type.Integer({ minimum: 0, maximum: 65535, default: 8080, description: '0: any free port' }),
  AUTH: oneOf(
    ['none', 'required'],
    'required: every call says who asks, with an API key or an access token; none: only where HOST is a loopback address, and whoever reaches it may do everything',
  ),
  OAUTH_ISSUER: Type.Optional(
    Type.String({ description: 'Whose access tokens are taken beside API keys: their `iss`' }),
  ),
  OAUTH_AUDIENCE: Type.Optional(Type.String({ description: 'Their `aud`: this service, as the issuer knows it' })),
  OAUTH_JWKS_URL: Type.Optional(
    Type.String({ description: 'Where the issuer publishes its keys; https, or http on a loopback address' }),
  ),
  OAUTH_ALGORITHMS: Type.String({
    default: 'RS256,PS256,ES256,EdDSA,Ed25519',
    description: `How they may be signed, with commas; any of ${SIGNATURES.join(', ')}`,
  }),
  OAUTH_TENANT_CLAIM: Type.String({ default: 'tenant', description: 'The claim that holds the tenant’s name' }),
  LOG_LEVEL: Type.Union(
    ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'].map((l) => Type.Literal(l)),
    { default: 'info' },
  ),
  ...TRACING_VARIABLES,
  COMPUTE_BACKEND: Type.Optional(
    Type.String({
      description:
        'onnxruntime/cpu, onnxruntime/cuda, onnxruntime/webgpu, tensorflow or tfjs-cpu; unset: the best that is present',
    }),
  ),
  COMPUTE_THREADS: Type.Integer({ minimum: 0, default: 0, description: '0: all cores' }),
  MEMORY_BUDGET_BYTES: Type.Integer({
    ...{ minimum: 0, default: 0 },
    description:
      'What a training may take; more is refused before it begins. 0: what the machine or the container has, less a reserve',
  }),
  WEIGHT_TYPES: Type.Union([Type.Literal('float32'), Type.Literal('original')], {
    default: 'original',
    description: 'What new checkpoints store: each tensor as the type that its parent has it in, rounded, or float32',
  }),
  COMPUTE_STALL_SECONDS: Type.Integer({
    minimum: 1,
    default: 900,
    description: 'Silence of a compute process, so the longest step, after which it counts as hung',
  }),
  RUN_TIME_LIMIT_SECONDS: Type.Integer({ minimum: 1, default: 86_400 }),
  MAX_RESTARTS: Type.Integer({ minimum: 0, default: 5, description: 'Takeovers of a run before it is given up' }),
  LEASE_SECONDS: Type.Integer({ minimum: 1, default: 15 }),
  SWEEP_SECONDS: Type.Number({ minimum: 0.1, default: 5 }),
  COALESCE_MS: Type.Integer({ minimum: 0, default: 200, description: 'How long a doorbell waits for more requests' }),
  COALESCE_MAX_HOURS: Type.Optional(
    Type.Number({
      minimum: 0,
      description:
        'How long requests of a model wait for others to come at most, so that one run serves them all; 0: not at all; unset: as long as due dates and the measured cost of a run make it worth it. A model may have its own',
    }),
  ),
  COALESCE_PROMPTNESS: Type.Number({
    ...{ exclusiveMinimum: 0, default: 50 },
    description: 'Seconds of compute that it is worth to answer one request a day sooner; a model may have its own',
  }),
  COALESCE_RESERVE_HOURS: Type.Number({
    ...{ minimum: 0, default: 168 },
    description:
      'Before the first due date, what no request waits into: for a second try, and for people where a run fails',
  }),
  TENANT_RUNS: Type.Integer({ minimum: 0, default: 0, description: 'Runs of a tenant at a time; 0: any number' }),
  WORKER_MAX_PARAMETERS: Type.Integer({
    ...{ minimum: 0, default: 0 },
    description: 'Weights of the largest model whose runs this worker takes; 0: any',
  }),
  WORKER_ACCELERATOR: Type.Optional(
    Type.String({
      description:
        'What this worker computes on: of all workers with the same, one has a run at a time. Unset: of a GPU, host and backend; of cores, nothing',
    }),
  ),
  LEDGER_CHECKPOINT_SECONDS: Type.Number({
    ...{ minimum: 0, default: 60 },
    description: 'How long entries of the ledger wait for a signed checkpoint at most; a certificate’s do not wait',
  }),
  PARENT_RETENTION_HOURS: Type.Number({ minimum: 0, default: 24 }),
  COOLING_OFF_HOURS: Type.Number({
    ...{ minimum: 0, maximum: MOST_COOLING_OFF_HOURS, default: 0 },
    description: 'How long a request may be cancelled before anything starts, where it does not say so itself',
  }),
  APPROVAL: oneOf(
    APPROVALS,
    'Whether somebody has to approve a request’s plan before it starts; four-eyes: not whoever made the request',
  ),
  PROMOTION: oneOf(
    PROMOTIONS,
    'Whether what passed verification is published at once, or waits for somebody to promote it; four-eyes: not whoever made or approved a request of the run',
  ),
  FOUR_EYES: Type.Boolean({
    ...{ default: false },
    description: 'APPROVAL and PROMOTION are four-eyes, whatever they say; needs AUTH=required',
  }),
  ...ABUSE_VARIABLES,
  REVERIFY_FOR_DAYS: Type.Number({
    ...{ minimum: 0, maximum: 365, default: 30 },
    description:
      'How long a sample of the records of somebody forgotten is kept, sealed, so that later runs can look whether the model remembers; a request may say otherwise. 0: nothing is kept',
  }),
  ERASE_TEXT: oneOf(
    ['on', 'off'],
    'Whether the text of the records of a request that was carried out is destroyed in the corpus, once no rollback, model or open request needs it',
  ),
  ERASE_AFTER_HOURS: Type.Number({
    ...{ minimum: 0, default: 0 },
    description:
      'How long after the end of a request its text stays at least; it always stays until the rollback windows of its runs are over',
  }),
  FINGERPRINT_DAYS: Type.Number({
    ...{ minimum: 0, maximum: 3650, default: 90 },
    description:
      'How long fingerprints of erased text are kept, sealed, so that `expunge doctor --erased` can look for what is left of it. 0: none are',
  }),
  REFERENCE_RETENTION_HOURS: Type.Number({
    ...{ minimum: 0, default: 720 },
    description: 'How long a retrained model is kept for verifications that none asks for',
  }),
  REFERENCE_BYTES: Type.Integer({
    ...{ minimum: 0, default: 34_359_738_368 },
    description: 'What retrained models that are kept may take; those that were used last stay',
  }),
  RATE_LIMIT_PER_MINUTE: Type.Optional(
    Type.Integer({
      minimum: 0,
      description:
        'Calls of a credential in a minute, told in RateLimit; more are 429. Counted in Redis where there is one, else by each process. 0: no limit; unset: 6000 with AUTH=required, else no limit',
    }),
  ),
  ADDRESS_RATE_LIMIT_PER_MINUTE: Type.Optional(
    Type.Integer({
      minimum: 0,
      description:
        'Calls of an address in a minute of what is open to everybody and costs something (/health/ready, /.well-known/jwks.json), counted likewise; raise it where all come through one proxy. 0: no limit; unset: 600 with AUTH=required, else no limit',
    }),
  ),
  MIN_FREE_BYTES: Type.Integer({
    ...{ minimum: 0, default: 268_435_456 },
    description:
      'With less room than this on a disk that is written to, the service is not ready; `expunge up` says so, and goes on',
  }),
  READY_NEEDS_WORKER: Type.Boolean({
    ...{ default: false },
    description:
      'Whether the API is not ready while no worker takes runs. false: /health/ready warns, since requests are taken and wait',
  }),
  WORKER_TASKS: oneOf(
    ['all', 'runs', 'webhooks'],
    'What a worker does: sending webhooks needs a way out, runs need none',
  ),
  WEBHOOK_ALLOWED_NETWORKS: Type.String({
    default: '',
    description:
      'Networks (CIDR, by comma) that webhooks may be sent to beside public addresses, over http as well and on any port; for tests 127.0.0.0/8,::1/128',
  }),
  WEBHOOK_RETENTION_DAYS: Type.Number({
    ...{ minimum: 1, default: 30 },
    description: 'How long deliveries of webhooks are kept and can be replayed',
  }),
  MAX_WEBHOOK_ENDPOINTS: Type.Integer({ minimum: 1, default: 20, description: 'Of a tenant' }),
  OPENDSR_DOMAIN: Type.Optional(
    Type.String({ description: 'Host that OpenDSR requests come to, as opendsr.example.org; unset: /v2 is off' }),
  ),
  OPENDSR_CERTIFICATE_FILE: Type.Optional(
    Type.String({ description: 'PEM of the certificate for that host, which an authority issued, and its chain' }),
  ),
  OPENDSR_KEY_FILE: Type.Optional(Type.String({ description: 'PEM of its private key' })),
  COMPLETIONS_ENABLED: Type.Boolean({ default: false }),
  MAX_RECORD_BYTES: Type.Integer({ minimum: 1, default: 65_536 }),
  MAX_UPLOAD_BYTES: Type.Integer({ minimum: 1, default: 1_073_741_824 }),
  MAX_TEXT_SEARCH_BYTES: Type.Integer({
    ...{ minimum: 0, default: 268_435_456 },
    description: 'Corpus text that one call may have searched for texts that deletion requests give',
  }),
  MAX_OPEN_UPLOADS: Type.Integer({ minimum: 1, default: 10, description: 'Checkpoint uploads of a tenant at a time' }),
  MAX_OPEN_UPLOAD_BYTES: Type.Integer({
    ...{ minimum: 1, default: 137_438_953_472 },
    description: 'Of all open checkpoint uploads of a tenant together',
  }),
  MAX_OPEN_VERIFICATIONS: Type.Integer({
    ...{ minimum: 1, default: 20 },
    description: 'Verifications on demand of a tenant that have not ended',
  }),
  MAX_OPEN_INFLUENCE: Type.Integer({
    ...{ minimum: 1, default: 20 },
    description: 'Analyses of influence of a tenant that have not ended',
  }),
  UPLOAD_EXPIRY_HOURS: Type.Number({
    ...{ minimum: 0, default: 24 },
    description: 'How long nothing may arrive before an upload is dropped',
  }),
  EXPUNGE_URL: Type.String({
    default: 'http://127.0.0.1:8080',
    description: 'Of `expunge requests`, on any machine: where the service is',
  }),
  EXPUNGE_API_KEY: Type.Optional(
    Type.String({ description: 'Of `expunge requests`: its API key or access token; unset: the service asks nobody' }),
  ),
});
export type Environment = Static<typeof Environment>;

/** Variables that are no more, and what to do without them. */
const GONE: Readonly<Record<string, string>> = {
  DELETION_MANIFEST_FILE:
    'is not written any more: DELETIONS_FILE has what it had, and more. Unset it, and delete the file if nobody reads it',
};

/** Reads numbers and booleans from text; an empty variable counts as unset. */
export function readEnvironment(env: NodeJS.ProcessEnv): Environment {
  for (const [name, why] of Object.entries(GONE))
    if (env[name]) throw new ExpungeError('start-refused', `${name} ${why}`);
  const given: Record<string, unknown> = {};
  for (const [name, schema] of Object.entries(Environment.properties)) {
    const text = env[name];
    if (text === undefined || text === '') continue;
    const type = (schema as { type?: string }).type;
    // what is no number is named as it was given
    if (type === 'integer' || type === 'number') given[name] = Number.isNaN(Number(text)) ? text : Number(text);
    else if (type === 'boolean')
      given[name] = text === 'true' || text === '1' ? true : text === 'false' || text === '0' ? false : text;
    else given[name] = text;
  }
  const full = Value.Default(Environment, given);
  const [first] = Value.Errors(Environment, full);
  if (first) {
    const name = first.instancePath.slice(1);
    throw new ExpungeError('start-refused', `${name} ${first.message}; it was read as ${JSON.stringify(given[name])}`);
  }
  return full as Environment;
}
