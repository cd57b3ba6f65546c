// The tables of webhooks as Kysely sees them.
import type { ColumnType, Generated } from 'kysely';
import type { OpenDsrStatus } from '../domain/opendsr.ts';
import type { DisabledReason, SendFailure } from '../domain/webhook.ts';
import type { LeasedColumns } from './schema-leased.ts';

interface WebhookEndpointsTable {
  id: string;
  tenant_id: string;
  /** Of an OpenDSR callback: it is told of this request alone. */
  request_id: string | null;
  url: string;
  description: string | null;
  /** Of weights, whose address it is. */
  recipient: Generated<string | null>;
  events: ColumnType<string[], string, string>;
  /** Of an OpenDSR callback: the status that its controller knows of. */
  told: OpenDsrStatus | null;
  state: 'enabled' | 'disabled';
  disabled_reason: DisabledReason | null;
  failing_since: string | null;
  /** It asked not to be sent to before. */
  paused_until: string | null;
  created_at: string;
  updated_at: string;
  version: number;
  /** Its deliveries are kept until they are old; its secrets are not. */
  deleted_at: string | null;
}

interface WebhookSecretsTable {
  id: string;
  tenant_id: string;
  endpoint_id: string;
  sealed: string;
  public_key: string;
  created_at: string;
  /** Null: the present one. */
  expires_at: string | null;
}

interface WebhookEventsTable {
  id: string;
  tenant_id: string;
  type: string;
  /** Byte for byte what is sent and signed, in every attempt. */
  body: string;
  created_at: string;
}

interface WebhookDeliveriesTable extends LeasedColumns {
  endpoint_id: string;
  event_id: string;
  /** Since it was made or replayed. */
  round_attempts: number;
  next_attempt_at: string | null;
}

interface WebhookAttemptsTable {
  tenant_id: string;
  delivery_id: string;
  position: Generated<number>;
  at: string;
  status: number | null;
  error: SendFailure | null;
  duration_ms: number;
}

interface OpenDsrRequestsTable {
  tenant_id: string;
  request_id: string;
  /** The controller's. */
  subject_request_id: string;
  controller_id: string;
  regulation: 'gdpr' | 'ccpa';
}

export interface WebhookTables {
  opendsr_requests: OpenDsrRequestsTable;
  webhook_endpoints: WebhookEndpointsTable;
  webhook_secrets: WebhookSecretsTable;
  webhook_events: WebhookEventsTable;
  webhook_deliveries: WebhookDeliveriesTable;
  webhook_attempts: WebhookAttemptsTable;
}
