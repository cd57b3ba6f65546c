// The batched generator against the obvious loop: one prompt, the whole forward pass, the largest logit.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { Architecture } from '../../src/domain/architecture.ts';
import { int32 } from '../../src/domain/engine.ts';
import { createRandom } from '../../src/domain/random.ts';
import { createEngine } from '../../src/engine/choice.ts';
import { createGenerator } from '../../src/training/generate.ts';
import { train } from '../../src/training/train.ts';
import { UNDER_TEST } from '../helpers/backends.ts';
import { EOS, TINY, tinyRows } from './tiny-gpt2.ts';

const engine = await createEngine({ backend: UNDER_TEST, threads: 1 });
after(() => engine.dispose());
const { architecture, config } = TINY;
const CONTEXT = architecture.contextLength(config);

const state = engine.createState(TINY.weights(4));
const generate = createGenerator(engine, architecture, config, state);

async function naive(prompt: number[], maxNewTokens: number, eosId: number): Promise<number[]> {
  const vocab = architecture.vocabSize(config);
  const step = engine.compileStep(
    (weights, { ids }) => ({ outputs: { logits: architecture.forward(engine.tf, config, weights, ids!) } }),
    state,
  );
  const ids = prompt.slice(-(CONTEXT - 1));
  const answer: number[] = [];
  while (answer.length < maxNewTokens && ids.length < CONTEXT) {
    const { logits } = await step({ ids: int32(Int32Array.from(ids), [1, ids.length]) });
    const last = logits!.data.slice(-vocab);
    const best = last.indexOf(Math.max(...last));
    if (best === eosId) break;
    ids.push(best);
    answer.push(best);
  }
  return answer;
}

const random = createRandom(9);
const prompts = Array.from({ length: 9 }, (_, i) =>
  Array.from({ length: 1 + ((i * 5) % (CONTEXT + 3)) }, () => random.int(architecture.vocabSize(config))),
);

test('answers are those of the obvious loop, prompt by prompt', async () => {
  for (const [maxNewTokens, eosId] of [
    [4, -1],
    [CONTEXT, 5],
  ] as const) {
    const answers = await generate(prompts, { maxNewTokens, eosId });
    for (const [i, prompt] of prompts.entries())
      assert.deepEqual(answers[i], await naive(prompt, maxNewTokens, eosId), `prompt ${i} of ${prompt.length} tokens`);
  }
});

test('it ends at the token limit, and at the full context', async () => {
  const short = await generate([[1], [2, 3]], { maxNewTokens: 3, eosId: -1 });
  assert.deepEqual(
    short.map((answer) => answer.length),
    [3, 3],
  );
  const full = await generate([[1], Array(CONTEXT + 5).fill(2)], { maxNewTokens: 1000, eosId: -1 });
  assert.deepEqual(
    full.map((answer) => answer.length),
    [CONTEXT - 1, 1],
    'a long prompt keeps its last tokens',
  );
  assert.deepEqual(await generate([[1]], { maxNewTokens: 0, eosId: -1 }), [[]]);
  assert.deepEqual(await generate([], { maxNewTokens: 3, eosId: -1 }), []);
});

test('the end of text ends an answer and is not part of it', async () => {
  const [[first]] = (await generate([[1]], { maxNewTokens: 1, eosId: -1 })) as [[number]];
  assert.deepEqual(await generate([[1]], { maxNewTokens: 5, eosId: first }), [[]]);
});

test('many prompts at once, of different lengths, come back in their own order', async () => {
  const many = Array.from({ length: 70 }, (_, i) => prompts[i % prompts.length]!);
  const answers = await generate(many, { maxNewTokens: 2, eosId: -1 });
  const few = await generate(prompts, { maxNewTokens: 2, eosId: -1 });
  answers.forEach((answer, i) => {
    assert.deepEqual(answer, few[i % prompts.length]);
  });
});

test('what was memorised is answered in full, up to the end of text', async () => {
  const rows = tinyRows(6);
  const { weights, exactMemorization } = await train({
    ...{ engine, architecture: architecture as Architecture, config, weights: TINY.weights(1) },
    ...{ rows, options: TINY.options, orderSeed: 1 },
  });
  assert.equal(exactMemorization, 1);
  const answer = createGenerator(engine, architecture, config, engine.createState(weights));
  const answers = await answer(
    rows.map((row) => [...row.ids.subarray(0, row.promptLength)]),
    { maxNewTokens: 10, eosId: EOS },
  );
  assert.deepEqual(
    answers,
    rows.map((row) => [...row.ids.subarray(row.promptLength, -1)]),
  );
});

/** A small model with room for caches of several sizes. */
function longModel() {
  const json = { ...(config as object), n_positions: 150, n_embd: 16, n_layer: 2, n_head: 2, initializer_range: 0.4 };
  const long = architecture.parseConfig(json);
  return { long, weights: engine.createState(architecture.initialise(long, 6)) };
}

test('long answers, through every size of the cache, are those of whole passes', async () => {
  const { long, weights } = longModel();
  const questions = Array.from({ length: 19 }, (_, i) => [1 + i, 3, 5 + (i % 4)].slice(0, 1 + (i % 3)));
  const answer = createGenerator(engine, architecture, long, weights);
  const answers = await answer(questions, { maxNewTokens: 1000, eosId: -1 });
  // one pass of full width: every token must be the largest logit of what stands before it
  const rows = answers.map((tokens, i) => [...questions[i]!, ...tokens]);
  const whole = engine.compileStep(
    (tensors, feeds) => ({
      outputs: { next: engine.tf.argMax(architecture.forward(engine.tf, long, tensors, feeds.ids!), -1) },
    }),
    weights,
  );
  const { next } = await whole({ ids: int32(Int32Array.from(rows.flat()), [rows.length, 150]) });
  for (const [r, row] of rows.entries()) {
    const from = r * 150 + questions[r]!.length - 1;
    assert.deepEqual(row.slice(questions[r]!.length), [...next!.data.subarray(from, r * 150 + 149)], `row ${r}`);
  }
  // an end of text that comes early in some rows, late or never in others: the batch shrinks while rows are open
  const ends = (token: number) => answers.map((tokens) => tokens.indexOf(token));
  const spread = (token: number) => new Set(ends(token)).size;
  const eosId = Array.from({ length: 24 }, (_, token) => token).sort((a, b) => spread(b) - spread(a))[0]!;
  assert.ok(spread(eosId) > 5, `rows end at ${ends(eosId)}`);
  assert.deepEqual(
    await answer(questions, { maxNewTokens: 1000, eosId }),
    answers.map((tokens, i) => (ends(eosId)[i]! < 0 ? tokens : tokens.slice(0, ends(eosId)[i]))),
  );
  assert.ok(!Object.keys(await weights.read()).some((name) => name.startsWith('cache')), 'no cache is left');
});

test('sampled answers hang on the seed and the prompt’s place, not on the batch', async () => {
  const options = { maxNewTokens: 8, eosId: -1, sampling: { temperature: 1.5, topK: 12, topP: 0.95, seed: 3 } };
  const answers = await generate(prompts, options);
  assert.deepEqual(await generate(prompts, options), answers);
  assert.deepEqual(await generate(prompts.slice(0, 3), options), answers.slice(0, 3));
  const other = await generate(prompts, { ...options, sampling: { ...options.sampling, seed: 4 } });
  assert.notDeepEqual(other, answers);
  const same = await generate(
    [
      [1, 2],
      [1, 2],
    ],
    options,
  );
  assert.notDeepEqual(same[0], same[1], 'two answers to one prompt');
  const greedy = { maxNewTokens: 8, eosId: -1 };
  assert.deepEqual(
    await generate(prompts, { ...greedy, sampling: { topK: 1, seed: 1 } }),
    await generate(prompts, greedy),
  );
  await assert.rejects(generate(prompts, { ...greedy, sampling: { temperature: 0, seed: 1 } }), /temperature/);
});
