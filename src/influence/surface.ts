// The loss of a model as a surface over its weights: what rows cost at a point, and its slope there.
import type { Learner } from '../domain/architecture.ts';
import { type Engine, elementCount, float32, type HostTensors, type State, scalar } from '../domain/engine.ts';
import { IGNORE, tokenLoss } from '../methods/losses.ts';
import { inPasses, lengthBatches, type TokenRow } from '../training/batches.ts';
import { valueAndGradients } from '../training/gradients.ts';
import { type Kind, kindOf } from '../training/kinds.ts';
import { moved, type Vector, vectorOf } from './vectors.ts';

/** Rows and tokens of one backward pass: few sizes, each is a graph of its own. */
const ROWS = [1, 4, 16];
const TOKENS = 2048;
const GRADIENT = 'gradient:';

/** A point beside the weights: `step` times `direction` from them. */
export interface Away {
  direction: Vector;
  step: number;
}

/** What a row costs is the NLL of its labels, summed, nats: what it weighs in a training over all tokens alike. */
export interface Surface {
  /** The weights themselves, of those that a training moves. */
  point: Vector;
  /** Of the cost of all rows together. */
  gradient(rows: readonly TokenRow[], away?: Away): Promise<Vector>;
  /** Of each row. */
  costs(rows: readonly TokenRow[], away?: Away): Promise<Float64Array>;
  dispose(): void;
}

export interface SurfaceInputs {
  engine: Engine;
  architecture: Learner;
  config: unknown;
  weights: HostTensors;
  signal?: AbortSignal;
}

/** Batches of few shapes; rows that only fill one up have no labels. */
function* batchesOf(rows: readonly TokenRow[], kind: Kind, context: number): Generator<HostTensors> {
  const groups = lengthBatches([...rows], { rows: ROWS.at(-1)!, tokens: TOKENS });
  for (const { rows: group, size } of groups.flatMap((one) => inPasses(one, ROWS))) {
    const own = group.map((i) => rows[i]!);
    const batch = kind.batch([...own, ...new Array<TokenRow>(size - own.length).fill(own[0]!)], context);
    const { data, shape } = batch.labels!;
    data.fill(IGNORE, own.length * shape[1]!);
    yield batch;
  }
}

const pick = <T>(all: Record<string, T>, names: readonly string[], prefix = ''): Record<string, T> =>
  Object.fromEntries(names.map((name) => [prefix + name, all[name]!]));

/** Adds the gradient of a batch to what the state holds, or, where `kept` is 0, puts it in its place. */
function compileGradient(
  { engine, architecture, config }: SurfaceInputs,
  state: State,
  names: string[],
  all: string[],
) {
  const { tf } = engine;
  return engine.compileStep((tensors, feeds) => {
    const { loss, gradients } = valueAndGradients(tf, pick(tensors, names), (moving) => {
      const logits = architecture.forward(tf, config, { ...pick(tensors, all), ...moving }, feeds.ids!);
      return { loss: tf.sum(tokenLoss(tf, { logits, labels: feeds.labels! }).nll), aux: {} };
    });
    const sum = (name: string) => tf.add(tf.mul(tensors[GRADIENT + name]!, feeds.kept!), gradients[name]!);
    return { outputs: { loss }, state: Object.fromEntries(names.map((name) => [GRADIENT + name, sum(name)])) };
  }, state);
}

/** Opens the surface around some weights. They are held twice, and their gradient once. */
export function openSurface(inputs: SurfaceInputs): Surface {
  const { engine, architecture, config, weights, signal } = inputs;
  const kind = kindOf(architecture);
  const fixed = new Set(architecture.fixed?.(config));
  const all = Object.keys(architecture.shapes(config));
  const names = all.filter((name) => !fixed.has(name));
  const zeros = (name: string) => float32(new Float32Array(elementCount(weights[name]!.shape)), weights[name]!.shape);
  const state = engine.createState({
    ...pick(weights, all),
    ...Object.fromEntries(names.map((name) => [GRADIENT + name, zeros(name)])),
  });
  const add = compileGradient(inputs, state, names, all);
  const score = kind.scorer(engine, architecture, config, state);
  let displaced: string[] = [];

  function goTo(away: Away | undefined): void {
    const there = away ? moved(weights, away.direction, away.step) : weights;
    const changed = away ? Object.keys(away.direction) : [];
    const writes = new Set([...displaced, ...changed]);
    if (writes.size > 0) state.write(pick(there, [...writes]));
    displaced = changed;
  }

  return {
    point: vectorOf(weights, names),
    async gradient(rows, away) {
      goTo(away);
      let first = true;
      for (const batch of batchesOf(rows, kind, architecture.contextLength(config))) {
        signal?.throwIfAborted();
        await add({ ...batch, kept: scalar(first ? 0 : 1) });
        first = false;
      }
      const found = await state.read(names.map((name) => GRADIENT + name));
      return Object.fromEntries(names.map((name) => [name, found[GRADIENT + name]!.data as Float32Array]));
    },
    async costs(rows, away) {
      signal?.throwIfAborted();
      goTo(away);
      const scores = await score([...rows]);
      return Float64Array.from(scores, ({ logProbs }) => -logProbs.reduce((sum, value) => sum + value, 0));
    },
    dispose: () => state.dispose(),
  };
}
