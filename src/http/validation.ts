// What a schema error says to the client: where, and what is expected; never the value that was sent.
import { ExpungeError, type FieldError } from '../errors.ts';

/** An AJV error as Fastify hands it on; `parentSchema` is there because AJV runs verbose. */
export interface SchemaError {
  instancePath: string;
  keyword: string;
  message?: string;
  params: Record<string, unknown>;
  parentSchema?: unknown;
}

const list = (values: unknown): string => (Array.isArray(values) ? values.map(String).join(', ') : '');

/** Names of a discriminated union's branches, read from its schema. */
function branchNames(schema: unknown, tag: string): string {
  const branches = (schema as { oneOf?: { properties?: Record<string, { const?: unknown }> }[] })?.oneOf ?? [];
  return list(branches.map((branch) => branch.properties?.[tag]?.const));
}

/** Field names come from the client and may be anything, so the known ones are listed instead of the unknown one. */
const knownFields = (schema: unknown): string =>
  list(Object.keys((schema as { properties?: Record<string, unknown> })?.properties ?? {}));

function fieldError(error: SchemaError): FieldError {
  const pointer = `#${error.instancePath}`;
  const said = error.message ?? 'is not valid';
  switch (error.keyword) {
    case 'required':
      return { pointer: `${pointer}/${String(error.params.missingProperty)}`, detail: 'is required' };
    case 'additionalProperties':
      return { pointer, detail: `holds an unknown field; known are: ${knownFields(error.parentSchema) || 'none'}` };
    case 'enum':
      return { pointer, detail: `${said}: ${list(error.params.allowedValues)}` };
    case 'discriminator': {
      const tag = String(error.params.tag ?? 'name');
      return { pointer: `${pointer}/${tag}`, detail: `must be one of: ${branchNames(error.parentSchema, tag)}` };
    }
    default:
      return { pointer, detail: said };
  }
}

/**
 * The problem of a request that AJV refused. An id in the path that cannot exist is `not-found`;
 * query parameters are pointed at by name (`#/limit`).
 */
export function describeValidation(errors: SchemaError[], context: string): ExpungeError {
  if (context === 'params') {
    return new ExpungeError('not-found', 'The path holds an id that no resource can have.');
  }
  const fields = errors.map(fieldError);
  const first = fields[0] ?? { pointer: '#', detail: 'is not valid' };
  const where = context === 'querystring' ? 'query' : context;
  return new ExpungeError('validation-failed', `In the ${where}, ${first.pointer} ${first.detail}.`, {
    errors: fields,
  });
}

/** A refusal that a schema cannot express. `pointer` as in `#/subject/identifiers/0`. */
export const invalidField = (pointer: string, detail: string): ExpungeError =>
  new ExpungeError('validation-failed', `${pointer} ${detail}.`, { errors: [{ pointer, detail }] });
