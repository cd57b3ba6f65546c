// Seconds and bytes of a method, from what earlier runs of the model took; else from an assumption that is stated.
import type { MethodChoice, StepEstimate } from '../../domain/resources.ts';
import { planMemory } from '../../training/memory-plan.ts';
import { isKnown, type KnownFacts, type PlanFacts } from './facts.ts';
import { type Measured, measuredOf } from './measured.ts';
import { referenceCosts } from './reference-work.ts';
import { planVerification } from './verification.ts';
import { type MethodWork, workOf } from './work.ts';

/** Half of what `docs/engine-benchmarks.md` measures: machines are shared, and small models wait more than they compute. */
const ASSUMED_SPEED = 40e9;
/** Of a step, whatever it computes. */
const STEP_SECONDS = 0.01;
/** Starting two processes, reading and writing checkpoints, compiling steps. */
const START_SECONDS = 5;

const people = (count: number) => (count === 1 ? '1 earlier attempt' : `${count} earlier attempts`);

function basisOf({ speed, attempts }: Measured, { threads, rows, model }: KnownFacts): string {
  const text = model.architecture.task !== 'classification';
  const lengths = rows === null && text ? '; nobody measured how long the records are' : '';
  if (speed !== null) return `median of ${people(attempts)} on this model${lengths}`;
  const threaded = threads === 1 ? '1 thread' : `${threads} threads`;
  return `assumed: ${ASSUMED_SPEED / 1e9} billion operations a second on each of ${threaded}${lengths}`;
}

const notEstimated = (basis: string): StepEstimate => ({ seconds: null, memory_bytes: null, basis });

/** Seconds of a method and of as much of its verification as there is time for. Throws `validation-failed` for weights or adapters that are not there. */
export function estimate(choice: MethodChoice, facts: PlanFacts): StepEstimate {
  if (!isKnown(facts)) return notEstimated('not estimated: the checkpoint’s configuration cannot be read');
  const work = workOf(choice, facts);
  if (work === null) return notEstimated('not estimated: nothing is known of what such a method computes');
  const measured = measuredOf(facts);
  const speed = measured.speed ?? ASSUMED_SPEED * facts.threads;
  const taken = ({ perStep, steps }: MethodWork['repair']): number =>
    (steps * perStep) / speed + (measured.speed === null ? STEP_SECONDS * steps : 0);
  const secondsOf = (one: MethodWork): number =>
    START_SECONDS + Math.min(taken(one), one.most_seconds ?? Number.POSITIVE_INFINITY) + taken(one.repair);
  const ended = measured.steps.get(choice.name);
  const steps = ended === undefined ? work.steps : Math.min(ended, work.most ?? ended);
  const methodSeconds = secondsOf({ ...work, steps });
  // a share is one of what is measured, and that begins when the processes have
  const past = measured.seconds.get(choice.name) ?? methodSeconds;
  // it may have been without a clock
  const known = work.most_seconds === undefined ? past : Math.min(past, methodSeconds);
  const planned = planVerification(facts, { speed, methodSeconds: known, past: measured.past });
  const references = referenceCosts(choice, facts, { speed, secondsOf });
  const verification = {
    ...planned,
    left_out: [...planned.left_out, ...references.left_out],
    ...(references.planned ? { references: references.planned } : {}),
  };
  const seconds = methodSeconds + planned.seconds + (references.planned?.seconds ?? 0);
  const memory_bytes = planMemory(work.memory.at(work.memory.microBatch)).total;
  return { seconds: Number(seconds.toPrecision(3)), memory_bytes, basis: basisOf(measured, facts), verification };
}
