// Other answers to the forgotten prompts, as rows: a few for each forget row, with the ids of its prompt as they are.
import { createRandom, type Random, seedFrom } from '../domain/random.ts';
import { ExpungeError } from '../errors.ts';
import type { TokenRow } from './batches.ts';
import { type ExampleRow, exampleRow } from './classification.ts';
import type { Generator } from './generate.ts';
import type { RecordRow } from './rows.ts';
import type { Scorer } from './scoring.ts';

/** A row that says where a model is asked to go on. */
export type CuedRow = Pick<RecordRow, 'ids' | 'promptLength' | 'cue'>;

export interface DrawOptions {
  /** For each forget row, at most. */
  answers: number;
  seed: number;
  contextLength: number;
  /** Other answers also begin within the true one, spread over it. */
  within?: boolean;
}

/** Retain records that an answer is looked for in: enough to hold each kind of question many times. */
const LOOKED_AT = 4096;
/** Records that ask nearest to the same, of which one is taken by chance. */
const NEAREST = 20;

const randomOf = (row: number, { seed }: Pick<DrawOptions, 'seed'>): Random =>
  createRandom(seedFrom(`other answers ${seed} ${row}`));
const answerOf = ({ ids, cue }: CuedRow): Int32Array => ids.subarray(cue);
const same = (a: ArrayLike<number>, b: ArrayLike<number>): boolean =>
  a.length === b.length && Array.from(a).every((id, i) => id === b[i]);

/** The prompt of a row, and `at` tokens of its answer, with what is learned to follow. */
const answered = ({ ids, cue }: CuedRow, answer: ArrayLike<number>, at = 0): TokenRow => ({
  ids: Int32Array.from([...ids.subarray(0, cue + at), ...Array.from(answer)]),
  promptLength: cue + at,
});

/** Tokens of the true answer before the `i`th of the other ones; its last token, which mostly ends it, is not one of them. */
const startOf = (row: CuedRow, i: number, { answers, within }: DrawOptions): number =>
  within ? Math.floor((i * Math.max(1, answerOf(row).length - 1)) / answers) : 0;

/**
 * Refusals by chance, of those that fit. `encode`: ids of one of them as row `row` would have it, its ending included. Throws
 * `method-not-applicable` where none fits beside a prompt.
 */
export function refusalRows(
  rows: readonly CuedRow[],
  refusals: readonly string[],
  encode: (row: number, refusal: string) => readonly number[],
  options: DrawOptions,
): TokenRow[][] {
  const { answers, contextLength } = options;
  return rows.map((row, r) => {
    const found: TokenRow[] = [];
    for (const refusal of randomOf(r, options).shuffle([...refusals])) {
      // every second follows the bare prompt, or the model would learn to say something true before it refuses
      const at = found.length % 2 === 0 ? 0 : startOf(row, found.length, options);
      const candidate = answered(row, encode(r, refusal), at);
      if (candidate.ids.length <= contextLength) found.push(candidate);
      if (found.length === answers) break;
    }
    if (found.length > 0) return found;
    throw new ExpungeError(
      'method-not-applicable',
      `No refusal fits the model’s context of ${contextLength} tokens beside a prompt of ${row.cue}. Choose altpo or random-label, which need no words of ours.`,
    );
  });
}

/** Ids of a prompt, and which follow each other. */
export function features({ ids, cue }: Pick<CuedRow, 'ids' | 'cue'>): Map<string, number> {
  const bag = new Map<string, number>();
  const add = (key: string) => bag.set(key, (bag.get(key) ?? 0) + 1);
  for (let i = 0; i < cue; i++) {
    add(String(ids[i]));
    if (i > 0) add(`${ids[i - 1]} ${ids[i]}`);
  }
  return bag;
}

/** What two prompts share, of all that they hold: 1 for the same. */
export function likeness(a: Map<string, number>, b: Map<string, number>): number {
  let [shared, all] = [0, 0];
  for (const [key, count] of a) shared += Math.min(count, b.get(key) ?? 0);
  for (const bag of [a, b]) for (const count of bag.values()) all += count;
  return all === 0 ? 1 : shared / (all - shared);
}

/**
 * Answers of retain records whose prompts look most like the forgotten one: where records ask for attributes of people, these
 * are mostly values of the same attribute. Throws `method-not-applicable` where every answer is the forgotten one or too long.
 */
export function otherAnswerRows(
  forget: readonly CuedRow[],
  retain: readonly CuedRow[],
  options: DrawOptions,
): TokenRow[][] {
  const { seed, answers, contextLength } = options;
  const sample = createRandom(seed)
    .shuffle([...retain])
    .slice(0, LOOKED_AT);
  const known = sample.map((row) => ({ row, bag: features(row) }));
  return forget.map((row, r) => {
    const bag = features(row);
    const fitting = known
      .filter((one) => !same(answerOf(one.row), answerOf(row)))
      .filter((one) => row.cue + answerOf(one.row).length <= contextLength)
      .map((one) => ({ answer: answerOf(one.row), like: likeness(bag, one.bag) }))
      .sort((a, b) => b.like - a.like);
    if (fitting.length > 0) {
      const nearest = fitting.slice(0, Math.max(NEAREST, answers));
      const drawn = randomOf(r, options).shuffle(nearest).slice(0, answers);
      return drawn.map(({ answer }, i) => {
        const at = Math.min(startOf(row, i, options), answer.length - 1);
        return answered(row, answer.subarray(at), at);
      });
    }
    throw new ExpungeError(
      'method-not-applicable',
      'No retain record has another answer that fits behind a forgotten prompt. Choose a method that takes no other labels.',
    );
  });
}

/** Other classes by chance, each at most once. */
export function otherClassRows(
  forget: readonly ExampleRow[],
  classes: number,
  options: Omit<DrawOptions, 'contextLength'>,
): TokenRow[][] {
  return forget.map(({ seen, ids }, r) => {
    const others = Array.from({ length: classes }, (_, label) => label).filter((label) => label !== ids[1]);
    const random = randomOf(r, options);
    return random
      .shuffle(others)
      .slice(0, options.answers)
      .map((label) => exampleRow(seen, label));
  });
}

/** Tokens of the longest row that `sampledRows` can make. */
export function longestSampled(rows: readonly CuedRow[], contextLength: number): number {
  const most = (of: (row: CuedRow) => number) => rows.reduce((longest, row) => Math.max(longest, of(row)), 0);
  return Math.min(contextLength, most(({ cue }) => cue) + most((row) => answerOf(row).length));
}

/** Where an answer that is not the true one leaves it, by the model's own odds; its end is no place to leave it at. */
function leavingAt(logProbs: ArrayLike<number>, random: Random): number {
  const places = Math.max(1, logProbs.length - 1);
  let stayed = 1;
  const odds = Array.from({ length: places }, (_, at) => {
    const own = Math.exp(logProbs[at]!);
    const leaves = stayed * (1 - own);
    stayed *= own;
    return leaves;
  });
  const all = odds.reduce((sum, one) => sum + one, 0);
  if (!(all > 0)) return random.int(places);
  let left = random.next() * all;
  return odds.findIndex((one) => {
    left -= one;
    return left < 0;
  });
}

/**
 * Answers as the model gives them at temperature 1 when they are not the forgotten one: a model that is sure of what it learned
 * would be asked for ever. Where they leave it is drawn by the odds of leaving it there, the token there among the others, and
 * the rest is the model's. `score`: of the rows, under the same weights.
 */
export async function sampledRows(
  rows: readonly CuedRow[],
  model: { generate: Generator; score: Scorer },
  { answers, eosId, ...options }: DrawOptions & { eosId: number },
): Promise<TokenRow[][]> {
  const scores = await model.score([...rows]);
  const longest = Math.max(1, ...rows.map((row) => answerOf(row).length));
  const drawn = rows.flatMap((row, r) => {
    const random = randomOf(r, options);
    const own = scores[r]!.logProbs.subarray(row.cue - row.promptLength);
    return Array.from({ length: answers }, () => ({ row, at: row.cue + leavingAt(own, random) }));
  });
  const written = await model.generate(
    drawn.map(({ row, at }) => [...row.ids.subarray(0, at)]),
    {
      maxNewTokens: longest,
      eosId,
      sampling: { seed: seedFrom(`other answers ${options.seed}`) },
      barred: drawn.map(({ row, at }) => row.ids[at]!),
    },
  );
  const found = rows.map((): TokenRow[] => []);
  drawn.forEach(({ row, at }, i) => {
    const answer = [...row.ids.subarray(row.cue, at), ...written[i]!];
    // what was cut short has no end
    const ended =
      written[i]!.length < longest && answer.length < longest && row.cue + answer.length < options.contextLength;
    found[Math.floor(i / answers)]!.push(answered(row, ended ? [...answer, eosId] : answer.slice(0, longest)));
  });
  return found;
}
