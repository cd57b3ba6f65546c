// The third half of a step's batch: the forgotten prompts with other answers.
import type { HostTensors, Tensor, Tensors } from '../domain/engine.ts';
import { type LossBatch, type LossMethod, otherAnswersOf } from '../domain/method.ts';
import { createRandom } from '../domain/random.ts';
import type { TokenRow } from './batches.ts';
import { partIn } from './micro-batches.ts';

/** Rows of one step, in the order of its forget rows. */
export interface AlternativeInput {
  /** Places in `Alternatives.rows`. */
  picked: number[];
  batch: HostTensors;
}

export interface Alternatives {
  /** Of all forget rows, one after the other. */
  rows: TokenRow[];
  /** One for each forget row, by chance. */
  pick(forget: readonly number[]): number[];
}

/** `given`: the other answers of each forget row; at least one each. Null for a method that teaches none. */
export function alternativesFor(
  method: LossMethod,
  params: Record<string, unknown>,
  given: readonly (readonly TokenRow[])[] | undefined,
  seed: number,
): Alternatives | null {
  if (otherAnswersOf(method.needs(params as never)) === null) return null;
  if (given === undefined) throw new Error(`${method.name} needs other answers`);
  const rows = given.flat();
  const random = createRandom(seed);
  const first: number[] = [];
  let next = 0;
  for (const own of given) {
    first.push(next);
    next += own.length;
  }
  return { rows, pick: (forget) => forget.map((r) => first[r]! + random.int(given[r]!.length)) };
}

/** The half as a loss sees it; nothing where the feeds hold none. */
export function alternativeIn(feeds: Tensors, forward: (ids: Tensor) => Tensor): { alternative?: LossBatch } {
  const { alternativeIds, alternativeLabels, alternativeReferences } = feeds;
  if (alternativeIds === undefined) return {};
  const half = { logits: forward(alternativeIds), labels: alternativeLabels!, ...partIn('alternative', feeds) };
  return { alternative: alternativeReferences ? { ...half, referenceLogProb: alternativeReferences } : half };
}
