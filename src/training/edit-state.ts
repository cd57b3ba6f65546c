// The tensors behind passes over a set: the weights, and sums of gradients that stay in the state until the set is through, so
// that no pass hands out a weight-sized tensor.
import type { Learner } from '../domain/architecture.ts';
import type { EditLoss } from '../domain/edit.ts';
import {
  type CompiledStep,
  type Engine,
  elementCount,
  float32,
  type HostTensors,
  type State,
  type Tensor,
} from '../domain/engine.ts';
import { ExpungeError } from '../errors.ts';
import { IGNORE, tokenLoss } from '../methods/losses.ts';
import { valueAndGradients } from './gradients.ts';
import { kindOf } from './kinds.ts';
import type { Scorer } from './scoring.ts';

const SUM = 'sum:';

export interface PassKind {
  loss: EditLoss;
  /** Of what is added: absolute gradients to this power; 0: gradients as they are. */
  power: 0 | 1 | 2;
}
interface Inputs {
  engine: Engine;
  architecture: Learner;
  config: unknown;
  /** Those that `write` leaves out. */
  weights: HostTensors;
  trainable: readonly string[];
}
export interface PassState {
  /** From now on at these weights. */
  write(weights: HostTensors): void;
  /**
   * Adds to the sums. Feeds: `ids` and `labels` as a batch, `count` that the loss is divided by, `weight` of what is
   * added, `kept` 0 where the sums begin anew, 1 elsewhere.
   */
  add(kind: PassKind, feeds: HostTensors): Promise<void>;
  /** By name of the weight. Throws `compute-failed` where one is not finite. */
  sums(): Promise<HostTensors>;
  score: Scorer;
  dispose(): void;
}

const named = <T>(names: readonly string[], of: (name: string) => T, prefix = ''): Record<string, T> =>
  Object.fromEntries(names.map((name) => [prefix + name, of(name)]));

/** The first of the tensors with a number that is not finite. */
export function notFinite(tensors: HostTensors): string | undefined {
  return Object.keys(tensors).find((name) => {
    const { data } = tensors[name]!;
    for (let i = 0; i < data.length; i++) if (!Number.isFinite(data[i])) return true;
    return false;
  });
}

/** logits (B, T, V), labels (B, T) -> sum of squared logits over the places that predict a label. */
function squaredNorm(tf: Engine['tf'], logits: Tensor, labels: Tensor): Tensor {
  const [rows, time, vocab] = logits.shape as [number, number, number];
  const places = tf.notEqual(tf.slice(labels, [0, 1], [rows, time - 1]), tf.scalar(IGNORE, 'int32'));
  const norms = tf.sum(tf.square(tf.slice(logits, [0, 0, 0], [rows, time - 1, vocab])), -1);
  return tf.sum(tf.mul(norms, tf.cast(places, 'float32')));
}

function compilePass({ engine, architecture, config, trainable }: Inputs, state: State, kind: PassKind): CompiledStep {
  const { tf } = engine;
  const powers = [(x: Tensor) => x, (x: Tensor): Tensor => tf.abs(x), (x: Tensor): Tensor => tf.square(x)];
  return engine.compileStep((tensors, feeds) => {
    const weights = named(trainable, (name) => tensors[name]!);
    const { loss, gradients } = valueAndGradients(tf, weights, (changing) => {
      const logits = architecture.forward(tf, config, { ...tensors, ...changing }, feeds.ids!);
      const labels = feeds.labels!;
      const sum = kind.loss === 'nll' ? tf.sum(tokenLoss(tf, { logits, labels }).nll) : squaredNorm(tf, logits, labels);
      return { loss: tf.div(sum, feeds.count!), aux: {} };
    });
    const added = (name: string): Tensor => {
      const value = tf.mul(powers[kind.power]!(gradients[name]!), feeds.weight!);
      return tf.add(tf.mul(tensors[SUM + name]!, feeds.kept!), value);
    };
    return { outputs: { loss }, state: named(trainable, added, SUM) };
  }, state);
}

/** A state of the weights and one sum for each that may change; a kind of pass is compiled when it is first asked for. */
export function createPassState(inputs: Inputs): PassState {
  const { engine, architecture, config, trainable, weights: parent } = inputs;
  const zeros = (name: string) => float32(new Float32Array(elementCount(parent[name]!.shape)), parent[name]!.shape);
  const state = engine.createState({ ...parent, ...named(trainable, zeros, SUM) });
  const steps = new Map<string, CompiledStep>();
  return {
    write: (weights) => state.write(named(trainable, (name) => weights[name] ?? parent[name]!)),
    async add(kind, feeds) {
      const key = `${kind.loss} ${kind.power}`;
      const step = steps.get(key) ?? compilePass(inputs, state, kind);
      steps.set(key, step);
      await step(feeds);
    },
    async sums() {
      const sums = await state.read(trainable.map((name) => SUM + name));
      const found = named(trainable, (name) => sums[SUM + name]!);
      const broken = notFinite(found);
      if (broken === undefined) return found;
      throw new ExpungeError(
        'compute-failed',
        `A gradient of ${broken} is not finite: the model’s loss is not, either.`,
      );
    },
    score: kindOf(architecture).scorer(engine, architecture, config, state),
    dispose: () => state.dispose(),
  };
}
