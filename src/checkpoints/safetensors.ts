// Reads and writes model.safetensors, one tensor at a time.
import { type FileHandle, open } from 'node:fs/promises';
import { basename } from 'node:path';
import { elementCount, float32, type HostTensor, type HostTensors } from '../domain/engine.ts';
import { PIECE_BYTES, readFully, readPieces, writeFully } from './file-bytes.ts';
import { type Header, headerLength, parseHeader, type TensorInfo } from './header.ts';
import { invalid } from './invalid.ts';
import {
  firstNonFinite,
  firstTooLarge,
  fromBfloat16,
  fromHalf,
  isWeightType,
  stored,
  WEIGHT_BYTES,
  type WeightType,
} from './values.ts';

async function headerOf(file: FileHandle, name: string): Promise<Header> {
  const { size } = await file.stat();
  const prefix = new Uint8Array(Math.min(8, size));
  await readFully(file, prefix, 0, name);
  const json = new Uint8Array(headerLength(prefix, size, name));
  await readFully(file, json, 8, name);
  return parseHeader(json, 8 + json.byteLength, size, name);
}

/** A tensor of an open file as float32, its numbers checked. Beside the result, memory for one piece. */
export async function tensorOf(file: FileHandle, info: TensorInfo, name: string): Promise<HostTensor> {
  const data = new Float32Array(info.elements);
  if (info.dtype === 'F32') await readFully(file, new Uint8Array(data.buffer), info.offset, name);
  else {
    const convert = info.dtype === 'F16' ? fromHalf : fromBfloat16;
    let done = 0;
    for await (const { buffer, byteLength } of readPieces(file, info, name)) {
      const bits = new Uint16Array(buffer, 0, byteLength / 2);
      convert(bits, data.subarray(done, done + bits.length));
      done += bits.length;
    }
  }
  const bad = firstNonFinite(data);
  if (bad >= 0)
    throw invalid(
      name,
      `tensor ${info.name} holds ${data[bad]} at element ${bad}`,
      'Export a checkpoint whose weights are all finite.',
    );
  return float32(data, info.shape);
}

/** Header of a safetensors file, fully checked. Throws `checkpoint-invalid` naming the file. */
export async function readHeader(path: string): Promise<Header> {
  const file = await open(path, 'r');
  try {
    return await headerOf(file, basename(path));
  } finally {
    await file.close();
  }
}

/**
 * Tensors one after another, in file order, converted to float32; memory for one of them at a time.
 * `only` names the ones to read. Throws `checkpoint-invalid` for a broken header, a type other than F32, F16 and BF16,
 * a name in `only` that is not there, NaN and infinity.
 */
export async function* readTensors(
  path: string,
  options: { only?: Iterable<string> } = {},
): AsyncGenerator<[name: string, tensor: HostTensor]> {
  const file = await open(path, 'r');
  const name = basename(path);
  try {
    const { tensors } = await headerOf(file, name);
    const wanted = options.only && new Set(options.only);
    const chosen = wanted ? tensors.filter((info) => wanted.delete(info.name)) : tensors;
    const [missing] = wanted ?? [];
    if (missing !== undefined) throw invalid(name, `has no tensor ${missing}`, 'Export the complete model.');
    for (const info of chosen)
      if (!isWeightType(info.dtype))
        throw invalid(name, `tensor ${info.name} is ${info.dtype}`, 'Convert the weights to F32, F16 or BF16.');
    for (const info of chosen) yield [info.name, await tensorOf(file, info, name)];
  } finally {
    await file.close();
  }
}

/** All tensors (or those named by `only`) as float32. Errors as `readTensors`. */
export async function readSafetensors(path: string, options: { only?: Iterable<string> } = {}): Promise<HostTensors> {
  const entries: [string, HostTensor][] = [];
  for await (const entry of readTensors(path, options)) entries.push(entry);
  return Object.fromEntries(entries);
}

const byName = <T>(record: Record<string, T>): [string, T][] =>
  Object.entries(record).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));

/** Bytes of a file before its data, for tensors that follow one another in this order. */
export function encodeHeader(
  tensors: { name: string; dtype: string; shape: number[]; bytes: number }[],
  metadata: Record<string, string>,
): Uint8Array {
  let offset = 0;
  const entries = tensors.map(({ name, dtype, shape, bytes }) => {
    const begin = offset;
    offset += bytes;
    return [name, { dtype, shape, data_offsets: [begin, offset] }] as const;
  });
  const given =
    Object.keys(metadata).length > 0 ? [['__metadata__', Object.fromEntries(byName(metadata))] as const] : [];
  const text = Buffer.from(JSON.stringify(Object.fromEntries<unknown>([...given, ...entries])));
  const bytes = Buffer.alloc(8 + Math.ceil(text.byteLength / 8) * 8, ' ');
  bytes.writeBigUInt64LE(BigInt(bytes.byteLength - 8));
  text.copy(bytes, 8);
  return bytes;
}

/** Throws for other than finite float32 numbers of its shape that the type can hold. `file` is the name of the file. */
export function checkWritable(file: string, name: string, tensor: HostTensor, type: WeightType): void {
  const { dtype, shape, data } = tensor;
  const refuse = (what: string, remedy: string) => invalid(file, `tensor ${name} ${what}`, remedy);
  if (!(data instanceof Float32Array) || dtype !== 'float32' || data.length !== elementCount(shape))
    throw refuse('is not float32 of its shape', 'Weights are float32 in memory.');
  const bad = firstNonFinite(data);
  if (bad >= 0) throw refuse(`holds ${data[bad]} at element ${bad}`, 'The training diverged: lower its learning rate.');
  const large = firstTooLarge(data, type);
  if (large >= 0)
    throw refuse(`holds ${data[large]} at element ${large}, too much for ${type}`, 'Write the weights as float32.');
}

/** Writes a tensor that `checkWritable` has passed, rounded to nearest, ties to even; what is converted at once is bounded. */
export async function writeTensor(file: FileHandle, { data }: HostTensor, type: WeightType): Promise<void> {
  const step = type === 'F32' ? data.length : Math.min(data.length, PIECE_BYTES / WEIGHT_BYTES[type]);
  const room = new Uint16Array(type === 'F32' ? 0 : step);
  for (let done = 0; done < data.length; done += step)
    await writeFully(file, stored((data as Float32Array).subarray(done, done + step), type, room));
}

/**
 * Writes float32 tensors and fsyncs. The same tensors give the same bytes: names are sorted, the header is padded with
 * spaces to 8 bytes. `types` names tensors that are stored as another type than F32.
 * Throws `checkpoint-invalid` for other tensors and for numbers that are not finite or that a type cannot hold.
 */
export async function writeSafetensors(
  path: string,
  tensors: HostTensors,
  metadata: Record<string, string> = {},
  types: Readonly<Record<string, WeightType>> = {},
): Promise<void> {
  const sorted = byName(tensors);
  const typeOf = (name: string): WeightType => (Object.hasOwn(types, name) ? types[name]! : 'F32');
  for (const [name, tensor] of sorted) checkWritable(basename(path), name, tensor, typeOf(name));
  const described = sorted.map(([name, { shape, data }]) => {
    const dtype = typeOf(name);
    return { name, dtype, shape, bytes: data.length * WEIGHT_BYTES[dtype] };
  });
  const file = await open(path, 'w', 0o600);
  try {
    await writeFully(file, encodeHeader(described, metadata));
    for (const [name, tensor] of sorted) await writeTensor(file, tensor, typeOf(name));
    await file.sync();
  } finally {
    await file.close();
  }
}
