// What webhooks need from the store and from the outside.

import type { DeletionRequest } from '../domain/resources.ts';
import type { RequestState } from '../domain/states.ts';
import type {
  DisabledReason,
  SendFailure,
  WebhookAttempt,
  WebhookDelivery,
  WebhookEndpoint,
} from '../domain/webhook.ts';
import type { Page, PageQuery } from './store-port.ts';

/** A generation of an endpoint's keys: the sealed text opens to both private ones. */
export interface NewWebhookSecret {
  sealed: string;
  public_key: string;
}

export interface NewWebhookEndpoint {
  tenant: string;
  actor: string;
  url: string;
  description: string | null;
  /** Of weights, whose address it is; default: none. */
  recipient?: string | null;
  events: string[];
  secret: NewWebhookSecret;
}

/** Sees the version under its lock, and throws where that is not the one that was meant. */
interface Asked {
  tenant: string;
  id: string;
  actor: string;
  check?: (version: number) => void;
}

export type WebhookChange = Partial<Pick<NewWebhookEndpoint, 'url' | 'description' | 'events'>> & {
  state?: 'enabled' | 'disabled';
};

/** What a callback says of its request, as it stands when it is sent. */
export interface OpenDsrCallback {
  state: RequestState;
  subject_request_id: string;
  controller_id: string;
  due_at: string;
  /** That were removed. */
  records: number;
}

/** One delivery that a worker has by lease. */
export interface WebhookClaim {
  id: string;
  tenant: string;
  fence: number;
  endpoint: {
    id: string;
    url: string;
    request_id: string | null;
    failing_since: string | null;
    /** An attempt failed so recently that what fails now is the same failing. */
    failed_lately: boolean;
  };
  event: { id: string; type: string; body: string };
  /** Of an OpenDSR callback. */
  callback: OpenDsrCallback | null;
  /** Sealed, of every generation that has not expired; newest first. */
  secrets: string[];
  /** Attempts of this round before this one. */
  round_attempts: number;
}

/** What follows from an attempt. `pause_ms`: nothing is sent to the endpoint for so long. */
export type AfterAttempt =
  | { state: 'delivered' }
  | { state: 'waiting'; next_ms: number; pause_ms: number | null; disable: DisabledReason | null }
  | { state: 'failed'; pause_ms: number | null; disable: DisabledReason | null };

export interface WebhookStore {
  /** At most `most` of a tenant. */
  createWebhookEndpoint(
    given: NewWebhookEndpoint,
    most: number,
  ): Promise<{ status: 'created'; endpoint: WebhookEndpoint } | { status: 'too_many' }>;
  getWebhookEndpoint(tenant: string, id: string): Promise<WebhookEndpoint | null>;
  listWebhookEndpoints(tenant: string, query: PageQuery): Promise<Page<WebhookEndpoint>>;
  /** Null for an unknown one. Enabling, and another URL, begin anew: what had waited is due, and nothing has failed. */
  changeWebhookEndpoint(asked: Asked, change: WebhookChange): Promise<WebhookEndpoint | null>;
  /** The present generation signs on for `overlap_ms`; older ones end now. */
  rotateWebhookSecret(asked: Asked, secret: NewWebhookSecret, overlap_ms: number): Promise<WebhookEndpoint | null>;
  /** Its secrets are gone with it, and nothing more is sent. */
  deleteWebhookEndpoint(asked: Asked): Promise<boolean>;
  /** Tells this endpoint alone; null for an unknown one. */
  testWebhookEndpoint(asked: Asked): Promise<WebhookDelivery | 'disabled' | null>;
  listWebhookDeliveries(tenant: string, endpointId: string, query: PageQuery): Promise<Page<WebhookDelivery>>;
  getWebhookDelivery(tenant: string, id: string): Promise<WebhookDelivery | null>;
  /** Due now, with the whole schedule before it again. */
  replayWebhookDelivery(asked: Asked): Promise<WebhookDelivery | 'disabled' | null>;

  /** Ids of an endpoint's deliveries that may be sent now, the longest due first. */
  dueWebhookDeliveries(endpointId: string, limit: number): Promise<string[]>;
  claimWebhookDelivery(id: string, worker: string, lease_ms: number): Promise<WebhookClaim | null>;
  /** Untouched, to be sent by another worker. */
  releaseWebhookDelivery(id: string, fence: number): Promise<boolean>;
  /** Writes an attempt and what follows from it; false where another worker has the delivery. */
  recordWebhookAttempt(
    claim: WebhookClaim,
    attempt: WebhookAttempt,
    then: AfterAttempt,
    worker: string,
  ): Promise<boolean>;
  /** Endpoints with something due, as after a lost ring. */
  webhookEndpointsToRing(): Promise<string[]>;
  /** Events of before, with their deliveries, unless one of these still waits; returns how many. */
  deleteOldWebhookEvents(older_than_ms: number): Promise<number>;
}

/** Of an attempt: the generations that sign, and what they sign. `seconds`: of the attempt, since 1970. */
export type SignWebhook = (
  sealed: readonly string[],
  message: { id: string; seconds: number; body: string },
) => Record<string, string>;

export type SendOutcome =
  | { status: number; duration_ms: number; retry_after: string | null }
  | { error: SendFailure; duration_ms: number };

/** By the certificate of our domain. */
export interface OpenDsrSigner {
  domain: string;
  /** PEM. */
  certificate: string;
  /** Base64, over the bytes of the body. */
  sign(body: string): string;
}

export interface OpenDsrStore {
  getOpenDsrRequest(
    tenant: string,
    subjectRequestId: string,
  ): Promise<{
    controller_id: string;
    subject_request_id: string;
    request: DeletionRequest;
    callbacks: { url: string; state: 'enabled' | 'disabled'; failing_since: string | null }[];
  } | null>;
}

export interface Webhooks extends WebhookSender {
  sign: SignWebhook;
  /** Null: OpenDSR is not configured. */
  opendsr: OpenDsrSigner | null;
  /** How long deliveries are kept. */
  retention_ms: number;
}

/** Sends to allowed addresses only, follows no redirect, and keeps nothing of what the answer says. Never rejects. */
export interface WebhookSender {
  send(url: string, headers: Record<string, string>, body: string, signal: AbortSignal): Promise<SendOutcome>;
}
