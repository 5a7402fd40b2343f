/**
 * The engine process: `node main.mjs CONFIG`. Starts the bridge, takes its references, installs the runtime around user
 * code, and then runs the cells that the bridge sends.
 *
 * CONFIG is JSON: `{ bridge: fd, channel: fd, colors: boolean, columns: number }`.
 */

import { MessageChannel, Worker } from 'node:worker_threads';
import { AtomicsLoad, AtomicsStore, AtomicsWait, JSONParse, ReflectApply, nodeProcess } from './primordials.mjs';
import { currentCellId } from './runtime/cells.mjs';
import { openChannel, send } from './runtime/channel.mjs';
import { childOfCell, endChildrenOf } from './runtime/children.mjs';
import { createDx } from './runtime/display.mjs';
import { describeError } from './runtime/errors.mjs';
import { installExecutor, interruptCell, runCell, runningCell, takeFailure } from './runtime/executor.mjs';
import { installFaults } from './runtime/faults.mjs';
import { CHILD_WAIT, INSPECTED, INTERRUPT_SEEN, RELEASED, SLOTS } from './runtime/flags.mjs';
import { installGlobals, remember } from './runtime/globals.mjs';
import { cellHost } from './runtime/cellhost.mjs';
import { installInput } from './runtime/input.mjs';
import { installMarks, installOutput } from './runtime/output.mjs';
import { setColors } from './runtime/values.mjs';

// How long an exiting process waits for the bridge to let go of it: else Node prints that it waits for a debugger.
const RELEASE_MS = 200;

const { exit, reallyExit } = /** @type {NodeJS.Process & { reallyExit(code: number): never }} */ (nodeProcess);
const config = JSONParse(nodeProcess.argv[2]);
const flags = new Int32Array(new SharedArrayBuffer(4 * SLOTS));
// Not the worker's own port: EventEmitter calls listeners by `handler.apply`, which a cell may overwrite; an EventTarget
// does not.
const control = new MessageChannel();
const input = new MessageChannel();
const bridge = new Worker(new URL('./bridge/bridge.mjs', import.meta.url), {
  workerData: { fd: config.bridge, flags, control: control.port1, input: input.port1 },
  transferList: [control.port1, input.port1],
  stdin: false, stdout: false, stderr: false,
  name: 'dx bridge',
});

openChannel(config.channel);
setColors(config.colors);
installOutput(config);
installMarks({
  onSpawn: (child) => childOfCell(currentCellId(), child),
  onWait: (waits) => AtomicsStore(flags, CHILD_WAIT, waits ? 1 : 0),
});
const { password } = installInput({ port: input.port2, flags });
installGlobals(createDx({ password }));
installExecutor({ host: cellHost, remember });
installFaults({ takeFailure, exiting });
nodeProcess.argv.length = 1;

control.port2.addEventListener('message', ({ data: message }) => {
  if (message.kind === 'run') run(message);
  else if (message.kind === 'interrupt') interrupt(message);
  else if (message.kind === 'exit') ReflectApply(exit, nodeProcess, [0]);
});
control.port2.start();
bridge.on('error', (error) => {
  send({ kind: 'fatal', reason: `the bridge failed: ${error.stack}` });
  ReflectApply(reallyExit, nodeProcess, [70]);
});
control.port2.postMessage({ kind: 'ready' });

/** The process is about to exit: tell Python, and let the bridge's inspector session go. @param {number} code */
function exiting(code) {
  send({ kind: 'exiting', cell: runningCell(), code });
  if (AtomicsLoad(flags, INSPECTED) === 0) return;
  control.port2.postMessage({ kind: 'release' });
  AtomicsWait(flags, RELEASED, 0, RELEASE_MS);
}

/** @param {import('./runtime/executor.mjs').Run} message */
function run(message) {
  try {
    runCell(message);
  } catch (error) {
    send({ kind: 'done', cell: message.cell.id, outcome: 'failed', error: describeError(error) });
  }
}

/** @param {{ seq: number, cell: number }} message */
function interrupt({ seq, cell }) {
  AtomicsStore(flags, INTERRUPT_SEEN, seq);
  interruptCell(cell);
  endChildrenOf(cell);
}
