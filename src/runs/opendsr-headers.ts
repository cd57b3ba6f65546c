// The headers that OpenDSR asks for on answers and callbacks.
import type { OpenDsrSigner } from './ports.ts';

/** Over the bytes of the body. */
export const signedHeaders = (
  signer: Pick<OpenDsrSigner, 'domain' | 'sign'>,
  body: string,
): Record<string, string> => ({
  'X-OpenDSR-Processor-Domain': signer.domain,
  'X-OpenDSR-Signature': signer.sign(body),
});

/** The same under the name that the protocol had before: who speaks that is to be answered in it (10.1). */
export const formerHeaders = (headers: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.replace('OpenDSR', 'OpenGDPR'), value]));
