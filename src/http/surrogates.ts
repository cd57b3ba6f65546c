// Half a surrogate pair: JSON can write it as an escape, UTF-8 and hashes cannot, so that two people's texts would be one.
import { invalidField } from './validation.ts';

/** Text that came as UTF-8 holds whole pairs; an escape may hold half of one. */
const ESCAPED = /\\u[dD][89a-fA-F]/;
/** Any other name may be the client's own, and somebody's: a pointer ends before it. */
const FIELD = /^[a-z][a-z0-9_]{0,39}$/;
const DETAIL = 'holds half a surrogate pair; send whole characters';

interface Place {
  value: unknown;
  pointer: string;
  /** No deeper place is told apart. */
  ends: boolean;
}

const inside = ({ pointer, ends }: Place, name: string | number, value: unknown): Place =>
  ends || (typeof name === 'string' && !FIELD.test(name))
    ? { value, pointer, ends: true }
    : { value, pointer: `${pointer}/${name}`, ends: false };

/** `text` as it was sent, and what it says. Throws `validation-failed`, pointing at a text or name that is not whole. */
export function checkPairs(text: string, said: unknown): void {
  if (!ESCAPED.test(text)) return;
  // no recursion: a body may be nested deeper than the stack is
  const left: Place[] = [{ value: said, pointer: '#', ends: false }];
  for (let place = left.pop(); place !== undefined; place = left.pop()) {
    const { value, pointer } = place;
    if (typeof value === 'string' && !value.isWellFormed()) throw invalidField(pointer, DETAIL);
    if (typeof value !== 'object' || value === null) continue;
    if (Array.isArray(value)) for (const [i, item] of value.entries()) left.push(inside(place, i, item));
    else
      for (const [name, member] of Object.entries(value)) {
        if (!name.isWellFormed()) throw invalidField(pointer, DETAIL);
        left.push(inside(place, name, member));
      }
  }
}
