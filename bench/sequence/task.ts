// What the benchmark asks of a process of its own, and what comes back.
import type { TrainModelOptions } from '../../src/compute/train-model.ts';
import type { UnlearnJob, VerifyJob } from '../../src/domain/compute.ts';
import type { SetRow } from '../../src/domain/record.ts';
import type { VerificationReport } from '../../src/domain/verification.ts';
import type { Attempted } from '../shared/attempt.ts';

/** Rows of somebody whom earlier runs forgot: what is kept of them is drawn from these. */
export interface Earlier {
  person: number;
  rows: SetRow[];
}

export type Task =
  | { kind: 'train'; options: TrainModelOptions }
  | { kind: 'unlearn'; job: Omit<UnlearnJob, 'earlier'>; earlier: Earlier[] }
  | { kind: 'verify'; job: Omit<VerifyJob, 'earlier'>; earlier: Earlier[] };

export interface Results {
  train: { steps: number };
  unlearn: Attempted;
  /** Without what only charts need. */
  verify: Omit<VerificationReport, 'distributions'>;
}
