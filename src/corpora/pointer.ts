// JSON Pointers (RFC 6901) into a line, where `*` stands for every item of an array.

/** A number whose last digits were lost when it was read: two people's would be one. */
export class LostDigits extends Error {
  /** Where it stands; `*` for any item. */
  pointer = '';
  constructor() {
    super('holds a number of more digits than are read; send it as text');
  }
}

/** Its segments. */
export const readPointer = (pointer: string): string[] =>
  pointer
    .split('/')
    .slice(1)
    .map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'));

/**
 * Every text or number that it points at, as text; an array that it points at is all its texts. Throws
 * `LostDigits`.
 */
export function atPointer(value: unknown, path: readonly string[]): string[] {
  const [segment, ...rest] = path;
  if (segment === undefined) {
    if (Array.isArray(value)) return value.flatMap((item) => (Array.isArray(item) ? [] : atPointer(item, [])));
    if (typeof value === 'number' && Math.abs(value) > Number.MAX_SAFE_INTEGER) throw new LostDigits();
    return typeof value === 'string' || typeof value === 'number' ? [String(value)] : [];
  }
  if (Array.isArray(value)) {
    const items =
      segment === '*' ? value : /^\d+$/.test(segment) ? value.slice(Number(segment), Number(segment) + 1) : [];
    return items.flatMap((item) => atPointer(item, rest));
  }
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, segment)) return [];
  return atPointer((value as Record<string, unknown>)[segment], rest);
}
