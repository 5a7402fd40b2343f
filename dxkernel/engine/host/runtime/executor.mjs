/**
 * Runs cells on the main thread, one at a time: declares the names, runs the body, and tells the outcome.
 * How and why is in ARCHITECTURE.md, "A cell".
 */

import inspector from 'node:inspector';
import vm from 'node:vm';
import {
  ArrayPrototypeJoin, MapCtor, MapPrototypeGet, MapPrototypeHas, MapPrototypeSet, PromisePrototypeThen, ReflectApply,
  SyntaxErrorCtor, nodeProcess,
} from '../primordials.mjs';
import { leaveCells, runInCell } from './cells.mjs';
import { send, sendMark } from './channel.mjs';
import { DisplayHandle } from './display.mjs';
import { describeError } from './errors.mjs';
import { render } from './values.mjs';

/** @typedef {import('./cells.mjs').Cell} Cell */
/**
 * @typedef {{ cell: Cell, name: string, declare: string[], keep: string[], body: string, params: number[], source: string }} Run
 * A cell as the bridge rewrote it.
 */

const { Script } = vm;
const { runInThisContext } = Script.prototype;
const importModuleDynamically = vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER;
const session = new inspector.Session();
const { post } = inspector.Session.prototype;

/** Module namespaces that cells imported, by the number the rewriter gave them. @type {Map<number, any>} */
const modules = new MapCtor();
/** Names that were declared at least once. @type {Map<string, true>} */
const known = new MapCtor();

/** The running cell, the promise whose rejection is its failure, and what to remember of it. */
let running = /** @type {{ run: Run, settled: Promise<any> | undefined } | undefined} */ (undefined);

/** @type {{ host: Record<string, any>, remember(run: Run, outcome: 'finished' | 'failed', value: any): void }} */
let options;

/** @param {typeof options} given  `host` is the `$dx` of cells; `remember` keeps `_`, `In` and `Out` */
export function installExecutor(given) {
  options = given;
  session.connect();
  silenceLoaderWarning();
}

/** Node warns once that the loader option of `vm.Script` is experimental. That is our business, not the user's. */
function silenceLoaderWarning() {
  const { emitWarning } = nodeProcess;
  nodeProcess.emitWarning = () => {};
  new Script('0', { importModuleDynamically });
  nodeProcess.emitWarning = emitWarning;
}

/** Run a cell; its outcome goes out on the main channel. @param {Run} run */
export function runCell(run) {
  running = { run, settled: undefined };
  runInCell(run.cell, () => declare(run, () => start(run)));
}

/** @param {Run} run @param {() => void} then */
function declare(run, then) {
  const names = /** @type {string[]} */ ([]);
  for (let i = 0; i < run.declare.length; i++) names[names.length] = run.declare[i];
  for (let i = 0; i < run.keep.length; i++) {
    if (!MapPrototypeHas(known, run.keep[i])) names[names.length] = run.keep[i];
  }
  if (names.length === 0) return then();
  const expression = `let ${ArrayPrototypeJoin(names, ',')};`;
  ReflectApply(post, session, ['Runtime.evaluate', { expression, replMode: true }, (/** @type {any} */ error, /** @type {any} */ result) => {
    const details = result?.exceptionDetails;
    if (error || details) {
      // A name the language does not let anyone declare (`undefined`), or one a script made a fixed global.
      const message = details?.exception?.description ?? error?.message ?? 'its names cannot be declared';
      return settle(run, { failed: new SyntaxErrorCtor(message) });
    }
    for (let i = 0; i < names.length; i++) MapPrototypeSet(known, names[i], true);
    then();
  }]);
}

/** @param {Run} run */
function start(run) {
  let promise;
  try {
    const script = new Script(`(${run.body}\n)`, { filename: run.name, importModuleDynamically });
    const body = ReflectApply(runInThisContext, script, []);
    const args = [options.host];
    for (let i = 0; i < run.params.length; i++) args[i + 1] = MapPrototypeGet(modules, run.params[i]);
    promise = ReflectApply(body, undefined, args);
  } catch (error) {
    return settle(run, { failed: error });
  }
  const settled = PromisePrototypeThen(promise, (/** @type {{ v: any }} */ result) => settle(run, { value: result.v }));
  if (running?.run === run) running.settled = settled;
}

/**
 * Whether a promise that was rejected with nobody to catch it is the running cell's own; if so the cell failed with that.
 * @param {unknown} promise @param {unknown} reason
 */
export function takeFailure(promise, reason) {
  if (running === undefined || running.settled !== promise) return false;
  settle(running.run, { failed: reason });
  return true;
}

/** @returns {number} the id of the running cell, or 0 */
export function runningCell() {
  return running?.run.cell.id ?? 0;
}

/** End the running cell if it is this one. What it awaited may go on; its output keeps the cell's id. @param {number} id */
export function interruptCell(id) {
  leaveCells();
  if (running?.run.cell.id === id) settle(running.run, { interrupted: true });
}

/** @param {Run} run @param {{ value?: any, failed?: any, interrupted?: boolean }} outcome */
function settle(run, outcome) {
  if (running?.run !== run) return;
  const { cell } = run;
  // While a value renders itself (a user's method) or an error is read, the cell still runs and can be interrupted.
  let frame;
  if (outcome.interrupted === true) frame = { kind: 'done', cell: cell.id, outcome: 'interrupted' };
  else if ('value' in outcome) frame = finished(run, outcome.value);
  else frame = failed(run, outcome.failed);
  running = undefined;
  sendMark(cell.id);
  send(frame);
}

/** @param {Run} run @param {any} value */
function finished(run, value) {
  const shown = value === undefined || run.cell.silent || value instanceof DisplayHandle ? undefined : render(value);
  options.remember(run, 'finished', value);
  return { kind: 'done', cell: run.cell.id, outcome: 'finished', data: shown?.data ?? null, metadata: shown?.metadata ?? null };
}

/** @param {Run} run @param {any} thrown */
function failed(run, thrown) {
  options.remember(run, 'failed', thrown);
  return { kind: 'done', cell: run.cell.id, outcome: 'failed', error: describeError(thrown) };
}

/** @param {number} id @param {any} namespace */
export function keepModule(id, namespace) {
  MapPrototypeSet(modules, id, namespace);
}

