// Which tensors a training changes, by name and shape alone, so that a run can be planned before anything is loaded.
import type { Learner } from '../domain/architecture.ts';
import type { TrainableOptions } from '../domain/trainable.ts';
import { ExpungeError } from '../errors.ts';
import { adapterShapes, type Shapes, targetedModules } from './lora.ts';

export interface TrainablePlan {
  /** Weights of the checkpoint that train. */
  weights: string[];
  /** Name and shape of the adapters. */
  adapters: Shapes;
}

const EXAMPLES = 4;

/** Whether the whole name fits a pattern in which `*` stands for any text. Leftmost fits suffice: no backtracking. */
export function matchesPattern(name: string, pattern: string): boolean {
  const parts = pattern.split('*');
  if (parts.length === 1) return name === pattern;
  const [first, last] = [parts[0]!, parts.at(-1)!];
  if (!name.startsWith(first)) return false;
  let from = first.length;
  for (const part of parts.slice(1, -1)) {
    const at = name.indexOf(part, from);
    if (at < 0) return false;
    from = at + part.length;
  }
  return name.length - last.length >= from && name.endsWith(last);
}

/** Some names from all over the model. */
const examplesOf = (names: string[]): string =>
  [
    ...new Set(
      Array.from({ length: EXAMPLES }, (_, i) => names[Math.floor((i * (names.length - 1)) / (EXAMPLES - 1))]!),
    ),
  ].join(', ');

function matchedWeights(architecture: Learner, names: string[], patterns: readonly string[]): string[] {
  const idle = patterns.find((pattern) => !names.some((name) => matchesPattern(name, pattern)));
  if (idle === undefined) return names.filter((name) => patterns.some((pattern) => matchesPattern(name, pattern)));
  throw new ExpungeError(
    'validation-failed',
    `trainable: ${JSON.stringify(idle)} fits no weight of this ${architecture.name}. ` +
      `Its weights have names such as ${examplesOf(names)}.`,
  );
}

/** A rank beyond a weight's own adds numbers and no freedom: that is a slip. */
function usable(adapters: Shapes, rank: number): Shapes {
  for (const [name, shape] of Object.entries(adapters)) {
    const most = Math.min(...shape);
    if (most === rank) continue;
    const module = name.slice(0, name.lastIndexOf('.'));
    throw new ExpungeError(
      'validation-failed',
      `lora_rank: ${rank} is more than ${module} can use: one side of it is ${most} wide. Take at most ${most}.`,
    );
  }
  return adapters;
}

/** What trains. Throws `validation-failed` for a pattern, target or rank that the model has no use for. */
export function planTrainable(architecture: Learner, config: unknown, options: TrainableOptions): TrainablePlan {
  const { trainable, lora_rank, lora_targets } = options;
  const fixed = new Set(architecture.fixed?.(config));
  const names = Object.keys(architecture.shapes(config)).filter((name) => !fixed.has(name));
  if (lora_rank > 0 && architecture.projections(config).modules.length === 0) {
    throw new ExpungeError('validation-failed', `lora_rank: a ${architecture.name} takes no adapters. Leave it out.`);
  }
  if (lora_rank === 0 && lora_targets.length > 0) {
    throw new ExpungeError('validation-failed', 'lora_targets: there are no adapters without lora_rank. Set both.');
  }
  const all = trainable.length === 0 && lora_rank === 0;
  const refuse = (what: string) => new ExpungeError('validation-failed', `lora_targets: ${what}.`);
  const modules = lora_rank === 0 ? [] : targetedModules(architecture, config, lora_targets, refuse);
  return {
    weights: all ? names : matchedWeights(architecture, names, trainable),
    adapters: usable(adapterShapes(architecture, config, modules, lora_rank), lora_rank),
  };
}
