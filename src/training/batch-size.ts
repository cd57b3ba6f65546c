// How many records a step of unlearning takes where nobody says: fewer where they are long.
import type { TokenRow } from './batches.ts';

/** Records of the forget half at most, which is what short ones are taken by. */
export const MOST_ROWS = 32;
/** And at least: a step that sees fewer goes by one person alone. */
export const LEAST_ROWS = 4;
/** Tokens that the forget half is thought to hold: a step costs by its tokens, and a long answer teaches as much as several short ones. */
export const ROW_TOKENS = 640;

export const forgetRows = (meanTokens: number): number =>
  Math.min(MOST_ROWS, Math.max(LEAST_ROWS, Math.round(ROW_TOKENS / meanTokens)));

/** Retain records for each forget record, as most methods have it. */
const RETAIN_SHARE = 0.5;

interface Batched {
  forget_batch: number;
  retain_batch: number;
}

const mean = (rows: readonly TokenRow[]): number => rows.reduce((sum, { ids }) => sum + ids.length, 0) / rows.length;

/**
 * Of any method: batches of 0, which ask for the above, are replaced; those without batches are left as they are. `forget`: the rows,
 * or tokens of one on average.
 */
export function withBatch<P extends object>(
  params: P,
  { retainShare = RETAIN_SHARE }: { kind?: string; retainShare?: number },
  forget: readonly TokenRow[] | number,
): P {
  const { forget_batch, retain_batch } = params as Partial<Batched>;
  if (forget_batch !== 0 && retain_batch !== 0) return params;
  const rows = forget_batch || forgetRows(typeof forget === 'number' ? forget : mean(forget));
  return { ...params, forget_batch: rows, retain_batch: retain_batch || Math.max(1, Math.round(rows * retainShare)) };
}
