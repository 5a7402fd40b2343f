/**
 * A small host for cells: what the real one does with a transformed cell, without channels or inspector threads.
 */
import { Session } from 'node:inspector';
import vm from 'node:vm';
import { transformCell, emptyRegistry } from '../../dxkernel/engine/host/cell/transform.mjs';
import { check, consts, tdz } from '../../dxkernel/engine/host/cell/guards.mjs';
import * as helpers from '../../dxkernel/engine/host/cell/helpers.mjs';
import { traceMapping } from './host_packages.mjs';

/** @typedef {import('../../dxkernel/engine/host/cell/transform.mjs').Transformed} Transformed */
/** @typedef {{ [name: string]: any }} Namespace */

const { TraceMap, originalPositionFor } = traceMapping;

// One for the process: Node aborts when a connected session is collected as garbage.
const session = new Session();
session.connect();

/** Runs cells one after another in this process's main context. */
export class CellRunner {
  /** @param {{ modules?: Record<string, Namespace>, tsconfig?: import('../../dxkernel/engine/host/cell/lower.mjs').TsConfig }} [options] */
  constructor({ modules = {}, tsconfig = {} } = {}) {
    this.registry = emptyRegistry();
    this.namespaces = new Map();
    this.modules = modules;
    this.tsconfig = tsconfig;
    this.count = 0;
    this.nextModuleId = 0;
  }

  /** The completion value; throws what the cell throws, with `position` where the first frame of the cell is. @param {string} source */
  async run(source) {
    return (await this.settle(source)).v;
  }

  /** The same, inside an object, so that a promise stays one. @param {string} source @returns {Promise<{ v: any }>} */
  async settle(source) {
    const name = `Cell [${++this.count}]`;
    const cell = transformCell(source, { name, registry: this.registry, tsconfig: this.tsconfig, nextModuleId: this.nextModuleId });
    if (!cell.ok) throw Object.assign(new SyntaxError(cell.diagnostics[0].message), { diagnostics: cell.diagnostics });
    const script = this.compile(cell, name);
    await this.declare([...cell.declare, ...cell.keep]);
    this.registry = cell.registry;
    this.nextModuleId += cell.imports.length;
    try {
      return await script.runInThisContext()(this.host(cell), ...cell.params.map((id) => this.namespaces.get(id)));
    } catch (error) {
      if (error !== null && typeof error === 'object') locate(error, cell, name);
      throw error;
    }
  }

  /** The last value of several cells, or what one of them threw. @param {string[]} cells @returns {Promise<any>} */
  async outcome(cells) {
    let last;
    try {
      for (const cell of cells) last = await this.run(cell);
    } catch (error) {
      return error;
    }
    return last;
  }

  /** Compiling comes before declaring: an early error that only V8 finds must not reset a name. @param {Transformed} cell @param {string} name */
  compile(cell, name) {
    return new vm.Script(`(${cell.body}\n)`, { filename: name, columnOffset: -1, importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER });
  }

  /**
   * The answer to a replMode evaluation comes in a microtask, and when a garbage collection falls before it, Node 24
   * calls the session's JavaScript from inside the collector and aborts. So the microtasks run at once, which they can
   * only where none is running yet.
   * @param {string[]} names
   */
  declare(names) {
    if (names.length === 0) return undefined;
    return new Promise((resolve, reject) => setImmediate(() => {
      const parameters = { expression: `let ${names.join(', ')};`, replMode: true };
      session.post('Runtime.evaluate', parameters, (/** @type {Error | null} */ error, /** @type {any} */ reply) => {
        if (error || reply.exceptionDetails) reject(new Error(`cannot declare ${names}: ${JSON.stringify(error ?? reply.exceptionDetails)}`));
        else resolve(undefined);
      });
      /** @type {any} */ (process)._tickCallback();
    }));
  }

  /** @param {Transformed} cell @returns {import('../../dxkernel/engine/host/cell/transform.mjs').CellHost} */
  host(cell) {
    return { ...cellHost, helpers, import: async (specifier, options, id, required) => {
      const found = this.modules[specifier] ?? (await import(specifier, options));
      this.namespaces.set(id, found);
      cellHost.check(found, specifier, required);
      return found;
    } };
  }
}

/** The parts of `$dx` that need no host. */
export const cellHost = { meta: import.meta, tdz, consts, check };

/** @param {any} error @param {Transformed} cell @param {string} name */
function locate(error, cell, name) {
  const frame = String(error.stack).split('\n').find((line) => line.includes(`${name}:`));
  const match = frame && /:(\d+):(\d+)\)?$/.exec(frame);
  if (!match) return;
  const found = originalPositionFor(new TraceMap(cell.map), { line: Number(match[1]), column: Number(match[2]) - 1 });
  Object.defineProperty(error, 'position', { value: found.line === null ? null : `${found.line}:${found.column + 1}`, configurable: true });
}
