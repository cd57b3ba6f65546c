// One line a method; index.ts derives everything else.
export { retrain } from './example-based/retrain.ts';
export { ceU } from './gradient-based/ce-u.ts';
export { gradDiff } from './gradient-based/grad-diff.ts';
export { gradientAscent } from './gradient-based/gradient-ascent.ts';
export { klMin } from './gradient-based/kl-min.ts';
export { neggradPlus } from './gradient-based/neggrad-plus.ts';
export { salun } from './gradient-based/salun.ts';
export { satimp } from './gradient-based/satimp.ts';
export { wga } from './gradient-based/wga.ts';
export { badTeacher } from './optimization-based/bad-teacher.ts';
export { npo } from './optimization-based/npo.ts';
export { pdu } from './optimization-based/pdu.ts';
export { rmu } from './optimization-based/rmu.ts';
export { scrub } from './optimization-based/scrub.ts';
export { simnpo } from './optimization-based/simnpo.ts';
export { undial } from './optimization-based/undial.ts';
