// docs/authentication.md: who may call what; its tables are those that the routes are held against.
import { KEY_DAYS, OVERLAP_HOURS } from '../src/domain/key-terms.ts';
import { DECIDING, OF_ALL_TENANTS, ROLES, SCOPES, type Scope } from '../src/domain/scopes.ts';
import { BELIEVED_MS } from '../src/http/key-check.ts';
import { page, table } from './docs-pages.ts';
import { renderOpenApi } from './openapi.ts';

const code = (names: readonly string[]) => names.map((name) => `\`${name}\``).join(', ');

interface Operation {
  security?: Record<string, string[]>[];
}

/** Which calls take each scope, from the document. */
async function callsByScope(): Promise<Map<string, string[]>> {
  const document = JSON.parse(await renderOpenApi()) as { paths: Record<string, Record<string, Operation>> };
  const calls = new Map<string, string[]>();
  for (const [path, operations] of Object.entries(document.paths))
    for (const [method, { security }] of Object.entries(operations)) {
      const scope = security?.[0]?.api_key?.[0] ?? 'everybody';
      calls.set(scope, [...(calls.get(scope) ?? []), `${method.toUpperCase()} ${path}`]);
    }
  return calls;
}

const BEGIN = `With \`AUTH=none\`, the default, nobody is asked who they are: the API answers everybody who reaches it, and starts only where
\`HOST\` is a loopback address. With \`AUTH=required\` every call but those for everybody (the last row below) carries
\`Authorization: Bearer\` and an API key or an access token. Without one, or with one that is not valid, the answer is 401; without the scope that the call
takes, 403 with the scope's name; both say so in \`WWW-Authenticate\` as RFC 6750 has it. \`/openapi.json\` names the scope of each operation.`;

const TENANTS = `The tenant is that of the credential, and nothing in a call can name another. What another tenant has is not there: 404, in
lists, links and bodies alike. Each tenant's people are hashed under a key of its own.
Under \`IMPORT_DIR\` a tenant reaches the folder of its name; \`default\`, whoever runs the installation, reaches all.

Listing and off-boarding tenants has no call and is done by command on the machine (\`expunge tenants list\`, \`expunge tenants offboard\`): a credential is of one tenant, so one that ends
others would break the rule above, and its loss would be the end of everybody's models at once. It also hands out the evidence into a folder before it destroys the keys that the evidence is about, which nobody could take back had the answer to a call been lost. The name does not come back: whoever names it is 403 from then on, and \`expunge keys create\` refuses it.`;

const KEYS = `The first key is made on the machine of the service, beside the running service; there is no default password:

\`\`\`sh
AUTH=required npm start                                       # in one terminal
npx expunge keys create --name admin --role admin             # in another: prints the key, this once
\`\`\`

Further keys are made by command, or over HTTP by a key with \`keys:manage\`:

\`\`\`sh
curl -sS "$api/v1/api-keys" -H "authorization: Bearer $key" -H 'content-type: application/json' \\
  -d '{ "name": "intake", "scopes": ["requests:create", "requests:read"], "expires_in_days": 90 }'
npx expunge keys list
npx expunge keys rotate ID --overlap-hours 24
npx expunge keys revoke ID
\`\`\`

A key looks like \`exp_<id>_<secret><checksum>\`: \`exp_[0-9a-f]{32}_[A-Za-z0-9_-]{49}\` finds it in texts where none should be. The secret is 256 random
bits, of which the SHA-256 is stored; a typing error is told from a wrong key by the checksum. Keys are valid for ${KEY_DAYS.usual} days unless
told otherwise (at most ${KEY_DAYS.most}).

Rotation makes a new key with the same name, scopes and actor; the old one stays valid beside it for ${OVERLAP_HOURS.usual} hours unless told
otherwise. A revocation is known everywhere within ${BELIEVED_MS / 1000} seconds, for calls about keys at once. \`last_used_at\` is written once a minute at most.

A key hands on only scopes that it has itself. Whoever has ${code(DECIDING)} makes no keys over HTTP, and may replace only their own:
with a second key, to file by or to approve by, they would be four eyes alone. So keys that decide are made by command, and so are those that read the figures of all tenants together (${code(OF_ALL_TENANTS)}).`;

const TOKENS = `Beside keys, access tokens (JWT, RFC 9068) of one issuer are taken, as its clients get them by client credentials:

\`\`\`sh
AUTH=required OAUTH_ISSUER=https://issuer.example OAUTH_AUDIENCE=https://expunge.example \\
  OAUTH_JWKS_URL=https://issuer.example/jwks npm start
\`\`\`

The signature must be by a key of the JWKS and an algorithm of \`OAUTH_ALGORITHMS\` (public keys only); \`iss\` and \`aud\` are compared, \`exp\` must be there, and 30 seconds of
difference between clocks are forgiven. Scopes are those of \`scope\` (or \`scp\`) that the table below has. The tenant is the claim that \`OAUTH_TENANT_CLAIM\` names (\`tenant\`);
without one the answer is 403 \`no-tenant\`. Where the issuer's keys cannot be fetched it is 503, and the token may be right. The issuer
decides what its tokens allow, those that approve and promote too.

The ledger names such a caller \`client:<client_id>\`; where \`sub\` is somebody else than the client, \`person:\` and a keyed hash of issuer and \`sub\`: two people behind one client are two, and one person with two clients is one. An issuer that gives a person another \`sub\` for each client (pairwise identifiers) makes two of one; have it give the same to the clients of this service.
Tokens are not revoked here: give them short lives.`;

const DUTIES = `The ledger names a caller as \`key:<id>\`: of the first key, for all that replaced it. It holds no name. With \`APPROVAL=four-eyes\`
whoever made a request cannot approve it, and with \`PROMOTION=four-eyes\` whoever made or approved a request of a run cannot promote
its candidate ([requests.md](requests.md)). \`FOUR_EYES=true\` is both. They need \`AUTH=required\`: else everybody is the same caller.`;

export async function authenticationPage(): Promise<string> {
  const calls = await callsByScope();
  const rows = Object.entries(SCOPES).map(([scope, what]) => [`\`${scope}\``, what, code(calls.get(scope) ?? [])]);
  const has = (scopes: readonly Scope[], scope: string) => (scopes.includes(scope as Scope) ? 'x' : '');
  return page(
    'Who may call what',
    BEGIN,
    TENANTS,
    '## API keys',
    KEYS,
    '## Access tokens',
    TOKENS,
    '## Scopes',
    table(['scope', 'what it allows', 'calls'], [...rows, ['for everybody', '', code(calls.get('everybody') ?? [])]]),
    '## Roles',
    'Bundles of scopes for `expunge keys create --role`; several may be given, and `--scopes` adds single ones. `admin` manages keys and decides nothing that four eyes are for.',
    table(
      ['scope', ...Object.keys(ROLES)],
      Object.keys(SCOPES).map((scope) => [`\`${scope}\``, ...Object.values(ROLES).map((role) => has(role, scope))]),
    ),
    '## Who decided',
    DUTIES,
  );
}
