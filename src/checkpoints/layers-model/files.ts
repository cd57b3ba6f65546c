// model.json of a TensorFlow.js LayersModel: its document, the files that it names, and how they may be called.
import Type, { type Static } from 'typebox';
import { Value } from 'typebox/value';
import { invalid, quoted } from '../invalid.ts';
import { MAX_JSON_BYTES } from '../json-file.ts';
import { RECIPE } from '../recipe-file.ts';
import { sisaLimit } from '../sisa-names.ts';
import { TOKENIZER } from '../tokenizer-file.ts';

export const MODEL_JSON = 'model.json';
export const MAX_MODEL_JSON_BYTES = 1 << 24;
const MAX_RECIPE_BYTES = 1 << 20;
/** Of all shards together: they are read into one buffer. */
export const MAX_WEIGHT_BYTES = 2 ** 32;
const MAX_SHARDS = 1000;
const MAX_WEIGHTS = 10_000;
/** Plain names: no folder, nothing hidden, no `..`. */
const SHARD_NAME = /^(?!.*\.\.)[A-Za-z0-9_][A-Za-z0-9_.-]{0,199}$/;
/** What is read from a folder for another reason, or would run code. */
const OTHER_NAME = /\.(json|md|txt|safetensors|sisa|pt|pth|pkl|pickle|ckpt)$/i;
const AGAIN = 'Save the model again with model.save or the converter of TensorFlow.js.';

const WeightEntry = Type.Object({
  name: Type.String({ minLength: 1, maxLength: 500 }),
  shape: Type.Array(Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }), { maxItems: 8 }),
  dtype: Type.String(),
  quantization: Type.Optional(Type.Unknown()),
});
const Group = Type.Object({
  paths: Type.Array(Type.String(), { minItems: 1, maxItems: MAX_SHARDS }),
  weights: Type.Array(WeightEntry, { maxItems: MAX_WEIGHTS }),
});
const ModelJson = Type.Object({
  format: Type.Optional(Type.String()),
  modelTopology: Type.Object({}),
  weightsManifest: Type.Array(Group, { maxItems: MAX_SHARDS }),
  userDefinedMetadata: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
});
export type ModelJson = Static<typeof ModelJson>;

export interface Weight {
  name: string;
  shape: number[];
  elements: number;
  /** Where its numbers begin in the shards of its group, laid end to end. */
  offset: number;
}
/** Shards that are one sequence of bytes, and the weights that fill it. */
export interface WeightGroup {
  paths: string[];
  weights: Weight[];
  bytes: number;
}

/** Whether a folder with these files is a LayersModel; a Hugging Face folder may hold a model.json of its own. */
export const isLayersModel = (names: readonly string[]): boolean =>
  names.includes(MODEL_JSON) && !names.includes('config.json');

function checkPaths(paths: string[]): void {
  const strange = paths.find((path) => !SHARD_NAME.test(path) || OTHER_NAME.test(path));
  if (strange !== undefined)
    throw invalid(
      MODEL_JSON,
      `names the shard ${quoted(strange)}`,
      'Put the shards beside it, under plain names such as group1-shard1of1.bin.',
    );
  if (paths.length > MAX_SHARDS)
    throw invalid(MODEL_JSON, `names ${paths.length} shards`, `Use at most ${MAX_SHARDS}.`);
  const twice = paths.find((path, i) => paths.indexOf(path) !== i);
  if (twice !== undefined) throw invalid(MODEL_JSON, `names the shard ${quoted(twice)} twice`, AGAIN);
}

/** The document, with the names of its shards checked. Throws `checkpoint-invalid`. */
export function parseModelJson(json: unknown): ModelJson {
  const format = typeof json === 'object' && json !== null && 'format' in json ? json.format : undefined;
  if (format === 'graph-model' || format === 'tfjs-graph-model')
    throw invalid(MODEL_JSON, 'is a graph model, which cannot be trained', 'Convert the Keras model to a LayersModel.');
  if (!Value.Check(ModelJson, json)) {
    const [first] = Value.Errors(ModelJson, json);
    throw invalid(MODEL_JSON, `${first?.instancePath.slice(0, 100) || 'the document'} ${first?.message}`, AGAIN);
  }
  checkPaths(json.weightsManifest.flatMap(({ paths }) => paths));
  return json;
}

/** Largest size of each file of the folder; without a document, of what it does not name. */
export function layersModelLimits(json: unknown): (name: string) => number | undefined {
  const shards = json === undefined ? [] : parseModelJson(json).weightsManifest.flatMap(({ paths }) => paths);
  const sizes = new Map(shards.map((path) => [path, MAX_WEIGHT_BYTES]));
  sizes.set(MODEL_JSON, MAX_MODEL_JSON_BYTES);
  sizes.set(RECIPE, MAX_RECIPE_BYTES);
  sizes.set(TOKENIZER, MAX_JSON_BYTES);
  return (name) => sizes.get(name) ?? sisaLimit(name);
}

function weightOf({ name, shape, dtype, quantization }: Static<typeof WeightEntry>, offset: number): Weight {
  const label = `weight ${quoted(name)}`;
  if (quantization !== undefined)
    throw invalid(MODEL_JSON, `${label} is quantised`, 'Convert the model again without quantisation.');
  if (dtype !== 'float32') throw invalid(MODEL_JSON, `${label} is ${quoted(dtype, 20)}`, 'Weights must be float32.');
  const elements = shape.includes(0) ? 0 : shape.reduce((product, size) => product * size, 1);
  if (elements * 4 > MAX_WEIGHT_BYTES)
    throw invalid(
      MODEL_JSON,
      `gives ${label} a shape of ${elements} numbers`,
      `A model may have ${MAX_WEIGHT_BYTES} bytes.`,
    );
  return { name, shape, elements, offset };
}

/** What the manifest says about bytes, before any are read. Throws `checkpoint-invalid`. */
export function weightGroups({ weightsManifest }: ModelJson): WeightGroup[] {
  const seen = new Set<string>();
  let total = 0;
  return weightsManifest.map(({ paths, weights: entries }) => {
    let bytes = 0;
    const weights = entries.map((entry) => {
      if (seen.has(entry.name)) throw invalid(MODEL_JSON, `names the weight ${quoted(entry.name)} twice`, AGAIN);
      seen.add(entry.name);
      const weight = weightOf(entry, bytes);
      bytes += weight.elements * 4;
      total += weight.elements * 4;
      if (seen.size > MAX_WEIGHTS || total > MAX_WEIGHT_BYTES)
        throw invalid(MODEL_JSON, `describes ${seen.size} weights of ${total} bytes`, 'Use a smaller model.');
      return weight;
    });
    return { paths, weights, bytes };
  });
}
