// Lists: a page, an opaque cursor that only we can make, and the Link to the next page.
import type { FastifyReply, FastifyRequest } from 'fastify';
import Type, { type Static, type TSchema } from 'typebox';
import { Nullable } from '../domain/common.ts';
import type { Page, PageQuery, SubjectKeys } from '../runs/ports.ts';
import { absolute } from './links.ts';
import { invalidField } from './validation.ts';

export const pageFields = {
  limit: Type.Integer({ minimum: 1, maximum: 100, default: 25, description: 'Items a page' }),
  cursor: Type.Optional(
    Type.String({ minLength: 1, maxLength: 2000, description: '`next_cursor` of the page before; other filters stay' }),
  ),
};
export const PageParameters = Type.Object(pageFields, { additionalProperties: false });
export type PageParameters = Static<typeof PageParameters>;

export const pageOf = <T extends TSchema>(item: T) =>
  Type.Object({
    items: Type.Array(item),
    next_cursor: Nullable(Type.String({ description: 'null at the end of the list' })),
  });

type Position = NonNullable<PageQuery['after']>;

export interface Cursors {
  /** `list` names the list and its filters; a cursor of one list is refused by another. */
  seal(list: string, position: Position): string;
  open(list: string, cursor: string): Position;
}

/** Cursors sealed with the installation's own key: unreadable, and any change is noticed. */
export function createCursors(keys: Pick<SubjectKeys, 'seal' | 'open'>): Cursors {
  const refuse = () => invalidField('#/cursor', 'is not a cursor of this list; leave it out to start again');
  return {
    seal: (list, position) =>
      Buffer.from(keys.seal(JSON.stringify([list, position.created_at, position.id]))).toString('base64url'),
    open(list, cursor) {
      let parts: unknown;
      try {
        parts = JSON.parse(keys.open(Buffer.from(cursor, 'base64url').toString()));
      } catch {
        throw refuse();
      }
      if (!Array.isArray(parts) || parts[0] !== list) throw refuse();
      return { created_at: String(parts[1]), id: String(parts[2]) };
    },
  };
}

/** Reads one page and shapes the answer. `filters` must be the query's other parameters. */
export async function page<T>(
  request: FastifyRequest,
  reply: FastifyReply,
  cursors: Cursors,
  about: { list: string; query: PageParameters; filters?: Record<string, string | undefined> },
  read: (query: PageQuery) => Promise<Page<T>>,
): Promise<{ items: T[]; next_cursor: string | null }> {
  const list = `${about.list}?${JSON.stringify(about.filters ?? {})}`;
  const { limit, cursor } = about.query;
  const found = await read({ limit, ...(cursor === undefined ? {} : { after: cursors.open(list, cursor) }) });
  if (found.next === null) return { items: found.items, next_cursor: null };
  const next = cursors.seal(list, found.next);
  const link = new URL(absolute(request, request.url));
  link.searchParams.set('cursor', next);
  reply.header('link', `<${link.href}>; rel="next"`);
  return { items: found.items, next_cursor: next };
}

/** Walks a whole list page by page and returns the first item that fits. */
export async function findInPages<T>(
  read: (query: PageQuery) => Promise<Page<T>>,
  fits: (item: T) => boolean,
): Promise<T | null> {
  let query: PageQuery = { limit: 100 };
  for (;;) {
    const found = await read(query);
    const hit = found.items.find(fits);
    if (hit !== undefined) return hit;
    if (found.next === null) return null;
    query = { limit: 100, after: found.next };
  }
}
