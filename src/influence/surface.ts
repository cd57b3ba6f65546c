// The loss of a model as a surface over its weights: what rows cost at a point, and its slope there.
import type { Learner } from '../domain/architecture.ts';
import { type Engine, type HostTensors, scalar } from '../domain/engine.ts';
import { moved, type Vector, vectorOf } from '../domain/vectors.ts';
import type { TokenRow } from '../training/batches.ts';
import { createPassState } from '../training/edit-state.ts';
import { batchesOf } from './row-batches.ts';

/** Rows of one backward pass. */
const ROWS = [1, 4, 16];

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

/** Opens the surface around some weights. They are held twice, and their gradient once. */
export function openSurface({ engine, architecture, config, weights, signal }: SurfaceInputs): Surface {
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
      for (const batch of batchesOf({ architecture, config }, rows, ROWS)) {
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
