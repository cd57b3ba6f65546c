// The typed calls: one function a HTTP method, whose paths, parameters, bodies and answers are those of the OpenAPI document.
import createClient, { type Client } from 'openapi-fetch';
import type { components, paths } from '../../openapi/types.ts';

export type Api = Client<paths>;
/** Resources by their name in the document: `Schemas['DeletionRequest']`. */
export type Schemas = components['schemas'];

export interface ClientOptions {
  /** Of the service, for example `https://expunge.example`; a path in front of `/v1` is kept. */
  baseUrl: string;
  /** A key of `expunge keys create`. Neither this nor `token`: the service asks nobody (`AUTH=none`). */
  apiKey?: string;
  /** An access token of your issuer, or what gets one; it is asked before every call. */
  token?: string | (() => string | Promise<string>);
  /** In place of the global `fetch`: a proxy, a test. */
  fetch?: (request: Request) => Promise<Response>;
}

/** Throws RangeError where `baseUrl` is no URL, or a key and a token are given. */
export function createApi({ baseUrl, apiKey, token, fetch }: ClientOptions): Api {
  if (!/^https?:\/\//.test(baseUrl) || !URL.canParse(baseUrl))
    throw new RangeError('baseUrl must be a URL that begins with http:// or https://');
  if (apiKey !== undefined && token !== undefined) throw new RangeError('apiKey and token: give one of them');
  const api = createClient<paths>({ baseUrl, ...(fetch && { fetch }) });
  const credential = apiKey ?? token;
  if (credential !== undefined)
    api.use({
      async onRequest({ request }) {
        request.headers.set(
          'authorization',
          `Bearer ${typeof credential === 'string' ? credential : await credential()}`,
        );
      },
    });
  return api;
}
