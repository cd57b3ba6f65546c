// What members of the Llama family read from config.json, where they differ.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { llama } from '../../src/architectures/llama.ts';
import { mistral } from '../../src/architectures/mistral.ts';
import { qwen2 } from '../../src/architectures/qwen2.ts';
import { qwen3 } from '../../src/architectures/qwen3.ts';
import { TINY_CONFIGS } from './tiny-configs.ts';

const of = (member: typeof llama, more: Record<string, unknown> = {}) =>
  member.parseConfig({ ...(TINY_CONFIGS[member.name]!.json as object), ...more });
const QKV = ['q_proj', 'k_proj', 'v_proj'];

test('biases are those of the family, or those that the file asks for', () => {
  assert.deepEqual(of(llama, { attention_bias: false, mlp_bias: false }).biased, []);
  assert.deepEqual(of(llama).biased, [...QKV, 'o_proj', 'gate_proj', 'up_proj', 'down_proj']);
  assert.deepEqual(
    of(mistral, { attention_bias: true, mlp_bias: true }).biased,
    [],
    'its code in the library has none',
  );
  assert.deepEqual(of(qwen2).biased, QKV);
  assert.deepEqual(of(qwen3).biased, []);
  assert.deepEqual(of(qwen3, { attention_bias: true, mlp_bias: true }).biased, [...QKV, 'o_proj']);
});

test('heads are as wide and as many as the file or the family has them', () => {
  assert.equal(of(llama).size, 4);
  assert.equal(of(llama, { head_dim: 12 }).size, 12);
  assert.equal(of(llama, { num_key_value_heads: null }).keyHeads, 4);
  assert.equal(of(mistral, { num_key_value_heads: undefined, num_attention_heads: 16, head_dim: 2 }).keyHeads, 8);
  assert.equal(of(qwen3, { head_dim: undefined }).size, 128);
});

test('an untied output layer is a tensor of its own, a tied one may be there and is ignored', () => {
  assert.ok('lm_head.weight' in llama.shapes(of(llama)));
  assert.ok(!('lm_head.weight' in llama.shapes(of(llama, { tie_word_embeddings: true }))));
  assert.ok(llama.ignored.some((pattern) => pattern.test('lm_head.weight')));
});

describe('a window', () => {
  const none = [null, null];
  test('as wide as the context, or switched off, hides nothing', () => {
    assert.deepEqual(of(mistral, { sliding_window: 16 }).windows, none);
    assert.deepEqual(of(mistral, { sliding_window: null }).windows, none);
    assert.deepEqual(of(qwen2, { use_sliding_window: true, sliding_window: 16, max_window_layers: 0 }).windows, none);
    assert.deepEqual(of(qwen2, { use_sliding_window: false, sliding_window: 8, max_window_layers: 0 }).windows, none);
  });
  test('is that of all layers of a Mistral, also where the file says nothing', () => {
    assert.deepEqual(of(mistral, { sliding_window: 8 }).windows, [8, 8]);
    const silent = { sliding_window: undefined, max_position_embeddings: 8192 };
    assert.deepEqual(of(mistral, silent).windows, [4096, 4096]);
  });
  test('is that of the later layers of a Qwen, or of those that are named', () => {
    const active = { use_sliding_window: true, sliding_window: 8, layer_types: undefined };
    assert.deepEqual(of(qwen2, { ...active, max_window_layers: 1 }).windows, [null, 8]);
    assert.deepEqual(of(qwen2, active).windows, none, 'from the 28th on');
    const layer_types = ['sliding_attention', 'full_attention'];
    assert.deepEqual(of(qwen3, { ...active, layer_types }).windows, [8, null]);
  });
});
