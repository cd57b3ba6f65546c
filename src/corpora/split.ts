// Splits the holdout into the half that tunes a run and the half that judges it.
import { createRandom, seedFrom } from '../domain/random.ts';
import type { SetRow } from '../domain/record.ts';

/** Whom a row belongs to; rows of nobody (-1) are their own. */
const unitOf = (row: SetRow): string => (row.person >= 0 ? `p${row.person}` : `r${row.corpus_id}/${row.ordinal}`);

const isBefore = (a: SetRow, b: SetRow): boolean =>
  a.corpus_id === b.corpus_id ? a.ordinal < b.ordinal : a.corpus_id < b.corpus_id;

/**
 * Halves the holdout by person, so that nobody is in both; rows of nobody (-1) are dealt row by row. Every person draws a
 * lot of their own, seeded by the model and their first record, and the lower half calibrates: numbers of people shift
 * from run to run, lots do not. Where a person is left out of one run, at most one other changes halves.
 * When the number of people is odd, verification gets one more.
 */
export function splitHoldout(rows: SetRow[], seed: number): { calibration: SetRow[]; holdout: SetRow[] } {
  const first = new Map<string, SetRow>();
  for (const row of rows) {
    const unit = unitOf(row);
    const known = first.get(unit);
    if (known === undefined || isBefore(row, known)) first.set(unit, row);
  }
  const lots = [...first].map(([unit, { corpus_id, ordinal }]) => ({
    unit,
    lot: createRandom(seedFrom(`${seed}/${corpus_id}/${ordinal}`)).next(),
  }));
  const calibrating = new Set<string>();
  for (const kind of ['p', 'r']) {
    const drawn = lots.filter(({ unit }) => unit.startsWith(kind)).sort((a, b) => a.lot - b.lot);
    for (const { unit } of drawn.slice(0, drawn.length >> 1)) calibrating.add(unit);
  }
  return {
    calibration: rows.filter((row) => calibrating.has(unitOf(row))),
    holdout: rows.filter((row) => !calibrating.has(unitOf(row))),
  };
}
