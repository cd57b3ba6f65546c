// The ways to plan that are compared; ours is the service's with its own defaults.

import { DAY } from '../../src/domain/window.ts';
import type { Environment } from '../../src/environment.ts';
import type { Policy } from './simulate.ts';

const ALL = Number.POSITIVE_INFINITY;
export const OURS = 'ours';
export const ONE = 'one by one';

export const POLICIES = (env: Environment): Policy[] => [
  { name: ONE, most: 1, window: { fixed: 0 } },
  { name: 'as they come', most: ALL, window: { fixed: 0 } },
  { name: 'a window of a day', most: ALL, window: { fixed: DAY } },
  { name: 'a window of a week', most: ALL, window: { fixed: 7 * DAY } },
  {
    ...{ name: OURS, most: ALL },
    window: { max_wait: null, promptness: env.COALESCE_PROMPTNESS, reserve: env.COALESCE_RESERVE_HOURS * 3600 },
  },
];
