/**
 * Is this JavaScript a CommonJS or an ES module? As Node finds out (`ShouldRetryAsESM` in node_contextify.cc): let V8
 * compile it as CommonJS, and look at what it complains about.
 */

import { compileFunction } from 'node:vm';

import { arrayIncludes, exec, startsWith } from './refs.cjs';

const PARAMETERS = ['exports', 'require', 'module', '__filename', '__dirname'];
const MODULE_ONLY = [
  'Cannot use import statement outside a module',
  "Unexpected token 'export'",
  "Cannot use 'import.meta' outside a module",
];
/**
 * @param {string} code
 * @returns {'module' | 'commonjs'}
 */
export function detectFormat(code) {
  if (exec(/\b(?:import|export|await|__filename|__dirname|exports|module|require)\b/, code) === null) return 'commonjs';
  const complaint = compileErrorOf(code, PARAMETERS);
  if (complaint === undefined) return 'commonjs';
  if (arrayIncludes(MODULE_ONLY, complaint)) return 'module';
  // `await` at the top level, or a top-level `const require`: not CommonJS, but is it a module? Node asks only after some
  // of V8's messages and so misses `f((await import('x')).y)`; text that is no CommonJS at all may be asked about freely.
  const inside = compileErrorOf(`(async function() {${startsWith(code, '#!') ? '//' : ''}${code}\n})();`, []);
  return inside === undefined || arrayIncludes(MODULE_ONLY, inside) ? 'module' : 'commonjs';
}

/**
 * @param {string} code
 * @param {string[]} parameters
 * @returns {string | undefined}
 */
function compileErrorOf(code, parameters) {
  try {
    compileFunction(code, parameters);
    return undefined;
  } catch (error) {
    return /** @type {Error} */ (error).message;
  }
}
