/**
 * The child processes each cell started, so that an interrupt reaches them as Ctrl-C in a terminal would.
 */

import { MapCtor, MapPrototypeDelete, MapPrototypeForEach, MapPrototypeSet, ReflectApply } from '../primordials.mjs';

/** @typedef {import('node:child_process').ChildProcess} ChildProcess */

/** @type {Map<ChildProcess, number>} */
const cells = new MapCtor();

/** @param {number} cell @param {ChildProcess} child */
export function childOfCell(cell, child) {
  MapPrototypeSet(cells, child, cell);
  child.once('exit', () => MapPrototypeDelete(cells, child));
}

/** Send SIGINT to the children that a cell started and that still run. @param {number} cell */
export function endChildrenOf(cell) {
  MapPrototypeForEach(cells, (/** @type {number} */ owner, /** @type {ChildProcess} */ child) => {
    if (owner === cell) ReflectApply(child.kill, child, ['SIGINT']);
  });
}

