// How much of the true answers comes back when a model is simply asked.
import type { RowScore } from '../../src/domain/verification.ts';
import { rougeLRecall } from '../../src/metrics/memory/rouge-l-recall.ts';
import { overallMean, scoresByPerson } from '../../src/metrics/report/people.ts';

/** Mean over people of the recall of greedy answers; NaN where nothing was answered. */
export function recallOf(rows: readonly RowScore[]): number {
  const answered = rows.filter(({ generated }) => generated !== undefined);
  return overallMean(scoresByPerson(answered, rougeLRecall.score, 'everyone')) ?? Number.NaN;
}
