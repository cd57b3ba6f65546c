// The ledger of forgetting of a model: what its runs have taken since the last checkpoint that is exact, and when that is enough.
// Pure.
import Type, { type Static } from 'typebox';
import { Digest, Id, Nullable, StringEnum, Timestamp } from './common.ts';
import { ForgettingBudget } from './forgetting-budget.ts';
import { RUN_KINDS } from './run-kinds.ts';
import { GUARANTEES, VERDICTS } from './verification.ts';

/** What a later look at everybody forgotten before has shown. */
const EarlierLook = Type.Object({
  people: Type.Integer({ description: 'People of earlier runs who were looked at again' }),
  people_above: Type.Integer({ description: 'Of them, those above the limit of a memory metric' }),
  unobservable_requests: Type.Integer({
    description: 'Requests whose people nobody can look at any more, or never could',
  }),
  verdict: Nullable(StringEnum(VERDICTS)),
});

export const ForgettingRun = Type.Object({
  run_id: Id,
  kind: StringEnum(RUN_KINDS, 'consolidation: everything was trained again without anybody erased'),
  checkpoint: Digest,
  published_at: Timestamp,
  method: Type.String(),
  guarantee: StringEnum(GUARANTEES, 'As the certificates of the run say'),
  base_saw: Type.Boolean({
    description:
      'A base that the recipe starts from was trained on somebody whom the run, or for a consolidation any before it, has forgotten',
  }),
  requests: Type.Integer(),
  people: Type.Integer(),
  records: Type.Integer(),
  utility: Type.Record(Type.String(), Type.Number(), {
    description: 'On the retain set, by metric: of its parent’s value what is left',
  }),
  earlier: Nullable(EarlierLook),
});
export type ForgettingRun = Static<typeof ForgettingRun>;

const Totals = Type.Object({ requests: Type.Integer(), people: Type.Integer(), records: Type.Integer() });

export const ForgettingLine = Type.Object({
  since: Type.Object(
    {
      checkpoint: Digest,
      run_id: Nullable({ ...Id, description: 'The run that made it; null: the model was registered with it' }),
      at: Timestamp,
    },
    { description: 'The last checkpoint of the line that knew nothing of whom it must not know' },
  ),
  total: Type.Unsafe<Static<typeof Totals>>({ ...Totals, description: 'Forgotten by all published runs' }),
  since_exact: Type.Object({
    ...Totals.properties,
    approximate_runs: Type.Integer({ description: 'Runs whose guarantee is empirical' }),
    utility: Type.Record(Type.String(), Type.Number(), {
      description: 'What is left of the exact checkpoint’s, by metric: the product of what each run left',
    }),
  }),
  earlier: Nullable({ ...EarlierLook, description: 'As the last run of the line found; null: nobody was earlier' }),
  budget: Type.Object({
    ...ForgettingBudget.properties,
    spent: Type.Boolean(),
    reason: Type.String({ description: 'What is left, or what spent it' }),
  }),
  runs: Type.Array(ForgettingRun, { description: 'Published since then, the oldest first' }),
});
export type ForgettingLine = Static<typeof ForgettingLine>;

type Counts = Static<typeof Totals>;

const sum = (runs: readonly Counts[]): Counts =>
  runs.reduce(
    (all, { requests, people, records }) => ({
      requests: all.requests + requests,
      people: all.people + people,
      records: all.records + records,
    }),
    { requests: 0, people: 0, records: 0 },
  );

/** Products by metric, of those that every run has: what one run did not measure is not known of the line. */
function utilityLeft(runs: readonly Pick<ForgettingRun, 'utility'>[]): Record<string, number> {
  const [first, ...others] = runs;
  const metrics = Object.keys(first?.utility ?? {}).filter((name) => others.every(({ utility }) => name in utility));
  return Object.fromEntries(
    metrics.map((name) => [name, runs.reduce((left, { utility }) => left * utility[name]!, 1)]),
  );
}

const lowest = (utility: Readonly<Record<string, number>>): [name: string, left: number] | null =>
  Object.entries(utility).reduce<[string, number] | null>(
    (least, one) => (least === null || one[1] < least[1] ? one : least),
    null,
  );

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

/** Whether what the runs since the last exact checkpoint took is all that they may take, and in words why. */
export function judgeBudget(
  { approximate_runs, utility }: ForgettingLine['since_exact'],
  budget: ForgettingBudget,
): { spent: boolean; reason: string } {
  const most = budget.approximate_runs;
  const least = lowest(utility);
  if (least !== null && least[1] < budget.utility_share) {
    const [name, left] = least;
    const why = `${percent(left)} of ${name} on the retain set is left of the last exact checkpoint’s`;
    return { spent: true, reason: `${why}, less than the ${percent(budget.utility_share)} that the policy asks for.` };
  }
  if (most !== null && approximate_runs >= most)
    return { spent: true, reason: `${approximate_runs} approximate runs since the last exact checkpoint, of ${most}.` };
  const runs = `${approximate_runs} of ${most ?? 'any number of'} approximate runs`;
  const kept =
    least === null ? '' : `; ${percent(least[1])} of ${least[0]} is left, ${percent(budget.utility_share)} may be`;
  return { spent: false, reason: `${runs}${kept}.` };
}

/** `runs`: all published ones of the model's line, the oldest first; `registered`: what it began with. */
export function forgettingLine(
  runs: readonly ForgettingRun[],
  registered: { checkpoint: string; at: string },
  budget: ForgettingBudget,
): ForgettingLine {
  // from a base that knows somebody of the line nothing after them is trained without them
  const known = runs.findIndex(({ base_saw }) => base_saw);
  const last = runs.slice(0, known < 0 ? undefined : known).findLastIndex(({ guarantee }) => guarantee === 'exact');
  const exact = runs[last];
  const since = runs.slice(last + 1);
  const since_exact = {
    ...sum(since),
    approximate_runs: since.filter(({ guarantee }) => guarantee === 'empirical').length,
    utility: utilityLeft(since),
  };
  return {
    since: exact
      ? { checkpoint: exact.checkpoint, run_id: exact.run_id, at: exact.published_at }
      : { ...registered, run_id: null },
    total: sum(runs),
    since_exact,
    earlier: runs.at(-1)?.earlier ?? null,
    budget: { ...budget, ...judgeBudget(since_exact, budget) },
    runs: since,
  };
}

/** What a report says of utility: on the retain set, after as a share of before, of metrics that were more than nothing. */
export const utilityOf = (
  findings: readonly { metric: string; set: string; before: number | null; after: number | null; verdict: unknown }[],
): Record<string, number> =>
  Object.fromEntries(
    findings.flatMap(({ metric, set, before, after, verdict }) =>
      set === 'retain' && verdict !== null && before !== null && after !== null && before > 0
        ? [[metric, after / before] as const]
        : [],
    ),
  );

export const Consolidation = Type.Object(
  {
    id: Id,
    state: StringEnum(
      ['waiting', 'running', 'done', 'failed', 'dropped'] as const,
      'waiting: for its turn, after requests; failed: its run published nothing; dropped: nothing was left to do',
    ),
    why: StringEnum(['asked', 'budget'] as const),
    reason: Nullable(Type.String()),
    run_id: Nullable({ ...Id, description: 'The last run that began for it' }),
    created_at: Timestamp,
  },
  { description: 'A training by the recipe without everybody erased, which makes the line exact again' },
);
export type Consolidation = Static<typeof Consolidation>;

export const Forgetting = Type.Object(
  {
    model_id: Id,
    ...ForgettingLine.properties,
    consolidation: Nullable({ ...Consolidation, description: 'The last that was queued; null: none ever was' }),
    next: Type.String({ description: 'What happens next, or what somebody has to do' }),
  },
  { description: 'The ledger of forgetting of a model' },
);
export type Forgetting = Static<typeof Forgetting>;

/** What stands in the way of training again, or of that being exact; null: nothing does. */
export type Hindrance = keyof typeof HINDRANCES | null;

export const HINDRANCES = {
  recipe:
    'the checkpoint has no recipe to train again from: train the model again without the erased records, with recipe.json beside it, and register that as a model',
  base: 'the base that the recipe starts from is not kept here: register the base checkpoint as a model, and ask for a consolidation',
  seen: 'the base that the recipe starts from was trained on people whom the model has forgotten, so that no training from it is exact: forget them in the base by an exact method, train the model anew from what the base has become, and register that as a model',
  certified:
    'the last layer alone is trained, on features that are taken as they are, so that no training of it is exact: train the whole model again without the erased records, and register that as a model',
} as const;

/** What happens next to a line, in words. */
export function whatNext(
  { budget, since_exact }: Pick<ForgettingLine, 'budget' | 'since_exact'>,
  hindrance: Hindrance,
  consolidation: Pick<Consolidation, 'state'> | null,
): string {
  if (consolidation?.state === 'waiting') return 'A consolidation waits until no request of the model does.';
  if (consolidation?.state === 'running')
    return 'A consolidation is under way; requests that come now go to the next run.';
  if (!budget.spent)
    return since_exact.requests === 0
      ? 'Nothing: the checkpoint in use is exact.'
      : 'Nothing: the budget is not spent.';
  if (hindrance !== null) return `The budget is spent, and ${HINDRANCES[hindrance]}.`;
  if (consolidation?.state === 'failed')
    return 'The budget is spent, and the last consolidation published nothing: see its run, and ask for another one.';
  return 'The budget is spent: a consolidation is queued after the next publication, or when somebody asks for one.';
}
