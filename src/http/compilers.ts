// Validators of what comes in and serialisers of what goes out, compiled when they are first used and once for all routes and
// applications of a process. Fastify compiles all of them before the first call, and reads every named schema for each: most of an
// application's start, for many times the same problem document.
import AjvCompiler from '@fastify/ajv-compiler';
import { SerializerSelector } from '@fastify/fast-json-stringify-compiler';

type SerializerFactory = ReturnType<typeof SerializerSelector>;
type Serializer = ReturnType<ReturnType<SerializerFactory>>;
type ValidatorFactory = AjvCompiler.BuildCompilerFromPool;
type Validator = ReturnType<ReturnType<ValidatorFactory>>;
type Named = Record<string, unknown>;

const REFERENCE = /"\$ref":"([^"#]+)#/g;

/** Of the named schemas, those that a text of JSON refers to, and those that these refer to. */
function referredTo(text: string, named: Named, found: Named = {}): Named {
  for (const [, name] of text.matchAll(REFERENCE)) {
    if (name === undefined || name in found || named[name] === undefined) continue;
    found[name] = named[name];
    referredTo(JSON.stringify(named[name]), named, found);
  }
  return found;
}

/** What has been handed out and not been used yet. */
const waiting = new Set<() => unknown>();

/** Compiles all of it: a schema that cannot be compiled would be found by the first call of its route. */
export function compileWaiting(): void {
  for (const compile of waiting) compile();
}

/** The same after the start, one at a time, so that calls that come meanwhile wait for one at most. */
export async function compileInPauses(): Promise<void> {
  for (const compile of waiting) {
    await new Promise<void>((resolve) => setImmediate(resolve));
    compile();
  }
}

/** `make`, called once, when its result is first needed. */
function later<T>(make: () => T): () => T {
  let made: T | undefined;
  const compile = () => {
    if (made === undefined) {
      waiting.delete(compile);
      made = make();
    }
    return made;
  };
  waiting.add(compile);
  return compile;
}

/** One result for each schema, with what it refers to, and options. */
function sharing<T>(make: (schema: unknown, used: Named, options: unknown) => T) {
  const known = new Map<string, T>();
  return (schema: unknown, named: Named, options: unknown): T => {
    const text = JSON.stringify(schema);
    const used = referredTo(text, named);
    const key = JSON.stringify([text, used, options]);
    const found = known.get(key) ?? make(schema, used, options);
    known.set(key, found);
    return found;
  };
}

const serializer = sharing<Serializer>((schema, used, options) => {
  const compiled = later(() =>
    SerializerSelector()(used, options as never)({ method: '', url: '', httpStatus: '', schema } as never),
  );
  return (data) => compiled()(data);
});

/** Keeps an Ajv for each set of named schemas. */
const buildFromPool = AjvCompiler();

const validator = sharing<Validator>((schema, used, options) => {
  const compiled = later(() => buildFromPool(used as never, options as never)({ schema } as never));
  const validate = ((data: unknown) => {
    const check = compiled();
    const valid = check(data);
    validate.errors = check.errors;
    return valid;
  }) as Validator;
  return validate;
});

/** What Fastify makes serialisers with (`schemaController.compilersFactory.buildSerializer`). */
export const buildSerializer: SerializerFactory = (named, options) => (route) =>
  serializer(route.schema, (named ?? {}) as Named, options);

/** Node hands headers over in lower case, and whoever brings a factory is trusted by Fastify to know: another name would never be looked at. */
function checkHeaderNames({ httpPart, schema }: { httpPart?: string; schema: unknown }): void {
  if (httpPart !== 'headers') return;
  const { properties = {}, required = [] } = schema as { properties?: object; required?: string[] };
  const wrong = [...Object.keys(properties), ...required].find((name) => name !== name.toLowerCase());
  if (wrong !== undefined) throw new Error(`Header ${wrong} has to be in lower case in a schema.`);
}

/** The same of validators. Throws an Error for the schema of headers that names one otherwise than in lower case. */
export const buildValidator = ((named: unknown, options: unknown) =>
  (route: { httpPart?: string; schema: unknown }) => {
    checkHeaderNames(route);
    return validator(route.schema, (named ?? {}) as Named, options);
  }) as unknown as ValidatorFactory;
