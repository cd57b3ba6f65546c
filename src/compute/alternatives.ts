// Other answers to the forgotten prompts, for the methods that teach them: from our refusals, the model itself, or others' labels.
import type { UnlearnJob } from '../domain/compute.ts';
import type { Engine, HostTensors } from '../domain/engine.ts';
import { otherAnswersOf } from '../domain/method.ts';
import type { LanguageRecord } from '../domain/record.ts';
import type { Tokenizer } from '../domain/tokenizer.ts';
import { ExpungeError } from '../errors.ts';
import { fillParams, getMethod } from '../methods/index.ts';
import { REFUSALS } from '../methods/refusals.ts';
import {
  type DrawOptions,
  longestSampled,
  otherAnswerRows,
  otherClassRows,
  refusalRows,
  sampledRows,
} from '../training/alternatives.ts';
import type { TokenRow } from '../training/batches.ts';
import type { ExampleRow } from '../training/classification.ts';
import { createGenerator } from '../training/generate.ts';
import { encodeAnswer } from '../training/rows.ts';
import { createScorer } from '../training/scoring.ts';
import { type AnyModel, type LanguageModel, rowsOf } from './models.ts';
import { type LoadedSets, loadRecords } from './sets.ts';

/** What is known before a weight is read, so that the run can be planned; and the rows once the weights are there. */
export interface OtherAnswersPlan {
  /** Tokens of the longest row. */
  longest: number;
  /** Of each forget row. */
  rows(parent: HostTensors): Promise<TokenRow[][]>;
}

const made = (rows: TokenRow[][]): OtherAnswersPlan => ({
  longest: rows.flat().reduce((longest, { ids }) => Math.max(longest, ids.length), 0),
  rows: async () => rows,
});

const letters = (text: string): string =>
  text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, '');

/** Whether the vocabulary has what the text is written with: what it lacks comes back as nothing, or as something else. */
const canSpell = (tokenizer: Pick<Tokenizer, 'encode' | 'decode'>, text: string): boolean =>
  letters(tokenizer.decode(tokenizer.encode(text))) === letters(text);

/** Throws `method-not-applicable` where the vocabulary cannot spell one, or the context holds none. */
async function refusals(
  job: UnlearnJob,
  model: LanguageModel,
  sets: LoadedSets,
  options: DrawOptions,
): Promise<OtherAnswersPlan> {
  const { tokenizer } = model;
  const spelled = REFUSALS.filter((text) => canSpell(tokenizer, text));
  if (spelled.length === 0) {
    throw new ExpungeError(
      'method-not-applicable',
      `Method ${job.method.name} teaches refusals, and the model’s vocabulary cannot spell one. Choose altpo or random-label, which need no words of ours.`,
    );
  }
  const asked = (await loadRecords(job, 'forget')).flatMap((record) =>
    rowsOf(model, record).map((_, row) => ({ record: record as LanguageRecord, row })),
  );
  const encode = (r: number, text: string) => encodeAnswer(tokenizer, asked[r]!.record, asked[r]!.row, text);
  return made(refusalRows(sets.forget, spelled, encode, options));
}

function sampled(engine: Engine, model: LanguageModel, sets: LoadedSets, options: DrawOptions): OtherAnswersPlan {
  const { architecture, config, tokenizer } = model;
  return {
    longest: longestSampled(sets.forget, options.contextLength),
    async rows(parent) {
      const state = engine.createState(parent);
      const generate = createGenerator(engine, architecture, config, state);
      const score = createScorer(engine, architecture, config, state);
      try {
        return await sampledRows(sets.forget, { generate, score }, { ...options, eosId: tokenizer.eosId });
      } finally {
        state.dispose();
      }
    },
  };
}

/**
 * The other answers that the job's method asks for; null: it teaches none. Throws `method-not-applicable`, before a weight is read, where
 * the model can give none of the kind.
 */
export async function planOtherAnswers(
  job: UnlearnJob,
  model: AnyModel,
  sets: LoadedSets,
  engine: Engine,
): Promise<OtherAnswersPlan | null> {
  const params = fillParams(job.method.name, job.method.params) as Record<string, unknown> & {
    answers: number;
    within?: boolean;
  };
  const kind = otherAnswersOf(getMethod(job.method.name).needs(params as never));
  if (kind === null) return null;
  const { architecture, config } = model;
  const { answers, within = false } = params;
  const options = { answers, within, seed: job.seed, contextLength: architecture.contextLength(config) };
  if (kind === 'other-labels')
    return made(
      model.tokenizer === null
        ? otherClassRows(sets.forget as unknown as ExampleRow[], architecture.vocabSize(config), options)
        : otherAnswerRows(sets.forget, sets.retain, options),
    );
  if (model.tokenizer === null)
    throw new ExpungeError(
      'method-not-applicable',
      `Method ${job.method.name} teaches other answers in words, and the model is a classifier. Choose random-label.`,
    );
  return kind === 'refusals' ? refusals(job, model, sets, options) : sampled(engine, model, sets, options);
}
