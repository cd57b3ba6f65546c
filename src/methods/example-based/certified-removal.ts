// https://arxiv.org/abs/1911.03030
import Type from 'typebox';
import { defineCertifiedMethod } from '../../domain/method.ts';

export const certifiedRemoval = defineCertifiedMethod({
  name: 'certified-removal',
  family: 'example-based',
  summary:
    'For classifiers whose last layer was trained by `expunge train --certified`: a Newton step with a proven bound; trained again when the budget is spent.',
  paper: { title: 'Certified Data Removal from Machine Learning Models', arxiv: '1911.03030' },
  formula: [
    'w + (H + lambda n I)^-1 (lambda m w + sum of the gradients of the m removed records), H of the n that stay',
    'added to the bound: |left of the system| + c / 2 |X| sqrt(sum |x_i s|^4) + what rounding moves, up to a power of two of the budget; at most sigma epsilon / sqrt(2 ln(1.5 / delta)) in all',
  ].join('\n'),
  cost: 'one F over both sets up to the last layer, then conjugate gradients on that layer alone, in float64',
  when: 'For classifiers on features that were not trained on the corpus, where a proof is worth the noise. It gives way to training the layer anew when its budget is spent.',
  guarantee: 'certified',
  params: Type.Object({}, { additionalProperties: false }),
  needs: () => ['retain', 'recipe'],
});
