/**
 * Errors that nobody caught. A cell's own failure arrives here (see ARCHITECTURE.md, "A cell"); every other one is
 * reported with the cell that caused it, and never ends the engine.
 *
 * Node tells of both through `process.emit`, which a program may replace (signal-exit does) or empty of listeners. So we
 * stand before whatever `process.emit` is.
 */

import { ObjectDefineProperty, ReflectApply, nodeProcess } from '../primordials.mjs';
import { currentCellId } from './cells.mjs';
import { send } from './channel.mjs';
import { describeError } from './errors.mjs';

/**
 * @param {{ takeFailure(promise: unknown, reason: unknown): boolean, exiting(code: number): void }} hooks
 * `takeFailure` says whether the promise is the running cell's own; `exiting` is told before anybody else.
 */
export function installFaults({ takeFailure, exiting }) {
  let current = nodeProcess.emit;
  /** @this {any} @param {any[]} args */
  const emit = function emit(...args) {
    const event = args[0];
    if (event === 'unhandledRejection') {
      if (takeFailure(args[2], args[1])) return true;
      return ReflectApply(current, this, args) || report(event, args[1]);
    }
    if (event === 'uncaughtException') return ReflectApply(current, this, args) || report(event, args[1]);
    if (event === 'exit') exiting(args[1]);
    return ReflectApply(current, this, args);
  };
  ObjectDefineProperty(nodeProcess, 'emit', {
    __proto__: null, configurable: false, enumerable: false,
    get: () => emit,
    set: (value) => {
      current = typeof value === 'function' && value !== emit ? value : nodeProcessEmit;
    },
  });
}
const nodeProcessEmit = nodeProcess.emit;

/** @param {string} origin @param {unknown} error */
function report(origin, error) {
  send({ kind: 'uncaught', cell: currentCellId(), origin, error: describeError(error) });
  return true;
}
