// The attacks on the candidate's weights that the policy names, on a sample of people.
import { sampleRows } from '../domain/random.ts';
import type { Attacked, Recall, RobustnessCurve, RobustnessName } from '../domain/robustness.ts';
import type { RowScore } from '../domain/verification.ts';
import { probability } from '../metrics/memory/probability.ts';
import { mean } from '../metrics/statistics.ts';
import { byPerson } from '../training/batches.ts';
import { robustnessAttacks } from '../training/robustness/registry.ts';
import { rowsOfEach, samplePeople } from './people-sample.ts';
import type { VerificationSets } from './score-sets.ts';
import type { TextRow } from './sets.ts';

/** Of each set; enough for a mean, few enough that an attack takes seconds. */
const PEOPLE = 40;
const ROWS_EACH = 10;
const RETAINED = 200;

const somePeople = (rows: readonly TextRow[], seed: number): TextRow[] =>
  rowsOfEach(samplePeople(rows, PEOPLE, seed), ROWS_EACH, `${seed}/robustness`).map((i) => rows[i]!);

/** Probability of the true answers, a mean over people; null where a number is not finite. */
const recall: Recall = (rows, scored) => {
  const people = byPerson(rows).map((own) => mean(own.map((i) => probability.score(scored[i] as RowScore))));
  const value = mean(people);
  return Number.isFinite(value) ? value : null;
};

/** A curve an attack, in the order of their names. The same seed, candidate and sets give the same curves. */
export async function robustnessOf(
  names: readonly RobustnessName[],
  candidate: Omit<Attacked, 'forget' | 'holdout' | 'retain'>,
  sets: VerificationSets,
): Promise<RobustnessCurve[]> {
  const { seed } = candidate;
  const attacked: Attacked = {
    ...candidate,
    ...{ forget: somePeople(sets.forget, seed), holdout: somePeople(sets.holdout, seed) },
    retain: sampleRows(sets.retain, RETAINED, seed),
  };
  const curves: RobustnessCurve[] = [];
  for (const name of [...names].sort()) {
    const { unit, run } = robustnessAttacks[name];
    curves.push({ attack: name, unit, metric: probability.name, ...(await run(attacked, recall)) });
  }
  return curves;
}
