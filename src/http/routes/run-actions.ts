// POST /v1/runs/{id}/promote and /rollback: who decides about a verified candidate.

import Type, { type Static } from 'typebox';
import { runMark } from '../../domain/marks.ts';
import { askedBy, runAfter } from '../act.ts';
import { MatchAndKeyHeader } from '../conditional.ts';
import { OptionalReason, Reason } from '../reason.ts';
import { conditionalProblems, described, IdParams, ref } from '../schemas.ts';
import type { Routes } from '../types.ts';

const tags = ['runs'];
const strict = { additionalProperties: false } as const;
const MaybeReason = Type.Union([Type.Object({ reason: OptionalReason }, strict), Type.Null()]);
const response = { 200: described('The run as it is now', ref('Run')), ...conditionalProblems };

const ROLLBACK = `Of a run that awaits promotion: the candidate is refused. Of one that was published, while its parent is
kept and nothing was published after it: the parent is active again, its certificates are void, and the requests need review.`;

export const runActionRoutes: Routes = (app, deps) => {
  const { parentRetentionMs: parent_retention_ms } = deps.config.runs;
  app.post(
    '/v1/runs/:id/promote',
    {
      config: { scope: 'runs:promote', idempotent: true },
      schema: {
        ...{
          headers: MatchAndKeyHeader,
          tags,
          operationId: 'promoteRun',
          params: IdParams,
          body: MaybeReason,
          response,
        },
        summary: 'Publish the candidate of a run that awaits promotion',
        description: 'Only what passed verification gets there.',
      },
    },
    async (request, reply) => {
      const body = request.body as Static<typeof MaybeReason>;
      const asked = { ...askedBy(request, request.params.id, body?.reason), parent_retention_ms };
      const four_eyes = deps.config.decisions.promotion === 'four-eyes';
      const run = runAfter(deps, request, 'promote', await deps.store.promoteRun({ ...asked, four_eyes }));
      reply.header('etag', `"${runMark(run)}"`);
      return run;
    },
  );
  app.post(
    '/v1/runs/:id/rollback',
    {
      config: { scope: 'runs:rollback', idempotent: true },
      schema: {
        ...{ headers: MatchAndKeyHeader, tags, operationId: 'rollBackRun', params: IdParams, response },
        ...{ summary: 'Take the candidate of a run back', description: ROLLBACK },
        body: Type.Object({ reason: Reason }, strict),
      },
    },
    async (request, reply) => {
      const asked = { ...askedBy(request, request.params.id, request.body.reason), parent_retention_ms };
      const run = runAfter(deps, request, 'rollback', await deps.store.rollBackRun(asked));
      reply.header('etag', `"${runMark(run)}"`);
      return run;
    },
  );
};
