// Checkpoints that PyTorch's transformers made (scripts/fixtures), computed here: how far logits and losses are apart, and
// what follows greedily. The tests and docs/architectures.md are made of it; neither needs Python.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { architectures } from '../src/architectures/index.ts';
import { loadCheckpoint } from '../src/checkpoints/layout.ts';
import { type Engine, int32 } from '../src/domain/engine.ts';
import { meanOverTokens, tokenLoss } from '../src/methods/losses.ts';
import { createGenerator } from '../src/training/generate.ts';

const FIXTURES = join(import.meta.dirname, '../test/fixtures');

/** What transformers computes with a checkpoint. */
export interface Expected {
  torch: string;
  transformers: string;
  ids: number[][];
  labels: number[][];
  /** (B, T, V) row-major. */
  logits: number[];
  loss: number;
  prompts: number[][];
  continuations: number[][];
}

export interface Parity {
  architecture: string;
  expected: Expected;
  /** Ours, as `expected.logits`. */
  logits: Float32Array;
  /** Largest difference of a logit. */
  logitDifference: number;
  /** Difference of the loss, over the loss. */
  lossDifference: number;
  continuations: number[][];
  /** Ends an answer in `expected.continuations`, where it stays; -1: nothing does. */
  endId: number;
}

const OLDEST = 'gpt2-tiny';

/** Name and folder of every checkpoint. */
export function parityFixtures(): { name: string; dir: string }[] {
  const made = readdirSync(join(FIXTURES, 'architectures')).toSorted();
  return [
    { name: OLDEST, dir: join(FIXTURES, OLDEST) },
    ...made.map((name) => ({ name, dir: join(FIXTURES, 'architectures', name) })),
  ];
}

/** Computes with the checkpoint in `dir` what its expected.json holds. */
export async function measureParity(engine: Engine, dir: string): Promise<Parity> {
  const expected = JSON.parse(readFileSync(join(dir, 'expected.json'), 'utf8')) as Expected;
  const checkpoint = await loadCheckpoint(dir);
  const architecture = architectures[checkpoint.architecture]!;
  const config = architecture.parseConfig(checkpoint.configJson);
  const { tf } = engine;
  const state = engine.createState(checkpoint.weights);
  const step = engine.compileStep((weights, { ids, labels }) => {
    const logits = architecture.forward(tf, config, weights, ids!);
    return { outputs: { logits, loss: meanOverTokens(tf, tokenLoss(tf, { logits, labels: labels! })) } };
  }, state);
  const fed = (rows: number[][]) => int32(Int32Array.from(rows.flat()), [rows.length, rows[0]!.length]);
  const { logits, loss } = await step({ ids: fed(expected.ids), labels: fed(expected.labels) });
  const generate = createGenerator(engine, architecture, config, state);
  const maxNewTokens = Math.max(...expected.continuations.map((ids) => ids.length));
  const endId = dir.endsWith(OLDEST) ? 0 : -1;
  const continuations = await generate(expected.prompts, { maxNewTokens, eosId: endId });
  state.dispose();
  return {
    ...{ architecture: architecture.name, expected, continuations, endId, logits: logits!.data as Float32Array },
    logitDifference: expected.logits.reduce((most, value, i) => Math.max(most, Math.abs(value - logits!.data[i]!)), 0),
    lossDifference: Math.abs(loss!.data[0]! / expected.loss - 1),
  };
}
