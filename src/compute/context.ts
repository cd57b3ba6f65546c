// What every stage is given.
import type { Engine } from '../domain/engine.ts';
import type { Reporter } from './progress.ts';

export interface StageContext {
  engine: Engine;
  reporter: Reporter;
  signal: AbortSignal;
}
