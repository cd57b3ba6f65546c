// Mistral: a Llama whose tokens see a window of what came before, which must not be shorter than the context here.
// Mistral 7B, arXiv 2310.06825.
import { llamaFamily } from './llama.ts';

/** What the library takes where config.json says nothing. */
const WINDOW = 4_096;

export const mistral = llamaFamily({
  summary: 'Mistral 7B and others of its code',
  variants: ['a window as wide as the context'],
  ...{ name: 'mistral', library: 'MistralForCausalLM', context: 131_072, keyHeads: 8 },
  ...{ attentionBias: 'none', mlpBias: false, headNorms: false },
  window: ({ sliding_window: window = WINDOW }) => (typeof window === 'number' ? window : null),
});
