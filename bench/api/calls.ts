// What is called, and who is asked for.
import type { Identifier } from '../../src/domain/record.ts';

interface Common {
  base: string;
  path: string;
  method: 'GET' | 'POST';
  headers: Record<string, string>;
  /** What every answer has to be. */
  status: number;
}
export type Call = Common &
  (
    | { kind: 'plain' }
    /** A person whom nobody has asked for. */
    | { kind: 'accept' }
    /** One of the first `people`. */
    | { kind: 'look-up'; people: number }
    | { kind: 'poll'; polled: { id: string; tag: string }[] }
  );

export interface Loaded {
  per_second: number;
  median_ms: number;
  p99_ms: number;
}

/** People who do not exist; `place` counts from 0. */
export const personOf = (place: number): Identifier => ({ type: 'email', value: `person${place}@example.org` });
