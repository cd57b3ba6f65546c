// What is drawn out of a model beyond the plain question: other people's answers in the place of the true one, prompts that are
// wrapped, answers that are sampled. Of few rows, since each costs many passes, and of as many about everybody who is compared.
import { sampleRows, seedFrom } from '../domain/random.ts';
import { PROBED } from '../domain/sample-sizes.ts';
import type { Tokenizer } from '../domain/tokenizer.ts';
import type { RowScore } from '../domain/verification.ts';
import type { Extent } from '../domain/verification-cost.ts';
import { ExpungeError } from '../errors.ts';
import { fullExtent } from '../metrics/extent.ts';
import { otherAnswerRows } from '../training/alternatives.ts';
import type { TokenRow } from '../training/batches.ts';
import type { GenerateOptions, Generator } from '../training/generate.ts';
import { meanNll, type Scorer } from '../training/scoring.ts';
import { asManyAs, rowsOfEach, samplePeople } from './people-sample.ts';
import type { TextRow } from './sets.ts';
import { wrapped } from './wrappings.ts';

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
  /** Answers that are sampled. */
  samples: number;
}

export type Probes = readonly Probe[];

interface Asked {
  generate: Generator;
  tokenizer: Pick<Tokenizer, 'decode' | 'eosId'>;
  signal: AbortSignal;
  /** Tokens of an answer at most. */
  longest: number;
}
type Options = Pick<GenerateOptions, 'sampling'>;

/** Other answers to each row; none to any where some row has none, or the two sets could not be compared. */
function othersOf(
  rows: TextRow[],
  retain: TextRow[],
  { answers, contextLength, seed }: { answers: number; contextLength: number; seed: number },
): TokenRow[][] {
  if (answers === 0) return rows.map(() => []);
  try {
    const pool = sampleRows(retain, LOOKED_AT, seedFrom(`${seed}/probes/others`));
    return otherAnswerRows(rows, pool, { answers, contextLength, seed });
  } catch (error) {
    if (error instanceof ExpungeError && error.code === 'method-not-applicable') return rows.map(() => []);
    throw error;
  }
}

/** What is asked of parent and candidate alike; the same seed asks the same, and of strangers no more than of the forgotten. */
export function planProbes(
  sets: Sets,
  tokenizer: Tokenizer,
  contextLength: number,
  seed: number,
  extent: Extent = fullExtent({}, undefined),
): Probes {
  const people = (set: Compared) => samplePeople(sets[set], PROBED.people, seed);
  const [forgotten, strangers] = [people('forget'), people('holdout')];
  const rowsOf = (set: Compared, of: number[][], each: number | number[]) =>
    rowsOfEach(of, each, `${seed}/probes/${set}`).map((index) => ({ set, index, row: sets[set][index]! }));
  const chosen = [
    ...rowsOf('forget', forgotten, PROBED.each),
    ...rowsOf('holdout', strangers, asManyAs([forgotten], strangers, PROBED.each)),
  ];
  const others = othersOf(
    chosen.map(({ row }) => row),
    sets.retain,
    { answers: extent.other_answers, contextLength, seed },
  );
  return chosen.map(({ set, index, row }, i) => {
    const prompt = [...row.ids.subarray(0, row.cue)];
    const truth = row.answer ?? tokenizer.decode(row.ids.subarray(row.cue));
    const ways = wrapped(tokenizer, prompt, contextLength).slice(0, extent.wrapped_prompts);
    return { set, index, prompt, truth, wrapped: ways, others: others[i]!, samples: extent.samples };
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

/** Answers to what `of` each probe asks, as text. */
async function answersTo(probes: Probes, of: (probe: Probe) => number[][], options: Options, asked: Asked) {
  const { generate, tokenizer, signal, longest } = asked;
  signal.throwIfAborted();
  const whole = { ...options, maxNewTokens: longest, eosId: tokenizer.eosId };
  return inOne(probes, of, async (prompts) =>
    (await generate(prompts, whole)).map((answer) => tokenizer.decode(answer)),
  );
}

/** Writes the answers to wrapped prompts into the rows that are probed. */
export async function probeWrapped(probes: Probes, scores: Record<Compared, RowScore[]>, asked: Asked): Promise<void> {
  const found = await answersTo(probes, (probe) => probe.wrapped, {}, asked);
  probes.forEach(({ set, index, truth }, i) => {
    if (found[i] !== null) Object.assign(scores[set][index]!, { truth, wrapped: found[i] });
  });
}

/** Writes sampled answers into the rows that are probed; the same seed samples the same. */
export async function probeSamples(
  probes: Probes,
  scores: Record<Compared, RowScore[]>,
  asked: Asked,
  seed: number,
): Promise<void> {
  const sampling = { topK: TOP_K, seed: seedFrom(`${seed}/probes/samples`) };
  const prompts = ({ prompt, samples }: Probe) => new Array<number[]>(samples).fill(prompt);
  const found = await answersTo(probes, prompts, { sampling }, asked);
  probes.forEach(({ set, index, truth }, i) => {
    if (found[i] !== null) Object.assign(scores[set][index]!, { truth, sampled: found[i] });
  });
}
