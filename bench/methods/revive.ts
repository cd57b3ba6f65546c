// Scores from their file: JSON has plain lists where metrics take typed arrays, and null for what is not finite.
import type { RowScore } from '../../src/domain/verification.ts';
import type { Measured } from './task.ts';

const numbers = (list: ArrayLike<number | null>) => Float32Array.from(list, (value) => value ?? Number.NaN);

/** Tokens of an answer are left out: without the parent’s view of them, how they are judged would hang on when they were scored. */
const reviveRow = ({ answerIds: _, ...row }: RowScore): RowScore => ({
  ...row,
  logProbs: numbers(row.logProbs),
  mu: numbers(row.mu),
  variance: numbers(row.variance),
  correct: Uint8Array.from(row.correct),
});

export const revive = (measured: Measured): Measured => ({
  ...measured,
  scores: {
    forget: measured.scores.forget.map(reviveRow),
    retain: measured.scores.retain.map(reviveRow),
    holdout: measured.scores.holdout.map(reviveRow),
  },
});
