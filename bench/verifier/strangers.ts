// How often the rules fail somebody by chance: people never seen, judged as if they had been forgotten.
import type { SetScores } from '../../src/compute/score-sets.ts';
import type { Verdict } from '../../src/domain/verification.ts';
import { clopperPearson } from '../../src/metrics/binomial.ts';
import { COMPARED } from './scene.ts';

/** One verdict: by which policy, against how many people, and which rule decided. */
export interface Play {
  policy: string;
  against: number;
  verdict: Verdict;
  rule: string | null;
}
export interface Roles {
  against: number;
  before: SetScores;
  after: SetScores;
}

/** Of the people never seen every so many plays the forgotten one. */
const EVERY = 3;
/** People that the part is played against: as few as can decide at all, and all others. */
const AGAINST = [40, COMPARED - 1];

/** Scores in which one person never seen takes the place of the forgotten, for those whom the model was asked about. */
export function* roles(before: SetScores, after: SetScores): Generator<Roles> {
  const asked = after.holdout.filter(({ generated }) => generated !== undefined);
  const players = [...new Set(asked.map(({ person }) => person))];
  const all = [...new Set(after.holdout.map(({ person }) => person))];
  for (const [i, player] of players.entries()) {
    if (i % EVERY > 0) continue;
    for (const against of AGAINST) {
      const others = new Set(all.filter((person) => person !== player).slice(0, against));
      const as = (scores: SetScores): SetScores => ({
        ...scores,
        forget: scores.holdout.filter(({ person }) => person === player),
        holdout: scores.holdout.filter(({ person }) => others.has(person)),
      });
      yield { against, before: as(before), after: as(after) };
    }
  }
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

function playRow(policy: string, against: number, plays: readonly Play[]): string {
  const count = (verdict: Verdict) => plays.filter((one) => one.verdict === verdict).length;
  const failed = plays.filter(({ verdict }) => verdict === 'failed');
  const decided = plays.length - count('inconclusive');
  const { low, high } = clopperPearson(failed.length, decided) ?? { low: 0, high: 1 };
  const rules = Object.entries(Object.groupBy(failed, ({ rule }) => rule ?? 'none'));
  const share = `${percent(failed.length / decided)} [${percent(low)}, ${percent(high)}]`;
  const by = rules.map(([rule, all]) => `${rule} ${all!.length}`).join(', ') || '–';
  return `| ${[policy, against, plays.length, count('inconclusive'), failed.length, share, by].join(' | ')} |`;
}

export function playTable(plays: readonly Play[]): string {
  const policies = [...new Set(plays.map(({ policy }) => policy))];
  const rows = policies.flatMap((policy) =>
    AGAINST.map((against) => {
      return playRow(
        policy,
        against,
        plays.filter((one) => one.policy === policy && one.against === against),
      );
    }),
  );
  const head = ['policy', 'people never seen', 'verdicts', 'inconclusive', 'failed', 'share of those decided', 'rules'];
  return [`| ${head.join(' | ')} |`, `|${' --- |'.repeat(head.length)}`, ...rows].join('\n');
}
