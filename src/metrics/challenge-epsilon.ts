// How well the best threshold tells unlearned models from retrained ones by what they make of one record: the estimate of the NeurIPS
// 2023 unlearning challenge. https://arxiv.org/abs/2406.09073
import { mean } from './statistics.ts';

/**
 * Models of either kind below which nothing is computed. Of N models each the estimate is at most ln(N - 1) short of perfect
 * separation, and models of one kind are separated perfectly by chance once in C(2N, N) / 2 records.
 */
export const MODELS_NEEDED = 20;

const DELTA = 1e-5;
/** Largest epsilon; also where one of the distributions is a hundred times as wide as the other. */
const CAP = 50;
const NARROW = 0.01;
/** Width of a bucket of the forget score. */
const BUCKET = 0.5;

interface Rates {
  fpr: number;
  fnr: number;
}

/** Values and how many of either kind have them, ascending. */
function ladder(a: readonly number[], b: readonly number[]): { inA: number; inB: number }[] {
  const steps = new Map<number, { inA: number; inB: number }>();
  const add = (value: number, which: 'inA' | 'inB') => {
    const step = steps.get(value) ?? { inA: 0, inB: 0 };
    step[which]++;
    steps.set(value, step);
  };
  for (const value of a) add(value, 'inA');
  for (const value of b) add(value, 'inB');
  return [...steps].sort(([one], [other]) => one - other).map(([, step]) => step);
}

/** Every rule "between two observed values it is one of `a`"; thresholds are such rules that begin or end at an end. */
function* rules(a: readonly number[], b: readonly number[]): Generator<Rates> {
  const steps = ladder(a, b);
  for (let from = 0; from < steps.length; from++) {
    let [hits, alarms] = [0, 0];
    for (const { inA, inB } of steps.slice(from)) {
      hits += inA;
      alarms += inB;
      yield { fpr: alarms / b.length, fnr: 1 - hits / a.length };
    }
  }
}

const epsilonAt = ({ fpr, fnr }: Rates): number =>
  Math.max(0, Math.log(1 - DELTA - fpr) - Math.log(fnr) || 0, Math.log(1 - DELTA - fnr) - Math.log(fpr) || 0);

const rangeOf = (values: readonly number[]): number =>
  values.reduce((a, b) => Math.max(a, b)) - values.reduce((a, b) => Math.min(a, b));

/**
 * Least epsilon, at delta 1e-5, that the rules of one and of two thresholds leave possible for one record; `a` and `b` are logit-scaled
 * confidences, one a model. Rules that make only one kind of error say that there are too few models, and are left out; perfect
 * separation gives the largest epsilon, 50. All thresholds are tried where the challenge takes a grid. Throws RangeError for nothing.
 */
export function recordEpsilon(a: readonly number[], b: readonly number[]): number {
  if (a.length === 0 || b.length === 0) throw new RangeError('recordEpsilon needs at least one model of either kind');
  const [narrow, wide] = [rangeOf(a), rangeOf(b)].sort((one, other) => one - other) as [number, number];
  if (wide > 0 && narrow / wide < NARROW) return CAP;
  let most = 0;
  for (const [one, other] of [
    [a, b],
    [b, a],
  ] as const)
    for (const { fpr, fnr } of rules(one, other)) {
      if (fpr === 0 && fnr === 0) return CAP;
      if (fpr > 0 && fnr > 0) most = Math.max(most, epsilonAt({ fpr, fnr }));
    }
  return Math.min(CAP, most);
}

/** log(p / (1 - p)); finite for p of 0 and 1 as well. */
export const logitScaled = (p: number): number => Math.log(p + 1e-45) - Math.log(1 - p + 1e-45);

/** Mean epsilon over records and the challenge's forget score; confidences by model and record. */
export function challengeEpsilon(
  unlearned: readonly (readonly number[])[],
  retrained: readonly (readonly number[])[],
): { epsilon: number; forgetScore: number } {
  const buckets = Math.floor(Math.ceil(Math.log(unlearned.length - 1)) / BUCKET);
  const epsilons = unlearned[0]!.map((_, i) =>
    recordEpsilon(
      unlearned.map((model) => model[i]!),
      retrained.map((model) => model[i]!),
    ),
  );
  const points = epsilons.map((epsilon) => {
    const bucket = Math.floor(epsilon / BUCKET);
    return bucket < buckets ? 2 ** -bucket : 0;
  });
  return { epsilon: mean(epsilons), forgetScore: mean(points) };
}
