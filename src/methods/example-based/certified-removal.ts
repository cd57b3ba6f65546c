// https://arxiv.org/abs/1911.03030
import Type from 'typebox';
import { defineCertifiedMethod } from '../../domain/method.ts';

export const certifiedRemoval = defineCertifiedMethod({
  name: 'certified-removal',
  family: 'example-based',
  summary:
    'For classifiers whose last layer was trained by `expunge train --certified`: a Newton step with a proven bound; trained again when the budget is spent.',
  paper: { title: 'Certified Data Removal from Machine Learning Models', arxiv: '1911.03030' },
  guarantee: 'certified',
  params: Type.Object({}, { additionalProperties: false }),
  needs: () => ['retain', 'recipe'],
});
