// /v1/models/{id}/checkpoints: lineage, size on disk, and what is let go before its time.
import Type from 'typebox';
import { Digest, Id } from '../../domain/common.ts';
import { ExpungeError } from '../../errors.ts';
import type { RetireOutcome } from '../../runs/ports.ts';
import { retire } from '../../runs/retire.ts';
import { measureStorage } from '../../runs/storage.ts';
import { KeyHeader } from '../idempotency.ts';
import { notFound } from '../links.ts';
import { principal } from '../principal.ts';
import { described, IdParams, problems, ref } from '../schemas.ts';
import type { Routes } from '../types.ts';

const tags = ['models'];

const RETIRE = `Deletes the files of a checkpoint that is kept for rollback, before its time. The record stays, with its
lineage, and the ledger says who asked (\`checkpoint.retired\`) and that the files are gone (\`checkpoint.deleted\`).
Where another model has the very same checkpoint it stays \`retained\` until that one lets go.`;

function refuse(outcome: Exclude<RetireOutcome, { status: 'retired' }>): never {
  switch (outcome.status) {
    case 'active':
      throw new ExpungeError('checkpoint-active', 'The model answers from this checkpoint, and runs start from it.');
    case 'in_use':
      throw new ExpungeError('checkpoint-in-use', 'A run that has not ended starts from this checkpoint.', {
        extra: { existing: `/v1/runs/${outcome.run_id}` },
      });
    case 'deleted':
      throw new ExpungeError('checkpoint-deleted', 'The files of this checkpoint are gone already.');
    default:
      throw notFound('checkpoint');
  }
}

export const checkpointRoutes: Routes = (app, deps) => {
  app.get(
    '/v1/models/:id/checkpoints',
    {
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
              stored_bytes: Type.Integer({ description: 'On disk for all of them; what several hold is counted once' }),
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
  app.post(
    '/v1/models/:id/checkpoints/:digest/retire',
    {
      config: { idempotent: true },
      schema: {
        headers: KeyHeader,
        tags,
        operationId: 'retireCheckpoint',
        summary: 'Delete a checkpoint’s files and keep its record',
        description: RETIRE,
        params: Type.Object({ id: Id, digest: Digest }),
        response: { 200: described('The checkpoint as it is now', ref('Checkpoint')), ...problems },
      },
    },
    async (request) => {
      const { id, digest } = request.params;
      const who = principal(request);
      const outcome = await retire({ ...deps, log: request.log }, who, id, digest);
      if (outcome.status !== 'retired') refuse(outcome);
      const checkpoints = await deps.store.listCheckpoints(who.tenant, id);
      return checkpoints.find((one) => one.digest === digest)!;
    },
  );
};
