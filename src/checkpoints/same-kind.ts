// Whether two checkpoint folders hold the same model but for its weights.
import { readdir } from 'node:fs/promises';
import { isDeepStrictEqual } from 'node:util';
import { chatTemplateOf, loadTokenizer } from '../corpora/tokenizer.ts';
import { readJson } from './json-file.ts';
import { readClassifier } from './layers-model/classifier-folder.ts';
import { isLayersModel, MODEL_JSON } from './layers-model/files.ts';
import { type Architectures, CONFIG, readConfig } from './layout.ts';
import { TOKENIZER } from './tokenizer-file.ts';

/** Where a folder differs from another, in words that go on after the file's name. */
export interface Difference {
  file: string;
  why: string;
}

/** What no export changes without changing the model: ids before a text, what ends an answer, how a conversation is written. */
async function textOf(folder: string) {
  const { eosId, prefix } = await loadTokenizer(folder);
  return { eosId, prefix, template: await chatTemplateOf(folder) };
}

async function languageModels(
  folder: string,
  other: string,
  architectures?: Architectures,
): Promise<Difference | null> {
  const [own, its] = [await readConfig(folder, architectures), await readConfig(other, architectures)];
  if (own.architecture.name !== its.architecture.name)
    return { file: CONFIG, why: `says ${own.architecture.name}, and the parent is ${its.architecture.name}` };
  if (!isDeepStrictEqual(own.config, its.config))
    return { file: CONFIG, why: 'describes another model than the parent’s does' };
  if (!isDeepStrictEqual(await textOf(folder), await textOf(other)))
    return {
      file: 'tokenizer_config.json',
      why: 'or the chat template ends or writes texts in another way than the parent’s',
    };
  return null;
}

async function classifiers(folder: string, other: string): Promise<Difference | null> {
  const [own, its] = [await readClassifier(folder), await readClassifier(other)];
  return isDeepStrictEqual(own.config, its.config)
    ? null
    : { file: MODEL_JSON, why: 'describes another model than the parent’s does' };
}

/** Null: they are of one kind. Both have been inspected. */
export async function differenceOf(
  folder: string,
  other: string,
  architectures?: Architectures,
): Promise<Difference | null> {
  const [own, its] = [isLayersModel(await readdir(folder)), isLayersModel(await readdir(other))];
  if (own !== its) return { file: own ? MODEL_JSON : CONFIG, why: 'stands for another layout than the parent has' };
  if (!isDeepStrictEqual(await readJson(folder, TOKENIZER), await readJson(other, TOKENIZER)))
    return { file: TOKENIZER, why: 'is not the parent’s' };
  return own ? classifiers(folder, other) : languageModels(folder, other, architectures);
}
