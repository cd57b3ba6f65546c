// Which backends the contract tests run on: those that every machine has, or the one that TEST_BACKEND names
// (`npm run test:webgpu`, `npm run test:tensorflow`).
const asked = process.env.TEST_BACKEND;

/** For tests that loop over backends. */
export const TESTED_BACKENDS = asked ? [asked] : ['onnxruntime/cpu', 'tfjs-cpu'];

/** The one that is compared with the oracle, `tfjs-cpu`. */
export const UNDER_TEST = asked ?? 'onnxruntime/cpu';
