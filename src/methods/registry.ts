// One line a method; index.ts derives everything else.
export { certifiedRemoval } from './example-based/certified-removal.ts';
export { fisherForgetting } from './example-based/fisher-forgetting.ts';
export { influenceRemoval } from './example-based/influence-removal.ts';
export { lfssd } from './example-based/lfssd.ts';
export { retrain } from './example-based/retrain.ts';
export { ssd } from './example-based/ssd.ts';
export { ceU } from './gradient-based/ce-u.ts';
export { gradDiff } from './gradient-based/grad-diff.ts';
export { gradientAscent } from './gradient-based/gradient-ascent.ts';
export { klMin } from './gradient-based/kl-min.ts';
export { neggradPlus } from './gradient-based/neggrad-plus.ts';
export { satimp } from './gradient-based/satimp.ts';
export { wga } from './gradient-based/wga.ts';
export { npo } from './optimization-based/npo.ts';
export { simnpo } from './optimization-based/simnpo.ts';
export { taskVector } from './optimization-based/task-vector.ts';
export { undial } from './optimization-based/undial.ts';
