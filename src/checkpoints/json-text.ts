// What `JSON.parse` lets pass and a reader of foreign files must not.
import { invalid, quoted } from './invalid.ts';

/**
 * Refuses a key that an object holds twice (`JSON.parse` would keep the last one in silence, and another reader may keep
 * the first) and nesting beyond `depth` (brackets cost the parser seconds, and whoever walks the result its stack).
 * `keys: false` leaves the keys alone. Text that is no JSON may pass.
 */
export function checkJsonText(
  json: string,
  limits: { file: string; depth: number; remedy: string; keys?: boolean },
): void {
  const { file, depth, remedy, keys: withKeys = true } = limits;
  const open: (Set<string> | null)[] = [];
  for (const [token] of json.matchAll(/"[^"\\]*(?:\\.[^"\\]*)*"\s*:?|[{}[\]]/gs)) {
    if (token === '{' || token === '[') {
      if (open.push(withKeys && token === '{' ? new Set() : null) > depth)
        throw invalid(file, 'is JSON that is nested too deeply', remedy);
    } else if (token === '}' || token === ']') open.pop();
    else if (withKeys && token.endsWith(':')) {
      const key: string = JSON.parse(token.slice(0, -1));
      const keys = open.at(-1);
      if (keys?.has(key)) throw invalid(file, `holds the key ${quoted(key, 100)} twice`, remedy);
      keys?.add(key);
    }
  }
}
