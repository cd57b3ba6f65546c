// Selective dampening: weights that matter far more to the forgotten than to the retained are made smaller.
import Type, { type Static } from 'typebox';
import {
  type EditGiven,
  type EditSet,
  type EditWork,
  gradientsOf,
  type ImportanceOptions,
  together,
} from '../domain/edit.ts';
import type { HostTensors } from '../domain/engine.ts';
import { editOptions } from './options.ts';

/** How the importance of weights is measured. */
export const importanceOptions = {
  importance_rows: Type.Integer({
    ...{ minimum: 1, maximum: 1_000_000_000, default: 1024 },
    description: 'Retain records, a sample by the run’s seed, that importance to the rest is measured on',
  }),
  group_rows: Type.Integer({
    ...{ minimum: 1, maximum: 4096, default: 1 },
    description:
      'Records whose gradients are averaged before they are raised to a power: more are faster, and cancel out',
  }),
};
export const dampeningOptions = {
  ...editOptions,
  ...importanceOptions,
  alpha: Type.Number({
    ...{ minimum: 0, maximum: 1e6, default: 10 },
    description: 'How many times as important to the forgotten as to the retained a weight is that is dampened',
  }),
  lambda: Type.Number({
    ...{ minimum: 0, maximum: 1e6, default: 1 },
    description: 'Share of the ratio of importances that such a weight is multiplied by, at most 1 in all',
  }),
};
const DampeningOptions = Type.Object(dampeningOptions);
type DampeningOptions = Static<typeof DampeningOptions>;

/**
 * Where `forget` > alpha * `retain`: weight * min(1, lambda * retain / forget), else the weight. Importances by name of the
 * weight, all of them at least 0. The result takes the place of `forget`, whose memory it is.
 *
 * The papers hold the forgotten against all data, themselves included. A share s of the rows has a part of s in that mean, so that
 * nothing can be alpha times as important once s reaches 1 / alpha. Against the retained alone no share is too large; where s is
 * small, as in the papers, both are the same.
 */
export function dampen(
  weights: HostTensors,
  { retain, forget }: Record<EditSet, HostTensors>,
  { alpha, lambda }: Pick<DampeningOptions, 'alpha' | 'lambda'>,
): HostTensors {
  for (const [name, { data: own }] of Object.entries(forget)) {
    const [before, others] = [weights[name]!.data, retain[name]!.data];
    for (let i = 0; i < own.length; i++) {
      const [here, there] = [own[i]!, others[i]!];
      own[i] = before[i]! * (here > alpha * there ? Math.min(1, (lambda * there) / here) : 1);
    }
  }
  return forget;
}

/** Of `dampenedBy`. */
export function dampeningWork(
  { group_rows: group, importance_rows }: DampeningOptions,
  { forget, retain }: Record<EditSet, number>,
): EditWork {
  return together(gradientsOf(forget, { group }), gradientsOf(Math.min(retain, importance_rows), { group }));
}

/** Both importances at the parent's weights, and the weights dampened by them. */
export async function dampenedBy(
  { passes, weights }: EditGiven,
  kind: Pick<ImportanceOptions, 'loss' | 'power'>,
  params: DampeningOptions,
): Promise<HostTensors> {
  const how = { ...kind, group: params.group_rows };
  const forget = await passes.importance(weights, 'forget', how);
  const retain = await passes.importance(weights, 'retain', { ...how, rows: params.importance_rows });
  return dampen(weights, { retain, forget }, params);
}
