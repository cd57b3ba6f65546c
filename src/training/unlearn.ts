// The unlearning loop: it knows the stop rule and the hinge, and no method. Phases: calibrate on never-seen people,
// unlearn until the forgotten look like them, repair the rest with the hinge kept on.
import type { Learner } from '../domain/architecture.ts';
import type { Ended } from '../domain/ended.ts';
import type { Engine, HostTensors } from '../domain/engine.ts';
import type { LossMethod, StepPhase } from '../domain/method.ts';
import type { MembershipAttack } from '../domain/metric.ts';
import type { RowScore } from '../domain/verification.ts';
import type { StepOptions } from '../methods/options.ts';
import { alternativesFor } from './alternative-half.ts';
import { balancedByPerson } from './balance.ts';
import { longestOf, type TokenRow } from './batches.ts';
import { createGuard, type EarlierGuard } from './earlier-guard.ts';
import { createWatch, type ForgetWatch } from './forget-watch.ts';
import { createEnd } from './forgetting-end.ts';
import { kindOf } from './kinds.ts';
import { samplerOf, worthGrouping } from './length-sampler.ts';
import { createRehearsal, type Recall } from './rehearsal.ts';
import type { StepInput } from './unlearning-feeds.ts';
import { chosenFor, compileUnlearningStep } from './unlearning-step.ts';

/** Repair ends slowly: at full pace the forgotten swing around the level of strangers. */
const SLOWEST = 0.3;
const paceAt = (progress: number): number => Math.max(SLOWEST, 1 - (1 - SLOWEST) * progress);
/** Steps, as a multiple of those asked for, after which repair ends wherever the forgotten stand. */
export const LONGEST_REPAIR = 2;
/** And the same while what is retained is missed, and comes back: to train the model anew costs more. */
export const LONGEST_REHEARSAL = 5;

export interface PersonRow extends TokenRow {
  person: number;
}
export interface UnlearnProgress {
  phase: 'calibrating' | StepPhase;
  step: number;
  steps: number;
  /** Mean NLL of the forgotten people's facts, and where it should end up; nats a token. */
  forgetLoss: number | null;
  /** Mean NLL of the retain half that the step began with; null where its loss has none. */
  retainLoss: number | null;
  forgetTarget: number | null;
  /** Why forgetting ended; absent while it goes on, and where it was no matter of steps. */
  ended?: Ended;
}
/** How verification will tell the forgotten from strangers; here it is asked of the calibration people. */
export interface Membership {
  attacks: readonly Pick<MembershipAttack, 'score'>[];
  /** Smallest p of the attacks, the forgotten against strangers. */
  smallestP(forgotten: RowScore[], strangers: RowScore[]): number;
}
export interface UnlearnInputs {
  engine: Engine;
  architecture: Learner;
  config: unknown;
  weights: HostTensors;
  method: LossMethod;
  params: StepOptions & Record<string, unknown>;
  sets: {
    forget: PersonRow[];
    retain: TokenRow[];
    calibration: PersonRow[];
    /** Whom earlier runs forgot, as far as anybody may still look: held where they are, whatever the method. Absent: nobody. */
    earlier?: PersonRow[];
  };
  /** Of each forget row, where the method teaches other answers: its prompt with others, at least one. */
  alternatives?: readonly (readonly TokenRow[])[];
  seed: number;
  membership: Membership;
  /** What the parent recalled, where the weights have been edited already: repair is all that is left to do, and says whether they were enough. */
  edited?: Recall;
  onProgress?: (progress: UnlearnProgress) => void;
  signal?: AbortSignal;
  /** Milliseconds since some moment; left out: the clock of the process. */
  now?: () => number;
}
export interface UnlearnOutcome {
  weights: HostTensors;
  steps: number;
  /** The stop rule was met: by the end of repair where that is all there is, or where repair began at the utility floor. */
  reached: boolean;
  /** Null where the weights had been edited already. */
  ended: Ended | null;
}

/** Draws the batch of a step: some of the forgotten, balanced by person, some of what is retained, and earlier people where there are any. */
function createDraws(inputs: UnlearnInputs, watch: ForgetWatch, guard: EarlierGuard | null) {
  const { architecture, config, params, sets, seed } = inputs;
  const kind = kindOf(architecture);
  const context = architecture.contextLength(config);
  const grouped = worthGrouping([...sets.forget, ...sets.retain], params.forget_batch + params.retain_batch, context);
  const places = balancedByPerson(sets.forget);
  const nextPlaces = samplerOf(
    places.map((i) => sets.forget[i]!),
    params.forget_batch,
    seed + 1,
    grouped,
  );
  const nextRetain = samplerOf(sets.retain, params.retain_batch, seed + 2, grouped);
  const others = alternativesFor(inputs.method, params, inputs.alternatives, seed + 5);
  return (phase: StepPhase): Omit<StepInput, 'step' | 'pace'> => {
    const forget = nextPlaces().map((place) => places[place]!);
    const other = others?.pick(forget);
    const held = guard?.pick();
    const picked = {
      forget: forget.map((i) => sets.forget[i]!),
      // as long as the others: one width is what both halves share
      retain: nextRetain(longestOf(forget.map((i) => sets.forget[i]!))).map((i) => sets.retain[i]!),
      ...(other ? { other: other.map((i) => others!.rows[i]!) } : {}),
      ...(held ? { held: held.map((i) => sets.earlier![i]!) } : {}),
    };
    // every pair of widths would be a graph to compile: small batches of long rows have a dozen of them
    const longest = longestOf(...Object.values(picked));
    const batchOf = (rows: TokenRow[]) => kind.batch(rows, context, longest);
    return {
      phase,
      forget,
      forgetBatch: batchOf(picked.forget),
      retainBatch: batchOf(picked.retain),
      ...(other ? { alternative: { picked: other, batch: batchOf(picked.other!) } } : {}),
      ...(held ? { held: { batch: batchOf(picked.held!), band: guard!.bandOf(held) } } : {}),
      // whoever wants the forgotten pushed on while they are unlearned has not asked for a repair that pushes them
      band: params.hinge || phase === 'repairing' ? watch.bandOf(forget) : null,
    };
  };
}

/** Runs the method. Throws when the loss stops being finite, or the signal's reason. */
export async function unlearn(asked: UnlearnInputs): Promise<UnlearnOutcome> {
  const inputs = chosenFor(asked);
  const { engine, architecture, config, params } = inputs;
  const compiled = await compileUnlearningStep(inputs);
  const score = kindOf(architecture).scorer(engine, architecture, config, compiled.state);
  const watch = createWatch(inputs, score);
  const guard = createGuard(inputs, score);
  const draw = createDraws(inputs, watch, guard);

  let taken = 0;
  let retainLoss: number | null = null;
  let ended: Ended | null = null;
  const report = (phase: UnlearnProgress['phase'], step: number, steps: number) =>
    inputs.onProgress?.({ phase, step, steps, retainLoss, ...watch.losses, ...(ended ? { ended } : {}) });
  async function advance(phase: StepPhase, pace: number): Promise<void> {
    inputs.signal?.throwIfAborted();
    taken++;
    const result = await compiled.run({ ...draw(phase), step: taken, pace });
    retainLoss = result.retainLoss;
    await guard?.lookAfter(taken, watch.level());
  }

  /**
   * Retain steps with the hinge kept on; they end where nobody stands out, earlier people neither, which repair itself may have moved, and where
   * what is retained is known as well as before. Where nothing is retained there is nothing to bring back, and no repair.
   */
  async function repair(needed: boolean): Promise<boolean> {
    const first = taken;
    const steps = needed && inputs.sets.retain.length > 0 ? params.repair_steps : 0;
    let settled = false;
    const longest = () => steps * (rehearsal.gaining() ? LONGEST_REHEARSAL : LONGEST_REPAIR);
    while (!settled && taken < first + longest()) {
      await advance('repairing', paceAt((taken - first) / steps));
      const decides = taken >= first + steps;
      // where it may end, and where it must: a repair may be over before it is time for a look
      const due = taken === first + steps || taken >= first + longest();
      if (due) await guard?.look(watch.level()!);
      const looked = await (due ? watch.look(taken, true) : watch.lookAfter(taken, decides));
      if (looked && decides && (guard?.held() ?? true))
        settled = (await rehearsal.done(taken)) && (await watch.untold());
      report('repairing', Math.min(taken - first, steps), steps);
    }
    return settled;
  }

  report('calibrating', 0, 0);
  const enough = await watch.look(0, true);
  await guard?.look(watch.level()!);
  const rehearsal = await createRehearsal(inputs, score);
  const end = createEnd(inputs, watch, rehearsal);
  while (!inputs.edited && ended === null) {
    await advance('unlearning', 1);
    ended = await end(taken);
    report('unlearning', taken, params.max_steps);
  }
  const met = ended === 'stop-rule';
  const repaired = await repair(met || ended === 'utility-floor' || inputs.edited !== undefined);
  const weights = await compiled.weights();
  compiled.state.dispose();
  const reached = inputs.edited && params.repair_steps === 0 ? enough : met || repaired;
  return { weights, steps: taken, reached, ended };
}
