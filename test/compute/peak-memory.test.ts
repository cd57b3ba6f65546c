import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { peakMemoryBytes } from '../../src/compute/peak-memory.ts';

const MB = 1e6;

test('the peak stays, and is this process’ own, not that of the process that started it', () => {
  const held = Buffer.alloc(300 * MB, 1);
  assert.equal(held.at(-1), 1);
  const mine = peakMemoryBytes();
  assert.ok(mine > 300 * MB, `${mine} bytes`);
  if (process.platform !== 'linux') return;
  const module = JSON.stringify(new URL('../../src/compute/peak-memory.ts', import.meta.url).href);
  const script = `import { peakMemoryBytes } from ${module}; console.log(peakMemoryBytes());`;
  const child = Number(execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' }));
  assert.ok(child > 10 * MB && child < 200 * MB, `${child} bytes`);
});
