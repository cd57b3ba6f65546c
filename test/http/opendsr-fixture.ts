// The environment of an installation that speaks OpenDSR.
const file = (name: string) => new URL(`../fixtures/opendsr/${name}`, import.meta.url).pathname;

export const DOMAIN = 'opendsr.expunge.example';
export const OPENDSR = {
  OPENDSR_DOMAIN: DOMAIN,
  OPENDSR_CERTIFICATE_FILE: file('processor.pem'),
  OPENDSR_KEY_FILE: file('processor.key'),
};
