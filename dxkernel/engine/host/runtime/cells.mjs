/**
 * Which cell is the cause of what runs now. Every cell runs in an asynchronous context of its own, so a timer or a promise
 * of an earlier cell still names that cell minutes later.
 */

import { AsyncLocalStorage } from 'node:async_hooks';
import { ReflectApply } from '../primordials.mjs';

/** @typedef {{ id: number, count: number, store: boolean, silent: boolean }} Cell */

const storage = new AsyncLocalStorage();
const { run, getStore, enterWith } = AsyncLocalStorage.prototype;

/** The latest cell: what output without a context of its own (a native callback, say) is counted to. */
let latest = 0;

/** @param {Cell} cell @param {() => void} callback */
export function runInCell(cell, callback) {
  latest = cell.id;
  ReflectApply(run, storage, [cell, callback]);
}

/** Run what an earlier cell left to be called: it is that cell's again. @param {Cell | undefined} cell @param {() => void} callback */
export function runAs(cell, callback) {
  ReflectApply(run, storage, [cell, callback]);
}

/** @returns {Cell | undefined} */
export function currentCell() {
  return ReflectApply(getStore, storage, []);
}

/** @returns {number} the id of the cell that caused this, or of the latest one; 0 before the first */
export function currentCellId() {
  return currentCell()?.id ?? latest;
}

/** Leave any cell's context: `terminateExecution` unwinds past the code that would have restored it. */
export function leaveCells() {
  ReflectApply(enterWith, storage, [undefined]);
}
