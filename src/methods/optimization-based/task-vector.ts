// https://arxiv.org/abs/2212.04089
import Type from 'typebox';
import { gradientsOf, together } from '../../domain/edit.ts';
import type { HostTensors } from '../../domain/engine.ts';
import { defineEditMethod } from '../../domain/method.ts';
import { editOptions } from '../options.ts';

/** The scale is halved so often at most, while the rest suffers more than it may. */
const HALVINGS = 6;
/** Retain records that its loss is measured on at each scale, at most. */
const ROWS = 512;

/** weights - scale * (tuned - weights), by the names of `tuned`; written over `into` where it is given. */
export function negate(weights: HostTensors, tuned: HostTensors, scale: number, into: HostTensors = {}): HostTensors {
  for (const [name, { shape, data: after }] of Object.entries(tuned)) {
    const before = weights[name]!.data;
    into[name] ??= { dtype: 'float32', shape, data: new Float32Array(after.length) };
    const { data } = into[name];
    for (let i = 0; i < data.length; i++) data[i] = before[i]! - scale * (after[i]! - before[i]!);
  }
  return into;
}

export const taskVector = defineEditMethod({
  name: 'task-vector',
  family: 'optimization-based',
  summary:
    'Learns the forget set even better, and goes as far the other way: whatever that learning changed is taken back.',
  paper: { title: 'Editing Models with Task Arithmetic', arxiv: '2212.04089' },
  formula:
    'theta_+ = theta after learning_steps of descent on NLL(forget);  theta - scale (theta_+ - theta), scale halved while the rest loses more than retain_rise',
  cost: 'learning_steps (F + B), up to seven F over 512 retain records; the weights and their moments while it learns; then the repair',
  when: 'As a cheap first move, or to compare with. What is taken back is coarse: the rest suffers with it.',
  guarantee: 'empirical',
  params: Type.Object(
    {
      ...editOptions,
      learning_rate: Type.Number({
        ...editOptions.learning_rate,
        description: 'AdamW step size of learning and of repair',
      }),
      learning_steps: Type.Integer({
        ...{ minimum: 1, maximum: 1_000_000, default: 60 },
        description: 'Steps on the forget set, of forget_batch records each',
      }),
      scale: Type.Number({
        ...{ minimum: 0, maximum: 1000, default: 1 },
        description: 'How far to go the other way, as a multiple of what learning changed',
      }),
      retain_rise: Type.Number({
        ...{ exclusiveMinimum: 0, maximum: 1000, default: 0.1 },
        description:
          'Nats a token that the rest may cost more for it; where it is more, scale is halved, six times at most',
      }),
    },
    { additionalProperties: false },
  ),
  needs: () => ['retain'],
  memory: () => ({ vectors: 2, group: 1, descends: true }),
  work: ({ learning_steps, forget_batch }, { forget, retain }) =>
    together(
      gradientsOf(Math.min(forget_batch, forget), { group: forget_batch, times: learning_steps }),
      // before, and at a scale or two
      { scored: 3 * Math.min(retain, ROWS) },
    ),
  /** theta_+ = theta after steps of descent on the NLL of the forget set; theta - scale (theta_+ - theta). */
  async edit({ passes, weights }, { learning_steps, learning_rate, forget_batch, clip_norm, scale, retain_rise }) {
    const how = { steps: learning_steps, learningRate: learning_rate, batch: forget_batch, clipNorm: clip_norm };
    const tuned = await passes.descend(weights, 'forget', how);
    const retained = (at: HostTensors) => passes.loss(at, 'retain', { rows: ROWS });
    const most = (await retained(weights)) + retain_rise;
    const edited = negate(weights, tuned, scale);
    // a loss that is not finite is no less than it may be, either
    for (let halved = 1; halved <= HALVINGS && !((await retained(edited)) <= most); halved++)
      negate(weights, tuned, scale / 2 ** halved, edited);
    return edited;
  },
});
