/** Positions in generated code to positions in what the user wrote. The library is loaded when the first error needs it. */

/** @typedef {typeof import('@jridgewell/trace-mapping')} Library */
/** @typedef {import('./cells.mjs').KnownSource} KnownSource */

export class Tracer {
  /** @type {Promise<Tracer> | undefined} */
  static #loading;

  #library;
  /** @type {WeakMap<KnownSource, import('@jridgewell/trace-mapping').TraceMap>} */
  #maps = new WeakMap();

  /** @param {Library} library */
  constructor(library) {
    this.#library = library;
  }

  static load() {
    return (Tracer.#loading ??= import('@jridgewell/trace-mapping').then((library) => new Tracer(library)));
  }

  /**
   * @param {KnownSource} known
   * @param {number} line  from 1 @param {number} column  from 1
   * @returns {{ line: number, column: number }}  from 1; zeros for generated code that stands for nothing the user wrote
   */
  original(known, line, column) {
    let map = this.#maps.get(known);
    if (map === undefined) {
      if (known.map === undefined) return { line, column };
      map = new this.#library.TraceMap(known.map);
      this.#maps.set(known, map);
    }
    const position = this.#library.originalPositionFor(map, { line, column: Math.max(0, column - 1) });
    return position.line === null ? { line: 0, column: 0 } : { line: position.line, column: position.column + 1 };
  }
}
