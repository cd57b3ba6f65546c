// Lines of JSON as a body that is never whole in memory.

/** Text or bytes that are NDJSON already (a Blob of a file, a stream), or values to make lines of. */
export type Lines<T> = string | Blob | ReadableStream<Uint8Array> | Iterable<T> | AsyncIterable<T>;

/** Characters of a chunk: a line each would be a write each. */
const CHUNK = 65_536;

function streamOf(values: Iterable<unknown> | AsyncIterable<unknown>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  const source = Symbol.asyncIterator in values ? values[Symbol.asyncIterator]() : values[Symbol.iterator]();
  return new ReadableStream({
    async pull(controller) {
      let text = '';
      while (text.length < CHUNK) {
        const { done, value } = await source.next();
        if (done) {
          if (text !== '') controller.enqueue(encoder.encode(text));
          controller.close();
          return;
        }
        text += `${JSON.stringify(value)}\n`;
      }
      controller.enqueue(encoder.encode(text));
    },
    async cancel() {
      await source.return?.();
    },
  });
}

/** Options of a call that sends lines; `duplex` lets `fetch` stream them. */
export function linesOf(lines: Lines<unknown>) {
  const ready = typeof lines === 'string' || lines instanceof Blob || lines instanceof ReadableStream;
  return {
    headers: { 'content-type': 'application/x-ndjson' },
    bodySerializer: () => (ready ? lines : streamOf(lines)),
    duplex: 'half' as const,
  };
}
