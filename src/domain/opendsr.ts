// OpenDSR 2.0 (ex OpenGDPR): the words of its bodies, and our states in its four.
import Type, { type Static } from 'typebox';
import { StringEnum, Timestamp } from './common.ts';
import { REQUEST_STATES, type RequestState } from './states.ts';

export const API_VERSION = '2.0';

export const OPENDSR_STATUSES = ['pending', 'in_progress', 'completed', 'cancelled'] as const;
export type OpenDsrStatus = (typeof OPENDSR_STATUSES)[number];

/** There is none for a failure: what is not done is in progress, however long it takes, and never completed. */
const STATUS_OF: Record<RequestState, OpenDsrStatus> = {
  received: 'pending',
  awaiting_verification: 'pending',
  awaiting_approval: 'pending',
  on_hold: 'pending',
  queued: 'pending',
  unlearning: 'in_progress',
  verifying: 'in_progress',
  awaiting_promotion: 'in_progress',
  completed: 'completed',
  completed_no_data: 'completed',
  partially_completed: 'in_progress',
  denied: 'cancelled',
  cancelled: 'cancelled',
  failed: 'in_progress',
  needs_review: 'in_progress',
};
export const statusOf = (state: RequestState): OpenDsrStatus => STATUS_OF[state];

/** Names of OpenDSR; any other that our identifiers could have is taken as well. */
export const IDENTITY_TYPES = [
  ...(['controller_customer_id', 'email', 'android_advertising_id', 'android_id', 'fire_advertising_id'] as const),
  ...(['ios_advertising_id', 'ios_vendor_id', 'microsoft_advertising_id', 'microsoft_publisher_id'] as const),
  ...(['roku_publisher_id', 'roku_advertising_id'] as const),
] as const;
/** Its sha1 and md5 meet no identifier of ours, which are hashes of SHA-256. */
export const IDENTITY_FORMATS = ['raw', 'sha256'] as const;
export const REQUEST_TYPES = ['erasure'] as const;
const REGULATIONS = ['gdpr', 'ccpa'] as const;

const RequestId = Type.String({
  pattern: '^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$',
  description: 'UUID version 4 in lower case, made by the controller',
});
const IdentityType = Type.String({ pattern: '^[a-z][a-z0-9_]{0,39}$', description: `As ${IDENTITY_TYPES.join(', ')}` });
const Value = Type.String({ minLength: 1, maxLength: 500 });
/** What is not supported is refused by name, and not by the schema. */
const Format = Type.String({ maxLength: 20, description: `${IDENTITY_FORMATS.join(' or ')}` });

const Identities = Type.Union(
  [
    Type.Array(Type.Object({ identity_type: IdentityType, identity_value: Value, identity_format: Format }), {
      ...{ minItems: 1, maxItems: 50 },
      description: 'As OpenDSR has it',
    }),
    Type.Record(IdentityType, Type.Object({ value: Value, encoding: Type.Optional(Format) }), {
      ...{ minProperties: 1, maxProperties: 50, additionalProperties: false },
      description: 'As mParticle has it: by type, raw where `encoding` is left out',
    }),
  ],
  { description: 'The person, by all these names; hashed at the door' },
);

/** Fields of dialects beside these are ignored. */
export const OpenDsrCreate = Type.Object({
  regulation: StringEnum(REGULATIONS),
  subject_request_id: RequestId,
  subject_request_type: StringEnum(['erasure', 'access', 'portability'] as const, 'Only erasure is done here'),
  submitted_time: Type.String({ format: 'date-time', description: 'When the person asked; the time runs from it' }),
  subject_identities: Identities,
  api_version: Type.Optional(Type.String({ maxLength: 20, description: '2.0, or any 2.x' })),
  status_callback_urls: Type.Optional(
    Type.Array(Type.String({ minLength: 1, maxLength: 2000, pattern: '^[^\\s\\u0000]+$' }), {
      ...{ maxItems: 10, uniqueItems: true },
      description: 'Told of every change of status; public https only',
    }),
  ),
  skip_waiting_period: Type.Optional(Type.Boolean({ description: 'Of mParticle: no cooling-off time' })),
  extensions: Type.Optional(Type.Record(Type.String(), Type.Unknown(), { description: 'Read by nobody here' })),
});
export type OpenDsrCreate = Static<typeof OpenDsrCreate>;

export const OpenDsrParams = Type.Object({ subject_request_id: RequestId });

const about = { controller_id: Type.String(), subject_request_id: RequestId };
const expected = { expected_completion_time: Timestamp };

export const OpenDsrDiscovery = Type.Object({
  api_version: Type.String(),
  supported_identities: Type.Array(
    Type.Object({ identity_type: Type.String(), identity_format: StringEnum(IDENTITY_FORMATS) }),
  ),
  supported_subject_request_types: Type.Array(StringEnum(REQUEST_TYPES)),
  processor_certificate: Type.String({ description: 'URL of the certificate that signs, as PEM' }),
});

export const OpenDsrReceipt = Type.Object({
  ...{ ...about, ...expected },
  received_time: Timestamp,
  encoded_request: Type.String({
    description: 'The request as it came, in base64: it names the person, so it must be neither logged nor stored',
  }),
});

/** Under our domain: what four words cannot say. */
const Extension = Type.Object({
  deletion_request_id: Type.String({ description: 'In /v1/deletion-requests' }),
  state: StringEnum(REQUEST_STATES),
  denial_code: Type.Optional(Type.String({ description: 'Why it was refused' })),
  targets: Type.Array(Type.Object({ model: Type.String(), state: Type.String() })),
  callbacks: Type.Array(
    Type.Object({
      status_callback_url: Type.String(),
      state: StringEnum(['enabled', 'disabled'] as const),
      failing_since: Type.Union([Timestamp, Type.Null()]),
    }),
    { description: 'Whether they are taken' },
  ),
});
export type OpenDsrExtension = Static<typeof Extension>;

export const OpenDsrState = Type.Object({
  ...{ ...about, ...expected },
  request_status: StringEnum(OPENDSR_STATUSES),
  api_version: Type.String(),
  results_count: Type.Optional(
    Type.Integer({ description: 'Training records that were removed, once it is completed' }),
  ),
  extensions: Type.Optional(Type.Record(Type.String(), Extension)),
});
export type OpenDsrState = Static<typeof OpenDsrState>;

export const OpenDsrCallbackBody = Type.Object({
  ...Type.Omit(OpenDsrState, ['extensions']).properties,
  status_callback_url: Type.String({ description: 'The one that is called' }),
});

export const OpenDsrCancelled = Type.Object({
  ...about,
  received_time: { ...Timestamp, description: 'When the cancellation came' },
  api_version: Type.String(),
});

export const OpenDsrError = Type.Object({
  error: Type.Object({
    code: Type.Integer({ description: 'HTTP status' }),
    message: Type.String(),
    errors: Type.Array(Type.Object({ domain: Type.String(), reason: Type.String(), message: Type.String() })),
  }),
});

/** What a status says; the same in answers and callbacks. */
export function statusBody(of: {
  controller_id: string;
  subject_request_id: string;
  due_at: string;
  state: RequestState;
  records: number;
}): OpenDsrState {
  const request_status = statusOf(of.state);
  return {
    ...{ controller_id: of.controller_id, expected_completion_time: of.due_at },
    ...{ subject_request_id: of.subject_request_id, request_status, api_version: API_VERSION },
    ...(request_status === 'completed' ? { results_count: of.records } : {}),
  };
}
