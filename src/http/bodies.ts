// JSON bodies: read as the bytes that were sent.
import type { FastifyRequest } from 'fastify';
import { ExpungeError } from '../errors.ts';
import { checkPairs } from './surrogates.ts';
import type { App } from './types.ts';

/**
 * Takes `application/json` and no other type. Bytes that are not UTF-8 are refused: read with replacement characters,
 * an identifier would become another person's, and the request would end with nothing found. Halves of surrogate pairs are refused for the same reason.
 * `keep` sees the bytes first.
 */
export function takeJson(app: App, keep?: (request: FastifyRequest, bytes: Buffer) => void): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  const decoder = new TextDecoder('utf-8', { fatal: true });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser<Buffer>('application/json', { parseAs: 'buffer' }, (request, bytes, done) => {
    keep?.(request, bytes);
    let text: string;
    try {
      text = decoder.decode(bytes);
    } catch {
      done(new ExpungeError('malformed-json', 'The bytes of the body are not UTF-8.'));
      return;
    }
    void parse(request, text, (error, body) => {
      if (error) return done(error);
      try {
        checkPairs(text, body);
      } catch (half) {
        return done(half as Error);
      }
      done(null, body);
    });
  });
}
