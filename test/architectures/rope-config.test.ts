// Positions as config.json has them: both ways of writing them, and what the scalings do to waves. That the numbers are
// those of transformers is shown by parity.test.ts.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseRope, ROPE_TYPES } from '../../src/architectures/rope-config.ts';

const SCALINGS: Record<string, Record<string, unknown>> = {
  default: {},
  linear: { factor: 4 },
  dynamic: { factor: 2 },
  llama3: { factor: 8, low_freq_factor: 1, high_freq_factor: 4, original_max_position_embeddings: 32 },
  yarn: { factor: 4, original_max_position_embeddings: 16 },
};
const [SIZE, CONTEXT] = [8, 64];
const of = (json: Record<string, unknown>) => parseRope(json, SIZE, CONTEXT);
const plain = of({ rope_theta: 50 });

test('every type is written down here', () => {
  assert.deepEqual(Object.keys(SCALINGS).toSorted(), ROPE_TYPES.toSorted());
});

describe('rope_parameters and rope_scaling beside rope_theta say the same', () => {
  for (const [type, scaling] of Object.entries(SCALINGS))
    test(type, () => {
      const now = of({ rope_parameters: { rope_type: type, rope_theta: 50, ...scaling } });
      assert.deepEqual(of({ rope_theta: 50, rope_scaling: { rope_type: type, ...scaling } }), now);
      assert.deepEqual(of({ rope_theta: 50, rope_scaling: { type, ...scaling } }), now);
      assert.equal(now.frequencies.length, SIZE / 2);
      assert.ok(now.frequencies.every((frequency) => frequency === Math.fround(frequency)));
    });
});

test('null is nothing, and without a word positions turn by a base of 10,000', () => {
  assert.deepEqual(of({}), of({ rope_theta: 10_000, rope_scaling: null }));
  assert.deepEqual(of({ rope_parameters: null }), of({ rope_theta: null }));
  assert.deepEqual(
    of({}).frequencies.map((frequency) => frequency.toPrecision(3)),
    ['1.00', '0.100', '0.0100', '0.00100'],
  );
});

test('linear stretches every wave, dynamic none within the context, llama3 the long ones', () => {
  const { frequencies } = plain;
  assert.deepEqual(
    of({ rope_theta: 50, rope_scaling: { type: 'linear', factor: 4 } }).frequencies,
    frequencies.map((f) => f / 4),
  );
  assert.deepEqual(of({ rope_theta: 50, rope_scaling: { type: 'dynamic', factor: 4 } }), plain);
  const scaled = of({ rope_theta: 50, rope_scaling: { type: 'llama3', ...SCALINGS.llama3 } }).frequencies;
  assert.equal(scaled[0], frequencies[0]);
  assert.ok(scaled[1]! < frequencies[1]! && scaled[1]! > frequencies[1]! / 8, 'a wave between is blended');
  assert.equal(scaled[3], frequencies[3]! / 8);
});

test('yarn sharpens attention by what it is told, or by the factor', () => {
  const yarn = (more: object) => of({ rope_scaling: { type: 'yarn', ...SCALINGS.yarn, ...more } }).scale;
  assert.equal(yarn({}), Math.fround(0.1 * Math.log(4) + 1));
  assert.equal(yarn({ attention_factor: 1.5 }), 1.5);
  assert.equal(yarn({ mscale: 1, mscale_all_dim: 1 }), 1);
  // without a factor: the context over the original one
  assert.equal(yarn({ factor: null }), yarn({ factor: CONTEXT / 16 }));
});

test('the original context may stand outside, or be the context', () => {
  const inside = { type: 'llama3', ...SCALINGS.llama3 };
  const { original_max_position_embeddings: original, ...rest } = inside as Record<string, unknown>;
  assert.deepEqual(
    of({ rope_scaling: rest, original_max_position_embeddings: original }),
    of({ rope_scaling: inside }),
  );
  assert.deepEqual(
    of({ rope_scaling: rest }),
    of({ rope_scaling: { ...rest, original_max_position_embeddings: CONTEXT } }),
  );
});

test('a part of a head turns, an even number of it, where a family has that', () => {
  const names = { theta: 'rotary_emb_base', partial: 'rotary_pct', share: 0.25 };
  const part = (json: Record<string, unknown>) => parseRope(json, SIZE, CONTEXT, names);
  assert.equal(part({}).frequencies.length, 1);
  const half = part({ rope_parameters: { partial_rotary_factor: 0.5, rope_theta: 50 } });
  assert.equal(half.frequencies.length, 2);
  assert.deepEqual(part({ rotary_pct: 0.5, rotary_emb_base: 50 }), half);
  assert.throws(() => part({ rotary_pct: 0.4 }), /rotary_pct 0.4 of a head of 8 is 3: .*Correct it/);
  assert.throws(() => of({ partial_rotary_factor: 0.5 }), /partial_rotary_factor 0.5 is not supported: heads .* whole/);
  assert.deepEqual(of({ partial_rotary_factor: 1, rope_scaling: {} }), of({}));
});

test('what is not computed is refused by name', () => {
  for (const type of ['longrope', 'mrope', 'su', 'toString'])
    assert.throws(
      () => of({ rope_scaling: { type } }),
      new RegExp(`"${type}" is not supported. Supported: default, linear`),
    );
  const layers = { full_attention: { rope_type: 'default' }, sliding_attention: { rope_type: 'default' } };
  assert.throws(() => of({ rope_parameters: layers }), /parameters of single layers are not supported/);
  assert.throws(() => of({ rope_scaling: { type: 'llama3', factor: 8 } }), /rope_scaling.*low_freq_factor/);
  assert.throws(() => of({ rope_scaling: 'linear' }), /rope_scaling/);
  assert.throws(() => of({ rope_theta: -1 }), /rope_theta/);
});
