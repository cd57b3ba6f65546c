// Strangers who stand in for the forgotten: what the parent makes of a forgotten answer where somebody whom it never saw is asked about.
// Nobody who was trained on gives a model reason to answer otherwise.
import type { HostTensor, HostTensors } from '../domain/engine.ts';
import { createRandom } from '../domain/random.ts';
import { features, likeness } from './alternatives.ts';
import { byPerson, type TokenRow } from './batches.ts';
import { kindOf } from './kinds.ts';
import type { Band } from './stop-rule.ts';
import type { CostRule } from './stranger-costs.ts';
import { strangersOf } from './stranger-sample.ts';
import type { PersonRow, UnlearnInputs } from './unlearn.ts';
import { tokenBounds } from './unlearning-feeds.ts';
import { answerLength, answerLogits, teacherFeed } from './unlearning-references.ts';

/** Seed of who stands in for whom; those of batches, adapters and teachers are others. */
const SEED = 9;

/** The stranger's prompt with the forgotten answer; null where the context does not hold it. */
function asked(about: TokenRow, { ids, promptLength }: TokenRow, contextLength: number): TokenRow | null {
  const all = Int32Array.from([...about.ids.subarray(0, about.promptLength), ...ids.subarray(promptLength)]);
  return all.length > contextLength ? null : { ids: all, promptLength: about.promptLength };
}

const bagOf = ({ ids, promptLength }: TokenRow) => features({ ids, cue: promptLength });

/** Of some rows, that with the likest prompt. */
function finder(others: readonly TokenRow[]): (row: TokenRow) => TokenRow {
  const known = others.map((other) => ({ other, bag: bagOf(other) }));
  return (row) => {
    const own = bagOf(row);
    const found = known.map(({ other, bag }) => ({ other, like: likeness(own, bag) }));
    return found.reduce((a, b) => (b.like > a.like ? b : a)).other;
  };
}

/**
 * Of each forget row, a row that asks the same about a stranger; all rows of a person about the same one, by the seed, so that answers about one
 * person belong together, and where no record names a stranger about whoever is asked the likest. A row that fits no stranger's prompt stays as it is.
 * `strangers`: one at least.
 */
export function standInRows(
  forget: readonly PersonRow[],
  strangers: readonly PersonRow[],
  { seed, contextLength }: { seed: number; contextLength: number },
): TokenRow[] {
  const random = createRandom(seed + SEED);
  const known = strangersOf(strangers);
  const others =
    known[0]!.person < 0 ? [known] : random.shuffle(byPerson(known)).map((own) => own.map((r) => known[r]!));
  const rows: TokenRow[] = [...forget];
  byPerson(forget).forEach((own, p) => {
    const nearest = finder(others[p % others.length]!);
    for (const r of own) {
      const row = forget[r]!;
      rows[r] = asked(nearest(row), row, contextLength) ?? row;
    }
  });
  return rows;
}

/** -log softmax(logits) of a label; nats. */
function costOf(logits: Float32Array, label: number): number {
  const most = logits.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const total = logits.reduce((sum, logit) => sum + Math.exp(logit - most), 0);
  return Math.log(total) + most - logits[label]!;
}

/**
 * 1 for answer tokens at which the stand-in is imitated, `costs` what they cost it: language, and facts that do not come first where a stranger
 * is asked about. A model that learned a long answer by heart goes on with it behind any prompt, once it is given the beginning: that is
 * memory, and no way to answer. `floors` tell language from facts; without them all of what may be a fact counts as one.
 */
export const worthImitating = (
  costs: Float32Array,
  floors: Float32Array | undefined,
  { language, notFirst }: Pick<CostRule, 'language' | 'notFirst'>,
): Float32Array =>
  costs.map((cost, t) => (cost >= notFirst || (floors !== undefined && floors[t]! < language) ? 1 : 0));

const sameIds = (a: Int32Array, b: Int32Array): boolean => a.length === b.length && a.every((id, i) => id === b[i]);

export interface StandIns {
  /** `standIns` (B, T, V) and `imitated` (B, T - 1) of picked forget rows. */
  feeds: HostTensors;
  /** The band without entropies where the stand-in is imitated, who says all of a distribution. */
  band: Band | null;
}

/**
 * What the stand-ins of a run say, worked out once; null where nobody is known to be a stranger, and for a classifier, whose strangers are
 * sure of the class that is to be forgotten.
 */
export async function createStandIns(inputs: UnlearnInputs) {
  const { architecture, config, weights, sets, seed } = inputs;
  if (sets.calibration.length === 0 || architecture.task === 'classification') return null;
  const { rule } = kindOf(architecture);
  const contextLength = architecture.contextLength(config);
  const rows = standInRows(sets.forget, sets.calibration, { seed, contextLength });
  const logits = await answerLogits(inputs, weights, rows);
  // what has no stranger's prompt, or a text that begins as theirs do, would be answered by the memory of itself
  const own = rows.map(({ ids }, r) => sameIds(ids, sets.forget[r]!.ids));
  const costs = rows.map((row, r) => {
    const vocab = logits[r]!.length / answerLength(row);
    const answer = row.ids.subarray(row.promptLength);
    return Float32Array.from(answer, (id, t) => costOf(logits[r]!.subarray(t * vocab, (t + 1) * vocab), id));
  });
  return (picked: readonly number[], labels: HostTensor, band: Band | null): StandIns => {
    const imitated = picked.map((r, i) =>
      own[r] ? new Float32Array(costs[r]!.length) : worthImitating(costs[r]!, band?.floors[i], rule),
    );
    const entropies = band?.entropies.map((row, i) => row.map((entropy, t) => (imitated[i]![t] === 1 ? 0 : entropy)));
    return {
      feeds: { standIns: teacherFeed(logits, picked, labels), imitated: tokenBounds(labels, imitated, 0) },
      band: band && { ...band, entropies: entropies! },
    };
  };
}
