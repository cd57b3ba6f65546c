// One line an architecture; index.ts derives the look-up.
export { gpt2 } from './gpt2.ts';
