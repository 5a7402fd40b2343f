/**
 * The bridge: a worker thread between Python and the main thread. It lives while user code loops, so it can interrupt; it
 * has a realm of its own, so nothing a cell overwrites reaches it. It parses and rewrites cells, holds the source maps,
 * answers completion and inspection through the inspector, and ends the process when Python goes away.
 */

import { createRequire } from 'node:module';
import { workerData } from 'node:worker_threads';
import { PROTOCOL_VERSION } from '../protocol.mjs';
import { DRAINED, INPUT, RELEASED, TRANSFORMED } from '../runtime/flags.mjs';
import { CellStore } from './cells.mjs';
import { complete } from './completion.mjs';
import { structureError } from './errors.mjs';
import { Inspector } from './inspector.mjs';
import { inspectAt } from './inspection.mjs';
import { Interrupter } from './interrupt.mjs';
import { Link } from './link.mjs';
import { checkComplete } from '../cell/transform.mjs';

/** @typedef {import('../protocol.mjs').Header} Header */

const require = createRequire(import.meta.url);
const { fd, flags, control, input, transform } = workerData;
/** @type {import('node:worker_threads').MessagePort} */
const main = control;
const link = new Link(fd, receive);
const cells = new CellStore();
const inspector = new Inspector(flags);
const interrupter = new Interrupter({ main, flags, inspector });

/** Whether both sides are there; the first answer to Python says so. */
let helloFrom = { main: false, python: false };

main.on('message', (message) => {
  if (message.kind === 'ready') {
    helloFrom.main = true;
    greet();
  } else if (message.kind === 'release') {
    inspector.disconnect();
    Atomics.store(flags, RELEASED, 1);
    Atomics.notify(flags, RELEASED);
  }
});

transform.on('message', (/** @type {{ id: number, request: import('../modules/types.mjs').TransformRequest }} */ { id, request }) => {
  // Loaded with the first TypeScript file.
  /** @type {typeof import('../modules/transform.mjs')} */
  const { transformSource } = require('../modules/transform.mjs');
  transform.postMessage({ id, result: transformSource(request) });
  Atomics.add(flags, TRANSFORMED, 1);
  Atomics.notify(flags, TRANSFORMED);
});

function greet() {
  if (!helloFrom.main || !helloFrom.python) return;
  link.send({ kind: 'hello', version: PROTOCOL_VERSION, pid: process.pid, node: process.versions.node, v8: process.versions.v8 });
  // While the first cell is being typed: V8 compiles the rewriter when it first runs.
  setImmediate(() => cells.warmUp());
}

/** Frames that want no answer. @type {Record<string, (header: Header, buffers: Buffer[]) => void>} */
const commands = {
  hello(header) {
    if (header.version !== PROTOCOL_VERSION) throw new Error(`Python speaks protocol ${header.version}, the host ${PROTOCOL_VERSION}`);
    helloFrom.python = true;
    greet();
  },
  execute(header) {
    const rewritten = cells.rewrite(header);
    if ('error' in rewritten) link.send({ kind: 'done', cell: header.cell, outcome: 'failed', structured: rewritten.error });
    else interrupter.whenCalm(() => main.postMessage({ kind: 'run', ...rewritten.run }));
  },
  interrupt(header) {
    interrupter.interrupt(header.cells);
  },
  input_reply(header) {
    input.postMessage({ id: header.id, text: header.text });
    Atomics.add(flags, INPUT, 1);
    Atomics.notify(flags, INPUT);
  },
  drained(header) {
    Atomics.store(flags, DRAINED, header.mark);
    Atomics.notify(flags, DRAINED);
  },
  comm(header, buffers) {
    // Copies of exactly these bytes: a view would take along the whole chunk that it lies in.
    const copies = buffers.map((buffer) => new Uint8Array(buffer));
    interrupter.whenCalm(() => main.postMessage({ ...header, buffers: copies }, copies.map((copy) => copy.buffer)));
  },
  shutdown() {
    interrupter.whenCalm(() => main.postMessage({ kind: 'exit' }));
  },
};

/** Frames that carry an `id` and are answered by a `reply`. @type {Record<string, (header: Header) => unknown>} */
const questions = {
  is_complete: ({ code }) => checkComplete(code),
  complete: ({ code, cursor }) => complete(inspector, cells, code, cursor),
  inspect: ({ code, cursor, detail }) => inspectAt(inspector, code, cursor, detail),
  structure_error: ({ error }) => structureError(error, cells),
};

/** @param {Header} header @param {Buffer[]} buffers */
function receive(header, buffers) {
  const question = questions[header.kind];
  if (question !== undefined) answer(question, header);
  else if (commands[header.kind] !== undefined) commands[header.kind](header, buffers);
  else throw new Error(`Python sent a frame of unknown kind ${header.kind}`);
}

/** @param {(header: Header) => unknown} question @param {Header} header */
async function answer(question, header) {
  try {
    link.send({ kind: 'reply', id: header.id, value: (await question(header)) ?? null });
  } catch (error) {
    link.send({ kind: 'reply', id: header.id, error: String(/** @type {Error} */ (error).stack ?? error) });
  }
}
