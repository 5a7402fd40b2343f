/** The cells so far: rewriting the next one, and the source and source map of each, by the name their stack frames carry. */

import { emptyRegistry, transformCell } from '../cell/transform.mjs';
import { tsconfigFor } from '../modules/tsconfig.mjs';
import { errorFromDiagnostics, plainError } from './errors.mjs';

/** @typedef {import('../protocol.mjs').Header} Header */
/** @typedef {{ source: string, map: any }} KnownSource  the map's JSON, made when it is read */

export class CellStore {
  /** @type {Map<string, KnownSource>} */
  #sources = new Map();
  #registry = emptyRegistry();
  #nextModuleId = 0;

  /** Rewrite a cell that nobody sees. */
  warmUp() {
    transformCell('const warm: number = 1; warm + 1', { name: 'warm-up', registry: emptyRegistry(), nextModuleId: 0 });
  }

  /** What earlier cells declared. */
  get registry() {
    return this.#registry;
  }

  /** @param {string} name */
  get(name) {
    return this.#sources.get(name);
  }

  /**
   * @param {Header} header  an `execute` frame
   * @returns {{ run: import('../runtime/executor.mjs').Run } | { error: object }}
   */
  rewrite({ cell, count, code, name, silent, store }) {
    let result;
    try {
      const { options } = tsconfigFor(process.cwd());
      result = transformCell(code, { name, registry: this.#registry, tsconfig: options, nextModuleId: this.#nextModuleId });
    } catch (error) {
      // A tsconfig.json that cannot be read, or a bug of the rewriter: nothing of the cell has run.
      return { error: plainError(/** @type {Error} */ (error)) };
    }
    if (!result.ok) {
      this.#sources.set(name, { source: code, map: undefined });
      return { error: errorFromDiagnostics(result.diagnostics, name, code) };
    }
    const { declare, keep, body, params, imports } = result;
    this.#registry = result.registry;
    this.#nextModuleId += imports.length;
    this.#sources.set(name, { source: code, get map() { return result.map; } });
    const implicit = imports.filter((module) => module.implicit).map((module) => module.id);
    return { run: { cell: { id: cell, count, store, silent }, name, declare, keep, body, params, implicit, source: code } };
  }
}
