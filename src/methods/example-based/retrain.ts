// Trains again from the recorded recipe: the reference that every other method is measured against.
import Type from 'typebox';
import { defineRetrainMethod } from '../../domain/method.ts';

export const retrain = defineRetrainMethod({
  name: 'retrain',
  family: 'example-based',
  summary: 'Exact: trains from the recorded recipe on the retain set alone, for as many steps as the original took.',
  paper: null,
  guarantee: 'exact',
  params: Type.Object({}, { additionalProperties: false }),
  needs: () => ['retain', 'recipe'],
});
