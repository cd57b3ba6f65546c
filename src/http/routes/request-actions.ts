// POST /v1/deletion-requests/{id}/…: what moves a request on, or ends it.
import Type, { type Static, type TSchema } from 'typebox';
import { DenialCodeField, ExtensionMonths, RequestEvent } from '../../domain/lifecycle.ts';
import type { Scope } from '../../domain/scopes.ts';
import { REQUEST_ACTIONS } from '../../domain/states.ts';
import type { Deed } from '../../runs/ports.ts';
import { askedBy, carryOut } from '../act.ts';
import { MatchAndKeyHeader } from '../conditional.ts';
import { notFound } from '../links.ts';
import { approvedTargets, planRequest, RequestPlan } from '../plan-request.ts';
import { principal } from '../principal.ts';
import { OptionalReason, Reason } from '../reason.ts';
import { conditionalProblems, described, IdParams, problems, ref } from '../schemas.ts';
import { nowOf, pastTime } from '../times.ts';
import type { App, AppDeps, Routes } from '../types.ts';
import { invalidField } from '../validation.ts';

const tags = ['deletion-requests'];
const strict = { additionalProperties: false } as const;

type Text = [operationId: string, summary: string, description: string];

/** The schema of an action; every one honours Idempotency-Key and If-Match. */
const about = <Body extends TSchema>(scope: Scope, [operationId, summary, what]: Text, body: Body) => ({
  config: { scope, idempotent: true },
  schema: {
    ...{ headers: MatchAndKeyHeader, tags, operationId, summary, params: IdParams, body },
    description: `${what} Honours If-Match. Targets that it does not move stay as they are.`,
    response: { 200: described('The request as it is now', ref('DeletionRequest')), ...conditionalProblems },
  },
});

const MaybeReason = Type.Union([Type.Object({ reason: OptionalReason }, strict), Type.Null()]);
type Simple = Extract<Deed['action'], 'verify' | 'hold' | 'release' | 'cancel' | 'retry'>;
const SIMPLE: Record<Exclude<Simple, 'hold'>, [scope: Scope, ...text: Text]> = {
  verify: [
    'requests:decide',
    'verifyDeletionRequest',
    'Say that the person was verified',
    `${REQUEST_ACTIONS.verify.what} (GDPR Art. 12(6)): for a request that was made with \`verified: false\`.`,
  ],
  release: ['requests:decide', 'releaseDeletionRequest', 'End a hold', `${REQUEST_ACTIONS.release.what}.`],
  cancel: [
    'requests:cancel',
    'cancelDeletionRequest',
    'Cancel a request that still waits',
    'What a run has claimed goes on.',
  ],
  retry: ['requests:retry', 'retryDeletionRequest', 'Have another run try', `${REQUEST_ACTIONS.retry.what}.`],
};

function simpleRoutes(app: App, deps: AppDeps): void {
  for (const [verb, [scope, ...text]] of Object.entries(SIMPLE)) {
    const deed = { action: verb as Simple };
    app.post(`/v1/deletion-requests/:id/${verb}`, about(scope, text, MaybeReason), async (request, reply) => {
      const { id } = request.params as Static<typeof IdParams>;
      const body = request.body as Static<typeof MaybeReason>;
      return carryOut(deps, request, reply, { ...askedBy(request, id, body?.reason), deed });
    });
  }
  app.post(
    '/v1/deletion-requests/:id/hold',
    about(
      'requests:decide',
      [
        'holdDeletionRequest',
        'Hold a request',
        `${REQUEST_ACTIONS.hold.what}: no run takes it before it is released. What a run has claimed can no longer be held (409).`,
      ],
      Type.Object({ reason: Reason }, strict),
    ),
    async (request, reply) => {
      const asked = askedBy(request, request.params.id, request.body.reason);
      return carryOut(deps, request, reply, { ...asked, deed: { action: 'hold' } });
    },
  );
}

function decisionRoutes(app: App, deps: AppDeps): void {
  app.post(
    '/v1/deletion-requests/:id/deny',
    about(
      'requests:decide',
      [
        'denyDeletionRequest',
        'Deny a request',
        'By an exception of the GDPR; the person must be told the reason and where to complain within the month (Art. 12(4)).',
      ],
      Type.Object({ code: DenialCodeField, reason: Reason }, strict),
    ),
    async (request, reply) => {
      const { code, reason } = request.body;
      const asked = askedBy(request, request.params.id, reason);
      return carryOut(deps, request, reply, { ...asked, deed: { action: 'deny', code } });
    },
  );
  app.post(
    '/v1/deletion-requests/:id/extension',
    about(
      'requests:decide',
      [
        'extendDeletionRequest',
        'Extend the time of a request',
        'Once, by up to two months, before it is due (GDPR Art. 12(3)).',
      ],
      Type.Object(
        {
          months: ExtensionMonths,
          reason: Reason,
          notified_at: Type.String({ format: 'date-time', description: 'When the person was told, with the reasons' }),
        },
        strict,
      ),
    ),
    async (request, reply) => {
      const { months, reason } = request.body;
      const asked = askedBy(request, request.params.id, reason);
      const found = await deps.store.getRequest(asked.tenant, asked.id);
      if (found === null) throw notFound('deletion request');
      const notified_at = pastTime('#/notified_at', request.body.notified_at, nowOf(deps));
      if (notified_at < found.submitted_at)
        throw invalidField('#/notified_at', 'lies before the request was submitted');
      return carryOut(deps, request, reply, { ...asked, deed: { action: 'extend', months, notified_at } });
    },
  );
}

function approvalRoutes(app: App, deps: AppDeps): void {
  app.get(
    '/v1/deletion-requests/:id/plan',
    {
      config: { scope: 'requests:read' },
      schema: {
        ...{ tags, operationId: 'getRequestPlan', summary: 'Get the plan of a request that waits', params: IdParams },
        description: 'As it would be made now, with the digest by which it is approved.',
        response: { 200: described('The plan', RequestPlan), ...problems },
      },
    },
    async (request) => planRequest(deps, principal(request).tenant, request.params.id),
  );
  app.post(
    '/v1/deletion-requests/:id/approve',
    about(
      'requests:approve',
      [
        'approveDeletionRequest',
        'Approve the plan of a request',
        'The run then follows this plan. Where the plan has changed since it was read the answer is 409 with its present digest.',
      ],
      Type.Object({ plan_digest: RequestPlan.properties.digest, reason: OptionalReason }, strict),
    ),
    async (request, reply) => {
      const { plan_digest, reason } = request.body;
      const asked = askedBy(request, request.params.id, reason);
      const plan = await planRequest(deps, asked.tenant, asked.id);
      const suspicious = (await deps.store.getRequest(asked.tenant, asked.id))?.suspicion ?? null;
      // whoever makes an unusual request is not who should find it usual, as far as anybody knows who that is
      const four_eyes =
        deps.config.decisions.approval === 'four-eyes' || (suspicious !== null && deps.config.auth.required);
      const given = { plan_digest, present_digest: plan.digest, targets: approvedTargets(plan) };
      return carryOut(deps, request, reply, { ...asked, deed: { action: 'approve', ...given, four_eyes } });
    },
  );
}

export const requestActionRoutes: Routes = (app, deps) => {
  simpleRoutes(app, deps);
  decisionRoutes(app, deps);
  approvalRoutes(app, deps);
  app.get(
    '/v1/deletion-requests/:id/events',
    {
      config: { scope: 'requests:read' },
      schema: {
        ...{ tags, operationId: 'listRequestEvents', summary: 'List what people did to a request', params: IdParams },
        response: {
          200: described('In order', Type.Object({ items: Type.Array(RequestEvent) })),
          ...problems,
        },
      },
    },
    async (request) => {
      const { tenant } = principal(request);
      const { id } = request.params;
      if ((await deps.store.getRequest(tenant, id)) === null) throw notFound('deletion request');
      return { items: await deps.store.requestEvents(tenant, id) };
    },
  );
};
