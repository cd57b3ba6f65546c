// What is asked of a webhook endpoint beside its settings: keys, tests, the log of deliveries, replay.
import Type from 'typebox';
import { makeSecret } from '../../webhooks/signatures.ts';
import { MatchHeader } from '../conditional.ts';
import { checkIfMatch } from '../links.ts';
import { createCursors, PageParameters, page, pageOf } from '../paging.ts';
import { principal } from '../principal.ts';
import { conditionalProblems, described, IdParams, problems, ref } from '../schemas.ts';
import type { App, AppDeps, Routes } from '../types.ts';
import { accepted, found } from '../webhooks.ts';

const tags = ['webhooks'];
const strict = { additionalProperties: false } as const;
const HOUR_MS = 3_600_000;
const OVERLAP_HOURS = 24;

const Rotate = Type.Union([
  Type.Object(
    {
      overlap_hours: Type.Optional(
        Type.Number({
          ...{ minimum: 0, maximum: 720 },
          description: `How long the old keys sign beside the new ones, by default ${OVERLAP_HOURS}; 0 where they are known to others`,
        }),
      ),
    },
    strict,
  ),
  Type.Null(),
]);

function keyRoutes(app: App, deps: AppDeps): void {
  app.post(
    '/v1/webhook-endpoints/:id/rotate-secret',
    {
      config: { scope: 'webhooks:manage' },
      schema: {
        tags,
        operationId: 'rotateWebhookSecret',
        summary: 'Give a webhook endpoint new keys',
        description:
          'Until the overlap is over every message carries the signatures of both; keys of a rotation before end at once. The answer shows the new secret, this once. Honours If-Match.',
        ...{ headers: MatchHeader, params: IdParams, body: Rotate },
        response: { 200: described('With the new secret', ref('WebhookEndpointWithSecret')), ...conditionalProblems },
      },
    },
    async (request, reply) => {
      const { secret, stored } = makeSecret(deps.subjectKeys);
      const check = (version: number) => checkIfMatch(request, version);
      const asked = { ...principal(request), id: request.params.id, check };
      const overlap = (request.body?.overlap_hours ?? OVERLAP_HOURS) * HOUR_MS;
      const endpoint = found(await deps.store.rotateWebhookSecret(asked, stored, overlap));
      reply.header('cache-control', 'no-store').header('etag', `"${endpoint.version}"`);
      return { ...endpoint, secret };
    },
  );
  for (const [verb, state, description] of [
    ['enable', 'enabled', 'What waited while it was disabled is due; events of that time are not made up for.'],
    ['disable', 'disabled', 'What waits is kept until it is enabled again; of what happens meanwhile it is not told.'],
  ] as const)
    app.post(
      `/v1/webhook-endpoints/:id/${verb}`,
      {
        config: { scope: 'webhooks:manage' },
        schema: {
          ...{ tags, operationId: `${verb}WebhookEndpoint`, headers: MatchHeader, params: IdParams, body: Type.Null() },
          summary: `${verb === 'enable' ? 'Enable' : 'Disable'} a webhook endpoint`,
          description: `${description} Honours If-Match.`,
          response: { 200: described('The endpoint as it is now', ref('WebhookEndpoint')), ...conditionalProblems },
        },
      },
      async (request, reply) => {
        const { id } = request.params as { id: string };
        const check = (version: number) => checkIfMatch(request, version);
        const endpoint = found(await deps.store.changeWebhookEndpoint({ ...principal(request), id, check }, { state }));
        reply.header('etag', `"${endpoint.version}"`);
        return endpoint;
      },
    );
}

export const webhookDeliveryRoutes: Routes = (app, deps) => {
  const cursors = createCursors(deps.subjectKeys);
  keyRoutes(app, deps);
  app.post(
    '/v1/webhook-endpoints/:id/test',
    {
      config: { scope: 'webhooks:manage' },
      schema: {
        tags,
        operationId: 'testWebhookEndpoint',
        summary: 'Send webhook.test to an endpoint',
        description: 'Whatever it listens to. What came of it is in the list of its deliveries.',
        params: IdParams,
        body: Type.Null(),
        response: { 202: described('To be sent', ref('WebhookDelivery')), ...problems },
      },
    },
    async (request, reply) => {
      const asked = { ...principal(request), id: request.params.id };
      const delivery = accepted(await deps.store.testWebhookEndpoint(asked), 'webhook endpoint');
      return reply.code(202).send(delivery);
    },
  );
  app.get(
    '/v1/webhook-endpoints/:id/deliveries',
    {
      config: { scope: 'webhooks:manage' },
      schema: {
        tags,
        operationId: 'listWebhookDeliveries',
        summary: 'List what was sent to an endpoint, newest first',
        description: 'Every attempt with its status and how long it took. Kept for WEBHOOK_RETENTION_DAYS.',
        params: IdParams,
        querystring: PageParameters,
        response: { 200: described('One page', pageOf(ref('WebhookDelivery'))), ...problems },
      },
    },
    async (request, reply) => {
      const { tenant } = principal(request);
      const { id } = request.params;
      found(await deps.store.getWebhookEndpoint(tenant, id));
      const about = { list: `webhook-endpoints/${id}/deliveries`, query: request.query };
      return page(request, reply, cursors, about, (query) => deps.store.listWebhookDeliveries(tenant, id, query));
    },
  );
  app.post(
    '/v1/webhook-deliveries/:id/replay',
    {
      config: { scope: 'webhooks:manage' },
      schema: {
        tags,
        operationId: 'replayWebhookDelivery',
        summary: 'Send a delivery again',
        description:
          'The same body under the same webhook-id, signed anew, at once and by the whole schedule; whether it arrived before or not.',
        params: IdParams,
        body: Type.Null(),
        response: { 202: described('To be sent', ref('WebhookDelivery')), ...problems },
      },
    },
    async (request, reply) => {
      const asked = { ...principal(request), id: request.params.id };
      const delivery = accepted(await deps.store.replayWebhookDelivery(asked), 'webhook delivery');
      return reply.code(202).send(delivery);
    },
  );
};
