// What the real model learns: few questions, so that a run ends within the hour on two cores.
import type { Choice, Question } from '../tofu/data.ts';

/** The first of the split whose questions have perturbed answers. */
export const FORGOTTEN = 180;
const KEPT = [0, 1, 2];
/** Never trained on. One person can be told from forty others at the level of verification, and these are halved. */
const STRANGERS = { from: 20, to: 100 };
/** Of the twenty about each author those with the shortest answers: a step takes as long as its longest row. */
const EACH = 10;

function shortest(questions: readonly Question[]): Question[] {
  const byLength = questions.toSorted((a, b) => a.answer.length - b.answer.length || a.id - b.id);
  return byLength.slice(0, EACH);
}

export const FEW_AUTHORS: Choice = {
  choose(questions) {
    const about = (author: number) => shortest(questions.filter((question) => question.author === author));
    const strangers = Array.from({ length: STRANGERS.to - STRANGERS.from }, (_, i) => STRANGERS.from + i);
    return {
      train: [FORGOTTEN, ...KEPT].flatMap(about),
      // every third from the shortest to the longest: on average as long as what is learned
      holdout: strangers.flatMap((author) => about(author).filter((_, i) => i % 3 === 0)),
    };
  },
  content: (question, answer) => ({
    messages: [
      { role: 'user', content: question },
      { role: 'assistant', content: answer },
    ],
  }),
};
