// One request of a soak from its first call to its last; what happens to it then is the service's business.
import { setTimeout as sleep } from 'node:timers/promises';
import type { RequestState } from '../../src/domain/states.ts';
import { stayingRecords } from './cast.ts';
import { type Asked, KINDS } from './script.ts';
import type { Answer, Stubborn } from './stubborn.ts';

/** One step of the mildest kind. */
const POWERLESS = { name: 'gradient-ascent', params: { max_steps: 1, repair_steps: 0, learning_rate: 1e-9 } };
/** Away from everybody asked for, as far as its steps reach. */
const RUINOUS = {
  name: 'gradient-ascent',
  params: { hinge: false, max_steps: 60, repair_steps: 0, learning_rate: 0.01 },
};
const PAUSE_MS = 400;

export interface Filed {
  asked: Asked;
  id: string;
  ends: RequestState;
}

/** Whom it is about: a person, or in an attack the records of all who stay. */
const aboutOf = ({ kind, email, models: [model = 0] }: Asked, modelIds: readonly string[]) =>
  kind === 'attack'
    ? { record_ids: stayingRecords(model), model_id: modelIds[model]!, targets: [modelIds[model]!], method: RUINOUS }
    : { subject: { identifiers: [{ type: 'email', value: email }] } };

const bodyOf = (asked: Asked, modelIds: readonly string[]) => ({
  ...aboutOf(asked, modelIds),
  ground: 'consent_withdrawn',
  external_id: `soak-${asked.index}`,
  ...(asked.kind === 'stubborn' ? { method: POWERLESS } : {}),
  // so many would be looked at again that chance alone kept every run from passing: some are
  reverify_for: asked.kind === 'held' ? 'P30D' : 'P0D',
  ...(asked.kind === 'withdrawn' ? { cooling_off_hours: 24 } : {}),
  ...(['denied', 'verified', 'held'].includes(asked.kind) ? { verified: false } : {}),
});

const said = ({ status, body }: Answer): string => `${status} ${body.code ?? ''} ${body.detail ?? ''}`.trim();

async function create(client: Stubborn, asked: Asked, modelIds: readonly string[]): Promise<string> {
  const call = () => client.post('/v1/deletion-requests', bodyOf(asked, modelIds), `create-${asked.index}`);
  const answers = await Promise.all(asked.twice ? [call(), call()] : [call()]);
  const ids = answers.map((answer) => {
    if (answer.status === 202) return String(answer.body.id);
    // the first try was carried out, and its answer lost
    const made = ['external-id-taken', 'already-open'].includes(String(answer.body.code));
    if (made && (answer.again || asked.twice)) return String(answer.body.existing).split('/').at(-1)!;
    throw new Error(`request ${asked.index} (${asked.kind}) was answered ${said(answer)}`);
  });
  if (new Set(ids).size !== 1) throw new Error(`request ${asked.index} was made as ${ids.join(' and ')}`);
  return ids[0]!;
}

/** Whether the action was carried out; a conflict says that it was not, or that an earlier try was. */
async function act(
  client: Stubborn,
  { asked, id }: Omit<Filed, 'ends'>,
  verb: string,
  body: unknown,
): Promise<boolean> {
  const answer = await client.post(`/v1/deletion-requests/${id}/${verb}`, body, `${verb}-${asked.index}`);
  if (answer.status === 200) return true;
  if (answer.status !== 409) throw new Error(`${verb} of request ${asked.index} was answered ${said(answer)}`);
  const { items } = (await client.get(`/v1/deletion-requests/${id}/events`)).body as { items: { action: string }[] };
  return items.some(({ action }) => action === verb);
}

const reason = 'a reason made up for the soak';

/** Files the request and does to it what its kind says. Throws for whatever a client must not be answered. */
export async function file(client: Stubborn, asked: Asked, modelIds: readonly string[]): Promise<Filed> {
  const one = { asked, id: await create(client, asked, modelIds) };
  const must = async (verb: string, body: unknown = { reason }) => {
    await sleep(PAUSE_MS);
    if (!(await act(client, one, verb, body))) throw new Error(`${verb} of request ${asked.index} was refused`);
  };
  const ends = KINDS[asked.kind].ends;
  if (asked.kind === 'withdrawn') await must('cancel');
  if (asked.kind === 'denied') await must('deny', { code: 'identity_not_verified', reason });
  if (asked.kind === 'held') for (const verb of ['hold', 'release']) await must(verb);
  if (asked.kind === 'held' || asked.kind === 'verified') await must('verify');
  if (ends !== null) return { ...one, ends };
  return { ...one, ends: (await act(client, one, 'cancel', { reason })) ? 'cancelled' : 'completed' };
}
