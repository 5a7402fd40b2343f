/**
 * The main thread's part of the engine: installs the runtime around user code, and then runs the cells that the bridge sends.
 */

import { AtomicsLoad, AtomicsStore, AtomicsWait, ReflectApply, nodeProcess, setImmediateFn } from '../primordials.mjs';
import { currentCellId, leaveCells } from './cells.mjs';
import { openChannel, send } from './channel.mjs';
import { endChildrenOf, installChildren } from './children.mjs';
import { answerComms, receiveComm } from './comms.mjs';
import { createDx, installClear } from './display.mjs';
import { describeError } from './errors.mjs';
import { abandonCell, installExecutor, interruptCell, runCell, takeFailure, warmUp } from './executor.mjs';
import { installFaults } from './faults.mjs';
import { INSPECTED, INTERRUPT_SEEN, RELEASED } from './flags.mjs';
import { installGlobals, remember } from './globals.mjs';
import { cellHost } from './cellhost.mjs';
import { installInput } from './input.mjs';
import { installOutput } from './output.mjs';
import { progress } from './progress.mjs';
import { installTransform } from './transform.mjs';
import { setColors } from './values.mjs';

// How long an exiting process waits for the bridge to let go of it: else Node prints that it waits for a debugger.
const RELEASE_MS = 200;

const { exit, reallyExit } = /** @type {NodeJS.Process & { reallyExit(code: number): never }} */ (nodeProcess);
/** @typedef {{ channel: number, colors: boolean, columns: number }} Config */
/**
 * @typedef {object} Parts  what `main.mjs` made before this module was loaded
 * @property {Config} config
 * @property {import('node:worker_threads').Worker} bridge
 * @property {Int32Array} flags
 * @property {{ control: MessagePort, input: MessagePort, transform: MessagePort }} ports
 * @typedef {import('node:worker_threads').MessagePort} MessagePort
 */

/** @param {Parts} parts */
export function boot({ config, bridge, flags, ports }) {
  openChannel(config.channel);
  setColors(config.colors);
  installOutput(config);
  installChildren(flags);
  const { password } = installInput({ port: ports.input, flags });
  installGlobals(createDx({ password, progress }));
  installClear();
  installExecutor({ host: cellHost, remember });
  installFaults({ takeFailure, exiting: (code) => exiting(code, flags, ports.control) });
  installTransform({ port: ports.transform, flags });
  listen(bridge, flags, ports.control);
  nodeProcess.argv.length = 1;
  ports.control.postMessage({ kind: 'ready' });
  setImmediateFn(warmUp);
}

/** @param {import('node:worker_threads').Worker} bridge @param {Int32Array} flags @param {MessagePort} control */
function listen(bridge, flags, control) {
  // Not the worker's own port: EventEmitter calls listeners by `handler.apply`, which a cell may overwrite; an EventTarget
  // does not.
  control.addEventListener('message', (event) => {
    const message = /** @type {MessageEvent} */ (event).data;
    if (message.kind === 'run') run(message);
    else if (message.kind === 'comm') receiveComm(message);
    else if (message.kind === 'interrupt') interrupt(message, flags);
    else if (message.kind === 'exit') ReflectApply(exit, nodeProcess, [0]);
  });
  control.start();
  bridge.on('error', (error) => {
    send({ kind: 'fatal', reason: `the bridge failed: ${error.stack}` });
    ReflectApply(reallyExit, nodeProcess, [70]);
  });
}

/**
 * The process is about to exit: tell Python, and let the bridge's inspector session go.
 * @param {number} code @param {Int32Array} flags @param {MessagePort} control
 */
function exiting(code, flags, control) {
  send({ kind: 'exiting', cell: currentCellId(), code });
  if (AtomicsLoad(flags, INSPECTED) === 0) return;
  control.postMessage({ kind: 'release' });
  AtomicsWait(flags, RELEASED, 0, RELEASE_MS);
}

/** @param {import('./executor.mjs').Run} message */
function run(message) {
  try {
    runCell(message);
  } catch (error) {
    const { id } = message.cell;
    if (abandonCell(id)) send({ kind: 'done', cell: id, outcome: 'failed', error: describeError(error) });
  }
}

/** @param {{ seq: number, cells: number[] }} message @param {Int32Array} flags */
function interrupt({ seq, cells }, flags) {
  AtomicsStore(flags, INTERRUPT_SEEN, seq);
  leaveCells();
  for (let i = 0; i < cells.length; i++) {
    interruptCell(cells[i]);
    endChildrenOf(cells[i]);
  }
  answerComms();
}
