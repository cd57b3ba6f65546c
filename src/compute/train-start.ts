// What `expunge train` starts from: fresh weights and a new tokenizer, or a base checkpoint with its own.
import { architectures } from '../architectures/index.ts';
import { addressOf } from '../checkpoints/address.ts';
import { readJson } from '../checkpoints/json-file.ts';
import { createTokenizer, type Tokenizer } from '../corpora/tokenizer.ts';
import { trainTokenizer } from '../corpora/train-tokenizer.ts';
import { wordsOfSeveral } from '../corpora/words.ts';
import type { Architecture } from '../domain/architecture.ts';
import type { HostTensors } from '../domain/engine.ts';
import { type LanguageRecord, trainingRecordOf, type UploadedRecord } from '../domain/record.ts';
import { ExpungeError } from '../errors.ts';
import { encodeRecords } from '../training/rows.ts';
import { loadWeights, openModel } from './checkpoint.ts';

/** A word becomes part of the vocabulary only when the records of so many people hold it. */
const VOCABULARY_PEOPLE = 3;

/** Plain text may be longer than this: it is cut into rows, and need not fit the context of a fresh model. */
const TEXT_CONTEXT = 511;

/** A record that a language model learns, with the people in it. */
export type LearnableRecord = LanguageRecord & Pick<UploadedRecord, 'subjects'>;

/** Throws `malformed-line` for a classifier's record. */
export function learnable(uploaded: UploadedRecord, number: number): LearnableRecord {
  const record = trainingRecordOf(uploaded);
  if ('input' in record)
    throw new ExpungeError('malformed-line', `Line ${number}: a language model does not learn input and label.`);
  return uploaded.subjects === undefined ? record : { ...record, subjects: uploaded.subjects };
}

export interface FreshModel {
  architecture: string;
  width: number;
  layers: number;
  heads: number;
  vocabSize: number;
  seed: number;
}
export interface TrainStart {
  architecture: Architecture;
  config: unknown;
  configJson: unknown;
  /** Made or read when they are asked for. */
  weights(): Promise<HostTensors>;
  tokenizer: Tokenizer;
  tokenizerJson: object;
  /** Absent with a base: its files are copied. */
  tokenizerConfig?: object;
  /** Content address of the base, as its registration would have it. */
  baseDigest: string | null;
}

/** Context that fits the longest record, in whole multiples of 16. */
const contextFor = (longest: number): number => Math.max(32, Math.ceil((longest + 1) / 16) * 16);

/** Throws `validation-failed` for an architecture that there is not. */
export function findArchitecture(name: string): Architecture {
  const architecture = architectures[name];
  if (architecture !== undefined) return architecture;
  const known = Object.keys(architectures).join(', ');
  throw new ExpungeError('validation-failed', `There is no architecture ${name}; there are ${known}.`);
}

/** A size that the architecture cannot have is the caller's to change: there is no file to correct. */
function fittingConfig(architecture: Architecture, configJson: object): unknown {
  try {
    return architecture.parseConfig(configJson);
  } catch (error) {
    const what = error instanceof Error ? error.message.replace(/^config\.json: /, '') : 'does not fit';
    throw new ExpungeError('validation-failed', `No ${architecture.name} of this size: ${what}`, { cause: error });
  }
}

/** Random weights, a vocabulary made from the records, and a context that all of them fit. */
export function freshStart(model: FreshModel, records: LearnableRecord[], holdout: LearnableRecord[]): TrainStart {
  const architecture = findArchitecture(model.architecture);
  const words = wordsOfSeveral(records, VOCABULARY_PEOPLE);
  const { tokenizerJson, tokenizerConfig } = trainTokenizer(words, model.vocabSize);
  const tokenizer = createTokenizer(tokenizerJson, tokenizerConfig);
  const lengthOf = (record: LearnableRecord): number => {
    if ('messages' in record)
      throw new ExpungeError(
        'validation-failed',
        'A fresh model has no chat template, so it cannot learn conversations. Name a base that has one.',
      );
    const length = encodeRecords(tokenizer, record, Number.POSITIVE_INFINITY)[0]!.ids.length;
    return 'text' in record ? Math.min(length, TEXT_CONTEXT) : length;
  };
  const longest = [records, holdout].flat().reduce((most, record) => Math.max(most, lengthOf(record)), 0);
  const { vocabSize, eosId } = tokenizer;
  const configJson = architecture.freshConfig({ ...model, vocabSize, context: contextFor(longest), endId: eosId });
  const config = fittingConfig(architecture, configJson);
  const weights = async () => architecture.initialise(config, model.seed);
  return { architecture, config, configJson, weights, tokenizer, tokenizerJson, tokenizerConfig, baseDigest: null };
}

/** A checkpoint folder's own weights, configuration and tokenizer. Throws `checkpoint-invalid` naming the file. */
export async function startFromBase(dir: string): Promise<TrainStart> {
  const { architecture, config, configJson, tokenizer } = await openModel(dir);
  const weights = () => loadWeights(dir);
  const tokenizerJson = (await readJson(dir, 'tokenizer.json')) as object;
  const baseDigest = await addressOf(dir, architecture.name);
  return { architecture, config, configJson, weights, tokenizer, tokenizerJson, baseDigest };
}
