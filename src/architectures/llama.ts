// Llama: pre-norm decoder with rotary positions, grouped-query attention and a gated feed-forward block, in Hugging
// Face's names. LLaMA, arXiv 2302.13971. Its relatives are members of the same family: mistral.ts, qwen2.ts, qwen3.ts.
import type { Architecture, FreshModel, Projections } from '../domain/architecture.ts';
import type { Tensor, Tensors, Tf } from '../domain/engine.ts';
import { swiGlu } from './activations.ts';
import { wholePass } from './forward.ts';
import { normalWeights } from './initial.ts';
import { causalAttention, embed, headLogits, projector } from './layers.ts';
import { type LlamaConfig, type Member, parseLlama } from './llama-config.ts';
import { rmsNorm } from './rms-norm.ts';
import { rotate, turnsOf } from './rope.ts';

/** Projections of a block, in the order of the model, with the shapes of their weights, (out, in). */
function projected({ width, inner, heads, keyHeads, size }: LlamaConfig): Record<string, [number, number]> {
  return {
    'self_attn.q_proj': [heads * size, width],
    'self_attn.k_proj': [keyHeads * size, width],
    'self_attn.v_proj': [keyHeads * size, width],
    'self_attn.o_proj': [width, heads * size],
    'mlp.gate_proj': [inner, width],
    'mlp.up_proj': [inner, width],
    'mlp.down_proj': [width, inner],
  };
}

const layersOf = ({ layers }: LlamaConfig): string[] =>
  Array.from({ length: layers }, (_, layer) => `model.layers.${layer}`);

function shapes(config: LlamaConfig): Record<string, number[]> {
  const { width, size, biased, headNorms } = config;
  const all: Record<string, number[]> = { 'model.embed_tokens.weight': [config.vocabulary, width] };
  for (const layer of layersOf(config)) {
    all[`${layer}.input_layernorm.weight`] = [width];
    for (const [name, shape] of Object.entries(projected(config))) {
      all[`${layer}.${name}.weight`] = shape;
      if (biased.includes(name.slice(name.indexOf('.') + 1))) all[`${layer}.${name}.bias`] = [shape[0]];
    }
    if (headNorms) for (const which of ['q', 'k']) all[`${layer}.self_attn.${which}_norm.weight`] = [size];
    all[`${layer}.post_attention_layernorm.weight`] = [width];
  }
  all['model.norm.weight'] = [width];
  if (!config.tied) all['lm_head.weight'] = [config.vocabulary, width];
  return all;
}

const projections = (config: LlamaConfig): Projections => ({
  modules: layersOf(config).flatMap((layer) => Object.keys(projected(config)).map((name) => `${layer}.${name}`)),
  outFirst: true,
});

function hidden(
  ...[tf, config, weights, ids, attention, watch]: Parameters<Architecture<LlamaConfig>['hidden']>
): Tensor {
  const { size, heads, epsilon } = config;
  const project = projector(tf, weights, true);
  const norm = (x: Tensor, name: string) => rmsNorm(tf, x, weights[`${name}.weight`]!, epsilon);
  const turns = turnsOf(tf, config.rope, size, ids.shape[1]!, attention?.positions);
  /** Normalised head by head, where the family does, and turned. */
  const placed = (x: Tensor, name: string): Tensor => {
    if (!config.headNorms) return rotate(tf, x, turns);
    const [rows, time, all] = x.shape as [number, number, number];
    return rotate(tf, tf.reshape(norm(tf.reshape(x, [rows, time, all / size, size]), name), x.shape), turns);
  };
  let x = embed(tf, weights['model.embed_tokens.weight']!, ids);
  for (const [layer, name] of layersOf(config).entries()) {
    const own = `${name}.self_attn`;
    const input = norm(x, `${name}.input_layernorm`);
    const qkv: [Tensor, Tensor, Tensor] = [
      placed(project(input, `${own}.q_proj`), `${own}.q_norm`),
      placed(project(input, `${own}.k_proj`), `${own}.k_norm`),
      project(input, `${own}.v_proj`),
    ];
    const window = config.windows[layer] ?? null;
    const attended = attention ? attention.attend(layer, ...qkv, window) : causalAttention(tf, qkv, heads, window);
    x = tf.add(x, project(attended, `${own}.o_proj`));
    const middle = norm(x, `${name}.post_attention_layernorm`);
    const gated = swiGlu(tf, project(middle, `${name}.mlp.gate_proj`), project(middle, `${name}.mlp.up_proj`));
    x = tf.add(x, project(gated, `${name}.mlp.down_proj`));
    watch?.(layer + 1, x);
  }
  return norm(x, 'model.norm');
}

const logits = (tf: Tf, { tied }: LlamaConfig, weights: Tensors, states: Tensor): Tensor =>
  headLogits(tf, states, weights[tied ? 'model.embed_tokens.weight' : 'lm_head.weight']!);

const freshConfig = ({ name, library, headSize }: Member, model: FreshModel): Record<string, unknown> => ({
  model_type: name,
  architectures: [library],
  ...{ vocab_size: model.vocabSize, max_position_embeddings: model.context, hidden_size: model.width },
  // three matrices of it hold what GPT-2's two of four times the width do
  intermediate_size: Math.ceil((8 * model.width) / 3 / 8) * 8,
  ...{ num_hidden_layers: model.layers, num_attention_heads: model.heads, num_key_value_heads: model.heads },
  ...(headSize === undefined ? {} : { head_dim: model.width / model.heads }),
  ...{ hidden_act: 'silu', rms_norm_eps: 1e-6, initializer_range: 0.02, rope_theta: 10_000 },
  ...{ tie_word_embeddings: true, sliding_window: null },
  ...{ bos_token_id: model.endId, eos_token_id: model.endId, torch_dtype: 'float32' },
});

const SHARED_VARIANTS = ['grouped-query attention', 'width of a head', 'tied or untied embeddings'];

/** An architecture of the family. */
export function llamaFamily(member: Member): Architecture<LlamaConfig> {
  return {
    name: member.name,
    summary: member.summary,
    variants: [...SHARED_VARIANTS, ...member.variants].join(', '),
    parseConfig: (json) => parseLlama(member, json),
    shapes,
    // frequencies that older exporters wrote, and the output layer where it is tied to the embedding
    ignored: [/^model\.(layers\.\d+\.self_attn\.)?rotary_emb\.inv_freq$/, /^lm_head\.weight$/],
    vocabSize: ({ vocabulary }) => vocabulary,
    contextLength: ({ context }) => context,
    freshConfig: (model) => freshConfig(member, model),
    initialise: (config, seed) =>
      normalWeights(shapes(config), seed, { deviation: config.deviation, gains: /norm\.weight$/ }),
    forward: wholePass(hidden, logits),
    hidden,
    logits,
    cacheShape: ({ layers, keyHeads, size }) => ({ layers, heads: keyHeads, size }),
    projections,
    // a block keeps two norms with their outputs, q and k (as projected and turned; and as normalised, where they are), v,
    // what was attended, and the inner width 4 times: gate, its sigmoid, what it lets through, and the product; at the
    // peak one more of the width and two of the inner one are on the way
    activations: ({ layers, width, inner, heads, keyHeads, size, headNorms }, rows, time) => ({
      states:
        layers * rows * time * (5 * width + ((headNorms ? 4 : 3) * (heads + keyHeads) + keyHeads) * size + 6 * inner),
      scores: layers * rows * heads * time * time,
    }),
  };
}

export const llama = llamaFamily({
  summary: 'Llama 1, 2 and 3, SmolLM and SmolLM2, TinyLlama, and others that use its code',
  variants: ['attention and feed-forward biases'],
  ...{ name: 'llama', library: 'LlamaForCausalLM', context: 2_048 },
  ...{ attentionBias: 'config', mlpBias: true, headNorms: false },
  // its code in the library has no window at all
  windows: () => [],
});
