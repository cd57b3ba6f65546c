// The plan that the service makes where no method is named: exact where that is cheap, else the cheapest that passes as a
// rule, and then a ladder.
import type { MethodChoice } from '../../domain/resources.ts';
import { fillParams } from '../../methods/index.ts';
import { estimate } from './estimate.ts';
import type { PlanFacts } from './facts.ts';
import { fitted } from './fit.ts';
import { type ExactChoice, exactChoices } from './offers.ts';

export interface Reasoned {
  choice: MethodChoice;
  reason: string;
}

/** What is tried first where a model has strangers to stand in: it ends soonest, and looks like strangers to every attack. */
export const FIRST = { name: 'stand-in', params: {} };
const WHY_FIRST =
  'Cheapest first: strangers stand in for the forgotten, so that fewest steps end where every attack finds people never seen';
/** In its place where nobody can stand in for anybody, or where that is dear. */
const PLAIN = { name: 'grad-diff', params: {} };
const WHY_PLAIN =
  'Cheapest first: its push does not fade while a word grows dear, so that it reaches what strangers’ dearest words cost';
/** Labels from which on a distribution for every answer token costs more than a step of a small model, and nothing was measured yet. */
const LARGE_VOCABULARY = 16_384;
/** The same again where nothing exact is at hand: it draws anew, and repair, which ends where nobody stands out, goes on for longer. */
const STRONGER = { max_steps: 1200, repair_steps: 90 };
/** Last of all: where the first did not pass, npo rarely did, and it cost as much as a training. */
const OTHER = { name: 'npo', params: { max_steps: 200 } };

/** Share of the records from which on the first method is not tried first: four of twenty authors in one run failed with it. */
const LARGE_SHARE = 0.2;
/** Times the first method's cost that training again may take in its place for that reason. */
const WORTH = 4;
/** Times the first method's cost from which on it is tried again, stronger, before training again. */
const DEAR = 10;

const shown = (seconds: number): string =>
  seconds < 120
    ? `${Math.round(seconds)} s`
    : seconds < 7200
      ? `${Math.round(seconds / 60)} min`
      : `${Math.round(seconds / 3600)} h`;

/** Seconds that all tries together may take. A deadline that has passed asks for nothing but haste. */
const timeLeft = ({ limits: { seconds, due_in_seconds } }: PlanFacts): number =>
  due_in_seconds !== null && due_in_seconds > 0 ? Math.min(seconds, due_in_seconds) : seconds;

/** What a model is trained in shards and slices for. */
const SISA = 'sisa';

/** What training again is; from a base that knows them it is as good as its verification. */
const kindOf = ({ base_saw }: PlanFacts): string =>
  base_saw ? 'Not exact, since the base was trained on them too' : 'Exact';

/** Why an exact method goes before anything else, `name` among it, which takes `first` seconds; null where it does not. */
function whyExactFirst(exact: ExactChoice, name: string, first: number | null, facts: PlanFacts): string | null {
  const { forget, retain } = facts.counts;
  const { seconds } = exact;
  if (exact.choice.name === SISA) {
    const cost = seconds === null ? '' : ` (about ${shown(seconds)})`;
    return `${kindOf(facts)}: the model was trained in shards and slices, and only what held the records is trained again${cost}; a method of steps would end that`;
  }
  if (seconds === null || first === null) return null;
  if (seconds <= first)
    return `${kindOf(facts)}, and estimated to take no longer (${shown(seconds)}) than ${name} (${shown(first)})`;
  // what follows is sure of an exact method alone
  if (facts.base_saw) return null;
  if (seconds + first > timeLeft(facts))
    return `Exact first: in ${shown(timeLeft(facts))} there is time for one try, and this one is exact`;
  const share = forget / (forget + retain);
  if (share >= LARGE_SHARE && seconds <= WORTH * first)
    return `Exact first: ${Math.round(100 * share)} % of the records are to be forgotten, more than ${name} passes with as a rule`;
  return null;
}

const whyLast = ({ seconds }: ExactChoice, first: number | null, facts: PlanFacts): string => {
  const cost =
    seconds === null || first === null ? '' : `, at about ${Math.max(1, Math.round(seconds / first))} times the cost`;
  return `${kindOf(facts)}: for when nothing cheaper passes${cost}`;
};

/** An exact method that ends in time, or of which nobody knows when it ends: by shards where the model has them, else the cheapest. */
function affordable(facts: PlanFacts): ExactChoice | undefined {
  const inTime = exactChoices(facts).filter(({ seconds }) => seconds === null || seconds <= timeLeft(facts));
  return inTime.find(({ choice }) => choice.name === SISA) ?? inTime[0];
}

function withoutExact(facts: PlanFacts): string {
  if (!facts.has_recipe) return 'the checkpoint has no recipe to train again from';
  if (facts.base.status === 'missing') return 'the base that the recipe starts from is not kept here';
  if (facts.base_saw_forgotten)
    return 'the base that the recipe starts from knows somebody whom the model has forgotten before, and training again would bring them back';
  return 'training again fits neither the time nor the memory that there is';
}

const sentence = (reason: string, note: string): string => `${reason}${note === '' ? '' : `; ${note}`}.`;

/** A step of the ladder, made to fit; left out where it cannot be. */
function rung({ name, params }: MethodChoice, reason: string, facts: PlanFacts): Reasoned[] {
  const fits = fitted({ name, params: fillParams(name, params) }, facts);
  return fits === null ? [] : [{ choice: fits.choice, reason: sentence(reason, fits.note) }];
}

/** Whether strangers can stand in for anybody, at a price that was measured. Of a class, the cost is all that there is to be drawn to. */
function standsIn({ model, counts }: PlanFacts): boolean {
  if (model === null || model.architecture.task === 'classification' || counts.holdout === 0) return false;
  return model.architecture.vocabSize(model.config) < LARGE_VOCABULARY;
}

/** The first that fits of what may be tried first; nothing where none does. */
function firstRung(facts: PlanFacts): Reasoned[] {
  const best = standsIn(facts) ? rung(FIRST, WHY_FIRST, facts) : [];
  return best.length > 0 ? best : rung(PLAIN, WHY_PLAIN, facts);
}

/** Where nothing fits: the run refuses it with the figures, and with what would fit. */
const unfit = (): Reasoned => ({
  choice: { name: PLAIN.name, params: fillParams(PLAIN.name) },
  reason: 'No method fits the memory, with adapters and a row at a time neither; the run will say what would.',
});

const ONE_TRY =
  'one try, since without holdout records there is nothing that verification could hold any result against';

/** The ladder; a review follows its last rung. */
export function autoPlan(facts: PlanFacts): Reasoned[] {
  const [first = unfit(), ...more] = rungs(facts);
  if (facts.counts.holdout > 0) return [first, ...more];
  return [{ ...first, reason: sentence(first.reason.replace(/\.$/, ''), ONE_TRY) }];
}

function rungs(facts: PlanFacts): Reasoned[] {
  const first = firstRung(facts);
  const name = first[0]?.choice.name ?? PLAIN.name;
  const seconds = first[0] === undefined ? null : estimate(first[0].choice, facts).seconds;
  const stronger = (reason: string) => rung({ name, params: STRONGER }, reason, facts);
  const exact = affordable(facts);
  if (exact === undefined) {
    const because = withoutExact(facts);
    return [
      ...first,
      ...stronger(`The same with other draws and a longer repair: ${because}`),
      ...rung(OTHER, `Another loss, since ${because}; where the first did not pass, it seldom does`, facts),
    ];
  }
  const step = (reason: string): Reasoned => ({ choice: exact.choice, reason: sentence(reason, exact.note) });
  const alone = first.length === 0 ? `${kindOf(facts)}: no cheaper method fits the memory` : null;
  const before = whyExactFirst(exact, name, seconds, facts) ?? alone;
  if (before !== null) return [step(before), ...first];
  const dear = exact.seconds !== null && seconds !== null && exact.seconds > DEAR * seconds;
  const more = dear ? stronger('The same with other draws and a longer repair, before training again') : [];
  const tried = more.reduce((sum, { choice }) => sum + (estimate(choice, facts).seconds ?? 0), 0);
  // it goes where it would take the time that the exact step needs to end
  const again = dear && exact.seconds! + seconds! + tried > timeLeft(facts) ? [] : more;
  return [...first, ...again, step(whyLast(exact, seconds, facts))];
}
