// Reads and writes model.safetensors, one tensor at a time.
import { type FileHandle, open } from 'node:fs/promises';
import { basename } from 'node:path';
import { elementCount, float32, type HostTensor, type HostTensors } from '../domain/engine.ts';
import { type Header, headerLength, invalid, parseHeader, type TensorInfo } from './header.ts';
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

/** Read and write calls are bounded: one call moves at most 2 GiB on Linux. */
const CHUNK_BYTES = 1 << 26;

async function fill(file: FileHandle, into: Uint8Array, position: number, name: string): Promise<void> {
  for (let done = 0; done < into.byteLength; ) {
    const length = Math.min(CHUNK_BYTES, into.byteLength - done);
    const { bytesRead } = await file.read(into, done, length, position + done);
    if (bytesRead === 0) throw invalid(name, 'became shorter while it was read', 'Copy the file again, whole.');
    done += bytesRead;
  }
}

async function headerOf(file: FileHandle, name: string): Promise<Header> {
  const { size } = await file.stat();
  const prefix = new Uint8Array(Math.min(8, size));
  await fill(file, prefix, 0, name);
  const json = new Uint8Array(headerLength(prefix, size, name));
  await fill(file, json, 8, name);
  return parseHeader(json, 8 + json.byteLength, size, name);
}

async function tensorOf(file: FileHandle, info: TensorInfo, name: string): Promise<HostTensor> {
  const data = new Float32Array(info.elements);
  if (info.dtype === 'F32') await fill(file, new Uint8Array(data.buffer), info.offset, name);
  else {
    const bits = new Uint16Array(info.elements);
    await fill(file, new Uint8Array(bits.buffer), info.offset, name);
    (info.dtype === 'F16' ? fromHalf : fromBfloat16)(bits, data);
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

/** Type of each tensor in the file, by name. */
type TypeOf = (name: string) => WeightType;

function encodeHeader(tensors: [string, HostTensor][], metadata: Record<string, string>, typeOf: TypeOf): Uint8Array {
  let offset = 0;
  const entries = tensors.map(([name, { shape, data }]) => {
    const [begin, dtype] = [offset, typeOf(name)];
    offset += data.length * WEIGHT_BYTES[dtype];
    return [name, { dtype, shape, data_offsets: [begin, offset] }] as const;
  });
  const json = JSON.stringify(
    Object.fromEntries([['__metadata__', Object.fromEntries(byName(metadata))] as const, ...entries]),
  );
  const text = Buffer.from(json);
  const bytes = Buffer.alloc(8 + Math.ceil(text.byteLength / 8) * 8, ' ');
  bytes.writeBigUInt64LE(BigInt(bytes.byteLength - 8));
  text.copy(bytes, 8);
  return bytes;
}

async function writeAll(file: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.byteLength; ) {
    const { bytesWritten } = await file.write(bytes, done, Math.min(CHUNK_BYTES, bytes.byteLength - done));
    done += bytesWritten;
  }
}

/** Throws for other than finite float32 numbers of its shape that the type can hold. */
function checkWritable(path: string, [name, tensor]: [string, HostTensor], type: WeightType): void {
  const { dtype, shape, data } = tensor;
  const refuse = (what: string, remedy: string) => invalid(basename(path), `tensor ${name} ${what}`, remedy);
  if (!(data instanceof Float32Array) || dtype !== 'float32' || data.length !== elementCount(shape))
    throw refuse('is not float32 of its shape', 'Weights are float32 in memory.');
  const bad = firstNonFinite(data);
  if (bad >= 0) throw refuse(`holds ${data[bad]} at element ${bad}`, 'The training diverged: lower its learning rate.');
  const large = firstTooLarge(data, type);
  if (large >= 0)
    throw refuse(`holds ${data[large]} at element ${large}, too much for ${type}`, 'Write the weights as float32.');
}

/**
 * Writes float32 tensors and fsyncs. The same tensors give the same bytes: names are sorted, the header is padded with
 * spaces to 8 bytes. `types` names tensors that are stored as another type than F32, rounded to nearest, ties to even.
 * Throws `checkpoint-invalid` for other tensors and for numbers that are not finite or that a type cannot hold.
 */
export async function writeSafetensors(
  path: string,
  tensors: HostTensors,
  metadata: Record<string, string> = {},
  types: Readonly<Record<string, WeightType>> = {},
): Promise<void> {
  const sorted = byName(tensors);
  const typeOf: TypeOf = (name) => (Object.hasOwn(types, name) ? types[name]! : 'F32');
  for (const entry of sorted) checkWritable(path, entry, typeOf(entry[0]));
  const file = await open(path, 'w', 0o600);
  try {
    await writeAll(file, encodeHeader(sorted, metadata, typeOf));
    for (const [name, { data }] of sorted) await writeAll(file, stored(data as Float32Array, typeOf(name)));
    await file.sync();
  } finally {
    await file.close();
  }
}
