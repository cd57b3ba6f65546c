// One line a method; index.ts derives everything else.
export { retrain } from './example-based/retrain.ts';
export { gradDiff } from './gradient-based/grad-diff.ts';
export { gradientAscent } from './gradient-based/gradient-ascent.ts';
export { wga } from './gradient-based/wga.ts';
export { npo } from './optimization-based/npo.ts';
