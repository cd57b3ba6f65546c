// How completely the forgotten are forgotten, between the parent and models that never saw them: by the scores of IAM, as numbers of their own.
import type { Completeness } from '../../domain/retraining.ts';
import type { RowScore } from '../../domain/verification.ts';
import { bootstrapInterval } from '../bootstrap.ts';
import { iam } from '../membership/iam.ts';
import { mean } from '../statistics.ts';
import { personMeans, scoresByPerson } from './people.ts';

type Rows = readonly RowScore[];

const byPerson = (rows: Rows): number[] | null => {
  const people = scoresByPerson(rows, iam.score, 'named');
  return people === null || people.length === 0 ? null : personMeans(people);
};

/** Of the forgotten under parent, candidate and retrained models, rows in one order; null where a score is not finite, or of nobody. */
export function completenessOf(
  parent: Rows,
  candidate: Rows,
  retrained: readonly Rows[],
  seed: number,
): Completeness | null {
  // the rows of retrained models know only themselves
  const against = (rows: Rows) =>
    rows.map((row, i) => {
      const { referenceNlls, referenceSpread } = candidate[i]!;
      return {
        ...row,
        ...(referenceNlls ? { referenceNlls } : {}),
        ...(referenceSpread !== undefined ? { referenceSpread } : {}),
      };
    });
  const [before, now] = [byPerson(parent), byPerson(candidate)];
  const then = retrained.map((rows) => byPerson(against(rows)));
  if (before === null || now === null || then.some((people) => people === null)) return null;
  return {
    ...{ parent: mean(before), candidate: mean(now), retrained: mean((then as number[][]).flat()) },
    interval: bootstrapInterval([now], ([drawn]) => mean(drawn!), { seed }),
    ...{ lowest: Math.min(...now), highest: Math.max(...now) },
  };
}
