/**
 * Runs cells on the main thread: declares the names, runs the body, and tells the outcome. Another cell may run while one awaits.
 * How and why is in ARCHITECTURE.md, "A cell".
 */

import inspector from 'node:inspector';
import vm from 'node:vm';
import {
  ArrayPrototypeJoin, MapCtor, MapPrototypeDelete, MapPrototypeForEach, MapPrototypeGet, MapPrototypeSet, ObjectDefineProperty,
  ObjectPrototype, ObjectSetPrototypeOf, PromisePrototypeThen, ReflectApply, ReflectDeleteProperty, ReflectGetOwnPropertyDescriptor, SyntaxErrorCtor, nodeProcess,
} from '../primordials.mjs';
import { markImplicit, moduleNamespace } from './cellhost.mjs';
import { runInCell } from './cells.mjs';
import { send } from './channel.mjs';
import { DisplayHandle } from './display.mjs';
import { describeError } from './errors.mjs';
import { render } from './values.mjs';

/** @typedef {import('./cells.mjs').Cell} Cell */
/**
 * @typedef {{ cell: Cell, name: string, declare: string[], keep: string[], body: string, params: number[], implicit: number[], source: string }} Run
 * A cell as the bridge rewrote it.
 */

const { Script } = vm;
const { runInThisContext } = Script.prototype;
const importModuleDynamically = vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER;
const session = new inspector.Session();
const { post } = inspector.Session.prototype;
/** Runs the pending microtasks and ticks. @type {() => void} */
const runMicrotasks = /** @type {any} */ (nodeProcess)._tickCallback;

/** The cells that run, by id, each with the promise whose rejection is its failure. @type {Map<number, { run: Run, settled: Promise<any> | undefined }>} */
const running = new MapCtor();

/** @type {{ host: Record<string, any>, remember(run: Run, outcome: 'finished' | 'failed', value: any): void }} */
let options;

/** @param {typeof options} given  `host` is the `$dx` of cells; `remember` keeps `_`, `In` and `Out` */
export function installExecutor(given) {
  options = given;
  session.connect();
  silenceLoaderWarning();
}

/**
 * Node warns once, at the first `import()`, that this loader option of `vm.Script` is experimental. That is our business, not
 * the user's, so the first one is ours.
 */
function silenceLoaderWarning() {
  const { emitWarning } = nodeProcess;
  nodeProcess.emitWarning = () => {};
  const script = new Script("import('node:path')", { importModuleDynamically });
  script.runInThisContext().then(() => {
    nodeProcess.emitWarning = emitWarning;
  });
}

/** Do once, unseen, what the first cell would wait for. */
export function warmUp() {
  evaluateInRepl('0;');
  render({ warm: ['up', 1] });
}

/** Run a cell; its outcome goes out on the main channel. @param {Run} run */
export function runCell(run) {
  MapPrototypeSet(running, run.cell.id, { run, settled: undefined });
  for (let i = 0; i < run.implicit.length; i++) markImplicit(run.implicit[i]);
  runInCell(run.cell, () => {
    let body;
    try {
      // Compiled before its names are declared: an early error that only V8 finds must not reset a name.
      body = compile(run);
    } catch (error) {
      return settle(run, { failed: error });
    }
    declare(run, () => start(run, body));
  });
}

/** @param {Run} run @returns {(...args: any[]) => Promise<{ v: any }>} */
function compile({ body, name }) {
  const script = new Script(`(${body}\n)`, { filename: name, columnOffset: -1, importModuleDynamically });
  return ReflectApply(runInThisContext, script, []);
}

/** @param {Run} run @param {() => void} then */
function declare(run, then) {
  const names = /** @type {string[]} */ ([]);
  for (let i = 0; i < run.declare.length; i++) names[names.length] = run.declare[i];
  for (let i = 0; i < run.keep.length; i++) names[names.length] = run.keep[i];
  if (names.length === 0) return then();
  const expression = `let ${ArrayPrototypeJoin(names, ',')};`;
  const failure = evaluateInRepl(expression);
  if (failure === undefined) then();
  else settle(run, { failed: new SyntaxErrorCtor(failure) });
}

/**
 * Evaluate in script scope, where `let` may be declared again.
 * @param {string} expression  that settles at once
 * @returns {string | undefined}  why it failed
 */
function evaluateInRepl(expression) {
  let failure = /** @type {string | undefined} */ ('its names were not declared');
  withoutInheritedToJson(() => {
    ReflectApply(post, session, ['Runtime.evaluate', { expression, replMode: true }, (/** @type {any} */ error, /** @type {any} */ result) => {
      const details = result?.exceptionDetails;
      // A name the language does not let anyone declare (`undefined`), or one a script made a fixed global.
      failure = error || details ? (details?.exception?.description ?? error?.message ?? failure) : undefined;
    }]);
  });
  // The answer comes some microtasks later. A garbage collection before that aborts Node 24 (ARCHITECTURE.md, "Names in
  // cells"), so they run now: nothing else of ours is on the stack.
  ReflectApply(runMicrotasks, nodeProcess, []);
  return failure;
}

/**
 * The inspector session sends its messages as JSON, of objects that inherit what a program puts on `Object.prototype`.
 * @param {() => void} callback
 */
function withoutInheritedToJson(callback) {
  const inherited = ReflectGetOwnPropertyDescriptor(ObjectPrototype, 'toJSON');
  if (inherited === undefined) return callback();
  ReflectDeleteProperty(ObjectPrototype, 'toJSON');
  callback();
  ObjectDefineProperty(ObjectPrototype, 'toJSON', ObjectSetPrototypeOf(inherited, null));
}

/** @param {Run} run @param {(...args: any[]) => Promise<{ v: any }>} body */
function start(run, body) {
  const args = [options.host];
  for (let i = 0; i < run.params.length; i++) args[i + 1] = moduleNamespace(run.params[i]);
  const promise = ReflectApply(body, undefined, args);
  const settled = PromisePrototypeThen(promise, (/** @type {{ v: any }} */ result) => settle(run, { value: result.v }));
  const entry = MapPrototypeGet(running, run.cell.id);
  if (entry !== undefined) entry.settled = settled;
}

/**
 * Whether a promise that was rejected with nobody to catch it is a running cell's own; if so the cell failed with that.
 * @param {unknown} promise @param {unknown} reason
 */
export function takeFailure(promise, reason) {
  let owner = /** @type {Run | undefined} */ (undefined);
  MapPrototypeForEach(running, (/** @type {{ run: Run, settled: unknown }} */ entry) => {
    if (entry.settled === promise) owner = entry.run;
  });
  if (owner === undefined) return false;
  settle(owner, { failed: reason });
  return true;
}

/** Forget a cell that could not be run. @param {number} id @returns {boolean} whether its outcome is still to be told */
export function abandonCell(id) {
  return MapPrototypeDelete(running, id);
}

/** End a cell if it runs. What it awaited may go on; its output keeps the cell's id. @param {number} id */
export function interruptCell(id) {
  const entry = MapPrototypeGet(running, id);
  if (entry !== undefined) settle(entry.run, { interrupted: true });
}

/** @param {Run} run @param {{ value?: any, failed?: any, interrupted?: boolean }} outcome */
function settle(run, outcome) {
  const { cell } = run;
  if (MapPrototypeGet(running, cell.id)?.run !== run) return;
  // While a value renders itself (a user's method) or an error is read, the cell still runs and can be interrupted.
  let frame;
  if (outcome.interrupted === true) frame = { kind: 'done', cell: cell.id, outcome: 'interrupted' };
  else if ('value' in outcome) frame = finished(run, outcome.value);
  else frame = failed(run, outcome.failed);
  // It may have ended while it rendered itself: by an interrupt of a loop in there.
  if (MapPrototypeDelete(running, cell.id)) send(frame);
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
