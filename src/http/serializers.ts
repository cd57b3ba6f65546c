// Serialisers of responses, compiled once for all routes and applications of a process. Fastify compiles one for each status
// of each route, and reads every named schema for each: most of an application's start, for many times the same problem document.
import { SerializerSelector } from '@fastify/fast-json-stringify-compiler';

type Factory = ReturnType<typeof SerializerSelector>;
type Serializer = ReturnType<ReturnType<Factory>>;

const REFERENCE = /"\$ref":"([^"#]+)#/g;

/** Of the named schemas, those that a text of JSON refers to, and those that these refer to. */
function referredTo(text: string, named: Record<string, unknown>, found: Record<string, unknown> = {}) {
  for (const [, name] of text.matchAll(REFERENCE)) {
    if (name === undefined || name in found || named[name] === undefined) continue;
    found[name] = named[name];
    referredTo(JSON.stringify(named[name]), named, found);
  }
  return found;
}

const compiled = new Map<string, Serializer>();

/** What Fastify makes serialisers with (`schemaController.compilersFactory.buildSerializer`). */
export const buildSerializer: Factory = (externalSchemas, options) => {
  const named = (externalSchemas ?? {}) as Record<string, unknown>;
  return (route) => {
    const text = JSON.stringify(route.schema);
    const used = referredTo(text, named);
    const key = JSON.stringify([text, used, options]);
    const known = compiled.get(key);
    if (known !== undefined) return known;
    const serializer = SerializerSelector()(used, options)(route);
    compiled.set(key, serializer);
    return serializer;
  };
};
