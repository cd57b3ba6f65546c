// Range requests (RFC 9110, section 14) for one range of bytes. A server may answer with the whole representation whatever it is asked
// for, and does to more than one range: nobody who fetches weights asks for several.

/** First and last byte. */
export interface ByteRange {
  start: number;
  end: number;
}

const RANGE = /^bytes=[ \t]*(?:(\d{1,15})-(\d{0,15})|-(\d{1,15}))[ \t]*$/i;

/** The range of `size` bytes that a Range header names; `whole` where it is none that we know, so that it is passed over. */
export function readRange(header: string | undefined, size: number): ByteRange | 'whole' | 'unsatisfiable' {
  const found = RANGE.exec(header ?? '');
  if (found === null) return 'whole';
  const [, first, last, suffix] = found;
  if (suffix !== undefined) {
    const start = Math.max(0, size - Number(suffix));
    return start >= size ? 'unsatisfiable' : { start, end: size - 1 };
  }
  const start = Number(first);
  if (last && Number(last) < start) return 'whole';
  if (start >= size) return 'unsatisfiable';
  return { start, end: last ? Math.min(Number(last), size - 1) : size - 1 };
}

/** Whether Range counts: If-Range must be the entity tag as it is now (RFC 9110, 13.1.5); there are no dates here. */
export const rangeApplies = (ifRange: string | undefined, tag: string): boolean =>
  ifRange === undefined || ifRange.trim() === tag;
