/**
 * What cells leave behind for later ones: which names are constant, which are imported and from where, which exist.
 */

/** @typedef {import('./names.mjs').Names} Names */
/** @typedef {import('./references.mjs').ImportedName} ImportedName */
/** @typedef {import('./modules.mjs').CellImport} CellImport */
/** @typedef {{ consts: string[], imports: Record<string, ImportedName>, known: string[] }} Registry plain JSON */

/** @returns {Registry} */
export const emptyRegistry = () => ({ consts: [], imports: {}, known: [] });

/** @param {Registry} registry @param {Names} names @param {CellImport[]} modules */
export function importedNames(registry, names, modules) {
  /** @type {Map<string, ImportedName>} */ const imports = new Map();
  for (const [name, imported] of Object.entries(registry.imports)) if (!names.has(name)) imports.set(name, imported);
  for (const { id, specifier, bindings } of modules) {
    for (const binding of bindings) {
      imports.set(binding.local, { module: id, export: binding.export, ...(binding.export === '*' ? {} : { unchecked: specifier }) });
    }
  }
  return imports;
}

/** @param {Registry} registry @param {Names} names @param {Map<string, ImportedName>} imports */
export function constantNames(registry, names, imports) {
  const consts = new Set(registry.consts.filter((name) => !names.has(name)));
  for (const [name, kind] of names) if (isConstant(kind)) consts.add(name);
  for (const name of imports.keys()) consts.add(name);
  return consts;
}

/** @param {string} kind */
const isConstant = (kind) => kind === 'const' || kind.endsWith('using');

/** @param {Registry} registry @param {[string, string][]} declared @param {Map<string, ImportedName>} imports @param {Set<string>} checked @returns {Registry} */
export function nextRegistry(registry, declared, imports, checked) {
  const names = new Map(declared);
  const consts = registry.consts.filter((name) => !names.has(name));
  for (const [name, kind] of names) if (isConstant(kind)) consts.push(name);
  const kept = [...imports].filter(([name]) => registry.imports[name] !== undefined || names.has(name));
  return {
    consts,
    imports: Object.fromEntries(kept.map(([name, { unchecked, ...imported }]) => [name, unchecked && !checked.has(name) ? { ...imported, unchecked } : imported])),
    known: [...new Set([...registry.known, ...names.keys()])],
  };
}
