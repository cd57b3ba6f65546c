// The files that hold a checkpoint's weights: model.safetensors, or shards with their index.
import { type FileHandle, open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { HostTensor, HostTensors } from '../domain/engine.ts';
import { hasCode } from './disk.ts';
import type { Header, TensorInfo } from './header.ts';
import { invalid } from './invalid.ts';
import { readJson } from './json-file.ts';
import { readHeader, tensorOf } from './safetensors.ts';
import { INDEX, matchIndex, parseIndex, SHARD, shardsOf, type WeightsIndex } from './weights-index.ts';

export const WEIGHTS = 'model.safetensors';
const MAX_TENSORS = 250_000;
/** Of all shards together; a header is kept in memory many times as large as it is on disk. */
const MAX_HEADERS_BYTES = 100_000_000;

export interface WeightFile {
  name: string;
  header: Header;
}
/** A tensor, and the file that holds it. */
export interface StoredTensor extends TensorInfo {
  file: string;
}
export interface WeightFiles {
  files: WeightFile[];
  /** Null for a single file. */
  index: WeightsIndex | null;
  /** All tensors, file by file, in the order of their bytes. */
  tensors: StoredTensor[];
}

async function headerOf(dir: string, name: string, remedy: string): Promise<Header> {
  try {
    return await readHeader(join(dir, name));
  } catch (error) {
    if (hasCode(error, 'ENOENT')) throw invalid(name, 'is missing', remedy);
    if (hasCode(error, 'EISDIR')) throw invalid(name, 'is not an ordinary file', 'Replace it.');
    throw error;
  }
}

async function listed(dir: string): Promise<{ names: string[]; index: WeightsIndex | null }> {
  const there = new Set(await readdir(dir));
  if (!there.has(INDEX)) {
    const shard = [...there].find((name) => SHARD.test(name));
    if (shard !== undefined && !there.has(WEIGHTS))
      throw invalid(INDEX, `is missing, and ${shard} is there`, 'Put the index of the shards beside them.');
    if (shard !== undefined) throw invalid(shard, `lies beside ${WEIGHTS}`, 'Remove the one or the other.');
    return { names: [WEIGHTS], index: null };
  }
  if (there.has(WEIGHTS)) throw invalid(INDEX, `lies beside ${WEIGHTS}`, 'Remove the one or the other.');
  const index = parseIndex(await readJson(dir, INDEX));
  const names = shardsOf(index);
  const stray = [...there].find((name) => SHARD.test(name) && !names.includes(name));
  if (stray !== undefined)
    throw invalid(stray, `is a shard that ${INDEX} does not name`, 'Remove it, or name it there.');
  return { names, index };
}

/** Headers of all files of weights, checked by themselves and against the index. Throws `checkpoint-invalid`. */
export async function openWeights(dir: string): Promise<WeightFiles> {
  const { names, index } = await listed(dir);
  const remedy =
    index === null ? 'Save the weights as safetensors, not pickled.' : `${INDEX} names it: copy it as well.`;
  const files: WeightFile[] = [];
  let [bytes, count] = [0, 0];
  for (const name of names) {
    const header = await headerOf(dir, name, remedy);
    bytes += header.start;
    count += header.tensors.length;
    if (bytes > MAX_HEADERS_BYTES || count > MAX_TENSORS)
      throw invalid(
        name,
        `brings the checkpoint to ${count} tensors with ${bytes} bytes of headers`,
        'Use fewer tensors.',
      );
    files.push({ name, header });
  }
  if (index !== null) matchIndex(index, files);
  const tensors = files.flatMap(({ name, header }) => header.tensors.map((info) => ({ ...info, file: name })));
  return { files, index, tensors };
}

/** Calls `each` for tensors file by file, with their file open. */
export async function eachStored<T extends StoredTensor>(
  dir: string,
  tensors: readonly T[],
  each: (file: FileHandle, tensor: T) => Promise<void>,
): Promise<void> {
  for (const name of new Set(tensors.map(({ file }) => file))) {
    const handle = await open(join(dir, name), 'r');
    try {
      for (const tensor of tensors) if (tensor.file === name) await each(handle, tensor);
    } finally {
      await handle.close();
    }
  }
}

/**
 * Stored tensors as float32, by the names that the model has for them. Beside what is handed out, memory for one piece.
 * Throws `checkpoint-invalid` for NaN and infinity.
 */
export async function readStored(
  dir: string,
  tensors: readonly (StoredTensor & { as: string })[],
): Promise<HostTensors> {
  const read: [string, HostTensor][] = [];
  await eachStored(dir, tensors, async (file, tensor) => {
    read.push([tensor.as, await tensorOf(file, tensor, tensor.file)]);
  });
  return Object.fromEntries(read);
}
