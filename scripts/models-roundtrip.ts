// Checkpoints that we save, loaded by PyTorch's transformers: the same logits, no tensor missing and none left over.
// Development only; the Python that is named has `pip install torch transformers`:
//   npm run models:roundtrip -- --python .venv/bin/python [--json]
// Each checkpoint of test/fixtures, and a fresh model of each architecture, as float32 and as bfloat16. Exits 1 on a difference.
import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { architectures } from '../src/architectures/index.ts';
import { loadCheckpoint, saveCheckpoint } from '../src/checkpoints/layout.ts';
import { writeSafetensors } from '../src/checkpoints/safetensors.ts';
import type { WeightType } from '../src/checkpoints/values.ts';
import { WEIGHTS } from '../src/checkpoints/weight-files.ts';
import { type Engine, float32, type HostTensors, int32 } from '../src/domain/engine.ts';
import { createRandom } from '../src/domain/random.ts';
import { createEngine } from '../src/engine/choice.ts';
import { parityFixtures } from './parity.ts';

const TOLERANCE = 1e-4;
const [ROWS, TIME] = [2, 20];
const FRESH = { vocabSize: 64, context: 32, width: 32, layers: 2, heads: 2, endId: 0 };

interface Model {
  name: string;
  configJson: unknown;
  weights: HostTensors;
}

/** Fresh weights with noise on all of them, so that no gain is one and no bias zero. */
function stirred(weights: HostTensors): HostTensors {
  const random = createRandom(7);
  const stir = (data: ArrayLike<number>) => Float32Array.from(data, (value) => value + 0.2 * random.normal());
  return Object.fromEntries(
    Object.entries(weights).map(([name, { data, shape }]) => [name, float32(stir(data), shape)]),
  );
}

async function models(): Promise<Model[]> {
  const fixtures = parityFixtures().map(async ({ name, dir }) => ({ name, ...(await loadCheckpoint(dir)) }));
  const fresh = Object.values(architectures).map((architecture) => {
    const configJson = architecture.freshConfig(FRESH);
    const weights = stirred(architecture.initialise(architecture.parseConfig(configJson), 5));
    return { name: `fresh ${architecture.name}`, configJson, weights };
  });
  return [...(await Promise.all(fixtures)), ...fresh];
}

/** Saves a model, with tensors of the type that its parent has, and beside it our logits for some ids. */
async function write(engine: Engine, dir: string, { configJson, weights }: Model, type: WeightType): Promise<void> {
  const parent = join(dir, 'parent');
  await mkdir(parent, { recursive: true });
  const types = Object.fromEntries(Object.keys(weights).map((name) => [name, type]));
  await writeSafetensors(join(parent, WEIGHTS), weights, { format: 'pt' }, types);
  await saveCheckpoint(dir, { configJson, weights, copyFrom: parent, weightTypes: 'original' });
  const saved = await loadCheckpoint(dir);
  const architecture = architectures[saved.architecture]!;
  const config = architecture.parseConfig(saved.configJson);
  const random = createRandom(3);
  const ids = Array.from({ length: ROWS * TIME }, () => random.int(architecture.vocabSize(config)));
  const state = engine.createState(saved.weights);
  const step = engine.compileStep(
    (tensors, feeds) => ({ outputs: { logits: architecture.forward(engine.tf, config, tensors, feeds.ids!) } }),
    state,
  );
  const { logits } = await step({ ids: int32(Int32Array.from(ids), [ROWS, TIME]) });
  state.dispose();
  const rows = Array.from({ length: ROWS }, (_, row) => ids.slice(row * TIME, (row + 1) * TIME));
  await writeFile(join(dir, 'ours.json'), JSON.stringify({ ids: rows, logits: [...logits!.data] }));
}

const { values: options } = parseArgs({
  options: { python: { type: 'string', default: 'python3' }, json: { type: 'boolean', default: false } },
});
const root = await mkdtemp(join(tmpdir(), 'expunge-roundtrip-'));
try {
  const engine = await createEngine({ backend: 'onnxruntime/cpu', threads: 1 });
  const cases: { name: string; dir: string }[] = [];
  for (const model of await models())
    for (const type of ['F32', 'BF16'] as const) {
      const dir = join(root, String(cases.length));
      await write(engine, dir, model, type);
      cases.push({ name: `${model.name}, ${type}`, dir });
    }
  await engine.dispose();
  await writeFile(join(root, 'cases.json'), JSON.stringify({ tolerance: TOLERANCE, cases }));
  const script = join(import.meta.dirname, 'fixtures', 'load-models.py');
  const mode = options.json ? ['--json'] : [];
  const result = spawnSync(options.python, [script, join(root, 'cases.json'), ...mode], { stdio: 'inherit' });
  if (result.error) console.error(`${options.python} does not start: name one with --python`);
  process.exitCode = result.status === 0 ? 0 : 1;
} finally {
  await rm(root, { recursive: true });
}
