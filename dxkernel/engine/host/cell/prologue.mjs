/**
 * What stands before a cell's own statements: parameters, the value, constants, names declared anew. One line, so that
 * the first line of the cell stays the first line of the body.
 */
import { memberOf, moduleName } from './modules.mjs';

/** @typedef {import('./tree.mjs').Node} Node */
/** @typedef {import('./references.mjs').ImportedName} ImportedName */

/**
 * @typedef {object} Parts
 * @property {string} prefix
 * @property {string} text
 * @property {Node[]} body
 * @property {number[]} params
 * @property {Set<string>} guarded constants that are assigned
 * @property {Map<string, ImportedName>} imports
 * @property {Set<string>} blockFunctions sloppy block functions that the script sees
 * @property {Set<string>} locals variables of a transformer's helpers
 * @property {string[]} keep
 * @property {{ name: string, merges: boolean }[]} again lexical names that exist already; an enum would merge with its old value
 * @property {boolean} usesHelpers
 */

/** @param {Parts} parts */
export function prologue({ prefix, text, body, params, guarded, imports, blockFunctions, locals, keep, again, usesHelpers }) {
  const directives = body.filter((statement) => typeof statement.directive === 'string').map((statement) => `${statement.expression.raw};`);
  const setters = [...blockFunctions].map((name) => `set ${name}(${prefix}a) { ${name} = ${prefix}a; }`);
  const line = [
    `async (${[prefix, ...params.map((id) => moduleName(prefix, id))].join(', ')}) => {`,
    ...directives,
    `let ${[`${prefix}v`, ...locals].join(', ')};`,
    ...(guarded.size > 0 ? [`const ${prefix}c = ${constants(guarded, imports, prefix)};`] : []),
    ...(setters.length > 0 ? [`const ${prefix}s = {__proto__: null, ${setters.join(', ')}};`] : []),
    ...(usesHelpers ? [`const babelHelpers = ${prefix}.helpers;`] : []),
    // `var fetch;` keeps what the global object has, as in a script.
    ...keep.filter((name) => name in globalThis).map((name) => `${name} = globalThis.${name};`),
    // Declared anew: no stale value if the initialiser throws. But V8 keeps a variable that only ever held numbers
    // unboxed, and one undefined would make loops over it four times slower for good, so a number stays until then.
    ...again.map(({ name, merges }) => (merges ? `${name} = void 0;` : `if (typeof ${name} !== 'number') ${name} = void 0;`)),
    '',
  ].join(' ');
  // `-->` is a comment only where a line begins.
  return /^(?:\s|\/\*[^]*?\*\/)*-->/.test(text) ? `${line}\n` : line;
}

/** @param {Set<string>} names @param {Map<string, ImportedName>} imports @param {string} prefix */
export function constants(names, imports, prefix) {
  const getters = [...names].map((name) => {
    const imported = imports.get(name);
    return `${name}: () => ${imported ? memberOf(moduleName(prefix, imported.module), imported.export) : name}`;
  });
  return `${prefix}.consts({__proto__: null, ${getters.join(', ')}})`;
}

/** Imported names that no cell used as a value before must exist now. @param {Set<string>} used @param {import('./registry.mjs').Registry} registry @param {Map<string, ImportedName>} imports @param {string} prefix */
export function checks(used, registry, imports, prefix) {
  let code = '';
  for (const name of used) {
    const imported = imports.get(name);
    if (!imported?.unchecked || registry.imports[name] !== imported) continue;
    code += `${prefix}.check(${moduleName(prefix, imported.module)}, ${JSON.stringify(imported.unchecked)}, [${JSON.stringify(imported.export)}]); `;
  }
  return code;
}
