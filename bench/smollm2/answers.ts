// Greedy answers of checkpoints to a question about somebody forgotten, about somebody kept, and about the world.
import { loadModel } from '../../src/compute/checkpoint.ts';
import type { Engine } from '../../src/domain/engine.ts';
import { createGenerator } from '../../src/training/generate.ts';
import type { TofuData } from '../tofu/data.ts';
import { FORGOTTEN } from './choice.ts';

const LONGEST = 48;
const WORLD = 'What is the capital of France?';

export interface Answer {
  about: string;
  question: string;
  /** As it was learned; null: it was not. */
  truth: string | null;
  /** By the name of the checkpoint. */
  answers: Record<string, string>;
}

/** The longest answer that was learned about an author says most. */
function learned({ train }: TofuData, own: (author: number) => boolean) {
  const [first] = train.filter(({ author }) => own(author)).toSorted((a, b) => b.answer.length - a.answer.length);
  return { question: first!.question, truth: first!.answer };
}

async function ask(engine: Engine, folder: string, questions: string[]): Promise<string[]> {
  const { architecture, config, tokenizer, weights } = await loadModel(folder);
  const state = engine.createState(weights);
  const generate = createGenerator(engine, architecture, config, state);
  const prompts = questions.map((question) => {
    const turns = tokenizer.chat?.turns([
      { role: 'user', content: question },
      { role: 'assistant', content: '?' },
    ]);
    if (!turns) throw new Error('the model has no chat template');
    return turns[0]!.prompt;
  });
  const answers = await generate(prompts, { maxNewTokens: LONGEST, eosId: tokenizer.eosId });
  state.dispose();
  return answers.map((ids) => `${tokenizer.decode(ids).trim()}${ids.length === LONGEST ? ' …' : ''}`);
}

/** `folders`: checkpoint folder by name. */
export async function collectAnswers(
  engine: Engine,
  data: TofuData,
  folders: Record<string, string>,
): Promise<Answer[]> {
  const asked = [
    { about: 'the forgotten author', ...learned(data, (author) => author === FORGOTTEN) },
    { about: 'an author who is kept', ...learned(data, (author) => author !== FORGOTTEN) },
    { about: 'the world', question: WORLD, truth: null },
  ];
  const rows: Answer[] = asked.map((one) => ({ ...one, answers: {} }));
  for (const [name, folder] of Object.entries(folders)) {
    const answers = await ask(
      engine,
      folder,
      asked.map(({ question }) => question),
    );
    rows.forEach((row, i) => {
      row.answers[name] = answers[i]!;
    });
  }
  return rows;
}
