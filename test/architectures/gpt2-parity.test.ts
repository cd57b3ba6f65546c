// The same checkpoint in PyTorch's transformers: logits, loss, greedy continuations. The fixture is made by
// scripts/fixtures/make-gpt2.py; reading it needs no Python.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { architectures } from '../../src/architectures/index.ts';
import { loadCheckpoint } from '../../src/checkpoints/layout.ts';
import { float32, int32 } from '../../src/domain/engine.ts';
import { createEngine } from '../../src/engine/choice.ts';
import { meanOverTokens, tokenLoss } from '../../src/methods/losses.ts';
import { createGenerator } from '../../src/training/generate.ts';
import { assertClose } from '../engine/both.ts';
import { TESTED_BACKENDS } from '../helpers/backends.ts';

interface Expected {
  ids: number[][];
  labels: number[][];
  /** (B, T, V) row-major. */
  logits: number[];
  loss: number;
  prompts: number[][];
  continuations: number[][];
}

const DIR = join(import.meta.dirname, '../fixtures/gpt2-tiny');
const expected = JSON.parse(readFileSync(join(DIR, 'expected.json'), 'utf8')) as Expected;
const checkpoint = await loadCheckpoint(DIR);
const architecture = architectures[checkpoint.architecture]!;
const config = architecture.parseConfig(checkpoint.configJson);
const END = 0;

for (const backend of TESTED_BACKENDS) {
  test(`${backend} computes what transformers computes`, async () => {
    const engine = await createEngine({ backend, threads: 1 });
    const { tf } = engine;
    const state = engine.createState(checkpoint.weights);
    const shape = [expected.ids.length, expected.ids[0]!.length];
    const step = engine.compileStep((weights, { ids, labels }) => {
      const logits = architecture.forward(tf, config, weights, ids!);
      return { outputs: { logits, loss: meanOverTokens(tf, tokenLoss(tf, { logits, labels: labels! })) } };
    }, state);
    const { logits, loss } = await step({
      ids: int32(Int32Array.from(expected.ids.flat()), shape),
      labels: int32(Int32Array.from(expected.labels.flat()), shape),
    });
    const vocab = architecture.vocabSize(config);
    assertClose(logits!, float32(Float32Array.from(expected.logits), [...shape, vocab]), 1e-4, 'logits');
    assert.ok(Math.abs(loss!.data[0]! - expected.loss) <= 1e-5 * Math.abs(expected.loss), `loss ${loss!.data[0]}`);

    const generate = createGenerator(engine, architecture, config, state);
    const longest = Math.max(...expected.continuations.map((ids) => ids.length));
    const answers = await generate(expected.prompts, { maxNewTokens: longest, eosId: END });
    // transformers leaves the end of text in
    assert.deepEqual(
      answers,
      expected.continuations.map((ids) => (ids.at(-1) === END ? ids.slice(0, -1) : ids)),
    );
    await engine.dispose();
  });
}
