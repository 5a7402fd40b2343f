/** The cells so far: rewriting the next one, and the source and source map of each, by the name their stack frames carry. */

import { transformCell } from '../cell/transform.mjs';
import { errorFromDiagnostics } from './errors.mjs';

/** @typedef {import('../protocol.mjs').Header} Header */
/** @typedef {{ source: string, map: any }} KnownSource  the map's JSON, made when it is read */

export class CellStore {
  /** @type {Map<string, KnownSource>} */
  #sources = new Map();
  #registry = /** @type {any} */ ({ consts: [], imports: {}, known: [] });
  #nextModuleId = 0;

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
    const result = transformCell(code, { name, registry: this.#registry, nextModuleId: this.#nextModuleId });
    if (!result.ok) {
      this.#sources.set(name, { source: code, map: undefined });
      return { error: errorFromDiagnostics(result.diagnostics, name, code) };
    }
    this.#registry = result.registry;
    this.#nextModuleId += result.imports.length;
    this.#sources.set(name, { source: code, get map() { return result.map; } });
    const { declare, keep, body, params } = result;
    return { run: { cell: { id: cell, count, store, silent }, name, declare, keep, body, params, source: code } };
  }
}
