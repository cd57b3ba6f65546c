// Phi-1, Phi-1.5 and Phi-2: attention and feed-forward block side by side behind one norm, rotary positions in a part of
// each head, biases everywhere, in Hugging Face's names. Textbooks Are All You Need II, arXiv 2309.05463.
import Type, { type Static } from 'typebox';
import type { Architecture, FreshModel, Projections } from '../domain/architecture.ts';
import type { Tensor, Tensors, Tf } from '../domain/engine.ts';
import { ACTIVATIONS } from './activations.ts';
import { checked, refuseActivation, refuseGated, refuseOther, refuseUneven } from './config.ts';
import { wholePass } from './forward.ts';
import { normalWeights } from './initial.ts';
import { causalAttention, embed, headLogits, layerNorm, projector } from './layers.ts';
import { type Rope, rotate, turnsOf } from './rope.ts';
import { parseRope } from './rope-config.ts';

const Config = Type.Object({
  model_type: Type.Literal('phi'),
  vocab_size: Type.Integer({ minimum: 1, maximum: 1_000_000 }),
  hidden_size: Type.Integer({ minimum: 1, maximum: 65_536 }),
  intermediate_size: Type.Integer({ minimum: 1, maximum: 1_000_000 }),
  num_hidden_layers: Type.Integer({ minimum: 1, maximum: 1_000 }),
  num_attention_heads: Type.Integer({ minimum: 1, maximum: 1_024 }),
  num_key_value_heads: Type.Union([Type.Integer({ minimum: 1 }), Type.Null()], { default: null }),
  max_position_embeddings: Type.Integer({ minimum: 2, maximum: 100_000_000, default: 2_048 }),
  layer_norm_eps: Type.Number({ exclusiveMinimum: 0, default: 1e-5 }),
  hidden_act: Type.String({ default: 'gelu_new' }),
  initializer_range: Type.Number({ exclusiveMinimum: 0, default: 0.02 }),
  tie_word_embeddings: Type.Boolean({ default: false }),
  qk_layernorm: Type.Boolean({ default: false }),
});
export type PhiConfig = Static<typeof Config> & { rope: Rope; num_key_value_heads: number };

function parseConfig(json: unknown): PhiConfig {
  const config = checked(Config, json);
  const all = json as Record<string, unknown>;
  refuseGated(all);
  refuseOther(config, { qk_layernorm: false }, 'phi');
  refuseActivation(config.hidden_act, Object.keys(ACTIVATIONS));
  refuseUneven(config, 'hidden_size', 'num_attention_heads');
  const whole = { ...config, num_key_value_heads: config.num_key_value_heads ?? config.num_attention_heads };
  refuseUneven(whole, 'num_attention_heads', 'num_key_value_heads');
  const size = config.hidden_size / config.num_attention_heads;
  const names = { theta: 'rope_theta', partial: 'partial_rotary_factor', share: 0.5 };
  return { ...whole, rope: parseRope(all, size, config.max_position_embeddings, names) };
}

const layersOf = ({ num_hidden_layers: layers }: PhiConfig): string[] =>
  Array.from({ length: layers }, (_, layer) => `model.layers.${layer}`);

/** Projections of a block with the shapes of their weights, (out, in). */
function projected(config: PhiConfig): Record<string, [number, number]> {
  const { hidden_size: d, intermediate_size: inner } = config;
  const keys = (d / config.num_attention_heads) * config.num_key_value_heads;
  return {
    'self_attn.q_proj': [d, d],
    'self_attn.k_proj': [keys, d],
    'self_attn.v_proj': [keys, d],
    'self_attn.dense': [d, d],
    'mlp.fc1': [inner, d],
    'mlp.fc2': [d, inner],
  };
}

function shapes(config: PhiConfig): Record<string, number[]> {
  const { hidden_size: d, vocab_size: vocabulary } = config;
  const all: Record<string, number[]> = { 'model.embed_tokens.weight': [vocabulary, d] };
  const add = (name: string, shape: number[]) => {
    all[`${name}.weight`] = shape;
    all[`${name}.bias`] = [shape[0]!];
  };
  for (const layer of layersOf(config)) {
    add(`${layer}.input_layernorm`, [d]);
    for (const [name, shape] of Object.entries(projected(config))) add(`${layer}.${name}`, shape);
  }
  add('model.final_layernorm', [d]);
  if (!config.tie_word_embeddings) all['lm_head.weight'] = [vocabulary, d];
  all['lm_head.bias'] = [vocabulary];
  return all;
}

const projections = (config: PhiConfig): Projections => ({
  modules: layersOf(config).flatMap((layer) => Object.keys(projected(config)).map((name) => `${layer}.${name}`)),
  outFirst: true,
});

function hidden(
  ...[tf, config, weights, ids, attention, watch]: Parameters<Architecture<PhiConfig>['hidden']>
): Tensor {
  const { num_attention_heads: heads, hidden_size: d, layer_norm_eps: epsilon } = config;
  const project = projector(tf, weights, true);
  const norm = (x: Tensor, name: string) =>
    layerNorm(tf, x, weights[`${name}.weight`]!, weights[`${name}.bias`]!, epsilon);
  const activate = ACTIVATIONS[config.hidden_act]!;
  const turns = turnsOf(tf, config.rope, d / heads, ids.shape[1]!, attention?.positions);
  let x = embed(tf, weights['model.embed_tokens.weight']!, ids);
  for (const [layer, name] of layersOf(config).entries()) {
    const input = norm(x, `${name}.input_layernorm`);
    const of = (which: string) => project(input, `${name}.self_attn.${which}_proj`);
    const qkv: [Tensor, Tensor, Tensor] = [rotate(tf, of('q'), turns), rotate(tf, of('k'), turns), of('v')];
    const attended = attention ? attention.attend(layer, ...qkv) : causalAttention(tf, qkv, heads);
    const inner = activate(tf, project(input, `${name}.mlp.fc1`));
    const both = tf.add(project(attended, `${name}.self_attn.dense`), project(inner, `${name}.mlp.fc2`));
    x = tf.add(x, both);
    watch?.(layer + 1, x);
  }
  return norm(x, 'model.final_layernorm');
}

const logits = (tf: Tf, { tie_word_embeddings: tied }: PhiConfig, weights: Tensors, states: Tensor): Tensor =>
  headLogits(tf, states, weights[tied ? 'model.embed_tokens.weight' : 'lm_head.weight']!, weights['lm_head.bias']);

const freshConfig = (model: FreshModel): Record<string, unknown> => ({
  model_type: 'phi',
  architectures: ['PhiForCausalLM'],
  ...{ vocab_size: model.vocabSize, max_position_embeddings: model.context, hidden_size: model.width },
  ...{ intermediate_size: 4 * model.width, num_hidden_layers: model.layers, num_attention_heads: model.heads },
  ...{ hidden_act: 'gelu_new', layer_norm_eps: 1e-5, initializer_range: 0.02, rope_theta: 10_000 },
  // of narrow heads a half may be no pair: then all of a head turns
  ...{ partial_rotary_factor: (model.width / model.heads) % 4 === 0 ? 0.5 : 1, tie_word_embeddings: false },
  ...{ bos_token_id: model.endId, eos_token_id: model.endId, torch_dtype: 'float32' },
});

export const phi: Architecture<PhiConfig> = {
  name: 'phi',
  summary: 'Phi-1, Phi-1.5 and Phi-2',
  variants: 'share of a head that turns, grouped-query attention, tied or untied embeddings, GELU or its tanh form',
  parseConfig,
  shapes,
  // frequencies that older exporters wrote, and the output layer where it is tied to the embedding
  ignored: [/^model\.(layers\.\d+\.self_attn\.)?rotary_emb\.inv_freq$/, /^lm_head\.weight$/],
  vocabSize: (config) => config.vocab_size,
  contextLength: (config) => config.max_position_embeddings,
  freshConfig,
  initialise: (config, seed) =>
    normalWeights(shapes(config), seed, { deviation: config.initializer_range, gains: /norm\.weight$/ }),
  forward: wholePass(hidden, logits),
  hidden,
  logits,
  cacheShape: ({ num_hidden_layers: layers, num_attention_heads: heads, hidden_size: d, ...config }) => ({
    ...{ layers, heads: config.num_key_value_heads, size: d / heads },
  }),
  projections,
  // as gpt2, with one norm in place of two
  activations: ({ num_hidden_layers: layers, hidden_size: d, intermediate_size: inner, ...config }, rows, time) => ({
    states: layers * rows * time * (6 * d + 4 * inner),
    scores: layers * rows * config.num_attention_heads * time * time,
  }),
};
