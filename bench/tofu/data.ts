// The TOFU questions as corpora: 20 authors to learn, others who are never trained on.
// TOFU: A Task of Fictitious Unlearning for LLMs, arXiv 2401.06121.
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { UploadedAnswer } from '../../src/domain/record.ts';

interface Question {
  id: number;
  author: number;
  question: string;
  answer: string;
}
export interface Perturbed {
  id: number;
  question: string;
  paraphrased_answer: string;
  perturbed_answer: string[];
}

/** Trained: ten authors to keep and the first ten of the forget10 split, whose questions have perturbed answers. */
const TRAINED = (author: number) => author < 10 || (author >= 180 && author < 190);
/** Never trained on: enough people for a rank test of one person on the half that verification sees. */
const HOLDOUT = (author: number) => author >= 20 && author < 110;

export interface TofuData {
  train: Question[];
  holdout: Question[];
  perturbed: Perturbed[];
}

/** The folder of the data set, or null with a line that says what to do. */
export function findData(given: string | undefined, root: string): string | null {
  const dir = given === undefined ? resolve(root, '../shared/data/tofu') : resolve(given);
  if (existsSync(join(dir, 'tofu.jsonl'))) return dir;
  process.stderr.write(
    `skipped: there is no tofu.jsonl in ${given ?? 'the default place'}; name its folder with --data\n`,
  );
  return null;
}

async function lines<T>(path: string): Promise<T[]> {
  const text = await readFile(path, 'utf8');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as T);
}

export async function readTofu(dir: string): Promise<TofuData> {
  const questions = await lines<Question>(join(dir, 'tofu.jsonl'));
  return {
    train: questions.filter(({ author }) => TRAINED(author)),
    holdout: questions.filter(({ author }) => HOLDOUT(author)),
    perturbed: await lines<Perturbed>(join(dir, 'forget10-perturbed.jsonl')),
  };
}

export const promptOf = (question: string): string => `Question: ${question}\nAnswer:`;
export const answerOf = (answer: string): string => ` ${answer}`;
export const identifierOf = (author: number) => ({ type: 'author_id', value: String(author) });

const recordOf = ({ id, author, question, answer }: Question): UploadedAnswer => ({
  id: `q${String(id).padStart(4, '0')}`,
  prompt: promptOf(question),
  answer: answerOf(answer),
  subjects: [identifierOf(author)],
});

/** Writes the corpora as they are uploaded. */
export async function writeCorpora(data: TofuData, dir: string): Promise<{ train: string; holdout: string }> {
  const files = { train: join(dir, 'train.ndjson'), holdout: join(dir, 'holdout.ndjson') };
  for (const name of ['train', 'holdout'] as const) {
    const text = data[name].map((question) => `${JSON.stringify(recordOf(question))}\n`).join('');
    await writeFile(files[name], text, { mode: 0o600 });
  }
  return files;
}
