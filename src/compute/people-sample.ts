// Some people of a set, and as many rows about each: what is measured of a sample is measured of everybody alike.
import { sampleRows, seedFrom } from '../domain/random.ts';
import { byPerson } from '../training/batches.ts';

/** Named people, up to a limit, by the indices of their rows; the same seed picks the same. */
export function samplePeople(rows: readonly { person: number }[], most: number, seed: number): number[][] {
  const named = byPerson(rows).filter((own) => rows[own[0]!]!.person >= 0);
  return sampleRows(named, most, seed);
}

/** So many rows about each of them, or all there are. `label`: seeds the draw of each person. */
export const rowsOfEach = (people: readonly number[][], each: number, label: string): number[] =>
  people.flatMap((own) => sampleRows(own, each, seedFrom(`${label}/${own[0]}`)));
