import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ownAnswers } from '../../src/compute/own-answers.ts';
import { createEngine } from '../../src/engine/choice.ts';
import { saysOne } from './says-one.ts';

const CONTEXT = 100;

test('an answer that was cut off has no end, and a long prompt shortens no answer but its own', async (t) => {
  const { model, said } = await saysOne(t, CONTEXT, ({ encode }) => encode('x')[0]!);
  const engine = await createEngine({ backend: 'onnxruntime/cpu', threads: 1 });
  t.after(() => engine.dispose());
  const prompts = [2, 90, CONTEXT - 1].map((length) => new Array<number>(length).fill(said + 1));
  const rows = await ownAnswers({ engine }, model, prompts);
  assert.deepEqual(
    rows.map(({ ids, promptLength }) => [promptLength, [...ids.subarray(0, promptLength)]]),
    prompts.map((ids) => [ids.length, ids]),
  );
  assert.deepEqual(
    rows.map(({ ids, promptLength }) => [...ids.subarray(promptLength)]),
    [64, 10, 1].map((length) => new Array(length).fill(said)),
  );
  await assert.rejects(ownAnswers({ engine }, model, [prompts[0]!, new Array(CONTEXT).fill(said)]), {
    code: 'validation-failed',
    message: /A prompt has 100 tokens and fills the context: shorten it/,
  });
});

test('one that ended by itself has its end, be it all that is said', async (t) => {
  const { model, said } = await saysOne(t, CONTEXT, ({ eosId }) => eosId);
  const engine = await createEngine({ backend: 'onnxruntime/cpu', threads: 1 });
  t.after(() => engine.dispose());
  const rows = await ownAnswers({ engine }, model, [[1, 2], new Array<number>(CONTEXT - 1).fill(1)]);
  assert.deepEqual(
    rows.map(({ ids, promptLength }) => [...ids.subarray(promptLength)]),
    [[said], [said]],
  );
});
