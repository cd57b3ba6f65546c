// /v2: OpenDSR 2.0, for controllers that speak it. A façade: what comes here is a deletion request as any other.
import type { FastifyRequest } from 'fastify';
import Type from 'typebox';
import {
  API_VERSION,
  IDENTITY_FORMATS,
  IDENTITY_TYPES,
  OpenDsrCallbackBody,
  OpenDsrCancelled,
  OpenDsrCreate,
  OpenDsrDiscovery,
  OpenDsrError,
  OpenDsrParams,
  OpenDsrReceipt,
  OpenDsrState,
  REQUEST_TYPES,
} from '../../domain/opendsr.ts';
import { ExpungeError } from '../../errors.ts';
import { formerHeaders, signedHeaders } from '../../runs/opendsr-headers.ts';
import { takeJson } from '../bodies.ts';
import { createDeletionRequest } from '../deletion.ts';
import { notFound } from '../links.ts';
import { sendOpenDsrError, shownStatus, signerOf, wishedBy } from '../opendsr.ts';
import { type Principal, principal } from '../principal.ts';
import { described } from '../schemas.ts';
import { nowOf } from '../times.ts';
import type { App, AppDeps, Routes } from '../types.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The bytes of a body that has to be handed back as it came. */
    rawBody: Buffer | null;
  }
}

const tags = ['opendsr'];
const CERTIFICATE = '/v2/certificate.pem';
const FORMER = '/v2/opengdpr_requests';

const fails = (description: string) => ({ description, content: { 'application/json': { schema: OpenDsrError } } });
const errors = {
  '4xx': fails('Refused, in the form of OpenDSR: 400 for most, 409 where the person’s request is in progress, 404'),
  '5xx': fails('Failed on this side'),
};

const plain = (schema: object): object => JSON.parse(JSON.stringify(schema)) as object;

/** For OpenAPI, which names one URL of the list. */
const CALLBACKS = {
  statusChanged: {
    '{$request.body#/status_callback_urls/0}': {
      post: {
        summary: 'The status of a request changed',
        requestBody: { required: true, content: { 'application/json': { schema: plain(OpenDsrCallbackBody) } } },
        responses: { '2XX': { description: 'Taken. Anything else is tried again' } },
      },
    },
  },
};

/** Everything is signed, errors too, and nothing may be kept on the way. */
function signAnswers(app: App, deps: AppDeps): void {
  app.setErrorHandler((error, request, reply) => sendOpenDsrError(request, reply, error));
  app.addHook('onRequest', async (_request, reply) => {
    reply.header('cache-control', 'no-store').header('pragma', 'no-cache');
    signerOf(deps);
  });
  app.addHook('onSend', async (request, reply, payload) => {
    if (!deps.opendsr || typeof payload !== 'string') return payload;
    const headers = signedHeaders(deps.opendsr, payload);
    reply.headers(request.url.startsWith(FORMER) ? { ...headers, ...formerHeaders(headers) } : headers);
    return payload;
  });
}

/** Bodies are kept as bytes for as long as the request is answered: the receipt has to carry them. */
function keepBytes(app: App): void {
  app.decorateRequest('rawBody', null);
  takeJson(app, (request, bytes) => {
    request.rawBody = bytes;
  });
}

async function find(deps: AppDeps, who: Principal, id: string) {
  const found = await deps.store.getOpenDsrRequest(who.tenant, id);
  if (found === null) throw notFound('request');
  return found;
}

function discoveryRoutes(app: App, deps: AppDeps): void {
  app.get(
    '/v2/discovery',
    {
      config: { scope: 'everybody' },
      schema: {
        tags,
        operationId: 'discoverOpenDsr',
        summary: 'What is spoken here (OpenDSR)',
        response: { 200: described('For everybody', OpenDsrDiscovery), ...errors },
      },
    },
    async () => ({
      api_version: API_VERSION,
      supported_identities: IDENTITY_TYPES.flatMap((identity_type) =>
        IDENTITY_FORMATS.map((identity_format) => ({ identity_type, identity_format })),
      ),
      supported_subject_request_types: [...REQUEST_TYPES],
      processor_certificate: `https://${signerOf(deps).domain}${CERTIFICATE}`,
    }),
  );
  app.get(
    CERTIFICATE,
    {
      config: { scope: 'everybody' },
      schema: {
        tags,
        operationId: 'getOpenDsrCertificate',
        summary: 'The certificate that signs, and its chain (OpenDSR)',
        response: { 200: Type.String({ description: 'PEM' }), ...errors },
      },
    },
    async (_request, reply) =>
      reply.type('application/x-pem-file').header('cache-control', 'max-age=3600').send(signerOf(deps).certificate),
  );
}

function createRoute(app: App, deps: AppDeps, path: string, hide: boolean): void {
  const now = () => nowOf(deps);
  app.post(
    path,
    {
      config: { scope: 'requests:create' },
      schema: {
        ...{ tags, hide, operationId: 'createOpenDsrRequest', body: OpenDsrCreate },
        summary: 'Ask for a person to be removed (OpenDSR)',
        description:
          'A `subject_request_id` that was used before is a 400. Each `status_callback_urls` is told of every change of status, signed, by the schedule of webhooks.',
        callbacks: CALLBACKS,
        response: { 201: described('Accepted and recorded', OpenDsrReceipt), ...errors },
      },
    },
    async (request, reply) => {
      const who = principal(request);
      const wish = wishedBy(deps, who, request.body);
      const made = await createDeletionRequest(deps, who, wish, request.log);
      return reply.code(201).send({
        ...{ controller_id: who.tenant, expected_completion_time: made.due_at },
        received_time: now().toISOString(),
        encoded_request: (request.rawBody ?? Buffer.alloc(0)).toString('base64'),
        subject_request_id: request.body.subject_request_id,
      });
    },
  );
}

function requestRoutes(app: App, deps: AppDeps, path: string, hide: boolean): void {
  const now = () => nowOf(deps);
  const idOf = (request: FastifyRequest) => (request.params as { subject_request_id: string }).subject_request_id;
  createRoute(app, deps, path, hide);
  app.get(
    `${path}/:subject_request_id`,
    {
      config: { scope: 'requests:read' },
      schema: {
        ...{ tags, hide, operationId: 'getOpenDsrRequest', params: OpenDsrParams },
        summary: 'Get the status of a request (OpenDSR)',
        description:
          'What failed, or needs review, stays `in_progress`: it is not done. What was refused is `cancelled`. `extensions` says more.',
        response: { 200: described('The status', OpenDsrState), ...errors },
      },
    },
    async (request) => shownStatus(signerOf(deps).domain, await find(deps, principal(request), idOf(request))),
  );
  app.delete(
    `${path}/:subject_request_id`,
    {
      config: { scope: 'requests:cancel' },
      schema: {
        ...{ tags, hide, operationId: 'cancelOpenDsrRequest', params: OpenDsrParams },
        summary: 'Cancel a request that is pending (OpenDSR)',
        description:
          'All of it or nothing: a 400 once a run has begun, or something of it has ended, for one of its models.',
        response: { 202: described('Cancelled', OpenDsrCancelled), ...errors },
      },
    },
    async (request, reply) => {
      const who = principal(request);
      const received_time = now().toISOString();
      const { controller_id, subject_request_id, request: found } = await find(deps, who, idOf(request));
      // what is half done would be cancelled for the caller, and go on
      const act = { ...who, id: found.id, reason: null, deed: { action: 'cancel', whole: true } as const };
      const outcome = await deps.store.actOnRequest(act);
      if (outcome.status !== 'done')
        throw new ExpungeError(
          'not-cancellable',
          'The request does not wait any more for all of its models, and cannot be cancelled.',
        );
      return reply.code(202).send({ controller_id, subject_request_id, received_time, api_version: API_VERSION });
    },
  );
}

export const opendsrRoutes: Routes = (app, deps) => {
  app.register(async (scope) => {
    signAnswers(scope, deps);
    keepBytes(scope);
    discoveryRoutes(scope, deps);
    requestRoutes(scope, deps, '/v2/requests', false);
    requestRoutes(scope, deps, FORMER, true);
  });
};
