// Safetensors files and shards put together by hand, whatever they hold.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stored, type WeightType } from '../../src/checkpoints/values.ts';
import type { HostTensor, HostTensors } from '../../src/domain/engine.ts';

export interface RawTensor {
  name: string;
  dtype: string;
  shape: number[];
  bytes: Uint8Array;
}

export const raw = (name: string, dtype: string, shape: number[], bytes: Uint8Array | number[]): RawTensor => ({
  ...{ name, dtype, shape },
  bytes: Uint8Array.from(bytes),
});
/** A weight as a type stores it. */
export const rawWeight = (name: string, { shape, data }: HostTensor, dtype: WeightType): RawTensor =>
  raw(name, dtype, shape, Buffer.from(stored(data as Float32Array, dtype)));

/** The tensors in the order given; white space in the header as no writer of ours leaves it. */
export function rawFile(tensors: RawTensor[], metadata?: Record<string, string>): Buffer {
  let offset = 0;
  const entries = tensors.map(({ name, dtype, shape, bytes }) => {
    const data_offsets = [offset, offset + bytes.byteLength];
    offset += bytes.byteLength;
    return [name, { shape, data_offsets, dtype }];
  });
  const header = { ...Object.fromEntries(entries), ...(metadata ? { __metadata__: metadata } : {}) };
  const json = Buffer.from(`${JSON.stringify(header, null, 1)}   `);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.byteLength));
  return Buffer.concat([length, json, ...tensors.map(({ bytes }) => bytes)]);
}

export const shardName = (number: number, of: number): string =>
  `model-${String(number).padStart(5, '0')}-of-${String(of).padStart(5, '0')}.safetensors`;

export interface IndexJson {
  metadata?: Record<string, unknown>;
  weight_map: Record<string, string>;
}

/** Writes shards and the index that belongs to them; returns the index. */
export async function writeShards(dir: string, shards: RawTensor[][]): Promise<IndexJson> {
  const named = shards.map((tensors, i) => ({ tensors, name: shardName(i + 1, shards.length) }));
  for (const { tensors, name } of named) await writeFile(join(dir, name), rawFile(tensors, { format: 'pt', of: name }));
  const weight_map = Object.fromEntries(named.flatMap(({ tensors, name }) => tensors.map((t) => [t.name, name])));
  const total_size = shards.flat().reduce((sum, { bytes }) => sum + bytes.byteLength, 0);
  const index = { metadata: { total_size, made_by: 'a test' }, weight_map };
  await writeFile(join(dir, 'model.safetensors.index.json'), JSON.stringify(index));
  return index;
}

/** Every weight raw, float32. */
export const rawWeights = (weights: HostTensors): RawTensor[] =>
  Object.entries(weights).map(([name, tensor]) => rawWeight(name, tensor, 'F32'));
