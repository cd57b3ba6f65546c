// Qwen2 and Qwen2.5: a Llama with biases on q, k and v. Qwen2 Technical Report, arXiv 2407.10671.
import { fault } from './config.ts';
import { llamaFamily } from './llama.ts';
import { layerTypes, slidingWindow, type Windows } from './windows.ts';

/** The window of a Qwen is off unless it is asked for, and then that of the layers behind `max_window_layers`, or of those named. */
export function qwenWindows(json: Record<string, unknown>, layers: number): Windows {
  const { use_sliding_window: used, max_window_layers: first = 28 } = json;
  const window = used === true ? slidingWindow(json, 4_096) : null;
  const types = layerTypes(json, layers);
  if (types === null) return Array.from({ length: layers }, (_, layer) => (layer >= Number(first) ? window : null));
  if (window === null && types.includes('sliding_attention'))
    throw fault(
      'layer_types names sliding_attention, and no window is active. Set use_sliding_window and sliding_window.',
    );
  return types.map((type) => (type === 'sliding_attention' ? window : null));
}

export const qwen2 = llamaFamily({
  summary: 'Qwen2 and Qwen2.5',
  variants: ['biases of queries, keys and values', 'sliding windows of some layers'],
  ...{ name: 'qwen2', library: 'Qwen2ForCausalLM', context: 32_768, keyHeads: 32 },
  ...{ attentionBias: 'qkv', mlpBias: false, headNorms: false },
  windows: qwenWindows,
});
