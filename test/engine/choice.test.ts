import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { readConfig } from '../../src/config.ts';
import { BACKENDS } from '../../src/engine/backends.ts';
import { chooseBackend, createEngine } from '../../src/engine/choice.ts';
import { acceleratorsHere, nvidiaNames } from '../../src/engine/hardware.ts';
import type { Probe } from '../../src/engine/probe.ts';
import { Environment } from '../../src/environment.ts';

const gpu = (device: string, software = false): Probe => ({ ok: true, device, software });
const broken: Probe = { ok: false, reason: 'Found no drivers!' };

/** A machine that shows these backends and answers so when one is tried. */
function machine(answers: Record<string, Probe>) {
  const tried: string[] = [];
  const surroundings = {
    candidates: () => Object.keys(answers),
    async probe(backend: string) {
      tried.push(backend);
      return answers[backend] ?? broken;
    },
  };
  const choose = (backend: string | null) => chooseBackend({ backend, threads: 2, environment: {} }, surroundings);
  return { tried, choose };
}

test('without a wish, a machine without an accelerator computes on its CPU and nothing is tried', async () => {
  const { choose, tried } = machine({});
  const { backend, device } = await choose(null);
  assert.equal(backend, 'onnxruntime/cpu');
  assert.match(device, /, 2 threads$/);
  assert.deepEqual(tried, []);
});

test('without a wish, the best backend that really works is taken, by its device’s name', async () => {
  const both = machine({ 'onnxruntime/cuda': gpu('NVIDIA H200'), 'onnxruntime/webgpu': gpu('NVIDIA H200') });
  assert.deepEqual(await both.choose(null), { backend: 'onnxruntime/cuda', device: 'NVIDIA H200' });
  const second = machine({ 'onnxruntime/cuda': broken, 'onnxruntime/webgpu': gpu('AMD Radeon') });
  assert.deepEqual(await second.choose(null), { backend: 'onnxruntime/webgpu', device: 'AMD Radeon' });
  assert.deepEqual(second.tried, ['onnxruntime/cuda', 'onnxruntime/webgpu']);
});

test('a GPU that is only played, a nameless one and TensorFlow on the CPU are never taken unasked', async () => {
  for (const answer of [
    gpu('SwiftShader Device (Subzero)', true),
    { ok: true, device: null, software: false } as const,
  ]) {
    const { choose } = machine({ 'onnxruntime/webgpu': answer });
    assert.equal((await choose(null)).backend, 'onnxruntime/cpu');
  }
});

test('what was asked for is taken, software driver or not', async () => {
  const { choose } = machine({ 'onnxruntime/webgpu': gpu('SwiftShader Device (Subzero)', true) });
  assert.deepEqual(await choose('onnxruntime/webgpu'), {
    backend: 'onnxruntime/webgpu',
    device: 'SwiftShader Device (Subzero)',
  });
});

test('what is always there is not tried', async () => {
  const { choose, tried } = machine({});
  assert.equal((await choose('onnxruntime/cpu')).backend, 'onnxruntime/cpu');
  assert.equal((await choose('tfjs-cpu')).backend, 'tfjs-cpu');
  assert.deepEqual(tried, []);
});

test('a backend that was asked for and does not work refuses the start, with cause and remedy', async () => {
  const { choose } = machine({});
  for (const [name, remedy] of [
    ['onnxruntime/cuda', /CUDA 12.*npm rebuild onnxruntime-node/s],
    ['onnxruntime/webgpu', /Vulkan driver.*VK_DRIVER_FILES/s],
    ['tensorflow', /Install @tensorflow\/tfjs-node-gpu or @tensorflow\/tfjs-node/],
  ] as const) {
    const error = await choose(name).then(
      () => assert.fail(`${name} was accepted`),
      (reason: Error & { code: string }) => reason,
    );
    assert.equal(error.code, 'start-refused');
    assert.match(error.message, new RegExp(`COMPUTE_BACKEND is ${name}, which does not work here: Found no drivers!`));
    assert.match(error.message, remedy);
    assert.match(error.message, /leave COMPUTE_BACKEND unset/);
  }
  await assert.rejects(choose('abacus'), { code: 'start-refused', message: /choose one of onnxruntime\/cpu, / });
});

// the package from the registry holds no CUDA libraries
const withCuda = acceleratorsHere().includes('onnxruntime/cuda');
test('an engine whose libraries are missing is refused in the process itself, too', { skip: withCuda }, async () => {
  await assert.rejects(createEngine({ backend: 'onnxruntime/cuda', threads: 1 }), {
    code: 'start-refused',
    message: /COMPUTE_BACKEND is onnxruntime\/cuda, which does not work here: .*\n.*npm rebuild onnxruntime-node/s,
  });
});

test('hardware is read from what drivers leave in /dev and /proc', async () => {
  const root = await mkdtemp(join(tmpdir(), 'expunge-hardware-'));
  const file = async (path: string, text = '') => {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  };
  try {
    assert.deepEqual(acceleratorsHere(root, 'linux'), []);
    await file('dev/dri/renderD128');
    assert.deepEqual(acceleratorsHere(root, 'linux'), ['onnxruntime/webgpu']);
    assert.deepEqual(acceleratorsHere(root, 'darwin'), []);
    await file('proc/driver/nvidia/gpus/0000:1b:00.0/information', 'Model: \t\t NVIDIA H200\nIRQ:   \t\t 23\n');
    assert.deepEqual(nvidiaNames(root), ['NVIDIA H200']);
  } finally {
    await rm(root, { recursive: true, force: true });
  }
});

test('the configuration names every backend, and none is the default', () => {
  const { description } = Environment.properties.COMPUTE_BACKEND as { description?: string };
  for (const name of Object.keys(BACKENDS)) assert.ok(description?.includes(name), name);
  assert.equal(readConfig({}).compute.backend, null);
});
