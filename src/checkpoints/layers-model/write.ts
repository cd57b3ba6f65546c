// Writes new weights in the layout of the LayersModel that they come from: the same model.json, the same shards.
import { constants, copyFile, mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { HostTensors } from '../../domain/engine.ts';
import { hasCode, sync, writeSynced } from '../disk.ts';
import { writeFully } from '../file-bytes.ts';
import { invalid } from '../invalid.ts';
import { RECIPE } from '../recipe-file.ts';
import { checkWritable } from '../safetensors.ts';
import { PLACEMENT } from '../sisa-names.ts';
import { TOKENIZER } from '../tokenizer-file.ts';
import { MODEL_JSON, type ModelJson, parseModelJson, type WeightGroup, weightGroups } from './files.ts';
import { openLayersModel, type Shard } from './read.ts';

interface Group extends WeightGroup {
  shards: Shard[];
}

/** The bytes of a group as its shards hold them, end to end. */
function groupBytes({ weights, bytes, shards }: Group, tensors: HostTensors): Uint8Array {
  const all = new Uint8Array(bytes);
  for (const { name, shape, offset } of weights) {
    const tensor = Object.hasOwn(tensors, name) ? tensors[name] : undefined;
    if (tensor === undefined || String(tensor.shape) !== String(shape))
      throw invalid(MODEL_JSON, `asks for the weight ${name} of the shape [${shape}]`, 'Write the whole model.');
    checkWritable(shards[0]!.path, name, tensor, 'F32');
    const { buffer, byteOffset, byteLength } = tensor.data;
    all.set(new Uint8Array(buffer, byteOffset, byteLength), offset);
  }
  return all;
}

async function writeGroup(dir: string, group: Group, tensors: HostTensors): Promise<void> {
  const bytes = groupBytes(group, tensors);
  let done = 0;
  for (const shard of group.shards) {
    const file = await open(join(dir, shard.path), 'w', 0o600);
    try {
      await writeFully(file, bytes.subarray(done, done + shard.bytes));
      await file.sync();
    } finally {
      await file.close();
    }
    done += shard.bytes;
  }
}

async function copyNeeded(from: string, to: string, name: string): Promise<void> {
  await copyFile(join(from, name), join(to, name), constants.COPYFILE_FICLONE);
  await sync(join(to, name));
}

/** One that the parent lacks is taken away: it belonged to what stood in the folder before. */
async function copyCompanion(from: string, to: string, name: string): Promise<void> {
  await copyNeeded(from, to, name).catch(async (error: unknown) => {
    if (!hasCode(error, 'ENOENT')) throw error;
    await rm(join(to, name), { force: true });
  });
}

/**
 * Writes `tensors`, by the names of the manifest, into the folder `dir` as those of the folder `parent` are laid out.
 * model.json and what stands beside it are the parent's to the byte, and so is a shard in which nothing changed. Memory: the
 * largest group.
 */
export async function saveLayersModelLike(dir: string, parent: string, tensors: HostTensors): Promise<void> {
  const { groups } = await openLayersModel(parent);
  await mkdir(dir, { recursive: true });
  for (const group of groups) await writeGroup(dir, group, tensors);
  await copyNeeded(parent, dir, MODEL_JSON);
  for (const name of [RECIPE, PLACEMENT, TOKENIZER]) await copyCompanion(parent, dir, name);
  await sync(dir);
}

/** Writes a model of a new document, in which each group has one shard. It takes the texts that the model in `source` takes. */
export async function saveLayersModel(
  dir: string,
  json: ModelJson,
  tensors: HostTensors,
  source: string,
): Promise<void> {
  await mkdir(dir, { recursive: true });
  for (const group of weightGroups(parseModelJson(json)))
    await writeGroup(dir, { ...group, shards: [{ path: group.paths[0]!, bytes: group.bytes }] }, tensors);
  await writeSynced(join(dir, MODEL_JSON), JSON.stringify(json));
  await copyCompanion(source, dir, TOKENIZER);
  await sync(dir);
}
