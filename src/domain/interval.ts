// An interval of confidence.
import Type, { type Static } from 'typebox';

export const Interval = Type.Object({ low: Type.Number(), high: Type.Number(), level: Type.Number() });
export type Interval = Static<typeof Interval>;
