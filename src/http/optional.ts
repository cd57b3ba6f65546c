// What a caller may leave out, as the document has to say it: @fastify/swagger calls every body required, and a schema that
// fills a default in calls its member so.

interface Schema {
  type?: unknown;
  required?: string[];
  properties?: Record<string, Schema>;
  items?: Schema;
  anyOf?: Schema[];
  oneOf?: Schema[];
  default?: unknown;
}
interface Operation {
  parameters?: { required?: boolean; schema?: Schema }[];
  requestBody?: { required?: boolean; content?: Record<string, { schema?: Schema }> };
}

/** The schema of something sent: members with a default need not be there. */
function asSent(schema: Schema): Schema {
  const sent = { ...schema };
  if (schema.properties) {
    const members = Object.entries(schema.properties);
    sent.properties = Object.fromEntries(members.map(([name, member]) => [name, asSent(member)]));
    if (schema.required) {
      const required = schema.required.filter((name) => schema.properties?.[name]?.default === undefined);
      delete sent.required;
      if (required.length > 0) sent.required = required;
    }
  }
  if (schema.items) sent.items = asSent(schema.items);
  if (schema.anyOf) sent.anyOf = schema.anyOf.map(asSent);
  if (schema.oneOf) sent.oneOf = schema.oneOf.map(asSent);
  return sent;
}

const takesNothing = (schema: Schema | undefined): boolean =>
  schema?.type === 'null' || [...(schema?.anyOf ?? []), ...(schema?.oneOf ?? [])].some(takesNothing);

function ofOperation(operation: Operation): Operation {
  const { parameters, requestBody, ...rest } = operation;
  const body = requestBody?.content && {
    ...requestBody,
    required: !Object.values(requestBody.content).some(({ schema }) => takesNothing(schema)),
    content: Object.fromEntries(
      Object.entries(requestBody.content).map(([type, media]) => [
        type,
        { ...media, ...(media.schema && { schema: asSent(media.schema) }) },
      ]),
    ),
  };
  return {
    ...rest,
    ...(parameters && {
      parameters: parameters.map((one) => (one.schema?.default === undefined ? one : { ...one, required: false })),
    }),
    ...(body && { requestBody: body }),
  };
}

/** The same document, with what may be left out marked so. */
export function markOptional<Document extends { paths?: object }>(document: Document): Document {
  const paths = Object.entries((document.paths ?? {}) as Record<string, Record<string, Operation>>).map(
    ([path, operations]) => [
      path,
      Object.fromEntries(Object.entries(operations).map(([method, one]) => [method, ofOperation(one)])),
    ],
  );
  return { ...document, paths: Object.fromEntries(paths) };
}
