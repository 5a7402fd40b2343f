/**
 * Static imports and exports as statements of an async function.
 *
 * `import { a } from 'm'` becomes `const $dxm3 = await $dx.import('m', undefined, 3, ['a']); a = $dxm3.a;`: the module
 * namespace carries the live bindings, the script-scope `a` is a snapshot for `eval` and the debugger.
 */

/** @typedef {import('./tree.mjs').Node} Node */
/** @typedef {{ local: string, export: string }} Binding `export` is '*' for the namespace itself */
/**
 * @typedef {object} CellImport
 * @property {number} id
 * @property {string} specifier
 * @property {Record<string, string> | null} attributes
 * @property {Binding[]} bindings
 * @property {boolean} implicit nobody wrote it: JSX asked for it, so the host may fall back to a runtime of its own
 */

/** Does the statement load a module? @param {Node} statement */
export const loadsModule = (statement) => statement.type === 'ImportDeclaration' || ((/^Export(All|Named)Declaration$/).test(statement.type) && statement.source);

/** @param {Node} statement @param {number} id @param {boolean} implicit @returns {CellImport} */
export function readImport(statement, id, implicit) {
  const bindings = statement.type === 'ImportDeclaration' ? statement.specifiers.map(readBinding) : [];
  return { id, specifier: statement.source.value, attributes: readAttributes(statement.attributes ?? []), bindings, implicit };
}

/** @param {Node} specifier @returns {Binding} */
function readBinding(specifier) {
  const local = specifier.local.name;
  if (specifier.type === 'ImportDefaultSpecifier') return { local, export: 'default' };
  if (specifier.type === 'ImportNamespaceSpecifier') return { local, export: '*' };
  return { local, export: specifier.imported.name ?? specifier.imported.value };
}

/** @param {Node[]} attributes */
function readAttributes(attributes) {
  if (attributes.length === 0) return null;
  return Object.fromEntries(attributes.map(({ key, value }) => [key.name ?? key.value, value.value]));
}

/**
 * @param {CellImport} module @param {string} prefix
 * @param {(local: string) => boolean} isUsed referenced as a value in this cell, so that the export must exist
 * @param {(local: string) => boolean} persists
 */
export function importCode(module, prefix, isUsed, persists) {
  const namespace = moduleName(prefix, module.id);
  const required = module.bindings.filter((binding) => binding.export !== '*' && isUsed(binding.local)).map((binding) => binding.export);
  const options = module.attributes === null ? 'undefined' : `{with: ${JSON.stringify(module.attributes)}}`;
  const snapshots = module.bindings.filter((binding) => persists(binding.local))
    .map((binding) => ` ${binding.local} = ${memberOf(namespace, binding.export)};`);
  const call = `${prefix}.import(${JSON.stringify(module.specifier)}, ${options}, ${module.id}, ${JSON.stringify(required)})`;
  return `const ${namespace} = await ${call};${snapshots.join('')}`;
}

/** @param {string} prefix @param {number} id */
export const moduleName = (prefix, id) => `${prefix}m${id}`;

/** @param {string} namespace @param {string} exported */
export function memberOf(namespace, exported) {
  if (exported === '*') return namespace;
  return /^[$\w]+$/.test(exported) && !/^\d/.test(exported) ? `${namespace}.${exported}` : `${namespace}[${JSON.stringify(exported)}]`;
}
