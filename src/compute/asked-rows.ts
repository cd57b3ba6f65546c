// Whose answers are written out, and how many: as many of everybody who is compared, or their means could not be.
import { sampleRows } from '../domain/random.ts';
import { rowsOfEach, samplePeople } from './people-sample.ts';

/** Retained records that are answered. */
const RETAINED = 100;
/** Answers about the people of one set, and how many of them are asked about at most. */
const ANSWERS = 400;
const PEOPLE = 80;
/** Answers about one person at most. */
const EACH = 10;

type People = readonly { person: number }[];
type Asked = Record<'forget' | 'retain' | 'holdout' | 'earlier', number[]>;

/**
 * Indices of the rows of each set whose answers are written out, ascending; the same seed picks the same. About everybody forgotten or never
 * seen as many rows, or all there are: the mean of ten answers is seldom 0 where that of one is, so that people of whom fewer
 * are asked look as if they were never guessed right. Records of nobody are compared with nobody, and are not asked for.
 */
export function askedRows(
  { forget, retain, holdout, earlier = [] }: Record<'forget' | 'retain' | 'holdout', People> & { earlier?: People },
  seed: number,
): Asked {
  const compared = { forget: samplePeople(forget, PEOPLE, seed), holdout: samplePeople(holdout, PEOPLE, seed) };
  const most = Math.max(1, compared.forget.length, compared.holdout.length);
  const each = Math.min(EACH, Math.floor(ANSWERS / most));
  const rowsOf = (people: number[][], set: string) =>
    rowsOfEach(people, each, `${seed}/asked/${set}`).sort((a, b) => a - b);
  return {
    forget: rowsOf(compared.forget, 'forget'),
    retain: sampleRows(
      retain.map((_, i) => i),
      RETAINED,
      seed,
    ),
    holdout: rowsOf(compared.holdout, 'holdout'),
    earlier: rowsOf(samplePeople(earlier, PEOPLE, seed), 'earlier'),
  };
}
