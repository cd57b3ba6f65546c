// How much of a verification there is time for, and what it is thought to take. Pure, and so the same again.
import type { Extent, VerificationPlan } from '../../domain/verification-cost.ts';
import { fullExtent, isOnlyJudged, largestExtent, leftOut } from '../../metrics/extent.ts';
import { quantile } from '../../metrics/statistics.ts';
import type { KnownFacts, PastAttempt } from './facts.ts';
import { layersOf, type PartWork, scoredRows, type VerificationWork, verificationWork } from './verification-work.ts';

/** Of a call of a compiled graph, whatever it computes. */
const CALL_SECONDS = 0.002;
/** To compile a graph, and more of it for each layer. */
const COMPILE_SECONDS = 0.02;
const COMPILE_LAYER_SECONDS = 0.01;
/** What a verdict is judged by is not cut short for less: of a small model no share is worth the evidence. */
const A_MINUTE = 60;
/** Joint tests and bootstraps, whatever the model. */
const STATISTICS_SECONDS = 0.3;

const median = (values: readonly number[]): number | null => (values.length === 0 ? null : quantile(values, 0.5));
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** Seconds of each part at a speed (operations a second), as if nothing had been measured. */
function assumedSeconds(work: VerificationWork, facts: KnownFacts, speed: number): Record<string, number> {
  const compiling = COMPILE_SECONDS + COMPILE_LAYER_SECONDS * layersOf(facts);
  const of = ({ operations, calls, graphs }: PartWork) =>
    operations / speed + calls * CALL_SECONDS + graphs * compiling;
  return Object.fromEntries(Object.entries(work).map(([part, one]) => [part, of(one)]));
}

/** How many times as long as assumed each part took in earlier verifications of the model, and all together. */
interface Pace {
  parts: ReadonlyMap<string, number>;
  whole: number;
}

function paceOf(past: readonly PastAttempt[], facts: KnownFacts, speed: number): Pace {
  const ratios = new Map<string, number[]>();
  const wholes: number[] = [];
  for (const { attempt, counts } of past) {
    const { forget_records: forget, retain_records: retain, holdout_records: holdout, people } = counts;
    const records = { forget, retain, holdout, ...(people ? { people } : {}) };
    const extent = attempt.verification?.extent ?? fullExtent(facts.policy, facts.model.architecture.task);
    const assumed = assumedSeconds(verificationWork(facts, extent, records), facts, speed);
    const { verifying } = attempt.seconds;
    // of before, when parts were not told apart: by rows
    const rows = attempt.scored_rows;
    if (verifying && rows)
      wholes.push(
        ((verifying / rows) * scoredRows(facts, records)) / (sum(Object.values(assumed)) + STATISTICS_SECONDS),
      );
    for (const { part, seconds } of attempt.verification?.parts ?? [])
      if (assumed[part] !== undefined) ratios.set(part, [...(ratios.get(part) ?? []), seconds / assumed[part]]);
  }
  return { parts: new Map([...ratios].map(([part, all]) => [part, median(all)!])), whole: median(wholes) ?? 1 };
}

/** Seconds of a verification of that extent. */
function secondsOf(extent: Extent, facts: KnownFacts, speed: number, pace: Pace): number {
  const assumed = assumedSeconds(verificationWork(facts, extent), facts, speed);
  const parts = Object.entries(assumed).map(([part, seconds]) => seconds * (pace.parts.get(part) ?? pace.whole));
  return sum(parts) + STATISTICS_SECONDS * pace.whole;
}

const shown = (seconds: number): string => `${Number(seconds.toPrecision(2))} s`;
const percent = (share: number): string => `${Math.round(100 * share)} %`;
const rounded = (value: number): number => Number(value.toPrecision(3));

interface Budget {
  /** Operations a second. */
  speed: number;
  /** Of the method, with the start of its processes. */
  methodSeconds: number;
  /** Of the same model, on the same backend. */
  past: readonly PastAttempt[];
}

/** The most that `max_share_of_run` leaves room for, in the fixed order of `metrics/extent.ts`. */
export function planVerification(facts: KnownFacts, { speed, methodSeconds, past }: Budget): VerificationPlan {
  const { policy } = facts;
  const most = policy.max_share_of_run ?? null;
  const pace = paceOf(past, facts, speed);
  const cost = (extent: Extent) => secondsOf(extent, facts, speed, pace);
  const shareOf = (seconds: number) => seconds / (methodSeconds + seconds);
  const full = fullExtent(policy, facts.model.architecture.task);
  const fits = (one: Extent, allowed: number) =>
    shareOf(cost(one)) <= allowed || (isOnlyJudged(one) && cost(one) <= A_MINUTE);
  const extent = most === null ? full : largestExtent(full, (one) => fits(one, most));
  const seconds = cost(extent);
  const whole = cost(full);
  const beyond =
    most !== null && shareOf(seconds) > most
      ? ` What a verdict is judged by is measured all the same, though it takes ${percent(shareOf(seconds))}.`
      : '';
  const reason = `All that the policy asks for was estimated at ${shown(whole)}, ${percent(shareOf(whole))} of the run; max_share_of_run allows ${percent(most ?? 1)}.${beyond}`;
  const share_of_run = rounded(shareOf(seconds));
  return { seconds: rounded(seconds), share_of_run, extent, left_out: leftOut(full, extent, reason) };
}
