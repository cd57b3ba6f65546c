// One size on one number of threads: every side starts from the same weights and batches and takes its turns.
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { architectures } from '../../src/architectures/index.ts';
import { writeSafetensors } from '../../src/checkpoints/safetensors.ts';
import { SHARED_HEAP } from '../../src/compute-environment.ts';
import { type Side, startSide } from '../shared/side.ts';
import { type Python, startTorch } from '../shared/torch.ts';
import type { Spec } from './ours.ts';
import { choosePinning } from './pinning.ts';
import { type OperatorTime, readProfile } from './profile.ts';
import type { Contest, SideResult } from './result.ts';
import { batchesOf, configOf, forwardOperations, parameterCount, type Size } from './sizes.ts';
import { tensorflowEnvironment } from './tfjs.ts';
import { type Contestant, largestDifference, medianPace, ratioOf, takeTurns } from './turns.ts';

export const OURS = 'Expunge';
const OPTIMIZER = { beta1: 0.9, beta2: 0.98, weight_decay: 0.01, clip_norm: 1 };
const LEARNING_RATE = 3e-4;
/** Steps that are profiled; the first is not counted. */
const PROFILED = 4;
const PRODUCTS = 30;

/** In the environment of the product's compute processes. */
const startOurs = (spec: string, env?: Record<string, string>): Promise<Side> =>
  startSide(process.execPath, [join(import.meta.dirname, 'ours.ts'), spec], { ...SHARED_HEAP, ...env });

async function writeSpecs(size: Size, threads: number, dir: string) {
  const architecture = architectures.gpt2!;
  const config = configOf(size);
  const weights = join(dir, 'model.safetensors');
  await writeSafetensors(weights, architecture.initialise(architecture.parseConfig(config), 1));
  const common = {
    config,
    weights,
    threads,
    batches: batchesOf(size),
    optimizer: OPTIMIZER,
    learning_rate: LEARNING_RATE,
  };
  return async (name: string, rest: Pick<Spec, 'backend' | 'profile'>): Promise<string> => {
    const path = join(dir, `${name}.json`);
    await writeFile(path, JSON.stringify({ ...common, ...rest } satisfies Spec));
    return path;
  };
}

async function memoryOf(contestants: Contestant[]): Promise<number[]> {
  const bytes: number[] = [];
  for (const { side } of contestants) bytes.push((await side.turn<number>('memory')).result);
  return bytes;
}

/** All sides through one kind of work after another. Ours is the first. */
async function compete(size: Size, threads: number, contestants: Contestant[]): Promise<SideResult[]> {
  const loaded = await memoryOf(contestants);
  const trained = await takeTurns(contestants, 'train');
  const peaks = await memoryOf(contestants);
  const forwards = await takeTurns(contestants, 'forward');
  const tokens = size.rows * size.columns;
  const shape = [tokens, size.width, 4 * size.width] as const;
  const operations = 3 * forwardOperations(size);
  const results: SideResult[] = [];
  for (const [i, { name, side }] of contestants.entries()) {
    const [train, forward] = [trained[i]!, forwards[i]!];
    const { result: seconds } = await side.turn<number>('product', ...shape, PRODUCTS);
    const rate = (2 * shape[0] * shape[1] * shape[2]) / seconds;
    const { compile_seconds: compile = 0, run_seconds: run = 0 } = train.first.result;
    results.push({
      ...{ model: size.name, parameters: parameterCount(size), threads, side: name },
      ...{ step: medianPace(train.paces), forward: medianPace(forward.paces) },
      first_step_seconds: train.first.seconds,
      tracing_seconds: compile > 0 ? train.first.seconds - compile - run : null,
      compile_seconds: compile > 0 ? compile : null,
      loaded_bytes: loaded[i]!,
      peak_bytes: peaks[i]!,
      loss_difference: i === 0 ? null : largestDifference(trained[0]!.losses, train.losses),
      ratios:
        i === 0
          ? null
          : {
              step: ratioOf(trained[0]!.paces, train.paces, ({ seconds }) => seconds),
              step_cpu: ratioOf(trained[0]!.paces, train.paces, ({ cpu_seconds }) => cpu_seconds),
              forward: ratioOf(forwards[0]!.paces, forward.paces, ({ seconds }) => seconds),
              memory: peaks[0]! / peaks[i]!,
            },
      product_rate: rate,
      floor_seconds: operations / rate,
    });
  }
  return results;
}

const TFJS = [
  // a step takes it a hundred times as long as the others
  { name: 'TF.js wasm', backend: 'wasm', steps: 1, remedy: '' },
  { name: 'TF.js tensorflow', backend: 'tensorflow', steps: 2, remedy: ' `npm run build:tensorflow` builds one.' },
];

/** One of TensorFlow.js' own backends, if it is there; says in `absent` why not. */
async function startTfjs(
  { name, backend, steps, remedy }: (typeof TFJS)[number],
  spec: string,
  threads: number,
  absent: string[],
): Promise<Contestant[]> {
  const environment = backend === 'tensorflow' ? tensorflowEnvironment(threads) : {};
  let side: Side;
  try {
    side = await startOurs(spec, environment);
  } catch (error) {
    absent.push(`${name}: ${(error as Error).message.split('\n')[0]}${remedy}`);
    return [];
  }
  const { result: lent } = await side.turn<string[]>('lent');
  const borrowed = lent.length > 0 ? `, ${lent.join(' and ')} lent by cpu` : '';
  return [{ name: name + borrowed, side, rounds: 1, steps }];
}

async function profileOurs(specOf: Awaited<ReturnType<typeof writeSpecs>>, dir: string): Promise<OperatorTime[]> {
  const folder = join(dir, 'profile');
  await mkdir(folder);
  const side = await startOurs(await specOf('profile', { backend: 'onnxruntime/cpu', profile: join(folder, 'step') }));
  await side.turn('train', PROFILED);
  await side.turn('end');
  await side.close();
  return readProfile(folder);
}

export interface ContestOptions {
  size: Size;
  threads: number;
  pythons: Python[];
  /** TensorFlow.js' own backends too: they are slow. */
  withTfjs: boolean;
  /** An empty folder that may be used, and is removed. */
  dir: string;
}

export async function holdContest({ size, threads, pythons, withTfjs, dir }: ContestOptions): Promise<Contest> {
  await mkdir(dir, { recursive: true });
  const specOf = await writeSpecs(size, threads, dir);
  const absent: string[] = [];
  const pinnings: string[] = [];
  const contestants: Contestant[] = [];
  const { rounds, steps } = size;
  const spec = await specOf('step', { backend: 'onnxruntime/cpu' });
  try {
    contestants.push({ name: OURS, side: await startOurs(spec), rounds, steps });
    for (const python of pythons) {
      const pinning = await choosePinning(python, spec, threads);
      if (threads > 1) pinnings.push(`${python.name}, ${threads} threads: ${pinning.name}`);
      contestants.push({ name: python.name, side: await startTorch(python, 'train.py', spec, pinning), rounds, steps });
    }
    for (const tfjs of withTfjs ? TFJS : [])
      contestants.push(
        ...(await startTfjs(tfjs, await specOf(tfjs.backend, { backend: tfjs.backend }), threads, absent)),
      );
    const results = await compete(size, threads, contestants);
    for (const { side } of contestants.splice(0)) await side.close();
    return { results, absent, pinnings, profile: await profileOurs(specOf, dir) };
  } finally {
    for (const { side } of contestants) await side.close();
    await rm(dir, { recursive: true });
  }
}
