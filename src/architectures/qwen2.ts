// Qwen2 and Qwen2.5: a Llama with biases on q, k and v. Qwen2 Technical Report, arXiv 2407.10671.
import { llamaFamily } from './llama.ts';

/** The window of a Qwen, which is off unless it is asked for, and then that of the layers behind `max_window_layers`. */
export const qwenWindow = (json: Record<string, unknown>): number | null => {
  const { use_sliding_window: used, sliding_window: window = 4_096, max_window_layers: first = 28 } = json;
  const nowhere = json.layer_types == null && (first as number) >= (json.num_hidden_layers as number);
  return used === true && typeof window === 'number' && !nowhere ? window : null;
};

export const qwen2 = llamaFamily({
  summary: 'Qwen2 and Qwen2.5',
  variants: ['biases of queries, keys and values'],
  ...{ name: 'qwen2', library: 'Qwen2ForCausalLM', context: 32_768, keyHeads: 32 },
  ...{ attentionBias: 'qkv', mlpBias: false, headNorms: false },
  window: qwenWindow,
});
