// /v1/models/{id}/checkpoints: lineage, size on disk, and what is let go before its time.
import Type from 'typebox';
import type { Checkpoint } from '../../domain/checkpoint.ts';
import { Digest, Id } from '../../domain/common.ts';
import { ExpungeError } from '../../errors.ts';
import type { RetireOutcome } from '../../runs/ports.ts';
import { retire } from '../../runs/retire.ts';
import { measureStorage } from '../../runs/storage.ts';
import { registerCandidate } from '../candidate.ts';
import { checkPresent, MatchAndKeyHeader } from '../conditional.ts';
import { KeyHeader } from '../idempotency.ts';
import { absolute, notFound } from '../links.ts';
import { principal } from '../principal.ts';
import { folderFields } from '../registration.ts';
import { conditionalProblems, described, IdParams, problems, ref } from '../schemas.ts';
import type { App, AppDeps, Routes } from '../types.ts';

const tags = ['models'];
const Present = ref('Checkpoint');

const RETIRE = `Deletes the files of a checkpoint that is kept for rollback, before its time, or of a candidate. The record stays, with its
lineage, and the ledger says who asked (\`checkpoint.retired\`) and that the files are gone (\`checkpoint.deleted\`).
Where another model has the very same checkpoint it stays \`retained\` until that one lets go. Honours If-Match with the ETag of the checkpoint.`;

function refuse(outcome: Exclude<RetireOutcome, { status: 'retired' }>): never {
  switch (outcome.status) {
    case 'active':
      throw new ExpungeError('checkpoint-active', 'The model answers from this checkpoint, and runs start from it.');
    case 'in_use': {
      const { by } = outcome;
      const existing = 'run_id' in by ? `/v1/runs/${by.run_id}` : `/v1/verifications/${by.verification_id}`;
      const detail = 'A run or a verification that has not ended needs this checkpoint.';
      throw new ExpungeError('checkpoint-in-use', detail, { extra: { existing } });
    }
    case 'deleted':
      throw new ExpungeError('checkpoint-deleted', 'The files of this checkpoint are gone already.');
    default:
      throw notFound('checkpoint');
  }
}

const REGISTER = `Adds a checkpoint from outside to the model's line: a folder under IMPORT_DIR (\`path\`) or an upload (\`upload_id\`), checked as that of a
model is. It is a \`candidate\`: it can be verified and retired, and is never in use. Configuration and tokenizer must be its parent's.`;

const NewCandidate = Type.Object(
  {
    ...folderFields,
    parent_checkpoint_id: Type.Optional(
      Type.Unsafe<string>({ ...Digest, description: 'The checkpoint that it descends from; left out: the active one' }),
    ),
  },
  { additionalProperties: false },
);
const CheckpointParams = Type.Object({ id: Id, digest: Digest });

function candidateRoutes(app: App, deps: AppDeps): void {
  app.post(
    '/v1/models/:id/checkpoints',
    {
      config: { scope: 'models:write', idempotent: true },
      schema: {
        headers: KeyHeader,
        tags,
        operationId: 'registerCheckpoint',
        summary: 'Register a checkpoint that others made, to have it verified',
        description: REGISTER,
        params: IdParams,
        body: NewCandidate,
        response: {
          200: described('It was there already', ref('Checkpoint')),
          201: described('The new candidate', ref('Checkpoint')),
          ...problems,
        },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const { created, checkpoint } = await registerCandidate(deps, principal(request), id, request.body);
      const path = `/v1/models/${id}/checkpoints/${checkpoint.digest}`;
      reply.code(created ? 201 : 200).header('location', absolute(request, path));
      return reply.send(checkpoint);
    },
  );
  app.get(
    '/v1/models/:id/checkpoints/:digest',
    {
      config: { scope: 'models:read' },
      schema: {
        tags,
        operationId: 'getCheckpoint',
        summary: 'Get a checkpoint, with what was last found of it',
        params: CheckpointParams,
        response: { 200: described('The checkpoint', Present), ...problems },
      },
    },
    async (request) => {
      const { id, digest } = request.params;
      const line = await deps.store.checkpointsAt(principal(request).tenant, digest);
      const found = line.find(({ model_id }) => model_id === id);
      if (found === undefined) throw notFound('checkpoint');
      return found;
    },
  );
}

export const checkpointRoutes: Routes = (app, deps) => {
  app.get(
    '/v1/models/:id/checkpoints',
    {
      config: { scope: 'models:read' },
      schema: {
        tags,
        operationId: 'listCheckpoints',
        summary: 'List a model’s checkpoints with their lineage and their size on disk',
        params: IdParams,
        response: {
          200: described(
            'Every checkpoint, newest first, deleted ones included',
            Type.Object({
              items: Type.Array(ref('StoredCheckpoint')),
              stored_bytes: Type.Integer({
                description:
                  'On disk for all of them, and for models that were retrained to verify candidates; what several hold is counted once',
              }),
            }),
          ),
          ...problems,
        },
      },
    },
    async (request) => {
      const { tenant } = principal(request);
      const { id } = request.params;
      if ((await deps.store.getModel(tenant, id)) === null) throw notFound('model');
      const [checkpoints, storage] = [await deps.store.listCheckpoints(tenant, id), await measureStorage(deps, tenant)];
      const items = checkpoints.map((one) => ({ ...one, ...storage.usage(id, one.digest) }));
      return { items, stored_bytes: storage.bytes(id) };
    },
  );
  candidateRoutes(app, deps);
  app.post(
    '/v1/models/:id/checkpoints/:digest/retire',
    {
      config: { scope: 'checkpoints:retire', idempotent: true },
      schema: {
        headers: MatchAndKeyHeader,
        tags,
        operationId: 'retireCheckpoint',
        summary: 'Delete a checkpoint’s files and keep its record',
        description: RETIRE,
        params: CheckpointParams,
        response: { 200: described('The checkpoint as it is now', Present), ...conditionalProblems },
      },
    },
    async (request, reply) => {
      const { id, digest } = request.params;
      const who = principal(request);
      const check = (present: Checkpoint) => checkPresent(request, reply, Present, present);
      const outcome = await retire({ ...deps, log: request.log }, who, id, digest, check);
      // an earlier try of the call, whose answer was lost, may have done it
      const before = outcome.status === 'deleted' && request.keyed?.again === true;
      if (outcome.status !== 'retired' && !before) refuse(outcome);
      const checkpoints = await deps.store.listCheckpoints(who.tenant, id);
      return checkpoints.find((one) => one.digest === digest)!;
    },
  );
};
