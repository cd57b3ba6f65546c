// Subtrees of the Merkle tree over the ledger. Of every eighth level they are stored, once complete; the leaves are the entries' own
// hashes. So a proof reads at most 255 hashes a stored level, and a million entries have some 3,900 rows.
import { sql } from 'kysely';
import { ExpungeError } from '../errors.ts';
import { entryLeaf } from '../evidence/ledger.ts';
import { HASH_BYTES, merkleRoot, type TreeNode } from '../evidence/merkle.ts';
import type { Db, Trx } from './db.ts';

/** Levels between two that are stored: 256 subtrees of one make one of the next. */
const STEP = 8;
const FAN = 2 ** STEP;
/** Subtrees that are made at a time: of 8,192 hashes. */
const AT_ONCE = 32;

interface Children {
  /** Indices at the level below, from and without the last. */
  from: number;
  to: number;
}

const missing = (what: string) =>
  new ExpungeError('ledger-altered', `${what} of the ledger is not there; nothing is proved or signed over the gap.`);

/** Hashes at a stored level, by index. */
async function readLevel(db: Db, level: number, ranges: readonly Children[]): Promise<Map<number, Uint8Array>> {
  const of = sql`unnest(${ranges.map(({ from }) => from)}::bigint[], ${ranges.map(({ to }) => to)}::bigint[]) as r(a, b)`;
  if (level === 0) {
    const { rows } = await sql<{ seq: number; hash: string }>`
      select l.seq, l.hash from ${of} join ledger l on l.seq > r.a and l.seq <= r.b`.execute(db);
    return new Map(rows.map(({ seq, hash }) => [seq - 1, entryLeaf(hash)]));
  }
  const { rows } = await sql<{ index: number; hash: Uint8Array }>`
    select n.index, n.hash from ${of} join ledger_nodes n on n.level = ${level} and n.index >= r.a and n.index < r.b`.execute(
    db,
  );
  return new Map(rows.map(({ index, hash }) => [index, hash]));
}

/** Subtrees made of what is stored at `base`, a level at or below theirs. */
async function fromLevel(db: Db, base: number, nodes: readonly TreeNode[]): Promise<Uint8Array[]> {
  const ranges = nodes.map(({ level, index }) => {
    const width = 2 ** (level - base);
    return { from: index * width, to: (index + 1) * width };
  });
  const known = await readLevel(db, base, ranges);
  return ranges.map(({ from, to }) =>
    merkleRoot(
      Array.from({ length: to - from }, (_, i) => {
        const hash = known.get(from + i);
        if (hash?.length !== HASH_BYTES)
          throw missing(base === 0 ? `Entry ${from + i + 1}` : `Subtree ${from + i} of level ${base}`);
        return hash;
      }),
    ),
  );
}

/** See the port. */
export async function readNodes(db: Db, nodes: readonly TreeNode[]): Promise<Uint8Array[]> {
  const found = new Map<TreeNode, Uint8Array>();
  for (const [base, some] of Map.groupBy(nodes, ({ level }) => level - (level % STEP))) {
    const hashes = await fromLevel(db, base, some);
    for (const [i, node] of some.entries()) found.set(node, hashes[i]!);
  }
  return nodes.map((node) => found.get(node)!);
}

/** Stores the subtrees that became complete as the tree grew. */
export async function growNodes(trx: Trx, from: number, to: number): Promise<void> {
  for (let level = STEP, width = FAN; width <= to; level += STEP, width *= FAN) {
    const end = Math.floor(to / width);
    for (let start = Math.floor(from / width); start < end; start += AT_ONCE) {
      const nodes = Array.from({ length: Math.min(AT_ONCE, end - start) }, (_, i) => ({ level, index: start + i }));
      const hashes = await fromLevel(trx, level - STEP, nodes);
      const rows = nodes.map((node, i) => ({ ...node, hash: hashes[i]! }));
      await trx.insertInto('ledger_nodes').values(rows).execute();
    }
  }
}
