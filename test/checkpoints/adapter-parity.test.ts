// An adapter that PEFT saved, on the base that it was made for: PEFT's own logits, beside the weights and merged. The
// fixture is made by scripts/fixtures/make-lora.py; reading it needs no Python.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { loadAdapter } from '../../src/checkpoints/adapter.ts';
import { loadCheckpoint, readLayout } from '../../src/checkpoints/layout.ts';
import { mergeAdapter } from '../../src/compute/merge-adapter.ts';
import { float32, type HostTensors, int32 } from '../../src/domain/engine.ts';
import { createEngine } from '../../src/engine/choice.ts';
import { adapterScale } from '../../src/training/lora.ts';
import { assertClose } from '../engine/both.ts';
import { TESTED_BACKENDS } from '../helpers/backends.ts';
import { temporaryFolder } from './temporary.ts';

const FIXTURES = join(import.meta.dirname, '../fixtures');
const [BASE, ADAPTER] = [join(FIXTURES, 'gpt2-tiny'), join(FIXTURES, 'gpt2-tiny-lora')];
const expected = JSON.parse(readFileSync(join(ADAPTER, 'expected.json'), 'utf8')) as {
  ids: number[][];
  logits: number[];
};

for (const backend of TESTED_BACKENDS)
  test(`${backend} computes what PEFT computes`, async (t) => {
    const { architecture, config } = await readLayout(BASE);
    const base = (await loadCheckpoint(BASE)).weights;
    const { adapters, scale } = await loadAdapter(ADAPTER, architecture, config);
    assert.equal(scale, 5 / 3);
    const out = join(await temporaryFolder(t), 'merged');
    assert.deepEqual(await mergeAdapter({ base: BASE, adapter: ADAPTER, out }), { adapters: 4 });
    const merged = (await loadCheckpoint(out)).weights;

    const engine = await createEngine({ backend, threads: 1 });
    const shape = [expected.ids.length, expected.ids[0]!.length];
    const ids = int32(Int32Array.from(expected.ids.flat()), shape);
    const theirs = float32(Float32Array.from(expected.logits), [...shape, architecture.vocabSize(config)]);
    const logitsOf = async (tensors: HostTensors) => {
      const step = engine.compileStep(
        (weights, feeds) => ({ outputs: { logits: architecture.forward(engine.tf, config, weights, feeds.ids!) } }),
        engine.createState(tensors),
      );
      return (await step({ ids })).logits!;
    };
    assertClose(await logitsOf({ ...base, ...adapters, ...adapterScale(scale) }), theirs, 1e-4, 'beside the weights');
    assertClose(await logitsOf(merged), theirs, 1e-4, 'merged');
    const plain = await logitsOf(base);
    assert.ok(plain.data.some((value, i) => Math.abs(value - theirs.data[i]!) > 0.1));
    await engine.dispose();
  });
