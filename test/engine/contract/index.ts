// Every kernel by its registered name, and what it is asked to do. A kernel without an entry fails the contract.
import { ELEMENTWISE } from './elementwise.ts';
import { IMAGES } from './images.ts';
import { LOOKUPS } from './lookups.ts';
import { MOVEMENT } from './movement.ts';
import type { Case } from './operands.ts';
import { POOLS } from './pools.ts';
import { REDUCTIONS } from './reductions.ts';
import { WINDOWS } from './windows.ts';

export const CASES: Record<string, Case[]> = {
  ...ELEMENTWISE,
  ...IMAGES,
  ...LOOKUPS,
  ...MOVEMENT,
  ...POOLS,
  ...REDUCTIONS,
  ...WINDOWS,
};
