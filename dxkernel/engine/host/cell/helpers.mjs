/**
 * The helpers that OXC's legacy decorators call, with the meaning of TypeScript's `__decorate` family.
 * The host passes them as `$dx.helpers`; files import them one by one, from `modules/helpers/`.
 */

/** @param {Function[]} decorators @param {any} target @param {PropertyKey} [key] @param {any} [descriptor] `null`: look it up; `undefined`: a field */
export function decorate(decorators, target, key, descriptor) {
  const count = arguments.length;
  let result = count < 3 ? target : descriptor === null ? Object.getOwnPropertyDescriptor(target, /** @type {PropertyKey} */ (key)) : descriptor;
  for (let index = decorators.length - 1; index >= 0; index--) {
    const decorator = decorators[index];
    if (decorator) result = (count < 3 ? decorator(result) : count > 3 ? decorator(target, key, result) : decorator(target, key)) || result;
  }
  if (count > 3 && result) Object.defineProperty(target, /** @type {PropertyKey} */ (key), result);
  return result;
}

/** @param {number} index @param {Function} decorator */
export const decorateParam = (index, decorator) => (/** @type {any} */ target, /** @type {PropertyKey} */ key) => decorator(target, key, index);

/** Records types when the program has loaded `reflect-metadata`. @param {unknown} key @param {unknown} value */
export function decorateMetadata(key, value) {
  const { metadata } = /** @type {any} */ (Reflect);
  return typeof metadata === 'function' ? metadata(key, value) : undefined;
}
