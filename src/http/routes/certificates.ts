// /v1/certificates: signed statements, and the keys that verify them.
import Type from 'typebox';
import { ParentNow } from '../../domain/checkpoint.ts';
import { Id, Nullable } from '../../domain/common.ts';
import { InclusionProof } from '../../domain/ledger.ts';
import { Certificate } from '../../domain/resources.ts';
import { proofOfCertificate } from '../../evidence/prove.ts';
import { prefers } from '../accept.ts';
import { notFound } from '../links.ts';
import { createCursors, page, pageFields, pageOf } from '../paging.ts';
import { principal } from '../principal.ts';
import { described, IdParams, problems, ref } from '../schemas.ts';
import type { AppDeps, Routes } from '../types.ts';

const tags = ['certificates'];
const Filters = Type.Object({ ...pageFields, request_id: Type.Optional(Id) }, { additionalProperties: false });

const CertificateNow = Type.Object({
  ...Certificate.properties,
  parent: Nullable(ParentNow),
  proof: Nullable({
    ...InclusionProof,
    description: 'That the ledger holds this very certificate; null until a checkpoint covers it, some seconds',
  }),
});

/** A certificate is signed while its parent is kept: who reads it later wants to know whether that is gone. */
async function parentNow(deps: AppDeps, tenant: string, runId: string | null): Promise<ParentNow | null> {
  const run = runId === null ? null : await deps.store.getRun(tenant, runId);
  if (run === null) return null;
  const parent = (await deps.store.listCheckpoints(tenant, run.model_id)).find((one) => one.digest === run.parent);
  if (parent === undefined) return null;
  const { digest, state, delete_after, deleted_at } = parent;
  return { digest, state, delete_after, deleted_at };
}

export const certificateRoutes: Routes = (app, deps) => {
  const cursors = createCursors(deps.subjectKeys);
  app.get(
    '/v1/certificates',
    {
      config: { scope: 'certificates:read' },
      schema: {
        tags,
        operationId: 'listCertificates',
        summary: 'List certificates',
        querystring: Filters,
        response: { 200: described('A page of certificates, newest first', pageOf(ref('Certificate'))), ...problems },
      },
    },
    async (request, reply) => {
      const { request_id } = request.query;
      const about = { list: 'certificates', query: request.query, filters: { request_id } };
      return page(request, reply, cursors, about, (query) =>
        deps.store.listCertificates(principal(request).tenant, {
          ...query,
          ...(request_id === undefined ? {} : { request_id }),
        }),
      );
    },
  );
  app.get(
    '/v1/certificates/:id',
    {
      config: { scope: 'certificates:read' },
      schema: {
        tags,
        operationId: 'getCertificate',
        summary: 'Get a certificate',
        description:
          '`Accept: application/jose` gives the compact JWS alone, as `expunge certificate verify` reads it.',
        params: IdParams,
        response: {
          200: {
            description: 'The certificate',
            content: {
              'application/json': { schema: CertificateNow },
              'application/jose': { schema: Type.String({ description: 'Compact JWS' }) },
            },
          },
          ...problems,
        },
      },
    },
    async (request, reply) => {
      const certificate = await deps.store.getCertificate(principal(request).tenant, request.params.id);
      if (certificate === null) throw notFound('certificate');
      reply.header('vary', 'Accept');
      if (!prefers(request.headers.accept, 'application/jose')) {
        const { tenant } = principal(request);
        const parent = await parentNow(deps, tenant, certificate.run_id);
        const latest = await deps.store.ledgerCheckpoint();
        const proof = await proofOfCertificate(deps.store, tenant, certificate.id, latest);
        return reply.type('application/json; charset=utf-8').send({ ...certificate, parent, proof });
      }
      // the bytes of a JWS are what was signed: they pass untouched
      return reply
        .type('application/jose')
        .serializer((jws: unknown) => String(jws))
        .send(certificate.jws as never);
    },
  );
  app.get(
    '/.well-known/jwks.json',
    {
      config: { scope: 'everybody', byAddress: true },
      schema: {
        tags,
        operationId: 'getKeys',
        summary: 'Get the public keys that certificates are signed with',
        response: {
          200: described(
            'JWK set (RFC 7517)',
            Type.Object({ keys: Type.Array(Type.Object({}, { additionalProperties: true })) }),
          ),
          ...problems,
        },
      },
    },
    async (_request, reply) => {
      reply.header('cache-control', 'public, max-age=300');
      return deps.signer.jwks();
    },
  );
};
