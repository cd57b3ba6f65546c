// The certificate of a request that has ended, as whoever asked would check it.
import assert from 'node:assert/strict';
import { type Client, ok } from '../../examples/client.ts';
import { checkCertificate } from '../../src/cli/check-certificate.ts';
import type { InclusionProof } from '../../src/domain/ledger.ts';
import { until } from '../helpers/processes.ts';

/** The one certificate of the request, checked against the published keys alone. */
export async function certificateOf(client: Client, requestId: string) {
  let ids: string[] = [];
  await until('the certificate is issued', 30_000, async () => {
    ids = (await ok(client.api.GET('/v1/deletion-requests/{id}', { params: { path: { id: requestId } } })))
      .certificate_ids;
    return ids.length > 0;
  });
  assert.equal(ids.length, 1);
  let proof: InclusionProof | null = null;
  await until('the ledger proves that it holds the certificate', 30_000, async () => {
    proof = (await client.certificate(ids[0]!)).proof;
    return proof !== null;
  });
  const jws = await client.certificateJws(ids[0]!);
  const evidence = { jws, proof: JSON.stringify(proof), checkpoint: null };
  const check = await checkCertificate(evidence, await client.keySet());
  assert.ok(check.ok, check.ok ? '' : check.reason);
  return { jws, statement: check.statement };
}
