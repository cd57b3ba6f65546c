// Our side of `npm run bench:engine`, in a process of its own: node ours.ts SPEC. Commands and answers as in
// bench/torch/train.py.
import { readFile } from 'node:fs/promises';
import { architectures } from '../../src/architectures/index.ts';
import { readSafetensors } from '../../src/checkpoints/safetensors.ts';
import { peakMemoryBytes } from '../../src/compute/peak-memory.ts';
import { heapIsShared } from '../../src/compute-environment.ts';
import { type Engine, float32, type HostTensors } from '../../src/domain/engine.ts';
import { createEngine } from '../../src/engine/choice.ts';
import { createOnnxEngine } from '../../src/engine/onnxruntime/engine.ts';
import { meanOverTokens, tokenLoss } from '../../src/methods/losses.ts';
import type { AdamwOptions } from '../../src/training/adamw.ts';
import { padRows } from '../../src/training/batches.ts';
import { compileTrainingStep } from '../../src/training/training-step.ts';
import { timed } from '../shared/measure.ts';
import { serveTurns } from '../shared/side.ts';
import { createWasmEngine } from './tfjs.ts';

export interface Spec {
  config: object;
  /** Path of a safetensors file. */
  weights: string;
  threads: number;
  batches: number[][][];
  optimizer: AdamwOptions;
  learning_rate: number;
  /** `wasm`, or a backend as COMPUTE_BACKEND names it. */
  backend: string;
  /** Prefix of the files of ONNX Runtime's profile. */
  profile?: string;
}
export interface Trained {
  losses: number[];
  /** Both only from us; nothing is compiled by an engine that computes at once. */
  compile_seconds?: number;
  run_seconds?: number;
}

/** And the kernels that another backend lends it. */
async function engineOf({ backend, threads, profile, optimizer }: Spec): Promise<{ engine: Engine; lent: string[] }> {
  if (backend === 'wasm') return createWasmEngine(threads, optimizer);
  const engine =
    profile === undefined
      ? createEngine({ backend, threads })
      : createOnnxEngine({ provider: 'cpu', threads, profile, sharedHeap: heapIsShared() });
  return { engine: await engine, lent: [] };
}

async function commandsOf(spec: Spec) {
  const architecture = architectures.gpt2!;
  const config = architecture.parseConfig(spec.config);
  const { engine, lent } = await engineOf(spec);
  const { tf } = engine;
  const weights = await readSafetensors(spec.weights);
  const step = compileTrainingStep({ engine, architecture, config, weights, options: spec.optimizer });
  const forward = engine.compileStep((tensors, feeds) => {
    const logits = architecture.forward(tf, config, tensors, feeds.ids!);
    return { outputs: { loss: meanOverTokens(tf, tokenLoss(tf, { logits, labels: feeds.labels! })) } };
  }, step.state);
  const batches: HostTensors[] = spec.batches.map((rows) => {
    const tokens = rows.map((ids) => ({ ids: Int32Array.from(ids), promptLength: 1 }));
    return padRows(tokens, architecture.contextLength(config), 0);
  });
  let taken = 0;

  const train = async (steps: number): Promise<Trained> => {
    const before = engine.stats();
    const losses: number[] = [];
    for (let i = 0; i < steps; i++) {
      const batch = batches[taken++ % batches.length]!;
      losses.push(await step.run(batch, spec.learning_rate, taken));
    }
    const { compileMs, runMs } = engine.stats();
    return {
      losses,
      compile_seconds: (compileMs - before.compileMs) / 1000,
      run_seconds: (runMs - before.runMs) / 1000,
    };
  };
  const evaluate = async (times: number) => {
    const losses: number[] = [];
    for (let i = 0; i < times; i++) losses.push((await forward(batches[i % batches.length]!)).loss!.data[0]!);
    return { losses };
  };
  /** Seconds of the fastest product (rows, inner) x (inner, columns); it goes where the one before went. */
  const product = async (rows: number, inner: number, columns: number, times: number): Promise<number> => {
    const values = (a: number, b: number) => float32(new Float32Array(a * b).fill(0.5), [a, b]);
    const state = engine.createState({ x: values(rows, inner), w: values(inner, columns), y: values(rows, columns) });
    const multiply = engine.compileStep(({ x, w }) => ({ outputs: {}, state: { y: tf.matMul(x!, w!) } }), state);
    await multiply({});
    let best = Number.POSITIVE_INFINITY;
    for (let i = 0; i < times; i++) best = Math.min(best, (await timed(() => multiply({}))).seconds);
    state.dispose();
    return best;
  };
  return {
    train: (steps: number) => timed(() => train(steps)),
    forward: (times: number) => timed(() => evaluate(times)),
    product: (...numbers: number[]) => timed(() => product(...(numbers as [number, number, number, number]))),
    memory: () => timed(async () => peakMemoryBytes()),
    lent: () => timed(async () => lent),
    /** Releases every session, which writes their profiles. */
    end: () => timed(() => engine.dispose()),
  };
}

await serveTurns(async () => commandsOf(JSON.parse(await readFile(process.argv[2]!, 'utf8'))));
