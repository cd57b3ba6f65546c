// Tries one backend: makes its engine, computes a step, prints what came of it as one line of JSON. See
// src/engine/probe.ts, which starts it.
import { float32 } from '../src/domain/engine.ts';
import { BACKENDS } from '../src/engine/backends.ts';
import type { ProbeAnswer } from '../src/engine/probe.ts';

async function answer(name: string): Promise<ProbeAnswer> {
  try {
    const { create, remedy } = BACKENDS[name]!;
    const engine = await create(1);
    const { tf } = engine;
    const state = engine.createState({ x: float32(Float32Array.of(1, 2, 3)) });
    const step = engine.compileStep(({ x }) => ({ outputs: { sum: tf.sum(x!) }, state: { x: tf.mul(x!, 2) } }), state);
    const sums = [await step({}), await step({})].map(({ sum }) => sum?.data[0]);
    state.dispose();
    await engine.dispose();
    if (sums.join() !== '6,12') return { ok: false, reason: `it computed ${sums.join(' and ')} instead of 6 and 12` };
    const { isUsingGpuDevice } = tf.backend() as { isUsingGpuDevice?: boolean };
    return { ok: true, accelerated: remedy !== undefined && (isUsingGpuDevice ?? true) };
  } catch (error) {
    return { ok: false, reason: error instanceof Error ? error.message : String(error) };
  }
}

const line = `${JSON.stringify(await answer(process.argv[2] ?? ''))}\n`;
process.stdout.write(line, () => process.exit(0));
