// Nobody fails for somebody else: a run of several requests that did not pass is split, and its parts are tried alone.
import type { SetRow } from '../domain/record.ts';
import type { Verdict } from '../domain/verification.ts';
import type { ExpungeError, ProblemCode } from '../errors.ts';
import type { RunDeps } from './deps.ts';
import { Fenced, held } from './fence.ts';
import { nameOf, personOf } from './keep-probes.ts';
import type { Claim } from './ports.ts';

/** What records can be the reason of: too many of them, too long ones, one that nothing can be done with, whose text is gone, or that a base has seen. */
const OF_PEOPLE: readonly ProblemCode[] = [
  'forget-set-too-large',
  'compute-failed',
  'memory-budget-exceeded',
  'records-gone',
  'method-not-applicable',
];
export const isOfPeople = ({ code }: ExpungeError): boolean => OF_PEOPLE.includes(code);

interface Unpassed {
  reason: string;
  /** `failed` where any attempt was; null: none was measured. */
  verdict: Verdict | null;
  /** Numbers of the people who stood out, worst first. */
  standingOut: readonly number[];
}

export interface Failing {
  deps: Pick<RunDeps, 'store' | 'worker'>;
  claim: Claim;
  forget: readonly SetRow[];
}

/** Of a person, by the number in the run: the requests that are mostly about them, and those that ask for any record of theirs. */
export interface PeopleRequests {
  mostly(person: number): readonly string[];
  any(person: number): readonly string[];
}

export async function peopleRequests({ deps, claim, forget }: Failing): Promise<PeopleRequests> {
  const numbers = new Map(forget.map((row) => [nameOf(row), row.person]));
  const known = (await deps.store.requestRecords(claim)).filter(({ rows }) => rows.length > 0);
  const byPerson = Map.groupBy(known, ({ rows }) => personOf(rows, numbers));
  const idsOf = (some: typeof known) => some.map(({ request_id }) => request_id);
  return {
    mostly: (person) => idsOf(byPerson.get(person) ?? []),
    any: (person) => idsOf(known.filter(({ rows }) => rows.some((row) => numbers.get(nameOf(row)) === person))),
  };
}

/** The requests that are mostly about these people, in their order. */
async function requestsOf(context: Failing, people: readonly number[]): Promise<string[]> {
  if (people.length === 0) return [];
  const { mostly } = await peopleRequests(context);
  return people.flatMap(mostly);
}

/** Split where verification failed; where it could not tell, fewer people would tell less. */
export async function endUnpassed(
  context: Failing,
  { reason, verdict, standingOut }: Unpassed,
): Promise<{ status: 'needs_review' | 'split'; reason: string }> {
  const { deps, claim } = context;
  if (verdict === 'failed' && claim.run.request_ids.length > 1) {
    const suspects = await requestsOf(context, standingOut);
    const split = await deps.store.splitRun(claim, { reason, verdict, suspects }, deps.worker);
    if (split === null) throw new Fenced();
    if (split) return { status: 'split', reason };
  }
  held(await deps.store.moveRun(claim, 'needs_review', { targets: 'needs_review', reason }, deps.worker));
  return { status: 'needs_review', reason };
}
