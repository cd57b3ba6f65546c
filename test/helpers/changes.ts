// Every way in which one part of a JSON value may have been tampered with.

/** The value with one of its leaves changed, for every leaf, and with one of its members left out, for every member. */
export function* changesOf(value: unknown): Generator<unknown> {
  if (typeof value === 'number') yield value + 1;
  else if (typeof value === 'boolean') yield !value;
  else if (typeof value === 'string') yield value.slice(0, -1) + (value.endsWith('0') ? '1' : '0');
  else if (value === null) yield 'something';
  else if (Array.isArray(value)) {
    for (const [i, part] of value.entries()) {
      yield value.toSpliced(i, 1);
      for (const changed of changesOf(part)) yield value.with(i, changed);
    }
  } else
    for (const [name, part] of Object.entries(value as object)) {
      const { [name]: _left, ...rest } = value as Record<string, unknown>;
      yield rest;
      for (const changed of changesOf(part)) yield { ...(value as object), [name]: changed };
    }
}
