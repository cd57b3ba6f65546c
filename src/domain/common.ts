// Schema pieces that every resource uses.
import Type, { type TSchema } from 'typebox';

export const Id = Type.String({ format: 'uuid', description: 'UUID version 7' });
export const Digest = Type.String({ pattern: '^sha256:[0-9a-f]{64}$', description: 'Content address' });
export const Timestamp = Type.String({ format: 'date-time', description: 'RFC 3339, UTC' });
export const Name = Type.String({ pattern: '^[a-z0-9][a-z0-9._-]{0,99}$', description: 'Lower-case name' });
export const Nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);
/** A union of literals from a tuple of strings. */
export const StringEnum = <const T extends readonly string[]>(values: T, description?: string, fallback?: T[number]) =>
  Type.Unsafe<T[number]>({
    type: 'string',
    enum: [...values],
    ...(description ? { description } : {}),
    ...(fallback ? { default: fallback } : {}),
  });
