// Accuracy of a classifier by class: reported, never judged, so that a class that a method gave up with a person is seen.
import type { ClassAccuracy, ClassShare, RowScore } from '../../domain/verification.ts';
import { mean } from '../statistics.ts';
import type { ScoredSets } from './people.ts';

/** Records that a share is given of: of fewer it would tell what single records were. */
const LEAST_RECORDS = 5;

function byLabel(rows: readonly RowScore[]): Map<number, RowScore[]> {
  const found = new Map<number, RowScore[]>();
  for (const row of rows) {
    if (row.label === undefined) continue;
    const known = found.get(row.label);
    if (known) known.push(row);
    else found.set(row.label, [row]);
  }
  return found;
}

const share = (rows: readonly RowScore[]): number => mean(rows.map(({ correct }) => correct[0]!));

function shareOf(before: RowScore[] = [], after: RowScore[] = []): ClassShare | null {
  if (after.length < LEAST_RECORDS || before.length !== after.length) return null;
  return { records: after.length, before: share(before), after: share(after) };
}

/**
 * Share of records whose class the model finds likeliest, by class and set, in the order of the classes. Null for a set with fewer than
 * LEAST_RECORDS of the class; a class without any share is left out. `names`: of the classes; null: they go by their numbers.
 */
export function accuracyByClass(
  before: ScoredSets,
  after: ScoredSets,
  names: readonly string[] | null,
): ClassAccuracy[] {
  const of = (set: 'forget' | 'retain' | 'holdout') => ({ before: byLabel(before[set]), after: byLabel(after[set]) });
  const sets = { forget: of('forget'), retain: of('retain'), holdout: of('holdout') };
  const labels = new Set(Object.values(sets).flatMap((one) => [...one.after.keys()]));
  return [...labels]
    .sort((a, b) => a - b)
    .map((label) => {
      const cell = (set: keyof typeof sets) => shareOf(sets[set].before.get(label), sets[set].after.get(label));
      const name = names?.[label] ?? String(label);
      return { class: name, forget: cell('forget'), retain: cell('retain'), holdout: cell('holdout') };
    })
    .filter(({ forget, retain, holdout }) => forget !== null || retain !== null || holdout !== null);
}
