// Whose loss repair goes down by, which has to say what is retained, whatever came before it.
import type { LossMethod } from '../domain/method.ts';
import { fillParams, getMethod } from '../methods/index.ts';
import { type StepOptions, stepOptions } from '../methods/options.ts';

/** Plain ascent under the hinge, whose push does not fade before the floor, and the retain set's likelihood. */
export const REPAIR = getMethod('grad-diff') as LossMethod;

type Params = StepOptions & Record<string, unknown>;
export interface Goal {
  method: LossMethod;
  params: Params;
}

/** What repair goes on with after steps of a method; null: its own loss, which has a retain term, or there is no repair. */
export function repairOf(method: LossMethod, params: Params): Goal | null {
  if (params.repair_steps === 0 || method.needs(params as never).includes('retain')) return null;
  const known = Object.keys(stepOptions).map((name) => [name, params[name]]);
  return { method: REPAIR, params: fillParams(REPAIR.name, Object.fromEntries(known)) as Params };
}
