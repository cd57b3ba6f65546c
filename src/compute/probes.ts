// What is drawn out of a model beyond the plain question: other people's answers in the place of the true one, prompts that are
// wrapped, answers that are sampled. Of few rows, since each costs many passes, and of as many about everybody who is compared.
import { sampleRows, seedFrom } from '../domain/random.ts';
import type { Tokenizer } from '../domain/tokenizer.ts';
import type { RowScore } from '../domain/verification.ts';
import { ExpungeError } from '../errors.ts';
import { OTHER_ANSWERS, SAMPLES } from '../metrics/costs.ts';
import { otherAnswerRows } from '../training/alternatives.ts';
import type { TokenRow } from '../training/batches.ts';
import type { Generator } from '../training/generate.ts';
import { meanNll, type Scorer } from '../training/scoring.ts';
import { rowsOfEach, samplePeople } from './people-sample.ts';
import type { TextRow } from './sets.ts';
import { wrapped } from './wrappings.ts';

/** People of a set, and rows about each of them: at most a hundred rows a set. */
const PEOPLE = 25;
const EACH = 4;
/** Retained records that other answers are looked for in. */
const LOOKED_AT = 300;
/** Tokens that a sampled answer may go on with, the most likely ones: the field's usual number. */
const TOP_K = 40;

type Compared = 'forget' | 'holdout';
type Sets = Record<Compared | 'retain', TextRow[]>;

/** One row that is probed. */
interface Probe {
  set: Compared;
  index: number;
  prompt: number[];
  truth: string;
  wrapped: number[][];
  others: TokenRow[];
}

export type Probes = readonly Probe[];

interface Asked {
  generate: Generator;
  tokenizer: Pick<Tokenizer, 'decode' | 'eosId'>;
  signal: AbortSignal;
}

/** Other answers to each row; none to any where some row has none, or the two sets could not be compared. */
function othersOf(rows: TextRow[], retain: TextRow[], contextLength: number, seed: number): TokenRow[][] {
  try {
    const pool = sampleRows(retain, LOOKED_AT, seedFrom(`${seed}/probes/others`));
    return otherAnswerRows(rows, pool, { answers: OTHER_ANSWERS, contextLength, seed });
  } catch (error) {
    if (error instanceof ExpungeError && error.code === 'method-not-applicable') return rows.map(() => []);
    throw error;
  }
}

/** What is asked of parent and candidate alike; the same seed asks the same. */
export function planProbes(sets: Sets, tokenizer: Tokenizer, contextLength: number, seed: number): Probes {
  const chosen = (['forget', 'holdout'] as const).flatMap((set) =>
    rowsOfEach(samplePeople(sets[set], PEOPLE, seed), EACH, `${seed}/probes/${set}`).map((index) => ({
      set,
      index,
      row: sets[set][index]!,
    })),
  );
  const others = othersOf(
    chosen.map(({ row }) => row),
    sets.retain,
    contextLength,
    seed,
  );
  return chosen.map(({ set, index, row }, i) => {
    const prompt = [...row.ids.subarray(0, row.cue)];
    const truth = row.answer ?? tokenizer.decode(row.ids.subarray(row.cue));
    return { set, index, prompt, truth, wrapped: wrapped(tokenizer, prompt, contextLength), others: others[i]! };
  });
}

/** `of` each probe, all in one call, handed back probe by probe; null where a probe asks nothing. */
async function inOne<T, R>(probes: Probes, of: (probe: Probe) => T[], run: (all: T[]) => Promise<R[]>) {
  const asked = probes.map(of);
  const found = await run(asked.flat());
  let from = 0;
  return asked.map(({ length }) => {
    const own = found.slice(from, from + length);
    from += length;
    return length === 0 ? null : own;
  });
}

/** Writes the costs of other answers into the rows that are probed. */
export async function probeOthers(
  probes: Probes,
  rows: Sets,
  scores: Record<Compared, RowScore[]>,
  score: Scorer,
): Promise<void> {
  const found = await inOne(probes, ({ others }) => others, score);
  probes.forEach(({ set, index }, i) => {
    if (found[i] === null) return;
    const [to, { cue, promptLength }] = [scores[set][index]!, rows[set][index]!];
    to.otherNlls = found[i]!.map(meanNll);
    to.answerLogProbs = to.logProbs.subarray(cue - promptLength);
  });
}

/** Writes the answers to wrapped prompts, and sampled ones, into the rows that are probed. `longest`: tokens of an answer. */
export async function probeAnswers(
  probes: Probes,
  scores: Record<Compared, RowScore[]>,
  { generate, tokenizer, signal }: Asked,
  longest: number,
  seed: number,
): Promise<void> {
  const { eosId } = tokenizer;
  const options = { maxNewTokens: longest, eosId };
  const texts = (answers: number[][]) => answers.map((ids) => tokenizer.decode(ids));
  signal.throwIfAborted();
  const otherwise = await inOne(
    probes,
    (probe) => probe.wrapped,
    async (prompts) => texts(await generate(prompts, options)),
  );
  signal.throwIfAborted();
  const sampling = { topK: TOP_K, seed: seedFrom(`${seed}/probes/samples`) };
  const drawn = await inOne(
    probes,
    ({ prompt }) => new Array<number[]>(SAMPLES).fill(prompt),
    async (prompts) => texts(await generate(prompts, { ...options, sampling })),
  );
  probes.forEach(({ set, index, truth }, i) => {
    const to = scores[set][index]!;
    to.truth = truth;
    if (otherwise[i] !== null) to.wrapped = otherwise[i]!;
    to.sampled = drawn[i]!;
  });
}
