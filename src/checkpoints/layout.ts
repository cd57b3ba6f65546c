// The Hugging Face layout of a checkpoint folder: config.json, model.safetensors, tokenizer.json, and our recipe.json.
import { constants, copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Value } from 'typebox/value';
import type { Architecture } from '../domain/architecture.ts';
import type { WeightTypes } from '../domain/compute.ts';
import type { HostTensors } from '../domain/engine.ts';
import { Recipe } from '../domain/recipe.ts';
import { hasCode, sync, writeSynced } from './disk.ts';
import { invalid, type TensorInfo } from './header.ts';
import { readJson } from './json-file.ts';
import { readHeader, readSafetensors, writeSafetensors } from './safetensors.ts';
import { isWeightType, type WeightType } from './values.ts';

export const WEIGHTS = 'model.safetensors';

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
  /** Every tensor that the architecture asks for, in the order of the file. */
  tensors: TensorInfo[];
  recipe: Recipe | null;
}

async function readConfig(dir: string, architectures: Architectures) {
  const configJson = await readJson(dir, 'config.json');
  if (configJson === undefined) throw invalid('config.json', 'is missing', 'Put it beside the weights.');
  const type = (configJson as { model_type?: unknown } | null)?.model_type;
  const architecture = typeof type === 'string' && Object.hasOwn(architectures, type) ? architectures[type] : undefined;
  if (!architecture)
    throw invalid(
      'config.json',
      `names the model_type ${JSON.stringify(type)?.slice(0, 100)}`,
      `Use one of: ${Object.keys(architectures).join(', ')}.`,
    );
  try {
    return { architecture, configJson, config: architecture.parseConfig(configJson) };
  } catch (error) {
    // an architecture names the file itself, for those who call it directly
    const what = error instanceof Error ? error.message.replace(/^config\.json: /, '') : 'does not fit';
    throw invalid('config.json', what, 'Correct it.', error);
  }
}

async function readRecipe(dir: string): Promise<Recipe | null> {
  const json = await readJson(dir, 'recipe.json');
  if (json === undefined) return null;
  if (Value.Check(Recipe, json)) return json;
  const [first] = Value.Errors(Recipe, json);
  throw invalid('recipe.json', `${first?.instancePath || '/'} ${first?.message}`, 'Correct it, or leave the file out.');
}

async function weightsHeader(dir: string): Promise<TensorInfo[]> {
  try {
    return (await readHeader(join(dir, WEIGHTS))).tensors;
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error;
    throw invalid(WEIGHTS, 'is missing', 'Save the weights as one safetensors file, not in shards and not pickled.');
  }
}

function matchTensors(found: TensorInfo[], architecture: Architecture, config: unknown): TensorInfo[] {
  const expected = new Map(Object.entries(architecture.shapes(config)));
  const matched = found.filter((info) => {
    const shape = expected.get(info.name);
    if (!shape) {
      if (architecture.ignored.some((pattern) => pattern.test(info.name))) return false;
      const name = JSON.stringify(info.name.slice(0, 200));
      throw invalid(
        WEIGHTS,
        `holds ${name}, which ${architecture.name} does not have`,
        'Remove it, or mend config.json.',
      );
    }
    expected.delete(info.name);
    if (shape.length === info.shape.length && shape.every((size, i) => size === info.shape[i])) return true;
    throw invalid(
      WEIGHTS,
      `tensor ${info.name} has the shape [${info.shape}] where config.json asks for [${shape}]`,
      'Use the config.json that belongs to the weights.',
    );
  });
  const [missing] = expected.keys();
  if (missing === undefined) return matched;
  throw invalid(
    WEIGHTS,
    `has no tensor ${missing}`,
    'Export the complete model, with the names that its config implies.',
  );
}

/** Reads and matches everything but the weights themselves. Throws `checkpoint-invalid` naming the file. */
export async function readLayout(dir: string, architectures?: Architectures): Promise<Layout> {
  const { architecture, config, configJson } = await readConfig(dir, architectures ?? (await registered()));
  const tensors = matchTensors(await weightsHeader(dir), architecture, config);
  return { architecture, config, configJson, tensors, recipe: await readRecipe(dir) };
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
  const weights = await readSafetensors(join(dir, WEIGHTS), { only: tensors.map(({ name }) => name) });
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

/** Types of a folder's weights, by name. */
async function typesOf(dir: string): Promise<Record<string, WeightType>> {
  const { tensors } = await readHeader(join(dir, WEIGHTS));
  return Object.fromEntries(tensors.flatMap(({ name, dtype }) => (isWeightType(dtype) ? [[name, dtype]] : [])));
}

/**
 * Writes a checkpoint folder and flushes every file. `copyFrom` is a folder whose tokenizer files and recipe are taken
 * over; what is given here replaces them. `recipe: null` leaves it out. `weightTypes: 'original'` stores each tensor as
 * the type that it has in `copyFrom`, rounded; else all are float32.
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
  await mkdir(dir, { recursive: true });
  const given: Record<string, unknown> = {
    'config.json': content.configJson,
    'tokenizer.json': content.tokenizerJson,
    'tokenizer_config.json': content.tokenizerConfig,
    'recipe.json': content.recipe,
  };
  for (const name of COMPANIONS)
    if (content.copyFrom !== undefined && given[name] === undefined) await copyCompanion(content.copyFrom, dir, name);
  for (const [name, json] of Object.entries(given)) {
    // The recipe's tokenizer digest covers the bytes of this file: no white space, so that it can be made beforehand.
    const compact = name === 'tokenizer.json';
    const text = compact ? JSON.stringify(json) : `${JSON.stringify(json, null, 2)}\n`;
    if (json !== undefined && json !== null) await writeSynced(join(dir, name), text);
  }
  const asBefore = content.weightTypes === 'original' && content.copyFrom !== undefined;
  const types = asBefore ? await typesOf(content.copyFrom!) : {};
  await writeSafetensors(join(dir, WEIGHTS), content.weights, { format: 'pt' }, types);
  await sync(dir);
}
