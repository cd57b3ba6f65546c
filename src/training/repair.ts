// Whose loss repair goes down by, whatever came before it: it has to say what is retained, and to push who is known again.
import type { LossMethod } from '../domain/method.ts';
import { fillParams, getMethod } from '../methods/index.ts';
import { type StepOptions, stepOptions } from '../methods/options.ts';

/** Plain ascent under the hinge, whose push does not fade before the floor, and the retain set's likelihood. */
export const REPAIR = getMethod('grad-diff') as LossMethod;

type Params = StepOptions & Record<string, unknown>;
export interface Goal {
  method: LossMethod;
  params: Params;
  /** Plain ascent under the hinge stands beside the loss, which has no push of its own. */
  pushed?: true;
}

/**
 * What repair goes on with after steps of a method: its own loss where that teaches something that shall stay, with a push where it has none;
 * another where it has no retain term. Null: its own as it is, or there is no repair.
 */
export function repairOf(method: LossMethod, params: Params): Goal | null {
  if (params.repair_steps === 0) return null;
  if (method.needs(params as never).includes('retain'))
    return method.restsInRepair?.(params as never) ? { method, params, pushed: true } : null;
  const known = Object.keys(stepOptions).map((name) => [name, params[name]]);
  return { method: REPAIR, params: fillParams(REPAIR.name, Object.fromEntries(known)) as Params };
}
