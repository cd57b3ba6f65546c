// JSON bodies: read as the bytes that were sent.
import { ExpungeError } from '../errors.ts';
import type { App } from './types.ts';

/**
 * Takes `application/json` and no other type. Bytes that are not UTF-8 are refused: read with replacement characters,
 * an identifier would become another person's, and the request would end with nothing found.
 */
export function takeJson(app: App): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  const decoder = new TextDecoder('utf-8', { fatal: true });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser<Buffer>('application/json', { parseAs: 'buffer' }, (request, bytes, done) => {
    let text: string;
    try {
      text = decoder.decode(bytes);
    } catch {
      done(new ExpungeError('malformed-json', 'The bytes of the body are not UTF-8.'));
      return;
    }
    void parse(request, text, done);
  });
}
