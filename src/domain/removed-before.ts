// What earlier runs had removed of what a request is about that found nothing left to forget.
import Type, { type Static } from 'typebox';
import { Id, StringEnum } from './common.ts';
import { GUARANTEES } from './verification.ts';

const strict = { additionalProperties: false } as const;
const Count = Type.Integer({ minimum: 1 });

export const RemovedBefore = Type.Object(
  {
    /** Each once, of however many models. */
    records: Count,
    /** In the order of their publications: those that removed them, or that were the first to train anew without them after that. */
    runs: Type.Array(Type.Object({ run_id: Id, guarantee: StringEnum(GUARANTEES), records: Count }, strict), {
      minItems: 1,
    }),
  },
  strict,
);
export type RemovedBefore = Static<typeof RemovedBefore>;
