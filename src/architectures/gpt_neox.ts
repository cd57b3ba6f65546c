// GPT-NeoX and Pythia: attention and feed-forward block side by side, rotary positions in a part of each head, in
// Hugging Face's names. GPT-NeoX-20B, arXiv 2204.06745.
import Type, { type Static } from 'typebox';
import type { Architecture, FreshModel, Projections } from '../domain/architecture.ts';
import type { Tensor, Tensors, Tf } from '../domain/engine.ts';
import { ACTIVATIONS } from './activations.ts';
import { checked, refuseActivation, refuseGated, refuseUneven } from './config.ts';
import { wholePass } from './forward.ts';
import { normalWeights } from './initial.ts';
import { causalAttention, embed, headLogits, layerNorm, projector } from './layers.ts';
import { type Rope, rotate, turnsOf } from './rope.ts';
import { parseRope } from './rope-config.ts';

const Config = Type.Object({
  model_type: Type.Literal('gpt_neox'),
  vocab_size: Type.Integer({ minimum: 1, maximum: 1_000_000 }),
  hidden_size: Type.Integer({ minimum: 1, maximum: 65_536 }),
  intermediate_size: Type.Integer({ minimum: 1, maximum: 1_000_000 }),
  num_hidden_layers: Type.Integer({ minimum: 1, maximum: 1_000 }),
  num_attention_heads: Type.Integer({ minimum: 1, maximum: 1_024 }),
  max_position_embeddings: Type.Integer({ minimum: 2, maximum: 100_000_000, default: 2_048 }),
  layer_norm_eps: Type.Number({ exclusiveMinimum: 0, default: 1e-5 }),
  hidden_act: Type.String({ default: 'gelu' }),
  initializer_range: Type.Number({ exclusiveMinimum: 0, default: 0.02 }),
  tie_word_embeddings: Type.Boolean({ default: false }),
  use_parallel_residual: Type.Boolean({ default: true }),
  attention_bias: Type.Boolean({ default: true }),
});
export type NeoxConfig = Static<typeof Config> & { rope: Rope };

function parseConfig(json: unknown): NeoxConfig {
  const config = checked(Config, json);
  const all = json as Record<string, unknown>;
  refuseGated(all);
  refuseActivation(config.hidden_act, Object.keys(ACTIVATIONS));
  refuseUneven(config, 'hidden_size', 'num_attention_heads');
  const size = config.hidden_size / config.num_attention_heads;
  const names = { theta: 'rotary_emb_base', partial: 'rotary_pct', share: 0.25 };
  return { ...config, rope: parseRope(all, size, config.max_position_embeddings, names) };
}

const layersOf = ({ num_hidden_layers: layers }: NeoxConfig): string[] =>
  Array.from({ length: layers }, (_, layer) => `gpt_neox.layers.${layer}`);

/** Projections of a block with the shapes of their weights, (out, in). */
const projected = ({ hidden_size: d, intermediate_size: inner }: NeoxConfig): Record<string, [number, number]> => ({
  'attention.query_key_value': [3 * d, d],
  'attention.dense': [d, d],
  'mlp.dense_h_to_4h': [inner, d],
  'mlp.dense_4h_to_h': [d, inner],
});

function shapes(config: NeoxConfig): Record<string, number[]> {
  const d = config.hidden_size;
  const all: Record<string, number[]> = { 'gpt_neox.embed_in.weight': [config.vocab_size, d] };
  const norm = (name: string) => {
    all[`${name}.weight`] = [d];
    all[`${name}.bias`] = [d];
  };
  for (const layer of layersOf(config)) {
    norm(`${layer}.input_layernorm`);
    norm(`${layer}.post_attention_layernorm`);
    for (const [name, shape] of Object.entries(projected(config))) {
      all[`${layer}.${name}.weight`] = shape;
      if (config.attention_bias || name.startsWith('mlp.')) all[`${layer}.${name}.bias`] = [shape[0]];
    }
  }
  norm('gpt_neox.final_layer_norm');
  if (!config.tie_word_embeddings) all['embed_out.weight'] = [config.vocab_size, d];
  return all;
}

const projections = (config: NeoxConfig): Projections => ({
  modules: layersOf(config).flatMap((layer) => Object.keys(projected(config)).map((name) => `${layer}.${name}`)),
  outFirst: true,
});

/** (B, T, H x 3 S), each head's q, k and v beside each other -> three of (B, T, H x S). */
function apart(tf: Tf, qkv: Tensor, heads: number): [Tensor, Tensor, Tensor] {
  const [rows, time, all] = qkv.shape as [number, number, number];
  const each = tf.split(tf.reshape(qkv, [rows, time, heads, all / heads]), 3, -1) as Tensor[];
  return each.map((x) => tf.reshape(x, [rows, time, all / 3])) as [Tensor, Tensor, Tensor];
}

function hidden(
  ...[tf, config, weights, ids, attention, watch]: Parameters<Architecture<NeoxConfig>['hidden']>
): Tensor {
  const { num_attention_heads: heads, hidden_size: d, layer_norm_eps: epsilon } = config;
  const project = projector(tf, weights, true);
  const norm = (x: Tensor, name: string) =>
    layerNorm(tf, x, weights[`${name}.weight`]!, weights[`${name}.bias`]!, epsilon);
  const activate = ACTIVATIONS[config.hidden_act]!;
  const turns = turnsOf(tf, config.rope, d / heads, ids.shape[1]!, attention?.positions);
  let x = embed(tf, weights['gpt_neox.embed_in.weight']!, ids);
  for (const [layer, name] of layersOf(config).entries()) {
    const fused = project(norm(x, `${name}.input_layernorm`), `${name}.attention.query_key_value`);
    const [q, k, v] = apart(tf, fused, heads);
    const qkv: [Tensor, Tensor, Tensor] = [rotate(tf, q, turns), rotate(tf, k, turns), v];
    const attended = attention ? attention.attend(layer, ...qkv) : causalAttention(tf, qkv, heads);
    const after: Tensor = tf.add(x, project(attended, `${name}.attention.dense`));
    const middle = norm(config.use_parallel_residual ? x : after, `${name}.post_attention_layernorm`);
    const inner = activate(tf, project(middle, `${name}.mlp.dense_h_to_4h`));
    x = tf.add(after, project(inner, `${name}.mlp.dense_4h_to_h`));
    watch?.(layer + 1, x);
  }
  return norm(x, 'gpt_neox.final_layer_norm');
}

const logits = (tf: Tf, { tie_word_embeddings: tied }: NeoxConfig, weights: Tensors, states: Tensor): Tensor =>
  headLogits(tf, states, weights[tied ? 'gpt_neox.embed_in.weight' : 'embed_out.weight']!);

const freshConfig = (model: FreshModel): Record<string, unknown> => ({
  model_type: 'gpt_neox',
  architectures: ['GPTNeoXForCausalLM'],
  ...{ vocab_size: model.vocabSize, max_position_embeddings: model.context, hidden_size: model.width },
  ...{ intermediate_size: 4 * model.width, num_hidden_layers: model.layers, num_attention_heads: model.heads },
  ...{ hidden_act: 'gelu', layer_norm_eps: 1e-5, initializer_range: 0.02, use_parallel_residual: true },
  // of narrow heads a quarter may be no pair: then all of a head turns
  ...{ rotary_emb_base: 10_000, rotary_pct: (model.width / model.heads) % 8 === 0 ? 0.25 : 1 },
  ...{ attention_bias: true, tie_word_embeddings: false },
  ...{ bos_token_id: model.endId, eos_token_id: model.endId, torch_dtype: 'float32' },
});

export const gptNeox: Architecture<NeoxConfig> = {
  name: 'gpt_neox',
  summary: 'GPT-NeoX and Pythia',
  variants:
    'parallel or sequential blocks, share of a head that turns, tied or untied embeddings, attention biases, GELU or its tanh form',
  parseConfig,
  shapes,
  // masks and frequencies that older exporters wrote, and the output layer where it is tied to the embedding
  ignored: [
    /^gpt_neox\.layers\.\d+\.attention\.(bias|masked_bias|rotary_emb\.inv_freq)$/,
    /^gpt_neox\.rotary_emb\.inv_freq$/,
    /^embed_out\.weight$/,
  ],
  vocabSize: (config) => config.vocab_size,
  contextLength: (config) => config.max_position_embeddings,
  freshConfig,
  initialise: (config, seed) =>
    normalWeights(shapes(config), seed, { deviation: config.initializer_range, gains: /norm\.weight$/ }),
  forward: wholePass(hidden, logits),
  hidden,
  logits,
  cacheShape: ({ num_hidden_layers: layers, num_attention_heads: heads, hidden_size: d }) => ({
    ...{ layers, heads, size: d / heads },
  }),
  projections,
  // as gpt2, with q and k once more as they were before they turned
  activations: ({ num_hidden_layers: layers, hidden_size: d, intermediate_size: inner, ...config }, rows, time) => ({
    states: layers * rows * time * (8 * d + 4 * inner),
    scores: layers * rows * config.num_attention_heads * time * time,
  }),
};
