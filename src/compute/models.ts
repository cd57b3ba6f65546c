// A checkpoint folder of either layout as the stages of a run need it: what a record is to it, its weights, and how a candidate is
// written that is laid out as it is.
import { readdir } from 'node:fs/promises';
import { readClassifier } from '../checkpoints/layers-model/classifier-folder.ts';
import { isLayersModel } from '../checkpoints/layers-model/files.ts';
import { loadLayersModel } from '../checkpoints/layers-model/read.ts';
import { readTextInput } from '../checkpoints/layers-model/text-input.ts';
import { saveLayersModelLike } from '../checkpoints/layers-model/write.ts';
import { saveCheckpoint } from '../checkpoints/layout.ts';
import type { Classifier } from '../domain/architecture.ts';
import type { WeightTypes } from '../domain/compute.ts';
import type { HostTensors } from '../domain/engine.ts';
import type { Recipe } from '../domain/recipe.ts';
import type { TrainingRecord } from '../domain/record.ts';
import { type ExampleForm, encodeExample } from '../training/examples.ts';
import { encodeRecords, type RecordRow } from '../training/rows.ts';
import { type LoadedModel, loadWeights, openModel } from './checkpoint.ts';

export type LanguageModel = Omit<LoadedModel, 'weights'>;
export interface ClassifierModel {
  architecture: Classifier;
  config: unknown;
  form: ExampleForm;
  recipe: Recipe | null;
  /** Nothing is written: what it takes of text is in `form`. */
  tokenizer: null;
}
export type AnyModel = LanguageModel | ClassifierModel;

async function openClassifier(dir: string): Promise<ClassifierModel> {
  const { architecture, config, recipe } = await readClassifier(dir);
  const form = { ...config, text: await readTextInput(dir, config, recipe) };
  return { architecture: architecture as unknown as Classifier, config, form, recipe, tokenizer: null };
}

/** All but the weights. Throws `checkpoint-invalid` naming the file. */
export const openAnyModel = async (dir: string): Promise<AnyModel> =>
  isLayersModel(await readdir(dir)) ? openClassifier(dir) : openModel(dir);

/** Throws `checkpoint-invalid` naming the file. */
export const loadAnyWeights = async (dir: string): Promise<HostTensors> =>
  isLayersModel(await readdir(dir)) ? (await loadLayersModel(dir)).weights : loadWeights(dir);

/** Rows of a record. Throws an Error that quotes nothing of it where the model cannot learn it. */
export function rowsOf(
  model: ClassifierModel | Pick<LanguageModel, 'tokenizer' | 'architecture' | 'config'>,
  record: TrainingRecord,
): RecordRow[] {
  if (model.tokenizer === null) {
    if (!('input' in record)) throw new Error('a classifier learns records of input and label alone');
    return [{ ...encodeExample(model.form, record), cue: 1, answer: null }];
  }
  if ('input' in record) throw new Error('a language model does not learn input and label');
  return encodeRecords(model.tokenizer, record, model.architecture.contextLength(model.config));
}

/** Writes a candidate laid out as the parent is, companions included. */
export async function saveLike(
  model: AnyModel,
  parent: string,
  out: { dir: string; weights: HostTensors; weightTypes: WeightTypes },
): Promise<void> {
  const { dir, weights, weightTypes } = out;
  if (model.tokenizer === null) return saveLayersModelLike(dir, parent, weights);
  const { configJson } = model;
  return saveCheckpoint(dir, { configJson, weights, copyFrom: parent, weightTypes });
}
