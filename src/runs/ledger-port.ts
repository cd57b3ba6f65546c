// The ledger as the store keeps it: the chain, the subtrees of its Merkle tree, and signed checkpoints.
import type { LedgerCheckpoint } from '../domain/ledger.ts';

export interface LedgerEntry {
  seq: number;
  at: string;
  tenant: string;
  type: string;
  actor: string;
  /** Ids, states and digests only. */
  data: Record<string, unknown>;
  previous_hash: string;
  hash: string;
}

/** What is to be signed: the tree of the first `size` entries. */
export interface NewTreeHead {
  /** Hash of entry 1, which names the ledger. */
  first: string;
  size: number;
  root: Uint8Array;
}

export interface LedgerStore {
  appendLedger(tenant: string, type: string, actor: string, data: Record<string, unknown>): Promise<LedgerEntry>;
  /** Entries of all tenants in order: for whoever checks the whole chain, never for a client. */
  readLedger(query: { after?: number; limit: number }): Promise<LedgerEntry[]>;
  /** Entries of the tenant after that number, in order; of that type, or of all. */
  ledgerEntries(tenant: string, query: { after: number; limit: number; type?: string }): Promise<LedgerEntry[]>;
  /** One entry of the tenant: by its number, or the one that a certificate was recorded with. */
  ledgerEntry(tenant: string, which: { seq: number } | { certificate_id: string }): Promise<LedgerEntry | null>;
  /** Hashes of perfect subtrees, level 0 being leaves. Throws `ledger-altered` where one is not there. */
  ledgerNodes(nodes: readonly { level: number; index: number }[]): Promise<Uint8Array[]>;
  /** Of that size, or the latest. */
  ledgerCheckpoint(size?: number): Promise<LedgerCheckpoint | null>;
  /** In order of size. */
  ledgerCheckpoints(query: { after?: number; limit: number }): Promise<LedgerCheckpoint[]>;
  /** Whether entries wait for a checkpoint for so long, or a certificate is among them. */
  ledgerCheckpointDue(everyMs: number): Promise<boolean>;
  /**
   * Checks what came since the last checkpoint, and that the tree still begins with the one that was signed; then has the new tree
   * signed and keeps it. One at a time. Null where nothing came. Throws `ledger-altered`, and signs nothing, where the chain is
   * broken or the tree is another one.
   */
  makeLedgerCheckpoint(
    sign: (head: NewTreeHead) => Promise<Pick<LedgerCheckpoint, 'origin' | 'checkpoint'>>,
  ): Promise<LedgerCheckpoint | null>;
}
