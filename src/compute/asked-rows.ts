// Whose answers are written out, and how many: as many of everybody who is compared, or their means could not be.
import { sampleRows } from '../domain/random.ts';
import { ANSWERED } from '../domain/sample-sizes.ts';
import { asManyAs, rowsOfEach, samplePeople } from './people-sample.ts';

type People = readonly { person: number }[];
type Asked = Record<'forget' | 'retain' | 'holdout' | 'earlier', number[]>;

/**
 * Indices of the rows of each set whose answers are written out, ascending; the same seed picks the same. About everybody forgotten or never
 * seen as many rows, or all there are, and about strangers no more than about the forgotten, or those of earlier runs, where these have
 * fewer: the mean of ten answers is seldom 0 where that of one is, so that people of whom fewer are asked look as if they were never
 * guessed right. Records of nobody are compared with nobody, and are not asked for.
 */
export function askedRows(
  { forget, retain, holdout, earlier = [] }: Record<'forget' | 'retain' | 'holdout', People> & { earlier?: People },
  seed: number,
): Asked {
  const compared = {
    forget: samplePeople(forget, ANSWERED.people, seed),
    earlier: samplePeople(earlier, ANSWERED.people, seed),
    holdout: samplePeople(holdout, ANSWERED.people, seed),
  };
  const most = Math.max(1, compared.forget.length, compared.holdout.length);
  const each = Math.min(ANSWERED.each, Math.floor(ANSWERED.most / most));
  const rowsOf = (set: keyof typeof compared, of: number | number[] = each) =>
    rowsOfEach(compared[set], of, `${seed}/asked/${set}`).sort((a, b) => a - b);
  return {
    forget: rowsOf('forget'),
    retain: sampleRows(
      retain.map((_, i) => i),
      ANSWERED.retained,
      seed,
    ),
    holdout: rowsOf('holdout', asManyAs([compared.forget, compared.earlier], compared.holdout, each)),
    earlier: rowsOf('earlier'),
  };
}
