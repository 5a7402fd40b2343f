/**
 * The engine process: `node main.mjs CONFIG`, where CONFIG is JSON: `{ bridge: fd, channel: fd, colors, columns }`.
 *
 * Starts the bridge before anything else is loaded: the worker thread boots while this one loads the runtime.
 */

import { MessageChannel, Worker } from 'node:worker_threads';
import { SLOTS } from './runtime/flags.mjs';

const config = JSON.parse(process.argv[2]);
const flags = new Int32Array(new SharedArrayBuffer(4 * SLOTS));
const [control, input, transform] = [new MessageChannel(), new MessageChannel(), new MessageChannel()];
const bridge = new Worker(new URL('./bridge/bridge.mjs', import.meta.url), {
  workerData: { fd: config.bridge, flags, control: control.port1, input: input.port1, transform: transform.port1 },
  transferList: [control.port1, input.port1, transform.port1],
  execArgv: [],
  name: 'dx bridge',
});

const { boot } = await import('./runtime/boot.mjs');
boot({ config, bridge, flags, ports: { control: control.port2, input: input.port2, transform: transform.port2 } });
