// The unlearning loop: it knows the stop rule and the hinge, and no method. Phases: calibrate on never-seen people,
// unlearn until the forgotten look like them, repair the rest with the hinge kept on.
import type { Learner } from '../domain/architecture.ts';
import type { Engine, HostTensors } from '../domain/engine.ts';
import type { LossMethod } from '../domain/method.ts';
import type { MembershipAttack } from '../domain/metric.ts';
import type { RowScore } from '../domain/verification.ts';
import type { StepOptions } from '../methods/options.ts';
import { alternativesFor } from './alternative-half.ts';
import { byPerson, createSampler, type TokenRow } from './batches.ts';
import { kindOf } from './kinds.ts';
import type { Scorer } from './scoring.ts';
import {
  attackScores,
  type Band,
  bandAt,
  FIRST_SHARE,
  harderThan,
  harderThanNobody,
  nextShare,
  reached,
  standings,
} from './stop-rule.ts';
import {
  dealShares,
  type StrangerCosts,
  strangerCosts,
  type Targets,
  targetsOf,
  uniformCosts,
} from './stranger-costs.ts';
import { compileUnlearningStep } from './unlearning-step.ts';

/** Steps between two looks at the whole forget set, by its size: looking at few rows is cheap. */
export const checkEvery = (rows: number): number => Math.min(20, Math.max(1, Math.floor(rows / 25)));
/** Steps between two measurements of the never-seen level, which drifts slowly. */
const LEVEL_EVERY = 10;
/** Answer tokens about never-seen people that it is measured on: a sample is enough. */
const CALIBRATION_TOKENS = 8192;
/** Repair ends slowly: at full pace the forgotten swing around the level of strangers. */
const SLOWEST = 0.3;
const paceAt = (progress: number): number => Math.max(SLOWEST, 1 - (1 - SLOWEST) * progress);
/** Steps, as a multiple of those asked for, after which repair ends wherever the forgotten stand. */
export const LONGEST_REPAIR = 2;
/**
 * Repair ends only where no attack tells the forgotten from the calibration people at this level. It is three times that of
 * verification, whose people are others: where somebody stands among 45 strangers moves by a tenth from one half to the other.
 */
const UNTOLD = 0.15;
/** Without never-seen people: where forgetting ends, as a share of ln(vocabulary). */
const UNCALIBRATED_SHARE = 0.5;

export interface PersonRow extends TokenRow {
  person: number;
}
export interface UnlearnProgress {
  phase: 'calibrating' | 'unlearning' | 'repairing';
  step: number;
  steps: number;
  /** Mean NLL of the forgotten people's facts, and where it should end up; nats a token. */
  forgetLoss: number | null;
  retainLoss: number | null;
  forgetTarget: number | null;
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
  sets: { forget: PersonRow[]; retain: TokenRow[]; calibration: PersonRow[] };
  /** Of each forget row, where the method teaches other answers: its prompt with others, at least one. */
  alternatives?: readonly (readonly TokenRow[])[];
  seed: number;
  membership: Membership;
  /** The weights have been edited already: repair is all that is left to do, and says whether they were enough. */
  edited?: boolean;
  onProgress?: (progress: UnlearnProgress) => void;
  signal?: AbortSignal;
}
export interface UnlearnOutcome {
  weights: HostTensors;
  steps: number;
  /** The stop rule was met, by the end of repair where that is all there is; false when the step budget ended first. */
  reached: boolean;
}

interface Calibration {
  costs: StrangerCosts;
  /** Strangers' scores, by attack; empty where nobody is known to be one. */
  strangers: number[][];
}

/** What words cost when they are about strangers, under the present weights. */
async function calibrate(inputs: UnlearnInputs, score: Scorer): Promise<Calibration> {
  const { calibration } = inputs.sets;
  const vocabulary = inputs.architecture.vocabSize(inputs.config);
  if (calibration.length === 0) {
    return { costs: uniformCosts(vocabulary, UNCALIBRATED_SHARE * Math.log(vocabulary)), strangers: [] };
  }
  const tokens = calibration.reduce((sum, row) => sum + row.ids.length - row.promptLength, 0);
  const stride = Math.max(1, Math.ceil(tokens / CALIBRATION_TOKENS));
  const sample = calibration.filter((_, i) => i % stride === 0);
  const scores = await score(sample);
  const costs = strangerCosts(sample, scores, vocabulary, kindOf(inputs.architecture).rule);
  return { costs, strangers: attackScores(sample, scores, inputs.membership.attacks) };
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

interface Losses {
  forgetLoss: number | null;
  forgetTarget: number | null;
}

/** Watches the forgotten people: how well they are known, what is asked of them, and when it is enough. */
function createWatch(inputs: UnlearnInputs, score: Scorer) {
  const { forget } = inputs.sets;
  const { rule } = kindOf(inputs.architecture);
  const every = checkEvery(forget.length);
  const people = byPerson(forget);
  /** Of each row; the same for all rows of a person. */
  const asked = forget.map((): number => (inputs.sets.calibration.length > 0 ? FIRST_SHARE : 1));
  const places = dealShares(forget, inputs.seed + 3);
  let calibration: Calibration | null = null;
  let targets: Targets = { nll: [], entropy: [] };
  let band: Band = { floors: [], ceilings: [], entropies: [] };
  const losses: Losses = { forgetLoss: null, forgetTarget: null };
  /** True when nobody stands out from strangers under the present weights. */
  async function look(): Promise<boolean> {
    if (calibration === null) {
      calibration = await calibrate(inputs, score);
      targets = targetsOf(forget, places, calibration.costs, rule);
    }
    const scores = await score(forget);
    const found = standings(forget, scores, targets.nll, bandAt(targets, asked, rule).floors, rule);
    const own = attackScores(forget, scores, inputs.membership.attacks);
    const { strangers } = calibration;
    const harder = found.map((person, p) => {
      const scoresOf = own.map((people) => people[p]!);
      return strangers.length > 0 ? harderThan(scoresOf, strangers) : harderThanNobody(person);
    });
    found.forEach((person, p) => {
      for (const r of people[p]!) asked[r] = nextShare(person, harder[p]!, asked[r]!);
    });
    losses.forgetLoss = mean(found.map(({ nll }) => nll));
    losses.forgetTarget = mean(found.map(({ target }, p) => target * asked[people[p]![0]!]!));
    band = bandAt(targets, asked, rule);
    return reached(found, harder, rule);
  }
  return {
    losses,
    /** Where the words of some forget rows should end up. */
    bandOf: (rows: number[]): Band => ({
      floors: rows.map((r) => band.floors[r]!),
      ceilings: rows.map((r) => band.ceilings[r]!),
      entropies: rows.map((r) => band.entropies[r]!),
    }),
    look,
    /** True when no attack tells the forgotten from all the calibration people: verification's own question, asked before it. */
    async untold(): Promise<boolean> {
      const { membership, sets } = inputs;
      if (sets.calibration.length === 0) return true;
      const scored = async (rows: PersonRow[]) =>
        (await score(rows)).map((row, index): RowScore => ({ ...row, index, person: rows[index]!.person }));
      return membership.smallestP(await scored(sets.forget), await scored(sets.calibration)) >= UNTOLD;
    },
    /** Looks when it is time (else null), and calibrates again where the level may have moved. */
    async lookAfter(step: number): Promise<boolean | null> {
      if (step % LEVEL_EVERY === 0) calibration = null;
      else if (step % every !== 0) return null;
      return look();
    },
  };
}

/** Runs the method. Throws when the loss stops being finite, or the signal's reason. */
export async function unlearn(inputs: UnlearnInputs): Promise<UnlearnOutcome> {
  const { engine, architecture, config, params, sets, seed } = inputs;
  const kind = kindOf(architecture);
  const compiled = await compileUnlearningStep(inputs);
  const watch = createWatch(inputs, kind.scorer(engine, architecture, config, compiled.state));
  const context = architecture.contextLength(config);
  const sampler = (count: number, batch: number, salt: number) =>
    createSampler(count, Math.min(batch, count), seed + salt);
  const nextForget = sampler(sets.forget.length, params.forget_batch, 1);
  const nextRetain = sampler(sets.retain.length, params.retain_batch, 2);
  const batchOf = (rows: TokenRow[], picked: number[]) =>
    kind.batch(
      picked.map((i) => rows[i]!),
      context,
    );

  const others = alternativesFor(inputs.method, params, inputs.alternatives, seed + 5);
  const alternativeTo = (forget: number[]) => {
    if (others === null) return {};
    const picked = others.pick(forget);
    return { alternative: { picked, batch: batchOf(others.rows, picked) } };
  };

  let taken = 0;
  let retainLoss: number | null = null;
  const report = (phase: UnlearnProgress['phase'], step: number, steps: number) =>
    inputs.onProgress?.({ phase, step, steps, retainLoss, ...watch.losses });
  async function advance(pace: number): Promise<void> {
    inputs.signal?.throwIfAborted();
    taken++;
    const forget = nextForget();
    const result = await compiled.run({
      forget,
      forgetBatch: batchOf(sets.forget, forget),
      retainBatch: batchOf(sets.retain, nextRetain()),
      ...alternativeTo(forget),
      band: params.hinge ? watch.bandOf(forget) : null,
      step: taken,
      pace,
    });
    retainLoss = result.retainLoss;
  }

  /** Retain steps with the hinge kept on; they end where nobody stands out, which repair itself may have moved. */
  async function repair(needed: boolean): Promise<boolean> {
    const first = taken;
    const steps = needed ? params.repair_steps : 0;
    let settled = false;
    while (!settled && taken < first + steps * LONGEST_REPAIR) {
      await advance(paceAt((taken - first) / steps));
      const looked = (await watch.lookAfter(taken)) === true;
      settled = looked && taken >= first + steps && (await watch.untold());
      report('repairing', Math.min(taken - first, steps), steps);
    }
    return settled;
  }

  report('calibrating', 0, 0);
  const enough = await watch.look();
  let settled = inputs.edited === true;
  while (!settled && taken < params.max_steps) {
    await advance(1);
    settled = (await watch.lookAfter(taken)) === true;
    report('unlearning', taken, params.max_steps);
  }
  const repaired = await repair(settled);
  const weights = await compiled.weights();
  compiled.state.dispose();
  if (inputs.edited) settled = params.repair_steps === 0 ? enough : repaired;
  return { weights, steps: taken, reached: settled };
}
