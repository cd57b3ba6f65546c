// Carries out what is asked of a request or a run, and says why it is refused.
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { DeletionRequest, Run } from '../domain/resources.ts';
import { ExpungeError } from '../errors.ts';
import type { Act, ActOutcome, Deed, RunActOutcome } from '../runs/ports.ts';
import { newId } from './idempotency.ts';
import { checkIfMatch, notFound } from './links.ts';
import { principal } from './principal.ts';
import { reasonOf } from './reason.ts';
import { ring } from './ring.ts';
import type { AppDeps } from './types.ts';

/**
 * What every action has: who asks, of what, why, If-Match, which is held against the entity tag under its lock, and the id by which a call
 * with an Idempotency-Key is known again.
 */
export function askedBy(request: FastifyRequest, id: string, reason: string | undefined): Omit<Act, 'deed'> {
  const { tenant, actor } = principal(request);
  const once = { id: newId(request), again: request.keyed?.again === true };
  return { tenant, actor, id, reason: reasonOf(reason), check: (mark) => checkIfMatch(request, mark), once };
}

function conflict(
  action: Deed['action'],
  { state, allowed, run_id }: Extract<ActOutcome, { status: 'conflict' }>,
): ExpungeError {
  const extra = { state, allowed, ...(run_id === null ? {} : { existing: `/v1/runs/${run_id}` }) };
  if (action === 'cancel')
    return new ExpungeError('not-cancellable', `The request is ${state}; nothing of it waits any more.`, { extra });
  const detail =
    run_id === null
      ? `The request is ${state}, and ${action} is not possible.`
      : `A run has claimed the request; ${action} is possible once that run has given it back, if it is at all.`;
  return new ExpungeError('wrong-state', detail, { extra });
}

const NOT_EXTENDABLE = {
  ended: 'The request has ended.',
  extended: 'The request was extended before; the law knows one extension.',
  due: 'The request is due already; the person has to be told within the first month.',
};

function refuse(deed: Deed, outcome: Exclude<ActOutcome, { status: 'done' }>): never {
  switch (outcome.status) {
    case 'unknown':
      throw notFound('deletion request');
    case 'conflict':
      throw conflict(deed.action, outcome);
    case 'same_actor':
      throw new ExpungeError('four-eyes', 'Whoever made a request may not approve it.');
    case 'plan_changed':
      throw new ExpungeError('plan-changed', 'The plan is not the one that plan_digest names.', {
        extra: deed.action === 'approve' ? { plan_digest: deed.present_digest } : {},
      });
    case 'models_deleted':
      throw new ExpungeError('wrong-state', 'The model was deleted, and what it knew with it: no run can try again.');
    case 'already_open':
      throw new ExpungeError(
        'already-open',
        'A later request for this person, or record, and model has not ended yet.',
        {
          extra: { existing: `/v1/deletion-requests/${outcome.request_id}` },
        },
      );
    case 'not_extendable':
      throw new ExpungeError('extension-refused', NOT_EXTENDABLE[outcome.why]);
  }
}

/** Answers with the request as it is then. */
export async function carryOut(
  deps: AppDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  act: Act,
): Promise<DeletionRequest> {
  const outcome = await deps.store.actOnRequest(act);
  if (outcome.status !== 'done') return refuse(act.deed, outcome);
  void ring(deps, outcome.ring, request.log);
  reply.header('etag', `"${outcome.request.version}"`);
  return outcome.request;
}

/** The same for a run. */
export function runAfter(
  deps: AppDeps,
  request: FastifyRequest,
  verb: 'promote' | 'rollback',
  outcome: RunActOutcome,
): Run {
  switch (outcome.status) {
    case 'done':
      // what waited for the decision may begin
      void ring(deps, [outcome.run.model_id], request.log);
      return outcome.run;
    case 'unknown':
      throw notFound('run');
    case 'conflict':
      throw new ExpungeError('wrong-state', `The run is ${outcome.state}, and ${verb} is not possible.`, {
        extra: { state: outcome.state },
      });
    case 'same_actor':
      throw new ExpungeError('four-eyes', 'Whoever made or approved a request of the run may not promote it.');
    case 'superseded':
      throw new ExpungeError('superseded', 'Another checkpoint of the model was published first.');
    case 'built_upon':
      throw new ExpungeError('rollback-refused', 'A later run has published a checkpoint that is made from this one.');
    case 'parent_gone':
      throw new ExpungeError(
        'rollback-refused',
        'The rollback window is over, and the parent is deleted or about to be.',
      );
  }
}
