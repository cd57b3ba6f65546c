// The loss of a model as a surface over its weights: what rows cost at a point, and its slope there.
import type { Learner } from '../domain/architecture.ts';
import { type Engine, type HostTensors, scalar } from '../domain/engine.ts';
import { moved, type Vector, vectorOf } from '../domain/vectors.ts';
import { IGNORE } from '../methods/losses.ts';
import { inPasses, lengthBatches, type TokenRow } from '../training/batches.ts';
import { createPassState } from '../training/edit-state.ts';
import { type Kind, kindOf } from '../training/kinds.ts';

/** Rows and tokens of one backward pass: few sizes, each is a graph of its own. */
const ROWS = [1, 4, 16];
const TOKENS = 2048;

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

/** Opens the surface around some weights. They are held twice, and their gradient once. */
export function openSurface({ engine, architecture, config, weights, signal }: SurfaceInputs): Surface {
  const kind = kindOf(architecture);
  const fixed = new Set(architecture.fixed?.(config));
  const trainable = Object.keys(architecture.shapes(config)).filter((name) => !fixed.has(name));
  const state = createPassState({ engine, architecture, config, weights, trainable });
  let displaced = false;

  function goTo(away: Away | undefined): void {
    if (away || displaced) state.write(away ? moved(weights, away.direction, away.step) : weights);
    displaced = away !== undefined;
  }

  return {
    point: vectorOf(weights, trainable),
    async gradient(rows, away) {
      goTo(away);
      let kept = 0;
      for (const batch of batchesOf(rows, kind, architecture.contextLength(config))) {
        signal?.throwIfAborted();
        await state.add(
          { loss: 'nll', power: 0 },
          { ...batch, count: scalar(1), weight: scalar(1), kept: scalar(kept) },
        );
        kept = 1;
      }
      return vectorOf(await state.sums(), trainable);
    },
    async costs(rows, away) {
      signal?.throwIfAborted();
      goTo(away);
      const scores = await state.score([...rows]);
      return Float64Array.from(scores, ({ logProbs }) => -logProbs.reduce((sum, value) => sum + value, 0));
    },
    dispose: () => state.dispose(),
  };
}
