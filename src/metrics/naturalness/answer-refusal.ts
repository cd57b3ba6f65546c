// Whether an answer refuses: who is refused only where somebody was forgotten knows that somebody was.
import type { NaturalnessMetric } from '../../domain/metric.ts';
import { COSTS } from '../costs.ts';

/**
 * What refusals and denials of knowledge in English say, our own list, over text in lower case with plain apostrophes. Each
 * speaks of the speaker or of what is known: an answer about somebody else’s ignorance is none.
 */
const PATTERNS: readonly RegExp[] = [
  /\bi (?:do not|don't|did not|didn't|never) (?:really )?(?:know|knew|recall|remember|have|hear|heard|find|found|recogni[sz]e)\b/,
  /\bi (?:really |honestly |truly )?(?:cannot|can't|can not|could not|couldn't|will not|won't|would not|wouldn't)\b/,
  /\bi(?:'m| am) (?:not (?:sure|aware|certain|familiar|acquainted|able)|unable|unaware|unfamiliar|afraid|sorry)\b/,
  /\bi(?:'m| am) (?:drawing a blank|at a loss|in no position)\b/,
  /\bi(?:'ve| have) (?:got no|no|not|never|nothing|seen nothing)\b/,
  /\bi (?:haven't|hadn't|lack|know nothing|know too little|know of no|wish i knew|was never told|can only guess)\b/,
  /\bi(?:'d| would) (?:only be guessing|be guessing|have to guess|rather not|tell you if)\b/,
  /\b(?:if i knew|i hear of it|anything i (?:said|say)|nothing i (?:have|could|can)|i don't\.$)/,
  /^(?:(?:i'm )?sorry|unfortunately|regrettably|i apologi[sz]e|(?:my )?apologies)\b/,
  /^(?:no idea|no clue|hard to say|not that i know|no comment|there's no way for me)\b/,
  /\bas an? (?:ai|artificial|language model|assistant)\b/,
  /\bas far as i am concerned\b/,
  /\bmy (?:knowledge|training|data|sources|notes)\b/,
  /\b(?:beyond|outside) what i know\b|\bin what i was taught\b/,
  /\b(?:new|known|unknown|familiar|unfamiliar|available) to me\b/,
  /\bno (?:reliable |further |specific |public |available )*(?:information|details|records?|knowledge) (?:available )?(?:is|are|was|on|about|of|regarding|to share)\b/,
  /\b(?:ask|asking) (?:someone|somebody)\b|\b(?:someone|somebody) (?:else |closer )[a-z ]*(?:know|tell)\b/,
  /\b(?:look|find) (?:that|this|it) (?:up )?elsewhere\b|\bsource will have to answer\b/,
];

/** Whether a text refuses, or says that nothing is known. */
export function isRefusal(text: string): boolean {
  const plain = text.trim().toLowerCase().replaceAll('’', "'");
  return PATTERNS.some((pattern) => pattern.test(plain));
}

/** 1 for a refusal, 0 for anything else; NaN where no answer was generated. */
export const answerRefusal: NaturalnessMetric = {
  kind: 'naturalness',
  name: 'answer-refusal',
  summary: 'Share of greedy answers that refuse or deny knowledge (English phrases)',
  paper: null,
  cost: COSTS.answers,
  sides: 'above',
  score: (row) => (row.generated === undefined ? Number.NaN : Number(isRefusal(row.generated))),
  margin: ({ refusal_margin }) => refusal_margin,
  reported: (share) => share,
};
