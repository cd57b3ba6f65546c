// What a verification measures of, what that takes, and what was not measured because it would have taken too long.
import Type, { type Static } from 'typebox';
import { Nullable, StringEnum } from './common.ts';

/** How much of the parts that can be shortened is done; 0: nothing. All else is measured always. */
export const Extent = Type.Object({
  other_answers: Type.Integer({ minimum: 0, description: 'Other answers that a true one is held against' }),
  wrapped_prompts: Type.Integer({ minimum: 0, description: 'Ways to wrap a prompt' }),
  samples: Type.Integer({ minimum: 0, description: 'Answers that are sampled to a prompt' }),
  attacks: Type.Record(Type.String(), Type.Integer({ minimum: 0 }), {
    description: 'Attacks on the weights: people of each set that they are tried on, at most',
  }),
});
export type Extent = Static<typeof Extent>;

/** A part that was shortened or left out. What a verdict needs never is. */
export const LeftOut = Type.Object({
  part: Type.String({
    description:
      'A pass of `GET /v1/metrics`, an attack on the weights, or the models that a candidate is compared with',
  }),
  done: StringEnum(['shortened', 'left out'] as const),
  asked_for: Type.Integer({ description: 'Answers, prompts, people or models that the policy asks for' }),
  measured: Type.Integer({ description: 'Those that there is time for' }),
  reason: Type.String(),
  remedy: Type.String(),
});
export type LeftOut = Static<typeof LeftOut>;

/** Models that are trained for it. */
export const PlannedReferences = Type.Object(
  {
    retrained: Type.Integer({
      description: 'Retrained models that have to be trained: those that the policy asks for and that are not kept',
    }),
    shadow: Type.Integer({ description: 'Shadow models, each a training and an unlearning' }),
    seconds: Type.Number(),
  },
  {
    description:
      'Absent where the policy asks for none, where they cannot be trained, and of exact methods, which need none',
  },
);
export type PlannedReferences = Static<typeof PlannedReferences>;

/** What a plan makes of a verification before anything runs. */
export const VerificationPlan = Type.Object({
  seconds: Type.Number({ description: 'Without those of `references`' }),
  share_of_run: Type.Number({ description: 'Of the method and its verification together, without `references`' }),
  extent: Extent,
  left_out: Type.Array(LeftOut),
  references: Type.Optional(PlannedReferences),
});
export type VerificationPlan = Static<typeof VerificationPlan>;

/** One part, as it was measured. */
export const MeasuredPart = Type.Object({
  part: Type.String({
    description: 'A pass of `GET /v1/metrics`, an attack on the weights, `loading` or `statistics`',
  }),
  units: Type.Integer({ description: 'Rows, answers or people, under all checkpoints; 0 where nothing is counted' }),
  seconds: Type.Number(),
});
export type MeasuredPart = Static<typeof MeasuredPart>;

export const VerificationCost = Type.Object({
  parts: Type.Array(MeasuredPart, { description: 'What it took, in the order in which it was done' }),
  extent: Extent,
  planned: Nullable(
    Type.Object({ seconds: Type.Number(), share_of_run: Type.Number() }, { description: 'What the plan expected' }),
  ),
  share_of_run: Type.Optional(
    Type.Number({ description: 'Of the seconds of the method and the verification together, as measured' }),
  ),
});
export type VerificationCost = Static<typeof VerificationCost>;
