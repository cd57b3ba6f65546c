// A LayersModel as its checker hands it on: layers in an order in which they can be computed, with everything worked out.

/** A size that is not known before there is a batch is null. */
export type LayerShape = readonly (number | null)[];

export interface LayerWeight {
  /** As the weights of the checkpoint are called. */
  name: string;
  shape: number[];
}

export interface LayerNode {
  name: string;
  className: string;
  /** As model.json has it, checked: members that are missing have their defaults. */
  config: Readonly<Record<string, unknown>>;
  /** Layers that it takes its inputs from; none: it is an input of the model. */
  from: readonly string[];
  output: LayerShape;
  /** By their names within the layer. */
  weights: Readonly<Record<string, LayerWeight>>;
}

export interface LayerGraph {
  nodes: readonly LayerNode[];
  /** Names of layers. */
  inputs: readonly string[];
  outputs: readonly string[];
}

/** Name and shape of every weight, in the order of the layers. */
export const graphWeights = ({ nodes }: LayerGraph): LayerWeight[] =>
  nodes.flatMap(({ weights }) => Object.values(weights));
