// The application from its ports: no environment, no network, nothing started.
import { randomUUID } from 'node:crypto';
import Fastify, { LogController } from 'fastify';
import { installAccess } from './http/access.ts';
import { takeJson } from './http/bodies.ts';
import { buildSerializer, buildValidator, compileInPauses } from './http/compilers.ts';
import { installConditional } from './http/conditional.ts';
import { documentationRoutes, registerDocumentation } from './http/documentation.ts';
import { installEnding } from './http/ending.ts';
import { installProblems, onClientError, sendProblem } from './http/errors.ts';
import { installIdempotency } from './http/idempotency.ts';
import { createIdentify } from './http/identify.ts';
import { installLimits } from './http/limits/limits.ts';
import { checkHost } from './http/links.ts';
import { lateChild } from './http/request-log.ts';
import { apiKeyRoutes } from './http/routes/api-keys.ts';
import { capabilityRoutes } from './http/routes/capabilities.ts';
import { catalogueRoutes } from './http/routes/catalogue.ts';
import { certificateRoutes } from './http/routes/certificates.ts';
import { checkpointFileRoutes } from './http/routes/checkpoint-files.ts';
import { checkpointRoutes } from './http/routes/checkpoints.ts';
import { completionRoutes } from './http/routes/completions.ts';
import { corporaRoutes } from './http/routes/corpora.ts';
import { deletionRequestRoutes } from './http/routes/deletion-requests.ts';
import { endingRoutes } from './http/routes/ending.ts';
import { forgettingRoutes } from './http/routes/forgetting.ts';
import { healthRoutes } from './http/routes/health.ts';
import { influenceRoutes } from './http/routes/influence.ts';
import { ledgerRoutes } from './http/routes/ledger.ts';
import { metricsRoutes } from './http/routes/metrics.ts';
import { modelRoutes } from './http/routes/models.ts';
import { opendsrRoutes } from './http/routes/opendsr.ts';
import { policyRoutes } from './http/routes/policies.ts';
import { reportRoutes } from './http/routes/reports.ts';
import { requestActionRoutes } from './http/routes/request-actions.ts';
import { requestExportRoutes } from './http/routes/request-export.ts';
import { restrictionRoutes } from './http/routes/restrictions.ts';
import { runActionRoutes } from './http/routes/run-actions.ts';
import { runEventRoutes } from './http/routes/run-events.ts';
import { runRoutes } from './http/routes/runs.ts';
import { schedulingRoutes } from './http/routes/scheduling.ts';
import { subjectRoutes } from './http/routes/subject-lookup.ts';
import { suppressionRoutes } from './http/routes/suppressions.ts';
import { uploadRoutes } from './http/routes/uploads.ts';
import { verificationRoutes } from './http/routes/verifications.ts';
import { webhookDeliveryRoutes } from './http/routes/webhook-deliveries.ts';
import { webhookEndpointRoutes } from './http/routes/webhook-endpoints.ts';
import { addSchemas } from './http/schemas.ts';
import { installTracing } from './http/tracing.ts';
import type { App, AppDeps } from './http/types.ts';
import { installWaiting } from './http/waiting/prefer.ts';
import { createLogger } from './log.ts';

export type { App, AppDeps } from './http/types.ts';

/** JSON bodies: the largest is 64 prompts of 10,000 characters. */
const BODY_BYTES = 4 * 1024 * 1024;

function createServer(deps: AppDeps): App {
  return Fastify({
    loggerInstance: deps.logger ?? createLogger(deps.config),
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'req_id' }),
    childLoggerFactory: (logger, bindings, options) => lateChild(logger, bindings, options),
    genReqId: () => randomUUID(),
    // an id from outside could carry anything into the log
    requestIdHeader: false,
    bodyLimit: BODY_BYTES,
    // names of files; the default is 100
    routerOptions: { maxParamLength: 255 },
    // no limit on silence while we work (indexing a large upload, copying a checkpoint); receiving is limited:
    // headers, then the whole of a request, which may be a large upload over a slow line
    connectionTimeout: 0,
    requestTimeout: 1_800_000,
    keepAliveTimeout: 10_000,
    http: { headersTimeout: 20_000 },
    clientErrorHandler: onClientError,
    frameworkErrors: (error, request, reply) => {
      sendProblem(request, reply, error);
    },
    // a request is refused, never repaired: no coercion, no stripping of unknown fields
    ajv: { customOptions: { coerceTypes: false, removeAdditional: false, discriminator: true, verbose: true } },
    schemaController: { compilersFactory: { buildSerializer, buildValidator } },
  });
}

/** Parameters of queries that are whole numbers. */
const NUMBERS = ['limit', 'after', 'entry', 'size', 'from', 'to'];

/** Query parameters are text; a whole number among them is one, and the schema decides about its range. */
function readNumbers(query: unknown): void {
  const given = query as Record<string, unknown>;
  for (const name of NUMBERS) {
    const text = given?.[name];
    if (typeof text === 'string' && /^-?\d{1,9}$/.test(text)) given[name] = Number(text);
  }
}

/** Hooks that wait for nothing are no promises, here and elsewhere: of a poll, ten of them would be a part that shows. */
function installHooks(app: App): void {
  app.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id).header('x-content-type-options', 'nosniff');
    checkHost(request);
    done();
  });
  app.addHook('preValidation', (request, _reply, done) => {
    readNumbers(request.query);
    done();
  });
  app.addHook('onResponse', (request, reply, done) => {
    const { id: req_id, method } = request;
    // the pattern of the route, not the URL: paths and queries may carry what a client put there
    const route = request.routeOptions.url ?? 'unmatched';
    const ms = Math.round(reply.elapsedTime);
    app.log.info({ req_id, method, route, status: reply.statusCode, ms }, 'answered');
    done();
  });
}

/** Builds the HTTP application over its ports. The caller listens and closes. */
export async function buildApp(deps: AppDeps): Promise<App> {
  const app = createServer(deps);
  installTracing(app, deps.tracing);
  installProblems(app);
  installEnding(app);
  installHooks(app);
  installAccess(app, createIdentify(deps));
  installLimits(app, deps);
  installIdempotency(app, deps);
  installConditional(app);
  installWaiting(app, deps);
  takeJson(app);
  addSchemas(app);
  await registerDocumentation(app, deps.version);
  // the first: whatever is added after it is measured
  for (const routes of [
    metricsRoutes,
    deletionRequestRoutes,
    requestExportRoutes,
    requestActionRoutes,
    runRoutes,
    runActionRoutes,
    runEventRoutes,
    reportRoutes,
    verificationRoutes,
    certificateRoutes,
    ledgerRoutes,
    modelRoutes,
    forgettingRoutes,
    checkpointRoutes,
    checkpointFileRoutes,
    policyRoutes,
    schedulingRoutes,
    corporaRoutes,
    endingRoutes,
    subjectRoutes,
    suppressionRoutes,
    restrictionRoutes,
    uploadRoutes,
    completionRoutes,
    influenceRoutes,
    webhookEndpointRoutes,
    webhookDeliveryRoutes,
    opendsrRoutes,
    apiKeyRoutes,
    catalogueRoutes,
    capabilityRoutes,
    healthRoutes,
  ]) {
    routes(app, deps);
  }
  documentationRoutes(app);
  app.addHook('onListen', (done) => {
    compileInPauses().catch((error) => app.log.error(error));
    done();
  });
  await app.ready();
  return app;
}
