// The last layer of a classifier on features that stay as they are: trained with a secret random term, and unlearned from by
// certified removal. What has to be known later stands in the recipe.
import { randomBytes } from 'node:crypto';
import { breathing } from '../domain/breathing.ts';
import type { Engine, HostTensors } from '../domain/engine.ts';
import type { CertifiedHead, CertifiedOptions } from '../domain/recipe.ts';
import { ExpungeError } from '../errors.ts';
import { chargeOf, featureNorm, removeRows, residualBudget, startOf } from '../training/certified-head.ts';
import type { ExampleRow } from '../training/classification.ts';
import { minimiseHead } from '../training/convex-head.ts';
import {
  type CertifiedModel,
  digestsOf,
  headRows,
  headWeights,
  refuse,
  rowsDigest,
  withHead,
} from './certified-model.ts';

export interface CertifiedResult {
  weights: HostTensors;
  certified: CertifiedHead;
}

/** Standard normal numbers that nobody can make again: who knew them could tell what was removed. */
function secretNormals(count: number): Float64Array {
  const uniform = () => (randomBytes(6).readUIntBE(0, 6) + 1) / 2 ** 48;
  return Float64Array.from({ length: count }, () => {
    const radius = Math.sqrt(-2 * Math.log(uniform()));
    return radius * Math.cos(2 * Math.PI * uniform());
  });
}

/**
 * Trains the last layer to its minimum, with a random linear term that is kept nowhere. Throws `validation-failed` for a model that it
 * cannot be done for, and for noise too little to remove anything; the signal's reason.
 */
export async function trainCertified(
  engine: Engine,
  model: CertifiedModel,
  rows: readonly ExampleRow[],
  { epsilon, delta, sigma, lambda }: CertifiedOptions,
  signal?: AbortSignal,
): Promise<CertifiedResult> {
  const options = { epsilon, delta, sigma, lambda };
  const data = await headRows(engine, model, rows);
  const noise = secretNormals(data.width * data.outputs).map((value) => sigma * value);
  const loss = { rows: data, lambda, noise };
  const breathe = breathing(signal);
  const start = startOf(loss, await minimiseHead(loss, breathe), await featureNorm(data, breathe));
  const budget = residualBudget(options);
  const spent = chargeOf(start.spent, budget);
  if (!(spent < budget))
    throw refuse(`sigma ${sigma} allows a residual of ${budget}, and training leaves as much`, 'take a larger sigma.');
  const weights = withHead(model, start.weights);
  const digests = { ...digestsOf({ ...model, weights }), rows: rowsDigest(data) };
  return { weights, certified: { ...options, budget, spent, ...digests } };
}

/** Throws `recipe-missing` where the features are not those that the head was trained on. */
export function assertFeatures(model: CertifiedModel, { features }: CertifiedHead): void {
  if (digestsOf(model).features === features) return;
  throw new ExpungeError(
    'recipe-missing',
    'The features of the model were changed since its last layer was certified: train it anew with expunge train --certified.',
  );
}

const noMinimum = (why: string) => new ExpungeError('compute-failed', `${why}, and is no minimum any more: retrain.`);

/**
 * One Newton step, if the budget still has room for it. Throws `compute-failed` where it has not, where the head was changed, and where it
 * was trained on other rows than those that stay and go; the signal's reason.
 */
export async function removeCertified(
  engine: Engine,
  model: CertifiedModel,
  certified: CertifiedHead,
  sets: { stay: readonly ExampleRow[]; go: readonly ExampleRow[] },
  signal?: AbortSignal,
): Promise<CertifiedResult> {
  assertFeatures(model, certified);
  if (digestsOf(model).head !== certified.head)
    throw noMinimum('The last layer was changed by another method since it was certified');
  const [stay, go] = [await headRows(engine, model, sets.stay), await headRows(engine, model, sets.go)];
  if (rowsDigest(stay, go) !== certified.rows)
    throw noMinimum('The last layer was trained on other records, or on features of another machine');
  const { lambda } = certified;
  const breathe = breathing(signal);
  const norm = await featureNorm(stay, breathe);
  const removed = await removeRows({ weights: headWeights(model), stay, go, lambda, norm, breathe });
  // by what epsilon, delta and sigma come to: a recipe may say anything
  const budget = residualBudget(certified);
  const spent = certified.spent + chargeOf(removed.spent, budget);
  if (!(spent <= budget))
    throw new ExpungeError(
      'compute-failed',
      'The budget of certified removal is spent: what this one takes is no longer within it. Retrain.',
    );
  const weights = withHead(model, removed.weights);
  const digests = { ...digestsOf({ ...model, weights }), rows: rowsDigest(stay) };
  return { weights, certified: { ...certified, budget, spent, ...digests } };
}
