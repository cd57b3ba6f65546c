// Many steps do not grow the process. `MEMORY_SLOPE_STEPS=10000` is the long form; without it a short one runs.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { type Sample, steadySlopeOf } from '../helpers/slope.ts';

const STEPS = Number(process.env.MEMORY_SLOPE_STEPS ?? 800);
/** Bytes a step: the long form finds half a kilobyte that each step leaves behind. */
const GROWTH = { resident: 4e6 / STEPS, held: 400 };
const CHILD = join(import.meta.dirname, '../fixtures/memory-steps.ts');

/**
 * Slopes in bytes a step. Memory that was freed after compiling is resident and is used again first, so a small leak shows
 * late there; what JavaScript holds shows at once.
 */
async function slopesOf(...args: string[]): Promise<{ resident: number; held: number }> {
  const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', CHILD, ...args]);
  const { resident, held } = JSON.parse(stdout.trim().split('\n').at(-1)!) as Record<string, Sample[]>;
  return { resident: steadySlopeOf(resident!), held: steadySlopeOf(held!) };
}

test(`${STEPS} steps of changing shapes do not grow the process`, async () => {
  const slopes = await slopesOf(String(STEPS));
  for (const what of ['resident', 'held'] as const) {
    assert.ok(slopes[what] < GROWTH[what], `${what}: ${slopes[what].toFixed(0)} bytes a step`);
  }
});

test('steps that leave something behind are found by the same measure', async () => {
  const { resident, held } = await slopesOf('500', 'leak');
  assert.ok(held > 60_000, `${held.toFixed(0)} bytes a step`);
  assert.ok(resident > 30_000, `${resident.toFixed(0)} bytes a step`);
});
