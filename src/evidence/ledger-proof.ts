// Proofs against checkpoints of the ledger: how they are written, read and checked offline.
import canonicalize from 'canonicalize';
import type { Static, TSchema } from 'typebox';
import { Value } from 'typebox/value';
import { ConsistencyProof, InclusionProof } from '../domain/ledger.ts';
import { type TreeHead, verifyCheckpoint } from './checkpoint-note.ts';
import { entryLeaf, ledgerHash } from './ledger.ts';
import { HASH_BYTES, verifyConsistency, verifyInclusion } from './merkle.ts';
import { fromBase64 } from './note.ts';

export type InclusionCheck =
  | { ok: true; entry: InclusionProof['entry']; head: TreeHead; kid: string }
  | { ok: false; reason: string };

const TLOG_PROOF = 'c2sp.org/tlog-proof@v1';

/** A proof as C2SP tlog-proof has it: a file that other tools read; the entry is its extra data. */
export function formatProof({ entry, index, hashes, checkpoint }: InclusionProof): string {
  const extra = Buffer.from(canonicalize(entry) ?? '').toString('base64');
  return [TLOG_PROOF, `extra ${extra}`, `index ${index}`, ...hashes, '', checkpoint].join('\n');
}

function parseTlogProof(text: string): unknown {
  const cut = text.indexOf('\n\n');
  const [version, extra = '', index = '', ...hashes] = text.slice(0, Math.max(cut, 0)).split('\n');
  const entry = fromBase64(/^extra (.+)$/.exec(extra)?.[1] ?? '');
  const leaf = /^index (0|[1-9]\d{0,15})$/.exec(index)?.[1];
  if (version !== TLOG_PROOF || entry === null || leaf === undefined) return null;
  const checkpoint = text.slice(cut + 2);
  const size = Number(checkpoint.split('\n', 2)[1]);
  return { entry: JSON.parse(entry.toString('utf8')), index: Number(leaf), size, hashes, checkpoint };
}

function parseAs<S extends TSchema>(schema: S, text: string): Static<S> | null {
  try {
    const found: unknown = text.startsWith(TLOG_PROOF) ? parseTlogProof(text) : JSON.parse(text);
    return Value.Check(schema, found) ? (found as Static<S>) : null;
  } catch {
    return null;
  }
}

/** A proof of inclusion in a text, as JSON or as tlog-proof; null where it is neither. */
export const parseProof = (text: string): InclusionProof | null => parseAs(InclusionProof, text);

/** The hashes of a proof; null where one is none. */
function decode(hashes: readonly string[]): Buffer[] | null {
  const found = hashes.map(fromBase64);
  return found.every((hash) => hash?.length === HASH_BYTES) ? (found as Buffer[]) : null;
}

/**
 * That the entry is in the ledger whose checkpoint the trusted keys have signed: the entry's own hash, its place, the path to the
 * root, the signature. Never throws on bad input.
 */
export function checkInclusion(proof: InclusionProof, jwks: { keys: Record<string, unknown>[] }): InclusionCheck {
  const no = (reason: string): InclusionCheck => ({ ok: false, reason });
  if (!Value.Check(InclusionProof, proof)) return no('it is not a proof of inclusion');
  const { entry, index, size, hashes, checkpoint } = proof;
  const signed = verifyCheckpoint(checkpoint, jwks);
  if (!signed.ok) return no(`its checkpoint does not verify: ${signed.reason}`);
  if (signed.head.size !== size) return no('its checkpoint is of another size');
  if (ledgerHash(entry.previous_hash, entry) !== entry.hash) return no('its entry was altered');
  const path = decode(hashes);
  if (index !== entry.seq - 1 || path === null) return no('it is of another entry');
  if (!verifyInclusion(entryLeaf(entry.hash), { index, size, hashes: path }, signed.head.root))
    return no('the entry is not in the ledger that the checkpoint was signed over');
  return { ok: true, entry, head: signed.head, kid: signed.kid };
}

/** That the later checkpoint's ledger begins with the earlier one's. */
export function checkConsistency(first: TreeHead, second: TreeHead, { from, to, hashes }: ConsistencyProof): boolean {
  const path = decode(hashes);
  return (
    path !== null &&
    first.origin === second.origin &&
    first.size === from &&
    second.size === to &&
    verifyConsistency(first, second, path)
  );
}

type Comparison = { ok: true; origin: string; from: number; to: number } | { ok: false; reason: string };

/** The same for two signed notes and a proof as they were saved. Never throws on bad input. */
export function compareCheckpoints(
  old: string,
  later: string,
  proof: string,
  jwks: { keys: Record<string, unknown>[] },
): Comparison {
  const no = (reason: string): Comparison => ({ ok: false, reason });
  const first = verifyCheckpoint(old, jwks);
  if (!first.ok) return no(`the earlier one does not verify: ${first.reason}`);
  const second = verifyCheckpoint(later, jwks);
  if (!second.ok) return no(`the later one does not verify: ${second.reason}`);
  const { origin, size: from } = first.head;
  const { size: to } = second.head;
  if (origin !== second.head.origin) return no('they are of two ledgers');
  const parsed = parseAs(ConsistencyProof, proof);
  if (parsed === null) return no('the proof is none of consistency');
  if (parsed.from !== from || parsed.to !== to)
    return no(`the proof is from ${parsed.from} to ${parsed.to}; get one with from=${from}&to=${to}`);
  if (!checkConsistency(first.head, second.head, parsed))
    return no('the later ledger does not begin with the earlier one');
  return { ok: true, origin, from, to };
}
