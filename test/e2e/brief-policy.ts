// The standard policy without attacks on the weights, which judge nothing: deletion.test.ts has them.
import assert from 'node:assert/strict';

/** Chooses it for the tenant, over HTTP. */
export async function chooseBriefPolicy(url: string): Promise<void> {
  const response = await fetch(`${url}/v1/verification-policy`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json', 'if-match': '*' },
    body: JSON.stringify({ policy: { robustness: [] } }),
  });
  assert.equal(response.status, 200, await response.text());
}
