// From the words of OpenDSR into ours and back: identities, status, errors.
import type { FastifyReply, FastifyRequest } from 'fastify';
import {
  API_VERSION,
  IDENTITY_FORMATS,
  type OpenDsrCreate,
  type OpenDsrExtension,
  type OpenDsrState,
  REQUEST_TYPES,
  statusBody,
} from '../domain/opendsr.ts';
import type { Identifier } from '../domain/record.ts';
import { ExpungeError, type ProblemCode } from '../errors.ts';
import type { OpenDsrStore } from '../runs/ports.ts';
import type { NewDeletionRequest } from './deletion.ts';
import { refused } from './errors.ts';
import type { Principal } from './principal.ts';
import { problemOf } from './problem.ts';
import type { AppDeps } from './types.ts';
import { invalidField } from './validation.ts';
import { checkUrl } from './webhooks.ts';

const SHA256 = /^[0-9a-f]{64}$/i;

function identifierOf(pointer: string, type: string, value: string, format: string): Identifier {
  if (!(IDENTITY_FORMATS as readonly string[]).includes(format))
    throw invalidField(pointer, `has a format that is not supported; send ${IDENTITY_FORMATS.join(' or ')}`);
  if (format === 'raw') return { type, value };
  if (!SHA256.test(value)) throw invalidField(pointer, 'is no SHA-256 in hexadecimal digits');
  return { type, sha256: value.toLowerCase() };
}

/** Of the list that OpenDSR has, or of the map that mParticle has. Throws `validation-failed`. */
export function identifiersOf(given: OpenDsrCreate['subject_identities']): Identifier[] {
  const pointer = '#/subject_identities';
  if (Array.isArray(given))
    return given.map(({ identity_type, identity_value, identity_format }, i) =>
      identifierOf(`${pointer}/${i}`, identity_type, identity_value, identity_format),
    );
  // whatever stands for a type here may be somebody's address
  return Object.entries(given).map(([type, { value, encoding = 'raw' }], i) =>
    identifierOf(`${pointer}/${i}`, type, value, encoding),
  );
}

/** As `POST /v1/deletion-requests` would be asked. Throws `validation-failed`, `url-not-allowed`. */
export function wishedBy(deps: AppDeps, who: Principal, given: OpenDsrCreate): NewDeletionRequest {
  const { subject_request_type: type, subject_request_id, api_version, status_callback_urls = [] } = given;
  if (!(REQUEST_TYPES as readonly string[]).includes(type))
    throw invalidField(
      '#/subject_request_type',
      `asks for ${type}, which is not done here: models can forget, so send erasure`,
    );
  if (api_version !== undefined && !/^2(\.\d{1,3})*$/.test(api_version))
    throw invalidField('#/api_version', `is not spoken here; ${API_VERSION} is`);
  const callback_urls = status_callback_urls.map((url, i) => checkUrl(deps, url, `#/status_callback_urls/${i}`));
  return {
    subject: { identifiers: identifiersOf(given.subject_identities) },
    ...{ submitted_at: given.submitted_time, external_id: subject_request_id },
    ...(given.skip_waiting_period === true ? { cooling_off_hours: 0 } : {}),
    opendsr: { subject_request_id, controller_id: who.tenant, regulation: given.regulation, callback_urls },
  };
}

type Found = NonNullable<Awaited<ReturnType<OpenDsrStore['getOpenDsrRequest']>>>;

/** What GET answers. */
export function shownStatus(domain: string, { request, callbacks, ...about }: Found): OpenDsrState {
  const { id, state, due_at, targets, denial } = request;
  const records = targets.filter((one) => one.state === 'completed').reduce((sum, one) => sum + one.records, 0);
  const extension: OpenDsrExtension = {
    ...{ deletion_request_id: id, state, ...(denial === null ? {} : { denial_code: denial.code }) },
    targets: targets.map((one) => ({ model: one.model_name, state: one.state })),
    callbacks: callbacks.map(({ url, ...rest }) => ({ status_callback_url: url, ...rest })),
  };
  return { ...statusBody({ ...about, due_at, state, records }), extensions: { [domain]: extension } };
}

/** OpenDSR knows 400; these say more, and its dialects have them. */
const KEPT = new Set<ProblemCode>(['already-open', 'not-found', 'opendsr-disabled', 'body-too-large']);
const statusOfError = ({ code, status }: ExpungeError): number =>
  KEPT.has(code) || status >= 500 || status === 401 || status === 403 || status === 429 ? status : 400;

/** In the form of OpenDSR, without a word of what was sent. */
export function sendOpenDsrError(request: FastifyRequest, reply: FastifyReply, thrown: unknown): FastifyReply {
  const error = refused(request, reply, thrown);
  const { detail, errors = [] } = problemOf(error, request.id);
  const code = statusOfError(error);
  const each = errors.map(({ pointer, detail }) => ({
    ...{ domain: 'Validation', reason: error.code, message: `${inTheirWords(pointer)} ${detail}` },
  }));
  const all = each.length > 0 ? each : [{ domain: 'Request', reason: error.code, message: detail }];
  const body = { error: { code, message: inTheirWords(detail), errors: all } };
  return reply
    .code(code)
    .type('application/json; charset=utf-8')
    .serializer((payload: unknown) => JSON.stringify(payload))
    .send(body);
}

const THEIRS: [ours: string, theirs: string][] = [
  ['#/subject/identifiers', '#/subject_identities'],
  ['#/submitted_at', '#/submitted_time'],
  ['external_id', 'subject_request_id'],
];
const inTheirWords = (text: string) => THEIRS.reduce((said, [ours, theirs]) => said.replaceAll(ours, theirs), text);

/** Throws `opendsr-disabled`. */
export function signerOf({ opendsr }: Pick<AppDeps, 'opendsr'>) {
  if (opendsr) return opendsr;
  throw new ExpungeError('opendsr-disabled', 'This installation has no certificate for OpenDSR.');
}
