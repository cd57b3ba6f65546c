// The Hugging Face layout of a checkpoint folder: config.json, weights, tokenizer.json, and our recipe.json.
import { constants, copyFile, mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { Architecture } from '../domain/architecture.ts';
import type { WeightTypes } from '../domain/compute.ts';
import type { HostTensors } from '../domain/engine.ts';
import type { Recipe } from '../domain/recipe.ts';
import { hasCode, sync, writeSynced } from './disk.ts';
import { invalid } from './invalid.ts';
import { readJson } from './json-file.ts';
import { matchTensors, type NamedTensor } from './match-tensors.ts';
import { readRecipe } from './recipe-file.ts';
import { writeSafetensors } from './safetensors.ts';
import { saveWeightsLike } from './save-weights.ts';
import { PLACEMENT } from './sisa-names.ts';
import { openWeights, readStored, WEIGHTS } from './weight-files.ts';
import { INDEX, SHARD } from './weights-index.ts';

export const CONFIG = 'config.json';

/** Files of a checkpoint beside its weights and configuration: a child takes them over from its parent. */
export const COMPANIONS = [
  'tokenizer.json',
  'tokenizer_config.json',
  'special_tokens_map.json',
  'added_tokens.json',
  'chat_template.jinja',
  'generation_config.json',
  'vocab.json',
  'merges.txt',
  'recipe.json',
  PLACEMENT,
] as const;

export type Architectures = Readonly<Record<string, Architecture>>;

/** The registry, loaded when first needed: listing checkpoints does not need it. */
async function registered(): Promise<Architectures> {
  return (await import('../architectures/index.ts')).architectures;
}

/** A checkpoint folder whose files fit together; the weights are still on disk. */
export interface Layout {
  architecture: Architecture;
  config: unknown;
  configJson: unknown;
  /** Every tensor that the architecture asks for, file by file, in the order of their bytes. */
  tensors: NamedTensor[];
  /** What the files hold beside them and the architecture knows to ignore. */
  unused: NamedTensor[];
  recipe: Recipe | null;
}

/** The configuration alone. Throws `checkpoint-invalid` naming the file. */
export async function readConfig(dir: string, given?: Architectures) {
  const architectures = given ?? (await registered());
  const configJson = await readJson(dir, CONFIG);
  if (configJson === undefined) throw invalid(CONFIG, 'is missing', 'Put it beside the weights.');
  const type = (configJson as { model_type?: unknown } | null)?.model_type;
  const architecture = typeof type === 'string' && Object.hasOwn(architectures, type) ? architectures[type] : undefined;
  if (!architecture)
    throw invalid(
      CONFIG,
      `names the model_type ${JSON.stringify(type)?.slice(0, 100)}`,
      `Use one of: ${Object.keys(architectures).join(', ')}.`,
    );
  try {
    return { architecture, configJson, config: architecture.parseConfig(configJson) };
  } catch (error) {
    // an architecture names the file itself, for those who call it directly
    const what = error instanceof Error ? error.message.replace(/^config\.json: |\.$/g, '') : 'does not fit';
    throw invalid(CONFIG, what, 'Correct it.', error);
  }
}

/** Reads and matches everything but the weights themselves. Throws `checkpoint-invalid` naming the file. */
export async function readLayout(dir: string, architectures?: Architectures): Promise<Layout> {
  const { architecture, config, configJson } = await readConfig(dir, architectures);
  const { used, unused } = matchTensors((await openWeights(dir)).tensors, architecture, config);
  return { architecture, config, configJson, tensors: used, unused, recipe: await readRecipe(dir) };
}

/**
 * A checkpoint folder in memory: the weights that its architecture asks for, as float32.
 * Throws `checkpoint-invalid` naming the file and the remedy.
 */
export async function loadCheckpoint(
  dir: string,
  architectures?: Architectures,
): Promise<{ architecture: string; configJson: unknown; weights: HostTensors; recipe: Recipe | null }> {
  const { architecture, configJson, tensors, recipe } = await readLayout(dir, architectures);
  const weights = await readStored(dir, tensors);
  return { architecture: architecture.name, configJson, weights, recipe };
}

async function copyCompanion(from: string, to: string, name: string): Promise<void> {
  try {
    await copyFile(join(from, name), join(to, name), constants.COPYFILE_FICLONE);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return;
    throw error;
  }
  await sync(join(to, name));
}

/** What a child takes over from its parent as it is. */
async function inherited(parent: string, given: Record<string, unknown>): Promise<string[]> {
  const names: string[] = COMPANIONS.filter((name) => given[name] === undefined);
  const sameConfig = isDeepStrictEqual(await readJson(parent, CONFIG), given[CONFIG]);
  return sameConfig ? [CONFIG, ...names] : names;
}

/** What an earlier checkpoint of another layout left in the folder would make two of one. */
async function removeOtherWeights(dir: string, written: string[]): Promise<void> {
  for (const name of await readdir(dir)) {
    if (name !== WEIGHTS && name !== INDEX && !SHARD.test(name)) continue;
    if (!written.includes(name)) await rm(join(dir, name));
  }
}

/**
 * Writes a checkpoint folder and flushes every file. `copyFrom` is a checkpoint folder whose layout of weights, tokenizer
 * files and recipe are taken over; what is given here replaces them. `recipe: null` leaves it out. `weightTypes`:
 * 'original', the default, stores each tensor as the type that it has in `copyFrom`, rounded; else all are float32.
 */
export async function saveCheckpoint(
  dir: string,
  content: {
    configJson: unknown;
    weights: HostTensors;
    copyFrom?: string;
    tokenizerJson?: object;
    tokenizerConfig?: object;
    recipe?: Recipe | null;
    weightTypes?: WeightTypes;
  },
): Promise<void> {
  const { copyFrom, weights, weightTypes = 'original' } = content;
  await mkdir(dir, { recursive: true });
  const given: Record<string, unknown> = {
    [CONFIG]: content.configJson,
    'tokenizer.json': content.tokenizerJson,
    'tokenizer_config.json': content.tokenizerConfig,
    'recipe.json': content.recipe,
    // of the recipe that stood beside it: another one, or none, has no use for it
    [PLACEMENT]: content.recipe === undefined ? undefined : null,
  };
  const copied = copyFrom === undefined ? [] : await inherited(copyFrom, given);
  for (const name of copied) await copyCompanion(copyFrom!, dir, name);
  for (const [name, json] of Object.entries(given)) {
    if (json === undefined || json === null || copied.includes(name)) continue;
    // The recipe's tokenizer digest covers the bytes of this file: no white space, so that it can be made beforehand.
    const compact = name === 'tokenizer.json';
    await writeSynced(join(dir, name), compact ? JSON.stringify(json) : `${JSON.stringify(json, null, 2)}\n`);
  }
  const written = copyFrom === undefined ? [WEIGHTS] : await saveWeightsLike(dir, copyFrom, weights, weightTypes);
  if (copyFrom === undefined) await writeSafetensors(join(dir, WEIGHTS), weights, { format: 'pt' });
  await removeOtherWeights(dir, written);
  await sync(dir);
}
