// Row scores from raw logits, in float64: the definition that the compiled version is tested against.

import type { RowScore } from '../domain/verification.ts';
import { ExpungeError } from '../errors.ts';

export interface LogitShape {
  /** Rows. */
  batch: number;
  /** Positions. */
  time: number;
  /** Width of the vocabulary. */
  vocab: number;
}

/** Label of positions that are not part of the answer. */
const IGNORED = -100;

interface TokenScore {
  logProb: number;
  correct: boolean;
  mu: number;
  variance: number;
  top: number;
}

/** Scores of one next-token distribution; `offset` is where its logits begin. */
function scoreToken(logits: ArrayLike<number>, offset: number, vocab: number, label: number): TokenScore {
  let best = 0;
  for (let v = 1; v < vocab; v++) if (logits[offset + v]! > logits[offset + best]!) best = v;
  const largest = logits[offset + best]!;
  let total = 0;
  for (let v = 0; v < vocab; v++) total += Math.exp(logits[offset + v]! - largest);
  const logTotal = largest + Math.log(total);
  let mu = 0;
  for (let v = 0; v < vocab; v++) {
    const logProb = logits[offset + v]! - logTotal;
    mu += Math.exp(logProb) * logProb;
  }
  let variance = 0;
  for (let v = 0; v < vocab; v++) {
    const logProb = logits[offset + v]! - logTotal;
    variance += Math.exp(logProb) * (logProb - mu) ** 2;
  }
  return {
    logProb: logits[offset + label]! - logTotal,
    correct: best === label,
    mu,
    variance,
    top: largest - logTotal,
  };
}

/**
 * Scores the labelled tokens of every row. `logits` (B, T, V) row-major, `labels` (B, T) with -100 outside the answer;
 * logits at position t predict the label at t + 1. `people` gives each row's person (default -1).
 * Throws `validation-failed` when sizes do not fit or a row has no labelled token after its first position.
 */
export function scoreLogits(
  logits: ArrayLike<number>,
  labels: ArrayLike<number>,
  { batch, time, vocab }: LogitShape,
  people?: readonly number[],
): RowScore[] {
  if (logits.length !== batch * time * vocab || labels.length !== batch * time)
    throw new ExpungeError('validation-failed', `logits or labels do not have the shape ${batch} x ${time} x ${vocab}`);
  return Array.from({ length: batch }, (_, row) => {
    const tokens: TokenScore[] = [];
    for (let t = 1; t < time; t++) {
      const label = labels[row * time + t]!;
      if (label === IGNORED) continue;
      if (label < 0 || label >= vocab)
        throw new ExpungeError(
          'validation-failed',
          `label ${label} of row ${row} is outside the vocabulary of ${vocab}`,
        );
      tokens.push(scoreToken(logits, (row * time + t - 1) * vocab, vocab, label));
    }
    if (tokens.length === 0) throw new ExpungeError('validation-failed', `row ${row} has no answer token`);
    return {
      index: row,
      person: people?.[row] ?? -1,
      logProbs: Float32Array.from(tokens, (token) => token.logProb),
      correct: Uint8Array.from(tokens, (token) => (token.correct ? 1 : 0)),
      mu: Float32Array.from(tokens, (token) => token.mu),
      variance: Float32Array.from(tokens, (token) => token.variance),
      topLogProbs: Float32Array.from(tokens, (token) => token.top),
    };
  });
}
