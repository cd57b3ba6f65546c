import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { Validator } from '@seriousme/openapi-schema-validator';
import { renderOpenApi } from '../../scripts/openapi.ts';

test('the committed document is what the routes say, and is valid OpenAPI', async () => {
  const fresh = await renderOpenApi();
  const committed = await readFile(new URL('../../openapi/openapi.json', import.meta.url), 'utf8');
  assert.ok(fresh === committed, 'openapi/openapi.json is stale: run `node scripts/openapi.ts`');
  const result = await new Validator().validate(JSON.parse(fresh));
  assert.equal(result.valid, true, JSON.stringify(result.errors));
});

test('every operation has a name of its own, a summary, and says how it fails', async () => {
  const document = JSON.parse(await renderOpenApi()) as {
    paths: Record<string, Record<string, { operationId?: string; summary?: string; responses: object }>>;
  };
  const operations = Object.values(document.paths).flatMap((path) => Object.values(path));
  const names = operations.map((operation) => operation.operationId);
  assert.equal(new Set(names).size, names.length);
  for (const operation of operations) {
    assert.ok(operation.operationId && operation.summary);
    assert.ok('4XX' in operation.responses && '5XX' in operation.responses, operation.operationId);
  }
});
