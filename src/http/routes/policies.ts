// Verification policies: what a verdict asks for, chosen by model or by tenant, in versions that the ledger names.
import type { FastifyReply, FastifyRequest } from 'fastify';
import Type, { type Static } from 'typebox';
import { Value } from 'typebox/value';
import { PRESETS } from '../../domain/policies.ts';
import { PRESET_NAMES } from '../../domain/policy-choice.ts';
import { VerificationPolicy } from '../../domain/verification.ts';
import { policyDigest, policyInForce } from '../../runs/policy.ts';
import type { PolicyReader } from '../../runs/policy-port.ts';
import { checkPresent, MatchHeader } from '../conditional.ts';
import { notFound, requireIfMatch } from '../links.ts';
import { principal } from '../principal.ts';
import { described, IdParams, problems, ref, replacingProblems } from '../schemas.ts';
import type { App, AppDeps, Routes } from '../types.ts';
import { invalidField } from '../validation.ts';

const tags = ['verification-policies'];

// a default would stand in for a policy that was not sent
const { default: _, ...Thresholds } = VerificationPolicy as typeof VerificationPolicy & { default?: unknown };

const Choose = Type.Object(
  {
    preset: Type.Optional(
      Type.Unsafe<(typeof PRESET_NAMES)[number]>({ type: 'string', enum: [...PRESET_NAMES], description: 'By name' }),
    ),
    policy: Type.Optional(
      Type.Unsafe<VerificationPolicy>({
        ...Thresholds,
        description: 'What is left out is as in `standard`',
      }),
    ),
  },
  { additionalProperties: false, description: 'Exactly one of preset and policy' },
);

/** Throws `validation-failed`. */
function chosen({ preset, policy }: Static<typeof Choose>): VerificationPolicy {
  if ((preset === undefined) === (policy === undefined))
    throw invalidField('#', `must have exactly one of preset (${PRESET_NAMES.join(', ')}) and policy`);
  if (preset !== undefined) return PRESETS[preset].policy;
  return Value.Default(VerificationPolicy, structuredClone(policy)) as VerificationPolicy;
}

const Policies = Type.Object({
  in_force: { ...ref('PolicyVersion'), description: 'What the next verification follows' },
  versions: Type.Array(ref('PolicyVersion'), { description: 'Chosen here, newest first' }),
});

const Presets = Type.Object({
  items: Type.Array(
    Type.Object({
      name: Type.String(),
      summary: Type.String(),
      digest: Type.String(),
      policy: VerificationPolicy,
    }),
  ),
});

const CHOOSE = `A new version, unless the present one has the same thresholds. It is for runs that start later; what
was verified before keeps the policy that its report names. The ledger says who chose (\`verification-policy.chosen\`). Where something was chosen here
before, If-Match has to say so: the ETag of GET, or \`*\` for whatever is there.`;

const policiesOf = async (store: PolicyReader, tenant: string, modelId: string | null) => ({
  in_force: await policyInForce(store, tenant, modelId, PRESETS.standard.policy),
  versions: await store.listPolicies(tenant, modelId),
});

/** Throws `not-found`. */
async function checkModel({ store }: AppDeps, tenant: string, id: string): Promise<void> {
  if ((await store.getModel(tenant, id)) === null) throw notFound('model');
}

/** Whoever has not seen what is chosen by then chooses nothing. */
const seenBy =
  (request: FastifyRequest, reply: FastifyReply, modelId: string | null) =>
  async (store: PolicyReader): Promise<void> => {
    const present = await policiesOf(store, principal(request).tenant, modelId);
    if (present.versions.length > 0) requireIfMatch(request);
    checkPresent(request, reply, Policies, present);
  };

function tenantRoutes(app: App, deps: AppDeps): void {
  app.get(
    '/v1/verification-policy',
    {
      config: { scope: 'models:read' },
      schema: {
        tags,
        operationId: 'getTenantPolicy',
        summary: 'Get the policy for models that have none of their own',
        response: { 200: described('What applies, and every version chosen here', Policies), ...problems },
      },
    },
    async (request) => policiesOf(deps.store, principal(request).tenant, null),
  );
  app.put(
    '/v1/verification-policy',
    {
      config: { scope: 'policies:write' },
      schema: {
        tags,
        operationId: 'chooseTenantPolicy',
        summary: 'Choose the policy for models that have none of their own',
        description: CHOOSE,
        headers: MatchHeader,
        body: Choose,
        response: { 200: described('The version that is in force', ref('PolicyVersion')), ...replacingProblems },
      },
    },
    async (request, reply) => {
      const { tenant, actor } = principal(request);
      return deps.store.choosePolicy(tenant, null, chosen(request.body), actor, seenBy(request, reply, null));
    },
  );
}

function modelRoutes(app: App, deps: AppDeps): void {
  app.get(
    '/v1/models/:id/verification-policy',
    {
      config: { scope: 'models:read' },
      schema: {
        tags,
        operationId: 'getModelPolicy',
        summary: 'Get the policy of a model',
        params: IdParams,
        response: { 200: described('What applies, and every version chosen here', Policies), ...problems },
      },
    },
    async (request) => {
      const { tenant } = principal(request);
      const { id } = request.params;
      await checkModel(deps, tenant, id);
      return policiesOf(deps.store, tenant, id);
    },
  );
  app.put(
    '/v1/models/:id/verification-policy',
    {
      config: { scope: 'policies:write' },
      schema: {
        tags,
        operationId: 'chooseModelPolicy',
        summary: 'Choose the policy of a model',
        description: CHOOSE,
        headers: MatchHeader,
        params: IdParams,
        body: Choose,
        response: { 200: described('The version that is in force', ref('PolicyVersion')), ...replacingProblems },
      },
    },
    async (request, reply) => {
      const { tenant, actor } = principal(request);
      const { id } = request.params;
      await checkModel(deps, tenant, id);
      return deps.store.choosePolicy(tenant, id, chosen(request.body), actor, seenBy(request, reply, id));
    },
  );
}

export const policyRoutes: Routes = (app, deps) => {
  app.get(
    '/v1/verification-policies',
    {
      config: { scope: 'catalogue:read' },
      schema: {
        tags,
        operationId: 'listPresets',
        summary: 'List the named policies',
        response: { 200: described('Every preset, with its thresholds', Presets), ...problems },
      },
    },
    async () => ({
      items: PRESET_NAMES.map((name) => ({ name, ...PRESETS[name], digest: policyDigest(PRESETS[name].policy) })),
    }),
  );
  tenantRoutes(app, deps);
  modelRoutes(app, deps);
};
