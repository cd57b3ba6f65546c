// Models that a policy has trained to compare a candidate with: what they are thought to take, and which of them cannot be had.
import { whyNoReference } from '../../domain/references.ts';
import type { MethodChoice } from '../../domain/resources.ts';
import { whyNoShadow } from '../../domain/shadows.ts';
import { TRAIN_ALL } from '../../domain/trainable.ts';
import type { LeftOut, PlannedReferences } from '../../domain/verification-cost.ts';
import { needsOf, trainsAnew } from '../../methods/index.ts';
import { countParameters } from '../../training/memory-plan.ts';
import { NO_BASE, whereIsBase } from '../base.ts';
import { type KnownFacts, rowCounts, sizesOf } from './facts.ts';
import { type MethodWork, workOf } from './work.ts';

export interface ReferenceCosts {
  /** Null: none are made. */
  planned: PlannedReferences | null;
  left_out: LeftOut[];
}

const NONE: ReferenceCosts = { planned: null, left_out: [] };

type Obstacle = Pick<LeftOut, 'reason' | 'remedy'>;

/** Why none can be trained, and what to do about it; null where they can. */
function obstacle({ model: { recipe }, base = NO_BASE }: KnownFacts): Obstacle | null {
  if (recipe === null)
    return {
      reason: 'The checkpoint carries no recipe to train them by.',
      remedy: 'Register a checkpoint with its recipe.json, as `expunge train` writes it.',
    };
  const how = whyNoReference(recipe);
  if (how !== null)
    return {
      reason: how,
      remedy: 'Name its exact method (sisa, certified-removal), or retrain: a candidate of retrain needs no reference.',
    };
  if (base.status !== 'missing') return null;
  return { reason: `Nothing can be trained: ${whereIsBase(base.digest)}.`, remedy: 'Register the base as a model.' };
}

/** Of whoever is compared a shadow model learns and unlearns half. */
function shadowCounts({ counts }: KnownFacts): KnownFacts['counts'] {
  const { people: _, ...records } = counts;
  return { ...records, forget: Math.ceil((counts.forget + counts.holdout / 2) / 2) };
}

/** Of a pass forward over everybody who is compared. */
function scoring(facts: KnownFacts): number {
  const { forget, holdout } = rowCounts(facts.counts, sizesOf(facts));
  const { total } = countParameters({ ...facts.model, trains: TRAIN_ALL });
  return (forget + holdout) * sizesOf(facts).mean * 2 * total;
}

/**
 * `secondsOf`: of a method's work, with the start of its processes; `speed` in operations a second. A candidate that was itself trained without the forgotten is held
 * against none. Retrained models are made once and kept; shadow models are made for each attempt.
 */
export function referenceCosts(
  choice: MethodChoice,
  facts: KnownFacts,
  { speed, secondsOf }: { speed: number; secondsOf: (work: MethodWork) => number },
): ReferenceCosts {
  const asked = { retrained: 0, shadow: 0, ...facts.policy.references };
  if (trainsAnew(choice.name)) return NONE;
  const untrained = obstacle(facts);
  const left_out: LeftOut[] = [];
  /** Of so many that are asked for, those that can be had. */
  function had(part: string, asked_for: number, because: Obstacle | null): number {
    if (asked_for === 0 || because === null) return asked_for;
    left_out.push({ part, done: 'left out', asked_for, measured: 0, ...because });
    return 0;
  }
  const retrained = had('retrained models', asked.retrained, untrained);
  const shadow = had('shadow models', asked.shadow, untrained ?? whyNoShadow(needsOf(choice)));
  if (retrained === 0 && shadow === 0) return { planned: null, left_out };
  const training = secondsOf(workOf({ name: 'retrain', params: {} }, facts)!);
  const unlearning = shadow === 0 ? null : workOf(choice, facts, shadowCounts(facts));
  const scored = scoring(facts) / speed;
  const trained = Math.max(0, retrained - (facts.references_kept ?? 0));
  const eachShadow = training + (unlearning === null ? 0 : secondsOf(unlearning)) + scored;
  const seconds = trained * training + retrained * scored + shadow * eachShadow;
  return { planned: { retrained: trained, shadow, seconds: Number(seconds.toPrecision(3)) }, left_out };
}
