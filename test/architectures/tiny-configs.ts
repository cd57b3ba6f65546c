// A configuration of each architecture that computes in milliseconds, and what is wrong with changed ones.
interface TinyConfig {
  json: unknown;
  faults: { change: Record<string, unknown>; says: RegExp }[];
}

const SIZE = {
  ...{ vocab_size: 24, max_position_embeddings: 16, hidden_size: 16, intermediate_size: 24, num_hidden_layers: 2 },
  ...{ num_attention_heads: 4, num_key_value_heads: 2, initializer_range: 0.2 },
};

/** What the fields of a size can have wrong, and what no architecture computes. */
const OF_ALL: TinyConfig['faults'] = [
  { change: { hidden_size: undefined }, says: /hidden_size/ },
  { change: { vocab_size: 1.5 }, says: /vocab_size/ },
  { change: { num_hidden_layers: 'two' }, says: /num_hidden_layers/ },
  { change: { max_position_embeddings: 1 }, says: /max_position_embeddings/ },
  { change: { num_attention_heads: 0 }, says: /num_attention_heads/ },
  { change: { hidden_act: 'relu6' }, says: /hidden_act "relu6" is not supported\. Supported: / },
  { change: { quantization_config: { bits: 4 } }, says: /quantization_config: .*not supported\. Use / },
  { change: { num_experts: 8 }, says: /num_experts: mixtures of experts are not supported/ },
  { change: { num_local_experts: 8 }, says: /num_local_experts/ },
  { change: { attention_multiplier: 0.5 }, says: /attention_multiplier 0.5 is not supported/ },
  { change: { final_logit_softcapping: 30 }, says: /final_logit_softcapping is not supported/ },
  {
    change: { rope_parameters: { rope_type: 'longrope' } },
    says: /rope_type "longrope" is not supported\. Supported: default, /,
  },
  { change: { rope_scaling: { type: 'mrope' } }, says: /rope_scaling: the rope_type "mrope"/ },
  { change: { rope_scaling: { rope_type: 'linear' } }, says: /rope_scaling.*factor/ },
  { change: { rope_scaling: { rope_type: 'yarn', factor: 0 } }, says: /rope_scaling\/factor/ },
];
const OF_LLAMA = [
  ...OF_ALL,
  { change: { num_key_value_heads: 3 }, says: /num_attention_heads must be a multiple of num_key_value_heads/ },
  { change: { head_dim: 5 }, says: /heads of 5 numbers: .*Take an even width/ },
  { change: { rms_norm_eps: 0 }, says: /rms_norm_eps/ },
];

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
      { change: { quantization_config: {} }, says: /quantization_config/ },
    ],
  },
  llama: {
    json: { model_type: 'llama', ...SIZE, attention_bias: true, mlp_bias: true },
    faults: [
      ...OF_LLAMA,
      { change: { hidden_size: 18 }, says: /hidden_size must be a multiple of num_attention_heads/ },
    ],
  },
  mistral: {
    json: { model_type: 'mistral', ...SIZE, sliding_window: 3, head_dim: 6 },
    faults: [
      ...OF_LLAMA,
      { change: { sliding_window: 0 }, says: /sliding_window must be a whole number of tokens from 1, or null/ },
      {
        change: { layer_types: ['full_attention', 'sliding_attention'] },
        says: /layer_types: a Mistral has one window/,
      },
    ],
  },
  qwen2: {
    json: { model_type: 'qwen2', ...SIZE, tie_word_embeddings: true, sliding_window: 8 },
    faults: [
      ...OF_LLAMA,
      { change: { use_sliding_window: true, sliding_window: 1.5 }, says: /sliding_window must be a whole number/ },
      {
        change: { layer_types: ['full_attention', 'sliding_attention'] },
        says: /layer_types names sliding_attention, and no window is active\. Set use_sliding_window/,
      },
    ],
  },
  qwen3: {
    json: {
      ...{ model_type: 'qwen3', ...SIZE, head_dim: 6 },
      ...{ use_sliding_window: true, sliding_window: 4, layer_types: ['sliding_attention', 'full_attention'] },
    },
    faults: [
      ...OF_LLAMA,
      {
        change: { layer_types: ['chunked_attention', 'full_attention'] },
        says: /layer_types must say for each of 2 layers/,
      },
      { change: { layer_types: ['full_attention'] }, says: /layer_types must say for each of 2 layers/ },
    ],
  },
  gpt_neox: {
    json: { model_type: 'gpt_neox', ...SIZE, rotary_pct: 0.5 },
    faults: [
      ...OF_ALL,
      { change: { rotary_pct: 0.25 }, says: /rotary_pct 0.25 of a head of 4 is 1/ },
      { change: { hidden_size: 18 }, says: /hidden_size must be a multiple/ },
    ],
  },
  phi: {
    json: { model_type: 'phi', ...SIZE, partial_rotary_factor: 0.5 },
    faults: [...OF_ALL, { change: { qk_layernorm: true }, says: /qk_layernorm must be false for phi/ }],
  },
};
