// Mistral: a Llama whose tokens see a window of what came before, the same in every layer. Mistral 7B, arXiv 2310.06825.
import { fault } from './config.ts';
import { llamaFamily } from './llama.ts';
import { layerTypes, slidingWindow } from './windows.ts';

/** What the library takes where config.json says nothing. */
const WINDOW = 4_096;

export const mistral = llamaFamily({
  summary: 'Mistral 7B and others of its code',
  variants: ['a sliding window'],
  ...{ name: 'mistral', library: 'MistralForCausalLM', context: 131_072, keyHeads: 8 },
  ...{ attentionBias: 'none', mlpBias: false, headNorms: false },
  windows(json, layers) {
    const window = slidingWindow(json, WINDOW);
    const types = layerTypes(json, layers);
    // its code in the library does not read them
    if (window !== null && types?.includes('full_attention'))
      throw fault('layer_types: a Mistral has one window for all layers. Use a model of another architecture.');
    return new Array(layers).fill(window);
  },
});
