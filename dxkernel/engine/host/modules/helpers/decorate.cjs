'use strict';

/**
 * Applies legacy (`experimentalDecorators`) decorators, as TypeScript's `__decorate` does.
 * @param {Function[]} decorators
 * @param {any} target
 * @param {PropertyKey} [key]
 * @param {any} [description] `null`: look it up; `undefined`: there is none (a field)
 */
module.exports = function decorate(decorators, target, key, description) {
  const ofClass = arguments.length < 3;
  let result = ofClass ? target : description === null ? Object.getOwnPropertyDescriptor(target, /** @type {PropertyKey} */ (key)) : description;
  for (let index = decorators.length - 1; index >= 0; index--) {
    const decorator = decorators[index];
    if (!decorator) continue;
    const replaced = ofClass
      ? decorator(result)
      : arguments.length > 3
        ? decorator(target, key, result)
        : decorator(target, key);
    result = replaced || result;
  }
  if (arguments.length > 3 && result) Object.defineProperty(target, /** @type {PropertyKey} */ (key), result);
  return result;
};
