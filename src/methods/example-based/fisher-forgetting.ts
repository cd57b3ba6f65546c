// https://arxiv.org/abs/1911.04933
import Type from 'typebox';
import { gradientsOf } from '../../domain/edit.ts';
import type { HostTensors } from '../../domain/engine.ts';
import { defineEditMethod } from '../../domain/method.ts';
import { createRandom, seedFrom } from '../../domain/random.ts';
import { importanceOptions } from '../dampening.ts';
import { editOptions } from '../options.ts';

/** Keeps the inverse finite where a weight has no gradient at all; the bound of the noise then applies. */
const LEAST = 1e-8;

interface Noise {
  /** Of the variance. */
  alpha: number;
  /** Most that the inverse of the information may be. */
  most: number;
}

/**
 * weight + N(0, alpha * min(most, 1 / (information + 1e-8))). Every tensor has numbers of its own, by seed and name. The
 * result takes the place of `information`, whose memory it is.
 */
export function addNoise(
  weights: HostTensors,
  information: HostTensors,
  { alpha, most }: Noise,
  seed: number,
): HostTensors {
  for (const [name, { data }] of Object.entries(information)) {
    const random = createRandom(seedFrom(`fisher-forgetting/${seed}/${name}`));
    const before = weights[name]!.data;
    for (let i = 0; i < data.length; i++) {
      const variance = alpha * Math.min(most, 1 / (data[i]! + LEAST));
      data[i] = before[i]! + Math.sqrt(variance) * random.normal();
    }
  }
  return information;
}

export const fisherForgetting = defineEditMethod({
  name: 'fisher-forgetting',
  family: 'example-based',
  summary:
    'Noise on every weight, the more the less the rest depends on it: what only the forgotten needed is drowned. It hurts the rest.',
  paper: {
    title: 'Eternal Sunshine of the Spotless Net: Selective Forgetting in Deep Networks',
    arxiv: '1911.04933',
  },
  formula:
    'F = mean over retain records of (d NLL / d theta)^2;  theta <- theta + N(0, alpha min(max_inverse, 1 / (F + 1e-8)))',
  cost: 'one (F + B) a record over a sample of the retain set, one copy of the weights; then the repair',
  when: 'To compare with. Enough noise to forget hurts the rest; little noise forgets little.',
  guarantee: 'empirical',
  params: Type.Object(
    {
      ...editOptions,
      ...importanceOptions,
      alpha: Type.Number({
        ...{ minimum: 0, maximum: 1, default: 1e-6 },
        description: 'Variance of the noise where the information is 1',
      }),
      max_inverse: Type.Number({
        ...{ exclusiveMinimum: 0, maximum: 1e8, default: 1000 },
        description: 'Most that the inverse of the information counts, where there is next to none',
      }),
    },
    { additionalProperties: false },
  ),
  needs: () => ['retain'],
  memory: ({ group_rows }) => ({ vectors: 1, group: group_rows, descends: false }),
  work: ({ group_rows: group, importance_rows }, { retain }) =>
    gradientsOf(Math.min(retain, importance_rows), { group }),
  /** F = mean squared gradient of a retained record’s NLL; weight += N(0, alpha min(max_inverse, 1 / (F + 1e-8))). */
  async edit({ passes, weights, seed }, { alpha, max_inverse, group_rows, importance_rows }) {
    const how = { power: 2, group: group_rows, rows: importance_rows } as const;
    return addNoise(weights, await passes.importance(weights, 'retain', how), { alpha, most: max_inverse }, seed);
  },
});
