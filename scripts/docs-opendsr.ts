// docs/opendsr.md: how controllers that speak OpenDSR are served; its tables are those that the service goes by.
import { IDENTITY_FORMATS, IDENTITY_TYPES, OPENDSR_STATUSES, statusOf } from '../src/domain/opendsr.ts';
import { REQUEST_STATES } from '../src/domain/states.ts';
import { page, table } from './docs-pages.ts';

const code = (names: readonly string[]) => names.map((name) => `\`${name}\``).join(', ');

const BEGIN = `Controllers that speak [OpenDSR 2.0](https://github.com/opengdpr/OpenDSR) (before: OpenGDPR; its dialects are those of mParticle, Branch and others) find it
under \`/v2\`. It is a façade: a request that comes in here is a deletion request as any other, with \`external_id\` = \`subject_request_id\`, and
everything in [requests.md](requests.md) holds for it.

| | |
|---|---|
| \`GET /v2/discovery\` | what is spoken, and where the certificate is; for everybody |
| \`GET /v2/certificate.pem\` | the certificate and its chain; for everybody |
| \`POST /v2/requests\` | 201 with the receipt |
| \`GET /v2/requests/{subject_request_id}\` | the status |
| \`DELETE /v2/requests/{subject_request_id}\` | 202 while all of it waits, 400 once a run has begun, or something of it has ended, for one of its models: all or nothing |

The same stands under \`/v2/opengdpr_requests\`, where answers carry \`X-OpenGDPR-…\` headers as well.`;

const SETUP = `\`OPENDSR_DOMAIN\` is the host that requests come to (the protocol advises \`opendsr.\` before your domain), \`OPENDSR_CERTIFICATE_FILE\` its
certificate with the chain, \`OPENDSR_KEY_FILE\` the RSA or EC key, without a passphrase. The service does not start with a certificate that signed itself, does not
name the host (one for \`*\` does not count), is over, or is not the key's. API and worker both need the files. Without them \`/v2\` answers 403.

Who may call is as everywhere ([authentication.md](authentication.md)): the scopes are \`requests:create\`, \`requests:read\` and \`requests:cancel\`, and the tenant is the \`controller_id\`.`;

const SIGNED = `Every answer and callback carries \`X-OpenDSR-Processor-Domain\` and \`X-OpenDSR-Signature\`: base64, SHA-256 with RSA (or ECDSA, for an EC key), over the
bytes of the body. The property \`processor_signature\` that the protocol lists is not there: a body cannot hold its own signature. \`encoded_request\` in the receipt is the request
as it came, in base64. It names the person: it must be neither logged nor stored by whoever gets it, and is not here.`;

const IDENTITIES = `\`subject_identities\` is the list that OpenDSR has, or the map of mParticle (\`{"email": {"value": …, "encoding": "raw"}}\`). Formats: ${code(IDENTITY_FORMATS)}. Hashes are
of the normalised value. \`sha1\` and \`md5\` are refused, since records are found by SHA-256. Types: ${code(IDENTITY_TYPES)}, and any other that records were tagged with; the name of the
type has to be that of the records.

Only \`erasure\` is done; \`access\` and \`portability\` are a 400 that says so. Of a dialect's other fields \`skip_waiting_period\` is honoured, and what is not known is ignored.`;

const STATES = `OpenDSR has four statuses and none for a failure or a refusal. What has not been done is never \`completed\`: it stays \`in_progress\` until somebody retries
it or ends it. \`extensions\` holds, under our domain, the state in our words, those of the targets, the code of a refusal, and whether callbacks are taken.
\`results_count\` is how many training records were removed, 0 where nothing was found.`;

const CALLBACKS = `Every URL of \`status_callback_urls\` (10 at most) is called on each change of status, with the status as it is when the call is sent, its own URL as \`status_callback_url\`, and both headers. Anything but
2xx is tried again by the schedule of [webhooks](webhooks.md#delivery), and the same addresses are refused. Callbacks are written in the transaction of
the change, so none is lost, and those to one URL are sent one at a time: one that is tried again late says what is true by then, so a status may be told twice and the last
that is told is the present one.`;

const ERRORS = `\`{"error": {"code": 400, "message": …, "errors": [{"domain": …, "reason": …, "message": …}]}}\`, without a word of what was sent; \`reason\` is a code of
[errors.md](errors.md). 400 for what the protocol knows, a \`subject_request_id\` that was used before included; 409 where a request for the same person is in progress, 404 for an unknown
one, and 401, 403, 429 and 5xx as everywhere.`;

export function opendsrPage(): string {
  const rows = OPENDSR_STATUSES.map((status) => [
    `\`${status}\``,
    code(REQUEST_STATES.filter((state) => statusOf(state) === status)),
  ]);
  return page(
    'OpenDSR',
    BEGIN,
    '## Setting it up',
    SETUP,
    '## Signatures',
    SIGNED,
    '## Whom, and what',
    IDENTITIES,
    '## Status',
    STATES,
    table(['`request_status`', 'states of the deletion request'], rows),
    '## Callbacks',
    CALLBACKS,
    '## Errors',
    ERRORS,
  );
}
