// What trains, by names and shapes alone.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Value } from 'typebox/value';
import { TRAIN_ALL, TrainableOptions } from '../../src/domain/trainable.ts';
import { matchesPattern, planTrainable } from '../../src/training/trainable.ts';
import { TINY } from './tiny-gpt2.ts';

const { architecture, config } = TINY;
const ALL = Object.keys(architecture.shapes(config));
const plan = (given: Partial<TrainableOptions>) => planTrainable(architecture, config, { ...TRAIN_ALL, ...given });

describe('name patterns', () => {
  test('are anchored at both ends; a star is any text, dots and nothing included', () => {
    const cases: [pattern: string, fits: string[], not: string[]][] = [
      ['a.b', ['a.b'], ['a.bc', 'xa.b', 'axb']],
      ['a.*', ['a.', 'a.b', 'a.b.c'], ['a', 'xa.b']],
      ['*.bias', ['.bias', 'h.0.bias'], ['bias', 'h.0.bias2']],
      ['h.*.attn.*', ['h.0.attn.c', 'h.0.attn.'], ['h.attn.c', 'h.0.attnx']],
      ['*', ['', 'anything'], []],
      ['a*a', ['aa', 'aba'], ['a', 'ab']],
      ['*ab*ab', ['abab', 'xabyab'], ['ab', 'aba']],
      ['a**b', ['ab', 'axb'], ['a']],
    ];
    for (const [pattern, fits, not] of cases) {
      for (const name of fits) assert.ok(matchesPattern(name, pattern), `${pattern} should fit ${name}`);
      for (const name of not) assert.ok(!matchesPattern(name, pattern), `${pattern} should not fit ${name}`);
    }
  });

  test('a pattern made to be slow is not', () => {
    const started = performance.now();
    assert.ok(!matchesPattern(`${'a'.repeat(300)}b`, `${'a*'.repeat(90)}c`));
    assert.ok(performance.now() - started < 100);
  });
});

describe('the plan', () => {
  test('nothing asked for: every weight; patterns: those that one of them fits, in the model’s order', () => {
    assert.deepEqual(plan({}), { weights: ALL, adapters: {} });
    assert.deepEqual(plan({ trainable: ['*.ln_f.*', '*.h.0.ln_1.bias', '*ln_f.bias'] }).weights, [
      'transformer.h.0.ln_1.bias',
      'transformer.ln_f.weight',
      'transformer.ln_f.bias',
    ]);
  });

  test('adapters alone train unless patterns name weights beside them', () => {
    const shapes = {
      'transformer.h.0.attn.c_proj.lora_A': [24, 3],
      'transformer.h.0.attn.c_proj.lora_B': [3, 24],
      'transformer.h.0.mlp.c_proj.lora_A': [96, 3],
      'transformer.h.0.mlp.c_proj.lora_B': [3, 24],
    };
    assert.deepEqual(plan({ lora_rank: 3, lora_targets: ['c_proj'] }), { weights: [], adapters: shapes });
    const mixed = plan({ lora_rank: 2, lora_targets: ['mlp.c_proj'], trainable: ['*.ln_f.bias'] });
    assert.deepEqual(mixed.weights, ['transformer.ln_f.bias']);
    assert.deepEqual(Object.keys(mixed.adapters).length, 2);
    assert.equal(Object.keys(plan({ lora_rank: 1 }).adapters).length, 2 * 4, 'no target: every projection');
  });

  test('what fits nothing is named, with what there is', () => {
    const refused = (given: Partial<TrainableOptions>, message: RegExp) =>
      assert.throws(() => plan(given), { code: 'validation-failed', message });
    refused(
      { trainable: ['*.bias', 'model.layers.*'] },
      /^trainable: "model\.layers\.\*" fits no weight of this gpt2\. .*such as transformer\.wte\.weight, .*transformer\.ln_f\.bias\.$/,
    );
    refused(
      { lora_rank: 2, lora_targets: ['c_attn', 'q_proj'] },
      /^lora_targets: "q_proj" names no projection of this gpt2, whose projections end in c_attn, c_proj, c_fc; the first is transformer\.h\.0\.attn\.c_attn\.$/,
    );
    // a part of a name is no name
    refused({ lora_rank: 2, lora_targets: ['attn'] }, /"attn" names no projection/);
    refused(
      { lora_rank: 25 },
      /^lora_rank: 25 is more than transformer\.h\.0\.attn\.c_attn can use: one side of it is 24 wide\. Take at most 24\.$/,
    );
    refused({ lora_targets: ['c_attn'] }, /^lora_targets: there are no adapters without lora_rank\. Set both\.$/);
  });

  test('the defaults of the schema are all weights', () => {
    assert.deepEqual(Value.Default(TrainableOptions, {}), TRAIN_ALL);
  });
});
