// Means of many rows spread less than means of few: whoever was never seen enters a comparison with as many rows as the forgotten have.
import { createRandom, seedFrom } from '../../domain/random.ts';
import type { RowScore } from '../../domain/verification.ts';
import { type ScoresByPerson, scoresByPerson } from './people.ts';

/**
 * How many rows of each stranger are taken, given how many the forgotten people have: their sizes are dealt by quantiles, the larger ones to
 * strangers who have more. Who has fewer than was dealt keeps all, and where nobody is forgotten everybody does.
 *
 * The forgotten stay whole, even where strangers have fewer rows: what is left out could be what is still known. The mean of such a person
 * spreads less than those that it is held against, which errs on the safe side: it stands out by chance less often, not more. (Not so where
 * nearly all rows score the same and a few score high, as answers do that are seldom right: one of many is more likely to be such a row.)
 */
export function dealtSizes(forgotten: readonly number[], strangers: readonly number[]): number[] {
  if (forgotten.length === 0) return [...strangers];
  const sizes = forgotten.toSorted((a, b) => b - a);
  const dealt = [...strangers];
  strangers
    .map((_, stranger) => stranger)
    .sort((a, b) => strangers[b]! - strangers[a]!)
    .forEach((stranger, place) => {
      const size = sizes[Math.floor(((place + 0.5) * sizes.length) / strangers.length)]!;
      dealt[stranger] = Math.min(size, strangers[stranger]!);
    });
  return dealt;
}

type Row = Pick<RowScore, 'index' | 'person'>;

/** Rows of each named person, in the order of their numbers. */
const byNumber = <R extends Row>(rows: readonly R[]): R[][] =>
  [...Map.groupBy(rows, ({ person }) => person)]
    .filter(([person]) => person >= 0)
    .sort(([a], [b]) => a - b)
    .map(([, own]) => own);

/** Drawn from the row's own place, so that under every checkpoint and for every metric the same rows are taken, of all kinds of question. */
const drawn = ({ index }: Row): number => createRandom(seedFrom(`even-rows/${index}`)).next();

/** Rows of strangers that are held against these rows of the forgotten, in their own order; the very same where that is all of them. */
export function evenRows<R extends Row>(forgotten: readonly Row[], strangers: readonly R[]): readonly R[] {
  const people = byNumber(strangers);
  const sizes = dealtSizes(
    byNumber(forgotten).map((own) => own.length),
    people.map((own) => own.length),
  );
  const left = people.flatMap((own, i) => {
    if (sizes[i]! >= own.length) return [];
    const order = own.map((row) => ({ row, at: drawn(row) })).sort((a, b) => a.at - b.at);
    return order.slice(sizes[i]!).map(({ row }) => row);
  });
  if (left.length === 0) return strangers;
  const out = new Set(left);
  return strangers.filter((row) => !out.has(row));
}

/**
 * Scores of strangers as they are held against these rows of the forgotten. Null when a score is not finite, also one of a row that is not
 * taken: a broken model is not hidden by a draw.
 */
export function strangersScores(
  forgotten: readonly RowScore[],
  strangers: readonly RowScore[],
  score: (row: RowScore) => number,
): ScoresByPerson | null {
  const all = scoresByPerson(strangers, score, 'named');
  const even = evenRows(forgotten, strangers);
  return all === null || even === strangers ? all : scoresByPerson(even, score, 'named');
}
