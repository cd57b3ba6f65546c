// What `JSON.parse` lets pass and a reader of foreign files must not.
import { invalid, quoted } from './invalid.ts';

const [QUOTE, BACKSLASH, COLON] = [0x22, 0x5c, 0x3a];
const [OPEN_BRACE, CLOSE_BRACE, OPEN_BRACKET, CLOSE_BRACKET] = [0x7b, 0x7d, 0x5b, 0x5d];

/** Where a string that begins at `start` ends, past its quote; the end of the text when it does not. */
function endOfString(json: string, start: number): number {
  for (let i = start + 1; i < json.length; i++) {
    const code = json.charCodeAt(i);
    if (code === QUOTE) return i + 1;
    if (code === BACKSLASH) i++;
  }
  return json.length;
}

function isKey(json: string, end: number): boolean {
  let i = end;
  while (i < json.length && ' \t\n\r'.includes(json[i]!)) i++;
  return json.charCodeAt(i) === COLON;
}

/**
 * Refuses a key that an object holds twice (`JSON.parse` would keep the last one in silence, and another reader may keep
 * the first) and nesting beyond `depth` (brackets cost the parser seconds, and whoever walks the result its stack).
 * `keys: false` leaves the keys alone. Text that is no JSON may pass, and may throw what `JSON.parse` throws. Takes time in
 * proportion to the text, whatever it is.
 */
export function checkJsonText(
  json: string,
  limits: { file: string; depth: number; remedy: string; keys?: boolean },
): void {
  const { file, depth, remedy, keys: withKeys = true } = limits;
  const open: (Set<string> | null)[] = [];
  for (let i = 0; i < json.length; i++) {
    const code = json.charCodeAt(i);
    if (code === OPEN_BRACE || code === OPEN_BRACKET) {
      if (open.push(withKeys && code === OPEN_BRACE ? new Set() : null) > depth)
        throw invalid(file, 'is JSON that is nested too deeply', remedy);
    } else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) open.pop();
    else if (code === QUOTE) {
      const end = endOfString(json, i);
      const keys = open.at(-1);
      if (keys && isKey(json, end)) {
        const key: string = JSON.parse(json.slice(i, end));
        if (keys.has(key)) throw invalid(file, `holds the key ${quoted(key, 100)} twice`, remedy);
        keys.add(key);
      }
      i = end - 1;
    }
  }
}
