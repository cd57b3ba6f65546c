// What an answer of /health/ready means for a start: whether the service can be used, and what is to be said of the rest. Pure.
import Type from 'typebox';
import { Value } from 'typebox/value';

/** Why parts are down, by part. */
export type Reasons = Record<string, string>;

const NotReady = Type.Object({ reasons: Type.Record(Type.String(), Type.String()) });

/** Nothing can be asked of the API without them. */
const NEEDED = ['database', 'migrations'];
/** How long parts get that may still be starting. What a disk lacks does not come by waiting. */
const STARTING_MS: Partial<Record<string, number>> = { queue: 15_000, workers: 15_000 };

const REMEDIES: Partial<Record<string, string>> = {
  disk: 'Free room (models can be deleted and checkpoints retired meanwhile), or correct the setting.',
  queue: 'Requests are taken and wait; start the Redis at REDIS_URL, if that is set.',
  workers: 'READY_NEEDS_WORKER asks for one: see the log of the worker.',
};

/** Null: this is not an answer of a service that is not ready, such as one beyond the limit of calls. */
export const reasonsOf = (body: unknown): Reasons | null => (Value.Check(NotReady, body) ? body.reasons : null);

/** Whether the API does its work, if not all of it: room can be made by it, and requests can be taken. */
export const serves = (reasons: Reasons): boolean => !NEEDED.some((part) => part in reasons);

/** How long what is missing may yet come, in milliseconds. */
export const graceMs = (reasons: Reasons): number =>
  Math.max(0, ...Object.keys(reasons).map((part) => STARTING_MS[part] ?? 0));

export const warningsOf = (reasons: Reasons): string[] =>
  Object.entries(reasons).map(([part, why]) =>
    [`${part}: ${why.replace(/\.$/, '')}.`, REMEDIES[part]].filter((text) => text !== undefined).join(' '),
  );

/** For an error: with a space before it, or empty where no reason was heard. */
export const shownReasons = (reasons: Reasons | null): string =>
  reasons === null
    ? ''
    : ` (${Object.entries(reasons)
        .map(([part, why]) => `${part}: ${why}`)
        .join('; ')})`;
