// GPT-2: pre-norm decoder with learned positions and tied embeddings, in Hugging Face's names.
// Language Models are Unsupervised Multitask Learners (Radford et al., 2019).
import type * as tfjs from '@tensorflow/tfjs';
import Type, { type Static } from 'typebox';
import type { Architecture, FreshModel, Projections } from '../domain/architecture.ts';
import type { HostTensors, Tensor, Tensors, Tf } from '../domain/engine.ts';
import { geluTanh } from './activations.ts';
import { checked, refuseGated, refuseOther, refuseUneven } from './config.ts';
import { wholePass } from './forward.ts';
import { normalWeights } from './initial.ts';
import { causalAttention, embed, layerNorm, projector } from './layers.ts';

const Config = Type.Object({
  model_type: Type.Literal('gpt2'),
  vocab_size: Type.Integer({ minimum: 1, maximum: 1_000_000 }),
  n_positions: Type.Integer({ minimum: 2, maximum: 1_000_000 }),
  n_embd: Type.Integer({ minimum: 1, maximum: 65_536 }),
  n_layer: Type.Integer({ minimum: 1, maximum: 1_000 }),
  n_head: Type.Integer({ minimum: 1, maximum: 1_024 }),
  n_inner: Type.Optional(Type.Union([Type.Integer({ minimum: 1 }), Type.Null()])),
  layer_norm_epsilon: Type.Number({ exclusiveMinimum: 0, default: 1e-5 }),
  activation_function: Type.String({ default: 'gelu_new' }),
  initializer_range: Type.Number({ exclusiveMinimum: 0, default: 0.02 }),
  tie_word_embeddings: Type.Boolean({ default: true }),
  scale_attn_weights: Type.Boolean({ default: true }),
  scale_attn_by_inverse_layer_idx: Type.Boolean({ default: false }),
  add_cross_attention: Type.Boolean({ default: false }),
});
export type Gpt2Config = Static<typeof Config>;

/** Variants that would compute something else: refused, not ignored. */
const FIXED = {
  activation_function: 'gelu_new',
  tie_word_embeddings: true,
  scale_attn_weights: true,
  scale_attn_by_inverse_layer_idx: false,
  add_cross_attention: false,
} as const;

function parseConfig(json: unknown): Gpt2Config {
  const config = checked(Config, json);
  refuseGated(json as Record<string, unknown>);
  refuseUneven(config, 'n_embd', 'n_head');
  refuseOther(config, FIXED, 'gpt2');
  return config;
}

/** Names inside one block and their shapes; D width, I inner width. */
const blockShapes = (d: number, inner: number): Record<string, number[]> => ({
  'ln_1.weight': [d],
  'ln_1.bias': [d],
  'attn.c_attn.weight': [d, 3 * d],
  'attn.c_attn.bias': [3 * d],
  'attn.c_proj.weight': [d, d],
  'attn.c_proj.bias': [d],
  'ln_2.weight': [d],
  'ln_2.bias': [d],
  'mlp.c_fc.weight': [d, inner],
  'mlp.c_fc.bias': [inner],
  'mlp.c_proj.weight': [inner, d],
  'mlp.c_proj.bias': [d],
});

function shapes(config: Gpt2Config): Record<string, number[]> {
  const d = config.n_embd;
  const all: Record<string, number[]> = {
    'transformer.wte.weight': [config.vocab_size, d],
    'transformer.wpe.weight': [config.n_positions, d],
  };
  for (let layer = 0; layer < config.n_layer; layer++) {
    for (const [name, shape] of Object.entries(blockShapes(d, config.n_inner ?? 4 * d))) {
      all[`transformer.h.${layer}.${name}`] = shape;
    }
  }
  all['transformer.ln_f.weight'] = [d];
  all['transformer.ln_f.bias'] = [d];
  return all;
}

const PROJECTIONS = ['attn.c_attn', 'attn.c_proj', 'mlp.c_fc', 'mlp.c_proj'];

function projections({ n_layer }: Gpt2Config): Projections {
  const layers = Array.from({ length: n_layer }, (_, layer) => `transformer.h.${layer}`);
  return { modules: layers.flatMap((layer) => PROJECTIONS.map((name) => `${layer}.${name}`)), outFirst: false };
}

/** Normal weights, zero biases, unit gains; projections into the residual stream shrink with depth, as GPT-2 has it. */
const initialise = (config: Gpt2Config, seed: number): HostTensors =>
  normalWeights(shapes(config), seed, {
    deviation: config.initializer_range,
    gains: /ln_(1|2|f)\.weight$/,
    shrink: (name) => (name.endsWith('c_proj.weight') ? Math.sqrt(2 * config.n_layer) : 1),
  });

function hidden(
  ...[tf, config, weights, ids, attention, watch]: Parameters<Architecture<Gpt2Config>['hidden']>
): Tensor {
  const [, time] = ids.shape as [number, number];
  const at = (name: string): Tensor => weights[`transformer.${name}`]!;
  const norm = (x: Tensor, name: string) =>
    layerNorm(tf, x, at(`${name}.weight`), at(`${name}.bias`), config.layer_norm_epsilon);
  const through = projector(tf, weights, false);
  const project = (x: Tensor, name: string) => through(x, `transformer.${name}`);

  const places = attention?.positions
    ? embed(tf, at('wpe.weight'), attention.positions)
    : tf.slice(at('wpe.weight'), [0, 0], [time, config.n_embd]);
  const attend = (layer: number, qkv: [Tensor, Tensor, Tensor]) =>
    attention ? attention.attend(layer, ...qkv) : causalAttention(tf, qkv, config.n_head);
  let x: Tensor = tf.add(embed(tf, at('wte.weight'), ids), places);
  for (let layer = 0; layer < config.n_layer; layer++) {
    const h = `h.${layer}`;
    const qkv = tf.split(project(norm(x, `${h}.ln_1`), `${h}.attn.c_attn`), 3, -1) as [Tensor, Tensor, Tensor];
    x = tf.add(x, project(attend(layer, qkv), `${h}.attn.c_proj`));
    x = tf.add(x, project(geluTanh(tf, project(norm(x, `${h}.ln_2`), `${h}.mlp.c_fc`)), `${h}.mlp.c_proj`));
    watch?.(layer + 1, x);
  }
  return norm(x, 'ln_f');
}

const logits = (tf: Tf, _: Gpt2Config, weights: Tensors, states: Tensor): Tensor =>
  tf.matMul(states as tfjs.Tensor2D, weights['transformer.wte.weight'] as tfjs.Tensor2D, false, true);

function freshConfig({ vocabSize, context, width, layers, heads, endId }: FreshModel) {
  return {
    model_type: 'gpt2',
    architectures: ['GPT2LMHeadModel'],
    ...{ vocab_size: vocabSize, n_positions: context, n_embd: width, n_layer: layers, n_head: heads },
    ...{
      layer_norm_epsilon: 1e-5,
      activation_function: 'gelu_new',
      initializer_range: 0.02,
      tie_word_embeddings: true,
    },
    ...{ bos_token_id: endId, eos_token_id: endId, torch_dtype: 'float32' },
  };
}

export const gpt2: Architecture<Gpt2Config> = {
  name: 'gpt2',
  summary: 'GPT-2 and DistilGPT-2',
  variants: 'inner width',
  parseConfig,
  shapes,
  // causal-mask buffers of older exporters, and the output layer that is tied to the embedding
  ignored: [/^transformer\.h\.\d+\.attn\.(bias|masked_bias)$/, /^lm_head\.weight$/],
  vocabSize: (config) => config.vocab_size,
  contextLength: (config) => config.n_positions,
  freshConfig,
  initialise,
  forward: wholePass(hidden, logits),
  hidden,
  logits,
  cacheShape: (config) => ({ layers: config.n_layer, heads: config.n_head, size: config.n_embd / config.n_head }),
  projections,
  // a block keeps 8 D a token (two norms with their outputs, q, k, v, what was attended) and the inner width 4 times
  // (before and after GELU, its square, its tanh)
  activations: ({ n_layer, n_embd, n_inner, n_head }, rows, time) => ({
    states: n_layer * rows * time * (8 * n_embd + 4 * (n_inner ?? 4 * n_embd)),
    scores: n_layer * rows * n_head * time * time,
  }),
};
