// The compiled scorer against the definition over raw logits, in whatever order and length rows come.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Engine, State } from '../../src/domain/engine.ts';
import { createRandom } from '../../src/domain/random.ts';
import { createEngine } from '../../src/engine/choice.ts';
import { scoreLogits } from '../../src/metrics/score-logits.ts';
import { padRows, type TokenRow } from '../../src/training/batches.ts';
import { createScorer, meanNll, type Scored } from '../../src/training/scoring.ts';
import { TESTED_BACKENDS } from '../helpers/backends.ts';
import { TINY, tinyRows } from './tiny-gpt2.ts';

const { architecture, config } = TINY;
const CONTEXT = architecture.contextLength(config);

/** Rows of every length from two tokens to the whole context, shuffled. */
function rowsOfAllLengths(): TokenRow[] {
  const random = createRandom(3);
  const rows = Array.from({ length: CONTEXT - 1 }, (_, i): TokenRow => {
    const length = i + 2;
    return {
      ids: Int32Array.from({ length }, () => random.int(architecture.vocabSize(config))),
      promptLength: 1 + random.int(length - 1),
    };
  });
  return random.shuffle(rows);
}

async function byDefinition(engine: Engine, state: State, row: TokenRow): Promise<Scored> {
  const step = engine.compileStep(
    (weights, { ids }) => ({ outputs: { logits: architecture.forward(engine.tf, config, weights, ids!) } }),
    state,
  );
  const { ids, labels } = padRows([row], CONTEXT, 0);
  const { logits } = await step({ ids: ids! });
  const shape = { batch: 1, time: ids!.shape[1]!, vocab: architecture.vocabSize(config) };
  return scoreLogits(logits!.data, labels!.data, shape)[0]!;
}

for (const backend of TESTED_BACKENDS) {
  test(`${backend} scores rows as the definition does`, async () => {
    const engine = await createEngine({ backend, threads: 1 });
    const state = engine.createState(TINY.weights(2));
    const rows = rowsOfAllLengths();
    const scores = await createScorer(engine, architecture, config, state)(rows);
    for (const [i, row] of rows.entries()) {
      const expected = await byDefinition(engine, state, row);
      const found = scores[i]!;
      assert.equal(found.logProbs.length, row.ids.length - row.promptLength, 'one score an answer token');
      assert.deepEqual(found.correct, expected.correct);
      for (const name of ['logProbs', 'mu', 'variance', 'topLogProbs'] as const)
        expected[name]!.forEach((value, t) => {
          const actual = found[name]![t]!;
          assert.ok(
            Math.abs(actual - value) < 1e-4 * (1 + Math.abs(value)),
            `${name} of row ${i}: ${actual}, ${value}`,
          );
        });
    }
    await engine.dispose();
  });
}

test('no rows give no scores, and many rows come back in their own order', async () => {
  const engine = await createEngine({ backend: 'onnxruntime/cpu', threads: 1 });
  const score = createScorer(engine, architecture, config, engine.createState(TINY.weights(2)));
  assert.deepEqual(await score([]), []);
  const rows = tinyRows(100);
  const [all, last] = [await score(rows), await score([rows[99]!])];
  assert.equal(all.length, 100);
  all[99]!.logProbs.forEach((value, t) => {
    assert.ok(Math.abs(value - last[0]!.logProbs[t]!) < 1e-5);
  });
  await engine.dispose();
});

test('the mean answer NLL is over the answer tokens', () => {
  assert.equal(meanNll({ logProbs: Float32Array.of(-1, -2, -6) }), 3);
});
