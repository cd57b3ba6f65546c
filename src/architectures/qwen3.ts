// Qwen3: a Llama whose queries and keys are normalised head by head, with heads of a width of their own.
// Qwen3 Technical Report, arXiv 2505.09388.
import { llamaFamily } from './llama.ts';
import { qwenWindows } from './qwen2.ts';

export const qwen3 = llamaFamily({
  summary: 'Qwen3, dense',
  variants: ['norms of queries and keys', 'attention biases', 'sliding windows of some layers'],
  ...{ name: 'qwen3', library: 'Qwen3ForCausalLM', context: 32_768, keyHeads: 32, headSize: 128 },
  ...{ attentionBias: 'config', mlpBias: false, headNorms: true },
  windows: qwenWindows,
});
