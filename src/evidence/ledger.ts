// The hash chain of decisions, as pure functions over entries: one chain an installation, nothing personal in it.
import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import type { LedgerEntry } from '../runs/ports.ts';
import { leafHash } from './merkle.ts';

export type UnhashedEntry = Omit<LedgerEntry, 'hash' | 'previous_hash'>;

/** What the first entry names as its predecessor. */
export const GENESIS_HASH = `sha256:${'0'.repeat(64)}`;

/**
 * `sha256:` and 64 hex digits over the RFC 8785 canonical JSON of the entry together with the hash before it.
 * `previous` is `GENESIS_HASH` for entry 1.
 */
export function ledgerHash(previous: string, entry: UnhashedEntry): string {
  const { seq, at, tenant, type, actor, data } = entry;
  const text = canonicalize({ seq, at, tenant, type, actor, data, previous_hash: previous });
  if (text === undefined) throw new TypeError('a ledger entry must be JSON');
  return `sha256:${createHash('sha256').update(text).digest('hex')}`;
}

/** The leaf of an entry in the Merkle tree: its hash in the chain, which commits to all of it and to all before it. */
export const entryLeaf = (hash: string): Buffer => leafHash(Buffer.from(hash.slice('sha256:'.length), 'hex'));

export type ChainCheck = { ok: true } | { ok: false; seq: number };

/**
 * Checks consecutive entries: hashes, links, and that no sequence number is missing. A slice that does not start at
 * entry 1 is held against `before`, or, without it, takes its own first link on trust. Names the first bad entry.
 */
export function verifyChain(entries: readonly LedgerEntry[], before?: { seq: number; hash: string }): ChainCheck {
  let previous = before ?? null;
  for (const entry of entries) {
    const seq = previous ? previous.seq + 1 : entry.seq;
    const link = previous ? previous.hash : seq === 1 ? GENESIS_HASH : entry.previous_hash;
    if (entry.seq !== seq) return { ok: false, seq };
    if (entry.previous_hash !== link || entry.hash !== ledgerHash(link, entry)) return { ok: false, seq };
    previous = { seq, hash: entry.hash };
  }
  return { ok: true };
}
