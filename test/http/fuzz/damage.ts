// One damage to a checkpoint folder, drawn from a seed: to its bytes, its documents, its numbers or its files.
import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Random } from '../../../src/domain/random.ts';
import { damagedJson, pick } from './json.ts';

/** Content of a good folder, by file name. */
export type Files = ReadonlyMap<string, Buffer>;
/** What takes the place of a file: other bytes, or something that is no file. Null: nothing. */
type Change = Buffer | 'link' | 'folder' | null;
/** What is changed and added. */
export type Damage = ReadonlyMap<string, Change>;

const isWeights = (name: string): boolean => name.endsWith('.safetensors');
const headerLength = (file: Buffer): number => Number(file.readBigUInt64LE(0));

/** A header in place of another one, its length with it. */
function withHeader(file: Buffer, json: string): Buffer {
  const [header, length] = [Buffer.from(json), Buffer.alloc(8)];
  length.writeBigUInt64LE(BigInt(header.byteLength));
  return Buffer.concat([length, header, file.subarray(8 + headerLength(file))]);
}

/** The part of a file where damage is not only another number. */
const sensitive = (name: string, file: Buffer): number =>
  isWeights(name) ? 8 + headerLength(file) : name.endsWith('.bin') ? 64 : file.byteLength;

function damagedBytes(random: Random, name: string, original: Buffer): Buffer {
  const file = Buffer.from(original);
  const at = random.int(sensitive(name, file));
  switch (random.int(5)) {
    case 0:
      file[at] = file[at]! ^ (1 << random.int(8));
      return file;
    case 1:
      return file.subarray(0, pick(random, [0, 1, 7, 8, 9, at, file.byteLength - 1]));
    case 2:
      return Buffer.concat([file, Buffer.alloc(pick(random, [1, 4, 100]), random.int(256))]);
    case 3:
      return file.fill(random.int(256), at, Math.min(file.byteLength, at + 1 + random.int(16)));
    default:
      return Buffer.concat([file.subarray(0, at), Buffer.from([random.int(256)]), file.subarray(at)]);
  }
}

const LENGTHS = [
  0n,
  1n,
  2n,
  7n,
  8n,
  2n ** 31n,
  2n ** 32n,
  2n ** 53n,
  2n ** 63n,
  2n ** 64n - 1n,
  100_000_000n,
  100_000_001n,
];

function damagedLength(random: Random, original: Buffer): Buffer {
  const file = Buffer.from(original);
  const near = BigInt(headerLength(file) + pick(random, [-8, -1, 1, 8]));
  file.writeBigUInt64LE(random.int(3) === 0 ? near : pick(random, LENGTHS), 0);
  return file;
}

interface Entry {
  dtype: string;
  shape: number[];
  data_offsets: [number, number];
}

/** Offsets, shapes and types that do not belong together. */
function damagedOffsets(random: Random, file: Buffer): Buffer {
  const json = JSON.parse(file.subarray(8, 8 + headerLength(file)).toString()) as Record<string, Entry>;
  const entries = Object.entries(json).filter(([name]) => name !== '__metadata__');
  const [[, one], [, other]] = [pick(random, entries), pick(random, entries)];
  const by = pick(random, [-8, -4, -1, 1, 4, 8, 1e6, 2 ** 53]);
  switch (random.int(6)) {
    case 0:
      one.data_offsets = [one.data_offsets[0] + by, one.data_offsets[1] + by];
      break;
    case 1:
      one.data_offsets[random.int(2)]! += by;
      break;
    case 2:
      one.data_offsets = [...other.data_offsets];
      break;
    case 3:
      one.shape = pick(random, [
        [...one.shape, 1],
        [...one.shape].reverse(),
        [],
        [0],
        one.shape.map((size) => size + 1),
      ]);
      break;
    case 4:
      one.dtype = pick(random, ['BF16', 'I8', 'F64', 'f32', 'BOOL', 'Q4', 'F4', 'OBJECT']);
      break;
    default:
      entries.forEach(([, entry]) => {
        entry.data_offsets = [entry.data_offsets[0] + Math.abs(by), entry.data_offsets[1] + Math.abs(by)];
      });
  }
  return withHeader(file, JSON.stringify(json));
}

/** NaN with any payload, or infinity, in place of one of the numbers. */
function notFinite(random: Random, name: string, original: Buffer): Buffer {
  const file = Buffer.from(original);
  const start = isWeights(name) ? 8 + headerLength(file) : 0;
  const at = start + 4 * random.int((file.byteLength - start) / 4);
  const payload = random.int(3) === 0 ? 0 : random.int(2 ** 23);
  file.writeUInt32LE((0x7f800000 | payload | (random.int(2) << 31)) >>> 0, at);
  return file;
}

const NAMES = ['pytorch_model.bin', 'optimizer.pt', 'x.PKL', 'model.safetensors', 'model.safetensors.index.json'];
const MORE_NAMES = ['model-00001-of-00009.safetensors', 'model.json', 'config.json', 'recipe.json', 'модель.ckpt'];

function otherFiles(random: Random, files: Files): Damage {
  const name = pick(random, [...files.keys()]);
  if (random.int(2) === 0)
    return new Map([[name, pick(random, [null, null, 'link', 'folder', Buffer.alloc(0)] as const)]]);
  const added = pick(
    random,
    [...NAMES, ...MORE_NAMES].filter((other) => !files.has(other)),
  );
  return new Map([[added, pick(random, [files.get(name)!, 'link', 'folder', Buffer.from('{}')] as const)]]);
}

/** Damage number so and so of a good folder. */
export function damage(random: Random, files: Files): Damage {
  const names = [...files.keys()];
  const json = names.filter((name) => name.endsWith('.json'));
  // most of what may stand in a tokenizer's files makes another tokenizer, and a whole one
  const documents = [...json, ...json.filter((name) => !name.startsWith('tokenizer')).flatMap((name) => [name, name])];
  const weights = names.filter((name) => !name.endsWith('.json'));
  const numbers = pick(random, weights);
  const original = files.get(numbers)!;
  const kind = random.int(100);
  if (kind < 15) {
    const name = pick(random, names);
    return new Map([[name, damagedBytes(random, name, files.get(name)!)]]);
  }
  if (kind < 55) {
    const name = pick(random, documents);
    return new Map([[name, Buffer.from(damagedJson(random, JSON.parse(files.get(name)!.toString())))]]);
  }
  if (kind < 62) return otherFiles(random, files);
  if (kind < 70 || !isWeights(numbers)) return new Map([[numbers, notFinite(random, numbers, original)]]);
  if (kind < 76) return new Map([[numbers, damagedLength(random, original)]]);
  if (kind < 88) return new Map([[numbers, damagedOffsets(random, original)]]);
  const header: unknown = JSON.parse(original.subarray(8, 8 + headerLength(original)).toString());
  return new Map([[numbers, withHeader(original, damagedJson(random, header))]]);
}

/** Damages a folder that holds `files`; `mendFolder` undoes it. */
export async function damageFolder(dir: string, changes: Damage): Promise<void> {
  for (const [name, change] of changes) {
    const path = join(dir, name);
    if (change instanceof Buffer) await writeFile(path, change);
    else await rm(path, { force: true });
    if (change === 'link') await symlink('/etc/passwd', path);
    else if (change === 'folder') await mkdir(path);
  }
}

export async function mendFolder(dir: string, files: Files, changes: Damage): Promise<void> {
  for (const [name, change] of changes) {
    const [path, original] = [join(dir, name), files.get(name)];
    if (original === undefined || typeof change === 'string') await rm(path, { recursive: true, force: true });
    if (original !== undefined) await writeFile(path, original);
  }
}
