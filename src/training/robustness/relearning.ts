import { createRandom } from '../../domain/random.ts';
import type { AttackedRow, RobustnessAttack, RobustnessCurve } from '../../domain/robustness.ts';
import { byPerson } from '../batches.ts';
import { coursesOf } from './course.ts';

/** Courses of people never seen, where few are forgotten: one person's course alone says little. */
const CONTROLS = 3;
const FEW = 4;

export interface Halves {
  taught: AttackedRow[];
  asked: AttackedRow[];
}

/**
 * Each person's rows in two halves that share no answer: another wording of a taught fact would be no test. `apart`: every row
 * is a thing of its own, however many answers are alike, as examples of a class are. People with one answer are left out.
 */
export function halvesOf(rows: readonly AttackedRow[], apart: boolean, seed: number): Halves[] {
  return byPerson(rows).flatMap((own) => {
    const answers = new Map<string, AttackedRow[]>();
    for (const index of own) {
      const row = rows[index]!;
      const key = apart ? String(index) : row.ids.subarray(row.promptLength).join();
      const known = answers.get(key);
      if (known) known.push(row);
      else answers.set(key, [row]);
    }
    if (answers.size < 2) return [];
    const groups = createRandom(seed).shuffle([...answers.values()]);
    const middle = Math.floor(groups.length / 2);
    return [{ taught: groups.slice(0, middle).flat(), asked: groups.slice(middle).flat() }];
  });
}

const together = (people: readonly Halves[]): Halves => ({
  taught: people.flatMap((one) => one.taught),
  asked: people.flatMap((one) => one.asked),
});

function meanOf(courses: RobustnessCurve['points'][], index: number): number | null {
  const values = courses.map((points) => points[index]!.holdout).filter((value) => value !== null);
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}

export const relearning: RobustnessAttack = {
  name: 'relearning',
  summary:
    'The model is trained for 20 steps on a part of the forgotten records and asked for the rest; people never seen are taught and asked likewise',
  paper: { title: 'Do Unlearning Methods Remove Information from Language Model Weights?', arxiv: '2410.08827' },
  unit: 'steps',
  async run(attacked, recall) {
    const { architecture, seed } = attacked;
    const apart = architecture.task !== undefined;
    const forgotten = halvesOf(attacked.forget, apart, seed);
    const strangers = halvesOf(
      attacked.holdout.filter(({ person }) => person >= 0),
      apart,
      seed,
    );
    if (forgotten.length === 0)
      return {
        points: [],
        note: 'nobody forgotten has two different answers, one to be taught and one to be asked for',
      };
    const course = (set: 'forget' | 'holdout', people: Halves[]) => {
      const { taught, asked } = together(people);
      return { taught, asked: { forget: [], holdout: [], [set]: asked } };
    };
    const size = forgotten.length;
    const groups = Math.min(size < FEW ? CONTROLS : 1, Math.floor(strangers.length / size));
    const others = Array.from({ length: groups }, (_, i) => strangers.slice(i * size, (i + 1) * size));
    const [found, ...controls] = await coursesOf(attacked, recall, [
      course('forget', forgotten),
      ...others.map((people) => course('holdout', people)),
    ]);
    const note = groups === 0 ? `there are fewer people never seen with two answers than the ${size} forgotten` : null;
    return { points: found!.map((point, i) => ({ ...point, holdout: meanOf(controls, i) })), note };
  },
};
