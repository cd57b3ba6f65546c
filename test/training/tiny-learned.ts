// People whom a tiny GPT-2 knows by heart, of whom two are to be forgotten.
import type { Engine, HostTensors } from '../../src/domain/engine.ts';
import type { TokenRow } from '../../src/training/batches.ts';
import { createScorer, meanNll } from '../../src/training/scoring.ts';
import { train } from '../../src/training/train.ts';
import type { PersonRow } from '../../src/training/unlearn.ts';
import { TINY, tinyRows } from './tiny-gpt2.ts';

const { architecture, config } = TINY;
export const PEOPLE = tinyRows(24);
/** By their numbers. */
export const FORGOTTEN = [4, 9];
const isForgotten = ({ person }: PersonRow) => FORGOTTEN.includes(person);
export const SETS = {
  forget: PEOPLE.filter(isForgotten),
  retain: PEOPLE.filter((row) => !isForgotten(row)),
  calibration: tinyRows(30, 60),
};

/** Its weights, and the share of answers that it learned word by word. */
export function learnPeople(engine: Engine): ReturnType<typeof train> {
  const options = { ...TINY.options, steps: 250 };
  return train({
    ...{ engine, architecture, config, weights: TINY.weights(1), rows: PEOPLE, options, orderSeed: 2 },
  });
}

/** Mean answer NLL of each row, nats a token. */
export async function lossesOf(engine: Engine, weights: HostTensors, rows: TokenRow[]): Promise<number[]> {
  const state = engine.createState(weights);
  const scores = await createScorer(engine, architecture, config, state)(rows);
  state.dispose();
  return scores.map(meanNll);
}

/** Their mean. */
export async function lossOf(engine: Engine, weights: HostTensors, rows: TokenRow[]): Promise<number> {
  const losses = await lossesOf(engine, weights, rows);
  return losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
}
