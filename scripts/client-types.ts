// Writes openapi/types.ts, the types of the client, from openapi/openapi.json; `--check` exits 1 when the committed file differs.
import { readFile, writeFile } from 'node:fs/promises';
import { registerHooks } from 'node:module';

const DOCUMENT = new URL('../openapi/openapi.json', import.meta.url);
const FILE = new URL('../openapi/types.ts', import.meta.url);
const HEAD = '// Made by `npm run openapi` from openapi.json. Do not edit.\n\n';

// The generator prints with the API of TypeScript 5, which 7 has not.
registerHooks({
  resolve: (specifier, context, next) => next(specifier === 'typescript' ? 'typescript-5' : specifier, context),
});

/** The file as it is committed. */
async function render(): Promise<string> {
  const { default: generate, astToString } = await import('openapi-typescript');
  // a field of a request that has a default may be left out
  const nodes = await generate(DOCUMENT, { defaultNonNullable: false });
  return HEAD + astToString(nodes);
}

const fresh = await render();
if (process.argv.includes('--check')) {
  const committed = await readFile(FILE, 'utf8').catch(() => '');
  if (committed !== fresh) {
    console.error('openapi/types.ts differs from openapi/openapi.json: run `npm run openapi` and commit the result.');
    process.exitCode = 1;
  }
} else await writeFile(FILE, fresh);
