// /v1/corpora/{id}/imports: records from a file that lies on the server already.
import Type from 'typebox';
import { openImport } from '../../corpora/import.ts';
import { readAgain } from '../../corpora/lines.ts';
import { ExpungeError } from '../../errors.ts';
import { absolute, notFound } from '../links.ts';
import { principal } from '../principal.ts';
import { described, IdParams, problems } from '../schemas.ts';
import { FilledCorpus, OnSuppressed } from '../suppressed.ts';
import { inTenantFolder } from '../tenant-folder.ts';
import type { App, AppDeps } from '../types.ts';
import { upload } from '../upload.ts';

const DESCRIPTION = `Reads the NDJSON file \`path\` under IMPORT_DIR as if it had been uploaded: the same records, checks and
problems, all lines or none; of a tenant other than \`default\`, under the folder of its name there. MAX_UPLOAD_BYTES does not apply. The answer comes when all is indexed; give the client
a timeout to match. When the client goes away before everything is written to the index, reading stops and nothing is kept; after that
the records are kept, as they are when the answer alone is lost. The file is copied, without identifiers, and not needed afterwards.`;

const ImportBody = Type.Object(
  {
    path: Type.String({
      minLength: 1,
      maxLength: 4096,
      description: 'Relative to IMPORT_DIR, or absolute and under it',
    }),
    on_suppressed: OnSuppressed,
  },
  { additionalProperties: false },
);

export function importRoute(app: App, deps: AppDeps): void {
  app.post(
    '/v1/corpora/:id/imports',
    {
      config: { scope: 'corpora:write' },
      schema: {
        tags: ['corpora'],
        operationId: 'importRecords',
        summary: 'Add records from a file on the server',
        description: DESCRIPTION,
        params: IdParams,
        body: ImportBody,
        response: { 201: described('The corpus with the new records', FilledCorpus), ...problems },
      },
    },
    async (request, reply) => {
      const { tenant } = principal(request);
      if ((await deps.store.getCorpus(tenant, request.params.id)) === null) throw notFound('corpus');
      const path = inTenantFolder(tenant, request.body.path);
      const file = await openImport(path, deps.config.importDir);
      const gone = new AbortController();
      // the body has been read, so only the answer's side still tells of the client
      reply.raw.once('close', () => {
        if (reply.raw.writableFinished) return;
        gone.abort(new ExpungeError('validation-failed', 'The client went away before the end; nothing was kept.'));
      });
      try {
        const source = {
          chunks: readAgain(file),
          totalBytes: Number.POSITIVE_INFINITY,
          signal: gone.signal,
          onSuppressed: request.body.on_suppressed,
        };
        const corpus = await upload(deps, principal(request), request.params.id, source);
        return await reply
          .code(201)
          .header('location', absolute(request, `/v1/corpora/${corpus.id}`))
          .send(corpus);
      } finally {
        await file.close();
      }
    },
  );
}
