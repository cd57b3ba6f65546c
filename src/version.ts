// The software's version, as certificates and the API document state it.
import manifest from '../package.json' with { type: 'json' };

export const { version } = manifest;
