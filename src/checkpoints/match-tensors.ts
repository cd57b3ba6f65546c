// Which stored tensor is which weight of the model, and what of a file the model does not use.
import type { Architecture } from '../domain/architecture.ts';
import { invalid, quoted } from './invalid.ts';
import { isWeightType } from './values.ts';
import { type StoredTensor, WEIGHTS } from './weight-files.ts';
import { INDEX } from './weights-index.ts';

/** A stored tensor with the model's name for it. */
export type NamedTensor = StoredTensor & { as: string };

/**
 * The model's name of a tensor in the file. A model that was saved without its output layer leaves out the prefix that
 * all names of the complete one have in common (`wte.weight` for `transformer.wte.weight`).
 */
export function namesOf(found: readonly string[], expected: readonly string[]): (name: string) => string {
  const known = new Set(expected);
  const prefix = /^\w+\./.exec(expected[0] ?? '')?.[0];
  const bare =
    prefix !== undefined && found.some((name) => known.has(prefix + name)) && !found.some((name) => known.has(name));
  return (name) => (bare ? prefix + name : name);
}

function checkUsed({ file, name, dtype, shape }: StoredTensor, expected: number[]): void {
  if (expected.length !== shape.length || expected.some((size, i) => size !== shape[i]))
    throw invalid(
      file,
      `tensor ${name} has the shape [${shape}] where config.json asks for [${expected}]`,
      'Use the config.json that belongs to the weights.',
    );
  if (!isWeightType(dtype))
    throw invalid(
      file,
      `tensor ${name} is ${dtype}`,
      'Convert the weights to F32, F16 or BF16; quantised ones are not read.',
    );
}

/** Holds what is there against what the architecture asks for. Throws `checkpoint-invalid`. */
export function matchTensors(
  found: readonly StoredTensor[],
  architecture: Architecture,
  config: unknown,
): { used: NamedTensor[]; unused: NamedTensor[] } {
  const expected = new Map(Object.entries(architecture.shapes(config)));
  const nameOf = namesOf(
    found.map(({ name }) => name),
    [...expected.keys()],
  );
  const [used, unused]: [NamedTensor[], NamedTensor[]] = [[], []];
  for (const info of found) {
    const tensor = { ...info, as: nameOf(info.name) };
    const shape = expected.get(tensor.as);
    if (shape !== undefined) {
      checkUsed(tensor, shape);
      expected.delete(tensor.as);
      used.push(tensor);
    } else if (architecture.ignored.some((pattern) => pattern.test(tensor.as))) unused.push(tensor);
    else
      throw invalid(
        tensor.file,
        `holds ${quoted(tensor.name)}, which ${architecture.name} does not have`,
        'Remove it, or mend config.json.',
      );
  }
  const [missing] = expected.keys();
  if (missing === undefined) return { used, unused };
  const where = found.every(({ file }) => file === WEIGHTS) ? WEIGHTS : INDEX;
  throw invalid(
    where,
    `has no tensor ${missing}`,
    'Export the complete model, with the names that its config implies.',
  );
}
