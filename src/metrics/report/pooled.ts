// A candidate against several retrained models at once: what trainings differ by among each other is the measure.
import type { PooledDistance } from '../../domain/retraining.ts';
import { jensenShannon } from '../jensen-shannon.ts';
import { ksTest } from '../ks-test.ts';
import { mean } from '../statistics.ts';

/** One number a person or record, under one model. */
type Values = readonly number[];

/** Scores under the candidate and under every retrained model. */
export interface PooledInput {
  score: string;
  /** Of forgotten people. */
  people: { candidate: Values; retrained: readonly Values[] };
  forget: { candidate: Values; retrained: readonly Values[] };
  holdout: { candidate: Values; retrained: readonly Values[] };
}

/** Of each model, to all the other ones together: all are treated alike, so any of them is as likely to be the farthest. */
function distances(models: readonly Values[]): number[] {
  return models.map((own, i) => ksTest([...own], models.filter((_, j) => j !== i).flat()).statistic);
}

/**
 * The distance to all retrained models together. Its p is exact by models: were the candidate another retrained one, each of the k + 1 would be as likely to lie
 * farthest from the rest. A test over pooled people would count each person k times. Throws RangeError without people or models.
 */
export function pooledDistance({ score, people, forget, holdout }: PooledInput): PooledDistance {
  const [own, ...others] = distances([people.candidate, ...people.retrained]) as [number, ...number[]];
  const finite = (value: number) => (Number.isFinite(value) ? value : null);
  const divergence = (set: PooledInput['forget']) => finite(jensenShannon([...set.candidate], set.retrained.flat()));
  const models = others.length + 1;
  return {
    score,
    ks_distance: own,
    ks_among: mean(others),
    models_p: (1 + others.filter((other) => other >= own - 1e-12).length) / models,
    smallest_models_p: 1 / models,
    jensen_shannon: { forget: divergence(forget), holdout: divergence(holdout) },
  };
}
