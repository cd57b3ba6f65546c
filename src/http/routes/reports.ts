// /v1/runs/{id}/verification and /report: the same findings, for programs and for readers.

import type { FastifyReply } from 'fastify';
import Type from 'typebox';
import { runMark } from '../../domain/marks.ts';
import { ExpungeError } from '../../errors.ts';
import { reportPage, STYLE_DIGEST } from '../../evidence/report-page/page.ts';
import { verificationPage } from '../../evidence/report-page/verification-page.ts';
import { version } from '../../version.ts';
import { notFound, unchanged } from '../links.ts';
import { principal } from '../principal.ts';
import { described, IdParams, NotModified, problems, ref } from '../schemas.ts';
import type { App, AppDeps, Routes } from '../types.ts';

const tags = ['runs'];

const notVerified = () => new ExpungeError('not-found', 'There is no such run, or it has not been verified yet.');

/** A page that may do nothing but look as it does, wherever it is opened. */
const PAGE_POLICY = `default-src 'none'; style-src '${STYLE_DIGEST}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

const PAGE =
  'One file of HTML with charts: no script, nothing loaded from elsewhere, fit to be printed. It is not signed; the certificate of a run is.';
const pageResponses = {
  200: {
    description: 'The page',
    content: { 'text/html': { schema: Type.String({ description: 'HTML, UTF-8' }) } },
  },
  304: NotModified,
  ...problems,
};

const sendPage = (reply: FastifyReply, name: string, text: string) =>
  reply
    .headers({ 'content-security-policy': PAGE_POLICY, 'x-content-type-options': 'nosniff' })
    .header('content-disposition', `inline; filename="expunge-${name}.html"`)
    .type('text/html; charset=utf-8')
    .serializer((page: unknown) => String(page))
    .send(text as never);

export const reportRoutes: Routes = (app, deps) => {
  app.get(
    '/v1/runs/:id/verification',
    {
      config: { scope: 'runs:read' },
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
      config: { scope: 'runs:read' },
      schema: {
        tags,
        operationId: 'getReport',
        summary: 'Get the last verification of a run as a page',
        description: PAGE,
        params: IdParams,
        response: pageResponses,
      },
    },
    async (request, reply) => {
      const { tenant } = principal(request);
      const { id } = request.params;
      const run = await deps.store.getRun(tenant, id);
      const report = run && (await deps.store.getVerification(tenant, id));
      if (run === null || report === null) throw notVerified();
      if (unchanged(request, reply, `${runMark(run)}-${version}`)) return reply.code(304).send(null);
      const model = await deps.store.getModel(tenant, run.model_id);
      if (model === null) throw notFound('model');
      const curve = await deps.store.getCurve(tenant, id);
      const text = reportPage({ run, model, report, curve, softwareVersion: version });
      return sendPage(reply, `run-${id}`, text);
    },
  );
  verificationPageRoute(app, deps);
};

function verificationPageRoute(app: App, deps: AppDeps): void {
  app.get(
    '/v1/verifications/:id/report',
    {
      config: { scope: 'runs:read' },
      schema: {
        tags: ['verifications'],
        operationId: 'getVerificationReport',
        summary: 'Get a verification that was asked for as a page',
        description: PAGE,
        params: IdParams,
        response: pageResponses,
      },
    },
    async (request, reply) => {
      const { tenant } = principal(request);
      const found = await deps.store.getCheckpointVerification(tenant, request.params.id);
      if (found?.report == null)
        throw new ExpungeError('not-found', 'There is no such verification, or it has no report yet.');
      const { verification, report } = found;
      if (unchanged(request, reply, `${verification.report_digest}-${version}`)) return reply.code(304).send(null);
      const model = await deps.store.getModel(tenant, verification.model_id);
      if (model === null) throw notFound('model');
      const text = verificationPage({ verification, model, report, softwareVersion: version });
      return sendPage(reply, `verification-${verification.id}`, text);
    },
  );
}
