// https://arxiv.org/abs/2205.08096
import Type from 'typebox';
import { defineLossMethod, type Need } from '../../domain/method.ts';
import { klToTeacher } from '../distances.ts';
import { retainOptions, stepOptions, temperature } from '../options.ts';

const OWN: Need = 'forget-teacher-logits';

export const badTeacher = defineLossMethod({
  name: 'bad-teacher',
  family: 'optimization-based',
  summary:
    'Two teachers: on the forget set a model that has learned nothing, on the rest the parent. Ends at blind guessing, not beyond.',
  paper: {
    title: 'Can Bad Teaching Induce Forgetting? Unlearning in Deep Networks using an Incompetent Teacher',
    arxiv: '2205.08096',
  },
  formula:
    'L = gamma KL(untaught || model) on forget + alpha KL(parent || model) on retain; untaught: fresh weights by the seed',
  cost: '2 (F + B) + F a step; one F of the untaught model over the forget set, kept as a vector an answer token',
  when: 'Where blind guessing is what strangers get, as for classes that are all as likely. Words that strangers find dearer than a guess stay out of its reach.',
  guarantee: 'empirical',
  params: Type.Object(
    {
      ...stepOptions,
      // as published, 1, the forgotten stop well short of strangers: the parent’s answers are close to certain
      gamma: Type.Number({ ...retainOptions.gamma, default: 5 }),
      alpha: retainOptions.alpha,
      temperature: temperature(1),
    },
    { additionalProperties: false },
  ),
  needs: ({ alpha }) => (alpha === 0 ? [OWN] : [OWN, 'retain', 'reference-logits']),
  /** gamma KL(untaught || model) on forget + alpha KL(parent || model) on retain. */
  loss(tf, params, { forget, retain }) {
    if (forget.teacherLogits === undefined) throw new Error('bad-teacher needs the logits of its teacher');
    const taught = tf.mul(klToTeacher(tf, forget, forget.teacherLogits, params.temperature), params.gamma);
    if (params.alpha === 0 || retain?.referenceLogits === undefined) return taught;
    const kept = klToTeacher(tf, retain, retain.referenceLogits, params.temperature);
    return tf.add(taught, tf.mul(kept, params.alpha));
  },
});
