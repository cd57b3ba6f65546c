// Why forgetting by steps ended. After a bound of steps or time nothing is repaired: the forgotten are still known.
import type { Static } from 'typebox';
import { StringEnum } from './common.ts';

const ENDS = {
  'stop-rule': 'the forgotten cost what people never seen cost',
  'utility-floor': 'less of the retained was recalled than `utility_floor` asks for',
  'step-bound': '`max_steps` were taken',
  'time-budget': '`max_seconds` were used',
} as const;
type Name = keyof typeof ENDS;

const meanings = Object.entries(ENDS).map(([end, meaning]) => `${end}: ${meaning}`);
export const Ended = StringEnum(
  Object.keys(ENDS) as [Name, ...Name[]],
  `Why forgetting by steps ended; absent before it has, and for methods without such steps. ${meanings.join('; ')}`,
);
export type Ended = Static<typeof Ended>;
