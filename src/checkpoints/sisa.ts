// What a model that was trained in shards and slices has beside its weights: the placement of its records, and a checkpoint
// of each slice.
import { createHash } from 'node:crypto';
import { constants, copyFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import Type, { type Static } from 'typebox';
import { Value } from 'typebox/value';
import type { HostTensors } from '../domain/engine.ts';
import type { ShardsRecipe } from '../domain/recipe.ts';
import type { Placement } from '../training/sisa/placement.ts';
import { sha256File, sync, writeSynced } from './disk.ts';
import { checkFinite } from './finite.ts';
import { invalid } from './invalid.ts';
import { MAX_JSON_BYTES, readJson } from './json-file.ts';
import { readHeader, readSafetensors, writeSafetensors } from './safetensors.ts';
import { isSlice, PLACEMENT, SISA, sliceFile } from './sisa-names.ts';

const closed = { additionalProperties: false } as const;
const PlacementFile = Type.Object(
  {
    version: Type.Literal(1),
    shards: Type.Array(Type.Array(Type.Array(Type.String({ minLength: 1, maxLength: 200 })))),
  },
  closed,
);
const Digests = Type.Array(Type.Array(Type.String({ pattern: '^[0-9a-f]{64}$' })));
const SisaFile = Type.Object(
  {
    version: Type.Literal(1),
    checkpoints: Digests,
    /** Of the ids that each slice was trained on, which may be fewer than stand there. Absent: all of them. */
    records: Type.Optional(Digests),
  },
  closed,
);
type SisaFile = Static<typeof SisaFile>;
const TOGETHER = 'Copy the folder whole, as the training wrote it.';

function parsed<T extends typeof PlacementFile | typeof SisaFile>(schema: T, json: unknown, name: string): Static<T> {
  if (Value.Check(schema, json)) return json as Static<T>;
  const [first] = Value.Errors(schema, json);
  throw invalid(name, `${first?.instancePath.slice(0, 100) || '/'} ${first?.message}`, TOGETHER);
}

/** Where the records of a folder's model stand; null: it was not trained in shards. Throws `checkpoint-invalid`. */
export async function readPlacement(dir: string, name: string = PLACEMENT): Promise<Placement | null> {
  const json = await readJson(dir, name);
  return json === undefined ? null : parsed(PlacementFile, json, name).shards;
}

/** Digests by shard and slice; null: the folder has no checkpoints of slices. Throws `checkpoint-invalid`. */
async function readDigests(dir: string): Promise<SisaFile | null> {
  const json = await readJson(dir, SISA);
  return json === undefined ? null : parsed(SisaFile, json, SISA);
}

/** What tells the records of one slice from those of another, for each. */
export const digestsOfRecords = (placement: Placement): string[][] =>
  placement.map((slices) => slices.map((ids) => createHash('sha256').update(JSON.stringify(ids)).digest('hex')));

/** What tells the records that each slice of a folder was trained on; `placement` is the folder's. Throws `checkpoint-invalid`. */
export const readTrained = async (dir: string, placement: Placement): Promise<string[][]> =>
  (await readDigests(dir))?.records ?? digestsOfRecords(placement);

/** Whether a removal can go on from the checkpoints of slices. */
export const hasSlices = async (dir: string): Promise<boolean> => (await readdir(dir)).includes(SISA);

/** Writes what a shard has learned when a slice is done. Throws `checkpoint-invalid` for numbers that are not finite. */
export const saveSlice = (dir: string, shard: number, slice: number, tensors: HostTensors): Promise<void> =>
  writeSafetensors(join(dir, sliceFile(shard, slice)), tensors);

/** Throws `checkpoint-invalid` naming the file. */
export const loadSlice = (dir: string, shard: number, slice: number): Promise<HostTensors> =>
  readSafetensors(join(dir, sliceFile(shard, slice)));

/** Takes a slice over as it is. */
export async function copySlice(from: string, to: string, shard: number, slice: number): Promise<void> {
  const name = sliceFile(shard, slice);
  await copyFile(join(from, name), join(to, name), constants.COPYFILE_FICLONE);
  await sync(join(to, name));
}

/** Throws `checkpoint-invalid` for too many records. */
export async function writePlacement(dir: string, placement: Placement): Promise<void> {
  const text = JSON.stringify({ version: 1, shards: placement });
  if (Buffer.byteLength(text) > MAX_JSON_BYTES)
    throw invalid(PLACEMENT, `would have more than ${MAX_JSON_BYTES} bytes`, 'Give the records shorter ids.');
  await writeSynced(join(dir, PLACEMENT), text);
}

/**
 * Ends the writing of a folder: placement, then the digests of its slices. `trained`: what of the placement they were trained on.
 * Throws `checkpoint-invalid` for too many records.
 */
export async function sealSlices(dir: string, placement: Placement, trained: Placement = placement): Promise<void> {
  await writePlacement(dir, placement);
  const checkpoints: string[][] = [];
  for (const [shard, slices] of placement.entries()) {
    const digests: string[] = [];
    for (const slice of slices.keys()) digests.push(await sha256File(join(dir, sliceFile(shard, slice))));
    checkpoints.push(digests);
  }
  const file: SisaFile = { version: 1, checkpoints, records: digestsOfRecords(trained) };
  await writeSynced(join(dir, SISA), `${JSON.stringify(file)}\n`);
  await sync(dir);
}

/** Whether lists in lists have as many members as the recipe has slices in each shard. */
const sameSize = (lists: readonly unknown[][], { shards }: ShardsRecipe): boolean =>
  lists.length === shards.length && lists.every((list, s) => list.length === shards[s]!.slices.length);

async function checkSlice(dir: string, name: string, digest: string, shapes: Record<string, number[]>): Promise<void> {
  if ((await sha256File(join(dir, name))) !== digest)
    throw invalid(name, `is not the checkpoint that ${SISA} names: its digest differs`, TOGETHER);
  const { tensors } = await readHeader(join(dir, name));
  const fits = tensors.every(({ name: own, shape, dtype }) => dtype === 'F32' && String(shapes[own]) === String(shape));
  if (!fits || tensors.length !== Object.keys(shapes).length)
    throw invalid(name, 'does not hold the tensors of its shard', TOGETHER);
  await checkFinite(
    dir,
    tensors.map((tensor) => ({ ...tensor, file: name })),
  );
}

/**
 * Holds placement and checkpoints of slices against the recipe and `shapesOf` a shard. A folder that has only the placement
 * is in order: its model has been changed since. Memory: headers, and a piece of a tensor. Throws `checkpoint-invalid`.
 */
export async function inspectSlices(
  dir: string,
  recipe: ShardsRecipe | undefined,
  shapesOf: (shard: number) => Record<string, number[]>,
): Promise<void> {
  const [placement, digests] = [await readPlacement(dir), await readDigests(dir)];
  const slices = (await readdir(dir)).filter(isSlice);
  if (recipe === undefined) {
    const stray = placement === null ? (digests === null ? slices[0] : SISA) : PLACEMENT;
    if (stray === undefined) return;
    throw invalid(stray, 'belongs to a training in shards, which recipe.json does not tell of', TOGETHER);
  }
  if (placement === null) throw invalid(PLACEMENT, 'is missing: recipe.json tells of a training in shards', TOGETHER);
  if (!sameSize(placement, recipe)) throw invalid(PLACEMENT, 'has other shards or slices than recipe.json', TOGETHER);
  const ids = placement.flat(2);
  if (new Set(ids).size < ids.length) throw invalid(PLACEMENT, 'names a record twice', TOGETHER);
  const lists = digests === null ? [] : [digests.checkpoints, digests.records ?? digests.checkpoints];
  if (lists.some((list) => !sameSize(list, recipe)))
    throw invalid(SISA, 'has other shards or slices than recipe.json', TOGETHER);
  const named = new Map(
    (digests?.checkpoints ?? []).flatMap((list, s) => list.map((digest, r) => [sliceFile(s, r), { digest, s }])),
  );
  const stray = slices.find((name) => !named.has(name));
  if (stray !== undefined) throw invalid(stray, `is not named by ${SISA}`, TOGETHER);
  for (const [name, { digest, s }] of named) {
    if (!slices.includes(name)) throw invalid(name, `is missing: ${SISA} names it`, TOGETHER);
    await checkSlice(dir, name, digest, shapesOf(s));
  }
}
