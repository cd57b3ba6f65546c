// Graves, Nagisetty and Ganesh: Amnesiac Machine Learning, AAAI 2021. https://arxiv.org/abs/2010.10981
import Type from 'typebox';
import { StringEnum } from '../../domain/common.ts';
import { together } from '../../domain/edit.ts';
import type { HostTensors } from '../../domain/engine.ts';
import { defineEditMethod } from '../../domain/method.ts';
import { editOptions } from '../options.ts';

/** weights - share * change, in place. */
function takeBack(weights: HostTensors, change: HostTensors, share: number): void {
  for (const [name, { data }] of Object.entries(weights)) {
    const own = change[name]?.data;
    for (let i = 0; own && i < data.length; i++) data[i] = data[i]! - share * own[i]!;
  }
}

export const amnesiac = defineEditMethod({
  name: 'amnesiac',
  family: 'example-based',
  summary:
    'Takes back what training steps with the forgotten changed, from a log of the training, and repairs what the others lost by that.',
  paper: { title: 'Amnesiac Machine Learning', arxiv: '2010.10981' },
  formula:
    'theta - sum over training steps that saw a forgotten record of the step’s change (removal share: as much of it as rows were forgotten); then the repair',
  cost: 'a subtraction a logged step that saw the forgotten; the log is as large as the weights for every step of the training',
  when: 'For models whose training was logged and few of whose steps saw the forgotten. Where most steps did, this undoes the training.',
  guarantee: 'empirical',
  params: Type.Object(
    {
      ...editOptions,
      removal: StringEnum(
        ['batch', 'share'] as const,
        'batch: all that such a step changed, as the paper has it; share: as much of it as rows of its batch are forgotten',
        'batch',
      ),
    },
    { additionalProperties: false },
  ),
  needs: () => ['retain', 'updates'],
  memory: () => ({ vectors: 2, group: 1, descends: false }),
  // nothing but the steps of the log, which the recipe counts
  work: () => together(),
  /** theta - sum over steps that saw a forgotten record of the step’s change, or of its share. */
  async edit({ weights, trainable, updates, signal }, { removal }) {
    if (!updates) throw new Error('amnesiac needs the log of the training’s updates');
    const edited: HostTensors = Object.fromEntries(
      trainable.map((name) => [name, { ...weights[name]!, data: weights[name]!.data.slice() }]),
    );
    for (const [step, share] of updates.shares.entries()) {
      if (share === 0) continue;
      signal?.throwIfAborted();
      takeBack(edited, await updates.read(step), removal === 'batch' ? 1 : share);
    }
    return edited;
  },
});
