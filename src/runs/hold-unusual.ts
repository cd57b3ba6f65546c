// A run that finds, before it unlearns anything, that somebody whom it is to forget is unusual.
import type { Suspicion, UnusualPerson } from '../domain/suspicion.ts';
import { Fenced } from './fence.ts';
import { type Failing, requestsOf } from './split-run.ts';

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

/** The requests that these people are of wait for approval. Throws `Fenced`. */
export async function holdUnusual(
  context: Failing,
  people: readonly UnusualPerson[],
): Promise<{ status: 'held'; reason: string }> {
  const { deps, claim } = context;
  const unusual = [];
  for (const person of people)
    for (const request_id of await requestsOf(context, [person.person]))
      unusual.push({ request_id, suspicion: suspicionOf(claim.model.id, person) });
  const worst = [...Map.groupBy(unusual, ({ request_id }) => request_id).values()].map(([first]) => first!);
  if (!(await deps.store.holdUnusual(claim, worst, HELD, deps.worker))) throw new Fenced();
  return { status: 'held', reason: HELD };
}
