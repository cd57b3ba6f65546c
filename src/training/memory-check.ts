// Whether a training fits the memory, and what to do where it does not.
import { ExpungeError } from '../errors.ts';
import { countParameters, type MemoryPlan, type MemoryWork, planMemory } from './memory-plan.ts';
import type { PlannedWork } from './memory-work.ts';

/** Rank of the adapters that are offered as a way out. */
const OFFERED_RANK = 8;

const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(bytes < 1e10 ? 2 : 0)} GB`;

/** Most rows in memory at a time that fit; 0: not even one. */
export function largestMicroBatch(work: PlannedWork, budget: number): number {
  let [fits, tooMany] = [0, work.microBatch || work.rows];
  while (tooMany - fits > 1) {
    const middle = Math.floor((fits + tooMany) / 2);
    if (planMemory(work.at(middle)).total <= budget) fits = middle;
    else tooMany = middle;
  }
  return fits;
}

/** The same with adapters in place of the weights. */
function withAdapters(work: MemoryWork): MemoryWork {
  const shapes = work.architecture.shapes(work.config);
  const { modules } = work.architecture.projections(work.config);
  const lora_rank = Math.min(OFFERED_RANK, ...modules.flatMap((module) => shapes[`${module}.weight`]!));
  return { ...work, trains: { trainable: [], lora_rank, lora_alpha: 16, lora_targets: [] } };
}

/** Ways out that fit. */
function remedies(work: PlannedWork, budget: number): string[] {
  const found: string[] = [];
  const micro = largestMicroBatch(work, budget);
  if (micro > 0) {
    found.push(
      `set micro_batch to ${micro} or less (${gigabytes(planMemory(work.at(micro)).total)}), with the same result`,
    );
  }
  const { lora_rank, trainable } = work.at(0).trains;
  if (work.mayAdapt && lora_rank === 0 && trainable.length === 0) {
    const adapted: PlannedWork = { ...work, at: (rows) => withAdapters(work.at(rows)) };
    const plan = planMemory(adapted.at(work.microBatch));
    const rows = plan.total <= budget ? work.microBatch : largestMicroBatch(adapted, budget);
    const also = rows === work.microBatch ? '' : ` with micro_batch ${rows}`;
    if (rows > 0 || plan.total <= budget) {
      found.push(`train adapters, lora_rank ${OFFERED_RANK}${also} (${gigabytes(planMemory(adapted.at(rows)).total)})`);
    }
  }
  return found;
}

/**
 * The plan of the work as its options have it. Throws `memory-budget-exceeded`, with figures and every way out that
 * fits, where it takes more than `budget` bytes; null: there is no limit.
 */
export function assertFits(work: PlannedWork, budget: number | null): MemoryPlan {
  const asked = work.at(work.microBatch);
  const plan = planMemory(asked);
  if (budget === null || plan.total <= budget) return plan;
  const { trained, total } = countParameters(asked);
  const weights = plan.weights + plan.gradients + plan.moments + plan.vectors + plan.parent + plan.references;
  const model = trained === total ? `all ${total} weights` : `${trained} numbers of a model of ${total} weights`;
  const ways = remedies(work, budget);
  const machine = `take a machine with room for ${gigabytes(plan.total)}`;
  throw new ExpungeError(
    'memory-budget-exceeded',
    `Training ${model} takes about ${gigabytes(plan.total)}, and ${gigabytes(budget)} are allowed: ` +
      `${gigabytes(weights)} for weights, gradients and optimizer, ${gigabytes(plan.activations + plan.logits)} for ` +
      `${asked.rows} rows of ${asked.time} tokens at a time. ${ways.length > 0 ? 'Either' : 'No smaller batch fits:'} ` +
      `${[...ways, machine].join('; or ')}.`,
  );
}
