// Dense classifiers of a few weights, for figures that can be computed in another way.
import {
  type ClassifierConfig,
  classifierOf,
  layersClassifier,
} from '../../src/architectures/layers-model/classifier.ts';
import type { Learner } from '../../src/domain/architecture.ts';
import { float32 } from '../../src/domain/engine.ts';
import type { LayerNode } from '../../src/domain/layer-graph.ts';
import { type ExampleRow, exampleRow } from '../../src/training/classification.ts';

export const classifier = layersClassifier as unknown as Learner;

/** Dense layers of these widths, tanh between them; one number at the end is for two classes. */
export function denseModel(widths: readonly number[], names: readonly string[]): ClassifierConfig {
  const layer = (name: string, i: number): LayerNode => {
    const [input, units] = [widths[i]!, widths[i + 1]!];
    const last = i === names.length - 1;
    const activation = !last ? 'tanh' : units === 1 ? 'sigmoid' : 'linear';
    return {
      ...{ name, className: 'Dense', config: { units, activation, use_bias: true } },
      ...{ from: [i === 0 ? 'input' : names[i - 1]!], output: [null, units] },
      weights: {
        kernel: { name: `${name}/kernel`, shape: [input, units] },
        bias: { name: `${name}/bias`, shape: [units] },
      },
    };
  };
  const input: LayerNode = {
    ...{ name: 'input', className: 'InputLayer', config: {}, from: [], output: [null, widths[0]!], weights: {} },
  };
  const nodes = [input, ...names.map(layer)];
  return classifierOf({ nodes, inputs: ['input'], outputs: [names.at(-1)!] });
}

export const examples = (inputs: readonly (readonly number[])[], labels: readonly number[]): ExampleRow[] =>
  inputs.map((input, i) => exampleRow(float32(Float32Array.from(input), [input.length]), labels[i]!));

/** Spearman's rank correlation; no ties. */
export function rankCorrelation(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const ranks = (values: ArrayLike<number>) => {
    const order = Array.from(values, (_, i) => i).sort((i, j) => values[i]! - values[j]!);
    const places: number[] = [];
    order.forEach((i, place) => {
      places[i] = place;
    });
    return places;
  };
  const [x, y] = [ranks(a), ranks(b)];
  const n = x.length;
  const squares = x.reduce((sum, place, i) => sum + (place - y[i]!) ** 2, 0);
  return 1 - (6 * squares) / (n * (n * n - 1));
}
