// The page of the engine's kernels, from its registry and from TensorFlow.js itself.
import { MISSING, REGISTRY } from '../src/engine/onnxruntime/kernels/index.ts';
import { tf } from '../src/engine/tfjs.ts';
import { page, table } from './docs-pages.ts';

const names = [...REGISTRY.keys()].toSorted();
/** TensorFlow.js exports a constant a kernel, whose value is its own name. */
const ofCore = Object.entries(tf).flatMap(([key, value]) => (key === value ? [key] : []));
const composed = ofCore.filter((name) => !REGISTRY.has(name) && !MISSING.has(name)).toSorted();

const list = (items: string[]) => items.map((name) => `\`${name}\``).join(', ');
const withLimit = names.flatMap((name) => {
  const { limit } = REGISTRY.get(name)!;
  return limit === undefined ? [] : [[`\`${name}\``, limit]];
});

const RULES = `In a compiled step:

- what a step draws at random is drawn once, while it is traced, and is the same at every replay: feed what has to differ;
- a value cannot be read, nor a branch depend on one;
- what a step changes outside its state (a variable, the running averages of a batch norm) changes while it is traced only.`;

export function enginePage(): string {
  const differentiable = names.filter((name) => tf.getGradient(name) !== undefined);
  return page(
    'Engine',
    'What the TensorFlow.js backend on ONNX Runtime computes. `test/engine/contract.test.ts` runs every kernel of this page ' +
      'against TensorFlow.js’ own `cpu` backend, `test/engine/models.test.ts` the gradients of whole classifiers. Elements are ' +
      'float32, int32 or bool.',
    RULES,
    '## Supported',
    `With a gradient (${differentiable.length}): ${list(differentiable)}.`,
    `Without one of their own, such as gradients, comparisons and fused calls (${names.length - differentiable.length}): ${list(
      names.filter((name) => !differentiable.includes(name)),
    )}.`,
    `TensorFlow.js composes these of others: ${list(composed)}.`,
    '## Limited',
    table(['kernel', 'limit'], withLimit),
    '## Missing',
    `${MISSING.size} kernels of TensorFlow.js. A step that needs one fails while it is traced, with its name and what to do:`,
    table(
      ['what to do', 'kernels'],
      [...Map.groupBy(MISSING.keys(), (name) => MISSING.get(name)!)].map(([remedy, lacking]) => [
        remedy,
        list(lacking),
      ]),
    ),
  );
}
