// https://arxiv.org/abs/1703.04730
import Type from 'typebox';
import { gradientsOf, together } from '../../domain/edit.ts';
import { defineEditMethod } from '../../domain/method.ts';
import { moved, type Vector, vectorOf } from '../../domain/vectors.ts';
import { ExpungeError } from '../../errors.ts';
import { largestScale, newtonRemoval } from '../newton-removal.ts';
import { editOptions } from '../options.ts';

/** Scales that are tried as a rule: the first that may not be is a few doublings or halvings away, and then the refinements. */
const USUAL_TRIES = 8;
/** Scales that are tried: up to 2^12 times the Newton step, down to 2^-8. */
const SEARCH = { doublings: 12, halvings: 8, refinements: 3 };

export const influenceRemoval = defineEditMethod({
  name: 'influence-removal',
  family: 'example-based',
  summary:
    'One Newton step away from the forgotten records, through the inverse Hessian of the retained ones, as long as a utility floor allows.',
  paper: { title: 'Understanding Black-box Predictions via Influence Functions', arxiv: '1703.04730' },
  formula: [
    'x = (H + damping I)^-1 (1 / n) sum of the gradients of forgotten labels, H and n of the retained, by conjugate gradients',
    'theta + s x, s the largest that keeps utility_floor on retained records and stays below forget_ceiling',
  ].join('\n'),
  cost: '2 (F + B) over curvature_rows an iteration, one (F + B) over the forget set, some twenty F for the scale, eight copies of the weights; then the repair',
  when: 'For models that are convex or nearly so, where one step is close to training again. On deep networks it is a first move: look at what the verification says.',
  guarantee: 'empirical',
  params: Type.Object(
    {
      ...editOptions,
      damping: Type.Number({
        ...{ exclusiveMinimum: 0, maximum: 1000, default: 1 },
        description: 'Added to the diagonal of the Hessian; raised where the loss bends downwards',
      }),
      iterations: Type.Integer({
        minimum: 1,
        maximum: 200,
        default: 10,
        description: 'Conjugate-gradient steps at most',
      }),
      curvature_rows: Type.Integer({
        ...{ minimum: 1, maximum: 1_000_000_000, default: 256 },
        description: 'Retain records, a sample by the run’s seed, that curvature and utility are measured on',
      }),
      utility_floor: Type.Number({
        ...{ minimum: 0, maximum: 1, default: 0.95 },
        description: 'Share of the probability of a retained label, geometric mean, that the step leaves at least',
      }),
      forget_ceiling: Type.Number({
        ...{ exclusiveMinimum: 0, maximum: 100, default: 3 },
        description: 'Mean NLL of forgotten labels, nats, beyond which the step does not go',
      }),
    },
    { additionalProperties: false },
  ),
  needs: () => ['retain'],
  // x, residual and direction of conjugate gradients, two gradients, their difference, b, and a point beside the weights
  memory: () => ({ vectors: 8, group: 1, descends: false }),
  work: ({ iterations, curvature_rows }, { forget, retain }) => {
    const rows = Math.min(retain, curvature_rows);
    // two gradients a product, and losses of both sets at each point that is tried
    return together(gradientsOf(rows, { times: 2 * iterations }), gradientsOf(forget), {
      scored: rows + USUAL_TRIES * (rows + forget),
    });
  },
  async edit({ weights, trainable, passes }, { damping, iterations, curvature_rows, utility_floor, forget_ceiling }) {
    // the step raises what the forgotten cost: where that is above the ceiling already no scale may be taken, and to lift the ceiling to
    // where they stand would allow none either. It is known before the curvature, which costs most
    const known = await passes.loss(weights, 'forget');
    if (known > forget_ceiling)
      throw new ExpungeError(
        'compute-failed',
        `The forgotten cost ${known.toFixed(2)} nats a token before any step, and forget_ceiling is ${forget_ceiling}: raise it, or choose another method.`,
      );
    const rows = { rows: curvature_rows };
    const bend = {
      point: vectorOf(weights, trainable),
      gradientAt: async (direction: Vector, step: number) =>
        vectorOf(await passes.gradient(moved(weights, direction, step), 'retain', rows), trainable),
    };
    const forgotten = vectorOf(await passes.gradient(weights, 'forget'), trainable);
    // of labels, which gradients are means over; of the retained as many as the run holds: where that is a sample the step is longer, and the
    // search for its scale begins there
    const share = passes.labels('forget') / passes.labels('retain');
    const { x } = await newtonRemoval(bend, forgotten, { share, damping, iterations });
    const before = await passes.loss(weights, 'retain', rows);
    const scale = await largestScale({
      ...SEARCH,
      async allowed(step) {
        const there = moved(weights, x, step);
        const utility = Math.exp(before - (await passes.loss(there, 'retain', rows)));
        return utility >= utility_floor && (await passes.loss(there, 'forget')) <= forget_ceiling;
      },
    });
    if (scale === 0)
      throw new ExpungeError(
        'compute-failed',
        'No step leaves the utility that utility_floor asks for, or stays under forget_ceiling: change one of them.',
      );
    const edited = moved(weights, x, scale);
    return Object.fromEntries(trainable.map((name) => [name, edited[name]!]));
  },
});
