// The certificate of a request that has ended, as whoever asked would check it.
import assert from 'node:assert/strict';
import type { Client } from '../../examples/client.ts';
import type { DeletionRequest } from '../../src/domain/resources.ts';
import { verifyCertificate } from '../../src/evidence/certificate.ts';
import { until } from '../helpers/processes.ts';

/** The one certificate of the request, checked against the published keys alone. */
export async function certificateOf(client: Client, requestId: string) {
  let ids: string[] = [];
  await until('the certificate is issued', 30_000, async () => {
    ids = (await client.get<DeletionRequest>(`/v1/deletion-requests/${requestId}`)).certificate_ids;
    return ids.length > 0;
  });
  assert.equal(ids.length, 1);
  const jws = await client.jws(ids[0]!);
  const check = await verifyCertificate(jws, await client.get('/.well-known/jwks.json'));
  assert.ok(check.ok, check.ok ? '' : check.reason);
  return { jws, statement: check.statement };
}
