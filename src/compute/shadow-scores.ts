// What shadow models made of the rows that are compared, read and put beside what the checkpoints make of them.
import { readFile } from 'node:fs/promises';
import type { RowShadows, ShadowScores } from '../domain/shadows.ts';
import { SHADOWS_NEEDED } from '../domain/shadows.ts';
import type { RowScore } from '../domain/verification.ts';
import { logitScaled } from '../metrics/challenge-epsilon.ts';
import { mean } from '../metrics/statistics.ts';

type Compared = 'forget' | 'holdout';
type Scores = Record<Compared, RowScore[]>;
type Kind = keyof RowShadows;

/** Deviation about the means of their records, pooled. */
function pooled(groups: readonly (readonly number[])[]): number {
  const squares = groups.map((own) => own.reduce((sum, one) => sum + (one - mean(own)) ** 2, 0));
  const freedom = groups.reduce((sum, own) => sum + own.length - 1, 0);
  return Math.sqrt(squares.reduce((a, b) => a + b, 0) / freedom);
}

/** Throws as reading does. */
export const readShadows = (files: readonly string[]): Promise<ShadowScores[]> =>
  Promise.all(files.map(async (file) => JSON.parse(await readFile(file, 'utf8')) as ShadowScores));

/**
 * Writes into the named rows of every checkpoint what they score under shadow models that unlearned them, and under those that never saw them. Nothing
 * where there are too few models, or where all say the same.
 */
export function addShadows(checkpoints: readonly Scores[], shadows: readonly ShadowScores[]): void {
  if (shadows.length < SHADOWS_NEEDED) return;
  const of = (set: Compared, kind: Kind) =>
    checkpoints[0]![set].map(({ person }, i) =>
      shadows
        .filter(({ members }) => members.includes(person) === (kind === 'unlearned'))
        .map((shadow) => logitScaled(Math.exp(-shadow[set][i]!))),
    );
  const found = {
    forget: { unlearned: of('forget', 'unlearned'), unseen: of('forget', 'unseen') },
    holdout: { unlearned: of('holdout', 'unlearned'), unseen: of('holdout', 'unseen') },
  };
  const spreadOf = (kind: Kind) =>
    pooled(
      (['forget', 'holdout'] as const).flatMap((set) =>
        found[set][kind].filter((_, i) => checkpoints[0]![set][i]!.person >= 0),
      ),
    );
  const spread = { unlearned: spreadOf('unlearned'), unseen: spreadOf('unseen') };
  if (!(spread.unlearned > 0 && spread.unseen > 0)) return;
  for (const scores of checkpoints)
    for (const set of ['forget', 'holdout'] as const)
      scores[set].forEach((row, i) => {
        if (row.person < 0) return;
        const kind = (name: Kind) => ({ scores: found[set][name][i]!, spread: spread[name] });
        row.shadows = { unlearned: kind('unlearned'), unseen: kind('unseen') };
      });
}
