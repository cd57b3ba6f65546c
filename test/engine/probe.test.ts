import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { probeBackend, vulkanDevice } from '../../src/engine/probe.ts';

const script = fileURLToPath(new URL('../fixtures/probe-child.ts', import.meta.url));
const probe = (what: string, limitMs = 20_000) => probeBackend(what, {}, { script, limitMs });

test('an answer is found behind what libraries print', async () => {
  assert.deepEqual(await probe('refuses'), { ok: false, reason: 'no adapter' });
  const answer = await probe('answers');
  assert.ok(answer.ok);
  assert.equal(answer.software, false);
});

test('a native library that aborts takes only its own process along', async () => {
  assert.deepEqual(await probe('aborts'), {
    ok: false,
    reason: 'the process that tried it ended early (SIGABRT)',
  });
  assert.deepEqual(await probe('nothing'), {
    ok: false,
    reason: 'the process that tried it ended early (exit code 0)',
  });
});

test('a driver that hangs is given up', async () => {
  const started = Date.now();
  assert.deepEqual(await probe('hangs', 1000), {
    ok: false,
    reason: 'the process that tried it ended early (no answer within 1 s)',
  });
  assert.ok(Date.now() - started < 10_000);
});

test('it is tried in the environment that will compute, and in no other', async () => {
  const answer = await probeBackend('environment', { LANG: 'C' }, { script });
  assert.deepEqual(answer, { ok: false, reason: 'LANG,VK_LOADER_DEBUG' });
});

test('the Vulkan loader names the device that it made', () => {
  const log = `INFO | DRIVER:  [0] NVIDIA H200\nDRIVER | LAYER:   Using "NVIDIA H200" with driver: "libGLX_nvidia.so.0"\n`;
  assert.equal(vulkanDevice(log), 'NVIDIA H200');
  assert.equal(vulkanDevice('ERROR: vkCreateInstance: Found no drivers!'), null);
});

test('the backend that every machine has passes its probe for real', async () => {
  assert.deepEqual(await probeBackend('tfjs-cpu', {}), { ok: true, device: null, software: false });
});
