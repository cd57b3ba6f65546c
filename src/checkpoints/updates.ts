// What each step of a training changed, beside the checkpoint that it made: updates.json says which rows a step saw, updates.f32
// holds the changes, step by step. A candidate does not inherit them: they are not what made it.
import { createHash } from 'node:crypto';
import { open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import Type, { type Static } from 'typebox';
import { Value } from 'typebox/value';
import type { UpdateLog } from '../domain/edit.ts';
import { elementCount, float32, type HostTensors } from '../domain/engine.ts';
import type { Recipe } from '../domain/recipe.ts';
import { hasCode, writeSynced } from './disk.ts';
import { readFully, writeFully } from './file-bytes.ts';
import { invalid } from './invalid.ts';
import { readJson } from './json-file.ts';

export const UPDATES_INDEX = 'updates.json';
export const UPDATES = 'updates.f32';
const REMEDY = 'Train again with --log-updates, or leave both files out.';
const ELEMENT = 4;
const KEY_DIGITS = 24;

const UpdatesIndex = Type.Object({
  version: Type.Literal(1),
  weights: Type.Array(Type.Object({ name: Type.String(), shape: Type.Array(Type.Integer({ minimum: 0 })) })),
  /** Of each step, the keys of the rows that it saw. */
  steps: Type.Array(Type.Array(Type.String())),
});
type UpdatesIndex = Static<typeof UpdatesIndex>;
interface Row {
  ids: Int32Array;
  promptLength: number;
}

/** What rows are known by: the same tokens are the same row, whoever they are about. */
function keyOf({ ids, promptLength }: Row): string {
  const bytes = Buffer.from(ids.buffer, ids.byteOffset, ids.byteLength);
  return createHash('sha256').update(`${promptLength}/`).update(bytes).digest('hex').slice(0, KEY_DIGITS);
}

export interface UpdatesWriter {
  /** After a step on `rows`: the weights as they are now. They are not to be changed from then on. */
  add(rows: readonly Row[], weights: HostTensors): Promise<void>;
  close(): Promise<void>;
}

/** `start`: the weights that change, as they are before the first step. The folder is there. */
export async function createUpdatesWriter(dir: string, start: HostTensors): Promise<UpdatesWriter> {
  const names = Object.keys(start);
  const weights = names.map((name) => ({ name, shape: start[name]!.shape }));
  const steps: string[][] = [];
  const file = await open(join(dir, UPDATES), 'w', 0o600);
  let before = start;
  return {
    async add(rows, now) {
      for (const name of names) {
        const [old, data] = [before[name]!.data, now[name]!.data];
        const change = new Float32Array(data.length);
        for (let i = 0; i < data.length; i++) change[i] = data[i]! - old[i]!;
        await writeFully(file, new Uint8Array(change.buffer));
      }
      before = now;
      steps.push(rows.map(keyOf));
    },
    async close() {
      await file.sync();
      await file.close();
      const index: UpdatesIndex = { version: 1, weights, steps };
      await writeSynced(join(dir, UPDATES_INDEX), JSON.stringify(index));
    },
  };
}

const bytesOf = (weights: UpdatesIndex['weights']): number =>
  ELEMENT * weights.reduce((sum, { shape }) => sum + elementCount(shape), 0);

async function readIndex(dir: string, shapes: Record<string, number[]>): Promise<UpdatesIndex | null> {
  const json = await readJson(dir, UPDATES_INDEX);
  if (json === undefined) return null;
  if (!Value.Check(UpdatesIndex, json)) throw invalid(UPDATES_INDEX, 'is no index of updates', REMEDY);
  const other = json.weights.find(({ name, shape }) => String(shapes[name]) !== String(shape));
  if (other)
    throw invalid(UPDATES_INDEX, `has a weight ${JSON.stringify(other.name.slice(0, 200))} unlike the model’s`, REMEDY);
  return json;
}

/**
 * The log beside a checkpoint of these shapes, as it is to somebody who forgets `forget`; null where there is none. Changes
 * are read when they are asked for. Throws `checkpoint-invalid` naming the file.
 */
export async function openUpdates(
  dir: string,
  shapes: Record<string, number[]>,
  forget: readonly Row[],
): Promise<UpdateLog | null> {
  const index = await readIndex(dir, shapes);
  if (index === null) return null;
  const path = join(dir, UPDATES);
  const entry = await stat(path).catch((error: unknown) => {
    if (hasCode(error, 'ENOENT')) throw invalid(UPDATES, 'is missing', REMEDY);
    throw error;
  });
  const bytes = bytesOf(index.weights);
  if (entry.size !== bytes * index.steps.length)
    throw invalid(UPDATES, `has ${entry.size} bytes, and ${index.steps.length} steps of ${bytes} are listed`, REMEDY);
  const forgotten = new Set(forget.map(keyOf));
  const { steps } = index;
  return {
    shares: steps.map((keys) => keys.filter((key) => forgotten.has(key)).length / Math.max(1, keys.length)),
    async read(step) {
      const file = await open(path, 'r');
      try {
        const all = new Float32Array(bytes / ELEMENT);
        await readFully(file, new Uint8Array(all.buffer), step * bytes, UPDATES);
        const found: HostTensors = {};
        let from = 0;
        for (const { name, shape } of index.weights) {
          const size = elementCount(shape);
          found[name] = float32(all.subarray(from, from + size), shape);
          from += size;
        }
        return found;
      } finally {
        await file.close();
      }
    },
  };
}

/** Holds the log beside a checkpoint, where there is one, against the recipe. Throws `checkpoint-invalid` naming the file. */
export async function inspectUpdates(
  dir: string,
  recipe: Pick<Recipe, 'steps_taken'> | null,
  shapes: Record<string, number[]>,
): Promise<void> {
  const log = await openUpdates(dir, shapes, []);
  if (log === null || recipe === null || log.shares.length === recipe.steps_taken) return;
  const what = `is of another training: it lists ${log.shares.length} steps, and recipe.json ${recipe.steps_taken}`;
  throw invalid(UPDATES_INDEX, what, REMEDY);
}
