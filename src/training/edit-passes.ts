// Passes over a set for methods that edit weights: which rows are seen together, and how each pass counts in the sum.
import type { Learner } from '../domain/architecture.ts';
import { type DescentOptions, type EditPasses, type EditSet, PASS_ROWS } from '../domain/edit.ts';
import { type Engine, type HostTensors, PASS_TOKENS, scalar } from '../domain/engine.ts';
import { sampleRows } from '../domain/random.ts';
import { TRAIN_ALL } from '../domain/trainable.ts';
import { IGNORE } from '../methods/losses.ts';
import { inPasses, lengthBatches, type TokenRow } from './batches.ts';
import { createPassState, type PassKind, type PassState } from './edit-state.ts';
import { kindOf } from './kinds.ts';
import type { Scorer } from './scoring.ts';
import { train } from './train.ts';

/** Rows of one pass: few sizes, each is a graph of its own. */
const ROWS = [1, 4, PASS_ROWS];
const WARMUP = 5;
/** Samples of the two sets are drawn by other numbers than batches of the repair. */
const SEEDS: Record<EditSet, number> = { forget: 11, retain: 12 };

export interface EditPassInputs {
  engine: Engine;
  architecture: Learner;
  config: unknown;
  /** The parent's. */
  weights: HostTensors;
  trainable: readonly string[];
  sets: Record<EditSet, TokenRow[]>;
  /** Rows in memory at a time, where no group is larger; 0: as many as suits. */
  microBatch: number;
  seed: number;
  signal?: AbortSignal;
  /** Passes done, and known to come so far. */
  onPass?: (done: number, known: number) => void;
}

const pick = (tensors: HostTensors, names: readonly string[]): HostTensors =>
  Object.fromEntries(names.flatMap((name) => (tensors[name] ? [[name, tensors[name]]] : [])));

/** What one pass adds to the sums: the rows and the shape they are brought into, and how their gradient counts. */
interface Pass {
  rows: TokenRow[];
  size: number;
  /** Labels that the loss is the mean over. */
  labels: number;
  /** Of the gradient's power in the sum. */
  weight: number;
}

const labelsIn = (rows: readonly TokenRow[]): number =>
  rows.reduce((sum, { ids, promptLength }) => sum + ids.length - promptLength, 0);

/** All rows in few batch sizes, for the gradient of their mean loss. */
function meanPasses(rows: TokenRow[], sizes: readonly number[]): Pass[] {
  const labels = labelsIn(rows);
  const groups = lengthBatches(rows, { rows: sizes.at(-1)!, tokens: PASS_TOKENS });
  const passes = groups.flatMap((group) => inPasses(group, sizes));
  return passes.map(({ rows: picked, size }) => ({ rows: picked.map((i) => rows[i]!), size, labels, weight: 1 }));
}

/** Groups of `size` rows of like lengths, each with a loss of its own. */
function groupPasses(rows: TokenRow[], size: number): Pass[] {
  return lengthBatches(rows, { rows: size, tokens: Number.POSITIVE_INFINITY }).map((group) => {
    const picked = group.map((i) => rows[i]!);
    return { rows: picked, size, labels: labelsIn(picked), weight: picked.length / rows.length };
  });
}

function feedsOf({ architecture, config }: EditPassInputs, pass: Pass, first: boolean): HostTensors {
  const { rows, size } = pass;
  const filled = [...rows, ...new Array<TokenRow>(size - rows.length).fill(rows[0]!)];
  const { ids, labels } = kindOf(architecture).batch(filled, architecture.contextLength(config));
  // rows that only make the pass complete have no label
  labels!.data.fill(IGNORE, (labels!.data.length / size) * rows.length);
  const [count, weight, kept] = [scalar(pass.labels), scalar(pass.weight), scalar(first ? 0 : 1)];
  return { ids: ids!, labels: labels!, count, weight, kept };
}

async function descended(
  inputs: EditPassInputs,
  given: { weights: HostTensors; set: EditSet; options: DescentOptions },
  onStep: () => void,
): Promise<HostTensors> {
  const { engine, architecture, config, trainable, microBatch, signal } = inputs;
  const { steps, learningRate, batch, clipNorm } = given.options;
  const weights = { ...inputs.weights, ...pick(given.weights, trainable) };
  const trained = await train({
    ...{ engine, architecture, config, weights, rows: inputs.sets[given.set], exactSteps: steps },
    options: {
      ...{ optimizer: 'adamw', learning_rate: learningRate, beta1: 0.9, beta2: 0.98, weight_decay: 0 },
      ...{ warmup_steps: WARMUP, schedule: 'constant', clip_norm: clipNorm, batch_size: batch, steps },
      ...(microBatch > 0 ? { micro_batch: microBatch } : {}),
      trains: { ...TRAIN_ALL, trainable: [...trainable] },
    },
    orderSeed: inputs.seed + SEEDS[given.set],
    ...(signal ? { signal } : {}),
    onProgress: onStep,
  });
  return pick(trained.weights, trainable);
}

export interface OpenPasses extends EditPasses {
  /** Over other weights. */
  scorer(weights: HostTensors): Scorer;
  /** Frees what the passes hold; they may be used again after it. */
  release(): void;
}

/** Nothing is held until the first pass. */
export function createEditPasses(inputs: EditPassInputs): OpenPasses {
  const { sets, seed, microBatch } = inputs;
  const sizes = microBatch === 0 ? ROWS : ROWS.filter((rows) => rows <= Math.max(1, microBatch));
  const rowsOf = (set: EditSet, most = Number.POSITIVE_INFINITY) => sampleRows(sets[set], most, seed + SEEDS[set]);
  let open: PassState | null = null;
  let [done, known] = [0, 0];
  const onePass = () => inputs.onPass?.(++done, known);

  function release(): void {
    open?.dispose();
    open = null;
  }
  function at(weights: HostTensors): PassState {
    open ??= createPassState(inputs);
    open.write(weights);
    return open;
  }
  async function sum(weights: HostTensors, kind: PassKind, passes: Pass[]): Promise<HostTensors> {
    const state = at(weights);
    known += passes.length;
    for (const [p, pass] of passes.entries()) {
      inputs.signal?.throwIfAborted();
      await state.add(kind, feedsOf(inputs, pass, p === 0));
      onePass();
    }
    return state.sums();
  }

  return {
    release,
    scorer: (weights) => (rows) => at(weights).score(rows),
    labels: (set) => labelsIn(sets[set]),
    gradient: (weights, set, { loss = 'nll', rows } = {}) =>
      sum(weights, { loss, power: 0 }, meanPasses(rowsOf(set, rows), sizes)),
    importance: (weights, set, { loss = 'nll', rows, power, group }) =>
      sum(weights, { loss, power }, groupPasses(rowsOf(set, rows), group)),
    async loss(weights, set, { rows: most } = {}) {
      inputs.signal?.throwIfAborted();
      const rows = rowsOf(set, most);
      const scores = await at(weights).score(rows);
      const total = scores.reduce((all, { logProbs }) => all - logProbs.reduce((a, b) => a + b, 0), 0);
      return total / labelsIn(rows);
    },
    descend(weights, set, options) {
      // a training has a state of its own: both at a time would hold the model twice
      release();
      known += options.steps;
      return descended(inputs, { weights, set, options }, onePass);
    },
  };
}
