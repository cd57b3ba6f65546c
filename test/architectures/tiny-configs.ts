// A configuration of each architecture that computes in milliseconds, and what is wrong with changed ones.
interface TinyConfig {
  json: unknown;
  faults: { change: Record<string, unknown>; says: RegExp }[];
}

export const TINY_CONFIGS: Record<string, TinyConfig> = {
  gpt2: {
    json: {
      model_type: 'gpt2',
      ...{ vocab_size: 24, n_positions: 16, n_embd: 16, n_layer: 2, n_head: 2, initializer_range: 0.2 },
    },
    faults: [
      { change: { n_embd: undefined }, says: /n_embd/ },
      { change: { n_embd: 15 }, says: /n_embd.*n_head/ },
      { change: { n_head: 0 }, says: /n_head/ },
      { change: { vocab_size: 1.5 }, says: /vocab_size/ },
      { change: { n_layer: 'two' }, says: /n_layer/ },
      { change: { n_positions: 1 }, says: /n_positions/ },
      { change: { activation_function: 'relu' }, says: /activation_function must be gelu_new/ },
      { change: { tie_word_embeddings: false }, says: /tie_word_embeddings/ },
      { change: { scale_attn_weights: false }, says: /scale_attn_weights must be true/ },
      { change: { scale_attn_by_inverse_layer_idx: true }, says: /scale_attn_by_inverse_layer_idx must be false/ },
      { change: { add_cross_attention: true }, says: /add_cross_attention must be false/ },
      { change: { layer_norm_epsilon: 0 }, says: /layer_norm_epsilon/ },
    ],
  },
};
