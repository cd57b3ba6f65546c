// A real issuer of access tokens on a loopback port: the package oidc-provider.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type JWK } from 'jose';
import Provider from 'oidc-provider';

export const AUDIENCE = 'https://expunge.example';
export const OTHER_AUDIENCE = 'https://other.example';

export interface Issuer {
  url: string;
  /** Private keys by algorithm, for tokens that the issuer would never sign. */
  keys: Record<'ES256' | 'RS256', JWK>;
  /** An access token of a client, asked for with its secret. */
  token(clientId: string, scope: string, audience?: string): Promise<string>;
  close(): Promise<void>;
}

async function privateKey(alg: 'ES256' | 'RS256'): Promise<JWK> {
  const { privateKey } = await generateKeyPair(alg, { extractable: true });
  return { ...(await exportJWK(privateKey)), alg, use: 'sig', kid: `key-${alg}` };
}

/** `clients`: tenant of each, or null for one that has none, and the algorithm of its tokens. */
export async function startIssuer(
  clients: Record<string, { tenant: string | null; alg?: 'ES256' | 'RS256' }>,
  scopes: readonly string[],
): Promise<Issuer> {
  const keys = { ES256: await privateKey('ES256'), RS256: await privateKey('RS256') };
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const provider = new Provider(url, {
    jwks: { keys: Object.values(keys) },
    scopes,
    ttl: { ClientCredentials: 600 },
    clients: Object.keys(clients).map((client_id) => ({
      ...{ client_id, client_secret: `secret-of-${client_id}`, token_endpoint_auth_method: 'client_secret_post' },
      ...{ grant_types: ['client_credentials'], redirect_uris: [], response_types: [] },
    })),
    extraTokenClaims: (_context: unknown, { clientId }: { clientId: string }) => {
      const { tenant } = clients[clientId]!;
      return tenant === null ? {} : { tenant };
    },
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: false },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => AUDIENCE,
        getResourceServerInfo: (_context: unknown, resource: string, client: { clientId: string }) => ({
          ...{ scope: scopes.join(' '), audience: resource, accessTokenTTL: 600, accessTokenFormat: 'jwt' },
          jwt: { sign: { alg: clients[client.clientId]!.alg ?? 'ES256' } },
        }),
      },
    },
  });
  server.on('request', provider.callback());
  return {
    ...{ url, keys },
    async token(client_id, scope, resource = AUDIENCE) {
      const secret = `secret-of-${client_id}`;
      const body = new URLSearchParams({
        grant_type: 'client_credentials',
        client_id,
        client_secret: secret,
        scope,
        resource,
      });
      const answer = await fetch(`${url}/token`, { method: 'POST', body });
      if (!answer.ok) throw new Error(await answer.text());
      return ((await answer.json()) as { access_token: string }).access_token;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
