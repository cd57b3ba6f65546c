// The plan of a request that waits, as it would be made now, and the digest by which it is approved.
import Type, { type Static } from 'typebox';
import { Digest, Id } from '../domain/common.ts';
import { PlannedTarget } from '../domain/resources.ts';
import { planDigest, stepsOf } from '../runs/approval.ts';
import type { ApprovedTarget } from '../runs/ports.ts';
import { notFound } from './links.ts';
import { planTarget } from './plan-target.ts';
import type { AppDeps } from './types.ts';

export const RequestPlan = Type.Object({
  digest: Type.Unsafe<string>({
    ...Digest,
    description: 'What an approval names: of models, checkpoints, records and methods',
  }),
  targets: Type.Array(Type.Object({ target_id: Id, checkpoint: Digest, ...PlannedTarget.properties }), {
    description: 'Those that await approval, or, where none does, all that wait',
  }),
});
export type RequestPlan = Static<typeof RequestPlan>;

/** Throws `not-found`, and what makes a method impossible by now. */
export async function planRequest(deps: AppDeps, tenant: string, id: string): Promise<RequestPlan> {
  const request = await deps.store.getRequest(tenant, id);
  const waiting = await deps.store.plannableTargets(tenant, id);
  if (request === null || waiting === null) throw notFound('deletion request');
  const approvable = waiting.filter((target) => target.state === 'awaiting_approval');
  const { method, due_at, records: asked_records } = request;
  const wish = { tenant, method, due_at, model_ids: null, asked_records, whose: { requests: [id] } };
  const targets = [];
  for (const target of approvable.length > 0 ? approvable : waiting) {
    const planned = await planTarget(deps, wish, target);
    targets.push({ target_id: target.target_id, checkpoint: target.model.active, ...planned });
  }
  return { digest: planDigest(targets.map((one) => ({ ...one, steps: stepsOf(one.plan) }))), targets };
}

export const approvedTargets = ({ targets }: RequestPlan): ApprovedTarget[] =>
  targets.map(({ target_id, model_id, checkpoint, plan }) => ({
    target_id,
    model_id,
    checkpoint,
    steps: stepsOf(plan),
  }));
