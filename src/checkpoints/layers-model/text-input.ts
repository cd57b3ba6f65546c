// The tokenizer beside a LayersModel that takes texts.
import type { ClassifierConfig } from '../../architectures/layers-model/classifier.ts';
import { createTextInput, type TextInput } from '../../corpora/text-input.ts';
import type { Recipe } from '../../domain/recipe.ts';
import { ExpungeError } from '../../errors.ts';
import { invalid } from '../invalid.ts';
import { readJson } from '../json-file.ts';
import { TOKENIZER, tokenizerDigest } from '../tokenizer-file.ts';

export interface FoundTextInput extends TextInput {
  /** Of tokenizer.json. */
  digest: string;
}

/** Null for a folder without tokenizer.json, whose model takes numbers alone. Throws `checkpoint-invalid` for one that does not fit. */
export async function readTextInput(
  dir: string,
  { entries, inputShape }: Pick<ClassifierConfig, 'entries' | 'inputShape'>,
  recipe: Pick<Recipe, 'tokenizer_digest'> | null,
): Promise<FoundTextInput | null> {
  const json = await readJson(dir, TOKENIZER);
  const named = recipe?.tokenizer_digest ?? null;
  if (json === undefined) {
    if (named === null) return null;
    throw invalid(TOKENIZER, 'is missing, and recipe.json names it', 'Put it beside model.json.');
  }
  if (typeof json !== 'object' || json === null)
    throw invalid(TOKENIZER, 'is no JSON object', 'Save the tokenizer in its fast form.');
  if (entries === null || inputShape.length !== 1)
    throw invalid(
      TOKENIZER,
      'stands beside a model that takes no text: its input is no list of ids for an Embedding',
      'Remove the file.',
    );
  const digest = tokenizerDigest(json);
  if (named !== null && named !== digest)
    throw invalid(
      TOKENIZER,
      'is not the tokenizer that recipe.json names: its digest differs',
      'Put the one beside model.json that the model was trained with.',
    );
  try {
    return { ...createTextInput(json, { length: inputShape[0]!, entries }), digest };
  } catch (error) {
    if (error instanceof ExpungeError) throw error;
    throw invalid(TOKENIZER, 'uses a part that is not supported', 'Use another kind of tokenizer.', error);
  }
}
