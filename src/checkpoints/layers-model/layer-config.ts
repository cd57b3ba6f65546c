// What layers have in their configuration, read one member at a time. Errors name the layer.
import { ACTIVATION_NAMES } from '../../architectures/layers-model/activations.ts';
import type { LayerShape } from '../../domain/layer-graph.ts';
import { invalid, quoted } from '../invalid.ts';
import { MODEL_JSON } from './files.ts';

export type Shape = LayerShape;

/** Largest size, filter count or window. */
const MAX_SIZE = 2 ** 31;
const REGULARIZERS = ['L1', 'L2', 'L1L2'];
/** Members that are numbers from 0 to below 1. */
const SHARES = ['rate', 'momentum', 'epsilon'];

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isRegularizer = (value: unknown): boolean =>
  isObject(value) && REGULARIZERS.includes(value.class_name as string) && isObject(value.config);

const isSize = (value: unknown): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= MAX_SIZE;

/** Configuration of one layer. */
export class LayerConfig {
  readonly name: string;
  readonly className: string;
  readonly #members: Record<string, unknown>;

  constructor(className: string, members: Record<string, unknown>) {
    this.className = className;
    this.#members = members;
    this.name = typeof members.name === 'string' ? members.name : '';
    if (!/^[A-Za-z0-9_][A-Za-z0-9_./-]{0,199}$/.test(this.name))
      throw invalid(MODEL_JSON, `has a ${className} layer with the name ${quoted(this.name)}`, 'Give it a plain name.');
    // TensorFlow.js takes a member in either spelling: one that is checked here must not have a double
    const strange = Object.keys(members).find((key) => !/^[a-z][a-z0-9_]*$/.test(key));
    if (strange !== undefined) throw this.refuse(`has the member ${quoted(strange, 100)}`);
    for (const [key, value] of Object.entries(members)) this.#checkCommon(key, value);
  }

  #checkCommon(key: string, value: unknown): void {
    if (value === null || value === undefined) return;
    if (key.endsWith('_constraint')) throw this.refuse(`has a ${key}`);
    if (key.endsWith('_regularizer') && !isRegularizer(value))
      throw this.refuse(`has a ${key} other than ${REGULARIZERS.join(', ')}`);
    if (SHARES.includes(key) && !(typeof value === 'number' && value >= 0 && value < 1))
      throw this.refuse(`has ${key} that is no number from 0 to below 1`);
    if (key === 'activation' && !ACTIVATION_NAMES.includes(value as string))
      throw this.refuse(
        `has the activation ${quoted(JSON.stringify(value), 100)}`,
        `Use one of: ${ACTIVATION_NAMES.join(', ')}.`,
      );
    if (key === 'dtype' && value !== 'float32' && !(this.className === 'InputLayer' && value === 'int32'))
      throw this.refuse(`has the dtype ${quoted(JSON.stringify(value), 100)}`, 'Use float32.');
  }

  /** A `checkpoint-invalid` error about this layer. */
  refuse(what: string, remedy = 'Build the model without it, or save it again.'): Error {
    return invalid(MODEL_JSON, `the ${this.className} layer ${quoted(this.name)} ${what}`, remedy);
  }

  /** As model.json has them. */
  get members(): Readonly<Record<string, unknown>> {
    return this.#members;
  }

  get(key: string): unknown {
    return this.#members[key];
  }

  size(key: string, otherwise?: number): number {
    const value = this.#members[key] ?? otherwise;
    if (isSize(value)) return value;
    throw this.refuse(`has ${key} that is no size from 1 to ${MAX_SIZE}`);
  }

  flag(key: string, otherwise: boolean): boolean {
    const value = this.#members[key] ?? otherwise;
    if (typeof value === 'boolean') return value;
    throw this.refuse(`has ${key} that is neither true nor false`);
  }

  /** One size for each of `rank` dimensions; a single number counts for all. */
  sizes(key: string, rank: number, otherwise?: readonly number[]): number[] {
    const value = this.#members[key] ?? otherwise;
    const all = Array.isArray(value) ? value : Array.from({ length: rank }, () => value);
    if (all.length === rank && all.every(isSize)) return all;
    throw this.refuse(`has ${key} that is not ${rank} sizes from 1 to ${MAX_SIZE}`);
  }

  oneOf<T extends string>(key: string, values: readonly T[], otherwise: T): T {
    const value = this.#members[key] ?? otherwise;
    if (values.includes(value as T)) return value as T;
    throw this.refuse(`has ${key} ${quoted(JSON.stringify(value), 100)}`, `Use one of: ${values.join(', ')}.`);
  }

  /** Axes as whole numbers from 0, of an input of this rank. */
  axes(key: string, rank: number): number[] {
    const value = this.#members[key] ?? -1;
    const all: unknown[] = Array.isArray(value) ? value : [value];
    const found = all.map((axis) => (typeof axis === 'number' && axis < 0 ? axis + rank : axis));
    const fits = (axis: unknown): axis is number =>
      Number.isInteger(axis) && (axis as number) > 0 && (axis as number) < rank;
    if (found.length > 0 && found.every(fits) && new Set(found).size === found.length) return found;
    throw this.refuse(`has ${key} that is no axis of its input after the first`);
  }

  /** A shape with the batch left open: [null, 28, 28, 1]. */
  batchShape(key: string): Shape {
    const value = this.#members[key];
    const fits = Array.isArray(value) && value.length >= 2 && value.length <= 6 && value[0] === null;
    if (fits && value.slice(1).every((size) => size === null || isSize(size))) return value as Shape;
    throw this.refuse(`has ${key} that is no shape with an open batch, such as [null, 28, 28, 1]`);
  }
}

/** A size of an input, which must be known. */
export function known(layer: LayerConfig, shape: Shape, axis: number): number {
  const size = shape.at(axis);
  if (typeof size === 'number') return size;
  throw layer.refuse(`needs axis ${axis} of its input [${shape.map((s) => s ?? 'null')}] to be known`);
}

/** A rank of an input, which must be this one. */
export function ofRank(layer: LayerConfig, shape: Shape, rank: number): Shape {
  if (shape.length === rank) return shape;
  throw layer.refuse(`takes inputs of rank ${rank}, and gets [${shape.map((s) => s ?? 'null')}]`);
}
