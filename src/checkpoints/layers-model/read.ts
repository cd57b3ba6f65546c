// A LayersModel from its folder: checked in full, then handed out as the artefacts that tf.io.fromMemory takes. TensorFlow.js'
// own reader of files follows `..` and links and allocates whatever a configuration claims.
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { elementCount, float32, type HostTensors } from '../../domain/engine.ts';
import { graphWeights, type LayerGraph } from '../../domain/layer-graph.ts';
import { hasCode } from '../disk.ts';
import { PIECE_BYTES, readFully, readPieces } from '../file-bytes.ts';
import { firstNonFiniteOf } from '../finite.ts';
import { invalid, quoted } from '../invalid.ts';
import { readJson } from '../json-file.ts';
import { MODEL_JSON, type ModelJson, parseModelJson, type WeightGroup, weightGroups } from './files.ts';
import { readTopology, withoutInitializers } from './topology.ts';

/** What tf.io.fromMemory takes. */
export interface LayersArtifacts {
  format: 'layers-model';
  modelTopology: object;
  weightSpecs: { name: string; shape: number[]; dtype: 'float32' }[];
  weightData: ArrayBuffer;
}
export interface Shard {
  path: string;
  bytes: number;
}
/** A folder whose files fit together; the weights are still on disk. */
export interface LayersModel {
  json: ModelJson;
  /** Its weights are called as in the manifest. */
  graph: LayerGraph;
  groups: (WeightGroup & { shards: Shard[] })[];
  parameters: number;
}

/** Opens one of the folder's files, which is no link and no pipe when it comes from `importFolder`. */
async function openShard(dir: string, path: string): Promise<FileHandle> {
  try {
    return await open(join(dir, path), 'r');
  } catch (error) {
    if (hasCode(error, 'ENOENT')) throw invalid(path, 'is missing', `${MODEL_JSON} names it: copy it as well.`);
    throw invalid(path, 'cannot be read', 'Check its permissions.', error);
  }
}

async function shardsOf(dir: string, { paths, bytes }: WeightGroup): Promise<Shard[]> {
  const shards: Shard[] = [];
  let there = 0;
  for (const path of paths) {
    const file = await openShard(dir, path);
    const size = (await file.stat()).size;
    await file.close();
    // float32 throughout, so that no number is cut
    if (size % 4 !== 0)
      throw invalid(path, `has ${size} bytes, which is no whole number of float32`, 'Copy the file again, whole.');
    there += size;
    shards.push({ path, bytes: size });
  }
  if (there !== bytes)
    throw invalid(
      paths.at(-1)!,
      `ends its group at ${there} bytes where ${MODEL_JSON} asks for ${bytes}`,
      'Copy the files again, whole.',
    );
  return shards;
}

/** A weight of a nested cell has the cell's name in its own: `layer/cell/kernel` for `layer/kernel`. */
const shortened = (name: string): string => {
  const parts = name.split('/');
  return [...parts.slice(0, -2), ...parts.slice(-1)].join('/');
};

/** The graph with its weights called as the manifest has them. */
function matchWeights(graph: LayerGraph, groups: WeightGroup[]): LayerGraph {
  const missing = new Map(graphWeights(graph).map(({ name, shape }) => [name, shape]));
  const called = new Map<string, string>();
  for (const { name, shape } of groups.flatMap(({ weights }) => weights)) {
    const known = missing.has(name) ? name : shortened(name);
    const wanted = missing.get(known);
    if (wanted === undefined)
      throw invalid(MODEL_JSON, `has the weight ${quoted(name)}, which no layer asks for`, 'Save the model again.');
    if (wanted.length !== shape.length || wanted.some((size, i) => size !== shape[i]))
      throw invalid(
        MODEL_JSON,
        `gives the weight ${quoted(name)} the shape [${shape}] where its layer asks for [${wanted}]`,
        'Save the model again.',
      );
    missing.delete(known);
    called.set(known, name);
  }
  const [first] = missing.keys();
  if (first !== undefined)
    throw invalid(MODEL_JSON, `has no weight ${quoted(first)}`, 'Save the model with its weights.');
  const renamed = (weights: LayerGraph['nodes'][number]['weights']) =>
    Object.fromEntries(
      Object.entries(weights).map(([own, { name, shape }]) => [own, { name: called.get(name)!, shape }]),
    );
  return { ...graph, nodes: graph.nodes.map((node) => ({ ...node, weights: renamed(node.weights) })) };
}

/** Reads and matches everything but the weights themselves. Throws `checkpoint-invalid` naming the file. */
export async function openLayersModel(dir: string): Promise<LayersModel> {
  const json = parseModelJson(await readJson(dir, MODEL_JSON));
  const groups = weightGroups(json);
  const graph = matchWeights(readTopology(json.modelTopology as Record<string, unknown>), groups);
  const opened: LayersModel['groups'] = [];
  for (const group of groups) opened.push({ ...group, shards: await shardsOf(dir, group) });
  const parameters = groups.flatMap(({ weights }) => weights).reduce((sum, { elements }) => sum + elements, 0);
  return { json, graph, groups: opened, parameters };
}

/** Bytes of a group's shards, end to end. */
async function readShards(dir: string, shards: Shard[], into: Uint8Array): Promise<void> {
  let done = 0;
  for (const { path, bytes } of shards) {
    const file = await openShard(dir, path);
    try {
      await readFully(file, into.subarray(done, done + bytes), 0, path);
    } finally {
      await file.close();
    }
    done += bytes;
  }
}

/** The weight that holds a byte of its group. */
const weightAt = ({ weights }: WeightGroup, byte: number) =>
  weights.find(({ offset, elements }) => offset <= byte && byte < offset + elements * 4);

/** Reads every number, a piece at a time. Throws `checkpoint-invalid` for the first that is not finite. */
export async function checkNumbers(dir: string, { groups }: LayersModel): Promise<void> {
  const largest = groups.flatMap(({ shards }) => shards).reduce((most, { bytes }) => Math.max(most, bytes), 0);
  const buffer = new Uint8Array(Math.min(PIECE_BYTES, largest));
  for (const group of groups) {
    let position = 0;
    for (const { path, bytes } of group.shards) {
      const file = await openShard(dir, path);
      try {
        for await (const piece of readPieces(file, { offset: 0, bytes }, path, buffer)) {
          const at = firstNonFiniteOf('F32', piece);
          const weight = weightAt(group, position + at * 4);
          if (at >= 0)
            throw invalid(
              path,
              `weight ${weight?.name} holds NaN or infinity`,
              'Save a model whose weights are all finite.',
            );
          position += piece.byteLength;
        }
      } finally {
        await file.close();
      }
    }
  }
}

/**
 * A checked model with its weights, for tf.io.fromMemory. Memory: the weights. Throws `checkpoint-invalid` naming the
 * file and the remedy.
 */
export async function readLayersModel(dir: string): Promise<LayersArtifacts> {
  const model = await openLayersModel(dir);
  await checkNumbers(dir, model);
  const { json, groups } = model;
  const weightData = new ArrayBuffer(groups.reduce((sum, { bytes }) => sum + bytes, 0));
  let offset = 0;
  for (const group of groups) {
    const bytes = new Uint8Array(weightData, offset, group.bytes);
    await readShards(dir, group.shards, bytes);
    offset += group.bytes;
  }
  const weightSpecs = groups.flatMap(({ weights }) =>
    weights.map(({ name, shape }) => ({ name, shape, dtype: 'float32' as const })),
  );
  return {
    format: 'layers-model',
    modelTopology: withoutInitializers(json.modelTopology) as object,
    weightSpecs,
    weightData,
  };
}

/** A checked model with its weights by name, for the pure functions of architectures/layers-model. Throws as `readLayersModel`. */
export async function loadLayersModel(dir: string): Promise<{ model: LayersModel; weights: HostTensors }> {
  const model = await openLayersModel(dir);
  const { weightSpecs, weightData } = await readLayersModel(dir);
  let offset = 0;
  const weights: HostTensors = {};
  for (const { name, shape } of weightSpecs) {
    const data = new Float32Array(weightData, offset, elementCount(shape)).slice();
    weights[name] = float32(data, shape);
    offset += data.byteLength;
  }
  return { model, weights };
}
