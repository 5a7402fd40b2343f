/** The host's own npm packages: tests lie outside the folder where they are installed. */
import { createRequire } from 'node:module';

const require = createRequire(new URL('../../dxkernel/engine/host/main.mjs', import.meta.url));

/** @type {typeof import('../../dxkernel/engine/host/node_modules/oxc-parser/src-js/index.js')} */
export const oxcParser = require('oxc-parser');
/** @type {typeof import('../../dxkernel/engine/host/node_modules/@jridgewell/trace-mapping/types/trace-mapping.d.mts')} */
export const traceMapping = require('@jridgewell/trace-mapping');
