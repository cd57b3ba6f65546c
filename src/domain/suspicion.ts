// How unusual a forget set is for the model it is about, before anything is computed: what over-unlearning and slow-down attacks need is
// large sets, or dear ones. Pure; docs/abuse.md explains the numbers.
import Type, { type Static } from 'typebox';
import { StringEnum } from './common.ts';

const SIGNALS = [
  'request-size',
  'records-budget',
  'people-budget',
  'compute-budget',
  'unlearned-loss',
  'steep-gradient',
  'shard-spread',
] as const;

export const Signal = Type.Object({
  signal: StringEnum(SIGNALS),
  value: Type.Number({
    description:
      'What the request comes to, in records, requests, seconds, nats, norms, or sets of which one is as dear',
  }),
  limit: Type.Number({ description: 'What needs nobody’s approval' }),
  text: Type.String({ description: 'The same in words' }),
});
export type Signal = Static<typeof Signal>;

/** Somebody whom a run found unusual before it forgot anything; their number in the run. */
export type UnusualPerson = Signal & { person: number };

/** Of a request that waits for approval because of what it asks for. */
export const Suspicion = Type.Object({
  score: Type.Number({ description: 'The largest value in parts of its limit; above 1 a request waits for approval' }),
  model_id: Type.String({ format: 'uuid', description: 'The model that the signals are about' }),
  signals: Type.Array(Signal, { description: 'Those above their limits' }),
});
export type Suspicion = Static<typeof Suspicion>;

/** What a tenant may do to a model without anybody’s approval; 0 switches a limit off. */
export interface ForgetBudget {
  window_ms: number;
  /** Of a model's training records, and of its people, within the window. */
  share: number;
  /** So many people in any case, and the records that as many have on average: small models would have no budget otherwise. */
  people: number;
  /** One request alone is usual up to the records of so many people. */
  request_people: number;
  /** Of runs of the tenant within the window. */
  compute_seconds: number;
}

export interface ForgetSetFacts {
  /** Training records that the request is about and that the model has not forgotten. */
  records: number;
  /** What the model was trained on; `people` is 0 where no record names anybody. */
  trained: { records: number; people: number };
  /** What earlier requests of the window ask of the model, of the same tenant: carried out, waiting or approved. */
  before: { requests: number; records: number };
  /** Null: nobody asked what it costs. `estimated` is of this request alone; null where nothing is known of it. */
  seconds: { spent: number; estimated: number | null } | null;
}

/** A single request is never unusual below this share of the records. */
const USUAL_SHARE = 0.02;

const percent = (part: number, whole: number): string => `${((100 * part) / whole).toPrecision(2)} %`;
const whole = (value: number): string => Math.round(value).toString();

function sizeOf({ records, trained }: ForgetSetFacts, { request_people }: ForgetBudget, each: number): Signal | null {
  if (request_people === 0) return null;
  const limit = Math.max(request_people * each, USUAL_SHARE * trained.records);
  const text = `${records} records, ${percent(records, trained.records)} of what the model was trained on, and as many as ${whole(records / each)} people have on average`;
  return { signal: 'request-size', value: records, limit, text };
}

function recordsOf({ records, trained, before }: ForgetSetFacts, budget: ForgetBudget, each: number): Signal | null {
  if (budget.share === 0) return null;
  const value = before.records + records;
  const limit = Math.max(budget.people * each, budget.share * trained.records);
  const text = `with it ${value} records of the model were asked for within the window, ${percent(value, trained.records)} of all`;
  return { signal: 'records-budget', value, limit, text };
}

function peopleOf({ trained, before }: ForgetSetFacts, { share, people }: ForgetBudget): Signal | null {
  if (share === 0) return null;
  const value = before.requests + 1;
  const text = `it is request ${value} about the model within the window`;
  return { signal: 'people-budget', value, limit: Math.max(people, share * trained.people), text };
}

function computeOf({ seconds }: ForgetSetFacts, { compute_seconds: limit }: ForgetBudget): Signal | null {
  if (limit === 0 || seconds === null) return null;
  const { spent, estimated } = seconds;
  const text = `runs took ${whole(spent)} s within the window, and this one is estimated at ${estimated === null ? 'nobody knows what' : `${whole(estimated)} s`}`;
  return { signal: 'compute-budget', value: spent + (estimated ?? 0), limit, text };
}

/** How far each signal is, in the order of `SIGNALS`; those that are switched off are left out. Where nothing is to be forgotten there are none. */
export function signalsOf(facts: ForgetSetFacts, budget: ForgetBudget): Signal[] {
  const { records, trained } = facts;
  if (records === 0 || trained.records === 0) return [];
  // records that name nobody are each a person's: there is no telling how many belong together
  const each = trained.people === 0 ? 1 : Math.max(1, trained.records / trained.people);
  return [
    sizeOf(facts, budget, each),
    recordsOf(facts, budget, each),
    peopleOf(facts, budget),
    computeOf(facts, budget),
  ].filter((signal) => signal !== null);
}

/** In parts of the limit: 1 is what is just allowed. */
export const scoreOf = (signals: readonly Signal[]): number =>
  signals.reduce((most, { value, limit }) => Math.max(most, value / limit), 0);

/** Why the request has to be approved; null where it has not. */
export function suspicionOf(model_id: string, facts: ForgetSetFacts, budget: ForgetBudget): Suspicion | null {
  const signals = signalsOf(facts, budget);
  const score = scoreOf(signals);
  if (score <= 1) return null;
  const above = signals.filter(({ value, limit }) => value > limit);
  return { score: Number(score.toPrecision(3)), model_id, signals: above };
}
