import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';

export const ROOT = resolve(import.meta.dirname, '..', '..');

export interface Source {
  /** Path from the root of the project, with `/`. */
  path: string;
  text: string;
  lines: number;
}
export interface Import {
  /** Package name, `node:` module, or path from the root of the project. */
  target: string;
  typeOnly: boolean;
}

/** Every TypeScript file of the given folders, sorted by path. */
export function sourcesOf(...folders: string[]): Source[] {
  const found: Source[] = [];
  for (const folder of folders) {
    for (const entry of readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })) {
      if (!entry.isFile() || !entry.name.endsWith('.ts')) continue;
      const file = join(entry.parentPath, entry.name);
      const text = readFileSync(file, 'utf8');
      found.push({ path: relative(ROOT, file), text, lines: text.split('\n').length - 1 });
    }
  }
  return found.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** The text without comments, good enough to look for words of the language; line numbers stay. */
export function code(source: Source): string {
  return source.text
    .replace(/\/\*[\s\S]*?\*\//g, (comment) => comment.replace(/[^\n]/g, ' '))
    .replace(/^(\s*)\/\/.*$/gm, '$1')
    .replace(/\s\/\/ .*$/gm, '');
}

const STATIC = /^\s*(?:import|export)\s+(type\s)?(?:[\w$*{][^'";]*?\sfrom\s+)?'([^']+)'/gm;
// `import('x').Name` with a capital is a type; a module that is loaded is awaited first.
const DYNAMIC = /\bimport\(\s*'([^']+)'\s*\)(\.[A-Z])?/g;

/** What a file imports; paths are resolved to the root of the project. */
export function importsOf(source: Source): Import[] {
  const text = code(source);
  const named = (specifier: string) => (specifier.startsWith('.') ? join(dirname(source.path), specifier) : specifier);
  return [
    ...[...text.matchAll(STATIC)].map((m) => ({ target: named(m[2]!), typeOnly: m[1] !== undefined })),
    ...[...text.matchAll(DYNAMIC)].map((m) => ({ target: named(m[1]!), typeOnly: m[2] !== undefined })),
  ];
}

/** `src/store/x.ts` -> `store`, `src/app.ts` -> `app.ts`, `workers/y.ts` -> `workers`. */
export function roomOf(path: string): string {
  const [top, second] = path.split('/');
  return top === 'src' ? second! : top!;
}
