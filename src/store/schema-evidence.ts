// The tables of the ledger's tree and of recipients as Kysely sees them.

interface LedgerNodesTable {
  level: number;
  index: number;
  hash: Uint8Array;
}

interface LedgerCheckpointsTable {
  size: number;
  origin: string;
  root: Uint8Array;
  checkpoint: string;
  created_at: string;
}

interface RecipientsTable {
  tenant_id: string;
  /** Of the checkpoint. */
  digest: string;
  recipient: string;
  files: string[];
  pulls: number;
  bytes: number;
  first_pulled_at: string;
  last_pulled_at: string;
  /** Since when it is known to have heard that the checkpoint is not in use any more. */
  told_at: string | null;
}

export interface EvidenceTables {
  ledger_nodes: LedgerNodesTable;
  ledger_checkpoints: LedgerCheckpointsTable;
  recipients: RecipientsTable;
}
