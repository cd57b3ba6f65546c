// Trains again from the recorded recipe: the reference that every other method is measured against.
import Type from 'typebox';
import { defineRetrainMethod } from '../../domain/method.ts';

export const retrain = defineRetrainMethod({
  name: 'retrain',
  family: 'example-based',
  summary: 'Exact: trains from the recorded recipe on the retain set alone, for as many steps as the original took.',
  paper: null,
  formula:
    'theta = Train(retain set; recorded initial weights, order, optimizer and schedule), for as many steps as before',
  cost: 'a training: F + B of a batch, for as many steps as it took',
  when: 'Where nothing less than exact will do, or where training is cheap. Every other method is measured against it.',
  guarantee: 'exact',
  params: Type.Object(
    {
      micro_batch: Type.Integer({
        ...{ minimum: 0, maximum: 4096, default: 0 },
        description: 'Rows in memory at a time; a batch of more is taken in parts, to float accuracy. 0: as recorded',
      }),
    },
    { additionalProperties: false },
  ),
  needs: () => ['retain', 'recipe'],
});
