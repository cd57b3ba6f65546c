// Which records about strangers are looked at, and what their people would score by more records than that.
import { mean } from '../domain/mean.ts';
import { createRandom } from '../domain/random.ts';
import { byPerson, type TokenRow } from './batches.ts';

type Rows = readonly { person: number }[];

/** Seed of which records are looked at; those of batches, stand-ins and teachers are others. */
const SEED = 10;

/** Rows that name somebody, as verification takes them; all of them where none does. */
export function strangersOf<Row extends { person: number }>(rows: readonly Row[]): Row[] {
  const named = rows.filter(({ person }) => person >= 0);
  return named.length > 0 ? named : [...rows];
}

/** Rows of each person, people and rows in the order of the seed. */
function inTurn(rows: Rows, seed: number): number[][] {
  const random = createRandom(seed + SEED);
  return random.shuffle(byPerson(rows)).map((own) => random.shuffle(own));
}

/**
 * Indices of rows that together have no more than about `tokens` answer tokens, in order; all where all have no more. Two rows of each person, then a third of each
 * and so on: one alone does not say how much a person's records differ. Every n-th row would be the same kind of record of everybody.
 */
export function sampleStrangers(
  rows: readonly (TokenRow & { person: number })[],
  tokens: number,
  seed: number,
): number[] {
  const lengths = rows.map(({ ids, promptLength }) => ids.length - promptLength);
  if (lengths.reduce((a, b) => a + b, 0) <= tokens) return [...rows.keys()];
  const people = inTurn(rows, seed);
  const most = Math.max(...people.map((own) => own.length));
  const turns = [2, ...Array.from({ length: Math.max(0, most - 2) }, () => 1)];
  const taken: number[] = [];
  let [count, first] = [0, 0];
  for (const turn of turns) {
    for (const own of people)
      for (const r of own.slice(first, first + turn)) {
        if (count >= tokens) return taken.sort((a, b) => a - b);
        taken.push(r);
        count += lengths[r]!;
      }
    first += turn;
  }
  return taken.sort((a, b) => a - b);
}

/** At most so many rows of each person, in order: by `records` of their own the forgotten are judged, and means of more spread less. */
export function rowsAlike(rows: Rows, records: number, seed: number): number[] {
  if (byPerson(rows).every((own) => own.length <= records)) return [...rows.keys()];
  return inTurn(rows, seed)
    .flatMap((own) => own.slice(0, records))
    .sort((a, b) => a - b);
}

/** Of each person of `seen`, in the order of `byPerson`, how many of `all` rows there are to go by: as many as the forgotten have, or fewer. */
function countsOf(all: Rows, seen: Rows, records: number): number[] {
  const own = new Map(byPerson(all).map((rows) => [all[rows[0]!]!.person, rows.length]));
  return byPerson(seen).map(([first]) => {
    const { person } = seen[first!]!;
    return person < 0 ? 1 : Math.min(records, own.get(person)!);
  });
}

export interface Strangers<Row> {
  /** Everybody's rows. */
  all: Row[];
  /** Those that are looked at. */
  sample: Row[];
  /** Which of the sample people are compared by. */
  compared: number[];
  /** Of each person of these, in the order of `byPerson`, how many rows there are to go by. */
  counts: number[];
}

/** Whom the forgotten are held against, and by which of their records; nobody where there is no row. `tokens`: that a look may take, of answers. */
export function chooseStrangers<Row extends TokenRow & { person: number }>(
  rows: readonly Row[],
  { forget, tokens, seed }: { forget: Rows; tokens: number; seed: number },
): Strangers<Row> {
  const all = strangersOf(rows);
  const sample = sampleStrangers(all, tokens, seed).map((r) => all[r]!);
  const records = Math.round(forget.length / byPerson(forget).length);
  const compared = rowsAlike(sample, records, seed);
  const seen = compared.map((r) => sample[r]!);
  return { all, sample, compared, counts: countsOf(all, seen, records) };
}

/**
 * Means of each person's scores, spread as means of more of their records would be: of `counts` a person, of whom `seen` holds a part. A mean of few
 * records is further out by chance; how far, is told by how much the records of one person differ.
 */
export function spreadAs(seen: readonly (readonly number[])[], counts: readonly number[]): number[] {
  const means = seen.map(mean);
  if (seen.every((own, p) => own.length >= counts[p]!)) return means;
  const centre = mean(means);
  const found = mean(means.map((one) => (one - centre) ** 2));
  const freedom = seen.reduce((sum, own) => sum + own.length - 1, 0);
  const within =
    seen.reduce((sum, own, p) => sum + own.reduce((all, one) => all + (one - means[p]!) ** 2, 0), 0) / freedom;
  // a score without end, one person, or nobody with two records: nothing is known of either
  if (!(found > 0 && Number.isFinite(found) && Number.isFinite(within))) return means;
  const noise = within * mean(seen.map((own) => 1 / own.length));
  const less = within * mean(counts.map((count) => 1 / count));
  const factor = Math.min(1, Math.sqrt(Math.max(found - noise + less, less) / found));
  return means.map((one) => centre + (one - centre) * factor);
}
