// How much of a verification is done: all of it, or less of what no verdict needs, in a fixed order.
import type { Task } from '../domain/architecture.ts';
import type { RobustnessName } from '../domain/robustness.ts';
import type { VerificationPolicy } from '../domain/verification.ts';
import type { Extent, LeftOut } from '../domain/verification-cost.ts';
import { ATTACKED_PEOPLE, COSTS, OTHER_ANSWERS, SAMPLES, WRAPPINGS } from './costs.ts';

/** Of a classifier nothing is written. */
const SILENT = { other_answers: 0, wrapped_prompts: 0, samples: 0 };
const SPEAKING = { other_answers: OTHER_ANSWERS, wrapped_prompts: WRAPPINGS, samples: SAMPLES };

/** All that the policy asks for. */
export const fullExtent = (
  { robustness = [] }: Pick<VerificationPolicy, 'robustness'>,
  task: Task | undefined,
): Extent => ({
  ...(task === 'classification' ? SILENT : SPEAKING),
  attacks: Object.fromEntries([...robustness].sort().map((name) => [name, ATTACKED_PEOPLE])),
});

/** People that an attack is tried on where it is shortened: still a mean. */
const FEW_ATTACKED = 10;

type Cut = (extent: Extent) => Extent;
const attacksAt =
  (people: number, only?: RobustnessName): Cut =>
  (extent) => ({
    ...extent,
    attacks: Object.fromEntries(
      Object.entries(extent.attacks).map(([name, now]) => [
        name,
        only === undefined || name === only ? Math.min(now, people) : now,
      ]),
    ),
  });
const atMost =
  (part: 'other_answers' | 'wrapped_prompts' | 'samples', most: number): Cut =>
  (extent) => ({ ...extent, [part]: Math.min(extent[part], most) });

/**
 * What goes first, what last: what is only reported before what is judged, and the dearest attacks before the cheaper ones. Everybody who is
 * compared is asked less alike, so that less is seen and nobody fails for it.
 */
const CUTS: readonly Cut[] = [
  attacksAt(FEW_ATTACKED),
  attacksAt(0, 'relearning'),
  attacksAt(0, 'fine-tuning'),
  attacksAt(0, 'pruning'),
  attacksAt(0, 'quantisation'),
  atMost('other_answers', 0),
  atMost('samples', SAMPLES / 2),
  atMost('wrapped_prompts', WRAPPINGS / 2),
  atMost('samples', 0),
  atMost('wrapped_prompts', 0),
];

/** The most, in the order of the cuts, of which `fits` says that there is time for it; the least there is where none fits. */
export function largestExtent(full: Extent, fits: (extent: Extent) => boolean): Extent {
  let extent = full;
  for (const cut of CUTS) {
    if (fits(extent)) return extent;
    extent = cut(extent);
  }
  return extent;
}

/** Whether nothing is left of what is only reported. */
export const isOnlyJudged = ({ attacks, other_answers }: Extent): boolean =>
  other_answers === 0 && Object.values(attacks).every((people) => people === 0);

/** Names of parts, as costs and reports have them. */
const PARTS: readonly [part: string, of: (extent: Extent) => number][] = [
  [COSTS.otherAnswers.pass, ({ other_answers }) => other_answers],
  [COSTS.wrappedPrompts.pass, ({ wrapped_prompts }) => wrapped_prompts],
  [COSTS.samples.pass, ({ samples }) => samples],
];

const REMEDY =
  'To have it all, set max_share_of_run of the verification policy higher, or to null; the preset strict has no bound.';

/** What `extent` has less of than `full`, and why. */
export function leftOut(full: Extent, extent: Extent, reason: string): LeftOut[] {
  const attacks = Object.keys(full.attacks).map((name) => [name, ({ attacks: of }: Extent) => of[name] ?? 0] as const);
  return [...PARTS, ...attacks].flatMap(([part, of]) => {
    const [asked_for, measured] = [of(full), of(extent)];
    if (measured >= asked_for) return [];
    return [{ part, done: measured === 0 ? 'left out' : 'shortened', asked_for, measured, reason, remedy: REMEDY }];
  });
}
