// The TOFU questions as corpora: some authors to learn, others who are never trained on.
// TOFU: A Task of Fictitious Unlearning for LLMs, arXiv 2401.06121.
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { LanguageRecord, Message, UploadedRecord } from '../../src/domain/record.ts';

export interface Question {
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

/** What a model is given and learns of a question. */
type Content = { prompt: string; answer: string } | { messages: Message[] };

/** Which questions a benchmark takes, and how they are put to the model. */
export interface Choice {
  choose(questions: Question[]): { train: Question[]; holdout: Question[] };
  content(question: string, answer: string): Content;
}

export interface TofuData {
  train: Question[];
  holdout: Question[];
  perturbed: Perturbed[];
  /** A question with an answer as a record. */
  record(question: string, answer: string): LanguageRecord;
}

/** Trained: ten authors to keep and the first ten of the forget10 split, whose questions have perturbed answers. */
const TRAINED = (author: number) => author < 10 || (author >= 180 && author < 190);
/** Never trained on: enough people for a rank test of one person on the half that verification sees. */
const HOLDOUT = (author: number) => author >= 20 && author < 110;

/** All questions about twenty authors, as a model without a chat template is asked. */
export const TWENTY_AUTHORS: Choice = {
  choose: (questions) => ({
    train: questions.filter(({ author }) => TRAINED(author)),
    holdout: questions.filter(({ author }) => HOLDOUT(author)),
  }),
  content: (question, answer) => ({ prompt: `Question: ${question}\nAnswer:`, answer: ` ${answer}` }),
};

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

export async function readTofu(dir: string, { choose, content }: Choice): Promise<TofuData> {
  return {
    ...choose(await lines<Question>(join(dir, 'tofu.jsonl'))),
    perturbed: await lines<Perturbed>(join(dir, 'forget10-perturbed.jsonl')),
    record: (question, answer) => ({ id: 'q', ...content(question, answer) }),
  };
}

export const identifierOf = (author: number) => ({ type: 'author_id', value: String(author) });

const uploaded = (data: TofuData, { id, author, question, answer }: Question): UploadedRecord => ({
  ...data.record(question, answer),
  id: `q${String(id).padStart(4, '0')}`,
  subjects: [identifierOf(author)],
});

/** Writes the corpora as they are uploaded. */
export async function writeCorpora(data: TofuData, dir: string): Promise<{ train: string; holdout: string }> {
  const files = { train: join(dir, 'train.ndjson'), holdout: join(dir, 'holdout.ndjson') };
  for (const name of ['train', 'holdout'] as const) {
    const text = data[name].map((question) => `${JSON.stringify(uploaded(data, question))}\n`).join('');
    await writeFile(files[name], text, { mode: 0o600 });
  }
  return files;
}
