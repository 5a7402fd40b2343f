/**
 * Child processes: what they write to inherited descriptors stays in its place, and an interrupt reaches those that the
 * cell started, as Ctrl-C in a terminal would.
 *
 * Their bytes come to Python by fd 1 and 2, not by the main channel. So where such bytes may end (a synchronous child
 * returned, an asynchronous one exited) the main thread sends a mark and waits until Python has emptied both descriptors:
 * nothing later can overtake them, and nothing earlier can fall behind.
 */

import childProcess from 'node:child_process';
import { syncBuiltinESMExports } from 'node:module';
import {
  ArrayIsArray, AtomicsLoad, AtomicsStore, AtomicsWait, MapCtor, MapPrototypeDelete, MapPrototypeForEach, MapPrototypeSet, ReflectApply,
} from '../primordials.mjs';
import { currentCellId } from './cells.mjs';
import { send } from './channel.mjs';
import { CHILD_WAIT, DRAINED } from './flags.mjs';

/** @typedef {import('node:child_process').ChildProcess} ChildProcess */

// Python answers in a fraction of a millisecond; one that is too busy must not stop the program for long.
const DRAIN_MS = 500;

/** Children that run, and the cell that started each. @type {Map<ChildProcess, number>} */
const cells = new MapCtor();

/** @type {Int32Array} */
let flags;
let marks = 0;

/** @param {Int32Array} shared */
export function installChildren(shared) {
  flags = shared;
  for (const name of /** @type {const} */ (['spawnSync', 'execSync', 'execFileSync'])) bracket(name);
  const prototype = /** @type {any} */ (childProcess.ChildProcess).prototype;
  const { spawn } = prototype;
  prototype.spawn = function (/** @type {any} */ options) {
    const cell = currentCellId();
    const writes = inherits(options?.stdio);
    if (writes) own(cell);
    const result = ReflectApply(spawn, this, [options]);
    follow(this, cell, writes);
    return result;
  };
  syncBuiltinESMExports();
}

/** Send SIGINT to the children that a cell started and that still run. @param {number} cell */
export function endChildrenOf(cell) {
  MapPrototypeForEach(cells, (/** @type {number} */ owner, /** @type {ChildProcess} */ child) => {
    if (owner === cell) ReflectApply(child.kill, child, ['SIGINT']);
  });
}

/** @param {ChildProcess} child @param {number} cell @param {boolean} writes */
function follow(child, cell, writes) {
  MapPrototypeSet(cells, child, cell);
  // Before any listener of the user's: what they print when the child ends comes after what the child wrote.
  child.prependListener('exit', () => {
    MapPrototypeDelete(cells, child);
    if (writes) drain(cell);
  });
}

/** Wrap a function that waits for a child. @param {'spawnSync' | 'execSync' | 'execFileSync'} name */
function bracket(name) {
  const owner = /** @type {any} */ (childProcess);
  const original = owner[name];
  owner[name] = {
    [name](/** @type {any[]} */ ...args) {
      const cell = currentCellId();
      own(cell);
      AtomicsStore(flags, CHILD_WAIT, 1);
      try {
        return ReflectApply(original, this, args);
      } finally {
        AtomicsStore(flags, CHILD_WAIT, 0);
        // Even where standard output is a pipe of the program's: standard error is inherited unless it says otherwise.
        drain(cell);
      }
    },
  }[name];
  Object.defineProperties(owner[name], Object.getOwnPropertyDescriptors(original));
}

/** Whether a child with this `stdio` can write to our fd 1 or 2. @param {any} stdio */
function inherits(stdio) {
  if (!ArrayIsArray(stdio)) return stdio === 'inherit';
  for (let i = 0; i < stdio.length; i++) {
    const entry = stdio[i];
    // Already normalised by Node: objects with a type, and the descriptor of what is inherited.
    if (entry === 'inherit' || entry === 1 || entry === 2 || entry?.type === 'inherit' || entry?.type === 'fd') return true;
  }
  return false;
}

/**
 * What comes on fd 1 and 2 from now on is a child's of this cell: another cell may be the newest. Nothing to wait for, since
 * Python reads this before it reads them.
 * @param {number} cell
 */
function own(cell) {
  send({ kind: 'owner', cell });
}

/** Have Python empty fd 1 and 2 now. @param {number} cell  what the bytes belong to */
function drain(cell) {
  const mark = ++marks;
  send({ kind: 'mark', cell, mark });
  for (let seen = AtomicsLoad(flags, DRAINED); seen < mark; seen = AtomicsLoad(flags, DRAINED)) {
    if (AtomicsWait(flags, DRAINED, seen, DRAIN_MS) === 'timed-out') return;
  }
}
