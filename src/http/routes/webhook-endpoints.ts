// /v1/webhook-endpoints: who is told of what.
import Type from 'typebox';
import { EndpointDescription, EndpointEvents, EndpointRecipient, EndpointUrl } from '../../domain/webhook.ts';
import { MatchHeader } from '../conditional.ts';
import { absolute, checkIfMatch, unchanged } from '../links.ts';
import { createCursors, PageParameters, page, pageOf } from '../paging.ts';
import { principal } from '../principal.ts';
import { conditionalProblems, described, IdParams, NotModified, problems, ref } from '../schemas.ts';
import type { App, AppDeps, Routes } from '../types.ts';
import { checkUrl, createEndpoint, found } from '../webhooks.ts';

const tags = ['webhooks'];
const strict = { additionalProperties: false } as const;

const Create = Type.Object(
  {
    url: EndpointUrl,
    description: Type.Optional(EndpointDescription),
    recipient: Type.Optional(EndpointRecipient),
    events: Type.Optional({ ...EndpointEvents, default: ['*'] }),
  },
  strict,
);
const Change = Type.Object(
  {
    url: Type.Optional(EndpointUrl),
    description: Type.Optional(Type.Union([EndpointDescription, Type.Null()])),
    events: Type.Optional(EndpointEvents),
  },
  { ...strict, minProperties: 1 },
);

function createRoute(app: App, deps: AppDeps): void {
  app.post(
    '/v1/webhook-endpoints',
    {
      config: { scope: 'webhooks:manage' },
      schema: {
        tags,
        operationId: 'createWebhookEndpoint',
        summary: 'Have events sent to a URL',
        description:
          'The answer shows the secret, this once; it is stored sealed. Takes no Idempotency-Key, since the answer would be kept with it: delete an endpoint whose secret got lost on its way.',
        body: Create,
        response: { 201: described('Made, with its secret', ref('WebhookEndpointWithSecret')), ...problems },
      },
    },
    async (request, reply) => {
      const made = await createEndpoint(deps, principal(request), request.body);
      reply.code(201).header('location', absolute(request, `/v1/webhook-endpoints/${made.id}`));
      return reply.header('cache-control', 'no-store').header('etag', `"${made.version}"`).send(made);
    },
  );
}

function readRoutes(app: App, deps: AppDeps): void {
  const cursors = createCursors(deps.subjectKeys);
  app.get(
    '/v1/webhook-endpoints',
    {
      config: { scope: 'webhooks:manage' },
      schema: {
        tags,
        operationId: 'listWebhookEndpoints',
        summary: 'List webhook endpoints, newest first',
        querystring: PageParameters,
        response: { 200: described('One page', pageOf(ref('WebhookEndpoint'))), ...problems },
      },
    },
    async (request, reply) => {
      const { tenant } = principal(request);
      const about = { list: 'webhook-endpoints', query: request.query };
      return page(request, reply, cursors, about, (query) => deps.store.listWebhookEndpoints(tenant, query));
    },
  );
  app.get(
    '/v1/webhook-endpoints/:id',
    {
      config: { scope: 'webhooks:manage' },
      schema: {
        tags,
        operationId: 'getWebhookEndpoint',
        summary: 'Get a webhook endpoint',
        params: IdParams,
        response: { 200: described('The endpoint', ref('WebhookEndpoint')), 304: NotModified, ...problems },
      },
    },
    async (request, reply) => {
      const endpoint = found(await deps.store.getWebhookEndpoint(principal(request).tenant, request.params.id));
      if (unchanged(request, reply, endpoint.version)) return reply.code(304).send(null);
      return endpoint;
    },
  );
}

function changeRoutes(app: App, deps: AppDeps): void {
  app.patch(
    '/v1/webhook-endpoints/:id',
    {
      config: { scope: 'webhooks:manage' },
      schema: {
        tags,
        operationId: 'changeWebhookEndpoint',
        summary: 'Change a webhook endpoint',
        description:
          'What is left out stays. Honours If-Match. What already waits goes to a new URL at once, whatever the old one asked for.',
        ...{ headers: MatchHeader, params: IdParams, body: Change },
        response: { 200: described('The endpoint as it is now', ref('WebhookEndpoint')), ...conditionalProblems },
      },
    },
    async (request, reply) => {
      const { url, ...rest } = request.body;
      const asked = {
        ...{ ...principal(request), id: request.params.id },
        check: (version: number) => checkIfMatch(request, version),
      };
      const change = { ...rest, ...(url === undefined ? {} : { url: checkUrl(deps, url) }) };
      const endpoint = found(await deps.store.changeWebhookEndpoint(asked, change));
      reply.header('etag', `"${endpoint.version}"`);
      return endpoint;
    },
  );
  app.delete(
    '/v1/webhook-endpoints/:id',
    {
      config: { scope: 'webhooks:manage' },
      schema: {
        tags,
        operationId: 'deleteWebhookEndpoint',
        summary: 'Delete a webhook endpoint',
        description: 'Its secrets are destroyed and what waits is not sent. Honours If-Match.',
        ...{ headers: MatchHeader, params: IdParams },
        response: { 204: Type.Null({ description: 'Deleted' }), ...conditionalProblems },
      },
    },
    async (request, reply) => {
      const check = (version: number) => checkIfMatch(request, version);
      const asked = { ...principal(request), id: request.params.id, check };
      if (!(await deps.store.deleteWebhookEndpoint(asked))) found(null);
      return reply.code(204).send(null);
    },
  );
}

export const webhookEndpointRoutes: Routes = (app, deps) => {
  createRoute(app, deps);
  readRoutes(app, deps);
  changeRoutes(app, deps);
};
