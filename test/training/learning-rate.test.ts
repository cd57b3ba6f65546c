import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TRAIN_ALL } from '../../src/domain/trainable.ts';
import { parametersOf, RATES, rateFor, withRate } from '../../src/training/learning-rate.ts';
import { TINY } from './tiny-gpt2.ts';

const LORA = { ...TRAIN_ALL, lora_rank: 8 };

test('the rate falls with the size of the model; adapters take larger steps, unless weights train beside them', () => {
  for (const [i, { parameters, weights, adapters }] of RATES.entries()) {
    assert.deepEqual([rateFor(parameters, TRAIN_ALL), rateFor(parameters, LORA)], [weights, adapters]);
    assert.equal(rateFor(parameters, { ...LORA, trainable: ['*.bias'] }), weights);
    assert.equal(rateFor(parameters, { ...TRAIN_ALL, trainable: ['*.bias'] }), weights);
    assert.ok(adapters > weights);
    if (i > 0) assert.ok(weights < RATES[i - 1]!.weights && adapters < RATES[i - 1]!.adapters);
  }
  assert.equal(rateFor(135e6, TRAIN_ALL), 5e-5);
});

test('only a rate of 0 is replaced', () => {
  const params = { ...LORA, learning_rate: 0, other: 1 };
  assert.deepEqual(withRate(params, TINY), { ...params, learning_rate: rateFor(parametersOf(TINY), LORA) });
  const named = { ...params, learning_rate: 0.3 };
  assert.equal(withRate(named, TINY), named);
});
