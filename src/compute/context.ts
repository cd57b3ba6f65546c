// What every stage is given.
import type { Engine } from '../domain/engine.ts';
import type { Reporter } from './progress.ts';

export interface StageContext {
  engine: Engine;
  reporter: Reporter;
  signal: AbortSignal;
}

/** Highest resident set of this process so far. */
export const peakMemoryBytes = (): number => process.resourceUsage().maxRSS * 1024;
