// One line an architecture; index.ts derives the look-up.

export { gptNeox } from './gpt_neox.ts';
export { gpt2 } from './gpt2.ts';
export { llama } from './llama.ts';
export { mistral } from './mistral.ts';
export { phi } from './phi.ts';
export { qwen2 } from './qwen2.ts';
export { qwen3 } from './qwen3.ts';
