// Turns of several sides, and what is made of them.
import { median, type Turn } from '../shared/measure.ts';
import type { Side } from '../shared/side.ts';
import type { Trained } from './ours.ts';

/** Seconds a step, or a forward pass. */
export interface Pace {
  seconds: number;
  cpu_seconds: number;
}
export interface Contestant {
  name: string;
  side: Side;
  /** Turns, and steps a turn; slow sides take fewer. */
  rounds: number;
  steps: number;
}

const perStep = ({ seconds, cpu_seconds }: Turn<unknown>, steps: number): Pace => ({
  seconds: seconds / steps,
  cpu_seconds: cpu_seconds / steps,
});
export const medianPace = (paces: Pace[]): Pace => ({
  seconds: median(paces.map(({ seconds }) => seconds)),
  cpu_seconds: median(paces.map(({ cpu_seconds }) => cpu_seconds)),
});

interface Curve {
  paces: Pace[];
  losses: number[];
  first: Turn<Trained>;
}

/** A first turn of one step each, then rounds in which everybody has a turn. */
export async function takeTurns(contestants: Contestant[], work: 'train' | 'forward'): Promise<Curve[]> {
  const curves: Curve[] = [];
  for (const { side } of contestants) {
    const first = await side.turn<Trained>(work, 1);
    curves.push({ paces: [], losses: [...first.result.losses], first });
  }
  const rounds = Math.max(...contestants.map((contestant) => contestant.rounds));
  for (let round = 0; round < rounds; round++) {
    for (const [i, contestant] of contestants.entries()) {
      if (round >= contestant.rounds) continue;
      const turn = await contestant.side.turn<Trained>(work, contestant.steps);
      curves[i]!.paces.push(perStep(turn, contestant.steps));
      curves[i]!.losses.push(...turn.result.losses);
    }
  }
  return curves;
}

/** Over as many as both took. */
export const largestDifference = (ours: number[], theirs: number[]): number =>
  Math.max(...theirs.slice(0, ours.length).map((loss, i) => Math.abs(ours[i]! - loss) / Math.abs(loss)));

/** Median of the ratios of turns that followed each other. */
export const ratioOf = (ours: Pace[], theirs: Pace[], of: (pace: Pace) => number): number =>
  median(theirs.map((pace, round) => of(ours[round]!) / of(pace)));
