// Some people of a set, and as many rows about each: what is measured of a sample is measured of everybody alike.
import { sampleRows, seedFrom } from '../domain/random.ts';
import { dealtSizes } from '../metrics/report/even-rows.ts';
import { byPerson } from '../training/batches.ts';

/** Named people, up to a limit, by the indices of their rows; the same seed picks the same. */
export function samplePeople(rows: readonly { person: number }[], most: number, seed: number): number[][] {
  const named = byPerson(rows).filter((own) => rows[own[0]!]!.person >= 0);
  return sampleRows(named, most, seed);
}

type People = readonly number[][];

/** So many rows about each of them, a number for all or one a person, or all there are. `label`: seeds the draw of each person. */
export const rowsOfEach = (people: People, each: number | readonly number[], label: string): number[] =>
  people.flatMap((own, i) =>
    sampleRows(own, typeof each === 'number' ? each : each[i]!, seedFrom(`${label}/${own[0]}`)),
  );

/** How many rows about each stranger: as many as about those who are compared, of whom there are `each` at most; of two groups the more. */
export function asManyAs(compared: readonly People[], strangers: People, each: number): number[] {
  const sizes = (people: People) => people.map((own) => Math.min(each, own.length));
  const dealt = compared
    .filter((people) => people.length > 0)
    .map((people) => dealtSizes(sizes(people), sizes(strangers)));
  return strangers.map((_, i) => (dealt.length === 0 ? each : Math.max(...dealt.map((one) => one[i]!))));
}
