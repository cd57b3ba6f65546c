// Which rows shaped what a model says: a direction from the query, and how fast each row's cost falls along it.
import { sampleRows } from '../domain/random.ts';
import { scaled, type Vector } from '../domain/vectors.ts';
import { type Bend, type Solution, solveDamped } from '../methods/conjugate-gradient.ts';
import type { TokenRow } from '../training/batches.ts';
import type { Stop } from './course.ts';
import { type Query, queryOf, slopes } from './slopes.ts';
import { openSurface, type Surface, type SurfaceInputs } from './surface.ts';

export interface InfluenceSettings {
  method: 'tracin' | 'cg' | 'ekfac';
  /** TracIn's weight of a checkpoint. */
  learning_rate: number;
  /** Added to the diagonal of the Hessian; left out: `DAMPING`, and `ekfac` goes by its eigenvalues. */
  damping?: number | undefined;
  /** Conjugate-gradient steps at most. */
  iterations: number;
  /** Rows that the curvature is measured on. */
  curvature_rows: number;
}

/** Of `cg`, where none is given: about what a loss still bends downwards by after training, so that it is seldom raised. */
const DAMPING = 0.1;

export interface Influence {
  /** Of each row. The higher, the more the row helps the model to say this; below 0 it speaks against it. */
  scores: Float64Array;
  /** What was added to the diagonal in the end; null where there is no Hessian. */
  damping: number | null;
}

/** Labels that rows are learned by. */
const labelsOf = (rows: readonly TokenRow[]): number =>
  rows.reduce((sum, { ids, promptLength }) => sum + ids.length - promptLength, 0);

/** The mean cost of a label of the rows. */
export const bendOf = (surface: Surface, rows: readonly TokenRow[]): Bend => ({
  point: surface.point,
  gradientAt: async (direction, step) => scaled(1 / labelsOf(rows), await surface.gradient(rows, { direction, step })),
});

/** What is analysed. */
export interface InfluenceQuestion {
  query: readonly TokenRow[];
  /** All that the model was trained on. */
  rows: readonly TokenRow[];
  settings: InfluenceSettings;
  /** What `ekfac` takes for (H + damping I)^-1; weights that it leaves out have no part in the scores. */
  inverse?: (gradient: Vector, damping: number | undefined) => Promise<Solution>;
  seed: number;
}

async function directionOf(
  surface: Surface,
  { gradient }: Query,
  { rows, settings, inverse, seed }: InfluenceQuestion,
): Promise<{ direction: Vector; damping: number | null }> {
  if (settings.method === 'tracin') return { direction: gradient, damping: null };
  const solved = () => {
    const bend = bendOf(surface, sampleRows(rows, settings.curvature_rows, seed));
    return solveDamped(bend, gradient, { ...settings, damping: settings.damping ?? DAMPING });
  };
  const { x, damping } = await (settings.method === 'ekfac' ? inverse!(gradient, settings.damping) : solved());
  return { direction: x, damping };
}

/**
 * Scores each of `rows`, which the model was trained on, for the answers in `query`. TracIn at one checkpoint is the
 * learning rate times the product of both gradients (Estimating Training Data Influence by Tracing Gradient Descent, arXiv
 * 2002.08484); `cg` and `ekfac` put an inverse Hessian between them (arXiv 1703.04730, 2308.03296).
 */
export async function influenceOf(surface: Surface, given: InfluenceQuestion): Promise<Influence> {
  const { rows, settings } = given;
  const query = await queryOf(surface, given.query);
  const { direction, damping } = await directionOf(surface, query, given);
  const along = await slopes(surface, rows, query, direction);
  const factor = settings.method === 'tracin' ? settings.learning_rate : 1;
  return { scores: along.map((slope) => factor * slope), damping };
}

/** Where TracIn looks, and the learning rate of the step that led there. */
export type TracedStop = Stop & { learning_rate: number };

/**
 * TracIn over several checkpoints of a training: the sum over them of the learning rate there times the product of both gradients
 * there (TracInCP, arXiv 2002.08484). One of them alone is open at a time.
 */
export async function tracedInfluence(
  model: Omit<SurfaceInputs, 'weights'>,
  course: AsyncIterable<TracedStop>,
  { query, rows }: Pick<InfluenceQuestion, 'query' | 'rows'>,
): Promise<{ scores: Float64Array; steps: number[] }> {
  const scores = new Float64Array(rows.length);
  const steps: number[] = [];
  for await (const { step, weights, learning_rate } of course) {
    const surface = openSurface({ ...model, weights });
    const asked = await queryOf(surface, query);
    const along = await slopes(surface, rows, asked, asked.gradient);
    surface.dispose();
    along.forEach((slope, i) => {
      scores[i] = scores[i]! + learning_rate * slope;
    });
    steps.unshift(step);
  }
  return { scores, steps };
}
