// The page of sizes, from the same plan that refuses a run: what trains where, and about how long.
import { architectures } from '../src/architectures/index.ts';
import { machineBudget } from '../src/compute/memory-budget.ts';
import { TRAIN_ALL } from '../src/domain/trainable.ts';
import { COSTS } from '../src/training/memory-costs.ts';
import { countParameters, type MemoryWork, planMemory } from '../src/training/memory-plan.ts';
import { page, table } from './docs-pages.ts';

/** Floating-point operations a second, float32: what the times below are divided by. About two cores of a server. */
const ASSUMED_FLOPS = 100e9;
const TIME = 256;
const ROWS = 8;
const RANK = 8;
const MACHINES_GB = [8, 16, 24, 64, 128];
const SHAPES = {
  '3.4M': [256, 4, 4, 1024],
  '30M': [512, 8, 8, 8192],
  '124M': [768, 12, 12, 50_257],
  '350M': [1024, 24, 16, 50_257],
  '1.5B': [1600, 48, 25, 50_257],
  '7B': [4096, 34, 32, 50_257],
} as const;

const architecture = architectures.gpt2!;
const number = (value: number) => value.toLocaleString('en-US');
const gb = (bytes: number) => (bytes / 1e9).toFixed(bytes < 9.95e9 ? 1 : 0);

function time(seconds: number): string {
  if (seconds < 120) return `${Math.round(seconds)} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  return seconds < 172_800 ? `${Math.round(seconds / 3600)} h` : `${Math.round(seconds / 86_400)} days`;
}

/** Machines, the smallest first, whose budget holds so many bytes. */
const fitting = (bytes: number) => MACHINES_GB.filter((size) => bytes <= machineBudget(0, size * 2 ** 30));

function workOf(name: keyof typeof SHAPES, lora: boolean) {
  const [n_embd, n_layer, n_head, vocab_size] = SHAPES[name];
  const json = { model_type: 'gpt2', n_embd, n_layer, n_head, vocab_size, n_positions: 1024 };
  const trains = lora ? { ...TRAIN_ALL, lora_rank: RANK } : TRAIN_ALL;
  const model = { architecture, config: architecture.parseConfig(json), trains };
  return (rows: number, split = false): MemoryWork => ({
    ...model,
    ...{ rows, time: TIME, split, referenceRows: 0, scoredRows: 64 },
  });
}

function rowOf(name: keyof typeof SHAPES, lora: boolean): string[] {
  const work = workOf(name, lora);
  const { total, trained } = countParameters(work(1));
  const [whole, parts] = [planMemory(work(ROWS)).total, planMemory(work(1, true)).total];
  // forward 2 operations a weight and token, backward 2 for the states and 2 for the weights, where these train
  const operations = (lora ? 4 : 6) * total * ROWS * TIME;
  const machines = (bytes: number) => fitting(bytes).map(String)[0] ?? `more than ${MACHINES_GB.at(-1)}`;
  return [
    ...[name, lora ? `LoRA ${RANK}` : 'full', number(total), number(trained), gb(4 * (total + 3 * trained))],
    ...[gb(parts), machines(parts), gb(whole), machines(whole), time((1000 * operations) / ASSUMED_FLOPS)],
  ];
}

export function sizesPage(): string {
  const names = Object.keys(SHAPES) as (keyof typeof SHAPES)[];
  const rows = names.flatMap((name) => [rowOf(name, false), rowOf(name, true)]);
  const { weight, moments, gradient, frozen, margin } = COSTS;
  return page(
    'Sizes',
    'What a model of GPT-2’s shape takes to train or to unlearn, by the plan that a run is checked against before it begins ' +
      '(`src/training/memory-plan.ts`). A run that takes more than `MEMORY_BUDGET_BYTES`, by default what the machine or ' +
      'the container has less a reserve, is refused with these figures.',
    table(
      [
        ...['model', 'trains', 'weights', 'of which train', 'least GB'],
        ...['GB, 1 row at a time', 'fits GB', `GB, ${ROWS} rows`, 'fits GB', '1,000 steps'],
      ],
      rows,
    ),
    `- **Least** is the arithmetic of float32: 4 bytes a weight, and where it trains 4 for its gradient and 8 for Adam’s two ` +
      'moments, 16 in all. Seven billion weights, fully trained, want 112 GB for that alone.\n' +
      `- **GB** is the whole process: rows of ${TIME} tokens, activations, logits and scoring included. More than the least is ` +
      'needed: the loaded weights lie beside those that train, and a gradient is there as it was computed and as it was handed ' +
      `out. The plan counts ${weight + moments + gradient} copies of a ` +
      `weight that trains in place of 4, ${frozen} of one that does not in place of 1, and adds ${Math.round(100 * (margin - 1))} % so that it is not lower ` +
      'than what is measured (`npm run bench:memory`).\n' +
      `- **1 row at a time** is a batch of ${ROWS} with \`micro_batch\` 1: the same result, its gradients added up.\n` +
      `- **Fits** names the smallest of ${MACHINES_GB.join(', ')} GB (of 2^30 bytes) that holds it.\n` +
      `- **1,000 steps** is an estimate, not a measurement of each size: 6 operations a weight and token (4 with adapters), ${ROWS} x ${TIME} ` +
      `tokens a step, over ${ASSUMED_FLOPS / 1e9} billion operations a second, about what two cores of a server reach; divide by what yours does.\n` +
      '- A KL term holds the parent too, 4 bytes a weight more, except with adapters. Other backends than `onnxruntime/cpu` were not measured.',
  );
}
