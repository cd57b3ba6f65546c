// /v1/checkpoints/{id}/verifications: any checkpoint of a model attacked on request, about a person or about records.
import type { FastifyBaseLogger, FastifyRequest } from 'fastify';
import Type from 'typebox';
import type { CheckpointVerification, ListedVerification } from '../../domain/checkpoint-verification.ts';
import { Digest, Id, StringEnum } from '../../domain/common.ts';
import { verificationMark } from '../../domain/marks.ts';
import { PRESET_NAMES } from '../../domain/policy-choice.ts';
import type { VerificationReport } from '../../domain/verification.ts';
import type { StoredVerification } from '../../runs/ports.ts';
import { KeyHeader, madeBefore, newId } from '../idempotency.ts';
import { subjectSchema } from '../identifiers.ts';
import { absolute, notFound, POLL_SECONDS, unchanged } from '../links.ts';
import { createCursors, PageParameters, page, pageOf } from '../paging.ts';
import { principal } from '../principal.ts';
import { described, IdParams, NotModified, problems, ref } from '../schemas.ts';
import type { App, AppDeps, Routes } from '../types.ts';
import { refuseVerification, verificationWish } from '../verification.ts';
import { PreferHeader, preferField, readWhen } from '../waiting/prefer.ts';

const tags = ['verifications'];
const CheckpointParams = Type.Object({ id: Digest });
const digest = (description: string) => Type.Optional(Type.Unsafe<string>({ ...Digest, description }));

const Ask = Type.Object(
  {
    subject: Type.Optional(subjectSchema('A person, erased or not; hashed at the door and never stored')),
    record_ids: Type.Optional(
      Type.Array(Type.String({ minLength: 1, maxLength: 200 }), {
        ...{ minItems: 1, maxItems: 1000, uniqueItems: true },
        description: 'Training records of the model, by id',
      }),
    ),
    model_id: Type.Optional({ ...Id, description: 'Needed only where several models have the checkpoint' }),
    against_checkpoint_id: digest(
      'What it is held against: a checkpoint of the same model that knew the forgotten. Left out: its recorded parent',
    ),
    reference_checkpoint_id: digest(
      'A checkpoint of the same model that was retrained without the forgotten: they are judged against it too, and the distance is reported. 400 for one that is known to have been trained on them',
    ),
    policy: Type.Optional(StringEnum(PRESET_NAMES, 'A preset. Left out: the policy that is in force for the model')),
    validate_only: Type.Optional(
      Type.Boolean({ description: 'Only check everything and say what would be verified; nothing is stored' }),
    ),
  },
  { additionalProperties: false, description: 'Exactly one of subject and record_ids' },
);

const DESCRIPTION = `Attacks the checkpoint as a candidate of a run is attacked, whoever made it; the model stays as it is. The request and
its end are entries of the ledger (\`verification.requested\`, \`verification.ended\`). With \`validate_only\` nothing is stored or started: the answer is 200.`;

/** As clients see it. */
function listed(request: FastifyRequest, { tenant: _, ...stored }: StoredVerification): ListedVerification {
  const { scope, version, preset, digest: chosen } = stored.policy;
  const self = absolute(request, `/v1/verifications/${stored.id}`);
  const model = absolute(request, `/v1/models/${stored.model_id}`);
  const links = {
    ...{ self, model, checkpoint: `${model}/checkpoints/${stored.checkpoint_id}` },
    report: stored.state === 'done' ? `${self}/report` : null,
  };
  return { ...stored, policy: { scope, version, preset, digest: chosen }, links };
}

const shown = (
  request: FastifyRequest,
  stored: StoredVerification,
  report: VerificationReport | null,
): CheckpointVerification => ({ ...listed(request, stored), report });

/** Never rejects: the verification is in the store, and the sweep of a worker rings again. */
const ring = (deps: AppDeps, id: string, log: FastifyBaseLogger): Promise<void> =>
  deps.doorbell
    .ringVerification(id)
    .catch((err: unknown) => log.warn({ verification_id: id, err }, 'doorbell not rung'));

type Found = NonNullable<Awaited<ReturnType<AppDeps['store']['getCheckpointVerification']>>> & { state: string };

/** A verification as one waits for its end. */
const watched = (deps: AppDeps, tenant: string, id: string) => ({
  ...{ kind: 'verification' as const, id },
  async read() {
    const found = await deps.store.getCheckpointVerification(tenant, id);
    return found && { ...found, state: found.verification.state };
  },
  mark: ({ verification }: { verification: StoredVerification }) => verificationMark(verification),
  ended: (state: string) => state === 'done' || state === 'failed',
});

function askRoute(app: App, deps: AppDeps): void {
  app.post(
    '/v1/checkpoints/:id/verifications',
    {
      config: { scope: 'verifications:create', idempotent: true },
      schema: {
        headers: Type.Object({ ...KeyHeader.properties, ...preferField }),
        tags,
        operationId: 'verifyCheckpoint',
        summary: 'Have a checkpoint attacked',
        description: DESCRIPTION,
        params: CheckpointParams,
        body: Ask,
        response: {
          200: described('`validate_only`: what would be verified', ref('VerificationPlan')),
          202: described('Accepted and recorded; poll Location', ref('CheckpointVerification')),
          ...problems,
        },
      },
    },
    async (request, reply) => {
      const who = principal(request);
      const { validate_only = false, ...asked } = request.body;
      const wished = () => verificationWish(deps, who, request.params.id, asked);
      if (validate_only) {
        const { tenant: _, question, ...wish } = await wished();
        const { scope, version, preset, digest: chosen } = wish.policy;
        const policy = { scope, version, preset, digest: chosen };
        return reply.send({ validate_only, ...wish, policy, records: question.places.length });
      }
      const id = newId(request);
      const made = await madeBefore(request, () => deps.store.getCheckpointVerification(who.tenant, id));
      if (made === null) {
        const { open } = deps.config.verifications;
        const outcome = await deps.store.createVerification({ id, ...(await wished()) }, open, who.actor);
        if (outcome.status !== 'created') refuseVerification(outcome, open);
      }
      void ring(deps, id, request.log);
      const stored = await readWhen<Found>(app, request, reply, watched(deps, who.tenant, id));
      reply.code(202).header('location', absolute(request, `/v1/verifications/${id}`));
      return reply
        .header('retry-after', String(POLL_SECONDS))
        .send(shown(request, stored!.verification, stored!.report));
    },
  );
}

export const verificationRoutes: Routes = (app, deps) => {
  const cursors = createCursors(deps.subjectKeys);
  askRoute(app, deps);
  app.get(
    '/v1/checkpoints/:id/verifications',
    {
      config: { scope: 'runs:read' },
      schema: {
        tags,
        operationId: 'listVerifications',
        summary: 'List the verifications of a checkpoint that were asked for',
        params: CheckpointParams,
        querystring: PageParameters,
        response: {
          200: described(
            'A page of verifications without their reports, newest first',
            pageOf(ref('ListedVerification')),
          ),
          ...problems,
        },
      },
    },
    async (request, reply) => {
      const { tenant } = principal(request);
      const { id } = request.params;
      if ((await deps.store.checkpointsAt(tenant, id)).length === 0) throw notFound('checkpoint');
      const about = { list: `checkpoints/${id}/verifications`, query: request.query };
      return page(request, reply, cursors, about, async (query) => {
        const { items, next } = await deps.store.listVerifications(tenant, id, query);
        return { items: items.map((one) => listed(request, one)), next };
      });
    },
  );
  app.get(
    '/v1/verifications/:id',
    {
      config: { scope: 'runs:read' },
      schema: {
        tags,
        operationId: 'getCheckpointVerification',
        summary: 'Get a verification that was asked for',
        params: IdParams,
        headers: PreferHeader,
        response: {
          200: described('With its report once it is done', ref('CheckpointVerification')),
          304: NotModified,
          ...problems,
        },
      },
    },
    async (request, reply) => {
      const { tenant } = principal(request);
      const { id } = request.params;
      const found = await readWhen<Found>(app, request, reply, watched(deps, tenant, id));
      if (found === null) throw notFound('verification');
      if (found.verification.finished_at === null) reply.header('retry-after', String(POLL_SECONDS));
      if (unchanged(request, reply, verificationMark(found.verification))) return reply.code(304).send(null);
      return shown(request, found.verification, found.report);
    },
  );
};
