// The plan of a claimed run: what was approved, or what the facts of its sets come to.
import { isDeepStrictEqual } from 'node:util';
import type { PlanStep } from '../domain/resources.ts';
import { trainsAnew } from '../methods/index.ts';
import { stepsOf } from './approval.ts';
import { EXACT, refuseSeen } from './plan/exact.ts';
import { gatherFacts, secondsUntil } from './plan/gather.ts';
import { planConsolidation, planRun, withEstimates } from './plan/plan.ts';
import type { RunSets } from './ports.ts';
import { keptReferences } from './references.ts';
import type { RunContext } from './stages.ts';

/** What would be done now is not what was approved, on another checkpoint or from a base of which more is known. */
export class ApprovalLapsed extends Error {}
export const LAPSED =
  'The model has another checkpoint than the plan was approved on, or more is known of its base, and the plan would be another now; nothing was begun.';

/** Made before anything is computed. The request that is due first says by what time. */
export async function makePlan(context: RunContext, { counts }: RunSets): Promise<PlanStep[]> {
  const { deps, claim, policy } = context;
  const { settings } = deps;
  const approved = claim.run.plan.map((step) => ({ reason: 'The plan that was approved.', ...step }));
  // a consolidation is for no request
  const [first] = claim.run.request_ids;
  const request = first === undefined ? null : await deps.store.getRequest(claim.tenant, first);
  if (request?.method?.name === EXACT) refuseSeen(context.baseSaw);
  const facts = await gatherFacts(deps, {
    ...{ tenant: claim.tenant, model: claim.model, checkpoint: claim.run.parent },
    ...{ threads: settings.threads, backend: settings.backend, policy: policy.policy },
    base_saw: context.baseSaw,
    references_kept: await keptReferences(context),
    counts: {
      ...{ forget: counts.forget_records, retain: counts.retain_records, holdout: counts.holdout_records },
      people: counts.people,
    },
    limits: {
      seconds: settings.timeLimitSeconds,
      memory_bytes: settings.memoryBudgetBytes,
      due_in_seconds: claim.due_at === null ? null : secondsUntil(claim.due_at, deps.clock()),
    },
  });
  // what was approved is what is done, and the claim took it over; but the base may have become known since
  const unchanged = claim.approved_on?.every((checkpoint) => checkpoint === claim.run.parent);
  const bringsBack = facts.base_saw_forgotten && approved.some(({ name }) => trainsAnew(name));
  if (unchanged && !bringsBack) return withEstimates(approved, facts);
  const plan = claim.run.kind === 'consolidation' ? planConsolidation(facts) : planRun(request?.method ?? null, facts);
  if (claim.approved_on === null) return plan;
  // the model has changed since, and the plan has not: that is the same decision
  if (isDeepStrictEqual(stepsOf(plan), stepsOf(approved))) return withEstimates(approved, facts);
  throw new ApprovalLapsed();
}
