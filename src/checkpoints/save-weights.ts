// Writes new weights in the layout of the checkpoint that they come from: the same files, order, names and types.
import { constants, copyFile, type FileHandle, open, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { WeightTypes } from '../domain/compute.ts';
import type { HostTensor, HostTensors } from '../domain/engine.ts';
import { sync, writeSynced } from './disk.ts';
import { readFully, readPieces, writeFully } from './file-bytes.ts';
import { invalid } from './invalid.ts';
import { readJson } from './json-file.ts';
import { type NamedTensor, namesOf } from './match-tensors.ts';
import { checkWritable, encodeHeader, writeTensor } from './safetensors.ts';
import { findTied } from './tied.ts';
import { isWeightType, WEIGHT_BYTES, type WeightType } from './values.ts';
import { openWeights, type WeightFile, type WeightFiles } from './weight-files.ts';
import { INDEX, type WeightsIndex } from './weights-index.ts';

/** What becomes of a tensor of the parent's: new numbers of a type, or its bytes as they are. */
interface Planned extends NamedTensor {
  tensor: HostTensor | null;
  /** Bytes in the new file. */
  length: number;
  type: WeightType | null;
}

function planned(info: NamedTensor, tensor: HostTensor | null, types: WeightTypes): Planned {
  if (tensor === null || !isWeightType(info.dtype)) return { ...info, tensor: null, length: info.bytes, type: null };
  const type = types === 'original' ? info.dtype : 'F32';
  if (String(tensor.shape) !== String(info.shape))
    throw invalid(
      info.file,
      `tensor ${info.name} has the shape [${info.shape}], not [${tensor.shape}]`,
      'Use its parent.',
    );
  checkWritable(info.file, info.name, tensor, type);
  return { ...info, tensor, length: info.elements * WEIGHT_BYTES[type], type };
}

/** Throws before anything is written. */
async function plan(dir: string, found: WeightFiles, weights: HostTensors, types: WeightTypes): Promise<Planned[]> {
  const nameOf = namesOf(
    found.tensors.map(({ name }) => name),
    Object.keys(weights),
  );
  const named = found.tensors.map((info) => ({ ...info, as: nameOf(info.name) }));
  const isUsed = ({ as }: NamedTensor) => Object.hasOwn(weights, as);
  const used = named.filter(isUsed);
  const missing = new Set(Object.keys(weights));
  for (const { as } of used) missing.delete(as);
  const [first] = missing;
  if (first !== undefined)
    throw invalid(
      found.files[0]!.name,
      `has no tensor ${first} to be replaced`,
      'Use the checkpoint that it comes from.',
    );
  const unused = named.filter((info) => !isUsed(info));
  const tied = await findTied(dir, used, unused);
  return named.map((info) => {
    const { as } = tied.get(info.name) ?? info;
    return planned(info, Object.hasOwn(weights, as) ? weights[as]! : null, types);
  });
}

/** The parent's own bytes where nothing of them changes, so that a file whose weights stay is the same file. */
async function headerBytes(from: FileHandle, { name, header }: WeightFile, tensors: Planned[]): Promise<Uint8Array> {
  const asBefore = tensors.every(({ type, dtype }) => type === null || type === dtype);
  if (!asBefore)
    return encodeHeader(
      tensors.map((info) => ({ ...info, dtype: info.type ?? info.dtype, bytes: info.length })),
      header.metadata,
    );
  const bytes = new Uint8Array(header.start);
  await readFully(from, bytes, 0, name);
  return bytes;
}

/** Written beside its place and moved there: `dir` may be the parent's own folder. */
async function writeFile(dir: string, parent: string, file: WeightFile, tensors: Planned[]): Promise<void> {
  const [path, partial] = [join(dir, file.name), join(dir, `${file.name}.partial`)];
  const from = await open(join(parent, file.name), 'r');
  try {
    const to = await open(partial, 'w', 0o600);
    try {
      await writeFully(to, await headerBytes(from, file, tensors));
      for (const { tensor, type, ...info } of tensors) {
        if (tensor !== null && type !== null) await writeTensor(to, tensor, type);
        else for await (const piece of readPieces(from, info, file.name)) await writeFully(to, piece);
      }
      await to.sync();
    } finally {
      await to.close();
    }
  } finally {
    await from.close();
  }
  await rename(partial, path);
}

async function writeIndex(dir: string, parent: string, index: WeightsIndex, bytes: number): Promise<void> {
  const path = join(dir, INDEX);
  const claimed = index.metadata?.total_size;
  if (claimed === undefined || claimed === bytes) {
    await copyFile(join(parent, INDEX), path, constants.COPYFILE_FICLONE);
    await sync(path);
    return;
  }
  const json = (await readJson(parent, INDEX)) as WeightsIndex;
  const metadata = { ...json.metadata, total_size: bytes };
  await writeSynced(path, `${JSON.stringify({ ...json, metadata }, null, 2)}\n`);
}

/**
 * Writes `weights` (by the model's names) as the weights of `parent` are laid out: the same files with the same tensors
 * in the same order, what the model does not use as it was, copies of a weight with it. `types` 'original' keeps the
 * types, rounded to nearest, ties to even: a tensor that did not change has the same bytes, and so has a file.
 * Memory beside the weights: a piece. Returns the names of the files. Throws `checkpoint-invalid` before anything is written.
 */
export async function saveWeightsLike(
  dir: string,
  parent: string,
  weights: HostTensors,
  types: WeightTypes,
): Promise<string[]> {
  const found = await openWeights(parent);
  const all = await plan(parent, found, weights, types);
  for (const file of found.files) {
    const tensors = all.filter((info) => info.file === file.name);
    await writeFile(dir, parent, file, tensors);
  }
  const bytes = all.reduce((sum, { length }) => sum + length, 0);
  const names = found.files.map(({ name }) => name);
  if (found.index === null) return names;
  await writeIndex(dir, parent, found.index, bytes);
  return [...names, INDEX];
}
