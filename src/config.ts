// The only reader of process.env: validated at start, frozen, nested by area.
import { availableParallelism } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { computeEnvironment } from './compute-environment.ts';
import { type Environment, readEnvironment, SIGNATURES } from './environment.ts';
import { ExpungeError } from './errors.ts';

/** On this machine alone. */
export const LOOPBACK = /^(localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[?::1\]?)$/;

/** Null where no issuer is named. Throws `start-refused` naming the variable. */
function oauthOf(e: Environment) {
  const three = { OAUTH_ISSUER: e.OAUTH_ISSUER, OAUTH_AUDIENCE: e.OAUTH_AUDIENCE, OAUTH_JWKS_URL: e.OAUTH_JWKS_URL };
  const missing = Object.entries(three).flatMap(([name, value]) => (value === undefined ? [name] : []));
  if (missing.length === 3) return null;
  const refuse = (detail: string) => new ExpungeError('start-refused', detail);
  if (missing.length > 0) throw refuse(`${missing.join(' and ')} must be set where access tokens are to be taken`);
  const url = URL.parse(e.OAUTH_JWKS_URL!);
  if (url?.protocol !== 'https:' && !(url?.protocol === 'http:' && LOOPBACK.test(url.hostname)))
    throw refuse('OAUTH_JWKS_URL must be an https URL: whoever changes the answer could sign tokens');
  const algorithms = e.OAUTH_ALGORITHMS.split(',').map((name) => name.trim());
  const strange = algorithms.filter((name) => !SIGNATURES.includes(name));
  if (strange.length > 0) throw refuse(`OAUTH_ALGORITHMS takes ${SIGNATURES.join(', ')}, not ${strange.join(', ')}`);
  return {
    ...{ issuer: e.OAUTH_ISSUER!, audience: e.OAUTH_AUDIENCE!, jwksUrl: url.href },
    ...{ algorithms, tenantClaim: e.OAUTH_TENANT_CLAIM },
  };
}

const limitsOf = (e: Environment) => ({
  recordBytes: e.MAX_RECORD_BYTES,
  uploadBytes: e.MAX_UPLOAD_BYTES,
  textSearchBytes: e.MAX_TEXT_SEARCH_BYTES,
  callsPerMinute: e.RATE_LIMIT_PER_MINUTE ?? (e.AUTH === 'required' ? 6000 : 0),
  callsPerAddress: e.ADDRESS_RATE_LIMIT_PER_MINUTE ?? (e.AUTH === 'required' ? 600 : 0),
});

/** Who has to agree, and for how long a request may be taken back. */
const decisionsOf = (e: Environment) => ({
  coolingOffMs: e.COOLING_OFF_HOURS * 3_600_000,
  approval: e.FOUR_EYES ? ('four-eyes' as const) : e.APPROVAL,
  promotion: e.FOUR_EYES ? ('four-eyes' as const) : e.PROMOTION,
});
/** Which runs begin when, and where. */
const queueOf = (e: Environment) => ({
  window: {
    max_wait: e.COALESCE_MAX_HOURS === undefined ? null : e.COALESCE_MAX_HOURS * 3600,
    ...{ promptness: e.COALESCE_PROMPTNESS, reserve: e.COALESCE_RESERVE_HOURS * 3600 },
  },
  tenantRuns: e.TENANT_RUNS,
  unusual: { loss: e.UNUSUAL_LOSS_FACTOR, gradient: e.UNUSUAL_GRADIENT_FACTOR, spread: e.UNUSUAL_SPREAD_ODDS },
  maxParameters: e.WORKER_MAX_PARAMETERS || null,
  accelerator: e.WORKER_ACCELERATOR ?? null,
});
/** What one tenant may have forgotten of a model without somebody's approval. */
const budgetOf = (e: Environment) => ({
  ...{ window_ms: e.BUDGET_WINDOW_HOURS * 3_600_000, share: e.BUDGET_SHARE, people: e.BUDGET_PEOPLE },
  ...{ request_people: e.UNUSUAL_REQUEST_PEOPLE, compute_seconds: e.BUDGET_COMPUTE_SECONDS },
});
const webhooksOf = (e: Environment) => ({
  ...{ allowedNetworks: e.WEBHOOK_ALLOWED_NETWORKS, endpoints: e.MAX_WEBHOOK_ENDPOINTS },
  retentionMs: e.WEBHOOK_RETENTION_DAYS * 86_400_000,
});
const opendsrOf = ({ OPENDSR_DOMAIN, OPENDSR_CERTIFICATE_FILE, OPENDSR_KEY_FILE }: Environment) => ({
  ...{ domain: OPENDSR_DOMAIN ?? null, certificateFile: OPENDSR_CERTIFICATE_FILE ?? null },
  keyFile: OPENDSR_KEY_FILE ?? null,
});

/** Null: traces go nowhere. Throws `start-refused` naming the variable. */
function tracingOf(e: Environment) {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: base, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: traces } = e;
  const given = traces ?? base;
  if (given === undefined || e.OTEL_SDK_DISABLED) return null;
  const url = URL.parse(given);
  if (url === null || !/^https?:$/.test(url.protocol))
    throw new ExpungeError(
      'start-refused',
      `OTEL_EXPORTER_OTLP_${traces === undefined ? '' : 'TRACES_'}ENDPOINT must be an http or https URL`,
    );
  if (traces === undefined) url.pathname = `${url.pathname.replace(/\/$/, '')}/v1/traces`;
  return {
    ...{ url: url.href, protocol: e.OTEL_EXPORTER_OTLP_PROTOCOL, serviceName: e.OTEL_SERVICE_NAME ?? null },
    ...{ sampler: e.OTEL_TRACES_SAMPLER, ratio: e.OTEL_TRACES_SAMPLER_ARG },
  };
}

/** Reads and checks the configuration. Throws `start-refused` naming the variable. */
export function readConfig(env: NodeJS.ProcessEnv = process.env) {
  const e = readEnvironment(env);
  const data = resolve(e.DATA_DIR);
  const threads = e.COMPUTE_THREADS || availableParallelism();
  const folder = (value: string | undefined, name: string) =>
    value === undefined ? join(data, name) : isAbsolute(value) ? value : resolve(value);
  return Object.freeze({
    dataDir: data,
    databaseUrl: e.DATABASE_URL ?? null,
    redisUrl: e.REDIS_URL ?? null,
    checkpointDir: folder(e.CHECKPOINT_DIR, 'checkpoints'),
    corpusDir: folder(e.CORPUS_DIR, 'corpora'),
    importDir: folder(e.IMPORT_DIR, 'import'),
    influenceDir: join(data, 'influence'),
    deletionsFile: folder(e.DELETIONS_FILE, 'deletions.jws'),
    probeDir: folder(e.PROBE_DIR, 'probes'),
    uploadDir: folder(e.UPLOAD_DIR, 'uploads'),
    keys: {
      dir: folder(e.KEY_DIR, 'keys'),
      subjectKeyFile: e.SUBJECT_KEY_FILE ?? null,
      signingKeyFile: e.SIGNING_KEY_FILE ?? null,
    },
    http: { host: e.HOST, port: e.PORT },
    auth: { required: e.AUTH === 'required', oauth: oauthOf(e) },
    logLevel: e.LOG_LEVEL as string,
    tracing: tracingOf(e),
    compute: {
      backend: e.COMPUTE_BACKEND ?? null,
      threads,
      stallSeconds: e.COMPUTE_STALL_SECONDS,
      memoryBudgetBytes: e.MEMORY_BUDGET_BYTES || null,
      environment: computeEnvironment(env, threads),
    },
    runs: {
      timeLimitSeconds: e.RUN_TIME_LIMIT_SECONDS,
      maxRestarts: e.MAX_RESTARTS,
      leaseMs: e.LEASE_SECONDS * 1000,
      sweepMs: e.SWEEP_SECONDS * 1000,
      coalesceMs: e.COALESCE_MS,
      ledgerCheckpointMs: e.LEDGER_CHECKPOINT_SECONDS * 1000,
      weightTypes: e.WEIGHT_TYPES,
      parentRetentionMs: e.PARENT_RETENTION_HOURS * 3_600_000,
      reverifyForMs: Math.round(e.REVERIFY_FOR_DAYS * 86_400_000),
      eraseAfterMs: e.ERASE_TEXT === 'on' ? e.ERASE_AFTER_HOURS * 3_600_000 : null,
      fingerprintMs: Math.round(e.FINGERPRINT_DAYS * 86_400_000),
      referenceRetentionMs: e.REFERENCE_RETENTION_HOURS * 3_600_000,
      referenceBytes: e.REFERENCE_BYTES,
    },
    decisions: decisionsOf(e),
    queue: queueOf(e),
    budget: budgetOf(e),
    verifications: { open: e.MAX_OPEN_VERIFICATIONS },
    influence: { open: e.MAX_OPEN_INFLUENCE },
    minFreeBytes: e.MIN_FREE_BYTES,
    opendsr: opendsrOf(e),
    webhooks: webhooksOf(e),
    workerTasks: e.WORKER_TASKS,
    readyNeedsWorker: e.READY_NEEDS_WORKER,
    completionsEnabled: e.COMPLETIONS_ENABLED,
    limits: limitsOf(e),
    uploads: {
      ...{ open: e.MAX_OPEN_UPLOADS, bytes: e.MAX_OPEN_UPLOAD_BYTES },
      lifetime_ms: e.UPLOAD_EXPIRY_HOURS * 3_600_000,
    },
  });
}
export type Config = ReturnType<typeof readConfig>;

/** Where a command of the client finds the service, and as whom. The rest of the environment is the service's own business. */
export function readClientConfig({ EXPUNGE_URL, EXPUNGE_API_KEY }: NodeJS.ProcessEnv = process.env) {
  const e = readEnvironment({ EXPUNGE_URL, EXPUNGE_API_KEY });
  return { url: e.EXPUNGE_URL, apiKey: e.EXPUNGE_API_KEY ?? null };
}
