// What an approval binds: the plan by its content, without what is only said about it.
import { hash } from 'node:crypto';
import canonicalize from 'canonicalize';
import type { ApprovedStep } from '../domain/lifecycle.ts';
import type { PlanStep } from '../domain/resources.ts';

export const stepsOf = (plan: readonly PlanStep[]): ApprovedStep[] =>
  plan.map(({ name, params }) => ({ name, params }));

interface Bound {
  model_id: string;
  checkpoint: string;
  records: number;
  steps: readonly ApprovedStep[];
}

/** `sha256:` and the SHA-256 of the RFC 8785 form: models by id, the checkpoint each starts from, records, methods in order. */
export function planDigest(targets: readonly Bound[]): string {
  const bound = targets
    .map(({ model_id, checkpoint, records, steps }) => ({ model_id, checkpoint, records, steps }))
    .sort((a, b) => (a.model_id < b.model_id ? -1 : 1));
  return `sha256:${hash('sha256', canonicalize(bound)!)}`;
}
