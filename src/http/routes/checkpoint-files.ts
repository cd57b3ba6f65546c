// /v1/checkpoints/{id}: the files of a checkpoint in use, and who has got them; /v1/models/{id}/aliases: which one that is.
import Type from 'typebox';
import { Digest, Id } from '../../domain/common.ts';
import { AliasTarget, Recipient } from '../../domain/recipient.ts';
import { ExpungeError } from '../../errors.ts';
import { filesOf, sendFile } from '../checkpoint-file.ts';
import { KeyHeader } from '../idempotency.ts';
import { absolute, notFound, unchanged } from '../links.ts';
import { principal } from '../principal.ts';
import { described, NotModified, problems } from '../schemas.ts';
import type { App, AppDeps, Routes } from '../types.ts';

const FILE = `The bytes of a file of the checkpoint, which \`GET /v1/models/{id}/aliases/active\` lists; \`manifest.json\` is among them, and its
SHA-256 is the checkpoint’s digest. \`Range\` takes one range of bytes, \`If-Range\` and \`If-None-Match\` the entity tag, which is the file’s
SHA-256; \`Repr-Digest\` (RFC 9530) has it too. Only a checkpoint that a model answers from is given, and who gets it is written down: after it
was replaced the answer is 410, with a link to the one in use.`;
const ALIAS = `What a serving system asks before it loads weights, and again now and then: with \`If-None-Match\` the answer is 304 until the alias
moves. Whoever asks after that has thereby heard that the checkpoint it got before is not to be used any more, which is written down.`;
const RECIPIENTS = `Everybody who got bytes of the checkpoint from here, in order (Art. 19 GDPR). The ledger has an entry of each (\`checkpoint.pulled\`), of how
many there were when it was replaced (\`checkpoint.replaced\`), and of each who has heard (\`recipient.told\`).`;

const TOLD = `For whom this service cannot tell: a recipient that was written to, or called. It stands in the ledger (\`recipient.told\`, how: \`notice\`) with who says so.`;

const CheckpointParams = Type.Object({ id: Digest });
const Recipients = Type.Object({ items: Type.Array(Recipient) });
const Conditions = Type.Object({
  range: Type.Optional(Type.String({ description: 'bytes=0-1023, bytes=1024- or bytes=-1024' })),
  'if-range': Type.Optional(Type.String()),
});
const Bytes = Type.Unsafe<never>({ type: 'string', format: 'binary' });
const bytes = (description: string) => ({
  description,
  content: { 'application/octet-stream': { schema: Bytes } },
});

function recipientRoutes(app: App, deps: AppDeps): void {
  app.get(
    '/v1/checkpoints/:id/recipients',
    {
      config: { scope: 'ledger:read' },
      schema: {
        tags: ['models'],
        operationId: 'listRecipients',
        summary: 'List who has got files of a checkpoint',
        description: RECIPIENTS,
        params: CheckpointParams,
        response: {
          200: described('All of them, in the order in which they came', Recipients),
          ...problems,
        },
      },
    },
    async (request) => {
      const { tenant } = principal(request);
      const { id } = request.params;
      if ((await deps.store.checkpointLines(tenant, id)).length === 0) throw notFound('checkpoint');
      return { items: await deps.store.recipientsOf(tenant, id) };
    },
  );
  app.post(
    '/v1/checkpoints/:id/recipients/told',
    {
      config: { scope: 'requests:decide', idempotent: true },
      schema: {
        headers: KeyHeader,
        tags: ['models'],
        operationId: 'noteRecipientTold',
        summary: 'Write down that somebody has told a recipient of a checkpoint that it was replaced',
        description: TOLD,
        params: CheckpointParams,
        body: Type.Object(
          { recipient: Type.String({ minLength: 1, maxLength: 200 }) },
          { additionalProperties: false },
        ),
        response: { 200: described('All recipients of the checkpoint, as it is now', Recipients), ...problems },
      },
    },
    async (request) => {
      const { tenant, actor } = principal(request);
      const { id: digest } = request.params;
      const { recipient } = request.body;
      const known = await deps.store.recipientsOf(tenant, digest);
      if (!known.some((one) => one.recipient === recipient)) throw notFound('recipient of a checkpoint');
      if ((await deps.store.checkpointLines(tenant, digest)).some(({ active }) => active === digest))
        throw new ExpungeError('checkpoint-active', 'A model answers from this checkpoint: there is nothing to tell.');
      await deps.store.tellRecipient(tenant, { recipient, of: { digest }, how: 'notice', actor });
      return { items: await deps.store.recipientsOf(tenant, digest) };
    },
  );
}

export const checkpointFileRoutes: Routes = (app, deps) => {
  recipientRoutes(app, deps);
  app.get(
    '/v1/checkpoints/:id/files/:path',
    {
      config: { scope: 'checkpoints:download' },
      schema: {
        tags: ['models'],
        operationId: 'getCheckpointFile',
        summary: 'Get a file of a checkpoint that a model answers from',
        description: FILE,
        params: Type.Object({ id: Digest, path: Type.String({ minLength: 1, maxLength: 255 }) }),
        headers: Conditions,
        response: { 200: bytes('The file'), 206: bytes('The part that Range asks for'), 304: NotModified, ...problems },
      },
    },
    async (request, reply) => sendFile(deps, principal(request), request, reply),
  );
  app.get(
    '/v1/models/:id/aliases/:alias',
    {
      config: { scope: 'checkpoints:download' },
      schema: {
        tags: ['models'],
        operationId: 'getAlias',
        summary: 'Which checkpoint a model answers from, and its files',
        description: ALIAS,
        params: Type.Object({ id: Id, alias: Type.String({ maxLength: 100, description: 'active' }) }),
        response: { 200: described('The checkpoint', AliasTarget), 304: NotModified, ...problems },
      },
    },
    async (request, reply) => {
      const { tenant, actor } = principal(request);
      const { id: model_id, alias } = request.params;
      const model = alias === 'active' ? await deps.store.getModel(tenant, model_id) : null;
      if (model === null) throw notFound('model or alias');
      const digest = model.active;
      if (unchanged(request, reply, digest.slice('sha256:'.length))) return reply.code(304).send(null);
      const lines = await deps.store.checkpointLines(tenant, digest);
      const line = lines.find((one) => one.model_id === model_id);
      if (line === undefined) throw notFound('checkpoint');
      await deps.store.tellRecipient(tenant, { recipient: actor, of: { model_id }, how: 'alias', actor });
      const files = filesOf(digest, line.manifest).map((file) => ({
        ...file,
        url: absolute(request, `/v1/checkpoints/${digest}/files/${encodeURIComponent(file.name)}`),
      }));
      return {
        model_id,
        alias: 'active' as const,
        checkpoint: digest,
        architecture: line.manifest.architecture,
        files,
      };
    },
  );
};
