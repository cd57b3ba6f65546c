// One set of graphs for several sets of weights: nothing of one may be left in the scores of another.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { createScales } from '../../src/compute/weighed-model.ts';
import { float32, type HostTensors } from '../../src/domain/engine.ts';
import { ADAPTER_SCALE, adapterA, adapterB } from '../../src/domain/lora.ts';
import type { Tokenizer } from '../../src/domain/tokenizer.ts';
import { createEngine } from '../../src/engine/choice.ts';
import { EOS, TINY, tinyRows } from '../training/tiny-gpt2.ts';

const engine = await createEngine({ backend: 'onnxruntime/cpu', threads: 1 });
after(() => engine.dispose());
const rows = tinyRows(6);
const prompts = rows.map(({ ids, promptLength }) => [...ids.subarray(0, promptLength)]);
const form = { ...TINY, tokenizer: {} as Tokenizer };

/** Scores and answers under weights that share graphs with others, or have graphs of their own. */
async function under(weights: HostTensors, scales = createScales(engine)) {
  const { score, generate } = scales.put(form, weights);
  const scored = await score(rows);
  return { scored, said: await generate!(prompts, { maxNewTokens: 4, eosId: EOS }) };
}

test('two checkpoints of one form are compiled once, and each has its own numbers', async () => {
  const scales = createScales(engine);
  const first = await under(TINY.weights(1), scales);
  const { sessions } = engine.stats();
  const second = await under(TINY.weights(2), scales);
  assert.equal(engine.stats().sessions, sessions);
  assert.notDeepEqual(second.scored, first.scored);
  assert.deepEqual(await under(TINY.weights(1), scales), first, 'and the first has the same again');
  scales.dispose();
  assert.deepEqual(await under(TINY.weights(2)), second, 'as with graphs of its own');
});

test('an adapter beside the weights is seen, whichever checkpoint comes first', async () => {
  const plain = TINY.weights(1);
  const module = 'transformer.h.0.attn.c_attn';
  const [inner, outer] = plain[`${module}.weight`]!.shape as [number, number];
  const filled = (a: number, b: number) => float32(new Float32Array(a * b).fill(0.3), [a, b]);
  const adapted = {
    ...plain,
    ...{ [adapterA(module)]: filled(inner, 1), [adapterB(module)]: filled(1, outer) },
    [ADAPTER_SCALE]: float32(Float32Array.of(1), []),
  };
  const scales = createScales(engine);
  const without = await under(plain, scales);
  const within = await under(adapted, scales);
  assert.notDeepEqual(within.scored, without.scored);
  assert.deepEqual(await under(plain, scales), without);
  scales.dispose();
});
