// A run that finds, before it unlearns anything, that somebody whom it is to forget is unusual.
import type { Suspicion, UnusualPerson } from '../domain/suspicion.ts';
import { Fenced } from './fence.ts';
import { type Failing, type PeopleRequests, peopleRequests } from './split-run.ts';

/** Thrown by the first stage of a run; what it says is for its requests alone. */
export class Unusual extends Error {
  readonly people: readonly UnusualPerson[];
  constructor(people: readonly UnusualPerson[]) {
    super('What is to be forgotten is unusual');
    this.people = people;
  }
}

const HELD =
  'Requests of the run are about unusual records, as their suspicion says; they wait for approval, the others for another run.';

function suspicionOf(model_id: string, { person: _, ...signal }: UnusualPerson): Suspicion {
  return { score: Number((signal.value / signal.limit).toPrecision(3)), model_id, signals: [signal] };
}

/** A request for records of several people is mostly about one of them; it would come back for ever if the others held nobody. */
function heldFor({ mostly, any }: PeopleRequests, person: number): readonly string[] {
  const own = mostly(person);
  return own.length > 0 ? own : any(person);
}

/** The requests that these people are of wait for approval. Throws `Fenced`. */
export async function holdUnusual(
  context: Failing,
  people: readonly UnusualPerson[],
): Promise<{ status: 'held'; reason: string }> {
  const { deps, claim } = context;
  const requests = await peopleRequests(context);
  const unusual = people.flatMap((person) =>
    heldFor(requests, person.person).map((request_id) => ({
      request_id,
      suspicion: suspicionOf(claim.model.id, person),
    })),
  );
  const worst = [...Map.groupBy(unusual, ({ request_id }) => request_id).values()].map(([first]) => first!);
  if (!(await deps.store.holdUnusual(claim, worst, HELD, deps.worker))) throw new Fenced();
  return { status: 'held', reason: HELD };
}
