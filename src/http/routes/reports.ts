// /v1/runs/{id}/verification and /report: the same findings, for programs and for readers.
import Type from 'typebox';
import { ExpungeError } from '../../errors.ts';
import { reportPage, STYLE_DIGEST } from '../../evidence/report-page/page.ts';
import { version } from '../../version.ts';
import { notFound, unchanged } from '../links.ts';
import { principal } from '../principal.ts';
import { described, IdParams, NotModified, problems, ref } from '../schemas.ts';
import type { Routes } from '../types.ts';
import { tagOf } from './runs.ts';

const tags = ['runs'];

const notVerified = () => new ExpungeError('not-found', 'There is no such run, or it has not been verified yet.');

/** A page that may do nothing but look as it does, wherever it is opened. */
const PAGE_POLICY = `default-src 'none'; style-src '${STYLE_DIGEST}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

export const reportRoutes: Routes = (app, deps) => {
  app.get(
    '/v1/runs/:id/verification',
    {
      schema: {
        tags,
        operationId: 'getVerification',
        summary: 'Get the last verification of a run',
        params: IdParams,
        response: {
          200: described('All findings, with thresholds and verdicts', ref('VerificationReport')),
          ...problems,
        },
      },
    },
    async (request) => {
      const report = await deps.store.getVerification(principal(request).tenant, request.params.id);
      if (report === null) throw notVerified();
      return report;
    },
  );
  app.get(
    '/v1/runs/:id/report',
    {
      schema: {
        tags,
        operationId: 'getReport',
        summary: 'Get the last verification of a run as a page',
        description:
          'One file of HTML with charts: no script, nothing loaded from elsewhere, fit to be printed. It is not signed; the certificate is.',
        params: IdParams,
        response: {
          200: {
            description: 'The page',
            content: { 'text/html': { schema: Type.String({ description: 'HTML, UTF-8' }) } },
          },
          304: NotModified,
          ...problems,
        },
      },
    },
    async (request, reply) => {
      const { tenant } = principal(request);
      const { id } = request.params;
      const run = await deps.store.getRun(tenant, id);
      const report = run && (await deps.store.getVerification(tenant, id));
      if (run === null || report === null) throw notVerified();
      if (unchanged(request, reply, `${tagOf(run)}-${version}`)) return reply.code(304).send(null);
      const model = await deps.store.getModel(tenant, run.model_id);
      if (model === null) throw notFound('model');
      const curve = await deps.store.getCurve(tenant, id);
      const text = reportPage({ run, model, report, curve, softwareVersion: version });
      return reply
        .headers({ 'content-security-policy': PAGE_POLICY, 'x-content-type-options': 'nosniff' })
        .header('content-disposition', `inline; filename="expunge-run-${id}.html"`)
        .type('text/html; charset=utf-8')
        .serializer((page: unknown) => String(page))
        .send(text as never);
    },
  );
};
