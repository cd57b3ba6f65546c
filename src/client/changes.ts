// Polling that costs the service next to nothing: it is told what was seen last, and answers 304 while nothing is new.
import { ProblemError } from './problem.ts';

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

export interface Seen<T> {
  data: T;
  /** False when it is what the look before gave. */
  changed: boolean;
}

/** One look at a resource. Rejects with ProblemError. */
export type Look<T> = (headers?: Record<string, string>) => Promise<Seen<T>>;

/**
 * Looks at one resource again and again by its entity tag:
 * `poller((headers) => api.GET('/v1/runs/{id}', { params: { path: { id } }, headers }))`.
 * Headers of a look (`prefer: 'wait=30'`) go beside the tag: then the answer comes when something has changed.
 */
export function poller<T>(get: (headers: Record<string, string>) => Promise<Answer<T>>): Look<T> {
  let last: { tag: string; data: T } | null = null;
  return async (headers = {}) => {
    const { data, error, response } = await get({ ...headers, ...(last && { 'if-none-match': last.tag }) });
    if (response.status === 304 && last !== null) return { data: last.data, changed: false };
    if (!response.ok || data === undefined) throw new ProblemError(response, error);
    const tag = response.headers.get('etag');
    last = tag === null ? null : { tag, data };
    return { data, changed: true };
  };
}
