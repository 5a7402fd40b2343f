/**
 * Module hooks of the main thread: TypeScript and JSX files are transformed by the bridge, which has the transformer loaded
 * and a realm no cell can break. The main thread waits in place, because Node loads CommonJS modules synchronously.
 */

import { fileURLToPath } from 'node:url';
import { receiveMessageOnPort } from 'node:worker_threads';
import { installHooks } from '../modules/hooks.mjs';
import { AtomicsLoad, AtomicsWait, nodeProcess } from '../primordials.mjs';
import { TRANSFORMED } from './flags.mjs';

/** @typedef {import('../modules/types.mjs').TransformRequest} TransformRequest */
/** @typedef {import('../modules/types.mjs').TransformResult} TransformResult */

let requests = 0;

/** @param {{ port: import('node:worker_threads').MessagePort, flags: Int32Array }} options */
export function installTransform({ port, flags }) {
  installHooks({ transform: (request) => ask(port, flags, request) });
  // Forks of the program inherit these (worker threads get theirs by workers.cjs): they have no bridge, and load the
  // transformer themselves.
  nodeProcess.execArgv = ['--require', fileURLToPath(new URL('../modules/register.cjs', import.meta.url))];
}

/**
 * @param {import('node:worker_threads').MessagePort} port
 * @param {Int32Array} flags
 * @param {TransformRequest} request
 * @returns {TransformResult}
 */
function ask(port, flags, request) {
  const id = ++requests;
  let seen = AtomicsLoad(flags, TRANSFORMED);
  port.postMessage({ id, request });
  for (;;) {
    // An interrupted wait leaves its answer behind; it is passed over here.
    for (let message = receiveMessageOnPort(port); message !== undefined; message = receiveMessageOnPort(port)) {
      if (message.message.id === id) return message.message.result;
    }
    AtomicsWait(flags, TRANSFORMED, seen);
    seen = AtomicsLoad(flags, TRANSFORMED);
  }
}
