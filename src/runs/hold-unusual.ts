// A run that finds, before it unlearns anything, that the model does not know somebody whom it is to forget.
import type { Suspicion } from '../domain/suspicion.ts';
import type { UnusualPerson } from '../domain/unusual-costs.ts';
import { Fenced } from './fence.ts';
import { type Failing, requestsOf } from './split-run.ts';

/** Thrown by the first stage of a run; what it says is for its requests alone. */
export class Unusual extends Error {
  readonly people: readonly UnusualPerson[];
  constructor(people: readonly UnusualPerson[]) {
    super('The model does not know what it is to forget');
    this.people = people;
  }
}

const HELD =
  'Requests of the run are about records that the model never fitted; they wait for approval, the others for another run.';
const shown = (value: number): string => value.toPrecision(3);

function suspicionOf(model_id: string, { value, limit }: UnusualPerson): Suspicion {
  const text = `its records cost the model ${shown(value)} nats a label, as if it had never been trained on them; up to ${shown(limit)} needs nobody’s approval`;
  const signal = { signal: 'unlearned-loss' as const, value, limit, text };
  return { score: Number((value / limit).toPrecision(3)), model_id, signals: [signal] };
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
