// The whole ledger checked from its first entry: the chain, the tree, every checkpoint. From the store or from an export alike, and in
// the memory of a page.
import type { LedgerCheckpoint } from '../domain/ledger.ts';
import type { LedgerEntry } from '../runs/ports.ts';
import { originOf, type TreeHead, verifyCheckpoint } from './checkpoint-note.ts';
import { entryLeaf, verifyChain } from './ledger.ts';
import { growingTree, type TreeNode } from './merkle.ts';

type Jwks = { keys: Record<string, unknown>[] };

/** The signed note, and what a store shows beside it. */
export type ShownCheckpoint = Pick<LedgerCheckpoint, 'checkpoint'> & Partial<LedgerCheckpoint>;

/** What is checked. Checkpoints come in order of size. */
export interface LedgerSource {
  entries(): AsyncIterable<LedgerEntry[]>;
  checkpoints(): AsyncIterable<ShownCheckpoint[]>;
  /** Hashes that the store keeps of these subtrees, where there is a store. */
  nodes?(nodes: readonly TreeNode[]): Promise<Uint8Array[]>;
  /** Called with every page once its entries are known to be whole; returns what is wrong with what they record, or null. */
  records?(entries: readonly LedgerEntry[]): Promise<string | null>;
  /** A checkpoint that the verifier kept: the ledger must have grown from it, whatever the store shows. */
  held?: string;
  /** What is wrong now that every entry was seen, or null. */
  ended?(): string | null;
}

export interface LedgerFacts {
  entries: number;
  head: string | null;
  checkpoints: number;
  /** Entries that the last checkpoint covers. */
  covered: number;
}
export type LedgerCheck = ({ ok: true } & LedgerFacts) | { ok: false; reason: string };

/** Levels of subtrees that the store keeps. */
const KEPT_LEVELS = 8;

/** One checkpoint after the other, each once the tree has grown to its size. */
async function* each(pages: AsyncIterable<ShownCheckpoint[]>): AsyncGenerator<ShownCheckpoint> {
  for await (const page of pages) yield* page;
}

/** Whether what is shown beside a note is what the note says. */
const showsHead = ({ origin, size, root }: ShownCheckpoint, head: TreeHead): boolean =>
  (origin ?? head.origin) === head.origin &&
  (size ?? head.size) === head.size &&
  (root === undefined || root === Buffer.from(head.root).toString('base64'));

/** Checks of checkpoints, against a tree that grows: those of one tree, and so each of them begins with the one before. */
function checkpointChecks(notes: AsyncGenerator<ShownCheckpoint>, jwks: Jwks) {
  let next: { size: number; root: Uint8Array; origin: string } | null = null;
  let [count, covered] = [0, 0];
  let origin: string | null = null;
  const advance = async (): Promise<string | null> => {
    const { value } = (await notes.next()) as { value?: ShownCheckpoint };
    if (value === undefined) {
      next = null;
      return null;
    }
    const check = verifyCheckpoint(value.checkpoint, jwks);
    if (!check.ok) return `checkpoint ${count + 1} does not verify: ${check.reason}`;
    if (!showsHead(value, check.head)) return `checkpoint ${count + 1} is shown as another one than was signed`;
    if (check.head.size <= covered) return `checkpoint ${count + 1} is out of order`;
    next = check.head;
    return null;
  };
  return {
    start: advance,
    began(first: LedgerEntry) {
      origin = originOf(first.hash);
    },
    /** Null, or what is wrong now that the tree has `size` leaves. */
    async grown(size: number, root: () => Uint8Array): Promise<string | null> {
      if (next === null || next.size !== size) return null;
      if (next.origin !== origin) return `the checkpoint of ${size} entries is of another ledger`;
      if (Buffer.compare(next.root, root()) !== 0)
        return `the checkpoint of ${size} entries was signed over other entries than these`;
      [count, covered] = [count + 1, size];
      return advance();
    },
    end: (size: number): string | null =>
      next === null ? null : `a checkpoint covers ${next.size} entries, and there are ${size}`,
    facts: () => ({ checkpoints: count, covered }),
  };
}

/** Where the stored subtrees are others than the entries make. */
async function checkNodes(
  read: LedgerSource['nodes'],
  made: readonly (TreeNode & { hash: Uint8Array })[],
  covered: number,
): Promise<string | null> {
  const kept = made.filter(({ level, index }) => level % KEPT_LEVELS === 0 && (index + 1) * 2 ** level <= covered);
  if (read === undefined || kept.length === 0) return null;
  const stored = await read(kept);
  const bad = kept.find(({ hash }, i) => Buffer.compare(hash, stored[i]!) !== 0);
  return bad === undefined ? null : `subtree ${bad.index} of level ${bad.level} is not that of its entries`;
}

/** The kept checkpoint against the tree as it grows. */
function heldCheck(note: string | undefined, jwks: Jwks) {
  const check = note === undefined ? null : verifyCheckpoint(note, jwks);
  const head = check?.ok ? check.head : null;
  return {
    wrong: check !== null && !check.ok ? `the checkpoint that was kept does not verify: ${check.reason}` : null,
    grown: (size: number, root: () => Uint8Array): string | null =>
      head?.size === size && Buffer.compare(head.root, root()) !== 0
        ? `the first ${size} entries are not those that the kept checkpoint was signed over`
        : null,
    end: (size: number): string | null =>
      head !== null && head.size > size
        ? `the kept checkpoint covers ${head.size} entries, and there are ${size}`
        : null,
  };
}

/** Checks all there is. Names the first thing that is wrong; never throws for it. */
export async function auditLedger(source: LedgerSource, jwks: Jwks): Promise<LedgerCheck> {
  const no = (reason: string): LedgerCheck => ({ ok: false, reason });
  const tree = growingTree();
  const checkpoints = checkpointChecks(each(source.checkpoints()), jwks);
  const made: (TreeNode & { hash: Uint8Array })[] = [];
  let before: LedgerEntry | undefined;
  const held = heldCheck(source.held, jwks);
  let wrong = held.wrong ?? (await checkpoints.start());
  if (wrong !== null) return no(wrong);
  for await (const page of source.entries()) {
    const [first] = page;
    if (first === undefined) continue;
    const check = before === undefined && first.seq !== 1 ? { ok: false as const, seq: 1 } : verifyChain(page, before);
    if (!check.ok) return no(`entry ${check.seq} does not follow from the one before it`);
    if (before === undefined) checkpoints.began(first);
    for (const entry of page) {
      for (const node of tree.add(entryLeaf(entry.hash))) if (node.level % KEPT_LEVELS === 0) made.push(node);
      wrong = held.grown(tree.size(), tree.root) ?? (await checkpoints.grown(tree.size(), tree.root));
      if (wrong !== null) return no(wrong);
    }
    wrong = (await source.records?.(page)) ?? null;
    if (wrong !== null) return no(wrong);
    before = page.at(-1);
  }
  const { checkpoints: count, covered } = checkpoints.facts();
  wrong =
    held.end(tree.size()) ??
    checkpoints.end(tree.size()) ??
    (await checkNodes(source.nodes, made, covered)) ??
    source.ended?.() ??
    null;
  if (wrong !== null) return no(wrong);
  return { ok: true, entries: tree.size(), head: before?.hash ?? null, checkpoints: count, covered };
}
