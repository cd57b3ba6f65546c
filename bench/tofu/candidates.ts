// Candidates of runs, copied while the service verifies them: it removes those that it does not publish.
import { cpSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Run } from '../../src/domain/resources.ts';

export interface Candidates {
  /** Copies the run's present candidate, if it is new. */
  keep(run: Run): void;
  /** The last candidate of a run that has ended, and the method that made it; null when no method left one. */
  last(run: Run): { folder: string; method: string; published: boolean } | null;
}

/** `checkpoints` is the service's folder, `dir` the one that copies go to. */
export function keepCandidates(checkpoints: string, dir: string): Candidates {
  const name = (digest: string) => digest.replace(':', '-');
  mkdirSync(dir, { recursive: true });
  return {
    keep({ candidate }) {
      if (candidate === null || existsSync(join(dir, name(candidate)))) return;
      const from = join(checkpoints, name(candidate));
      if (existsSync(from)) cpSync(from, join(dir, name(candidate)), { recursive: true });
    },
    last(run) {
      const attempt = run.attempts.findLast(({ candidate }) => candidate !== null);
      if (!attempt?.candidate) return null;
      const folder = join(dir, name(attempt.candidate));
      if (!existsSync(folder)) return null;
      return { folder, method: attempt.method.name, published: run.state === 'published' };
    },
  };
}
