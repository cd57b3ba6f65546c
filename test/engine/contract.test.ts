// The engine's contract, and that nothing is left out of it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { REGISTRY } from '../../src/engine/onnxruntime/kernels/index.ts';
import { MISSING } from '../../src/engine/onnxruntime/kernels/unsupported.ts';
import { tf } from '../../src/engine/tfjs.ts';
import { UNDER_TEST } from '../helpers/backends.ts';
import { LONG } from '../helpers/long.ts';
import { CASES } from './contract/index.ts';
import { LIMITS } from './contract/limits.ts';
import { describeContract } from './contract/run.ts';

test('every kernel has cases, and every case a kernel', () => {
  assert.deepEqual(Object.keys(CASES).toSorted(), [...REGISTRY.keys()].toSorted());
  for (const [name, cases] of Object.entries(CASES)) assert.ok(cases.length > 0, `${name} has no case`);
});

test('whatever TensorFlow.js may call is a kernel of the registry or is refused by name', () => {
  const known = tf.getKernelsForBackend('onnxruntime').map(({ kernelName }) => kernelName);
  assert.deepEqual(known.toSorted(), [...REGISTRY.keys(), ...MISSING.keys()].toSorted());
});

/** Some of two thousand cases where all are asked for by test:long; another backend is always asked for all. */
const most = LONG || UNDER_TEST !== 'onnxruntime/cpu' ? Number.POSITIVE_INFINITY : 4;
await describeContract(UNDER_TEST, { limits: LIMITS[UNDER_TEST] ?? {}, most });
