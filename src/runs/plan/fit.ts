// Makes a method that the service chose fit the memory: the same steps in smaller parts, else adapters.
import type { MethodChoice } from '../../domain/resources.ts';
import { fillParams } from '../../methods/index.ts';
import { largestMicroBatch } from '../../training/memory-check.ts';
import { planMemory } from '../../training/memory-plan.ts';
import { isKnown, type PlanFacts } from './facts.ts';
import { workOf } from './work.ts';

/** Of adapters, where the weights do not fit. */
const RANK = 8;

export interface Fitted {
  choice: MethodChoice;
  /** What was changed, as the rest of a sentence; empty where nothing was. */
  note: string;
}

const changed = (choice: MethodChoice, params: Record<string, unknown>): MethodChoice => ({
  name: choice.name,
  params: fillParams(choice.name, { ...choice.params, ...params }),
});

/** The choice in parts as large as fit; null where not even one row does. */
function inParts(choice: MethodChoice, facts: PlanFacts, budget: number): Fitted | null {
  const work = isKnown(facts) ? workOf(choice, facts) : null;
  if (work === null || planMemory(work.memory.at(work.memory.microBatch)).total <= budget) return { choice, note: '' };
  const rows = largestMicroBatch(work.memory, budget);
  if (rows === 0) return null;
  return {
    choice: changed(choice, { micro_batch: rows }),
    note: `${rows} rows at a time, which the memory has room for`,
  };
}

/** Null where nothing of it fits. What cannot be estimated is left as it is: the run itself refuses what is too large. */
export function fitted(choice: MethodChoice, facts: PlanFacts): Fitted | null {
  const budget = facts.limits.memory_bytes;
  if (budget === null) return { choice, note: '' };
  const whole = inParts(choice, facts, budget);
  const mayAdapt = 'lora_rank' in choice.params && facts.model?.architecture.task !== 'classification';
  if (whole !== null || !mayAdapt) return whole;
  const adapted = inParts(changed(choice, { lora_rank: RANK }), facts, budget);
  if (adapted === null) return null;
  const also = adapted.note === '' ? '' : `, ${adapted.note}`;
  return {
    choice: adapted.choice,
    note: `with adapters of rank ${RANK}, since the memory has no room to train all weights${also}`,
  };
}
