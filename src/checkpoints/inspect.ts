// Every check of a checkpoint folder that comes from outside, and of a candidate before it is published.
import { readdir } from 'node:fs/promises';
import { membersOf } from '../architectures/layers-model/classifier.ts';
import { createTokenizer } from '../corpora/tokenizer.ts';
import { followable } from '../domain/recipe.ts';
import { tokenizerFacts } from '../domain/tokenizer.ts';
import { TRAIN_ALL } from '../domain/trainable.ts';
import { ExpungeError } from '../errors.ts';
import { planTrainable } from '../training/trainable.ts';
import { checkFinite } from './finite.ts';
import { invalid } from './invalid.ts';
import { readJson } from './json-file.ts';
import { readClassifier } from './layers-model/classifier-folder.ts';
import { isLayersModel } from './layers-model/files.ts';
import { checkNumbers } from './layers-model/read.ts';
import { readTextInput } from './layers-model/text-input.ts';
import { type Architectures, readLayout } from './layout.ts';
import { inspectSlices } from './sisa.ts';
import { findTied } from './tied.ts';
import { tokenizerDigest } from './tokenizer-file.ts';
import { inspectUpdates } from './updates.ts';

/** The parsed tokenizer.json, when it can be read and its ids fit the model. */
async function checkTokenizer(folder: string, configJson: unknown, modelVocabulary: number): Promise<object> {
  const json = await readJson(folder, 'tokenizer.json');
  if (typeof json !== 'object' || json === null)
    throw invalid('tokenizer.json', 'is missing', 'Save the tokenizer in its fast form beside the weights.');
  const tokenizerConfig = (await readJson(folder, 'tokenizer_config.json')) ?? {};
  const { vocabSize } = tokenizerFacts(json, tokenizerConfig, configJson);
  if (vocabSize > modelVocabulary)
    throw invalid(
      'tokenizer.json',
      `numbers its tokens up to ${vocabSize - 1}, and the model's vocabulary ends at ${modelVocabulary - 1}`,
      'Use the tokenizer that the model was trained with.',
    );
  try {
    createTokenizer(json, tokenizerConfig, configJson);
  } catch (error) {
    if (error instanceof ExpungeError) throw error;
    throw invalid('tokenizer.json', 'uses a part that is not supported', 'Use another kind of tokenizer.', error);
  }
  return json;
}

interface Facts {
  architecture: string;
  parameters: number;
  /** One that can be followed. */
  has_recipe: boolean;
  /** Tokens, or classes. */
  vocab_size: number;
}

/** The same of a LayersModel, which has to tell classes apart. */
async function inspectClassifier(folder: string): Promise<Facts> {
  const { architecture, config, recipe, model } = await readClassifier(folder);
  await readTextInput(folder, config, recipe);
  await checkNumbers(folder, model);
  const members = membersOf(config);
  const isEnsemble = recipe?.sisa === undefined || recipe.sisa.shards.length === members.length;
  if (!isEnsemble) throw invalid('model.json', 'has no branch for each shard of recipe.json', 'Copy the folder whole.');
  await inspectSlices(folder, recipe?.sisa, (shard) => architecture.shapes(members[shard]!));
  await inspectUpdates(folder, recipe, architecture.shapes(config));
  const { parameters } = model;
  const has_recipe = followable(recipe) !== null;
  return { architecture: architecture.name, parameters, has_recipe, vocab_size: config.classes };
}

/**
 * Holds configuration, header, tokenizer and recipe against one another and looks for numbers that are not finite.
 * Memory: headers, and a piece of a tensor. `parameters` counts weights. Throws `checkpoint-invalid` naming the file and the remedy.
 */
export async function inspectFolder(folder: string, architectures?: Architectures): Promise<Facts> {
  if (isLayersModel(await readdir(folder))) return inspectClassifier(folder);
  const { architecture, config, configJson, tensors, unused, recipe } = await readLayout(folder, architectures);
  const vocab_size = architecture.vocabSize(config);
  const tokenizerJson = await checkTokenizer(folder, configJson, vocab_size);
  if (recipe !== null && recipe.tokenizer_digest !== tokenizerDigest(tokenizerJson))
    throw invalid(
      'tokenizer.json',
      'is not the tokenizer that recipe.json names: its digest differs',
      'Put the one beside the weights that they were trained with.',
    );
  const adapters = () => planTrainable(architecture, config, recipe?.options.trains ?? TRAIN_ALL).adapters;
  await inspectSlices(folder, recipe?.sisa, adapters);
  await inspectUpdates(folder, recipe, architecture.shapes(config));
  await checkFinite(folder, [...tensors, ...unused]);
  await findTied(folder, tensors, unused);
  const parameters = tensors.reduce((sum, { elements }) => sum + elements, 0);
  return { architecture: architecture.name, parameters, has_recipe: recipe !== null, vocab_size };
}
