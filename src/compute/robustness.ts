// The attacks on the candidate's weights that the policy names, on a sample of people.
import { sampleRows } from '../domain/random.ts';
import type { Attacked, Recall, RobustnessCurve, RobustnessName } from '../domain/robustness.ts';
import { ATTACKED } from '../domain/sample-sizes.ts';
import type { RowScore } from '../domain/verification.ts';
import type { Extent } from '../domain/verification-cost.ts';
import { probability } from '../metrics/memory/probability.ts';
import { mean } from '../metrics/statistics.ts';
import { byPerson } from '../training/batches.ts';
import { robustnessAttacks } from '../training/robustness/registry.ts';
import type { PartTimes } from './part-times.ts';
import { rowsOfEach, samplePeople } from './people-sample.ts';
import type { VerificationSets } from './score-sets.ts';
import type { TextRow } from './sets.ts';

const somePeople = (rows: readonly TextRow[], people: number, seed: number): TextRow[] =>
  rowsOfEach(samplePeople(rows, people, seed), ATTACKED.each, `${seed}/robustness`).map((i) => rows[i]!);

/** Probability of the true answers, a mean over people; null where a number is not finite. */
const recall: Recall = (rows, scored) => {
  const people = byPerson(rows).map((own) => mean(own.map((i) => probability.score(scored[i] as RowScore))));
  const value = mean(people);
  return Number.isFinite(value) ? value : null;
};

type Candidate = Omit<Attacked, 'forget' | 'holdout' | 'retain'>;

function attackWith(name: RobustnessName, candidate: Candidate, sets: VerificationSets, people: number) {
  const { seed } = candidate;
  const attacked: Attacked = {
    ...candidate,
    ...{ forget: somePeople(sets.forget, people, seed), holdout: somePeople(sets.holdout, people, seed) },
    retain: sampleRows(sets.retain, ATTACKED.retained, seed),
  };
  return robustnessAttacks[name].run(attacked, recall);
}

/**
 * A curve for each attack that the extent has people for, in the order of their names. The same seed, candidate, sets and extent give the
 * same curves.
 */
export async function robustnessOf(
  names: readonly RobustnessName[],
  candidate: Candidate,
  sets: VerificationSets,
  { extent, times }: { extent: Pick<Extent, 'attacks'>; times: PartTimes },
): Promise<RobustnessCurve[]> {
  const curves: RobustnessCurve[] = [];
  for (const name of [...names].sort()) {
    const people = extent.attacks[name] ?? 0;
    if (people === 0) continue;
    const found = await times.time(name, people, () => attackWith(name, candidate, sets, people));
    curves.push({ attack: name, unit: robustnessAttacks[name].unit, metric: probability.name, ...found });
  }
  return curves;
}
