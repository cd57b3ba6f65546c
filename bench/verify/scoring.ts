// Records a second: one pass over each and every token-level number of it, ours against PyTorch on the same weights and rows, in turns.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { architectures } from '../../src/architectures/index.ts';
import { writeSafetensors } from '../../src/checkpoints/safetensors.ts';
import { elementCount } from '../../src/domain/engine.ts';
import { createRandom } from '../../src/domain/random.ts';
import type { RowScore } from '../../src/domain/verification.ts';
import { createEngine } from '../../src/engine/choice.ts';
import * as registry from '../../src/metrics/registry.ts';
import { calibrationErrorOf } from '../../src/metrics/utility/calibration-error.ts';
import { createScorer, SCORED_ROWS, type Scored } from '../../src/training/scoring.ts';
import { median, type Turn, timed } from '../shared/measure.ts';
import { type Python, pinningsOf, startTorch } from '../shared/torch.ts';

export interface Shape {
  name: string;
  vocab: number;
  context: number;
  width: number;
  layers: number;
  heads: number;
  rows: number;
  /** Tokens of an answer, from and to; prompts are as long as the demo's. */
  answer: readonly [number, number];
}
/** The demo's model and records; and a larger one with answers of some sentences. */
export const SHAPES: readonly Shape[] = [
  { name: 'demo', vocab: 512, context: 64, width: 128, layers: 2, heads: 4, rows: 1200, answer: [2, 6] },
  { name: 'larger', vocab: 8192, context: 256, width: 256, layers: 6, heads: 8, rows: 96, answer: [20, 60] },
];

export interface ScoringResult {
  model: string;
  parameters: number;
  threads: number;
  rows: number;
  tokens: number;
  /** Medians, seconds a turn; PyTorch's are null where there is none. */
  ours: { seconds: number; cpu_seconds: number; first_seconds: number };
  torch: { seconds: number; cpu_seconds: number } | null;
  /** Largest difference of the log p of one token, nats. */
  difference: number | null;
}

/** What every row is told by; PyTorch computes the same. */
const METRICS = [
  ...[registry.probability, registry.exactMemorization, registry.extractionStrength],
  ...[registry.loss, registry.minK, registry.minKPlusPlus],
];

function rowsFor({ vocab, rows, answer: [least, most] }: Shape) {
  const random = createRandom(5);
  return Array.from({ length: rows }, () => {
    const prompt_length = 5 + random.int(8);
    const length = prompt_length + least + random.int(most - least + 1);
    return { ids: Array.from({ length }, () => random.int(vocab)), prompt_length };
  });
}

/** All token-level numbers of scored rows; of calibration the number of all. */
function measure(scored: readonly Scored[]): number[][] {
  const rows = scored.map((one, index): RowScore => ({ ...one, index, person: -1 }));
  const found = rows.map((row) => METRICS.map((metric) => metric.score(row)));
  return [...found, [calibrationErrorOf(rows)]];
}

function largestDifference(ours: readonly Scored[], theirs: readonly number[][]): number {
  return ours.reduce(
    (most, { logProbs }, i) =>
      logProbs.reduce((largest, value, t) => Math.max(largest, Math.abs(value - theirs[i]![t]!)), most),
    0,
  );
}

interface Place {
  threads: number;
  rounds: number;
  python: Python | null;
  /** Where files may be written. */
  dir: string;
}

export async function compareScoring(shape: Shape, { threads, rounds, python, dir }: Place): Promise<ScoringResult> {
  const architecture = architectures.gpt2!;
  const json = {
    ...{ model_type: 'gpt2', vocab_size: shape.vocab, n_positions: shape.context, n_embd: shape.width },
    ...{ n_layer: shape.layers, n_head: shape.heads, initializer_range: 0.1 },
  };
  const config = architecture.parseConfig(json);
  const weights = architecture.initialise(config, 1);
  const given = rowsFor(shape);
  const [path, spec] = [join(dir, 'model.safetensors'), join(dir, 'spec.json')];
  await writeSafetensors(path, weights);
  await writeFile(spec, JSON.stringify({ config: json, weights: path, rows: given, batch: SCORED_ROWS }));
  const rows = given.map(({ ids, prompt_length }) => ({ ids: Int32Array.from(ids), promptLength: prompt_length }));
  const engine = await createEngine({ backend: 'onnxruntime/cpu', threads });
  const torch = python && (await startTorch(python, 'verify.py', spec, pinningsOf(python, threads)[0]!));
  try {
    const score = createScorer(engine, architecture, config, engine.createState(weights));
    const turn = () => timed(async () => measure(await score(rows)));
    const first = await turn();
    await torch?.turn('score');
    const [ours, theirs]: [Turn<unknown>[], Turn<unknown>[]] = [[], []];
    for (let round = 0; round < rounds; round++) {
      ours.push(await turn());
      if (torch) theirs.push(await torch.turn('score'));
    }
    const known = torch && (await torch.turn<number[][]>('log_probs')).result;
    const medians = (turns: Turn<unknown>[]) => ({
      seconds: median(turns.map((one) => one.seconds)),
      cpu_seconds: median(turns.map((one) => one.cpu_seconds)),
    });
    return {
      ...{ model: shape.name, threads, rows: rows.length },
      parameters: Object.values(weights).reduce((sum, { shape: of }) => sum + elementCount(of), 0),
      tokens: rows.reduce((sum, { ids, promptLength }) => sum + ids.length - promptLength, 0),
      ours: { ...medians(ours), first_seconds: first.seconds },
      torch: torch ? medians(theirs) : null,
      difference: known && largestDifference(await score(rows), known),
    };
  } finally {
    await torch?.close();
    await engine.dispose();
  }
}
