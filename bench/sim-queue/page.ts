// docs/queue-simulation.md
import { OURS } from './policies.ts';
import type { Outcome } from './simulate.ts';
import { ALONE, PROFILES, type Setting } from './world.ts';

export const HEADINGS = [
  ...[
    'policy',
    'GPU hours',
    'of one by one',
    'runs',
    'people a run',
    'missed',
    'approximate runs',
    'split',
    'reviewed',
  ],
  ...['median days', '95 % days', 'busy'],
];

export const cellsOf = (one: Outcome, oneByOne: Outcome): string[] => [
  one.policy,
  one.gpu_hours.toFixed(0),
  (one.gpu_hours / oneByOne.gpu_hours).toFixed(3),
  String(one.runs),
  (one.requests / one.runs).toFixed(1),
  String(one.missed),
  String(one.approximate_runs),
  String(one.split_runs),
  String(one.reviewed),
  one.median_days.toFixed(2),
  one.p95_days.toFixed(2),
  `${(100 * one.busy_share).toFixed(1)} %`,
];

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

const goal = (name: string, met: boolean, found: string): string => row([name, met ? 'met' : 'not met', found]);

/** The goals with requests that nothing was chosen by. */
export interface OtherSeed {
  seed: number;
  share: number;
  missed: number;
  perfect_missed: number;
}

const seeds = (others: readonly OtherSeed[]): string =>
  others
    .map(
      ({ seed, share, missed, perfect_missed }) =>
        `seed ${seed}: ${share.toFixed(3)}, ${missed} missed, perfect ${perfect_missed}`,
    )
    .join('; ');

/** Measured and simulated numbers alone; nothing in it hangs on the machine or the hour. */
export function simulationPage(setting: Setting, outcomes: readonly Outcome[], others: readonly OtherSeed[]): string {
  const [first] = outcomes;
  const last = outcomes.at(-1)!;
  const ours = outcomes.find(({ policy }) => policy === OURS)!;
  const share = ours.gpu_hours / first!.gpu_hours;
  return `${[
    '# The queue, simulated',
    'Written by `npm run sim:queue -- --page`; do not edit. A simulation: its requests are drawn, its costs are measured ones, and when a run begins, whose, and how a failed one is split, is decided by the code that the service runs (`src/domain/window.ts`, `queue-order.ts`, `run-cost.ts`, `splitting.ts`). The same seed gives the same page.',
    `Seed ${setting.seed}: ${setting.days} days, ${setting.models} models of ${setting.tenants} tenants, ${setting.gpus} GPUs with a run each at a time, one run of a model at a time. Requests come as a Poisson process, ${setting.requests_per_day} a day on average, the k-th model as often as k^-0.8; and in ${setting.bursts} bursts of ${setting.burst_requests} for one model within an hour. A request is due 30 days after the person asked; it arrives 0 to 20 days after that, most of them soon, 1 % of them with one to three days left, and 1 of 5,000 when it is due already. ${100 * setting.urgent} % are urgent. ${100 * setting.failing} % cannot be done: no run that holds one passes, and none of its people is named, so that it is found by halves.`,
    'What a run takes, by its number of people n:',
    ...PROFILES.map(({ name, source, retrain, steps }) => {
      const cost =
        steps === null
          ? `${retrain.toFixed(0)} s, trained again`
          : `${steps.fixed.toFixed(0)} + ${steps.per_person.toFixed(0)} n s by steps (an approximate run), or ${retrain.toFixed(0)} s trained again, whichever is less`;
      return `- every second model, *${name}*: ${cost}. From ${source}.`;
    }),
    `Seconds of the small model are scaled so that one request alone takes ${ALONE} s, as with the large one by steps; only ratios matter. That a training again costs the same for many as for one, and so caps what a large run costs, is most of what coalescing saves.`,
    [row(HEADINGS), row(HEADINGS.map(() => '---')), ...outcomes.map((one) => row(cellsOf(one, first!)))].join('\n'),
    '*As they come* takes all that wait when a GPU is free. The *perfect planner* knows the whole year before it begins, has as many GPUs as it likes, and waits for as long as due dates allow: nobody has fewer runs or misses fewer. What it misses cannot be met: these requests arrive with less time left than a run takes. It answers nobody before they have to be answered, and leaves no time for a second try; ours pays for both.',
    [row(['goal', '', 'found']), row(['---', '---', '---'])]
      .concat([
        goal('a tenth of the compute of one by one', share <= 0.1, share.toFixed(3)),
        goal(
          'no miss that a perfect planner would not have',
          ours.missed <= last.missed,
          `${ours.missed}, perfect ${last.missed}`,
        ),
      ])
      .join('\n'),
    `The default of COALESCE_PROMPTNESS was chosen by seed 1. Ours by other seeds: ${seeds(others)}.`,
  ].join('\n\n')}\n`;
}
