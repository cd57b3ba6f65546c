// JSON Pointers (RFC 6901) into a line, where `*` stands for every item of an array.

/** Its segments. */
export const readPointer = (pointer: string): string[] =>
  pointer
    .split('/')
    .slice(1)
    .map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'));

/** Every text or number that it points at, as text; an array that it points at is all its texts. */
export function atPointer(value: unknown, path: readonly string[]): string[] {
  const [segment, ...rest] = path;
  if (segment === undefined) {
    if (Array.isArray(value)) return value.flatMap((item) => (Array.isArray(item) ? [] : atPointer(item, [])));
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
